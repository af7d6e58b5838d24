//! Sends an upload: in one request, or by a resumable upload.

use std::sync::Arc;

use gapi_transport::Body;

use super::{
    content::Content,
    plan::{SMALL, UploadPlan, UploadProtocol},
    resumable::SessionDriver,
    single_request::{self, MediaBody},
    source::{MediaSource, Meter},
    upload_check::{self, SentMedia},
};
use crate::{
    Error,
    client::Prepared,
    execute::{self, CallState, CallStep, RawResponse},
    http::{build_upload, streamed::Streamed},
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
    execute::give_request_id(prepared, &mut options)?;
    execute::fill_request_id(prepared, &mut options);
    let content = Box::new(|json| {
        // The length may be known only now.
        plan.protocol(method, len)?;
        let content_type = plan.content_type(method)?;
        Ok(single_request::content(json, content_type, media))
    });
    let request = build_upload(
        &prepared.call,
        &options,
        &prepared.request_context(),
        content,
    )?;
    let answered = execute::send_request(prepared, &options, state, request).await?;
    let checksum = meter.checksum();
    let len = checksum.at();
    let sent = SentMedia {
        len,
        checksum: &checksum,
    };
    upload_check::check(&prepared.call, &answered, &sent).map_err(at)?;
    meter.report(len, Some(len));
    Ok(answered)
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
