//! A small Cloud Storage: objects that go up in one request or in a resumable session and come down whole or in ranges, and everything that can go
//! wrong on the way. Bodies stream, so that objects can be larger than memory. Other calls are judged by the Discovery document and answered with their method's id; nothing is kept of them.
//!
//! It judges strictly: a chunk that leaves a hole, has another length than its `Content-Range` says or is no multiple of 256 KiB, or a multipart message with
//! line ends other than MIME's, is refused with 400.
//!
//! An object that is stored with gzip travels so where that is accepted, ranges counting the stored bytes. Elsewhere it is decompressed on the way, without a length, and ranges
//! are ignored.

mod calls;
mod content;
mod download;
mod http;
pub(crate) mod range;
mod trouble;
mod upload;

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    fmt,
    io::{self, Read as _},
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use futures_util::future::BoxFuture;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

pub use self::{
    content::Content,
    trouble::{Dice, Trouble},
};
use self::{
    http::{Arriving, Body},
    trouble::Troubles,
    upload::Session,
};
use crate::lock;

/// The server. It stops, with all its connections, when dropped. Buckets need not be made; every name is one.
pub struct Storage {
    address: SocketAddr,
    state: Arc<State>,
    accepting: JoinHandle<()>,
}

/// What connections share.
#[derive(Default)]
struct State {
    objects: Mutex<BTreeMap<(String, String), Object>>,
    sessions: Mutex<HashMap<String, Session>>,
    troubles: Mutex<Troubles>,
    /// What the next calls without media meet.
    calls: Mutex<VecDeque<Trouble>>,
    /// Method and target of each request, in order of arrival.
    log: Mutex<Vec<String>>,
    count: Mutex<u64>,
}

/// An object as it is stored.
#[derive(Clone, Debug)]
struct Object {
    content: Content,
    form: Form,
    generation: u64,
    crc32c: String,
    md5: String,
}

/// What the bytes of an object are.
#[derive(Clone, Debug)]
struct Form {
    content_type: String,
    /// How they are encoded: `gzip`.
    encoding: Option<String>,
}

impl Storage {
    /// Starts to serve on a free port. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// When no port can be bound.
    pub fn start() -> BoxFuture<'static, io::Result<Self>> {
        Box::pin(async {
            let state = Arc::new(State::default());
            let (address, accepting) = http::serve(Arc::clone(&state), answer).await?;
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

impl State {
    fn number(&self) -> u64 {
        let mut count = lock(&self.count);
        *count += 1;
        *count
    }

    /// Puts content under a name, and gives the object's description.
    fn store(&self, bucket: &str, name: &str, content: Content, form: &Form) -> io::Result<Value> {
        let (crc32c, md5) = content.hashes()?;
        let object = Object {
            content,
            form: form.clone(),
            generation: 1_700_000_000_000_000 + self.number(),
            crc32c,
            md5,
        };
        let described = object.describe(bucket, name)?;
        lock(&self.objects).insert((bucket.to_owned(), name.to_owned()), object);
        Ok(described)
    }

    fn object(&self, bucket: &str, name: &str) -> Option<Object> {
        lock(&self.objects)
            .get(&(bucket.to_owned(), name.to_owned()))
            .cloned()
    }
}

impl Object {
    fn etag(&self) -> String {
        format!("\"{:x}\"", self.generation)
    }

    fn describe(&self, bucket: &str, name: &str) -> io::Result<Value> {
        let mut described = json!({
            "kind": "storage#object",
            "id": format!("{bucket}/{name}/{}", self.generation),
            "bucket": bucket,
            "name": name,
            "size": self.content.len()?.to_string(),
            "contentType": self.form.content_type,
            "generation": self.generation.to_string(),
            "metageneration": "1",
            "crc32c": self.crc32c,
            "md5Hash": self.md5,
            "etag": self.etag(),
        });
        if let Some(encoding) = &self.form.encoding {
            described["contentEncoding"] = json!(encoding);
        }
        Ok(described)
    }
}

/// Answers one request.
async fn answer(state: Arc<State>, arriving: Arriving) -> ::http::Response<Body> {
    lock(&state.log).push(format!("{} {}", arriving.method, arriving.path));
    let has_media =
        arriving.path.starts_with("/upload/") || arriving.parameter("alt") == Some("media");
    if has_media {
        route(&state, arriving).await
    } else {
        calls::answer(&state, arriving).await
    }
}

/// Gives a request to what answers it.
async fn route(state: &State, arriving: Arriving) -> ::http::Response<Body> {
    let path = arriving.path.clone();
    let parts: Vec<String> = path
        .trim_start_matches('/')
        .split('/')
        .map(|part| {
            percent_encoding::percent_decode_str(part)
                .decode_utf8_lossy()
                .into_owned()
        })
        .collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let done = match parts.as_slice() {
        ["upload", "storage", "v1", "b", bucket, "o"] => {
            upload::answer(state, arriving, bucket).await
        }
        ["storage", "v1", "b", bucket, "o", name] if arriving.method == ::http::Method::GET => {
            download::answer(state, &arriving, bucket, name)
        }
        ["storage", "v1", "b", bucket, "o", name] if arriving.method == ::http::Method::DELETE => {
            let known = lock(&state.objects).remove(&((*bucket).to_owned(), (*name).to_owned()));
            Ok(if known.is_some() {
                http::empty(204)
            } else {
                not_found()
            })
        }
        _ => Ok(calls::other(arriving).await),
    };
    done.unwrap_or_else(|error: io::Error| http::text(500, &error.to_string()))
}

fn json_answer(status: u16, value: &Value) -> ::http::Response<Body> {
    let mut response = http::with(status, value.to_string().into());
    let json = ::http::HeaderValue::from_static("application/json; charset=UTF-8");
    response.headers_mut().insert("content-type", json);
    response
}

fn refuse(status: u16, message: &str) -> ::http::Response<Body> {
    json_answer(
        status,
        &json!({"error": {"code": status, "message": message, "errors": [{"message": message, "domain": "global", "reason": "invalid"}]}}),
    )
}

fn not_found() -> ::http::Response<Body> {
    refuse(404, "Not Found")
}

/// A bare status, as front ends give it.
fn bare(status: u16) -> ::http::Response<Body> {
    let mut response = http::text(status, &format!("HTTP {status}"));
    if matches!(status, 429 | 503) {
        response
            .headers_mut()
            .insert("retry-after", ::http::HeaderValue::from_static("0"));
    }
    response
}

/// The bytes that `response`, whose body is in memory, would be on the wire.
fn head_of(response: &::http::Response<Body>, length: u64) -> Vec<u8> {
    let mut head = format!(
        "HTTP/1.1 {}\r\ncontent-length: {length}\r\n",
        response.status()
    )
    .into_bytes();
    for (name, value) in response.headers() {
        head.extend_from_slice(name.as_str().as_bytes());
        head.extend_from_slice(b": ");
        head.extend_from_slice(value.as_bytes());
        head.extend_from_slice(b"\r\n");
    }
    head.extend_from_slice(b"\r\n");
    head
}
