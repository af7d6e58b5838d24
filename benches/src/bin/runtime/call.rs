//! One small call: the least that every call costs.

use std::sync::Arc;

use bytes::Bytes;
use gapi::{Client, auth::AccessToken};
use gapi_benches::{by_hand, page, sqladmin};

use crate::pairs::{Figure, Goal, compare};
use crate::{Failure, server};

/// Calls of one run.
const CALLS: u32 = 200;

/// An HTTP client with the settings of the default transport.
pub(crate) fn http_client() -> Result<reqwest::Client, Failure> {
    Ok(reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .build()?)
}

/// Gets one instance.
pub(crate) async fn small(pairs: u32) -> Result<Figure, Failure> {
    let one: by_hand::Page = serde_json::from_str(&page(1))?;
    let body = Bytes::from(serde_json::to_vec(&one.items.unwrap_or_default()[0])?);
    let bytes = body.len();
    let address = server::start(move |_| body.clone())?;
    let client = Client::builder()
        .credentials(AccessToken::new("token"))
        .endpoint(format!("http://{address}"))
        .transport(Arc::new(http_client()?))
        .build()?;
    let ours = async || {
        for _ in 0..CALLS {
            let request = sqladmin::instances().get("example-123", "db-0");
            let instance = request.send(&client).await?;
            assert_eq!(instance.name.as_deref(), Some("db-0"));
        }
        Ok(())
    };
    let http = http_client()?;
    let url = format!("http://{address}/v1/projects/example-123/instances/db-0?alt=json");
    let theirs = async || {
        for _ in 0..CALLS {
            let request = http
                .get(&url)
                .header("accept", "application/json")
                .header("user-agent", "program/1.0")
                .bearer_auth("token");
            let answer = request.send().await?.error_for_status()?;
            let instance: by_hand::Instance = answer.json().await?;
            assert_eq!(instance.name.as_deref(), Some("db-0"));
        }
        Ok(())
    };
    let what = format!("a small call ({bytes} bytes of answer)");
    compare(what, Goal::AtMost(1.05), pairs, CALLS, ours, theirs).await
}
