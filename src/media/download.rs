//! A request for media.

use std::{future::IntoFuture, ops::RangeBounds, path::Path};

use bytes::Bytes;
use futures_util::TryFutureExt as _;
use gapi_transport::BoxFuture;
use tokio::io::{AsyncWrite, AsyncWriteExt as _};

use super::{Chunks, Progress, file, part::Part, progress::Watcher};
use crate::{
    Client, Error, ErrorKind, Response,
    client::prepared::Prepared,
    execute,
    http::HttpRequest,
    outlined_box::OutlinedBox,
    request::{
        Call, Transfer,
        options::{CallOptions, option_setters},
    },
};

/// A request for the media of a method, on its way: await it for all bytes, or take them as they come.
///
/// ```no_run
/// # async fn example(download: gapi::Download, mut file: impl tokio::io::AsyncWrite + Unpin) -> Result<(), gapi::Error> {
/// let written = download.range(..1024).to_writer(&mut file).await?;
/// println!("{} bytes of {}", *written, written.content_type().unwrap_or("?"));
/// # Ok(()) }
/// ```
///
/// A response that ends before its `content-length` is broken, however cleanly it ends. What breaks goes on where it was, as the
/// [retry policy](crate::RetryPolicy) allows, whose attempts and deadline begin anew with each byte that arrives; but only if the server says which version
/// of the media it sends (a strong `etag`, `x-goog-generation` or `x-goog-hash`): two versions are never mixed. What travels compressed is fetched from its beginning again, and
/// what was given before is passed over; where compressed data was changed on its way, what was given may be wrong, and the download fails. Where the server tells a checksum of the whole, as Cloud Storage does,
/// it is compared with what has arrived, parts aside: with the compressed form where it is one of that.
///
/// gzip is undone; [`read_compressed`](Self::read_compressed) gives what is stored. A range is one of the decompressed bytes, so a request with one asks for
/// those (`accept-encoding: identity`).
///
/// `attempt_timeout` limits the wait for the head of the answer and
/// for each chunk, not for all of them; `timeout` limits everything. `answer_limit` is for bytes in memory: it does not apply to
/// [`stream`](Self::stream), [`to_writer`](Self::to_writer) and [`to_file`](Self::to_file). `alt` is always `media`.
#[must_use = "nothing is sent until this is awaited, streamed or written"]
#[derive(Clone, Debug)]
pub struct Download {
    prepared: OutlinedBox<Prepared>,
    part: Option<Part>,
    watcher: Watcher,
}

impl Download {
    /// The media of `call` through `client`. The request's own `download` is the way to get here.
    pub fn new(client: &Client, mut call: Call) -> Self {
        call.transfer = Transfer::Download {
            service: false,
            stored: false,
        };
        Self {
            prepared: Prepared::new(client, call),
            part: None,
            watcher: Watcher::default(),
        }
    }

    /// Asks for these bytes only: `0..1024`, `..=99`, `4096..`. A server that knows no ranges of this media sends all of it, of which the rest is passed over. A range that
    /// begins behind the end is an error of the server, status 416; of media without any bytes it is no byte.
    pub fn range(mut self, range: impl RangeBounds<u64>) -> Self {
        self.part = Part::of(&range);
        self
    }

    /// Asks for the last bytes only; for all of them, if there are fewer.
    pub fn last(mut self, bytes: u64) -> Self {
        self.part = Some(Part::Last(bytes));
        self
    }

    /// Calls `callback` as bytes arrive.
    pub fn on_progress(mut self, callback: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        self.watcher = Watcher::new(callback);
        self
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
        if let Transfer::Download { service, .. } = &mut self.prepared.call.transfer {
            *service = true;
        }
        self
    }

    /// Gives the bytes as they are stored, also where they are compressed (`content-encoding: gzip`): what Go's client calls `ReadCompressed` and Python's `raw_download`.
    /// A range is one of these bytes then, a broken download goes on within them, and they are compared with the checksum that the server tells of them. `content-encoding`
    /// among the [headers](Chunks::headers) says what they are.
    ///
    /// Otherwise gzip is undone, however often it was done, and any other encoding is an error that names it.
    #[doc(alias = "raw_download")]
    #[doc(alias = "ReadCompressed")]
    pub fn read_compressed(mut self) -> Self {
        if let Transfer::Download { stored, .. } = &mut self.prepared.call.transfer {
            *stored = true;
        }
        self
    }

    /// What would be sent with this client and these options, without credentials.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] when it cannot be sent.
    pub fn to_http(&self) -> Result<HttpRequest, Error> {
        execute::preview(&*self.ranged()?)
    }

    /// With the header that asks for a part.
    fn ranged(&self) -> Result<OutlinedBox<Prepared>, Error> {
        let mut prepared = self.prepared.clone();
        if let Some(part) = self.part {
            let range = part
                .header()
                .map_err(|why| Error::usage(why).at(prepared.call.method.id, None))?;
            prepared.options.set_header("range", Some(range));
        }
        Ok(prepared)
    }

    /// Sends, and gives the bytes as they come.
    ///
    /// # Errors
    /// Whatever keeps the call from a success.
    pub async fn stream(self) -> Result<Chunks, Error> {
        let opened = execute::open(self.ranged()?).await?;
        Chunks::new(opened, self.part, self.watcher)
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
        let written = copy(&mut chunks, &mut writer).await?;
        Ok(chunks.respond(written))
    }

    /// Sends, and writes the bytes into the file at `path`, which is replaced when all of them are there and right: until then they are in a temporary file beside it, which an error
    /// or dropping the future removes. Gives their number. Needs a tokio runtime.
    ///
    /// # Errors
    /// Whatever keeps the call from a success, and [`ErrorKind::Io`] when the file cannot be written.
    pub async fn to_file(self, path: impl AsRef<Path>) -> Result<Response<u64>, Error> {
        let path = path.as_ref();
        // A call that fails leaves the folder alone.
        let mut chunks = self.stream().await?;
        let failed = |why| file::failed(path, why);
        let mut part = file::Part::beside(path)
            .map_err(failed)
            .map_err(|error| chunks.place(error))?;
        let written = copy(&mut chunks, part.writer()).await?;
        chunks.in_time(part.finish(path).map_err(failed)).await?;
        Ok(chunks.respond(written))
    }
}

/// Writes all chunks; the error is placed.
async fn copy<W: AsyncWrite + Unpin>(chunks: &mut Chunks, writer: &mut W) -> Result<u64, Error> {
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
