//! The calls of a batch.

use std::sync::Arc;

use http::{StatusCode, Uri};

use super::{
    CallState, CallStep, RawResponse, Timer, authorize, fill_request_id, give_request_id, is_safe,
    plan::build,
};
use crate::{
    Client, Error, ErrorKind,
    client::prepared::Prepared,
    error::Repeat,
    http::HttpRequest,
    redact::RedactedUrl,
    request::options::{CallOptions, InBatch},
};

/// One call of a batch, for all its attempts.
pub(crate) struct BatchPart {
    pub(crate) request: HttpRequest,
    /// The root URL of the API.
    pub(crate) root: String,
    /// The URL without secrets.
    pub(crate) redacted_url: Arc<RedactedUrl>,
    /// Whether it may be repeated although it may have had its effect.
    pub(crate) is_safe: bool,
    options: CallOptions,
}

impl BatchPart {
    /// Returns the merged options.
    pub(crate) fn options(&self) -> &CallOptions {
        &self.options
    }

    /// Returns the response if it is a complete success, else its error.
    pub(crate) fn check(
        &self,
        prepared: &Prepared,
        response: RawResponse,
    ) -> Result<RawResponse, Error> {
        let response = response.check(
            prepared,
            &self.options,
            &self.redacted_url,
            StatusCode::is_success,
        )?;
        let expects_json = self.request.expects_json();
        let expects_content = expects_json && prepared.call.method.expects_content();
        match response.incomplete(expects_json, expects_content) {
            None => Ok(response),
            Some(what) => Err(Error::new(ErrorKind::Decode, what)
                .with_repeat(Repeat::IfSafe)
                .with_response(response.status, response.headers, response.body)),
        }
    }
}

/// Builds the part of a call.
pub(crate) fn batch_part(prepared: &Prepared) -> Result<BatchPart, Error> {
    let mut options = prepared.merged_options();
    options.get_mut().batch = InBatch::Part;
    give_request_id(prepared, &mut options)?;
    fill_request_id(prepared, &mut options);
    let request = build(prepared, &options)?;
    let is_safe = is_safe(prepared, &options);
    let method = prepared.call.method;
    let root = prepared
        .client
        .inner
        .root
        .of(method.api, options.get().location.as_deref())
        .map_err(|why| Error::usage(why).at(method.id, None))?;
    Ok(BatchPart {
        redacted_url: Arc::new(RedactedUrl::new(&request.uri, None)),
        request,
        root: root.into_owned(),
        is_safe,
        options,
    })
}

/// Reports to the credentials that their token for `uri` was rejected, and returns whether another one may be available.
pub(crate) async fn reject_token(
    prepared: &Prepared,
    options: &CallOptions,
    state: &CallState,
    uri: &Uri,
) -> bool {
    let client = &*prepared.client.inner;
    state.enter(CallStep::Credentials);
    let asked = authorize::authorize(prepared, options, uri);
    let limit = || authorize::limit(client);
    let identity = super::patiently(&*client.clock, limit, state, asked).await;
    matches!(identity, Ok(Some(identity)) if prepared.client.inner.credentials.reject(&identity))
}

/// Starts the time limit of a whole batch.
pub(crate) fn batch_limit(client: &Client, options: &CallOptions) -> Option<Timer> {
    let timeout = options.get().timeout.or(client.defaults.get().timeout);
    Timer::start(
        &*client.inner.clock,
        timeout,
        "the batch took longer than its timeout",
    )
}
