//! Resumable uploads: the server opens a session, receives the media in chunks, and reports after each how many bytes it has.
//!
//! [`state`] decides what is sent next, [`exchange`] sends one request and reads its response, and [`driver`] runs both.

mod driver;
mod exchange;
mod state;

use std::{fmt, future::IntoFuture, marker::PhantomData};

use gapi_transport::BoxFuture;

pub(super) use self::{driver::SessionDriver, exchange::start_content};
use crate::{
    Error, Progress, Response,
    client::Prepared,
    media::{UploadSession, plan::UploadPlan, send_upload},
    outlined_box::OutlinedBox,
    request::{from_response::FromResponse, option_setters::option_setters},
};

/// A resumable upload that is not begun yet: await it, or set options first.
///
/// The options apply to every request of the upload; `timeout` limits each step.
#[must_use = "nothing is sent until this is awaited"]
pub struct StartUpload<R> {
    pub(super) prepared: OutlinedBox<Prepared>,
    pub(super) plan: Box<UploadPlan>,
    pub(super) response: PhantomData<fn() -> R>,
}

impl<R> StartUpload<R> {
    option_setters!(prepared.options);
}

impl<R> IntoFuture for StartUpload<R> {
    type Output = Result<ResumableUpload<R>, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            Ok(ResumableUpload {
                driver: Box::new(send_upload::start(self.prepared, *self.plan).await?),
                response: PhantomData,
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

/// A resumable upload that has begun. The caller sends its chunks one by one.
///
/// The [session](Self::session) can be stored after each chunk, so that another process can resume the upload.
///
/// Dropping it does not end the session; [`cancel`](Self::cancel) does.
#[must_use = "the session has begun, but nothing is sent until a chunk is asked for"]
pub struct ResumableUpload<R> {
    driver: Box<SessionDriver>,
    response: PhantomData<fn() -> R>,
}

impl<R> ResumableUpload<R> {
    /// Returns the session, with which another process can resume the upload. It contains a secret: see [`UploadSession`].
    pub fn session(&self) -> UploadSession {
        self.driver.session()
    }

    /// Returns how many bytes the server has, by its last report.
    pub fn progress(&self) -> Progress {
        Progress {
            bytes: self.driver.stored(),
            total: self.driver.total(),
        }
    }

    /// Sends until the server has more bytes than before, which is a chunk or a part of one. Returns `None` if it had all bytes.
    ///
    /// The future may be dropped, and the method called again, also after an error: the server is then queried first.
    ///
    /// # Errors
    /// Any error of a call, after as many attempts as the retry policy allows.
    pub async fn next_chunk(&mut self) -> Result<Option<Progress>, Error> {
        Ok(self
            .driver
            .advance_in_time()
            .await?
            .then(|| self.progress()))
    }

    /// Ends the session, also if it has ended already. The server deletes the bytes that it has.
    ///
    /// # Errors
    /// When the server does not respond.
    pub async fn cancel(self) -> Result<(), Error> {
        self.driver.cancel().await
    }
}

impl<R: FromResponse> ResumableUpload<R> {
    /// Sends the remaining bytes, and returns the response of the method.
    ///
    /// # Errors
    /// Any error of a call, and [`ErrorKind::Media`](crate::ErrorKind::Media) when the server has different bytes than were sent.
    pub async fn finish(self) -> Result<R, Error> {
        self.finish_with_meta().await.map(Response::into_inner)
    }

    /// Sends the remaining bytes, and returns the response of the method with status and headers.
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
