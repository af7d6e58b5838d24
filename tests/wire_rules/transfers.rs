//! Media over loopback, through everything that can go wrong, and through the death of a process.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    process::{Child, Command, Stdio},
    time::Duration,
};

use bytes::Bytes;
use futures_util::stream;
use gapi::{
    Client, ErrorKind, Media, RetryPolicy, UploadSession, auth::Anonymous, generated::v1 as __gapi,
};
use gapi_fakes::storage::{Storage, Trouble};

use crate::{api::Thing, gzip::gzip};

static STORAGE: __gapi::Api =
    __gapi::Api::new("storage", "", "", "https://storage.googleapis.com/")
        .with_service_path("storage/v1/");

static INSERT: __gapi::Method = __gapi::Method::new(
    &STORAGE,
    __gapi::Verb::Post,
    "storage.objects.insert",
    "b/{bucket}/o",
)
.with_parameters(&[
    __gapi::Parameter::path("bucket"),
    __gapi::Parameter::query("name"),
])
.with_upload(
    __gapi::MediaUpload::new()
        .with_accept(&["*/*"])
        .with_simple()
        .with_resumable(),
);

static GET: __gapi::Method = __gapi::Method::new(
    &STORAGE,
    __gapi::Verb::Get,
    "storage.objects.get",
    "b/{bucket}/o/{object}",
)
.with_parameters(&[
    __gapi::Parameter::path("bucket"),
    __gapi::Parameter::path("object"),
    __gapi::Parameter::query("generation"),
])
.with_download(__gapi::MediaDownload::new(false));

const UNIT: u64 = 256 << 10;

fn upload(name: &str, media: impl Into<Media>) -> gapi::Upload<Thing> {
    let call = __gapi::Call::new(&INSERT)
        .with("bucket", "b")
        .with("name", name);
    gapi::Upload::new(call, media).resumable().chunk_size(UNIT)
}

fn download(client: &Client, name: &str) -> gapi::Download {
    let call = __gapi::Call::new(&GET)
        .with("bucket", "b")
        .with("object", name);
    gapi::Download::new(client, call)
}

fn client(url: &str) -> Client {
    Client::builder()
        .credentials(Anonymous)
        .endpoint(url)
        .retry(
            RetryPolicy::new()
                .max_attempts(20)
                .initial_delay(Duration::from_millis(1)),
        )
        .build()
        .expect("a client")
}

fn content(len: u64) -> Vec<u8> {
    (0..len).map(|n| (n * 7 + n / 251) as u8).collect()
}

#[tokio::test]
async fn every_seed_arrives_byte_for_byte() {
    let all = content(3 * UNIT + 77);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("all.bin");
    std::fs::write(&path, &all).expect("a file");
    let storage = Storage::start().await.expect("a server");
    let client = client(&storage.url());
    for seed in 0..60 {
        storage.seed(Some(seed));
        let pieces: Vec<_> = all
            .chunks(5000)
            .map(|piece| Ok::<_, std::io::Error>(Bytes::copy_from_slice(piece)))
            .collect();
        let lasting = seed % 4 < 2;
        let media = match seed % 4 {
            0 => Media::file(&path),
            1 => Media::bytes(all.clone()),
            2 => Media::reader(std::io::Cursor::new(all.clone()), None),
            _ => Media::stream(stream::iter(pieces), Some(all.len() as u64)),
        };
        let name = format!("object-{seed}");
        let sent = upload(&name, media);
        let sent = if lasting && seed % 3 == 0 {
            sent.one_chunk()
        } else {
            sent
        };
        match sent.send(&client).await {
            Ok(made) => assert_eq!(made.size, Some(all.len() as i64)),
            // A session that is gone is the end of what passes by once.
            Err(error) => {
                assert!(
                    !lasting && error.kind() == ErrorKind::Media,
                    "{seed}: {error}"
                );
                storage.put("b", &name, &all[..]).expect("an object");
            }
        }
        let stored = storage.content("b", &name).expect("an object");
        assert!(
            stored.equals(&all[..]).expect("readable"),
            "{seed}: another content"
        );
        let down = folder.path().join("down.bin");
        download(&client, &name)
            .to_file(&down)
            .await
            .unwrap_or_else(|error| panic!("{seed}: {error}"));
        assert!(
            std::fs::read(&down).expect("a file") == all,
            "{seed}: another content came back"
        );
    }
}

/// As often as the server changes a byte of what travels compressed, of which some may have been given by then.
async fn fetched(make: impl Fn() -> gapi::Download) -> Bytes {
    loop {
        match make().bytes().await {
            Ok(bytes) => return bytes,
            Err(error) => {
                let is_changed = error.is_retryable() && error.to_string().contains("gzip");
                assert!(is_changed || error.kind() == ErrorKind::Media, "{error}");
            }
        }
    }
}

#[tokio::test]
async fn what_is_stored_compressed_arrives_byte_for_byte() {
    let all = content(3 * UNIT + 77);
    // Several members.
    let packed: Vec<u8> = all.chunks(200_000).flat_map(gzip).collect();
    let storage = Storage::start().await.expect("a server");
    storage.put_gzip("b", "x", &packed[..]).expect("an object");
    let client = client(&storage.url());
    for seed in 0..40 {
        storage.seed(Some(seed));
        let download = || download(&client, "x");
        let stored = || download().read_compressed();
        let (got, wanted) = match seed % 3 {
            0 => (fetched(download).await, &all[..]),
            1 => (fetched(stored).await, &packed[..]),
            _ => {
                let got = fetched(|| download().range(1000..400_000)).await;
                (got, &all[1000..400_000])
            }
        };
        assert!(got == wanted, "{seed}: {} bytes", got.len());
    }
}

#[tokio::test]
async fn lies_are_noticed() {
    let all = content(UNIT + 77);
    let storage = Storage::start().await.expect("a server");
    let client = client(&storage.url());
    for trouble in [
        Trouble::WrongHash,
        Trouble::WrongSize,
        Trouble::Boast,
        Trouble::EndEarly,
    ] {
        // The start and the first chunk go well.
        let early = matches!(trouble, Trouble::Boast | Trouble::EndEarly);
        for _ in 0..if early { 1 } else { 2 } {
            storage.trouble(Trouble::None);
        }
        storage.trouble(trouble);
        let error = upload("lie", all.clone())
            .send(&client)
            .await
            .expect_err("a lie");
        assert_eq!(error.kind(), ErrorKind::Media, "{trouble:?}: {error}");
    }
    storage.put("b", "x", &all[..]).expect("an object");
    storage.trouble(Trouble::WrongHash);
    let error = download(&client, "x").await.expect_err("a lie");
    assert_eq!(error.kind(), ErrorKind::Media);
    // Another generation in the middle of a download.
    storage.trouble(Trouble::Close(500));
    storage.trouble(Trouble::NewGeneration);
    let error = download(&client, "x").await.expect_err("it changed");
    assert!(error.is_not_found(), "{error}");
}

#[tokio::test]
async fn a_server_that_forgets_is_given_it_again() {
    let all = content(4 * UNIT);
    let storage = Storage::start().await.expect("a server");
    let client = client(&storage.url());
    for trouble in [
        Trouble::None,
        Trouble::None,
        Trouble::None,
        Trouble::Forget(300),
        Trouble::Partly(1),
        Trouble::Lose,
        Trouble::Lose,
    ] {
        storage.trouble(trouble);
    }
    upload("again", all.clone())
        .send(&client)
        .await
        .expect("a response");
    let stored = storage.content("b", "again").expect("an object");
    assert!(stored.equals(&all[..]).expect("readable"));
}

const TASK: &str = "GAPI_TEST_UPLOAD";
const LEN: u64 = 5 * UNIT + 9;

/// Not a test of its own: what the processes do that are killed and resume.
#[test]
fn process() {
    let Ok(task) = std::env::var(TASK) else {
        return;
    };
    let [url, folder] = [0, 1].map(|n| task.split('|').nth(n).expect("a task").to_owned());
    let folder = std::path::PathBuf::from(folder);
    let (media, saved) = (
        Media::file(folder.join("all.bin")),
        folder.join("session.json"),
    );
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let client = client(&url);
        if let Ok(text) = std::fs::read(&saved) {
            let session: UploadSession = serde_json::from_slice(&text).expect("a session");
            let made = upload("kept", media)
                .resume(session)
                .send(&client)
                .await
                .expect("a response");
            assert_eq!(made.size, Some(LEN as i64));
            return;
        }
        let mut uploading = upload("kept", media)
            .start(&client)
            .await
            .expect("a session");
        for chunk in 1.. {
            let session = serde_json::to_vec(&uploading.session()).expect("JSON");
            std::fs::write(&saved, session).expect("a file");
            uploading.next_chunk().await.expect("a chunk");
            println!("chunk {chunk}");
            std::io::stdout().flush().expect("a pipe");
            // The process that kills this one starts the next one.
            let mut line = String::new();
            std::io::stdin().read_line(&mut line).expect("a line");
        }
    });
}

fn spawn(url: &str, folder: &std::path::Path) -> Child {
    Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "transfers::process", "--nocapture"])
        .env(TASK, format!("{url}|{}", folder.display()))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a process")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_upload_goes_on_in_another_process() {
    let all = content(LEN);
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("all.bin"), &all).expect("a file");
    let storage = Storage::start().await.expect("a server");

    let (url, directory) = (storage.url(), folder.path().to_owned());
    let task = tokio::task::spawn_blocking(move || {
        let mut child = spawn(&url, &directory);
        let stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut stdin = child.stdin.take().expect("a pipe");
        for line in stdout.lines().map(|line| line.expect("text")) {
            // The harness writes lines of its own.
            if line.ends_with("chunk 2") {
                break;
            }
            if line.ends_with("chunk 1") {
                stdin.write_all(b"\n").expect("a reader");
            }
        }
        // SIGKILL, on systems that have signals. What it kept is older than what the server has.
        child.kill().expect("a process to kill");
        child.wait().expect("its end");
        assert!(spawn(&url, &directory).wait().expect("its end").success());
    });
    task.await.expect("both processes");

    let stored = storage.content("b", "kept").expect("an object");
    assert!(stored.equals(&all[..]).expect("readable"));
    let log = storage.log();
    let count = |method: &str| log.iter().filter(|line| line.starts_with(method)).count();
    // Two chunks, the query where to resume, and the other four: no chunk was sent twice.
    assert_eq!((count("POST"), count("PUT")), (1, 2 + 1 + 4), "{log:#?}");
}
