//! An API: a document that judges requests, and a function that responds to valid ones.

use std::{
    fmt, io,
    sync::{Arc, Mutex},
};

use serde_json::Value;

use crate::{
    Reply, Request, Service,
    discovery::{Call, Document},
    lock::lock,
    oauth::TokenEndpoint,
    rpc::RpcError,
};

/// Responds to a call, of which method, parameters, body and caller are checked already.
pub(crate) type Handler<S> = fn(&mut S, &Call<'_>, Value) -> Result<Value, RpcError>;

/// The API. Clones are the same API.
pub(crate) struct Checked<S> {
    document: Arc<Document>,
    host: Arc<str>,
    tokens: TokenEndpoint,
    state: Arc<Mutex<S>>,
    handler: Handler<S>,
}

impl<S: Default> Checked<S> {
    pub(super) fn new(
        document: &str,
        tokens: &TokenEndpoint,
        handler: Handler<S>,
    ) -> io::Result<Self> {
        let json: Value = serde_json::from_str(document)?;
        let name = json["name"].as_str().unwrap_or_default();
        let host = format!("{name}.googleapis.com");
        Self::with(document, &host, tokens, S::default(), handler)
    }
}

impl<S> Checked<S> {
    pub(crate) fn with(
        document: &str,
        host: &str,
        tokens: &TokenEndpoint,
        state: S,
        handler: Handler<S>,
    ) -> io::Result<Self> {
        Ok(Self {
            document: Arc::new(Document::parse(document)?),
            host: host.into(),
            tokens: tokens.clone(),
            state: Arc::new(Mutex::new(state)),
            handler,
        })
    }

    fn call(&self, call: &Call<'_>, request: &Request) -> Result<Value, RpcError> {
        self.tokens.check_call(request, &self.host, call)?;
        let body = self.document.check(call, request)?;
        (self.handler)(&mut lock(&self.state), call, body)
    }
}

impl<S: Send + 'static> Service for Checked<S> {
    fn respond(&self, request: &Request) -> Reply {
        let Some(call) = self.document.route(request) else {
            return Reply::not_found();
        };
        match self.call(&call, request) {
            // Methods without a response.
            Ok(Value::Null) => Reply::new(204),
            outcome => outcome.into(),
        }
    }
}

impl<S> Clone for Checked<S> {
    fn clone(&self) -> Self {
        Self {
            document: Arc::clone(&self.document),
            host: Arc::clone(&self.host),
            tokens: self.tokens.clone(),
            state: Arc::clone(&self.state),
            handler: self.handler,
        }
    }
}

impl<S> fmt::Debug for Checked<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Checked").field(&self.host).finish()
    }
}

/// A part of the path.
pub(super) fn path<'a>(call: &'a Call<'_>, name: &str) -> &'a str {
    call.path.get(name).map(String::as_str).unwrap_or_default()
}

/// A parameter of the query.
pub(super) fn query<'a>(call: &'a Call<'_>, name: &str) -> Option<&'a str> {
    call.query
        .get(name)
        .map(String::as_str)
        .filter(|value| !value.is_empty())
}

pub(super) fn not_found(what: &str) -> RpcError {
    RpcError::new(404, "NOT_FOUND", format!("Not found: {what}")).error("global", "notFound")
}

pub(super) fn invalid(why: &str) -> RpcError {
    RpcError::new(400, "INVALID_ARGUMENT", why).error("global", "invalid")
}

pub(super) fn exists(what: &str) -> RpcError {
    RpcError::new(409, "ALREADY_EXISTS", format!("Already Exists: {what}"))
        .error("global", "duplicate")
}

pub(crate) fn unimplemented(call: &Call<'_>) -> RpcError {
    let why = format!("{} is no part of this server", call.method.id);
    RpcError::new(501, "UNIMPLEMENTED", why)
}

/// One page of `items`, and the token of the next one. `size` is the parameter that bounds it.
pub(super) fn cut(
    items: Vec<Value>,
    call: &Call<'_>,
    size: &str,
    largest: usize,
) -> Result<(Vec<Value>, Option<String>), RpcError> {
    let start = match query(call, "pageToken") {
        None => 0,
        Some(token) => token
            .strip_prefix("page-")
            .and_then(|number| number.parse().ok())
            .filter(|start| *start <= items.len())
            .ok_or_else(|| invalid("Invalid page token."))?,
    };
    let size = query(call, size).and_then(|size| size.parse().ok());
    let size = size
        .filter(|size| *size > 0)
        .unwrap_or(largest)
        .min(largest);
    let next = (start + size < items.len()).then(|| format!("page-{}", start + size));
    let page = items.into_iter().skip(start).take(size).collect();
    Ok((page, next))
}
