//! Calls without media, and what goes wrong with them.

use std::{convert::Infallible, io, sync::OnceLock};

use ::http::Response;
use http_body_util::BodyExt as _;
use serde_json::json;

use super::{
    condition, download,
    http::{self, Arriving, Body, bare, head_of, json_response, not_found, refuse},
    state::State,
    trouble::Trouble,
    upload,
};
use crate::{Request, discovery::Document, lock::lock, server::Ending};

const DOCUMENT: &str = include_str!("../../../discovery-docs/storage.v1.json");

/// Responds to a call, or lets it meet the next trouble.
pub(super) async fn respond(state: &State, arriving: Arriving) -> Response<Body> {
    let trouble = lock(&state.calls).pop_front().unwrap_or(Trouble::None);
    match trouble {
        Trouble::Status(status) => return bare(status),
        Trouble::Reset(_) => return arriving.reset(),
        _ => {}
    }
    let trigger = arriving.trigger();
    let response = route(state, arriving).await;
    match trouble {
        Trouble::StatusAfterwards(status) => bare(status),
        Trouble::Lose => {
            let bytes = Vec::new();
            trigger.pull(Ending { bytes, reset: true });
            response
        }
        Trouble::BreakAfter(most) => {
            let (head, body) = response.into_parts();
            let body = body
                .collect()
                .await
                .map(http_body_util::Collected::to_bytes);
            let body = body.unwrap_or_default();
            let sent = usize::try_from(most).map_or(body.len(), |most| most.min(body.len()));
            let empty = http_body_util::Empty::new()
                .map_err(|never: Infallible| match never {})
                .boxed_unsync();
            let response = Response::from_parts(head, empty);
            let mut bytes = head_of(&response, body.len() as u64);
            bytes.extend_from_slice(&body[..sent]);
            let reset = false;
            trigger.pull(Ending { bytes, reset });
            response
        }
        Trouble::StallAfter(_) => std::future::pending().await,
        _ => response,
    }
}

/// The document, read when it is first needed.
fn document() -> Option<&'static Document> {
    static READ: OnceLock<Option<Document>> = OnceLock::new();
    READ.get_or_init(|| Document::parse(DOCUMENT).ok()).as_ref()
}

/// Judges a call by the document, and responds with the id of its method. Nothing is stored.
pub(super) async fn other(mut arriving: Arriving) -> Response<Body> {
    let request = Request {
        method: arriving.method.clone(),
        path: arriving.path.clone(),
        query: arriving.query_text.clone(),
        headers: arriving.headers.clone(),
        body: arriving.whole().await.into(),
    };
    let routed = document().and_then(|document| Some((document, document.route(&request)?)));
    let Some((document, call)) = routed else {
        return not_found();
    };
    match document.check(&call, &request) {
        Ok(_) => {
            let described = json!({"kind": "storage#response", "id": call.method.id});
            json_response(200, &described)
        }
        Err(error) => refuse(400, &format!("{error:?}")),
    }
}

/// Routes a request.
pub(super) async fn route(state: &State, arriving: Arriving) -> Response<Body> {
    let path = arriving.path.clone();
    let parts: Vec<String> = path
        .trim_start_matches('/')
        .split('/')
        .map(|part| {
            percent_encoding::percent_decode_str(part)
                .decode_utf8_lossy()
                .into_owned()
        })
        .collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let done = match parts.as_slice() {
        ["upload", "storage", "v1", "b", bucket, "o"] => {
            upload::respond(state, arriving, bucket).await
        }
        ["storage", "v1", "b", bucket, "o", name] if arriving.method == ::http::Method::GET => {
            download::respond(state, &arriving, bucket, name)
        }
        ["storage", "v1", "b", bucket, "o", name] if arriving.method == ::http::Method::DELETE => {
            if let Some(refusal) = condition::unmet(&arriving, state.generation(bucket, name)) {
                return refusal;
            }
            let known = lock(&state.objects).remove(&((*bucket).to_owned(), (*name).to_owned()));
            Ok(if known.is_some() {
                http::empty(204)
            } else {
                not_found()
            })
        }
        _ => Ok(other(arriving).await),
    };
    done.unwrap_or_else(|error: io::Error| http::text(500, &error.to_string()))
}
