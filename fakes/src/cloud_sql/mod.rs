//! A small Cloud SQL Admin API, v1: instances and their operations.
//!
//! Requests are judged by the vendored Discovery document; instances change as they do at Google: at once in the
//! instance, and in an operation that is done after it was polled a few times.

mod filter;
mod instances;
mod operations;
mod page;
mod responses;
mod samples;

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex},
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

const DOCUMENT: &str = include_str!("../../../discovery-docs/sqladmin.v1.json");

/// The API. Clones are the same API.
#[derive(Clone, Debug)]
pub struct CloudSql {
    document: Arc<Document>,
    tokens: TokenEndpoint,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    projects: BTreeMap<String, Project>,
    operations: Operations,
    /// The largest page, and the size of one where a client names none.
    page_size: usize,
}

/// Instances by name.
type Project = BTreeMap<String, Value>;

impl CloudSql {
    /// An API that accepts the tokens of `tokens` and has no project yet.
    ///
    /// # Errors
    /// When the Discovery document cannot be read.
    pub fn new(tokens: &TokenEndpoint) -> io::Result<Self> {
        Ok(Self {
            document: Arc::new(Document::parse(DOCUMENT)?),
            tokens: tokens.clone(),
            state: Arc::new(Mutex::new(State {
                projects: BTreeMap::new(),
                operations: Operations::default(),
                page_size: 500,
            })),
        })
    }

    /// Adds a project without instances.
    pub fn add_project(&self, project: &str) {
        lock(&self.state)
            .projects
            .entry(project.to_owned())
            .or_default();
    }

    /// Adds an instance as it is, without checks; its `name` is its key. The project is added if need be.
    pub fn add_instance(&self, project: &str, instance: Value) {
        let name = instance["name"].as_str().unwrap_or_default().to_owned();
        let mut state = lock(&self.state);
        let instances = state.projects.entry(project.to_owned()).or_default();
        instances.insert(name, instance);
    }

    /// Adds a handful of different instances.
    pub fn add_samples(&self, project: &str) {
        for instance in samples::instances(project) {
            self.add_instance(project, instance);
        }
    }

    /// An instance as it is now.
    pub fn instance(&self, project: &str, name: &str) -> Option<Value> {
        lock(&self.state).projects.get(project)?.get(name).cloned()
    }

    /// Pages hold at most this many instances or operations, and this many where the client names no size.
    pub fn set_page_size(&self, size: usize) {
        lock(&self.state).page_size = size.max(1);
    }

    /// How many times an operation is polled before it is done; 1 if not set. With 0 it is done in the first response.
    pub fn set_polls(&self, polls: usize) {
        lock(&self.state).operations.polls = polls;
    }

    fn call(&self, call: &Call<'_>, request: &Request) -> Result<Value, RpcError> {
        let caller = self
            .tokens
            .check_call(request, "sqladmin.googleapis.com", call)?;
        let body = self.document.check(call, request)?;
        let mut state = lock(&self.state);
        state.dispatch(call, &caller, body)
    }
}

impl State {
    fn dispatch(&mut self, call: &Call<'_>, caller: &str, body: Value) -> Result<Value, RpcError> {
        let path = |name: &str| call.path.get(name).map(String::as_str).unwrap_or_default();
        let project = path("project").to_owned();
        if !self.projects.contains_key(&project) {
            return Err(responses::not_authorized());
        }
        let instance = path("instance").to_owned();
        match call.method.id.as_str() {
            "sql.instances.list" => self.list_instances(&project, call),
            "sql.instances.get" => self.get_instance(&project, &instance),
            "sql.instances.insert" => self.insert_instance(&project, body, caller),
            "sql.instances.patch" => self.patch_instance(&project, &instance, body, caller),
            "sql.instances.delete" => self.delete_instance(&project, &instance, caller),
            "sql.operations.list" => self.list_operations(&project, call),
            "sql.operations.get" => self.operations.poll(&project, path("operation")),
            other => Err(responses::unimplemented(other)),
        }
    }
}

impl Service for CloudSql {
    fn respond(&self, request: &Request) -> Reply {
        let Some(call) = self.document.route(request) else {
            return Reply::not_found();
        };
        self.call(&call, request).into()
    }
}
