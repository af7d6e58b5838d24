//! Tables of an API and its methods. Generated code contains them as constants, and the runtime reads them.
//!
//! Generated code builds each table with a constructor and `with_` functions, never as a literal: so a table can get another field
//! without changes of generated code.

#[macro_use]
mod features;

use std::{fmt, sync::OnceLock};

use bytes::Bytes;

pub use self::features::{JobShape, MaskOf, MediaDownload, MediaUpload, Paging, Patching, Slot};
use crate::wire::member;

/// An API: the properties that its methods have in common.
#[derive(Debug)]
#[non_exhaustive]
pub struct Api {
    /// Its name: `sqladmin`.
    pub name: &'static str,
    /// Its version: `v1`.
    pub version: &'static str,
    /// The revision of the document: `20261018`.
    pub revision: &'static str,
    /// The root URL, with a trailing slash.
    pub root_url: &'static str,
    /// The path between the root and the path of each method: empty, or with a trailing slash.
    pub service_path: &'static str,
    /// The path of the batch endpoint below the root; empty if there is none.
    pub batch_path: &'static str,
    /// The root URL for connections with a client certificate.
    pub mtls_root_url: Option<&'static str>,
    /// Whether bodies and responses are inside of `{"data": ...}`.
    pub data_wrapper: bool,
    /// All scopes of the document.
    pub scopes: &'static [&'static str],
    /// The regional endpoints.
    pub endpoints: &'static [Endpoint],
    /// The regular expressions of parameters' values, each once.
    pub patterns: &'static [&'static str],
}

impl Api {
    /// Makes an API without optional properties.
    #[must_use]
    pub const fn new(
        name: &'static str,
        version: &'static str,
        revision: &'static str,
        root_url: &'static str,
    ) -> Self {
        Self {
            name,
            version,
            revision,
            root_url,
            service_path: "",
            batch_path: "",
            mtls_root_url: None,
            data_wrapper: false,
            scopes: &[],
            endpoints: &[],
            patterns: &[],
        }
    }

    setters! {
        /// Sets the path between the root and the path of each method.
        with_service_path(service_path: &'static str);
        /// Sets the path of the batch endpoint.
        with_batch_path(batch_path: &'static str);
        /// Sets the root URL for connections with a client certificate.
        with_mtls_root_url(mtls_root_url: Some<&'static str>);
        /// Puts bodies and responses inside of `{"data": ...}`.
        with_data_wrapper(data_wrapper = true);
        /// Sets the scopes of the document.
        with_scopes(scopes: &'static [&'static str]);
        /// Sets the regional endpoints.
        with_endpoints(endpoints: &'static [Endpoint]);
        /// Sets the regular expressions of parameters' values.
        with_patterns(patterns: &'static [&'static str]);
    }

    /// Returns a JSON body inside of `{"data": ...}`, if the API has this wrapper and the caller did not add it.
    pub(crate) fn wrap(&self, body: &Bytes) -> Bytes {
        if !self.data_wrapper || member(body, DATA).is_some() {
            return body.clone();
        }
        [b"{\"data\":", body.as_ref(), b"}"].concat().into()
    }

    /// Returns the content of the wrapper, if the API has one and it is there, or else the whole body.
    pub(crate) fn unwrap(&self, body: Bytes) -> Bytes {
        // Bodies of other APIs are not read an additional time.
        let inner = self.data_wrapper.then(|| member(&body, DATA)).flatten();
        inner.map_or_else(|| body.clone(), |inner| body.slice_ref(inner))
    }
}

/// The property that wraps the bodies and responses of older APIs.
const DATA: &str = "data";

/// A regional endpoint of an API.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Endpoint {
    /// Its region: `europe-west1`.
    pub location: &'static str,
    /// Its root URL.
    pub url: &'static str,
}

impl Endpoint {
    /// Makes the endpoint of a region.
    #[must_use]
    pub const fn new(location: &'static str, url: &'static str) -> Self {
        Self { location, url }
    }
}

/// The HTTP methods of Discovery documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
#[non_exhaustive]
pub enum Verb {
    Get,
    Post,
    Put,
    Patch,
    Delete,
    Head,
}

impl Verb {
    /// Returns the method of the `http` crate.
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

/// A method of an API.
#[derive(Debug)]
#[non_exhaustive]
pub struct Method {
    /// The API that it belongs to.
    pub api: &'static Api,
    /// Its HTTP method.
    pub verb: Verb,
    /// Its id in the Discovery document: `sql.instances.list`.
    pub id: &'static str,
    /// The path template below root and service path: `v1/projects/{project}/instances`.
    pub path: &'static str,
    /// Its parameters.
    pub parameters: &'static [Parameter],
    /// The parameters that have a pattern: the index in `parameters`, and the index in the patterns of the API.
    pub patterns: &'static [(u16, u16)],
    /// The parameters that have limits: the index in `parameters`, and the least and the greatest value, empty where there is none.
    pub ranges: &'static [(u16, &'static str, &'static str)],
    /// The scopes, any one of which allows the call.
    pub scopes: &'static [&'static str],
    /// Whether the document declares a response.
    pub has_response: bool,
    /// Whether a successful response may be empty: its schema has no properties, or it is no object. Without a declared response, it
    /// may be empty too.
    pub may_be_empty: bool,
    /// The value of the header `x-goog-api-version`.
    pub api_version: Option<&'static str>,
    /// The paging of a list.
    pub paging: Option<Paging>,
    /// The media that can be uploaded.
    pub upload: Option<MediaUpload>,
    /// The media that can be downloaded.
    pub download: Option<MediaDownload>,
    /// The long-running operation that it starts.
    pub operation: Option<Operation>,
    /// Whether a call may be repeated after an attempt that may have had its effect, with any parameters. `None` if that depends on the
    /// HTTP method, the request id and the preconditions.
    pub idempotent: Option<bool>,
    /// Whether it has a query parameter `requestId`, by which the server detects a repeated request.
    pub request_id: bool,
    /// The preconditions, any one of which makes a repeated call safe. A path in the body has dots.
    pub preconditions: &'static [Slot],
    /// What it does with a change of its resource; `None` if it takes none.
    pub patching: Option<&'static Patching>,
}

impl Method {
    /// Makes a method with a JSON response, and without optional properties.
    #[must_use]
    pub const fn new(api: &'static Api, verb: Verb, id: &'static str, path: &'static str) -> Self {
        Self {
            api,
            verb,
            id,
            path,
            parameters: &[],
            patterns: &[],
            ranges: &[],
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

    setters! {
        /// Sets the parameters.
        with_parameters(parameters: &'static [Parameter]);
        /// Sets the patterns of parameters.
        with_patterns(patterns: &'static [(u16, u16)]);
        /// Sets the limits of parameters.
        with_ranges(ranges: &'static [(u16, &'static str, &'static str)]);
        /// Sets the scopes.
        with_scopes(scopes: &'static [&'static str]);
        /// Declares no response.
        without_response(has_response = false);
        /// Allows an empty response.
        with_empty_response(may_be_empty = true);
        /// Sets the value of the header `x-goog-api-version`.
        with_api_version(api_version: Some<&'static str>);
        /// Sets the paging of a list.
        with_paging(paging: Some<Paging>);
        /// Sets the media that can be uploaded.
        with_upload(upload: Some<MediaUpload>);
        /// Sets the media that can be downloaded.
        with_download(download: Some<MediaDownload>);
        /// Sets the long-running operation that it starts.
        with_operation(operation: Some<Operation>);
        /// Sets whether calls may be repeated.
        with_idempotent(idempotent: Some<bool>);
        /// Sets that there is a query parameter `requestId`.
        with_request_id(request_id = true);
        /// Sets the preconditions.
        with_preconditions(preconditions: &'static [Slot]);
        /// Sets what it does with a change of its resource.
        with_patching(patching: Some<&'static Patching>);
    }

    /// Returns whether a successful response has content: the document declares properties of it.
    pub(crate) fn expects_content(&self) -> bool {
        self.has_response && !self.may_be_empty && !matches!(self.verb, Verb::Head)
    }

    /// Returns the location of the parameter `name`. A name that the document does not declare is a query parameter.
    pub(crate) fn location(&self, name: &str) -> Location {
        match self.parameters.iter().find(|p| p.name == name) {
            Some(parameter) => parameter.location,
            None => Location::Query,
        }
    }
}

/// A parameter of a method.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Parameter {
    /// Its name in the request: `maxResults`.
    pub name: &'static str,
    /// Its location.
    pub location: Location,
    /// Whether it takes any number of values.
    pub repeated: bool,
    /// Whether the document requires it.
    pub required: bool,
}

impl Parameter {
    /// Makes a parameter in the path; these are always required.
    #[must_use]
    pub const fn path(name: &'static str) -> Self {
        Self {
            name,
            location: Location::Path,
            repeated: false,
            required: true,
        }
    }

    /// Makes an optional parameter in the query.
    #[must_use]
    pub const fn query(name: &'static str) -> Self {
        Self {
            name,
            location: Location::Query,
            repeated: false,
            required: false,
        }
    }

    setters! {
        /// Allows any number of values.
        repeated(repeated = true);
        /// Requires a value.
        required(required = true);
    }
}

/// The location of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Location {
    /// In the path.
    Path,
    /// In the query.
    Query,
}

/// A long-running operation that a method starts.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Operation {
    /// The form of the operation.
    pub shape: OperationShape,
    poll: Option<MethodLink>,
    cancel: Option<MethodLink>,
}

/// Another method of the API. Tables that are made at run time refer to each other, so each has a cell that is filled when it is complete.
#[derive(Clone, Copy)]
enum MethodLink {
    Table(&'static Method),
    Cell(&'static OnceLock<&'static Method>),
}

impl MethodLink {
    fn table(self) -> Option<&'static Method> {
        match self {
            Self::Table(method) => Some(method),
            Self::Cell(cell) => cell.get().copied(),
        }
    }
}

/// The id only: a method that polls refers to itself.
impl fmt::Debug for MethodLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.table().map(|method| method.id), f)
    }
}

impl Operation {
    /// Makes an operation with `name`, `done`, `error` and `response`.
    #[must_use]
    pub const fn aip151() -> Self {
        Self::new(OperationShape::Aip151)
    }

    /// Makes an operation with `status` and `operationType`.
    #[must_use]
    pub const fn status() -> Self {
        Self::new(OperationShape::Status)
    }

    /// Makes a job.
    #[must_use]
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

    /// Returns the method that polls it.
    #[must_use]
    pub fn poll(&self) -> Option<&'static Method> {
        self.poll?.table()
    }

    /// Returns the method that cancels it. Only methods that poll have it.
    #[must_use]
    pub fn cancel(&self) -> Option<&'static Method> {
        self.cancel?.table()
    }

    /// Sets the method that polls it.
    #[must_use]
    pub const fn polled_by(mut self, method: &'static Method) -> Self {
        self.poll = Some(MethodLink::Table(method));
        self
    }

    /// Sets the method that cancels it.
    #[must_use]
    pub const fn cancelled_by(mut self, method: &'static Method) -> Self {
        self.cancel = Some(MethodLink::Table(method));
        self
    }

    /// Sets the methods that poll and cancel it, whose tables may not exist yet.
    #[must_use]
    pub const fn linked(
        mut self,
        poll: Option<&'static OnceLock<&'static Method>>,
        cancel: Option<&'static OnceLock<&'static Method>>,
    ) -> Self {
        if let Some(poll) = poll {
            self.poll = Some(MethodLink::Cell(poll));
        }
        if let Some(cancel) = cancel {
            self.cancel = Some(MethodLink::Cell(cancel));
        }
        self
    }
}

/// The forms of operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OperationShape {
    /// `name`, `done`, `error`, `response` (AIP-151).
    Aip151,
    /// `status` and `operationType` (Compute Engine, Cloud SQL, ...).
    Status,
    /// A resource with a state.
    Job(&'static JobShape),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_wrapped_once_and_unwrapped() {
        let plain = Api::new("plain", "v1", "", "https://plain.googleapis.com/");
        let older =
            Api::new("older", "v1", "", "https://older.googleapis.com/").with_data_wrapper();
        let body = Bytes::from_static(b"{\"q\":[]}");
        assert_eq!(older.wrap(&body), "{\"data\":{\"q\":[]}}");
        assert_eq!(plain.wrap(&body), body);
        let wrapped = Bytes::from_static(b" {\"a\":1, \"data\" : {}}");
        assert_eq!(older.wrap(&wrapped), wrapped);
        for other in ["{\"q\":{\"data\":1}}", "[1]"] {
            assert_ne!(older.wrap(&Bytes::from(other)), other);
        }
        let response = Bytes::from_static(b"{\"data\": {\"a\": [1]} }");
        assert_eq!(older.unwrap(response.clone()), "{\"a\": [1]}");
        assert_eq!(plain.unwrap(response.clone()), response);
        for whole in ["{\"a\":1}", "[1]", "", "text", "null"] {
            assert_eq!(older.unwrap(Bytes::from(whole)), whole);
        }
    }
}
