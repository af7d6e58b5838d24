//! A request for media.

use std::future::IntoFuture;

use bytes::Bytes;
use gapi_transport::BoxFuture;
use tokio::io::{AsyncWrite, AsyncWriteExt as _};

use super::Chunks;
use crate::{
    Client, Error, ErrorKind, Response,
    call::{
        Call, Transfer,
        options::{CallOptions, option_setters},
        sending::Prepared,
    },
    execute,
    url::HttpRequest,
};

/// A request for the media of a method, on its way: await it for all bytes, or take them as they come.
///
/// ```no_run
/// # async fn example(download: gapi::Download, mut file: impl tokio::io::AsyncWrite + Unpin) -> Result<(), gapi::Error> {
/// let written = download.header("range", "bytes=0-1023").to_writer(&mut file).await?;
/// println!("{} bytes of {}", *written, written.content_type().unwrap_or("?"));
/// # Ok(()) }
/// ```
///
/// An answer that ends before its `content-length` is an error, however cleanly it ends. `attempt_timeout` limits the wait for the head of the answer and
/// for each chunk, not for all of them; `timeout` limits everything. `answer_limit` is for bytes in memory: it does not apply to
/// [`stream`](Self::stream) and [`to_writer`](Self::to_writer). `alt` is always `media`.
#[must_use = "nothing is sent until this is awaited, streamed or written"]
#[derive(Clone, Debug)]
pub struct Download {
    prepared: Box<Prepared>,
}

impl Download {
    /// The media of `call` through `client`. The request's own `download` is the way to get here.
    pub fn new(client: &Client, mut call: Call) -> Self {
        call.transfer = Transfer::Download { service: false };
        Self {
            prepared: Box::new(Prepared {
                client: client.clone(),
                call,
                options: CallOptions::default(),
            }),
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

    /// Asks the `download/` URL, which spares a redirect on services that have one (`useMediaDownloadService` in the document). A
    /// method without one is reported when the request is sent.
    pub fn via_download_service(mut self) -> Self {
        self.prepared.call.transfer = Transfer::Download { service: true };
        self
    }

    /// What would be sent with this client and these options, without credentials.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] when it cannot be sent.
    pub fn to_http(&self) -> Result<HttpRequest, Error> {
        execute::preview(&self.prepared)
    }

    /// Sends, and gives the bytes as they come.
    ///
    /// # Errors
    /// Whatever keeps the call from a success.
    pub async fn stream(self) -> Result<Chunks, Error> {
        execute::open(self.prepared).await.map(Chunks::new)
    }

    /// Sends, and gives all bytes.
    ///
    /// # Errors
    /// Whatever keeps the call from a success, and [`ErrorKind::Transport`] when there are more bytes than
    /// `answer_limit` allows, or fewer than the server said.
    pub async fn bytes(self) -> Result<Bytes, Error> {
        self.await.map(Response::into_inner)
    }

    /// Sends, and writes the bytes to `writer` as they come. It is flushed, not shut down. Gives their number.
    ///
    /// # Errors
    /// Whatever keeps the call from a success, and [`ErrorKind::Io`] when `writer` fails. Some bytes may have been written then.
    pub async fn to_writer<W: AsyncWrite + Unpin>(
        self,
        mut writer: W,
    ) -> Result<Response<u64>, Error> {
        let mut chunks = self.stream().await?;
        let mut written = 0;
        let mut result = Ok(());
        while let Some(chunk) = chunks.try_next().await? {
            result = writer.write_all(&chunk).await;
            if result.is_err() {
                break;
            }
            written += chunk.len() as u64;
        }
        if result.is_ok() {
            result = writer.flush().await;
        }
        match result {
            Ok(()) => Ok(chunks.respond(written)),
            Err(why) => {
                let message = format!("the writer failed after {written} bytes: {why}");
                let error = Error::new(ErrorKind::Io, message).with_source(why);
                Err(chunks.place(error))
            }
        }
    }
}

impl IntoFuture for Download {
    type Output = Result<Response<Bytes>, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.stream().await?.collect().await })
    }
}
