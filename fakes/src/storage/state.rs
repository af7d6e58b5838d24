//! What the connections of a server share: its objects and sessions.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    io,
    sync::Mutex,
};

use serde_json::{Value, json};

use super::{
    content::Content,
    trouble::{Trouble, Troubles},
    upload::Session,
};
use crate::lock::lock;

/// What connections share.
#[derive(Default)]
pub(super) struct State {
    pub(super) objects: Mutex<BTreeMap<(String, String), Object>>,
    pub(super) sessions: Mutex<HashMap<String, Session>>,
    pub(super) troubles: Mutex<Troubles>,
    /// What the next calls without media meet.
    pub(super) calls: Mutex<VecDeque<Trouble>>,
    /// Method and target of each request, in order of arrival.
    pub(super) log: Mutex<Vec<String>>,
    pub(super) count: Mutex<u64>,
}

/// An object as it is stored.
#[derive(Clone, Debug)]
pub(super) struct Object {
    pub(super) content: Content,
    pub(super) form: Form,
    pub(super) generation: u64,
    pub(super) crc32c: String,
    pub(super) md5: String,
}

/// What the bytes of an object are.
#[derive(Clone, Debug)]
pub(super) struct Form {
    pub(super) content_type: String,
    /// How they are encoded: `gzip`.
    pub(super) encoding: Option<String>,
}

impl State {
    pub(super) fn number(&self) -> u64 {
        let mut count = lock(&self.count);
        *count += 1;
        *count
    }

    /// Puts content under a name, and gives the object's description.
    pub(super) fn store(
        &self,
        bucket: &str,
        name: &str,
        content: Content,
        form: &Form,
    ) -> io::Result<Value> {
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

    /// The generation of an object; 0 if there is none.
    pub(super) fn generation(&self, bucket: &str, name: &str) -> u64 {
        self.object(bucket, name)
            .map_or(0, |object| object.generation)
    }

    pub(super) fn object(&self, bucket: &str, name: &str) -> Option<Object> {
        lock(&self.objects)
            .get(&(bucket.to_owned(), name.to_owned()))
            .cloned()
    }
}

impl Object {
    pub(super) fn etag(&self) -> String {
        format!("\"{:x}\"", self.generation)
    }

    pub(super) fn describe(&self, bucket: &str, name: &str) -> io::Result<Value> {
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
