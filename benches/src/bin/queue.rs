//! Thousands of POSTs at once that have to wait for each other: for the streams of one connection, or for room for connections. Each is carried out, once.

use std::{
    convert::Infallible,
    io,
    net::SocketAddr,
    process::{Command, ExitCode},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use clap::Parser;
use gapi::{Client, auth::AccessToken};
use gapi_benches::tasks;
use http_body_util::{BodyExt as _, Full};
use hyper::{
    body::{Bytes, Incoming},
    server::conn::{http1, http2},
    service::service_fn,
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::{net::TcpListener, task::JoinSet};

/// Why something failed.
type Failure = Box<dyn std::error::Error + Send + Sync>;

#[derive(Debug, Parser)]
#[command(name = "queue", disable_version_flag = true)]
struct Arguments {
    /// How many calls begin at once.
    #[arg(long, default_value_t = 2_000)]
    calls: usize,
    /// How many streams the one connection of HTTP/2 has.
    #[arg(long, default_value_t = 100)]
    streams: u32,
    /// How many seconds the server takes for each.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// How many files the process may have open that calls over HTTP/1.1.
    #[arg(long, default_value_t = 512)]
    files: u64,
    /// Call this server over HTTP/1.1, and nothing else.
    #[arg(long, hide = true)]
    client: Option<String>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(run(arguments)),
        Err(error) => Err(error.into()),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<bool, Failure> {
    if let Some(url) = &arguments.client {
        return call(url, reqwest::Client::builder(), arguments.calls).await;
    }
    let Arguments { calls, .. } = arguments;
    let (address, received) = serve(&arguments).await?;
    let url = format!("http://{address}");
    let begun = Instant::now();
    let http2 = reqwest::Client::builder().http2_prior_knowledge();
    let mut fine = call(&url, http2, calls).await?;
    fine &= report("streams of one connection", calls, &received, begun);

    let begun = Instant::now();
    received.store(0, Ordering::Relaxed);
    let status = limited(arguments.files, &url, calls)?;
    let status = tokio::task::spawn_blocking(move || wait(status)).await??;
    fine &= status;
    fine &= report("files of one process", calls, &received, begun);
    Ok(fine)
}

/// Prints the result; returns whether each call was carried out once.
fn report(what: &str, calls: usize, received: &AtomicUsize, begun: Instant) -> bool {
    let carried_out = received.load(Ordering::Relaxed);
    let seconds = begun.elapsed().as_secs();
    println!("{what}: {calls} calls, {carried_out} carried out, {seconds} s");
    carried_out == calls
}

/// This program again, with few files.
fn limited(files: u64, url: &str, calls: usize) -> io::Result<std::process::Child> {
    Command::new("sh")
        .arg("-c")
        .arg(format!("ulimit -n {files}; exec \"$0\" \"$@\""))
        .arg(std::env::current_exe()?)
        .args(["--client", url, "--calls", &calls.to_string()])
        .spawn()
}

fn wait(mut child: std::process::Child) -> io::Result<bool> {
    child.wait().map(|status| status.success())
}

/// Makes all calls at once; whether all succeed.
async fn call(url: &str, http: reqwest::ClientBuilder, calls: usize) -> Result<bool, Failure> {
    let http = http.redirect(reqwest::redirect::Policy::none()).build()?;
    let client = Client::builder()
        .transport(http)
        .credentials(AccessToken::new("token"))
        .endpoint(url)
        .build()?;
    // Until the first handshake is over, it is not known that one connection is enough.
    tasks::tasklists().get("errands").send(&client).await?;
    let mut all = JoinSet::new();
    for _ in 0..calls {
        let list = tasks::TaskList {
            title: Some("errands".into()),
            ..tasks::TaskList::default()
        };
        all.spawn(tasks::tasklists().insert(list).send(&client).with_meta());
    }
    let mut failed = 0;
    while let Some(made) = all.join_next().await {
        if let Err(error) = made? {
            failed += 1;
            if failed <= 5 {
                eprintln!("{error}");
            }
        }
    }
    if failed > 0 {
        eprintln!("{failed} of {calls} failed");
    }
    Ok(failed == 0)
}

/// A server of HTTP/1.1 and HTTP/2 that counts the POSTs that it carries out.
async fn serve(arguments: &Arguments) -> io::Result<(SocketAddr, Arc<AtomicUsize>)> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    let received = Arc::new(AtomicUsize::new(0));
    let (counted, streams) = (Arc::clone(&received), arguments.streams);
    let pause = Duration::from_secs(arguments.seconds);
    tokio::spawn(async move {
        loop {
            let Ok((stream, _)) = listener.accept().await else {
                tokio::time::sleep(Duration::from_millis(10)).await;
                continue;
            };
            let counted = Arc::clone(&counted);
            tokio::spawn(async move {
                let service =
                    service_fn(move |request| respond(request, pause, Arc::clone(&counted)));
                let mut first = [0; 3];
                let is_http2 = matches!(stream.peek(&mut first).await, Ok(3) if &first == b"PRI");
                let stream = TokioIo::new(stream);
                // Errors are the client's.
                if is_http2 {
                    let mut builder = http2::Builder::new(TokioExecutor::new());
                    builder.max_concurrent_streams(streams);
                    let _ = builder.serve_connection(stream, service).await;
                } else {
                    let _ = http1::Builder::new()
                        .serve_connection(stream, service)
                        .await;
                }
            });
        }
    });
    Ok((address, received))
}

async fn respond(
    request: hyper::Request<Incoming>,
    pause: Duration,
    received: Arc<AtomicUsize>,
) -> Result<hyper::Response<Full<Bytes>>, Infallible> {
    let is_post = request.method() == hyper::Method::POST;
    let whole = request.into_body().collect().await.is_ok();
    if is_post && whole {
        received.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(pause).await;
    }
    let mut response = hyper::Response::new(Full::new(Bytes::from_static(b"{\"id\": \"1\"}")));
    let json = hyper::header::HeaderValue::from_static("application/json");
    response.headers_mut().insert("content-type", json);
    Ok(response)
}
