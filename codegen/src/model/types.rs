//! The model: everything that the printers need, decided.
//!
//! Identifiers are final (keywords are raw, clashes are resolved); docs are the document's text, not yet Markdown-safe.

pub use super::jobs::Job;

/// An index into [`Api::types`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(pub usize);

/// One API: one document.
#[derive(Clone, Debug)]
pub struct Api {
    /// `sqladmin`
    pub name: String,
    /// `v1`
    pub version: String,
    /// `20261018`
    pub revision: String,
    /// The human name.
    pub title: String,
    /// What the API is for.
    pub description: String,
    /// Where the service is documented.
    pub documentation_link: Option<String>,
    /// With a trailing slash.
    pub root_url: String,
    /// Empty or with a trailing slash.
    pub service_path: String,
    /// `batch`
    pub batch_path: String,
    /// With a trailing slash.
    pub mtls_root_url: Option<String>,
    /// Bodies and answers travel inside `{"data": ...}`.
    pub data_wrapper: bool,
    /// Sorted by URL. Constants of the module `scope`.
    pub scopes: Vec<Scope>,
    /// Regional endpoints, sorted by location.
    pub endpoints: Vec<Endpoint>,
    /// Every type that the module defines, in the order of printing (schemas sorted by name, each followed by the types made from its inline parts).
    pub types: Vec<TypeDef>,
    /// The methods at the top of the document (one API of the corpus has any) and the top resources.
    pub root: Resource,
    /// How the names of the prelude have to be written, because a generated type hides some of them.
    pub prelude: Prelude,
}

/// One OAuth scope.
#[derive(Clone, Debug)]
pub struct Scope {
    /// `CLOUD_PLATFORM`
    pub ident: String,
    /// `https://www.googleapis.com/auth/cloud-platform`
    pub url: String,
    /// What it allows.
    pub description: String,
}

/// One regional endpoint.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// `europe-west1`
    pub location: String,
    /// Its root URL.
    pub url: String,
    /// Whether the document deprecates it.
    pub deprecated: bool,
}

/// Names of Rust's prelude that generated code uses, as they have to be written in this module: short, or by full path
/// where a generated type has the same name.
#[derive(Clone, Debug)]
pub struct Prelude {
    /// `Option` or `::std::option::Option`
    pub option: &'static str,
    /// `String`
    pub string: &'static str,
    /// `Vec`
    pub vec: &'static str,
    /// `Box`
    pub boxed: &'static str,
    /// `Result`
    pub result: &'static str,
    /// `Into`
    pub into: &'static str,
    /// `IntoIterator`
    pub into_iterator: &'static str,
    /// `From`
    pub from: &'static str,
    /// `AsRef`
    pub as_ref: &'static str,
    // `Self` needs no entry: no generated type can have that name.
}

/// A type that the module defines.
#[derive(Clone, Debug)]
pub struct TypeDef {
    /// `DatabaseInstance`, `DatabaseInstanceState`, ...
    pub ident: String,
    /// The schema's name in the document, where the type is a schema of its own.
    pub schema: Option<String>,
    /// Where the type stands in the document: `schemas.DatabaseInstance.properties.state`.
    pub place: String,
    /// What it is.
    pub description: String,
    /// Marked deprecated.
    pub deprecated: bool,
    /// Reached from a method's request, so that users write it.
    pub in_request: bool,
    /// An enum that is the response of a method, and not a part of one.
    pub is_response: bool,
    /// A long-running operation, which methods answer with.
    pub is_operation: bool,
    /// Stands for bytes of any type (`google.api.HttpBody`), which travel as they are.
    pub is_raw: bool,
    /// Its form.
    pub shape: Shape,
}

/// The form of a type.
#[derive(Clone, Debug)]
pub enum Shape {
    /// A struct with one optional field per property, and `extra`.
    Object(Vec<Field>),
    /// An open enum.
    Enum(Vec<Variant>),
    /// Another name for a list, a map or `any`.
    Alias(Type),
}

/// One property.
#[derive(Clone, Debug)]
pub struct Field {
    /// `backend_type`, `r#type`, `extra_`
    pub ident: String,
    /// `backendType`
    pub wire: String,
    /// Its type; the printer wraps it in `Option`.
    pub ty: Type,
    /// What it means.
    pub description: String,
    /// Facts that the docs state after the description.
    pub notes: Notes,
    /// Marked deprecated.
    pub deprecated: bool,
    /// Holds a password, token, private key or secret payload: never shown by `Debug`.
    pub secret: bool,
}

/// What the document says about a property or parameter besides its description.
#[derive(Clone, Debug, Default)]
pub struct Notes {
    /// The server sets it, requests need not.
    pub read_only: bool,
    /// Default value, as the document spells it.
    pub default: Option<String>,
    /// Smallest value, as the document spells it.
    pub minimum: Option<String>,
    /// Largest value.
    pub maximum: Option<String>,
    /// Pattern, for the docs only: it is never enforced.
    pub pattern: Option<String>,
}

/// One value of an enum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    /// `SqlInstance`
    pub ident: String,
    /// `SQL_INSTANCE`
    pub wire: String,
    /// What it means.
    pub description: String,
    /// Marked deprecated.
    pub deprecated: bool,
}

/// A type as used by a field, a parameter or a body.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// `String`
    String,
    /// `bool`
    Bool,
    /// `i32`
    I32,
    /// `u32`
    U32,
    /// `i64`, a string on the wire
    I64,
    /// `u64`, a string on the wire
    U64,
    /// `f32`
    F32,
    /// `f64`
    F64,
    /// base64 on the wire
    Bytes,
    /// RFC 3339
    DateTime,
    /// `YYYY-MM-DD`
    Date,
    /// `3.5s`
    Duration,
    /// `a,b.c`
    FieldMask,
    /// Any JSON value
    Any,
    /// A type of this module
    Named(TypeId),
    /// The same behind a box, where the type would contain itself
    Boxed(TypeId),
    /// A list
    List(Box<Type>),
    /// A map with string keys
    Map(Box<Type>),
}

/// A node of the resource tree.
#[derive(Clone, Debug, Default)]
pub struct Resource {
    /// The module and accessor: `instances`, `well_known`, `projects`. Empty at the root.
    pub ident: String,
    /// `well-known`, the name in the document. Empty at the root.
    pub wire: String,
    /// Path of the resource: `projects.locations.clusters`.
    pub path: String,
    /// Marked deprecated.
    pub deprecated: bool,
    /// Sorted by name.
    pub methods: Vec<Method>,
    /// Sorted by name.
    pub resources: Vec<Resource>,
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
    /// `list`, the name in the document.
    pub wire: String,
    /// `sql.instances.list`
    pub id: String,
    /// `instances.list`: resource path and name, what selections match.
    pub path_name: String,
    /// GET, POST, PUT, PATCH, DELETE (others are an error of check).
    pub verb: Verb,
    /// The path template, relative to root URL and service path.
    pub path: String,
    /// What it does.
    pub description: String,
    /// Marked deprecated.
    pub deprecated: bool,
    /// Required parameters in `parameterOrder`, then the rest of the required ones: positional arguments.
    pub required: Vec<Parameter>,
    /// Optional parameters sorted by name: setters.
    pub optional: Vec<Parameter>,
    /// The request body.
    pub request: Option<Type>,
    /// The answer.
    pub response: Option<Type>,
    /// Indices into [`Api::scopes`].
    pub scopes: Vec<usize>,
    /// `x-goog-api-version`
    pub api_version: Option<String>,
    /// How lists continue.
    pub paging: Option<Paging>,
    /// What can be uploaded.
    pub upload: Option<Upload>,
    /// `alt=media` is offered.
    pub download: Option<Download>,
    /// The answer is a long-running operation.
    pub operation: Option<Operation>,
    /// Whether calls may be repeated, whatever is given to them: what the service documents, or an override says. `None` leaves that to the verb, the request id and the
    /// preconditions; see [`retries`](Self::retries).
    pub idempotent: Option<bool>,
    /// It has a query parameter `requestId`, by which the server knows a repeated request.
    pub request_id: bool,
    /// What makes a call conditional, so that it may be repeated; paths in the body have dots.
    pub preconditions: Vec<TokenIn>,
    /// The answer is bytes of any type: its schema [is raw](TypeDef::is_raw).
    pub raw_response: bool,
    /// The response may have no content: none is declared, or none that has properties (`google.protobuf.Empty`), or one that is no JSON object.
    pub may_be_empty: bool,
    /// What it makes of a change of its resource.
    pub patching: Patching,
}

/// What a method makes of a change of its resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Patching {
    /// It merges the body into the resource (RFC 7396).
    Merge,
    /// It sets what a mask names to the values that the body has.
    Mask {
        /// Where the mask stands; a path in the body has dots.
        at: TokenIn,
        /// What its paths are paths of.
        of: MaskOf,
    },
    /// It takes no change, and why.
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
    /// It is a PATCH, and its document does not say that it merges.
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
    /// If the caller says so.
    IfAsked,
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

/// One parameter.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// The setter or argument: `max_results`
    pub ident: String,
    /// `maxResults`
    pub wire: String,
    /// Where it travels.
    pub location: Location,
    /// The type of one value.
    pub ty: Type,
    /// Any number of values.
    pub repeated: bool,
    /// What it means.
    pub description: String,
    /// Facts for the docs.
    pub notes: Notes,
    /// Marked deprecated.
    pub deprecated: bool,
}

/// Where a parameter travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Location {
    Path,
    Query,
}

/// How a paged method continues.
#[derive(Clone, Debug)]
pub struct Paging {
    /// Where the request's token goes, by wire name.
    pub token: TokenIn,
    /// The wire name of the answer's token: `nextPageToken`.
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
    /// The field of the answer: `items`
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
    /// The shape of the answer.
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
