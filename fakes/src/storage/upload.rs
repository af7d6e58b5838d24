//! Uploads.

use std::io;

use ::http::{HeaderValue, Method, Response};
use serde_json::{Value, json};

use super::{
    condition,
    content::Content,
    http::{self, Arriving, Body, bare, head_of, json_response, not_found, refuse},
    range::{self, Chunk},
    state::{Form, State},
    trouble::{Errand, Trouble},
};
use crate::{lock::lock, multipart};

/// The length of a chunk is a multiple of this, the last one's aside.
const UNIT: u64 = 256 * 1024;

/// A resumable upload.
#[derive(Clone, Debug)]
pub(super) struct Session {
    bucket: String,
    name: String,
    form: Form,
    /// The object's description in the first request.
    declared: Value,
    content: Content,
    /// The total size, once a request has stated it.
    total: Option<u64>,
    stored: u64,
    /// The final response, which is repeated.
    done: Option<Value>,
}

impl Session {
    pub(super) fn is_over(&self) -> bool {
        self.done.is_some()
    }
}

pub(super) async fn respond(
    state: &State,
    mut arriving: Arriving,
    bucket: &str,
) -> io::Result<Response<Body>> {
    if let Some(id) = arriving.parameter("upload_id").map(str::to_owned) {
        return in_session(state, arriving, &id).await;
    }
    if arriving.method != Method::POST && arriving.method != Method::PUT {
        return Ok(not_found());
    }
    match arriving.parameter("uploadType") {
        Some("resumable") => begin(state, arriving, bucket).await,
        Some(kind @ ("media" | "multipart")) => {
            let is_multipart = kind == "multipart";
            let trouble = lock(&state.troubles).next(Errand::Bring);
            let body = arriving.whole().await;
            let content_type = arriving.header("content-type").unwrap_or_default();
            let parts = if is_multipart {
                multipart::related(content_type, &body)
            } else {
                Some((json!({}), content_type.to_owned(), body))
            };
            let Some((described, content_type, media)) = parts else {
                return Ok(refuse(400, "Malformed multipart body."));
            };
            let Some(name) = name(&arriving, &described) else {
                return Ok(refuse(400, "Required"));
            };
            let content = Content::new()?;
            content.append(&media)?;
            let unmet = condition::unmet(&arriving, state.generation(bucket, &name));
            if let Some(refusal) = unmet.or(condition::mismatch(&described, &content)?) {
                return Ok(refusal);
            }
            let form = Form {
                content_type,
                encoding: encoding(&arriving, &described),
            };
            let done = |state: &State| state.store(bucket, &name, content, &form);
            match trouble {
                Trouble::Status(status) | Trouble::Gone(status) => Ok(bare(status)),
                Trouble::Reset(_) => Ok(arriving.reset()),
                _ => Ok(finished(&arriving, trouble, done(state)?)),
            }
        }
        _ => Ok(refuse(
            400,
            "uploadType must be media, multipart or resumable",
        )),
    }
}

/// The object's name, from the query or its description.
fn name(arriving: &Arriving, described: &Value) -> Option<String> {
    let name = arriving.parameter("name").or(described["name"].as_str());
    name.map(str::to_owned)
}

/// How the object's bytes are encoded, from the query or its description.
fn encoding(arriving: &Arriving, described: &Value) -> Option<String> {
    let stated = arriving.parameter("contentEncoding");
    let encoding = stated.or(described["contentEncoding"].as_str());
    encoding.map(str::to_owned)
}

async fn begin(state: &State, mut arriving: Arriving, bucket: &str) -> io::Result<Response<Body>> {
    let trouble = lock(&state.troubles).next(Errand::Begin);
    let body = arriving.whole().await;
    let described: Value = match body.as_slice() {
        b"" => json!({}),
        body => match serde_json::from_slice(body) {
            Ok(described) => described,
            Err(error) => return Ok(refuse(400, &error.to_string())),
        },
    };
    let length = arriving.header("x-upload-content-length").map(str::parse);
    let (Some(name), Ok(total)) = (name(&arriving, &described), length.transpose()) else {
        return Ok(refuse(400, "Required"));
    };
    match trouble {
        Trouble::Status(status) | Trouble::Gone(status) => return Ok(bare(status)),
        Trouble::Reset(_) => return Ok(arriving.reset()),
        _ => {}
    }
    if let Some(refusal) = condition::unmet(&arriving, state.generation(bucket, &name)) {
        return Ok(refusal);
    }
    let id = format!("session-{}", state.number());
    let session = Session {
        bucket: bucket.to_owned(),
        name,
        form: Form {
            content_type: arriving
                .header("x-upload-content-type")
                .unwrap_or("application/octet-stream")
                .to_owned(),
            encoding: encoding(&arriving, &described),
        },
        declared: described,
        content: Content::new()?,
        total,
        stored: 0,
        done: None,
    };
    let location = format!(
        "http://{}{}?uploadType=resumable&upload_id={id}",
        arriving.header("host").unwrap_or_default(),
        arriving.path
    );
    lock(&state.sessions).insert(id, session);
    let mut response = http::empty(200);
    if let Ok(location) = HeaderValue::from_str(&location) {
        response.headers_mut().insert("location", location);
    }
    Ok(match trouble {
        Trouble::Lose => arriving.reset(),
        Trouble::HalfResponse => half(&arriving, &response),
        Trouble::StatusAfterwards(status) => bare(status),
        _ => response,
    })
}

async fn in_session(state: &State, mut arriving: Arriving, id: &str) -> io::Result<Response<Body>> {
    if arriving.method == Method::DELETE {
        let known = lock(&state.sessions).remove(id);
        return Ok(http::empty(if known.is_some() { 499 } else { 404 }));
    }
    let declared: u64 = arriving
        .header("content-length")
        .and_then(|l| l.parse().ok())
        .unwrap_or(0);
    let chunk = match arriving.header("content-range") {
        // Everything in one request, which is how nothing is uploaded.
        None => Chunk {
            bytes: Some((0, declared)),
            total: Some(declared),
        },
        Some(text) => match range::chunk(text) {
            Some(chunk) => chunk,
            None => return Ok(refuse(400, &format!("Invalid Content-Range {text:?}"))),
        },
    };
    let errand = if chunk.bytes.is_some() {
        Errand::Bring
    } else {
        Errand::Ask
    };
    let trouble = match chunk.bytes {
        Some((from, len)) => lock(&state.troubles).next_of(from, from + len),
        None => lock(&state.troubles).next(errand),
    };
    let Some(mut session) = lock(&state.sessions).get(id).cloned() else {
        return Ok(bare(404));
    };
    match trouble {
        Trouble::Status(status) => {
            drain(&mut arriving).await;
            return Ok(bare(status));
        }
        Trouble::Gone(status) => {
            lock(&state.sessions).remove(id);
            return Ok(bare(status));
        }
        Trouble::Reset(0) => return Ok(arriving.reset()),
        Trouble::Boast => return Ok(incomplete(session.stored + 10 * UNIT + declared)),
        Trouble::Forget(share) => {
            drain(&mut arriving).await;
            session.stored = session.stored * share / 1000;
            session.content.truncate(session.stored)?;
            let stored = session.stored;
            lock(&state.sessions).insert(id.to_owned(), session);
            return Ok(incomplete(stored));
        }
        _ => {}
    }
    if let Some(done) = session.done {
        drain(&mut arriving).await;
        return Ok(finished(&arriving, trouble, done));
    }
    if let Err(why) = judge(&session, &chunk, declared) {
        return Ok(refuse(400, &why));
    }
    session.total = session.total.or(chunk.total);
    let (from, len) = chunk.bytes.unwrap_or_default();
    let limit = match trouble {
        Trouble::Reset(share) | Trouble::Partly(share) => Some(len * share / 1000),
        Trouble::StatusAt(_, at) => Some(at - from),
        _ => None,
    };
    let whole = take(&mut arriving, &mut session, &chunk, limit).await?;
    let complete = whole && session.total == Some(session.stored);
    if complete && let Some(refusal) = condition::mismatch(&session.declared, &session.content)? {
        return Ok(refusal);
    }
    if complete || trouble == Trouble::EndEarly {
        let content = session.content.clone();
        session.done = Some(state.store(&session.bucket, &session.name, content, &session.form)?);
    }
    let (done, stored) = (session.done.clone(), session.stored);
    lock(&state.sessions).insert(id.to_owned(), session);
    Ok(match (trouble, done) {
        (Trouble::Reset(_), _) => arriving.reset(),
        (_, Some(done)) => finished(&arriving, trouble, done),
        (Trouble::StatusAfterwards(status) | Trouble::StatusAt(status, _), None) => bare(status),
        (Trouble::Lose, None) => arriving.reset(),
        (Trouble::HalfResponse, None) => half(&arriving, &incomplete(stored)),
        (_, None) => incomplete(stored),
    })
}

/// Whether a chunk fits.
fn judge(session: &Session, chunk: &Chunk, declared: u64) -> Result<(), String> {
    if let (Some(before), Some(now)) = (session.total, chunk.total)
        && before != now
    {
        return Err(format!("The length was {before} and is {now}"));
    }
    let (from, len) = chunk.bytes.unwrap_or((session.stored, 0));
    if len != declared {
        return Err(format!(
            "A chunk of {len} bytes with a content-length of {declared}"
        ));
    }
    if from > session.stored {
        return Err(format!(
            "A chunk from {from} leaves a hole after {}",
            session.stored
        ));
    }
    let is_last = chunk.total.is_some_and(|total| from + len == total);
    if len % UNIT != 0 && !is_last {
        return Err(format!("A chunk of {len} bytes is no multiple of {UNIT}"));
    }
    Ok(())
}

/// Takes the bytes of a chunk, or so many of them; what is there already is passed over. Whether all came.
async fn take(
    arriving: &mut Arriving,
    session: &mut Session,
    chunk: &Chunk,
    most: Option<u64>,
) -> io::Result<bool> {
    let (from, len) = chunk.bytes.unwrap_or((session.stored, 0));
    let limit = most.unwrap_or(len);
    let mut at = from;
    while let Some(bytes) = arriving.next().await {
        let end = at + bytes.len() as u64;
        let last = end.min(from + limit);
        if last > session.stored && session.stored >= at {
            let new = &bytes[(session.stored - at) as usize..(last - at) as usize];
            session.content.append(new)?;
            session.stored = last;
        }
        at = end;
        if most.is_some() && at >= from + limit {
            break;
        }
    }
    Ok(most.is_none() && at == from + len)
}

async fn drain(arriving: &mut Arriving) {
    while arriving.next().await.is_some() {}
}

/// 308: continue after this.
fn incomplete(stored: u64) -> Response<Body> {
    let mut response = http::empty(308);
    let range = format!("bytes=0-{}", stored.saturating_sub(1));
    // With nothing stored there is no range.
    if let (true, Ok(range)) = (stored > 0, HeaderValue::from_str(&range)) {
        response.headers_mut().insert("range", range);
    }
    response
}

/// The final response, or what becomes of it.
fn finished(arriving: &Arriving, trouble: Trouble, mut done: Value) -> Response<Body> {
    match trouble {
        Trouble::WrongHash => {
            done["crc32c"] = json!("AAAAAA==");
            done["md5Hash"] = json!("AAAAAAAAAAAAAAAAAAAAAA==");
        }
        Trouble::WrongSize => done["size"] = json!("1"),
        _ => {}
    }
    let response = json_response(200, &done);
    match trouble {
        Trouble::Lose => arriving.reset(),
        Trouble::HalfResponse => {
            let text = done.to_string();
            let mut bytes = head_of(&response, text.len() as u64);
            bytes.extend_from_slice(&text.as_bytes()[..text.len() / 2]);
            arriving.end(bytes, false)
        }
        Trouble::StatusAfterwards(status) => bare(status),
        _ => response,
    }
}

/// Half of the head of a response that has no body.
fn half(arriving: &Arriving, response: &Response<Body>) -> Response<Body> {
    let mut head = head_of(response, 0);
    head.truncate(head.len() / 2);
    arriving.end(head, false)
}
