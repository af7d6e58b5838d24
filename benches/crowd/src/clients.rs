//! The clients: each makes the same call, and reads the name of the first instance.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use gapi::{Client, auth::AccessToken, transport::TransportOptions};
#[cfg(feature = "peers")]
use google_sqladmin1::{SQLAdmin, hyper_rustls};
use http_body_util::{BodyExt as _, Empty};
use hyper_util::{client::legacy, rt::TokioExecutor};
use nix::sys::{
    resource::{UsageWho, getrusage},
    time::TimeValLike as _,
};
use serde::Deserialize;

use crate::Failure;

gapi::api! {
    /// Cloud SQL Admin.
    mod sqladmin = "../../discovery-docs/sqladmin.v1.json" { instances.list };
}

const PROJECT: &str = "example-123";
/// The limit of a call by hand: gapi's have one too.
const LIMIT: Duration = Duration::from_secs(60);
/// Headers that gapi sends, so that the server reads the same from all hand-written clients.
const HEADERS: [(&str, &str); 4] = [
    ("accept", "application/json"),
    ("accept-encoding", "gzip"),
    ("user-agent", "program/1.0"),
    ("x-goog-api-client", "gl-rust/1.95.0 gdcl/0.1.0"),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Kind {
    /// Hand-written, with reqwest and serde.
    Reqwest,
    /// gapi with its default transport.
    Gapi,
    /// Hand-written, with hyper-util's client and serde.
    HyperUtil,
    #[cfg(feature = "peers")]
    #[value(name = "google-sqladmin1")]
    Sqladmin,
    #[cfg(feature = "peers")]
    #[value(name = "google-cloud-sql-v1")]
    CloudSql,
}

/// How many calls there are.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Crowd {
    /// How many calls there are in all.
    #[arg(long, default_value_t = 60_000)]
    pub(crate) calls: u64,
    /// How many calls there are at once.
    #[arg(long, default_value_t = 256)]
    pub(crate) at_once: u64,
    /// Use HTTP/2, over this many connections; HTTP/1.1 if it is 0.
    #[arg(long, default_value_t = 0)]
    pub(crate) connections: usize,
}

/// Makes the calls and prints the processor time of a call in nanoseconds, and the peak memory in KiB.
pub(crate) fn run(kind: Kind, address: SocketAddr, crowd: &Crowd) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let url = format!("http://{address}");
    let nanoseconds = runtime.block_on(async {
        let clients = 0..crowd.connections.max(1);
        let is_http2 = crowd.connections > 0;
        match kind {
            Kind::Reqwest => {
                let clients = clients
                    .map(|_| http_client(is_http2))
                    .collect::<Result<Vec<_>, _>>()?;
                measure(crowd, clients, move |http| by_reqwest(http, url.clone())).await
            }
            Kind::Gapi => {
                let clients = clients.map(|_| gapi_client(&url, is_http2));
                measure(crowd, clients.collect::<Result<Vec<_>, _>>()?, by_gapi).await
            }
            Kind::HyperUtil => {
                let clients = clients.map(|_| {
                    legacy::Client::builder(TokioExecutor::new())
                        .http2_only(is_http2)
                        .build_http()
                });
                measure(crowd, clients.collect(), move |http| {
                    by_hyper(http, url.clone())
                })
                .await
            }
            #[cfg(feature = "peers")]
            Kind::Sqladmin => {
                let hubs = clients.map(|_| sqladmin_hub(&url, is_http2));
                measure(crowd, hubs.collect::<Result<Vec<_>, _>>()?, by_sqladmin).await
            }
            #[cfg(feature = "peers")]
            Kind::CloudSql => {
                let client = google_cloud_sql_v1::client::SqlInstancesService::builder()
                    .with_endpoint(url)
                    .with_credentials(
                        google_cloud_auth::credentials::anonymous::Builder::new().build(),
                    )
                    .build()
                    .await?;
                measure(crowd, vec![client], by_cloud_sql).await
            }
        }
    })?;
    let status = std::fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = peak.and_then(|peak| peak.split_whitespace().next());
    println!(
        "{nanoseconds} {}",
        peak.ok_or("the system does not report the peak memory")?
    );
    Ok(())
}

/// Prints how large the futures are that a task holds while it waits for a response.
pub(crate) fn print_sizes() -> Result<(), Failure> {
    let client = gapi_client("http://127.0.0.1:1", false)?;
    let call = sqladmin::instances()
        .list(PROJECT)
        .send(&client)
        .into_future();
    let transport = gapi::transport::default_transport()?;
    let request = http::Request::get("http://127.0.0.1:1/").body(gapi::transport::Body::empty())?;
    let http = http_client(false)?;
    let sizes = [
        ("the future of a call, gapi", size_of_val(&*call)),
        (
            "the future of its transport",
            size_of_val(&*transport.send(request)),
        ),
        (
            "the future of a call, by hand",
            size_of_val(&by_reqwest(http.clone(), String::new())),
        ),
        (
            "the future of reqwest",
            size_of_val(&http.execute(http.get("http://127.0.0.1:1/").build()?)),
        ),
        ("a page, gapi", size_of::<sqladmin::InstancesListResponse>()),
        ("an instance, gapi", size_of::<sqladmin::DatabaseInstance>()),
        ("an instance, by hand", size_of::<Instance>()),
    ];
    for (what, size) in sizes {
        println!("{size:>6} bytes: {what}");
    }
    Ok(())
}

/// Makes the calls of a crowd, and returns the processor time of one in nanoseconds.
async fn measure<C, F>(
    crowd: &Crowd,
    clients: Vec<C>,
    call: impl Fn(C) -> F + Clone + Send + Sync + 'static,
) -> Result<i64, Failure>
where
    C: Clone + Send + Sync + 'static,
    F: Future<Output = Result<String, Failure>> + Send + 'static,
{
    // Connections, and what is made for the first call, are not measured.
    repeat(crowd.at_once, crowd.at_once * 2, &clients, call.clone()).await?;
    let before = processor_time()?;
    repeat(crowd.at_once, crowd.calls, &clients, call).await?;
    Ok((processor_time()? - before) / i64::try_from(crowd.calls)?)
}

async fn repeat<C, F>(
    at_once: u64,
    calls: u64,
    clients: &[C],
    call: impl Fn(C) -> F + Clone + Send + Sync + 'static,
) -> Result<(), Failure>
where
    C: Clone + Send + Sync + 'static,
    F: Future<Output = Result<String, Failure>> + Send + 'static,
{
    let left = Arc::new(AtomicU64::new(calls));
    let mut callers = tokio::task::JoinSet::new();
    for client in clients.iter().cycle().take(usize::try_from(at_once)?) {
        let (left, client, call) = (Arc::clone(&left), client.clone(), call.clone());
        callers.spawn(async move {
            let next = |left: u64| left.checked_sub(1);
            while left
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, next)
                .is_ok()
            {
                let name = call(client.clone()).await?;
                if name != "orders" {
                    return Err(Failure::from("another instance came back"));
                }
            }
            Ok(())
        });
    }
    while let Some(ended) = callers.join_next().await {
        ended??;
    }
    Ok(())
}

fn processor_time() -> Result<i64, Failure> {
    let usage = getrusage(UsageWho::RUSAGE_SELF)?;
    Ok(usage.user_time().num_microseconds() * 1000 + usage.system_time().num_microseconds() * 1000)
}

fn http_client(is_http2: bool) -> Result<reqwest::Client, Failure> {
    let builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .referer(false);
    let builder = if is_http2 {
        builder.http2_prior_knowledge()
    } else {
        builder
    };
    Ok(builder.build()?)
}

async fn by_reqwest(http: reqwest::Client, url: String) -> Result<String, Failure> {
    let mut request = http
        .get(format!("{url}/v1/projects/{PROJECT}/instances?alt=json"))
        .timeout(LIMIT)
        .bearer_auth("token");
    for (name, value) in HEADERS {
        request = request.header(name, value);
    }
    let response = request.send().await?.error_for_status()?;
    first_name(&response.bytes().await?)
}

async fn by_hyper<C>(http: legacy::Client<C, Empty<Bytes>>, url: String) -> Result<String, Failure>
where
    C: legacy::connect::Connect + Clone + Send + Sync + 'static,
{
    let mut request = http::Request::get(format!("{url}/v1/projects/{PROJECT}/instances?alt=json"))
        .header("authorization", "Bearer token");
    for (name, value) in HEADERS {
        request = request.header(name, value);
    }
    let request = request.body(Empty::new())?;
    let body = tokio::time::timeout(LIMIT, async move {
        let response = http.request(request).await?;
        if !response.status().is_success() {
            return Err(Failure::from(response.status().to_string()));
        }
        Ok(response.into_body().collect().await?.to_bytes())
    });
    first_name(&body.await??)
}

fn gapi_client(url: &str, is_http2: bool) -> Result<Client, Failure> {
    let client = Client::builder()
        .credentials(AccessToken::new("token"))
        .endpoint(url);
    let client = if is_http2 {
        client.transport(
            TransportOptions::new()
                .http2_prior_knowledge(true)
                .build()?,
        )
    } else {
        client
    };
    Ok(client.build()?)
}

async fn by_gapi(client: Client) -> Result<String, Failure> {
    let page = sqladmin::instances().list(PROJECT).send(&client).await?;
    let first = page.items.as_ref().and_then(|items| items.first());
    Ok(first
        .and_then(|instance| instance.name.clone())
        .unwrap_or_default())
}

#[cfg(feature = "peers")]
type Connector = hyper_rustls::HttpsConnector<legacy::connect::HttpConnector>;

#[cfg(feature = "peers")]
fn sqladmin_hub(url: &str, is_http2: bool) -> Result<SQLAdmin<Connector>, Failure> {
    let connector = hyper_rustls::HttpsConnectorBuilder::new()
        .with_native_roots()?
        .https_or_http()
        .enable_http1()
        .build();
    let http = legacy::Client::builder(TokioExecutor::new())
        .http2_only(is_http2)
        .build(connector);
    let mut hub = SQLAdmin::new(http, String::from("token"));
    hub.base_url(format!("{url}/"));
    Ok(hub)
}

#[cfg(feature = "peers")]
async fn by_sqladmin(hub: SQLAdmin<Connector>) -> Result<String, Failure> {
    let (_, page) = hub.instances().list(PROJECT).doit().await?;
    let first = page.items.as_ref().and_then(|items| items.first());
    Ok(first
        .and_then(|instance| instance.name.clone())
        .unwrap_or_default())
}

#[cfg(feature = "peers")]
async fn by_cloud_sql(
    client: google_cloud_sql_v1::client::SqlInstancesService,
) -> Result<String, Failure> {
    let page = client.list().set_project(PROJECT).send().await?;
    let first = page.items.first();
    Ok(first
        .map(|instance| instance.name.clone())
        .unwrap_or_default())
}

fn first_name(body: &[u8]) -> Result<String, Failure> {
    let page: Page = serde_json::from_slice(body)?;
    let first = page.items.as_ref().and_then(|items| items.first());
    Ok(first
        .and_then(|instance| instance.name.clone())
        .unwrap_or_default())
}

/// A page with all that the server sends.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "decoded as a program does that uses it")]
struct Page {
    kind: Option<String>,
    items: Option<Vec<Instance>>,
    next_page_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "decoded as a program does that uses it")]
struct Instance {
    kind: Option<String>,
    name: Option<String>,
    project: Option<String>,
    region: Option<String>,
    state: Option<String>,
    database_version: Option<String>,
    connection_name: Option<String>,
    create_time: Option<String>,
    etag: Option<String>,
    self_link: Option<String>,
    ip_addresses: Option<Vec<Address>>,
    settings: Option<Settings>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "decoded as a program does that uses it")]
struct Address {
    r#type: Option<String>,
    ip_address: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "decoded as a program does that uses it")]
struct Settings {
    kind: Option<String>,
    tier: Option<String>,
    settings_version: Option<String>,
    storage_auto_resize: Option<bool>,
    data_disk_size_gb: Option<String>,
    user_labels: Option<BTreeMap<String, String>>,
}
