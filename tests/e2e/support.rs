//! What the tests share: a module made by `api!`, and a client of an embedded server.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use gapi::{
    Client, RetryPolicy,
    auth::ServiceAccount,
    transport::{BoxFuture, Clock, SystemClock},
};
use gapi_fakes::Google;

gapi::api! {
    /// Cloud SQL Admin.
    pub(crate) mod sqladmin = "discovery-docs/sqladmin.v1.json" {
        instances.{list, get, insert, patch, delete}, operations.{list, get}
    };
}

/// The project of the embedded server.
pub(crate) const PROJECT: &str = Google::PROJECT;
/// The path of its instances.
pub(crate) const INSTANCES: &str = "/v1/projects/example-123/instances";

/// An embedded server, and its service account.
pub(crate) async fn google() -> (Google, ServiceAccount) {
    let google = Google::start().await.unwrap();
    let account = ServiceAccount::from_json(&google.key_json())
        .unwrap()
        .scopes([sqladmin::scope::SQLSERVICE_ADMIN])
        .clock(Arc::new(Hurried));
    (google, account)
}

/// A client of `google` with these credentials, which makes one attempt at each call.
pub(crate) fn client(google: &Google, credentials: impl gapi::Credentials) -> Client {
    Client::builder()
        .credentials(credentials)
        .endpoint(google.url())
        .retry(RetryPolicy::none())
        .build()
        .unwrap()
}

/// An embedded server, and a client that is signed in.
pub(crate) async fn signed_in() -> (Google, Client) {
    let (google, account) = google().await;
    let client = client(&google, account);
    (google, client)
}

/// A clock on which pauses between attempts take no time; limits stay what they are.
#[derive(Debug)]
pub(crate) struct Hurried;

impl Clock for Hurried {
    fn now(&self) -> SystemTime {
        SystemClock.now()
    }

    fn monotonic(&self) -> Duration {
        SystemClock.monotonic()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        if duration < Duration::from_secs(10) {
            Box::pin(async {})
        } else {
            SystemClock.sleep(duration)
        }
    }
}
