//! `gapi call`, against embedded servers.

mod bodies;
mod documents;
mod errors;
mod guide;
mod identity;
mod lists;
mod media;
mod operations;
mod output;
mod secrets;
mod words;

use std::path::Path;

use gapi_fakes::{Reply, Request, Server};
use serde_json::Value;

use crate::support::{Folder, Ran};

/// A folder with vendored documents, and a server in place of the APIs.
pub(crate) struct Desk {
    pub(crate) folder: Folder,
    pub(crate) server: Server,
}

impl Desk {
    pub(crate) async fn new(respond: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        Self {
            folder: with_documents(),
            server: Server::start(respond).await.unwrap(),
        }
    }

    /// Calls a method of the server, without credentials.
    pub(crate) fn call(&self, words: &[&str]) -> Ran {
        self.call_with(words, "")
    }

    /// The same with a text on the standard input stream.
    pub(crate) fn call_with(&self, words: &[&str], input: &str) -> Ran {
        let url = self.server.url();
        let mut command = self.folder.command();
        command
            .arg("call")
            .args(["--endpoint-url", &url, "--anonymous"])
            .args(words);
        Ran::of(command, input)
    }

    /// Returns the last request.
    pub(crate) fn last(&self) -> Request {
        self.server.log().pop().unwrap().request
    }
}

/// Returns a folder with the documents that the tests use.
pub(crate) fn with_documents() -> Folder {
    let folder = Folder::empty();
    let vendored = Path::new(env!("CARGO_MANIFEST_DIR")).join("../discovery-docs");
    let documents = folder.path("discovery-docs");
    std::fs::create_dir(&documents).unwrap();
    for api in [
        "bigquery.v2",
        "secretmanager.v1",
        "drive.v3",
        "firestore.v1",
        "gmail.v1",
        "pubsub.v1",
        "sheets.v4",
        "sqladmin.v1",
        "sqladmin.v1beta4",
        "storage.v1",
    ] {
        let file = format!("{api}.json");
        std::fs::copy(vendored.join(&file), documents.join(&file)).unwrap();
    }
    std::fs::copy(vendored.join("index.json"), documents.join("index.json")).unwrap();
    folder
}

/// Runs `gapi call` in a folder.
pub(crate) fn run(folder: &Folder, words: &[&str]) -> Ran {
    let mut command = folder.command();
    command.arg("call").args(words);
    Ran::of(command, "")
}

pub(crate) fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}
