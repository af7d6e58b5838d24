//! A small Cloud Storage: objects that go up in one request or in a resumable session and come down whole or in ranges, and everything that can go
//! wrong on the way. Bodies stream, so that objects can be larger than memory. Other calls are judged by the Discovery document and get their method's id
//! as response; nothing of them is stored.
//!
//! It judges strictly: a chunk that leaves a hole, has another length than its `Content-Range` or is no multiple of 256 KiB, or a multipart message with
//! line ends other than MIME's, is refused with 400, and so is an upload with another checksum than it declares. Conditions on generations are checked.
//!
//! An object that is stored with gzip travels so where that is accepted, ranges counting the stored bytes. Elsewhere it is decompressed on the way, without a length, and ranges
//! are ignored.

mod calls;
mod condition;
mod content;
mod download;
mod http;
pub(crate) mod range;
mod state;
mod trouble;
mod upload;

use std::{
    fmt,
    io::{self, Read as _},
    net::SocketAddr,
    sync::Arc,
};

use futures_util::future::BoxFuture;
use tokio::task::JoinHandle;

pub use self::{
    content::Content,
    trouble::{Dice, Trouble},
};
use self::{
    http::{Arriving, Body},
    state::{Form, State},
};
use crate::lock::lock;

/// The server. It stops, with all its connections, when dropped. Buckets need not be made; every name is one.
pub struct Storage {
    address: SocketAddr,
    state: Arc<State>,
    accepting: JoinHandle<()>,
}

impl Storage {
    /// Starts to serve on a free port. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// When no port can be bound.
    pub fn start() -> BoxFuture<'static, io::Result<Self>> {
        Box::pin(async {
            let state = Arc::new(State::default());
            let (address, accepting) = http::serve(Arc::clone(&state), respond).await?;
            Ok(Self {
                address,
                state,
                accepting,
            })
        })
    }

    /// The root URL, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The next request for media meets this; what is added later is met by those after it.
    pub fn trouble(&self, trouble: Trouble) {
        lock(&self.state.troubles).push(trouble);
    }

    /// The next request without media meets this; what is added later is met by those after it.
    pub fn trouble_calls(&self, trouble: Trouble) {
        lock(&self.state.calls).push_back(trouble);
    }

    /// How many troubles of the script no request has met yet.
    pub fn troubles_left(&self) -> usize {
        lock(&self.state.troubles).left() + lock(&self.state.calls).len()
    }

    /// Forgets the troubles that no request has met yet.
    pub fn heal(&self) {
        self.seed(None);
        lock(&self.state.calls).clear();
    }

    /// From now on two of five requests for media meet some trouble, the same ones for the same seed; `None` ends that.
    pub fn seed(&self, seed: Option<u64>) {
        lock(&self.state.troubles).seed(seed);
    }

    /// What an object holds.
    pub fn content(&self, bucket: &str, name: &str) -> Option<Content> {
        let key = (bucket.to_owned(), name.to_owned());
        Some(lock(&self.state.objects).get(&key)?.content.clone())
    }

    /// The generation of an object; 0 if there is none.
    pub fn generation(&self, bucket: &str, name: &str) -> u64 {
        self.state.generation(bucket, name)
    }

    /// Stores an object.
    ///
    /// # Errors
    /// When the file system fails.
    pub fn put(&self, bucket: &str, name: &str, bytes: impl io::Read) -> io::Result<()> {
        self.put_as(bucket, name, bytes, None)
    }

    /// Stores an object whose bytes are gzip.
    ///
    /// # Errors
    /// When the file system fails.
    pub fn put_gzip(&self, bucket: &str, name: &str, bytes: impl io::Read) -> io::Result<()> {
        self.put_as(bucket, name, bytes, Some("gzip".to_owned()))
    }

    fn put_as(
        &self,
        bucket: &str,
        name: &str,
        mut bytes: impl io::Read,
        encoding: Option<String>,
    ) -> io::Result<()> {
        let content = Content::new()?;
        loop {
            let mut piece = Vec::new();
            (&mut bytes).take(content::PIECE).read_to_end(&mut piece)?;
            if piece.is_empty() {
                break;
            }
            content.append(&piece)?;
        }
        let form = Form {
            content_type: "application/octet-stream".to_owned(),
            encoding,
        };
        self.state.store(bucket, name, content, &form)?;
        Ok(())
    }

    /// Forgets an object.
    pub fn remove(&self, bucket: &str, name: &str) {
        lock(&self.state.objects).remove(&(bucket.to_owned(), name.to_owned()));
    }

    /// Method and target of each request, in order of arrival.
    pub fn log(&self) -> Vec<String> {
        lock(&self.state.log).clone()
    }

    /// How many sessions are open.
    pub fn sessions(&self) -> usize {
        lock(&self.state.sessions)
            .values()
            .filter(|s| !s.is_over())
            .count()
    }
}

impl Drop for Storage {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl fmt::Debug for Storage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Storage")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

/// Responds to one request.
async fn respond(state: Arc<State>, arriving: Arriving) -> ::http::Response<Body> {
    lock(&state.log).push(format!("{} {}", arriving.method, arriving.path));
    let has_media =
        arriving.path.starts_with("/upload/") || arriving.parameter("alt") == Some("media");
    if has_media {
        calls::route(&state, arriving).await
    } else {
        calls::respond(&state, arriving).await
    }
}
