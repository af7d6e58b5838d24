//! A request of a method, whose parameters and body are checked against the document.

use std::fmt;

use gapi::{
    Call, Client, Download, Error, HttpBody, HttpRequest, Items, Media, Pages, PendingCall,
    RawBody, ResponseStream, Upload, Wait,
};
use serde::Serialize;
use serde_json::Value;

use crate::{Diagnostic, DiagnosticKind, Diagnostics, Json, Method, Operation, check, tables};

/// A request of a method. Plain data, as the requests of generated modules are.
///
/// Setters record mistakes, so that a chain needs no `?`: [`check`](Self::check) returns all of them, and so does sending the request, as
/// one error of the kind [`Usage`](gapi::ErrorKind::Usage) before anything is sent.
///
/// `Debug` shows the method, the names of the parameters and the length of the body, never a value.
#[derive(Clone)]
#[must_use = "a request does nothing until it is sent"]
pub struct Request {
    method: Method,
    call: Call,
    /// In the order of setting, with the values as they were given.
    parameters: Vec<(String, Vec<Value>)>,
    /// Mistakes that need no document to be found.
    mistakes: Diagnostics,
    is_checked: bool,
    /// Whether the body is bytes of any type.
    is_raw: bool,
}

/// The schema of any body.
enum AnyBody {}

impl RawBody for AnyBody {}

impl Request {
    pub(crate) fn new(method: Method) -> Self {
        Self {
            call: Call::new(method.table()),
            method,
            parameters: Vec::new(),
            mistakes: Diagnostics::default(),
            is_checked: true,
            is_raw: false,
        }
    }

    /// Sets a parameter by its name in the document: a text, a number, a boolean, or a list of these for a repeated parameter. `null`
    /// removes it.
    ///
    /// The parameters that all methods of the API take, such as `fields`, are set like the others.
    pub fn set(mut self, name: &str, value: impl Into<Value>) -> Self {
        let values = match value.into() {
            Value::Null => Vec::new(),
            Value::Array(values) => values,
            value => vec![value],
        };
        self.parameters.retain(|(other, _)| other != name);
        self.parameters.push((name.to_owned(), values));
        self.apply(self.parameters.len() - 1);
        self
    }

    /// Sets all values of a repeated parameter.
    pub fn all<V: Into<Value>>(self, name: &str, values: impl IntoIterator<Item = V>) -> Self {
        let values: Vec<Value> = values.into_iter().map(Into::into).collect();
        self.set(name, values)
    }

    /// Sets the JSON body. A [`RawValue`](serde_json::value::RawValue) is sent byte for byte.
    pub fn body(mut self, body: impl Serialize) -> Self {
        self.is_raw = false;
        let text = serde_json::to_vec(&body);
        match text.and_then(gapi::Body::<Value>::from_json) {
            Ok(body) => self.call = self.call.with_body(body),
            Err(error) => {
                let message = format!("it cannot be written as JSON: {error}");
                let diagnostic = Diagnostic::new(DiagnosticKind::Body, "body", message);
                self.mistakes.push(diagnostic);
            }
        }
        self
    }

    /// Sets a body of bytes of any type, for methods whose body is not JSON.
    pub fn raw_body(mut self, body: HttpBody) -> Self {
        self.is_raw = true;
        self.call = self.call.with_body(gapi::Body::<AnyBody>::from(body));
        self
    }

    /// Sends parameters and properties that the document does not have, and values that it does not describe: for what is newer
    /// than the document. Names of parameters are never freed, so they should not be a user's.
    pub fn unchecked(mut self) -> Self {
        self.is_checked = false;
        for index in 0..self.parameters.len() {
            self.apply(index);
        }
        self
    }

    /// Returns the method.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// Returns all mistakes, each with its path, what is expected, and the nearest names. Nothing is sent.
    ///
    /// Patterns and limits of the document are not checked, because some servers do not keep to them.
    ///
    /// # Errors
    /// When there is any mistake.
    pub fn check(&self) -> Result<(), Diagnostics> {
        let mut all = self.mistakes.clone();
        if self.is_checked {
            all.extend(check::parameters(self.method.rules(), &self.parameters));
            all.extend(check::body(self.method.rules(), &self.call, self.is_raw));
        } else {
            all.extend(check::path_parameters(
                self.method.rules(),
                &self.parameters,
            ));
        }
        all.into_result()
    }

    /// Sends the request. Await the response, or set options first.
    pub fn send(self, client: &Client) -> PendingCall<Json> {
        PendingCall::new(client, self.into_call())
    }

    /// Returns all pages of a list; each is requested when it is needed.
    pub fn pages(self, client: &Client) -> Pages<Json> {
        let call = self.having(
            self.method.paging.is_some(),
            "does not return pages of a list",
        );
        Pages::new(client, call)
    }

    /// Returns the entries of all pages of a list. An entry of a map is an object with `key` and `value`.
    pub fn items(self, client: &Client) -> Items<Json, Json> {
        let items = self.method.paging.and_then(|paging| paging.items);
        let why = "has no known list of entries; read its pages";
        let call = self.having(items.is_some(), why);
        let name = items.unwrap_or_default();
        let take = move |page: &mut Json| page.entries_of(name);
        Items::new(client, call, Box::new(take))
    }

    /// Sends the request and waits for the operation that it starts.
    pub fn wait(self, client: &Client) -> Wait<Operation> {
        Wait::new(client, self.into_call())
    }

    /// Adds media to upload.
    pub fn upload(self, media: impl Into<Media>) -> Upload<Json> {
        Upload::new(self.into_call(), media)
    }

    /// Requests the media itself. Await all of it, or read it as a stream.
    pub fn download(self, client: &Client) -> Download {
        Download::new(client, self.into_call())
    }

    /// Sends the request and returns the elements of the response as they arrive, for methods that respond with a list or with events.
    pub fn stream(self, client: &Client) -> ResponseStream<Json> {
        self.send(client).stream()
    }

    /// Returns the HTTP request that would be sent, without credentials.
    ///
    /// # Errors
    /// When the request has mistakes, or a parameter is not possible in the path.
    pub fn to_http(&self) -> Result<HttpRequest, Error> {
        self.clone().into_call().to_http()
    }

    /// Returns the request as a call; sending it is an error if the request has mistakes.
    pub fn into_call(self) -> Call {
        match self.check() {
            Ok(()) => self.call,
            Err(mistakes) => self.call.refused(mistakes.in_one_line()),
        }
    }

    /// Records a mistake.
    pub(crate) fn mistaken(mut self, diagnostic: Diagnostic) -> Self {
        self.mistakes.push(diagnostic);
        self
    }

    /// Returns the call, which is refused if the method lacks what it is needed for.
    fn having(&self, has: bool, why: &str) -> Call {
        let call = self.clone().into_call();
        if has {
            call
        } else {
            call.refused(format!("the method {why}"))
        }
    }

    /// Puts the values of a parameter into the call, if the call may have them.
    fn apply(&mut self, index: usize) {
        let Some((name, values)) = self.parameters.get(index) else {
            return;
        };
        let table = self.method.table();
        let declared = table.parameters.iter().find(|p| p.name == name);
        let global = || self.method.global().iter().find(|global| *global == name);
        let name = match declared {
            Some(parameter) => parameter.name,
            None if !self.is_checked || global().is_some() => tables::text(name),
            None => return,
        };
        let texts: Vec<String> = values.iter().filter_map(check::text).collect();
        self.call = self.call.clone().with_all(name, texts);
    }
}

impl gapi::Request for Request {
    type Response = Json;

    fn call(&self) -> &Call {
        &self.call
    }

    fn into_call(self) -> Call {
        Request::into_call(self)
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("call", &self.call)
            .field("is_checked", &self.is_checked)
            .finish_non_exhaustive()
    }
}
