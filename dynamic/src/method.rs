//! A method of a document, read with the schemas that it reaches.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use gapi::discovery;
use gapi_codegen::model::{self, Api};

use crate::Request;
use crate::check::Rules;

/// A method of an API. It dereferences to the table that the runtime reads, which is the same for the same document and method.
#[derive(Clone)]
pub struct Method(Arc<MethodData>);

struct MethodData {
    global: Vec<String>,
    table: &'static discovery::Method,
    api: Api,
    model: model::Method,
}

impl Method {
    pub(crate) fn new(
        global: Vec<String>,
        table: &'static discovery::Method,
        api: Api,
        model: model::Method,
    ) -> Self {
        Self(Arc::new(MethodData {
            global,
            table,
            api,
            model,
        }))
    }

    /// Returns its name: resource and method, `instances.list`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.model.path_name
    }

    /// Returns its description in the document.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.0.model.description
    }

    /// Returns its parameters: the required ones in the order of the document, then the optional ones by name.
    pub fn parameters(&self) -> impl Iterator<Item = &model::Parameter> {
        let model::Method {
            required, optional, ..
        } = &self.0.model;
        required.iter().chain(optional)
    }

    /// Returns what is decided about the method. Its types are those of [`api`](Self::api).
    #[must_use]
    pub fn model(&self) -> &model::Method {
        &self.0.model
    }

    /// Returns the part of the API that decides about the method: it, the methods that poll and cancel its operation, and all schemas
    /// that these reach.
    #[must_use]
    pub fn api(&self) -> &Api {
        &self.0.api
    }

    /// Returns the table of the method.
    #[must_use]
    pub fn table(&self) -> &'static discovery::Method {
        self.0.table
    }

    /// Returns a request of the method without parameters.
    pub fn call(&self) -> Request {
        Request::new(self.clone())
    }

    pub(crate) fn rules(&self) -> Rules<'_> {
        Rules {
            api: &self.0.api,
            method: &self.0.model,
            global: &self.0.global,
        }
    }

    /// Returns the names of the query parameters that all methods of the API take.
    pub(crate) fn global(&self) -> &[String] {
        &self.0.global
    }
}

impl Deref for Method {
    type Target = discovery::Method;

    fn deref(&self) -> &discovery::Method {
        self.0.table
    }
}

impl fmt::Debug for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Method").field(&self.id).finish()
    }
}
