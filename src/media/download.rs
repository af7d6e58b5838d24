//! A request for media.

use std::{future::IntoFuture, ops::RangeBounds};

use bytes::Bytes;
use futures_util::TryFutureExt as _;
use gapi_transport::BoxFuture;
use tokio::io::{AsyncWrite, AsyncWriteExt as _};

use super::{Chunks, Progress, byte_range::ByteRange, plan::ProgressCallback};
use crate::{
    Client, Error, ErrorKind, Response,
    client::Prepared,
    execute,
    http::HttpRequest,
    outlined_box::OutlinedBox,
    request::{Call, Transfer, option_setters::option_setters, unsent::is_no_future},
};

/// A download that is not sent yet. Await it for all bytes, or read them as they arrive.
///
/// ```no_run
/// # async fn example(download: gapi::Download, mut file: impl tokio::io::AsyncWrite + Send + Unpin) -> Result<(), gapi::Error> {
/// let written = download.range(..1024).to_writer(&mut file).await?;
/// println!("{} bytes of {}", *written, written.content_type().unwrap_or("?"));
/// # Ok(()) }
/// ```
///
/// **Interruptions.** A body shorter than `content-length` counts as interrupted. Interrupted downloads resume at the last received byte,
/// as the [retry policy](crate::RetryPolicy) allows; its counter and deadline reset whenever more bytes arrive. A download resumes only
/// if the server identifies the version of the media (a strong `etag`, `x-goog-generation` or `x-goog-hash`), so that two versions are
/// never mixed. Compressed content is requested from its beginning again, and the bytes that were returned are skipped.
///
/// **Integrity.** If the server sends a checksum of the whole media, as Cloud Storage does, it is compared with the received bytes,
/// except for ranges. Corrupt compressed content fails the download; the bytes that were returned before may be wrong.
///
/// **Compression.** gzip is decoded; [`read_compressed`](Self::read_compressed) returns the bytes as they are stored. A
/// range counts decoded bytes, so a request with one asks for those (`accept-encoding: identity`).
///
/// **Options.** `attempt_timeout` limits the wait for the headers and for each chunk, `timeout` the whole download.
/// `response_limit` applies to bytes in memory, not to [`stream`](Self::stream), [`to_writer`](Self::to_writer) and
/// [`to_file`](Self::to_file). `alt` is always `media`.
#[must_use = "nothing is sent until this is awaited, streamed or written"]
#[derive(Clone, Debug)]
pub struct Download {
    prepared: OutlinedBox<Prepared>,
    range: Option<ByteRange>,
    callback: ProgressCallback,
}

impl Download {
    /// Returns the download of the media of `call`. Usually called by the request's `download`.
    pub fn new(client: &Client, mut call: Call) -> Self {
        call.transfer = Transfer::Download {
            service: false,
            stored: false,
        };
        Self {
            prepared: Prepared::new(client, call),
            range: None,
            callback: ProgressCallback::default(),
        }
    }

    /// Requests these bytes only: `0..1024`, `..=99`, `4096..`.
    ///
    /// If the server does not support ranges of this media, the other bytes are received and skipped. A range that
    /// begins after the end causes status 416; of empty media every range is empty.
    pub fn range(mut self, range: impl RangeBounds<u64>) -> Self {
        self.range = ByteRange::of(&range);
        self
    }

    /// Requests the last bytes only; all bytes, if there are fewer.
    pub fn last(mut self, bytes: u64) -> Self {
        self.range = Some(ByteRange::Last(bytes));
        self
    }

    /// Sets a callback that is called when bytes arrive.
    pub fn on_progress(mut self, callback: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        self.callback = ProgressCallback::new(callback);
        self
    }

    option_setters!(prepared.options);

    /// Sends the request to the `download/` URL, which avoids a redirect on services that have one
    /// (`useMediaDownloadService` in the Discovery document). Other methods fail when they are sent.
    pub fn via_download_service(mut self) -> Self {
        if let Transfer::Download { service, .. } = &mut self.prepared.call.transfer {
            *service = true;
        }
        self
    }

    /// Returns the bytes as they are stored, also if they are compressed (`content-encoding: gzip`). This is
    /// `ReadCompressed` in Go and `raw_download` in Python.
    ///
    /// A range counts these bytes, an interrupted download resumes within them, and the checksum is compared with them.
    /// The header `content-encoding` is among the [headers](Chunks::headers).
    ///
    /// Otherwise gzip is decoded, also if it was applied several times, and any other encoding is an error that names it.
    #[doc(alias = "raw_download")]
    #[doc(alias = "ReadCompressed")]
    pub fn read_compressed(mut self) -> Self {
        if let Transfer::Download { stored, .. } = &mut self.prepared.call.transfer {
            *stored = true;
        }
        self
    }

    /// Returns the HTTP request with the options of this client and call, without credentials.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] when it cannot be sent.
    pub fn to_http(&self) -> Result<HttpRequest, Error> {
        execute::preview(&*self.ranged()?)
    }

    /// Returns the call with the header `range`.
    fn ranged(&self) -> Result<OutlinedBox<Prepared>, Error> {
        let mut prepared = self.prepared.clone();
        if let Some(range) = self.range {
            let range = range
                .header()
                .map_err(|why| Error::usage(why).at(prepared.call.method.id, None))?;
            prepared.options.set_header("range", Some(range));
        }
        Ok(prepared)
    }

    /// Sends the request, and returns the bytes as they arrive.
    ///
    /// # Errors
    /// Any error of a call.
    pub async fn stream(self) -> Result<Chunks, Error> {
        let opened = execute::open(self.ranged()?).await?;
        Chunks::new(opened, self.range, self.callback)
    }

    /// Sends the request, and returns all bytes.
    ///
    /// # Errors
    /// Any error of a call, and [`ErrorKind::Transport`] when there are more bytes than `response_limit` allows, or fewer than
    /// `content-length`.
    pub async fn bytes(self) -> Result<Bytes, Error> {
        self.await.map(Response::into_inner)
    }

    #[cfg(not(feature = "files"))]
    #[allow(missing_docs)]
    #[doc(hidden)]
    pub fn to_file<P>(self, _: P) -> BoxFuture<'static, Result<Response<u64>, Error>>
    where
        for<'a> Self: super::content::FilesFeature<'a>,
    {
        <Self as super::content::FilesFeature<'static>>::returns()
    }

    /// Sends the request, writes the bytes to `writer` as they arrive, and flushes it, without shutting it down. Returns the
    /// number of bytes.
    ///
    /// # Errors
    /// Any error of a call, and [`ErrorKind::Io`] when `writer` fails. Some bytes may have been written.
    pub fn to_writer<'a, W: MediaWriter + 'a>(
        self,
        mut writer: W,
    ) -> BoxFuture<'a, Result<Response<u64>, Error>> {
        Box::pin(async move {
            let mut chunks = self.stream().await?;
            let written = copy(&mut chunks, &mut writer).await?;
            Ok(chunks.into_response(written))
        })
    }
}

/// What [`to_writer`](Download::to_writer) writes to: any [`AsyncWrite`] that can be sent to another thread.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be written to asynchronously",
    label = "expected a `tokio::io::AsyncWrite`, such as a `tokio::fs::File`",
    note = "a file is written by `to_file(path)`; without `async`, `std::io::copy` copies from a `gapi::blocking::Reader`"
)]
pub trait MediaWriter: AsyncWrite + Unpin + Send {}

#[diagnostic::do_not_recommend]
impl<W: AsyncWrite + Unpin + Send> MediaWriter for W {}

is_no_future!(() Download: Response<Bytes>);

/// Writes all chunks, and returns the number of bytes.
async fn copy<W: MediaWriter>(chunks: &mut Chunks, writer: &mut W) -> Result<u64, Error> {
    let mut written = 0;
    let failed = |written: u64| {
        move |why| {
            let message = format!("the writer failed after {written} bytes: {why}");
            Error::new(ErrorKind::Io, message).with_source(why)
        }
    };
    while let Some(chunk) = chunks.try_next().await? {
        let work = writer.write_all(&chunk).map_err(failed(written));
        chunks.in_time(work).await?;
        written += chunk.len() as u64;
    }
    let work = writer.flush().map_err(failed(written));
    chunks.in_time(work).await?;
    Ok(written)
}

impl IntoFuture for Download {
    type Output = Result<Response<Bytes>, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.stream().await?.collect().await })
    }
}
