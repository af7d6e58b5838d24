//! One attempt: credentials, one exchange with its redirects, and the response.

use std::pin::pin;

use bytes::Bytes;
use gapi_auth::AuthHeaders;
use http::{
    StatusCode,
    header::{CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE},
};

use super::{
    RawResponse, authorize,
    exchange::exchange,
    plan::{Plan, ReadMode},
    response_body::ResponseBody,
    safety::BODY_CONSUMED,
    state::CallStep,
    timer::{self, AttemptTimer},
};
use crate::{Error, http::content_range};

/// The longest response in memory, in bytes, unless it is set.
pub(super) const RESPONSE_LIMIT: usize = 256 * 1024 * 1024;

/// Sends a request once. Returns `None` if the server rejected the token, and another token is worth one more attempt.
pub(super) async fn attempt(
    plan: &Plan<'_>,
    token_replaced: &mut bool,
) -> Result<Option<RawResponse>, Error> {
    let Plan {
        prepared,
        options,
        url,
        state,
        ..
    } = plan;
    let client = &*prepared.client.inner;
    let clock = &*client.clock;
    let identity = if plan.authorize {
        state.enter(CallStep::Credentials);
        let limit = || authorize::limit(client);
        let headers = authorize::authorize(prepared, options, url.url());
        timer::patiently(clock, limit, state, headers).await?
    } else {
        None
    };
    let response = {
        let reports_events = client.transport.reports_send_events();
        let limit = AttemptTimer::start(clock, state, plan.limit(), reports_events);
        let work = send_and_read(plan, identity.as_ref());
        timer::within_attempt(limit, pin!(work)).await
    };
    let response = response.map_err(|error| error.at(prepared.call.method.id, Some(url.text())))?;
    // A server may reject a token that is valid for this machine, because it was revoked or a clock is wrong.
    let rejected =
        response.status == StatusCode::UNAUTHORIZED && response.authorized && !*token_replaced;
    let mut note = None;
    if let Some(identity) = identity.as_ref().filter(|_| rejected)
        && client.credentials.reject(identity)
    {
        if plan.can_send_again() {
            tracing::debug!("the server rejected the token; trying once more with another");
            *token_replaced = true;
            return Ok(None);
        }
        note = Some(BODY_CONSUMED.into());
    }
    let response = response.check(prepared, options, url, plan.accept);
    response.map(Some).map_err(|error| {
        let sent = identity.iter().flat_map(AuthHeaders::headers);
        error.hiding_credentials(sent).after(0, note)
    })
}

/// Sends a request with the headers of `identity`, and reads the response, of any status.
async fn send_and_read(
    plan: &Plan<'_>,
    identity: Option<&AuthHeaders>,
) -> Result<RawResponse, Error> {
    let mut response = exchange(plan, identity).await?;
    if plan.read == ReadMode::Head && response.status.is_success() {
        return Ok(response);
    }
    let limit = plan.options.get().response_limit.unwrap_or(RESPONSE_LIMIT);
    response.body = std::mem::take(&mut response.unread).read(limit).await?;
    if let Some(host) = plan.state.host() {
        host.record_activity();
    }
    if plan.read == ReadMode::Head && is_part_of_nothing(&response) {
        // No error: the media is empty, and so is each part of it.
        response.status = StatusCode::OK;
        response.body = Bytes::new();
        for name in [CONTENT_RANGE, CONTENT_TYPE, CONTENT_LENGTH] {
            response.headers.remove(name);
        }
        response.unread = ResponseBody {
            declared: Some(0),
            ..ResponseBody::default()
        };
    }
    Ok(response)
}

/// Returns whether the server cannot send a part of the media because the media is empty: `content-range: bytes */0`.
fn is_part_of_nothing(response: &RawResponse) -> bool {
    response.status == StatusCode::RANGE_NOT_SATISFIABLE
        && content_range::complete_length(&response.headers) == Some(0)
}
