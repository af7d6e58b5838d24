//! An API that is known by its document at run time.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use gapi_codegen::analysis::{self, Part};
use gapi_codegen::model::Api;
use gapi_codegen::{Document, Source, lookup};
use serde_json::Value;

use crate::outline::{MethodEntry, Outline};
use crate::tables::{self, Tables};
use crate::{Diagnostic, DiagnosticKind, Diagnostics, Hosts, Method, Request, excerpt};

/// An API, from its Discovery document. Clones share all data.
///
/// Opening a document finds the positions of its methods and schemas only. A method is read when [`find`](Self::find) returns it, with
/// the schemas that it reaches.
#[derive(Clone)]
pub struct Service(Arc<ServiceData>);

struct ServiceData {
    source: Source,
    outline: Outline,
    /// Without methods and schemas.
    head: Api,
    /// The names of the parameters that all methods take.
    global: Vec<String>,
    tables: &'static Tables,
    methods: Mutex<HashMap<usize, Method>>,
}

/// How many methods a service remembers; then it reads them again.
const REMEMBERED: usize = 64;

impl Service {
    /// Reads a document whose requests go to `googleapis.com` or to this machine.
    ///
    /// # Errors
    /// All mistakes of the document as a whole; those of a method are reported by [`find`](Self::find).
    pub fn from_json(text: impl Into<String>) -> Result<Self, Diagnostics> {
        Self::from_source(Source::new("document", text), &Hosts::Google)
    }

    /// Reads a document with the name that errors show for it, whose requests go to `hosts`.
    ///
    /// # Errors
    /// As for [`from_json`](Self::from_json).
    pub fn from_source(source: Source, hosts: &Hosts) -> Result<Self, Diagnostics> {
        let text = source.text.trim_start_matches('\u{feff}');
        let outline = match Outline::of(text) {
            Ok(outline) => outline,
            Err(error) => return Err(unreadable(&source, &error)),
        };
        let source = Source::new(source.name, text);
        let head = Source::new(&*source.name, excerpt::head(&source.text, &outline));
        let (document, _) = Document::open(&head, None)?;
        let head = analysis::of(&document, Part::Sound)?.api;
        hosts.check(&head)?;
        Ok(Self(Arc::new(ServiceData {
            tables: tables::of_document(&source.text),
            global: document.parameters.into_keys().collect(),
            methods: Mutex::default(),
            head: Api {
                types: Vec::new(),
                ..head
            },
            outline,
            source,
        })))
    }

    /// Reads the document that is named by its path, or as `name:version` in the index `discovery-docs/index.json` of the current
    /// directory or one above it. With the feature `documents`, a name that is in no index is that of a document of package
    /// `gapi-discovery-docs`. Nothing is fetched.
    ///
    /// # Errors
    /// When there is no such document, with the nearest names; else as for [`from_json`](Self::from_json).
    pub fn open(document: &str) -> Result<Self, Diagnostics> {
        let located = lookup::document(Path::new("."), document)?;
        Self::from_source(located.source, &Hosts::Google)
    }

    /// Reads a document by its path or by the index as [`open`](Self::open) does, else from the user's cache, else from Google's discovery
    /// services; where these cannot be reached, from package `gapi-discovery-docs` with the feature `documents`.
    ///
    /// # Errors
    /// When there is no such document anywhere; else as for [`from_json`](Self::from_json).
    #[cfg(feature = "fetch")]
    pub async fn fetch(
        document: &str,
        library: &crate::fetch::Library,
    ) -> Result<Self, Diagnostics> {
        if let Ok(located) = lookup::local(Path::new("."), document) {
            return Self::from_source(located.source, &Hosts::Google);
        }
        let Ok(spec) = document.parse() else {
            return Self::open(document);
        };
        match library.document(&spec).await {
            Ok(cached) => Self::from_source(Source::new(document, cached.text), &Hosts::Google),
            Err(error) => {
                let message = error.to_string();
                Err(Diagnostic::new(DiagnosticKind::Document, document, message).into())
            }
        }
    }

    /// Returns the name of the API: `sqladmin`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.head.name
    }

    /// Returns the version of the API: `v1`.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.0.head.version
    }

    /// Returns the revision of the document, a date as digits: `20261018`.
    #[must_use]
    pub fn revision(&self) -> &str {
        &self.0.head.revision
    }

    /// Returns the human name of the API.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.0.head.title
    }

    /// Returns the text of the document, with its name in errors.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.0.source
    }

    /// Returns the API without its methods and schemas: addresses, scopes, texts.
    #[must_use]
    pub fn api(&self) -> &Api {
        &self.0.head
    }

    /// Returns all methods, none of which is read yet.
    #[must_use]
    pub fn methods(&self) -> &[MethodEntry] {
        &self.0.outline.methods
    }

    /// Returns the names of the query parameters that all methods take, such as `fields`.
    pub fn global_parameters(&self) -> impl Iterator<Item = &str> {
        self.0.global.iter().map(String::as_str)
    }

    /// Returns a method by its name `instances.list` or its id `sql.instances.list`.
    ///
    /// # Errors
    /// When there is none, with the nearest names; or all mistakes of the document in the method and the schemas that it reaches.
    pub fn find(&self, name: &str) -> Result<Method, Diagnostics> {
        let methods = self.methods();
        let by = |is: &dyn Fn(&MethodEntry) -> bool| methods.iter().position(is);
        let index = by(&|entry| entry.name == name).or_else(|| by(&|entry| entry.id == name));
        let Some(index) = index else {
            let names = methods
                .iter()
                .flat_map(|entry| [entry.name.as_str(), entry.id.as_str()]);
            let path = format!("{}:{}", self.name(), self.version());
            let message = format!("there is no method `{name}`");
            return Err(
                Diagnostic::new(DiagnosticKind::UnknownMethod, path, message)
                    .nearest(name, names)
                    .into(),
            );
        };
        let method = self.method(index)?;
        // What polls and cancels an operation is needed to wait for it.
        let operation = method.model().operation.as_ref();
        let poll = operation.and_then(|operation| operation.poll.as_deref());
        if let Some(poll) = poll {
            let poll = self.linked(poll)?;
            let operation = poll
                .as_ref()
                .and_then(|poll| poll.model().operation.as_ref());
            if let Some(cancel) = operation.and_then(|operation| operation.cancel.as_deref()) {
                self.linked(cancel)?;
            }
        }
        Ok(method)
    }

    /// Returns a method by its path name, which a table refers to.
    fn linked(&self, path_name: &str) -> Result<Option<Method>, Diagnostics> {
        let index = self
            .methods()
            .iter()
            .position(|entry| entry.name == path_name);
        index.map(|index| self.method(index)).transpose()
    }

    /// Returns the request of a method with these parameters, as `name: value`; a parameter with many values has a list.
    ///
    /// # Errors
    /// As for [`find`](Self::find). Mistakes in the parameters are reported when the request is sent.
    ///
    /// ```
    /// # let text = r#"{"name": "sqladmin", "version": "v1", "rootUrl": "https://sqladmin.googleapis.com/", "resources": {"instances": {"methods": {
    /// #   "list": {"id": "sql.instances.list", "httpMethod": "GET", "path": "v1/projects/{project}/instances", "parameterOrder": ["project"],
    /// #     "parameters": {"project": {"type": "string", "location": "path", "required": true}}}}}}}"#;
    /// use serde_json::json;
    /// let sqladmin = gapi_dynamic::Service::from_json(text)?;
    /// let request = sqladmin.call("instances.list", json!({"project": "my-project", "maxResults": 50}))?;
    /// # let _ = request;
    /// # Ok::<(), gapi_dynamic::Diagnostics>(())
    /// ```
    pub fn call(&self, method: &str, parameters: Value) -> Result<Request, Diagnostics> {
        let request = self.find(method)?.call();
        Ok(match parameters {
            Value::Object(parameters) => parameters
                .into_iter()
                .fold(request, |request, (name, value)| request.set(&name, value)),
            Value::Null => request,
            _ => request.mistaken(
                Diagnostic::new(
                    DiagnosticKind::Type,
                    "",
                    "the parameters are no JSON object",
                )
                .expected("an object with the names of parameters"),
            ),
        })
    }

    fn method(&self, index: usize) -> Result<Method, Diagnostics> {
        let lock = || {
            self.0
                .methods
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
        };
        if let Some(method) = lock().get(&index) {
            return Ok(method.clone());
        }
        let method = self.lower(&self.0.outline.methods[index])?;
        let mut methods = lock();
        if methods.len() >= REMEMBERED {
            methods.clear();
        }
        methods.insert(index, method.clone());
        Ok(method)
    }

    /// Reads a method and what it reaches.
    fn lower(&self, entry: &MethodEntry) -> Result<Method, Diagnostics> {
        let ServiceData {
            source, outline, ..
        } = &*self.0;
        let text = excerpt::of(&source.text, outline, entry);
        let (mut document, _) = Document::open(&Source::new(&*source.name, text), None)?;
        excerpt::add_scopes(&mut document, outline);
        let analysis = analysis::of(&document, Part::Sound)?;
        let found = |api: &Api| {
            let mut methods = api.root.all_methods();
            methods
                .find(|method| method.path_name == entry.name)
                .cloned()
        };
        match found(&analysis.api) {
            Some(model) => {
                let table = self.0.tables.table(&analysis.api, &model);
                Ok(Method::new(
                    self.0.global.clone(),
                    table,
                    analysis.api,
                    model,
                ))
            }
            None => Err(analysis.warnings.into()),
        }
    }
}

/// Explains a text that has no outline.
fn unreadable(source: &Source, error: &serde_json::Error) -> Diagnostics {
    match Document::open(source, None) {
        Err(errors) => errors.into(),
        Ok(_) => Diagnostic::new(DiagnosticKind::Document, &*source.name, error.to_string()).into(),
    }
}

impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Service")
            .field("name", &self.name())
            .field("version", &self.version())
            .field("revision", &self.revision())
            .finish_non_exhaustive()
    }
}
