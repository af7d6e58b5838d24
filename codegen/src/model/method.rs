//! The resource tree and its methods.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::names::snake;
use super::{Notes, Type};

/// A node of the resource tree.
#[derive(Clone, Debug)]
pub struct Resource<M = Method> {
    /// The module and accessor: `instances`, `well_known`, `projects`. Empty at the root.
    pub ident: String,
    /// `well-known`, the name in the document. Empty at the root.
    pub wire: String,
    /// Path of the resource: `projects.locations.clusters`.
    pub path: String,
    /// The type whose functions are the methods: `Instances`. Empty at the root.
    pub handle: String,
    /// Whether it is deprecated.
    pub deprecated: bool,
    /// Sorted by name.
    pub methods: Vec<M>,
    /// Sorted by name.
    pub resources: Vec<Resource<M>>,
    /// Methods and sub-resources that are not selected, as the functions that they would be, with their names in a selection.
    pub unselected: Vec<(String, String)>,
}

impl<M> Resource<M> {
    /// Returns the number of methods here and below.
    #[must_use]
    pub fn method_count(&self) -> usize {
        self.methods.len() + self.resources.iter().map(Self::method_count).sum::<usize>()
    }

    /// Returns every method here and below: each resource's own before those of its sub-resources.
    pub fn all_methods(&self) -> Box<dyn Iterator<Item = &M> + '_> {
        Box::new(
            self.methods
                .iter()
                .chain(self.resources.iter().flat_map(Self::all_methods)),
        )
    }

    /// Makes other methods of these, in the order of [`all_methods`](Self::all_methods).
    pub(super) fn map<N>(self, make: &mut dyn FnMut(M) -> N) -> Resource<N> {
        Resource {
            ident: self.ident,
            wire: self.wire,
            path: self.path,
            handle: self.handle,
            deprecated: self.deprecated,
            methods: self.methods.into_iter().map(&mut *make).collect(),
            resources: self
                .resources
                .into_iter()
                .map(|child| child.map(make))
                .collect(),
            unselected: self.unselected,
        }
    }
}

/// One method.
#[derive(Clone, Debug)]
pub struct Method {
    /// The function: `list`, `r#move`, `attributes_`
    pub ident: String,
    /// The request type: `List`
    pub type_ident: String,
    /// The static table entry: `LIST`
    pub static_ident: String,
    /// `list`: the name in the document.
    pub wire: String,
    /// `sql.instances.list`
    pub id: String,
    /// `instances.list`: resource path and name, what selections match.
    pub path_name: String,
    /// The HTTP method.
    pub verb: Verb,
    /// The path template, relative to root URL and service path.
    pub path: String,
    /// What it does.
    pub description: String,
    /// Whether it is deprecated.
    pub deprecated: bool,
    /// Required parameters in `parameterOrder`, then the rest of the required ones: positional arguments.
    pub required: Vec<Parameter>,
    /// Optional parameters sorted by name: setters.
    pub optional: Vec<Parameter>,
    /// The request body.
    pub request: Option<Type>,
    /// The type of the response.
    pub response: Option<Type>,
    /// Indices into [`Api::scopes`](super::Api::scopes).
    pub scopes: Vec<usize>,
    /// `x-goog-api-version`
    pub api_version: Option<String>,
    /// How lists continue.
    pub paging: Option<Paging>,
    /// What can be uploaded.
    pub upload: Option<Upload>,
    /// `alt=media` is offered.
    pub download: Option<Download>,
    /// The long-running operation that the response is.
    pub operation: Option<Operation>,
    /// Whether calls may be repeated, as the service documents or an override states. With `None` it depends on the verb, the
    /// request id and the preconditions; see [`retries`](Self::retries).
    pub idempotent: Option<bool>,
    /// It has a query parameter `requestId`, by which the server knows a repeated request.
    pub request_id: bool,
    /// What makes a call conditional, so that it may be repeated; paths in the body have dots.
    pub preconditions: Vec<TokenIn>,
    /// Whether the response is bytes of any type: its schema [is raw](super::TypeDef::is_raw).
    pub raw_response: bool,
    /// The response may have no content: none is declared, or none that has properties (`google.protobuf.Empty`), or one that is no JSON object.
    pub may_be_empty: bool,
    /// How it takes a change of its resource.
    pub patching: Patching,
}

impl Method {
    /// Whether the response is a list whose objects arrive one after another. Documents show it by the name alone: `streamAnswer`,
    /// `executeStreamingSql`.
    #[must_use]
    pub fn is_streamed(&self) -> bool {
        let is_named_so = || {
            let name = snake(&self.wire);
            name.split('_').next() == Some("stream")
                || name.split('_').any(|word| word == "streaming")
        };
        self.wire.contains("tream")
            && self.response.is_some()
            && !self.raw_response
            && self.paging.is_none()
            && is_named_so()
    }
}

/// One parameter.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// The setter or argument: `max_results`
    pub ident: String,
    /// `maxResults`
    pub wire: String,
    /// Path or query.
    pub location: Location,
    /// The type of one value.
    pub ty: Type,
    /// Any number of values.
    pub repeated: bool,
    /// What it means.
    pub description: String,
    /// Facts for the docs.
    pub notes: Notes,
    /// Whether it is deprecated.
    pub deprecated: bool,
}

impl Parameter {
    /// Returns the least and the greatest value of a number, empty where there is none, or `None` if its type has the same limits.
    pub fn range(&self) -> Option<[&str; 2]> {
        let of_type = match self.ty {
            Type::I32 => ["-2147483648", "2147483647"],
            Type::U32 => ["0", "4294967295"],
            Type::I64 | Type::U64 | Type::F32 | Type::F64 => [""; 2],
            _ => return None,
        };
        let notes = &self.notes;
        let range = [(&notes.minimum, of_type[0]), (&notes.maximum, of_type[1])];
        let range = range.map(|(limit, of_type)| {
            let limit = limit.as_deref().filter(|limit| *limit != of_type);
            limit.unwrap_or_default()
        });
        (range != [""; 2]).then_some(range)
    }
}

/// The part of the URL that has a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Location {
    Path,
    Query,
}

/// HTTP verbs of Discovery documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Verb {
    Get,
    Post,
    Put,
    Patch,
    Delete,
    Head,
}

/// How a paged method continues.
#[derive(Clone, Debug)]
pub struct Paging {
    /// Where the request's token goes, by wire name.
    pub token: TokenIn,
    /// The wire name of the response's token: `nextPageToken`.
    pub next: String,
    /// The parameter or body property that sets the page size, by wire name.
    pub size: Option<TokenIn>,
    /// The items of a page.
    pub items: Option<Items>,
}

/// A value of a paged request that the runtime sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenIn {
    /// A query parameter.
    Query(String),
    /// A property of the body.
    Body(String),
}

/// The items of a page.
#[derive(Clone, Debug)]
pub struct Items {
    /// The field of the response: `items`
    pub ident: String,
    /// Its wire name.
    pub wire: String,
    /// The item's type; for a map, the value's.
    pub ty: Type,
    /// A map, whose items are `(String, T)`.
    pub map: bool,
}

/// What a method accepts as media.
#[derive(Clone, Debug)]
pub struct Upload {
    /// Media ranges.
    pub accept: Vec<String>,
    /// Bytes.
    pub max_size: Option<u64>,
    /// Multipart and simple uploads.
    pub simple: bool,
    /// Resumable uploads.
    pub resumable: bool,
}

/// How media is downloaded.
#[derive(Clone, Copy, Debug)]
pub struct Download {
    /// Through the `download/` service URL.
    pub service: bool,
}

/// The operation that a method starts.
#[derive(Clone, Debug)]
pub struct Operation {
    /// The shape of the response.
    pub shape: OperationShape,
    /// The method that polls it, as `path_name`, where the document has one.
    pub poll: Option<String>,
    /// The method that cancels it, as `path_name`; known of methods that poll.
    pub cancel: Option<String>,
}

/// The shapes of operations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OperationShape {
    /// `name`, `done`, `error`, `response` (AIP-151).
    Aip151,
    /// `status` and `operationType` (Compute Engine, Cloud SQL, ...).
    Status,
    /// A resource with a state.
    Job(Job),
}

/// How the state of a job is read, and how it is polled. Paths have dots.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// The property that has the state.
    pub state: String,
    /// The states of success, unless the job has an error.
    pub succeeded: Vec<String>,
    /// The other final states.
    #[serde(default)]
    pub failed: Vec<String>,
    /// The property with the error.
    #[serde(default)]
    pub error: Option<String>,
    /// The property with the name.
    pub name: String,
    /// The properties with the parameters of the methods that get and cancel it.
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
}

/// How a method takes a change of its resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Patching {
    /// It merges the body into the resource (RFC 7396).
    Merge,
    /// It sets what a mask names to the values that the body has.
    Mask {
        /// Where the mask is; a path in the body has dots.
        at: TokenIn,
        /// What its paths are paths of.
        of: MaskOf,
    },
    /// It takes no change, for this reason.
    Refused(Refusal),
}

/// What the paths of a mask are paths of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MaskOf {
    /// The body.
    Body,
    /// An object that the body has as this property.
    Property(String),
    /// The body's map of this name: its paths are keys, quoted where they are no identifiers (Firestore's documents).
    Entries(String),
    /// The body's list of this name: its paths are the `name`s of entries.
    Names(String),
    /// The body, and only what is to be cleared: all else is merged.
    Cleared,
}

/// Why a method takes no change of its resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It replaces the resource by the body.
    Replaces,
    /// Its body is a message, or a new resource.
    Acts,
    /// It has a mask, of no one object of the body.
    Mask,
    /// It is a PATCH, and its document does not state that it merges.
    Silent,
    /// Its body is no object of a schema.
    NoObject,
    /// It has no body.
    NoBody,
}

/// When a call of a method is retried after a transient error, although the attempt before may have had its effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retries<'a> {
    /// Always.
    Always,
    /// Always, since every call gets a `requestId`.
    ByRequestId,
    /// If it is given one of these.
    With(&'a [TokenIn]),
    /// If the caller requests it.
    IfAsked,
}
