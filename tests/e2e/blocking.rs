//! Calls from code without `async`: on plain threads, and on threads of runtimes, which block meanwhile.

use std::{
    io::{self, Read as _, Write as _},
    rc::Rc,
    sync::Arc,
    thread,
};

use gapi::{
    Client, Media,
    auth::{AccessToken, ServiceAccount},
    blocking::{self, Reader, block_on},
};
use gapi_fakes::{Google, storage::Storage};
use tokio::runtime::{Builder, Runtime};

use crate::support::{Hurried, PROJECT, google, sqladmin};

gapi::api! {
    /// Cloud Storage.
    mod storage = "storage:v1" { objects.{insert, get} };
}

/// Servers on a runtime of their own, which nothing blocks.
struct Servers {
    _runtime: Runtime,
    _google: Google,
    client: Client,
    _storage: Storage,
    files: Client,
}

fn servers() -> Servers {
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let (google, account) = runtime.block_on(google());
    let storage = runtime.block_on(Storage::start()).unwrap();
    let files = Client::builder()
        .credentials(AccessToken::new("token"))
        .endpoint(storage.url());
    Servers {
        client: client(&google, account),
        _google: google,
        files: files.build().unwrap(),
        _storage: storage,
        _runtime: runtime,
    }
}

fn client(google: &Google, account: ServiceAccount) -> Client {
    Client::builder()
        .credentials(account)
        .endpoint(google.url())
        .clock(Arc::new(Hurried))
        .build()
        .unwrap()
}

fn list() -> sqladmin::instances::List {
    sqladmin::instances().list(PROJECT)
}

/// More chunks than a task of tokio may read at once.
fn content() -> Vec<u8> {
    (0..2_000_000_u32).map(|n| (n % 251) as u8).collect()
}

/// A whole program.
fn program(servers: &Servers) {
    let (client, files) = (&servers.client, &servers.files);
    let page = block_on(list().send(client)).unwrap();
    let items = blocking::iter(list().items(client).page_size(1).prefetch());
    let items: Result<Vec<_>, _> = items.collect();
    assert_eq!(Some(items.unwrap()), page.items);
    let pages = blocking::iter(list().pages(client).page_size(1));
    assert!(pages.map(Result::unwrap).count() > 1);

    let name = page.items.unwrap()[0].name.clone().unwrap();
    let patch =
        gapi::body!(sqladmin::DatabaseInstance { settings: { activation_policy: "NEVER" } });
    let patched = sqladmin::instances().patch(PROJECT, &name, patch);
    block_on(patched.send(client).wait()).unwrap();

    let all = content();
    let insert = |name| {
        storage::objects()
            .insert("b", storage::Object::default())
            .name(name)
    };
    let read = io::Cursor::new(all.clone());
    block_on(
        insert("read")
            .upload(Media::from_read(read, None))
            .send(files),
    )
    .unwrap();
    // What one thread writes is sent by another.
    let (reader, mut writer) = io::pipe().unwrap();
    thread::scope(|scope| {
        scope.spawn(|| {
            writer.write_all(&all).unwrap();
            drop(writer);
        });
        let media = Media::from_read(reader, None);
        block_on(insert("pipe").upload(media).resumable().send(files)).unwrap();
    });
    for name in ["read", "pipe"] {
        let mut received = Vec::new();
        let mut reader = Reader::open(storage::objects().get("b", name).download(files)).unwrap();
        assert_eq!(reader.chunks().content_length(), Some(all.len() as u64));
        reader.read_to_end(&mut received).unwrap();
        assert!(received == all, "{name}");
    }
    let missing = storage::objects().get("b", "missing").download(files);
    assert_eq!(Reader::open(missing).unwrap_err().status().unwrap(), 404);
}

#[test]
fn a_plain_thread_needs_no_runtime() {
    program(&servers());
}

#[test]
fn a_runtime_that_used_the_client_can_be_blocked() {
    let servers = servers();
    for mut runtime in [Builder::new_current_thread(), Builder::new_multi_thread()] {
        let runtime = runtime.enable_all().worker_threads(1).build().unwrap();
        runtime.block_on(async {
            // Its connection and the token's belong to this runtime, which makes no progress from now on.
            list().send(&servers.client).await.unwrap();
            program(&servers);
            list().send(&servers.client).await.unwrap();
        });
    }
}

#[test]
fn tasks_can_block() {
    let servers = servers();
    for mut runtime in [Builder::new_current_thread(), Builder::new_multi_thread()] {
        let runtime = runtime.enable_all().worker_threads(1).build().unwrap();
        let client = servers.client.clone();
        let listed = runtime.spawn(async move {
            list().send(&client).await?;
            block_on(list().send(&client))
        });
        runtime.block_on(listed).unwrap().unwrap();
    }
}

#[test]
fn waits_can_be_nested_and_borrow() {
    let servers = servers();
    // Neither `Send` nor `'static`.
    let count = Rc::new(std::cell::Cell::new(0));
    let client = &servers.client;
    let call = async {
        count.set(count.get() + 1);
        list().send(client).await
    };
    let nested = async {
        block_on(list().send(client)).unwrap();
        count.set(count.get() + 1);
        list().send(client).await
    };
    let (first, second) = block_on(futures_util::future::join(call, nested));
    assert_eq!(first.unwrap(), second.unwrap());
    assert_eq!(count.get(), 2);
    // A runtime within a wait.
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let listed = block_on(async move {
        thread::scope(|scope| {
            let inner = scope.spawn(|| runtime.block_on(list().send(client).into_future()));
            inner.join().unwrap()
        })
    });
    listed.unwrap();
}
