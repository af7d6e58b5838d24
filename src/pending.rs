//! Calls that programs configure and await.

use std::{fmt, future::IntoFuture, marker::PhantomData};

use bytes::Bytes;
use gapi_transport::BoxFuture;
use serde::de::DeserializeOwned;

use crate::{
    Client, Error, LongRunning, Request, Response, ResponseStream, Wait,
    client::Prepared,
    execute::{self, RawResponse, response_methods},
    fields::Never,
    http::HttpRequest,
    outlined_box::OutlinedBox,
    request::{
        Call, EntityTag, from_response::FromResponse, option_setters::option_setters,
        unsent::is_no_future,
    },
};

impl Client {
    /// Returns `request` as a call of this client: await it, or set options first.
    pub fn send<R: Request>(&self, request: R) -> PendingCall<R::Response> {
        PendingCall::new(self, request.into_call())
    }
}

/// A request and the client that sends it. Set options, then await it for the response.
///
/// ```no_run
/// # async fn example<R: gapi::Request>(request: R, client: gapi::Client) -> Result<(), gapi::Error> {
/// use std::time::Duration;
/// let response = client
///     .send(request)
///     .timeout(Duration::from_secs(10))
///     .header("x-goog-request-reason", "audit")
///     .await?;
/// # Ok(()) }
/// ```
///
/// Nothing is sent before it is awaited. Dropping the future cancels the call.
#[must_use = "nothing is sent until this is awaited"]
pub struct PendingCall<R> {
    prepared: OutlinedBox<Prepared>,
    response: PhantomData<fn() -> R>,
}

impl<R> PendingCall<R> {
    /// Pairs `call` with `client`. Usually created by the request's `send`.
    pub fn new(client: &Client, call: Call) -> Self {
        Self {
            prepared: Prepared::new(client, call),
            response: PhantomData,
        }
    }

    option_setters!(prepared.options);

    /// Returns the request as data.
    pub fn call(&self) -> &Call {
        &self.prepared.call
    }

    /// Returns the HTTP request of this client and these options, without credentials.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`](crate::ErrorKind::Usage) if it cannot be sent.
    pub fn to_http(&self) -> Result<HttpRequest, Error> {
        execute::preview(&self.prepared)
    }

    /// Requests the resource only if its etag differs (`if-none-match`); awaited, returns `None` if it does not. The value is sent as
    /// given, with the quotes of the API's own etags.
    pub fn if_none_match(mut self, etag: impl EntityTag) -> ConditionalCall<R> {
        let options = &mut self.prepared.options;
        options.set_header("if-none-match", etag.into_text().try_into().ok());
        options.get_mut().not_modified = true;
        ConditionalCall(self)
    }
}

response_methods!(PendingCall: execute::execute);

/// No type implements it. Because of the lifetime, the compiler checks a bound where a function is called, not where it is defined.
#[diagnostic::on_unimplemented(
    message = "this function takes the place of `send`",
    label = "remove `.send(&client)` before this",
    note = "`request.items(&client)`, `request.pages(&client)`, `request.download(&client)`, `request.upload(media).send(&client)`"
)]
pub trait InsteadOfSend<'a> {}

macro_rules! instead_of_send {
    ($($function:ident)*) => {$(
        #[allow(missing_docs)]
        #[doc(hidden)]
        impl<R> PendingCall<R>
        where
            for<'a> Self: InsteadOfSend<'a>,
        {
            pub fn $function(self) {}
        }
    )*};
}

instead_of_send!(download items pages upload);

impl<R: FromResponse> IntoFuture for PendingCall<R> {
    type Output = Result<R, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let response = execute::execute(&self.prepared).await?;
            response.decode().map(Response::into_inner)
        })
    }
}

is_no_future!((R: FromResponse) PendingCall<R>: R);
is_no_future!((R: FromResponse) ConditionalCall<R>: Option<R>);

impl<R> PendingCall<R>
where
    Self: StartsOperation<R>,
{
    /// Sends the request and waits for the operation that it starts. `R` has to be [`LongRunning`].
    pub fn wait(self) -> Wait<R> {
        self.started()
    }
}

/// A call whose response is [`LongRunning`].
#[diagnostic::on_unimplemented(
    message = "this method starts no operation that can be waited for",
    label = "await the call without `.wait()`",
    note = "it responds with `{R}`; an override of the document describes a job as an operation"
)]
pub trait StartsOperation<R> {
    /// Returns the wait for the operation.
    #[doc(hidden)]
    fn started(self) -> Wait<R>;
}

#[diagnostic::do_not_recommend]
impl<R: LongRunning> StartsOperation<R> for PendingCall<R> {
    fn started(self) -> Wait<R> {
        Wait::started_by(self.prepared, None)
    }
}

#[diagnostic::do_not_recommend]
impl<R> StartsOperation<R> for PendingCall<R>
where
    for<'a> (): Never<'a>,
{
    fn started(self) -> Wait<R> {
        <()>::returns()
    }
}

impl<R: FromResponse> PendingCall<R> {
    /// Sends the request and returns the elements of the response as they arrive, for methods that respond with a list, or with events
    /// for [`alt("sse")`](Self::alt).
    pub fn stream(self) -> ResponseStream<R> {
        ResponseStream::new(self.prepared)
    }
}

impl<R> fmt::Debug for PendingCall<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingCall")
            .field("call", &self.prepared.call)
            .field("options", &self.prepared.options)
            .finish_non_exhaustive()
    }
}

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
    option_setters!(0.prepared.options);
}

impl<R: FromResponse> ConditionalCall<R> {
    /// Sends the request and returns a new version with status and headers.
    ///
    /// # Errors
    /// Any error of a call.
    pub fn with_meta(self) -> BoxFuture<'static, Result<Option<Response<R>>, Error>> {
        Box::pin(async move {
            let response = execute::execute(&self.0.prepared).await?;
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
