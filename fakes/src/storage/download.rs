//! Media on its way down.

use std::{io, time::Duration};

use ::http::{HeaderName, HeaderValue, Response};
use futures_util::stream;
use http_body_util::{BodyExt as _, StreamBody};
use hyper::body::Frame;

use super::{
    Content, Object, State, Trouble, bare,
    content::PIECE,
    http::{self, Arriving, Body},
    json_answer, not_found,
    range::{self, Asked},
    refuse,
    trouble::Errand,
};
use crate::{
    lock,
    server::{Ending, Trigger},
};

pub(super) fn answer(
    state: &State,
    arriving: &Arriving,
    bucket: &str,
    name: &str,
) -> io::Result<Response<Body>> {
    if arriving.parameter("alt") != Some("media") {
        return Ok(match state.object(bucket, name) {
            Some(object) => json_answer(200, &object.describe(bucket, name)?),
            None => not_found(),
        });
    }
    let trouble = lock(&state.troubles).next(Errand::Fetch);
    if trouble == Trouble::NewGeneration
        && let Some(object) = state.object(bucket, name)
    {
        state.store(bucket, name, object.content, &object.content_type)?;
    }
    if let Trouble::Status(status) = trouble {
        return Ok(bare(status));
    }
    let Some(object) = state.object(bucket, name) else {
        return Ok(not_found());
    };
    if let Some(wanted) = arriving.parameter("generation")
        && wanted != object.generation.to_string()
    {
        return Ok(refuse(404, "No such object generation"));
    }
    let len = object.content.len()?;
    let conditional = arriving
        .header("if-range")
        .is_none_or(|etag| etag == object.etag());
    let asked = match arriving.header("range") {
        Some(text) if conditional && trouble != Trouble::WholeInstead => range::asked(text, len),
        _ => Asked::Ignored,
    };
    let (from, count) = match asked {
        Asked::Part(from, count) => (from, count),
        Asked::Ignored => (0, len),
        Asked::Nothing => {
            let mut response = refuse(416, "Requested range not satisfiable");
            header(&mut response, "content-range", &format!("bytes */{len}"));
            return Ok(response);
        }
    };
    let body = body(&object.content, from, count, trouble, arriving.trigger());
    let mut response = Response::new(body);
    describe(&mut response, &object, count, trouble);
    if asked != Asked::Ignored {
        *response.status_mut() = ::http::StatusCode::PARTIAL_CONTENT;
        let range = format!("bytes {from}-{}/{len}", from + count - 1);
        header(&mut response, "content-range", &range);
    }
    Ok(response)
}

fn describe(response: &mut Response<Body>, object: &Object, count: u64, trouble: Trouble) {
    let hash = match trouble {
        Trouble::WrongHash => "crc32c=AAAAAA==".to_owned(),
        _ => format!("crc32c={},md5={}", object.crc32c, object.md5),
    };
    for (name, value) in [
        ("content-type", object.content_type.clone()),
        ("content-length", count.to_string()),
        ("etag", object.etag()),
        ("x-goog-generation", object.generation.to_string()),
        ("x-goog-stored-content-encoding", "identity".to_owned()),
        ("x-goog-hash", hash),
    ] {
        header(response, name, &value);
    }
}

fn header(response: &mut Response<Body>, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response
            .headers_mut()
            .insert(HeaderName::from_static(name), value);
    }
}

/// A part of the content, which may end badly.
fn body(content: &Content, from: u64, count: u64, trouble: Trouble, trigger: Trigger) -> Body {
    let breaks = match trouble {
        Trouble::Reset(share) => Some((count * share / 1000, true)),
        Trouble::Close(share) => Some((count * share / 1000, false)),
        Trouble::BreakAfter(bytes) | Trouble::StallAfter(bytes) => Some((bytes.min(count), false)),
        _ => None,
    };
    let stalls = matches!(trouble, Trouble::StallAfter(_));
    if count == 0 {
        return http::empty(200).into_body();
    }
    let state = (content.clone(), trigger, 0);
    let pieces = stream::unfold(state, move |(content, trigger, at)| async move {
        if at == count {
            return None;
        }
        let mut most = count;
        match breaks {
            Some((limit, _)) if at < limit => most = limit,
            Some(_) if stalls => std::future::pending().await,
            Some((_, reset)) => {
                // What was given is on its way before the next write ends the connection.
                tokio::time::sleep(Duration::from_millis(2)).await;
                trigger.pull(Ending {
                    bytes: Vec::new(),
                    reset,
                });
            }
            None => {}
        }
        let piece = content.read(from + at, (most - at).min(PIECE));
        let len = piece.as_ref().map_or(0, |piece| piece.len() as u64);
        Some((piece.map(Frame::data), (content, trigger, at + len)))
    });
    StreamBody::new(pieces).boxed_unsync()
}
