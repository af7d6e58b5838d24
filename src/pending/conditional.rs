//! Calls that return a resource only if it has changed.

use std::{fmt, future::IntoFuture};

use gapi_transport::BoxFuture;

use super::PendingCall;
use crate::{
    Error, Response,
    request::{from_response::FromResponse, option_setters::option_setters, options::CallOptions},
};

/// A call that returns the resource only if its etag differs; awaited, it returns `None` if not (status 304). Created by
/// [`PendingCall::if_none_match`].
///
/// ```no_run
/// # async fn example<R: gapi::Request>(request: R, client: gapi::Client, etag: String) -> Result<(), gapi::Error> {
/// match client.send(request).if_none_match(&etag).await? {
///     Some(newer) => { let _ = newer; }
///     None => println!("still current"),
/// }
/// # Ok(()) }
/// ```
#[must_use = "nothing is sent until this is awaited"]
pub struct ConditionalCall<R>(PendingCall<R>);

impl<R> ConditionalCall<R> {
    pub(super) fn new(mut sending: PendingCall<R>, etag: String) -> Self {
        let options = sending.options_mut();
        options.set_header("if-none-match", etag.try_into().ok());
        options.get_mut().not_modified = true;
        Self(sending)
    }

    option_setters!();

    fn options_mut(&mut self) -> &mut CallOptions {
        self.0.options_mut()
    }
}

impl<R: FromResponse> ConditionalCall<R> {
    /// Sends the request and returns a new version with status and headers.
    ///
    /// # Errors
    /// Any error of a call.
    pub fn with_meta(self) -> BoxFuture<'static, Result<Option<Response<R>>, Error>> {
        Box::pin(async move {
            let response = self.0.raw_response().await?;
            if response.is_not_modified() {
                return Ok(None);
            }
            response.decode().map(Some)
        })
    }
}

impl<R: FromResponse> IntoFuture for ConditionalCall<R> {
    type Output = Result<Option<R>, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let response = self.with_meta();
        Box::pin(async move { Ok(response.await?.map(Response::into_inner)) })
    }
}

impl<R> fmt::Debug for ConditionalCall<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ConditionalCall").field(&self.0).finish()
    }
}
