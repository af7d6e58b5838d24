//! From an answer to a value, or to an error that helps.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header::WWW_AUTHENTICATE};
use serde::de::DeserializeOwned;

use super::{Kind, Unreadable, scopes::offered};
use crate::{
    Error, ErrorKind, Response,
    call::{answer::Answer, options::CallOptions, sending::Prepared},
    media_type,
    method::Method,
    url::{Shown, wrapper},
    wire::space,
};

/// An answer, read but not decoded.
pub(crate) struct Answered {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) method: &'static Method,
    /// Where it came from.
    pub(crate) place: Option<Arc<Shown>>,
    /// Whether the credentials were sent to whoever answered.
    pub(crate) authorized: bool,
}

impl Answered {
    /// Itself if its status is one that `accept` takes, else the error that it tells of.
    pub(super) fn check(
        mut self,
        prepared: &Prepared,
        options: &CallOptions,
        place: &Arc<Shown>,
        accept: fn(&StatusCode) -> bool,
    ) -> Result<Self, Error> {
        if accept(&self.status) {
            self.place = Some(Arc::clone(place));
            return Ok(self);
        }
        let challenge = self.headers.get(WWW_AUTHENTICATE).cloned();
        let mut error =
            Error::api(self.status, self.headers, self.body).at(self.method.id, Some(place.text()));
        if let Some(key) = options.get_param("key") {
            error = error.hiding(key);
        }
        let insufficient = error.has_reason("ACCESS_TOKEN_SCOPE_INSUFFICIENT")
            || error.has_reason("insufficientPermissions")
            || challenge
                .is_some_and(|c| c.to_str().is_ok_and(|c| c.contains("insufficient_scope")));
        if insufficient && !self.method.scopes.is_empty() {
            error = error.with_hint(missing_scope(prepared, options));
        }
        Err(error)
    }

    /// Whether the server says that there is nothing new.
    pub(crate) fn is_not_modified(&self) -> bool {
        self.status == StatusCode::NOT_MODIFIED
    }

    pub(crate) fn into_raw(self) -> Response<Bytes> {
        Response {
            value: self.body,
            status: self.status,
            headers: self.headers,
        }
    }

    /// The value that the method declares. An empty body, `null` and status 204 are the empty value.
    pub(crate) fn decode<R: Answer>(self) -> Result<Response<R>, Error> {
        if let Some(value) = R::from_answer(&self.headers, &self.body) {
            return Ok(Response {
                value,
                status: self.status,
                headers: self.headers,
            });
        }
        let value = self.or_empty(R::SCHEMA, R::empty, R::decode)?;
        Ok(Response {
            value,
            status: self.status,
            headers: self.headers,
        })
    }

    /// One page of a list, by `read`, and the token of the next one.
    pub(crate) fn page<R: Answer>(
        self,
        read: impl FnOnce(&[u8]) -> Result<(R, Option<String>), serde_json::Error>,
    ) -> Result<(R, Option<String>), Error> {
        let empty = || R::empty().map(|empty| (empty, None));
        self.or_empty(R::SCHEMA, empty, read)
    }

    fn or_empty<V>(
        &self,
        schema: Option<&str>,
        empty: impl FnOnce() -> Option<V>,
        read: impl FnOnce(&[u8]) -> Result<V, serde_json::Error>,
    ) -> Result<V, Error> {
        let mut body = self.content();
        if self.is_nothing(&body) {
            if let Some(empty) = empty() {
                return Ok(empty);
            }
            // What is missing in nothing is what is missing in an empty object.
            body = Bytes::from_static(b"{}");
        }
        read(&body).map_err(|e| self.decode_error(&body, &e, schema))
    }

    /// A value of the caller's own choice.
    pub(crate) fn json<T: DeserializeOwned>(self) -> Result<T, Error> {
        let body = self.content();
        let text: &[u8] = if self.is_nothing(&body) {
            b"null"
        } else {
            &body
        };
        serde_json::from_slice(text).map_err(|e| self.decode_error(&body, &e, None))
    }

    /// The URL that was asked, without secrets.
    pub(crate) fn url(&self) -> Option<String> {
        self.place.as_ref().map(|place| place.text())
    }

    /// Whether a JSON answer ends in the middle although its connection ended well: what begins as an object or a list ends as another thing.
    pub(crate) fn is_cut(&self) -> bool {
        let body = space::trim(space::without_mark(&self.body));
        let is_open = match body.first() {
            Some(b'{') => body.last() != Some(&b'}'),
            Some(b'[') => body.last() != Some(&b']'),
            _ => false,
        };
        // Raw bodies may be any text.
        is_open && media_type::of(&self.headers).is_none_or(media_type::is_json)
    }

    /// The JSON of the response, out of its wrapper.
    pub(crate) fn content(&self) -> Bytes {
        let body = self.body.slice_ref(space::without_mark(&self.body));
        if self.method.api.data_wrapper {
            wrapper::unwrap(&body)
        } else {
            body
        }
    }

    fn is_nothing(&self, body: &[u8]) -> bool {
        let body = space::trim(body);
        self.status == StatusCode::NO_CONTENT || body.is_empty() || body == b"null"
    }

    fn decode_error(&self, body: &[u8], error: &serde_json::Error, schema: Option<&str>) -> Error {
        let form = media_type::of(&self.headers);
        let unreadable = Unreadable::new(body, error, form.map(media_type::is_json));
        let mut message = unreadable.message("the response", body.len());
        let is_list = space::trim_start(body).starts_with(b"[");
        match (unreadable.kind, schema) {
            (Kind::Type, Some(schema)) if is_list => {
                message = format!(
                    "the response is a list, though the document declares one object ({schema}); \
                     read it element by element with `.stream()`, or at once with `.json::<Vec<{schema}>>()`"
                );
            }
            (Kind::Foreign, _) => {
                let form = form.unwrap_or("no content type");
                message.push_str(&format!(" of {form}; read it with `.text()` or `.raw()`"));
            }
            _ => {}
        }
        Error::new(ErrorKind::Decode, message)
            .at(self.method.id, self.url())
            .with_answer(self.status, self.headers.clone(), self.body.clone())
            .with_json_path(unreadable.path)
    }
}

/// What the method accepts, against what the credentials were asked for.
fn missing_scope(prepared: &Prepared, options: &CallOptions) -> String {
    let method = prepared.call.method;
    let asked = match &options.chosen().scopes {
        Some(named) => format!("The call asked for {}", named.join(" ")),
        None => {
            let offered = offered(method, prepared.client.inner.scope_policy).join(" ");
            format!("Credentials without scopes of their own were asked for {offered}")
        }
    };
    format!(
        "The method accepts any of {}. {asked}.",
        method.scopes.join(" ")
    )
}
