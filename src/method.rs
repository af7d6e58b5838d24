//! What generated code says of an API and its methods: plain tables, read by the executor.

/// One API: what is common to its methods.
#[derive(Debug)]
pub struct Api {
    /// `sqladmin`
    pub name: &'static str,
    /// `v1`
    pub version: &'static str,
    /// The revision of the document: `20261018`.
    pub revision: &'static str,
    /// Where the API lives, with a trailing slash.
    pub root_url: &'static str,
    /// What stands between the root and every path: empty, or with a trailing slash.
    pub service_path: &'static str,
    /// Path of the batch endpoint below the root.
    pub batch_path: &'static str,
    /// The root for connections with a client certificate.
    pub mtls_root_url: Option<&'static str>,
    /// Bodies and answers travel inside `{"data": ...}`.
    pub data_wrapper: bool,
    /// Every scope of the document.
    pub scopes: &'static [&'static str],
    /// Regional endpoints.
    pub endpoints: &'static [Endpoint],
    /// What values of parameters look like: regular expressions, each once.
    pub patterns: &'static [&'static str],
}

impl Api {
    /// An API with nothing set, for the rest pattern of a table entry.
    pub const EMPTY: Self = Self {
        name: "",
        version: "",
        revision: "",
        root_url: "",
        service_path: "",
        batch_path: "",
        mtls_root_url: None,
        data_wrapper: false,
        scopes: &[],
        endpoints: &[],
        patterns: &[],
    };
}

/// A regional endpoint of an API.
#[derive(Clone, Copy, Debug)]
pub struct Endpoint {
    /// `europe-west1`
    pub location: &'static str,
    /// Its root URL.
    pub url: &'static str,
}

/// The HTTP verbs of Discovery documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Verb {
    Get,
    Post,
    Put,
    Patch,
    Delete,
    Head,
}

impl Verb {
    /// The same for the `http` crate.
    pub(crate) fn to_http(self) -> http::Method {
        match self {
            Self::Get => http::Method::GET,
            Self::Post => http::Method::POST,
            Self::Put => http::Method::PUT,
            Self::Patch => http::Method::PATCH,
            Self::Delete => http::Method::DELETE,
            Self::Head => http::Method::HEAD,
        }
    }
}

/// One method of an API.
#[derive(Debug)]
pub struct Method {
    /// The API that it belongs to.
    pub api: &'static Api,
    /// How it is called.
    pub verb: Verb,
    /// The method's id in the Discovery document: `sql.instances.list`.
    pub id: &'static str,
    /// The path template below root and service path: `v1/projects/{project}/instances`.
    pub path: &'static str,
    /// Its parameters.
    pub parameters: &'static [Parameter],
    /// Which parameters have a pattern: the place in `parameters`, and that in the patterns of the API.
    pub patterns: &'static [(u16, u16)],
    /// The scopes of which any one allows the call.
    pub scopes: &'static [&'static str],
    /// Whether the document declares an answer.
    pub has_response: bool,
    /// Whether a response without content is one: its schema has no properties, or is no object. A method without a response needs no content either.
    pub may_be_empty: bool,
    /// Sent as `x-goog-api-version`.
    pub api_version: Option<&'static str>,
    /// How lists continue.
    pub paging: Option<Paging>,
    /// What can be uploaded.
    pub upload: Option<MediaUpload>,
    /// How media is downloaded.
    pub download: Option<MediaDownload>,
    /// The long-running operation that it starts.
    pub operation: Option<Operation>,
    /// Whether its calls may be repeated, whatever is given to them, although the attempt before may have had its effect. `None` leaves that to the verb, the request id and
    /// the preconditions.
    pub idempotent: Option<bool>,
    /// It has a query parameter `requestId`, by which the server knows a repeated request.
    pub request_id: bool,
    /// What makes the call conditional, so that it may be repeated: any one of these is enough. A path in the body has dots.
    pub preconditions: &'static [Slot],
    /// What it makes of a change of its resource; `None` where it takes none.
    pub patching: Option<&'static Patching>,
}

impl Method {
    /// A method with a JSON answer and nothing else set, for the rest pattern of a table entry.
    pub const fn new(api: &'static Api, verb: Verb) -> Self {
        Self {
            api,
            verb,
            id: "",
            path: "",
            parameters: &[],
            patterns: &[],
            scopes: &[],
            has_response: true,
            may_be_empty: false,
            api_version: None,
            paging: None,
            upload: None,
            download: None,
            operation: None,
            idempotent: None,
            request_id: false,
            preconditions: &[],
            patching: None,
        }
    }

    /// Whether a success has content: the document declares properties of it.
    pub(crate) fn expects_content(&self) -> bool {
        self.has_response && !self.may_be_empty && !matches!(self.verb, Verb::Head)
    }

    /// Where the parameter `name` travels. A name that the document does not know is a query parameter, unless the path
    /// template has it.
    pub(crate) fn location(&self, name: &str) -> Location {
        match self.parameters.iter().find(|p| p.name == name) {
            Some(parameter) => parameter.location,
            None => Location::Query,
        }
    }
}

/// One parameter of a method.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// Its name on the wire: `maxResults`.
    pub name: &'static str,
    /// Where it travels.
    pub location: Location,
    /// Any number of values.
    pub repeated: bool,
    /// The document requires it.
    pub required: bool,
}

impl Parameter {
    /// A part of the path; always required.
    pub const fn path(name: &'static str) -> Self {
        Self {
            name,
            location: Location::Path,
            repeated: false,
            required: true,
        }
    }

    /// An optional part of the query.
    pub const fn query(name: &'static str) -> Self {
        Self {
            name,
            location: Location::Query,
            repeated: false,
            required: false,
        }
    }

    /// Takes any number of values.
    #[must_use]
    pub const fn repeated(mut self) -> Self {
        self.repeated = true;
        self
    }

    /// Cannot be left out.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }
}

/// Where a parameter travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Location {
    /// In the path.
    Path,
    /// In the query.
    Query,
}

/// How the pages of a list follow each other.
#[derive(Clone, Copy, Debug)]
pub struct Paging {
    /// Where the next page's token goes.
    pub token: Slot,
    /// The field of the answer that holds it: `nextPageToken`.
    pub next: &'static str,
    /// What sets the size of a page.
    pub size: Option<Slot>,
    /// The field of the answer that holds the entries, where it is known.
    pub items: Option<&'static str>,
}

/// A value of a request that the runtime sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// A query parameter.
    Query(&'static str),
    /// A property of the body.
    Body(&'static str),
}

impl Slot {
    /// A query parameter.
    pub const fn query(name: &'static str) -> Self {
        Self::Query(name)
    }

    /// A property of the body.
    pub const fn body(name: &'static str) -> Self {
        Self::Body(name)
    }
}

/// What a method makes of a change of its resource, which a [`Patch`](crate::Patch) is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patching {
    /// It merges the body into the resource (RFC 7396).
    Merge,
    /// It sets what the mask there names to the values that the body has.
    Mask(Slot, MaskOf),
}

/// What the paths of a mask are paths of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MaskOf {
    /// The body.
    Body,
    /// An object that the body has as this property.
    Property(&'static str),
    /// The body's map of this name: the paths are keys.
    Entries(&'static str),
    /// The body's list of this name: the paths are the `name`s of entries.
    Names(&'static str),
    /// The body, and only what is to be cleared: all else is merged.
    Cleared,
}

/// What a method accepts as media.
#[derive(Clone, Copy, Debug)]
pub struct MediaUpload {
    /// Media ranges.
    pub accept: &'static [&'static str],
    /// In bytes.
    pub max_size: Option<u64>,
    /// Simple and multipart uploads.
    pub simple: bool,
    /// Resumable uploads.
    pub resumable: bool,
}

/// How media is downloaded.
#[derive(Clone, Copy, Debug)]
pub struct MediaDownload {
    /// Through the `download/` service URL.
    pub service: bool,
}

/// A long-running operation that a method starts.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    /// What the answer looks like.
    pub shape: OperationShape,
    /// The method that polls it.
    pub poll: Option<&'static Method>,
    /// The method that cancels it; known of methods that poll.
    pub cancel: Option<&'static Method>,
}

impl Operation {
    /// An operation with `name`, `done`, `error` and `response`.
    pub const fn aip151() -> Self {
        Self::new(OperationShape::Aip151)
    }

    /// An operation with `status` and `operationType`.
    pub const fn status() -> Self {
        Self::new(OperationShape::Status)
    }

    /// A job.
    pub const fn job(shape: &'static JobShape) -> Self {
        Self::new(OperationShape::Job(shape))
    }

    const fn new(shape: OperationShape) -> Self {
        Self {
            shape,
            poll: None,
            cancel: None,
        }
    }

    /// Says which method polls it.
    #[must_use]
    pub const fn polled_by(mut self, method: &'static Method) -> Self {
        self.poll = Some(method);
        self
    }

    /// Says which method cancels it.
    #[must_use]
    pub const fn cancelled_by(mut self, method: &'static Method) -> Self {
        self.cancel = Some(method);
        self
    }
}

/// The forms of operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperationShape {
    /// `name`, `done`, `error`, `response` (AIP-151).
    Aip151,
    /// `status` and `operationType` (Compute Engine, Cloud SQL, ...).
    Status,
    /// A resource with a state.
    Job(&'static JobShape),
}

/// How a job tells how far it is, and how it is asked for. Paths of properties have dots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobShape {
    /// The property that has the state.
    pub state: &'static str,
    /// The states in which it has ended well, unless it tells an error.
    pub succeeded: &'static [&'static str],
    /// The other states in which it has ended.
    pub failed: &'static [&'static str],
    /// The property that tells why it failed; empty where none does.
    pub error: &'static str,
    /// The property by which it is known.
    pub name: &'static str,
    /// The parameters of the methods that get and cancel it, each with the property that tells it.
    pub parameters: &'static [(&'static str, &'static str)],
}
