//! gapi on runtimes other than tokio: with a runtime of its own, with async-compat, blocking, and with neither.

use std::{error::Error, path::Path, sync::Arc};

use async_compat::CompatExt as _;
use gapi::{
    Client, Media,
    auth::{AccessToken, ServiceAccount},
    blocking::block_on,
    transport::{Body, BoxFuture, Transport, TransportError, TransportOptions},
};
use gapi_fakes::{Google, storage::Storage};

gapi::api! {
    /// Cloud SQL Admin.
    mod sqladmin = "../../discovery-docs/sqladmin.v1.json" { instances.list };
}
gapi::api! {
    /// Cloud Storage.
    mod storage = "../../discovery-docs/storage.v1.json" { objects.{insert, get} };
}

/// A runtime that runs a future until it is ready.
type Run = fn(BoxFuture<'static, Outcome>) -> Outcome;
type Outcome = Result<(), Box<dyn Error + Send + Sync>>;

fn main() -> Outcome {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    let google = Arc::new(runtime.block_on(Google::start())?);
    let files = Arc::new(runtime.block_on(Storage::start())?);
    let runtimes: [(&str, Run); 3] = [
        ("smol", |future| smol::block_on(smol::spawn(future))),
        ("smol, on this thread", |future| smol::block_on(future)),
        ("async-std", |future| {
            async_std::task::block_on(async_std::task::spawn(future))
        }),
    ];
    for (name, run) in runtimes {
        run(Box::pin(bare(Arc::clone(&google))))?;
        run(Box::pin(own_runtime(
            Arc::clone(&google),
            Arc::clone(&files),
        )))?;
        let compatible = lists(client(&google, None)?).compat();
        run(Box::pin(compatible))?;
        run(Box::pin(own_transport()))?;
        let listed = client(&google, None)?;
        run(Box::pin(async move { block_on(lists(listed)) }))?;
        println!("{name}: passed");
    }
    wait_for_timers()
}

fn client(
    google: &Google,
    transport: Option<Arc<dyn Transport>>,
) -> Result<Client, Box<dyn Error + Send + Sync>> {
    let account = ServiceAccount::from_json(&google.key_json())?;
    let client = Client::builder()
        .credentials(account.scopes([sqladmin::scope::SQLSERVICE_ADMIN]))
        .endpoint(google.url());
    let client = match transport {
        Some(transport) => client.transport(transport),
        None => client,
    };
    Ok(client.build()?)
}

async fn lists(client: Client) -> Outcome {
    let list = || sqladmin::instances().list(Google::PROJECT);
    let page = list().send(&client).await?.items.unwrap_or_default();
    let items = list()
        .items(&client)
        .page_size(1)
        .prefetch()
        .try_collect::<Vec<_>>()
        .await?;
    same(page.len(), items.len())
}

/// The default transport reports what it needs.
async fn bare(google: Arc<Google>) -> Outcome {
    match lists(client(&google, None)?).await {
        Err(error) if error.to_string().contains("own_runtime") => Ok(()),
        other => Err(format!("no error that names the cure: {other:?}").into()),
    }
}

async fn own_runtime(google: Arc<Google>, files: Arc<Storage>) -> Outcome {
    let transport = TransportOptions::new().own_runtime(true).build()?;
    lists(client(&google, Some(Arc::clone(&transport)))?).await?;
    let client = Client::builder()
        .credentials(AccessToken::new("token"))
        .endpoint(files.url())
        .transport(transport)
        .build()?;
    let folder = tempfile::tempdir()?;
    let (from, to) = (folder.path().join("from.bin"), folder.path().join("to.bin"));
    std::fs::write(&from, vec![7; 3 << 20])?;
    copies(&client, &from, &to).await?;
    same(std::fs::read(to)?, std::fs::read(from)?)
}

async fn copies(client: &Client, from: &Path, to: &Path) -> Outcome {
    let insert = storage::objects().insert("bucket", storage::Object::default());
    insert
        .name("file")
        .upload(Media::file(from))
        .resumable()
        .send(client)
        .await?;
    let download = storage::objects().get("bucket", "file").download(client);
    same(*download.to_file(to).await?, 3 << 20)
}

/// Responds at once.
#[derive(Debug)]
struct Immediate;

impl Transport for Immediate {
    fn send(
        &self,
        _: http::Request<Body>,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        // Not at the first poll, so that the limits of the call begin to run.
        let mut polled = false;
        Box::pin(std::future::poll_fn(move |cx| {
            if std::mem::replace(&mut polled, true) {
                return std::task::Poll::Ready(Ok(http::Response::new(Body::from("{}"))));
            }
            cx.waker().wake_by_ref();
            std::task::Poll::Pending
        }))
    }
}

async fn own_transport() -> Outcome {
    let client = Client::builder()
        .credentials(AccessToken::new("token"))
        .transport(Immediate)
        .build()?;
    for _ in 0..50 {
        sqladmin::instances().list("p").send(&client).await?;
    }
    Ok(())
}

/// Waits until no thread for waits is left: one that outlives its wait would last for a minute.
fn wait_for_timers() -> Outcome {
    let count = || -> std::io::Result<usize> {
        let mut count = 0;
        for task in std::fs::read_dir("/proc/self/task")? {
            let name = std::fs::read_to_string(task?.path().join("comm")).unwrap_or_default();
            count += usize::from(name.trim() == "gapi-timer");
        }
        Ok(count)
    };
    for _ in 0..100 {
        if !cfg!(target_os = "linux") || count()? == 0 {
            return Ok(());
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    Err("a thread outlives its waits".into())
}

fn same<T: PartialEq>(one: T, other: T) -> Outcome {
    if one == other {
        Ok(())
    } else {
        Err("the results differ".into())
    }
}
