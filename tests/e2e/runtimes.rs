//! One client on many runtimes, on one that nothing drives, on half a runtime, and on none.

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    pin::pin,
    sync::{Arc, mpsc},
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
};

use gapi::{
    Client, Error, Media,
    auth::AccessToken,
    transport::{Body, BoxFuture, Transport, TransportError, TransportOptions},
};
use gapi_fakes::{Reply, Request, Server, storage::Storage};
use serde_json::json;
use tokio::runtime::{Builder, Runtime};

use crate::{
    http2,
    support::{PROJECT, google, sqladmin},
};

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

fn create() -> sqladmin::instances::Insert {
    sqladmin::instances().insert(PROJECT, sqladmin::DatabaseInstance::default())
}

fn builder(url: &str) -> gapi::ClientBuilder {
    Client::builder()
        .credentials(AccessToken::new("token"))
        .endpoint(url)
}

/// Servers of HTTP/1.1 and HTTP/2 on the test's runtime, each with a client.
async fn servers() -> ((Server, Client), (http2::Server, Client)) {
    let http1 = Server::start(|_: &Request| Reply::json(200, &json!({"name": "orders"})));
    let http1 = http1.await.unwrap();
    let http2 = http2::Server::start(&[], 1).await;
    let clients = (builder(&http1.url()).build().unwrap(), http2.client());
    ((http1, clients.0), (http2, clients.1))
}

/// Runs `work` on a thread that belongs to no runtime.
async fn elsewhere<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(|| thread::spawn(work).join().unwrap())
        .await
        .unwrap()
}

/// Polls `future` with nothing around it.
fn without_runtime<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

/// As many runtimes on each of eight threads as `GAPI_RUNTIMES` demands, one after another.
#[tokio::test(flavor = "multi_thread")]
async fn posts_of_many_runtimes_arrive() {
    let runtimes = std::env::var("GAPI_RUNTIMES").map_or(4, |number| number.parse().unwrap());
    let ((_http1, one), (_http2, two)) = servers().await;
    for client in [one, two] {
        let failures = elsewhere(move || {
            let threads: Vec<_> = (0..8)
                .map(|_| {
                    let client = client.clone();
                    thread::spawn(move || {
                        let call = || runtime().block_on(create().send(&client).into_future());
                        let failed = (0..runtimes).filter_map(|_| call().err());
                        failed.map(|error| error.to_string()).collect::<Vec<_>>()
                    })
                })
                .collect();
            let ended = threads
                .into_iter()
                .flat_map(|thread| thread.join().unwrap());
            ended.collect::<Vec<_>>()
        });
        assert_eq!(failures.await, Vec::<String>::new());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_runtime_that_nothing_drives_holds_up_no_other() {
    let ((_http1, one), (_http2, two)) = servers().await;
    for client in [one, two] {
        let other = client.clone();
        let idle = elsewhere(move || {
            let idle = runtime();
            idle.block_on(create().send(&other).into_future()).unwrap();
            idle
        });
        let idle = idle.await;
        let sent = create().send(&client).with_meta().await.unwrap();
        assert_eq!(sent.attempts(), 1);
        idle.shutdown_background();
    }
}

/// Reads the head of a request.
fn read_head(stream: &mut TcpStream) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n{}") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
}

#[test]
fn the_runtime_of_a_connection_that_has_ended_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (arrived, second) = mpsc::channel();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        read_head(&mut stream);
        let head =
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";
        stream.write_all(head.as_bytes()).unwrap();
        read_head(&mut stream);
        arrived.send(()).unwrap();
        stream
    });
    // A client of one's own has one pool for all runtimes.
    let client = builder(&url)
        .transport(reqwest::Client::new())
        .build()
        .unwrap();
    let first = Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let call = create().send(&client).into_future();
    first.block_on(first.spawn(call)).unwrap().unwrap();
    let call = create().send(&client).into_future();
    let caller = thread::spawn(|| runtime().block_on(call));
    second.recv().unwrap();
    first.shutdown_background();
    let error = caller.join().unwrap().unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("the tokio runtime of the connection has ended; use the default transport"),
        "{text}"
    );
    server.join().unwrap();
}

fn assert_names_the_cures(error: &Error) {
    let text = error.to_string();
    for part in ["needs a tokio runtime", "own_runtime", "async_compat"] {
        assert!(text.contains(part), "{part} is missing in: {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_runtime_the_default_transport_reports_what_it_needs() {
    let (google, account) = google().await;
    let client = builder(&google.url()).credentials(account.clone());
    let client = client.build().unwrap();
    let list = || sqladmin::instances().list(PROJECT);
    let (call, own) = (list().send(&client), reqwest::Client::new());
    let own = builder(&google.url()).transport(own).build().unwrap();
    let errors = elsewhere(move || {
        [call, list().send(&own)].map(|call| without_runtime(call.into_future()).unwrap_err())
    });
    for error in errors.await {
        assert_names_the_cures(&error);
    }
    // No server failed, so nothing has to rest.
    let all = list().items(&client).try_collect::<Vec<_>>().await.unwrap();
    assert!(all.len() > 1);

    let transport = TransportOptions::new().own_runtime(true).build().unwrap();
    let client = builder(&google.url())
        .credentials(account)
        .transport(transport);
    let client = client.build().unwrap();
    let same = elsewhere(move || {
        let items = list().items(&client).page_size(1).prefetch();
        without_runtime(items.try_collect::<Vec<_>>())
    });
    assert_eq!(same.await.unwrap(), all);
}

gapi::api! {
    /// Cloud Storage.
    mod storage = "storage:v1" { objects.{insert, get} };
}

/// Reads the bodies of requests where they are sent, as a transport of a program's own does.
#[derive(Debug)]
struct ReadsBodies(Arc<dyn Transport>);

impl Transport for ReadsBodies {
    fn send(
        &self,
        request: http::Request<Body>,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let body = body.collect(usize::MAX).await?;
            self.0
                .send(http::Request::from_parts(head, body.into()))
                .await
        })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn media_needs_no_runtime() {
    let storage = Storage::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let all: Vec<u8> = (0..3_000_000_u32).map(|n| (n % 251) as u8).collect();
    let path = folder.path().join("all.bin");
    std::fs::write(&path, &all).unwrap();
    let transport = TransportOptions::new().own_runtime(true).build().unwrap();
    let client = builder(&storage.url()).transport(ReadsBodies(transport));
    let client = client.build().unwrap();
    let work = elsewhere(move || {
        without_runtime(async {
            let objects = storage::objects;
            let read = std::io::Cursor::new(all.clone());
            for (name, media) in [
                ("file", Media::file(&path)),
                ("simple", Media::file(&path)),
                ("read", Media::from_read(read, Some(all.len() as u64))),
            ] {
                let insert = objects()
                    .insert("bucket", storage::Object::default())
                    .name(name);
                let upload = insert.upload(media);
                let upload = if name == "simple" {
                    upload
                } else {
                    upload.resumable()
                };
                upload.send(&client).await?;
                let down = folder.path().join(name);
                let written = objects()
                    .get("bucket", name)
                    .download(&client)
                    .to_file(&down)
                    .await?;
                assert_eq!(*written, all.len() as u64);
                assert!(std::fs::read(&down).unwrap() == all, "{name}");
            }
            Ok::<_, Error>(())
        })
    });
    work.await.unwrap();
}

#[test]
fn half_a_runtime_is_an_error() {
    let transport = TransportOptions::new().build().unwrap();
    for mut builder in [Builder::new_current_thread(), Builder::new_multi_thread()] {
        for time in [false, true] {
            if time {
                builder.enable_time();
            }
            let runtime = builder.build().unwrap();
            let client = self::builder("http://127.0.0.1:1").transport(Arc::clone(&transport));
            let client = client.build().unwrap();
            let error = runtime
                .block_on(create().send(&client).into_future())
                .unwrap_err();
            let text = error.to_string();
            assert!(text.contains("build it with `enable_all`"), "{text}");
        }
    }
}

#[test]
fn transports_on_their_own_runtime_share_its_thread() {
    let build = || TransportOptions::new().own_runtime(true).build().unwrap();
    let transports: Vec<Arc<dyn Transport>> = (0..5).map(|_| build()).collect();
    drop(transports);
    #[cfg(target_os = "linux")]
    {
        let threads = std::fs::read_dir("/proc/self/task").unwrap();
        let name = |task: std::io::Result<std::fs::DirEntry>| {
            std::fs::read_to_string(task.unwrap().path().join("comm")).unwrap_or_default()
        };
        let own = threads
            .map(name)
            .filter(|name| name.trim() == "gapi-runtime");
        assert_eq!(own.count(), 1);
    }
}
