//! A small Drive, v3: files that are listed, made, changed, fetched and deleted.
//!
//! Requests are judged by the vendored Discovery document. Media goes up with the request, simple or multipart, and comes down whole or in ranges.

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use md5::{Digest as _, Md5};
use serde_json::{Map, Value, json};

use crate::{
    Reply, Request, Service,
    discovery::{Call, Document},
    lock::lock,
    multipart,
    oauth::TokenEndpoint,
    rpc::RpcError,
    storage::range::{self, Asked},
    time::Civil,
};

const DOCUMENT: &str = include_str!("../../discovery-docs/drive.v3.json");

/// The API. Clones are the same API.
#[derive(Clone, Debug)]
pub struct Drive {
    document: Arc<Document>,
    tokens: TokenEndpoint,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// By id.
    files: BTreeMap<String, File>,
    count: u64,
}

#[derive(Clone, Debug)]
struct File {
    described: Value,
    content: Bytes,
    modified: SystemTime,
}

impl Drive {
    /// A Drive that accepts the tokens of `tokens` and has no files yet.
    ///
    /// # Errors
    /// When the Discovery document cannot be read.
    pub fn new(tokens: &TokenEndpoint) -> io::Result<Self> {
        Ok(Self {
            document: Arc::new(Document::parse(DOCUMENT)?),
            tokens: tokens.clone(),
            state: Arc::default(),
        })
    }

    /// Adds a file that was modified at `modified`, and gives its id.
    pub fn add(
        &self,
        name: &str,
        mime_type: &str,
        content: impl Into<Bytes>,
        modified: SystemTime,
    ) -> String {
        let described = json!({"name": name, "mimeType": mime_type});
        lock(&self.state).make(described, content.into(), modified)
    }

    /// Adds a handful of files, the newest of them modified now.
    pub fn add_samples(&self) {
        let names = [
            "budget.csv",
            "holiday.txt",
            "minutes.md",
            "plan.md",
            "recipe.txt",
            "song.txt",
            "todo.txt",
        ];
        for (age, name) in (0..).zip(names) {
            let kind = match name.rsplit_once('.') {
                Some((_, "csv")) => "text/csv",
                Some((_, "md")) => "text/markdown",
                _ => "text/plain",
            };
            let modified = SystemTime::now() - Duration::from_secs(3600 * age);
            self.add(name, kind, format!("What is in {name}.\n"), modified);
        }
    }

    /// The content of a file.
    pub fn content(&self, id: &str) -> Option<Bytes> {
        lock(&self.state)
            .files
            .get(id)
            .map(|file| file.content.clone())
    }

    fn call(
        &self,
        call: &Call<'_>,
        request: &Request,
        media: Option<Media>,
    ) -> Result<Reply, RpcError> {
        self.tokens
            .check_call(request, "drive.googleapis.com", call)?;
        let body = self.document.check(call, request)?;
        let mut state = lock(&self.state);
        let id = call
            .path
            .get("fileId")
            .map(String::as_str)
            .unwrap_or_default();
        match call.method.id.as_str() {
            "drive.files.list" => state.list(call).map(ok),
            "drive.files.create" => {
                let (content, described) = described(body, media);
                let id = state.make(described, content, SystemTime::now());
                state.get(&id).map(|file| ok(file.described.clone()))
            }
            "drive.files.update" => state.update(id, body, media).map(ok),
            "drive.files.get" if call.query.get("alt").is_some_and(|alt| alt == "media") => {
                state.get(id).map(|file| fetch(file, request))
            }
            "drive.files.get" => state.get(id).map(|file| ok(file.described.clone())),
            "drive.files.delete" => {
                state.get(id)?;
                state.files.remove(id);
                Ok(Reply::new(204))
            }
            other => Err(RpcError::new(
                501,
                "UNIMPLEMENTED",
                format!("{other} is not implemented here."),
            )),
        }
    }
}

/// Media of an upload: its type and its bytes.
type Media = (String, Bytes);

impl State {
    fn make(&mut self, mut described: Value, content: Bytes, modified: SystemTime) -> String {
        self.count += 1;
        let id = format!("file-{}", self.count);
        described["id"] = json!(id);
        described["kind"] = json!("drive#file");
        if described["name"].is_null() {
            described["name"] = json!("Untitled");
        }
        if described["mimeType"].is_null() {
            described["mimeType"] = json!("application/octet-stream");
        }
        let mut file = File {
            described,
            content,
            modified,
        };
        file.describe();
        self.files.insert(id.clone(), file);
        id
    }

    fn get(&self, id: &str) -> Result<&File, RpcError> {
        self.files.get(id).ok_or_else(|| {
            RpcError::new(404, "NOT_FOUND", format!("File not found: {id}."))
                .error("global", "notFound")
        })
    }

    fn update(&mut self, id: &str, body: Value, media: Option<Media>) -> Result<Value, RpcError> {
        let mut file = self.get(id)?.clone();
        let with_media = media.is_some();
        let (content, changes) = described(body, media);
        if with_media {
            file.content = content;
        }
        if let (Some(now), Value::Object(changes)) = (file.described.as_object_mut(), changes) {
            now.extend(changes);
        }
        file.modified = SystemTime::now();
        file.describe();
        let response = file.described.clone();
        self.files.insert(id.to_owned(), file);
        Ok(response)
    }

    /// By name, or by the time of modification; a token is the number of files before the page.
    fn list(&self, call: &Call<'_>) -> Result<Value, RpcError> {
        let invalid = |what: &str| {
            RpcError::new(400, "INVALID_ARGUMENT", format!("Invalid Value: {what}"))
                .error("global", "invalid")
        };
        let mut files: Vec<&File> = self.files.values().collect();
        match call.query.get("orderBy").map_or("name", String::as_str) {
            "name" => files.sort_by_key(|file| file.described["name"].to_string()),
            "modifiedTime" => files.sort_by_key(|file| file.modified),
            "modifiedTime desc" => files.sort_by_key(|file| std::cmp::Reverse(file.modified)),
            _ => return Err(invalid("orderBy")),
        }
        let number = |name: &str, usual: usize| match call.query.get(name) {
            None => Ok(usual),
            Some(text) => text.parse().map_err(|_| invalid(name)),
        };
        let (from, size) = (
            number("pageToken", 0)?,
            number("pageSize", 100)?.clamp(1, 1000),
        );
        let page: Vec<Value> = files
            .iter()
            .skip(from)
            .take(size)
            .map(|file| file.described.clone())
            .collect();
        let mut response =
            json!({"kind": "drive#fileList", "incompleteSearch": false, "files": page});
        if from + size < files.len() {
            response["nextPageToken"] = json!((from + size).to_string());
        }
        Ok(response)
    }
}

impl File {
    fn describe(&mut self) {
        let sum = Md5::digest(&self.content);
        let hex: String = sum.iter().map(|byte| format!("{byte:02x}")).collect();
        self.described["size"] = json!(self.content.len().to_string());
        self.described["md5Checksum"] = json!(hex);
        self.described["modifiedTime"] = json!(Civil::from(self.modified).rfc3339());
    }
}

/// Returns the metadata of a file, with the type of its media where the metadata has none.
fn described(body: Value, media: Option<Media>) -> (Bytes, Value) {
    let mut body = match body {
        Value::Object(body) => body,
        _ => Map::new(),
    };
    let content = media.map(|(kind, content)| {
        body.entry("mimeType").or_insert_with(|| json!(kind));
        content
    });
    (content.unwrap_or_default(), Value::Object(body))
}

fn ok(response: Value) -> Reply {
    Reply::json(200, &response)
}

/// The content, or a part of it.
fn fetch(file: &File, request: &Request) -> Reply {
    let kind = file.described["mimeType"].as_str().unwrap_or_default();
    let len = file.content.len();
    match request
        .header("range")
        .map(|text| range::asked(text, len as u64))
    {
        Some(Asked::Part(from, count)) => {
            let (from, count) = (from as usize, count as usize);
            Reply::new(206)
                .body(kind, file.content.slice(from..from + count))
                .header(
                    "content-range",
                    &format!("bytes {from}-{}/{len}", from + count - 1),
                )
        }
        Some(Asked::Nothing) => Reply::text(416, "Requested range not satisfiable")
            .header("content-range", &format!("bytes */{len}")),
        Some(Asked::Ignored) | None => Reply::new(200).body(kind, file.content.clone()),
    }
}

/// The request as it would be without media, and the media; an error where the message cannot be read.
fn without_media(request: &Request) -> Result<(Request, Media), &'static str> {
    let mut plain = request.clone();
    plain.path = request.path.trim_start_matches("/upload").to_owned();
    let query = request.query.as_deref().unwrap_or_default();
    let (kind, others): (Vec<&str>, Vec<&str>) = query
        .split('&')
        .partition(|pair| pair.starts_with("uploadType="));
    plain.query = (!others.is_empty()).then(|| others.join("&"));
    let content_type = request.header("content-type").unwrap_or_default();
    let json = http::HeaderValue::from_static("application/json");
    plain.headers.insert("content-type", json);
    match kind.as_slice() {
        ["uploadType=media"] => {
            let media = (content_type.to_owned(), request.body.clone());
            plain.body = Bytes::new();
            Ok((plain, media))
        }
        ["uploadType=multipart"] => {
            let (described, kind, media) = multipart::related(content_type, &request.body)
                .ok_or("Malformed multipart body.")?;
            plain.body = described.to_string().into();
            Ok((plain, (kind, media.into())))
        }
        _ => Err("uploadType must be media or multipart here."),
    }
}

impl Service for Drive {
    fn respond(&self, request: &Request) -> Reply {
        let mut media = None;
        let mut plain = request.clone();
        if request.path.starts_with("/upload/") {
            match without_media(request) {
                Ok((without, sent)) => (plain, media) = (without, Some(sent)),
                Err(why) => return Reply::text(400, why),
            }
        }
        let Some(call) = self.document.route(&plain) else {
            return Reply::not_found();
        };
        match self.call(&call, &plain, media) {
            Ok(reply) => reply,
            Err(error) => error.into(),
        }
    }
}
