//! A request with media.

use std::{fmt, marker::PhantomData};

use super::Media;
use crate::{
    Client, Error,
    call::{Call, Request, Transfer, answer::Answer, sending::Sending},
    url::HttpRequest,
};

/// A request together with the media that it uploads. A value like the request itself: send it, store it, send it again.
///
/// The method's `maxSize` and `accept` are checked before anything is sent. The HTTP request goes to the API's `upload/` URL, below the
/// endpoint that the client was given.
///
/// ```no_run
/// # async fn example<R: gapi::Answer>(request: gapi::Upload<R>, client: gapi::Client) -> Result<R, gapi::Error> {
/// let file = request.send(&client).fields("id,name").await?;
/// # Ok(file) }
/// ```
#[must_use = "an upload does nothing until it is sent"]
pub struct Upload<R> {
    call: Call,
    answer: PhantomData<fn() -> R>,
}

impl<R> Upload<R> {
    /// `call` with `media`. The request's own `upload` is the way to get here.
    pub fn new(mut call: Call, media: impl Into<Media>) -> Self {
        call.transfer = Transfer::Upload(media.into());
        Self {
            call,
            answer: PhantomData,
        }
    }

    /// Leaves the JSON body out, whatever the request was given: the media is the whole body (`uploadType=media`).
    pub fn media_only(mut self) -> Self {
        self.call.body = None;
        self
    }

    /// Sends the request; await the answer, or set options first.
    pub fn send(self, client: &Client) -> Sending<R> {
        Sending::new(client, self.call)
    }

    /// What would be sent, without credentials. The boundary between JSON and media is another one each time.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`](crate::ErrorKind::Usage) when the method does not accept the media, a parameter cannot stand in
    /// the path, or the body could not be encoded.
    pub fn to_http(&self) -> Result<HttpRequest, Error> {
        self.call.to_http()
    }
}

impl<R: Answer> Request for Upload<R> {
    type Response = R;

    fn call(&self) -> &Call {
        &self.call
    }

    fn into_call(self) -> Call {
        self.call
    }
}

impl<R> Clone for Upload<R> {
    fn clone(&self) -> Self {
        Self {
            call: self.call.clone(),
            answer: PhantomData,
        }
    }
}

impl<R> fmt::Debug for Upload<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Upload").field(&self.call).finish()
    }
}
