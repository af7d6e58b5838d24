//! What comes in, and what can be wrong with it.

use std::fmt;

use serde::Deserialize;
use serde_json::{Map, Value};

/// One call.
#[derive(Debug, Deserialize)]
pub struct Line {
    /// The document: `sqladmin.v1`.
    pub doc: String,
    /// The method's id: `sql.instances.list`.
    #[serde(default)]
    pub method: Option<String>,
    /// Resource path and method name, `instances.list`: wins over the id, which is not always unique.
    #[serde(default)]
    pub path: Option<String>,
    /// Parameters by wire name, those of every API among them.
    #[serde(default)]
    pub params: Map<String, Value>,
    /// The body.
    #[serde(default)]
    pub body: Option<Value>,
    /// Ask for the media instead of the description of it.
    #[serde(default)]
    pub media_download: bool,
    /// What to upload.
    #[serde(default)]
    pub media: Option<Value>,
    /// The client's API key.
    #[serde(default)]
    pub api_key: Option<String>,
    /// An access token.
    #[serde(default)]
    pub token: Option<String>,
    /// The project that pays; only with a token.
    #[serde(default)]
    pub quota_project: Option<String>,
    /// Another endpoint.
    #[serde(default)]
    pub api_endpoint: Option<String>,
    /// Another universe.
    #[serde(default)]
    pub universe_domain: Option<String>,
    /// Copied to the output.
    #[serde(default)]
    pub echo: Option<Value>,
}

impl Line {
    /// Whether the media is marked so.
    pub(crate) fn media_is(&self, what: &str) -> bool {
        self.media.as_ref().is_some_and(|media| media[what] == true)
    }
}

/// Why a call could not be made as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault(String);

impl Fault {
    /// A fault, in words.
    pub fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Fault {}
