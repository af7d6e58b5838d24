//! A resumable upload, chunk by chunk.

use std::{fmt, future::IntoFuture, marker::PhantomData};

use gapi_transport::BoxFuture;

use super::{Driver, UploadSession};
use crate::{
    Client, Error, Progress, Response,
    client::prepared::Prepared,
    media::upload,
    outlined_box::OutlinedBox,
    request::{
        Call,
        from_response::FromResponse,
        options::{CallOptions, option_setters},
    },
};

/// An upload about to begin its session; await it, or set options first. They hold for every request of the upload; `timeout` limits each step.
#[must_use = "nothing is sent until this is awaited"]
pub struct StartUpload<R> {
    prepared: OutlinedBox<Prepared>,
    answer: PhantomData<fn() -> R>,
}

impl<R> StartUpload<R> {
    pub(crate) fn new(client: &Client, call: Call) -> Self {
        Self {
            prepared: Prepared::new(client, call),
            answer: PhantomData,
        }
    }

    option_setters!();

    fn options_mut(&mut self) -> &mut CallOptions {
        &mut self.prepared.options
    }

    /// Sets all that `options` sets.
    pub fn with(mut self, options: CallOptions) -> Self {
        let earlier = std::mem::take(&mut self.prepared.options);
        self.prepared.options = options.or(&earlier);
        self
    }
}

impl<R> IntoFuture for StartUpload<R> {
    type Output = Result<ResumableUpload<R>, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            Ok(ResumableUpload {
                driver: Box::new(upload::start(self.prepared).await?),
                answer: PhantomData,
            })
        })
    }
}

impl<R> fmt::Debug for StartUpload<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("StartUpload")
            .field(&self.prepared.call)
            .finish()
    }
}

/// A resumable upload whose session has begun. The caller decides when the next chunk goes, and can keep the [session](Self::session) in between, so that another
/// process goes on when this one is gone.
///
/// Dropping it leaves the session as it is; [`cancel`](Self::cancel) ends it.
#[must_use = "the session has begun, but nothing is sent until a chunk is asked for"]
pub struct ResumableUpload<R> {
    driver: Box<Driver>,
    answer: PhantomData<fn() -> R>,
}

impl<R> ResumableUpload<R> {
    /// What another process needs to go on. It holds a secret: see [`UploadSession`].
    pub fn session(&self) -> UploadSession {
        self.driver.session()
    }

    /// How far the upload has come, as the server said last.
    pub fn progress(&self) -> Progress {
        Progress {
            bytes: self.driver.stored(),
            total: self.driver.total(),
        }
    }

    /// Sends until the server has more than before, which is a chunk or a part of one; `None` when it has everything. The future may be dropped, and the method called again,
    /// also after an error: the server is asked first what it has then.
    ///
    /// # Errors
    /// Whatever keeps the upload from going on, after as many attempts as the retry policy allows.
    pub async fn next_chunk(&mut self) -> Result<Option<Progress>, Error> {
        Ok(self
            .driver
            .advance_in_time()
            .await?
            .then(|| self.progress()))
    }

    /// Ends the session. The server forgets what it has; a session that is gone already is no error.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn cancel(self) -> Result<(), Error> {
        self.driver.cancel().await
    }
}

impl<R: FromResponse> ResumableUpload<R> {
    /// Sends what is left, and gives the method's response, as [`send`](crate::Upload::send) does.
    ///
    /// # Errors
    /// Whatever keeps the upload from going on; [`ErrorKind::Media`](crate::ErrorKind::Media) when the server has something else than was sent.
    pub async fn finish(self) -> Result<R, Error> {
        self.finish_with_meta().await.map(Response::into_inner)
    }

    /// Sends what is left, and gives status and headers with the method's response, as [`with_meta`](crate::PendingCall::with_meta) does.
    ///
    /// # Errors
    /// As for [`finish`](Self::finish).
    pub async fn finish_with_meta(mut self) -> Result<Response<R>, Error> {
        while self.driver.advance_in_time().await? {}
        self.driver.finish().await?.decode()
    }
}

impl<R> fmt::Debug for ResumableUpload<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResumableUpload")
            .field("session", &self.driver.session())
            .finish_non_exhaustive()
    }
}
