//! A small Compute Engine API, v1: instances in zones, and the operations that make and delete them.
//!
//! Requests are judged by the vendored Discovery document. As at Google, an instance is there when its operation is done, and an
//! operation can fail long after the request was accepted.

mod instances;
mod operations;

use std::{
    collections::BTreeMap,
    fs, io,
    sync::{Arc, Mutex, OnceLock},
};

use serde_json::Value;

use self::operations::Operations;
use crate::{
    Reply, Request, Service,
    discovery::{Call, Document},
    lock::lock,
    oauth::TokenEndpoint,
    rpc::RpcError,
};

/// Read when it is needed: it is too large for every test to carry.
const DOCUMENT: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../discovery-docs/compute.v1.json"
);

/// The zones of every project.
pub const ZONES: [&str; 3] = ["europe-west1-b", "us-central1-a", "us-central1-b"];

/// The API. Clones are the same API.
#[derive(Clone, Debug)]
pub struct Compute {
    document: Arc<OnceLock<Document>>,
    tokens: TokenEndpoint,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    project: String,
    /// By zone and name.
    instances: BTreeMap<(String, String), Value>,
    operations: Operations,
    /// How many instances a zone may have.
    quota: usize,
}

impl Compute {
    /// An API with one project and no instance, which accepts the tokens of `tokens`.
    pub fn new(tokens: &TokenEndpoint, project: &str) -> Self {
        Self {
            document: Arc::default(),
            tokens: tokens.clone(),
            state: Arc::new(Mutex::new(State {
                project: project.to_owned(),
                instances: BTreeMap::new(),
                operations: Operations::default(),
                quota: 8,
            })),
        }
    }

    /// How many instances a zone may have; 8 if not set. One more is accepted, and its operation fails.
    pub fn set_quota(&self, instances: usize) {
        lock(&self.state).quota = instances;
    }

    /// How many times an operation is polled before it is done; 2 if not set.
    pub fn set_polls(&self, polls: usize) {
        lock(&self.state).operations.polls = polls;
    }

    fn document(&self) -> io::Result<&Document> {
        if let Some(document) = self.document.get() {
            return Ok(document);
        }
        let document = Document::parse(&fs::read_to_string(DOCUMENT)?)?;
        Ok(self.document.get_or_init(|| document))
    }

    fn call(
        &self,
        document: &Document,
        call: &Call<'_>,
        request: &Request,
    ) -> Result<Value, RpcError> {
        self.tokens
            .check_call(request, "compute.googleapis.com", call)?;
        let body = document.check(call, request)?;
        lock(&self.state).dispatch(call, body)
    }
}

impl State {
    fn dispatch(&mut self, call: &Call<'_>, body: Value) -> Result<Value, RpcError> {
        let path = |name: &str| call.path.get(name).cloned().unwrap_or_default();
        if path("project") != self.project {
            return Err(not_found(&format!("projects/{}", path("project"))));
        }
        let zone = path("zone");
        if call.path.contains_key("zone") && !ZONES.contains(&zone.as_str()) {
            return Err(not_found(&format!(
                "projects/{}/zones/{zone}",
                self.project
            )));
        }
        match call.method.id.as_str() {
            "compute.instances.insert" => self.insert(&zone, body),
            "compute.instances.delete" => self.delete(&zone, &path("instance")),
            "compute.instances.get" => self.get(&zone, &path("instance")),
            "compute.instances.list" => Ok(self.list(&zone)),
            "compute.instances.aggregatedList" => self.aggregated(call),
            "compute.zoneOperations.get" => self.poll(&zone, &path("operation")),
            other => Err(RpcError::new(
                501,
                "UNIMPLEMENTED",
                format!("{other} is not implemented here."),
            )),
        }
    }

    /// The URL of something in a zone.
    fn link(&self, zone: &str, rest: &str) -> String {
        let project = &self.project;
        format!("https://www.googleapis.com/compute/v1/projects/{project}/zones/{zone}{rest}")
    }
}

fn not_found(what: &str) -> RpcError {
    let message = format!("The resource '{what}' was not found");
    RpcError::new(404, "NOT_FOUND", message).error("global", "notFound")
}

impl Service for Compute {
    fn respond(&self, request: &Request) -> Reply {
        let Ok(document) = self.document() else {
            return Reply::not_found();
        };
        let Some(call) = document.route(request) else {
            return Reply::not_found();
        };
        self.call(document, &call, request).into()
    }
}
