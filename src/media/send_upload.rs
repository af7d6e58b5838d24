//! Sends an upload: in one request, or by a resumable upload.

use std::sync::Arc;

use bytes::Bytes;
use gapi_transport::Body;
use http::HeaderValue;
use uuid::Uuid;

use super::{
    content::Content,
    plan::{SMALL, UploadPlan, UploadProtocol},
    resumable::SessionDriver,
    source::{MediaSource, Meter},
    upload_check::{self, SentMedia},
};
use crate::{
    Error,
    client::Prepared,
    execute::{self, CallState, CallStep, RawResponse},
    http::{RequestContent, build_upload, streamed::Streamed},
    outlined_box::OutlinedBox,
    request::options::CallOptions,
};

/// Sends a call with its media, and returns the response.
pub(super) async fn send(prepared: &Prepared, mut plan: UploadPlan) -> Result<RawResponse, Error> {
    let options = prepared.merged_options();
    let state = Arc::new(CallState::default());
    let work = async {
        let source = open(prepared, &state, &mut plan).await?;
        let protocol = plan.protocol(prepared.call.method, source.len());
        match protocol.map_err(usage(prepared))? {
            UploadProtocol::Resumable => {
                let prepared = OutlinedBox::new(prepared.clone());
                let state = Arc::clone(&state);
                let driver =
                    SessionDriver::begin(prepared, options.clone(), plan, source, state).await?;
                driver.finish().await
            }
            UploadProtocol::OneRequest => {
                send_in_one_request(prepared, options.clone(), &state, plan, source).await
            }
        }
    };
    execute::many(prepared, &options, &state, work).await
}

/// Begins a resumable upload.
pub(super) async fn start(
    prepared: OutlinedBox<Prepared>,
    mut plan: UploadPlan,
) -> Result<SessionDriver, Error> {
    let method = prepared.call.method;
    let options = prepared.merged_options();
    let state = Arc::new(CallState::default());
    let mut limit = execute::call_limit(&prepared, &options);
    let counted = Arc::clone(&state);
    let work = async {
        let source = open(&prepared, &state, &mut plan).await?;
        let protocol = plan.protocol(method, source.len());
        protocol.map_err(usage(&prepared))?;
        SessionDriver::begin(prepared, options, plan, source, Arc::clone(&state)).await
    };
    execute::within(limit.as_mut(), &counted, work)
        .await
        .map_err(|error| error.at(method.id, None).counting(counted.exchanges()))
}

/// Opens the media, after the checks that do not require that.
async fn open(
    prepared: &Prepared,
    state: &CallState,
    plan: &mut UploadPlan,
) -> Result<MediaSource, Error> {
    let method = prepared.call.method;
    let len = plan.media.content.len();
    plan.protocol(method, len).map_err(usage(prepared))?;
    plan.content_type(method).map_err(usage(prepared))?;
    let at = |error: Error| error.at(method.id, None);
    state.enter(CallStep::Media);
    let mut source = MediaSource::open(&plan.media.content).await.map_err(at)?;
    source.limit_idle_time(&prepared.client.inner.clock);
    // Media of unknown length may turn out to be small.
    let may_be_in_one_request =
        plan.protocol.is_none() && method.upload.as_ref().is_some_and(|upload| upload.simple);
    if source.len().is_none()
        && may_be_in_one_request
        && let Some(bytes) = source.all(SMALL).await.map_err(at)?
    {
        plan.media.content = Content::Bytes(bytes);
        source = MediaSource::open(&plan.media.content).await.map_err(at)?;
    }
    Ok(source)
}

/// Sends the media in one request.
async fn send_in_one_request(
    prepared: &Prepared,
    mut options: CallOptions,
    state: &CallState,
    plan: UploadPlan,
    mut source: MediaSource,
) -> Result<RawResponse, Error> {
    let method = prepared.call.method;
    let at = |error: Error| error.at(method.id, None);
    let meter = plan.meter(&options);
    let len = source.len();
    let small = match &plan.media.content {
        Content::Bytes(bytes) => Some(bytes.clone()),
        _ => source.all(SMALL).await.map_err(at)?,
    };
    let (media, len) = match small {
        Some(bytes) => {
            meter.record(0, &bytes);
            let len = Some(bytes.len() as u64);
            (MediaBody::Bytes(bytes), len)
        }
        None => {
            let media = streamed(source, &meter).await.map_err(at)?;
            (MediaBody::Streamed(media), len)
        }
    };
    execute::set_request_id(&prepared.call, &mut options)?;
    let content = Box::new(|json| {
        // The length may be known only now.
        plan.protocol(method, len)?;
        let content_type = plan.content_type(method)?;
        Ok(one_request_content(json, content_type, media))
    });
    let request = build_upload(
        &prepared.call,
        &options,
        &prepared.request_context(),
        content,
    )?;
    let response = execute::send_request(prepared, &options, state, request).await?;
    let checksum = meter.checksum();
    let len = checksum.at();
    let sent = SentMedia {
        len,
        checksum: &checksum,
    };
    upload_check::check(&prepared.call, &response, &sent).map_err(at)?;
    meter.report(len, Some(len));
    Ok(response)
}

/// Returns the media as a body, which can be sent again if the source is repeatable.
async fn streamed(mut source: MediaSource, meter: &Meter) -> Result<Streamed, Error> {
    let len = source.len();
    if !source.is_repeatable() {
        let body = Body::from_stream(source.into_stream(meter.clone()), len);
        return Ok(Streamed::once(body));
    }
    let window = Arc::new(source.window(0, u64::MAX, meter).await?);
    let meter = meter.clone();
    Ok(Streamed::new(len, move || Some(window.body(len, &meter))))
}

fn usage(prepared: &Prepared) -> impl Fn(String) -> Error + use<> {
    let method = prepared.call.method.id;
    move |why| Error::usage(why).at(method, None)
}

/// The media of one request.
pub(super) enum MediaBody {
    Bytes(Bytes),
    /// Media that is not in memory.
    Streamed(Streamed),
}

/// Returns the content of a request that uploads `media`, after the JSON body if there is one.
pub(super) fn one_request_content(
    json: Option<(HeaderValue, Bytes)>,
    content_type: HeaderValue,
    media: MediaBody,
) -> RequestContent {
    let upload_type = if json.is_some() { "multipart" } else { "media" };
    let (body, stream) = match (media, json) {
        (MediaBody::Bytes(media), None) => ((content_type, media), None),
        (MediaBody::Bytes(media), Some((_, json))) => (related(&json, &media, &content_type), None),
        (MediaBody::Streamed(media), None) => ((content_type, Bytes::new()), Some(media)),
        (MediaBody::Streamed(media), Some((_, json))) => {
            // The boundary has 122 random bits, so that the media need not be searched for it.
            let boundary = boundary(&[&json], candidate);
            let frame = framed(&boundary, &json, &content_type);
            let stream = media.between(frame.head, frame.tail);
            ((frame.content_type, Bytes::new()), Some(stream))
        }
    };
    RequestContent {
        upload_type: Some(upload_type),
        body: Some(body),
        stream,
        ..RequestContent::default()
    }
}

/// What comes before and after the media in a message.
struct MessageFrame {
    /// The content type of the message.
    content_type: HeaderValue,
    head: Bytes,
    tail: Bytes,
}

/// Returns a message of both parts, and its content type. The media is copied once for all attempts of a call.
fn related(json: &[u8], media: &[u8], media_type: &HeaderValue) -> (HeaderValue, Bytes) {
    let boundary = boundary(&[json, media], candidate);
    let frame = framed(&boundary, json, media_type);
    let body = [&frame.head, media, &frame.tail].concat();
    (frame.content_type, body.into())
}

fn candidate() -> String {
    format!("gapi-{}", Uuid::new_v4().simple())
}

fn framed(boundary: &str, json: &[u8], media_type: &HeaderValue) -> MessageFrame {
    let head: [&[u8]; 9] = [
        b"--",
        boundary.as_bytes(),
        b"\r\nContent-Type: application/json\r\n\r\n",
        json,
        b"\r\n--",
        boundary.as_bytes(),
        b"\r\nContent-Type: ",
        media_type.as_bytes(),
        b"\r\nContent-Transfer-Encoding: binary\r\n\r\n",
    ];
    let tail: [&[u8]; 3] = [b"\r\n--", boundary.as_bytes(), b"--\r\n"];
    let content_type = format!("multipart/related; boundary={boundary}");
    // Always valid: a boundary has letters, digits and hyphens only.
    let content_type = HeaderValue::try_from(content_type)
        .unwrap_or_else(|_| HeaderValue::from_static("multipart/related"));
    MessageFrame {
        content_type,
        head: head.concat().into(),
        tail: tail.concat().into(),
    }
}

/// Returns the first of `candidates` that no part contains: a part would end there.
fn boundary(parts: &[&[u8]], mut candidates: impl FnMut() -> String) -> String {
    loop {
        let candidate = candidates();
        if !parts
            .iter()
            .any(|part| contains(part, candidate.as_bytes()))
        {
            return candidate;
        }
    }
}

fn contains(text: &[u8], wanted: &[u8]) -> bool {
    let Some(first) = wanted.first() else {
        return true;
    };
    text.iter()
        .enumerate()
        .any(|(at, byte)| byte == first && text[at..].starts_with(wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_boundary_that_a_part_contains_is_not_used() {
        let mut candidates = ["one", "two", "three", "four"]
            .map(String::from)
            .into_iter();
        let next = || candidates.next().expect("a candidate");
        let parts: [&[u8]; 2] = [b"{\"a\":\"one\"}", b"\x00twtwo"];
        assert_eq!(boundary(&parts, next), "three");
    }

    #[test]
    fn every_message_has_another_boundary() {
        let kind = HeaderValue::from_static("text/plain");
        let (one, _) = related(b"{}", b"a", &kind);
        let (two, _) = related(b"{}", b"a", &kind);
        assert_ne!(one, two);
    }
}
