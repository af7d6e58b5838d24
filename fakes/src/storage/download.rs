//! Downloads.

use std::{
    io::{self, Read},
    time::Duration,
};

use ::http::{HeaderName, HeaderValue, Response};
use flate2::read::MultiGzDecoder;
use futures_util::stream;
use http_body_util::{BodyExt as _, StreamBody};
use hyper::body::Frame;

use super::{
    condition,
    content::{Content, PIECE},
    http::{self, Arriving, Body, bare, json_response, not_found, refuse},
    range::{self, Asked},
    state::{Object, State},
    trouble::{Errand, Trouble},
};
use crate::lock::lock;
use crate::server::{Ending, Trigger, is_accepted};

pub(super) fn respond(
    state: &State,
    arriving: &Arriving,
    bucket: &str,
    name: &str,
) -> io::Result<Response<Body>> {
    if let Some(refusal) = condition::unmet(arriving, state.generation(bucket, name)) {
        return Ok(refusal);
    }
    if arriving.parameter("alt") != Some("media") {
        return Ok(match state.object(bucket, name) {
            Some(object) => json_response(200, &object.describe(bucket, name)?),
            None => not_found(),
        });
    }
    let trouble = lock(&state.troubles).next(Errand::Fetch);
    if trouble == Trouble::NewGeneration
        && let Some(object) = state.object(bucket, name)
    {
        state.store(bucket, name, object.content, &object.form)?;
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
    let is_encoded = object.form.encoding.is_some();
    let accepted = arriving.header("accept-encoding");
    if is_encoded && !accepted.is_some_and(is_accepted) {
        return decompressed(&object, trouble, arriving.trigger());
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
    let stored = Stored {
        content: object.content.clone(),
        from,
        count,
        garbled: match trouble {
            Trouble::Garble(share) if is_encoded && asked == Asked::Ignored => {
                Some(count * share / 1001)
            }
            _ => None,
        },
    };
    let mut response = Response::new(body(stored, count, trouble, arriving.trigger()));
    describe(&mut response, &object, trouble)?;
    header(&mut response, "content-length", &count.to_string());
    if let Some(encoding) = &object.form.encoding {
        header(&mut response, "content-encoding", encoding);
    }
    if asked != Asked::Ignored {
        *response.status_mut() = ::http::StatusCode::PARTIAL_CONTENT;
        let range = format!("bytes {from}-{}/{len}", from + count - 1);
        header(&mut response, "content-range", &range);
    }
    Ok(response)
}

/// Returns all of the object, without its encoding and in spite of a range.
fn decompressed(object: &Object, trouble: Trouble, trigger: Trigger) -> io::Result<Response<Body>> {
    let stored = Stored {
        content: object.content.clone(),
        from: 0,
        count: object.content.len()?,
        garbled: None,
    };
    // Shares are of the stored length, which is near enough.
    let count = stored.count;
    let plain = MultiGzDecoder::new(stored);
    let mut response = Response::new(body(plain, count, trouble, trigger));
    describe(&mut response, object, trouble)?;
    let transformed = "x-guploader-response-body-transformations";
    header(&mut response, transformed, "gunzipped");
    header(&mut response, "warning", "214 UploadServer gunzipped");
    Ok(response)
}

fn describe(response: &mut Response<Body>, object: &Object, trouble: Trouble) -> io::Result<()> {
    let hash = match trouble {
        Trouble::WrongHash => "crc32c=AAAAAA==".to_owned(),
        _ => format!("crc32c={},md5={}", object.crc32c, object.md5),
    };
    let encoding = object.form.encoding.as_deref().unwrap_or("identity");
    for (name, value) in [
        ("content-type", object.form.content_type.clone()),
        ("etag", object.etag()),
        ("x-goog-generation", object.generation.to_string()),
        ("x-goog-stored-content-encoding", encoding.to_owned()),
        (
            "x-goog-stored-content-length",
            object.content.len()?.to_string(),
        ),
        ("x-goog-hash", hash),
    ] {
        header(response, name, &value);
    }
    Ok(())
}

fn header(response: &mut Response<Body>, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response
            .headers_mut()
            .insert(HeaderName::from_static(name), value);
    }
}

/// A part of what is stored, of which one byte may be another.
struct Stored {
    content: Content,
    from: u64,
    count: u64,
    garbled: Option<u64>,
}

impl Read for Stored {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let most = self.count.min(into.len() as u64);
        let piece = self.content.read(self.from, most)?;
        into[..piece.len()].copy_from_slice(&piece);
        let len = piece.len() as u64;
        if let Some(at) = self.garbled {
            if at < len {
                into[at as usize] ^= 0x55;
            }
            self.garbled = at.checked_sub(len);
        }
        self.from += len;
        self.count -= len;
        Ok(piece.len())
    }
}

/// What `bytes` gives, which may end badly after a share of `count` bytes.
fn body(bytes: impl Read + Send + 'static, count: u64, trouble: Trouble, trigger: Trigger) -> Body {
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
    let pieces = stream::unfold((bytes, trigger, 0), move |state| async move {
        let (mut bytes, trigger, at) = state;
        let mut most = PIECE;
        match breaks {
            Some((limit, _)) if at < limit => most = most.min(limit - at),
            Some(_) if stalls => std::future::pending().await,
            Some((_, reset)) => {
                // What was given is sent before the next write ends the connection.
                tokio::time::sleep(Duration::from_millis(2)).await;
                trigger.pull(Ending {
                    bytes: Vec::new(),
                    reset,
                });
            }
            None => {}
        }
        let mut piece = Vec::new();
        match (&mut bytes).take(most).read_to_end(&mut piece) {
            Ok(0) => None,
            Ok(len) => {
                let state = (bytes, trigger, at + len as u64);
                Some((Ok(Frame::data(piece.into())), state))
            }
            Err(error) => Some((Err(error), (bytes, trigger, at))),
        }
    });
    StreamBody::new(pieces).boxed_unsync()
}
