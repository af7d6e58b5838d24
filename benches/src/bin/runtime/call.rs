//! One small call: the least that every call costs.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use gapi::{
    Client,
    auth::{Token, from_fn},
};
use gapi_benches::{by_hand, tasks};

use crate::pairs::{Figure, Goal, compare};
use crate::{Failure, server};

/// The limit of a hand-written call: gapi's have one too.
const LIMIT: Duration = Duration::from_secs(60);

/// Calls of one run.
const CALLS: u32 = 200;

/// An HTTP client with the settings of the default transport.
pub(crate) fn http_client() -> Result<reqwest::Client, Failure> {
    Ok(reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .build()?)
}

/// The response of the server.
const RESPONSE: &str = r#"{"kind": "tasks#taskList", "id": "MTIzNDU2Nzg5MDEyMzQ1Njc4OTA6MDow", "etag": "\"LTEwMzA3NDg2NzQ\"", "title": "Errands",
    "updated": "2026-03-14T15:09:26.535Z", "selfLink": "https://www.googleapis.com/tasks/v1/users/@me/lists/MTIzNDU2Nzg5MDEyMzQ1Njc4OTA6MDow"}"#;

/// Gets one task list.
pub(crate) async fn small(pairs: u32) -> Result<Figure, Failure> {
    let address = server::start(|_| Bytes::from_static(RESPONSE.as_bytes()))?;
    let client = Client::builder()
        .credentials(from_fn(|| async { Ok(Token::new("token")) }))
        .endpoint(format!("http://{address}"))
        .transport(Arc::new(http_client()?))
        .build()?;
    let ours = async || {
        for _ in 0..CALLS {
            let list = tasks::tasklists().get("errands").send(&client).await?;
            assert_eq!(list.title.as_deref(), Some("Errands"));
        }
        Ok(())
    };
    let http = http_client()?;
    let theirs = async || {
        for _ in 0..CALLS {
            let url = format!(
                "http://{address}/tasks/v1/users/@me/lists/{}?alt=json",
                "errands"
            );
            let request = http
                .get(url)
                .header("accept", "application/json")
                .header("user-agent", "program/1.0")
                // As ours, so that the server has the same to read.
                .header("accept-encoding", "gzip")
                .header("x-goog-api-client", "gl-rust/1.95.0 gdcl/0.1.0")
                .timeout(LIMIT)
                .bearer_auth("token");
            let response = request.send().await?.error_for_status()?;
            let list: by_hand::TaskList = response.json().await?;
            assert_eq!(list.title.as_deref(), Some("Errands"));
        }
        Ok(())
    };
    let what = format!("a small call ({} bytes of answer)", RESPONSE.len());
    compare(what, Goal::AtMost(1.05), pairs, CALLS, ours, theirs).await
}
