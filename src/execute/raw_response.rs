//! A response: its status, headers and body, and how it is decoded.

use std::{
    ops::{Deref, DerefMut},
    sync::Arc,
};

use bytes::Bytes;
use gapi_transport::Body;
use http::{HeaderMap, StatusCode, header::WWW_AUTHENTICATE};
use serde::de::DeserializeOwned;

use super::{
    authorize::offered_scopes,
    plan::Plan,
    response_body::{ResponseBody, declared_length},
};
use crate::{
    Error, ErrorKind, Response,
    client::Prepared,
    error::Note,
    http::content_encoding::{self, Coding},
    media_type,
    method::Method,
    redact::RedactedUrl,
    request::{Transfer, from_response::FromResponse, options::CallOptions},
    wire::json_text::{self, JsonFailure, JsonFailureKind},
};

/// A response that is not decoded. Boxed, because each future of a call moves it and has room for it.
pub(crate) struct RawResponse(Box<ResponseParts>);

impl Deref for RawResponse {
    type Target = ResponseParts;

    fn deref(&self) -> &ResponseParts {
        &self.0
    }
}

impl DerefMut for RawResponse {
    fn deref_mut(&mut self) -> &mut ResponseParts {
        &mut self.0
    }
}

/// The parts of a [`RawResponse`].
pub(crate) struct ResponseParts {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// The body that is not read yet.
    pub(crate) unread: ResponseBody,
    pub(crate) method: &'static Method,
    /// The URL of the request; set for successes.
    redacted_url: Option<Arc<RedactedUrl>>,
    /// Whether the credentials were sent to the responding server.
    pub(super) authorized: bool,
    /// The number of exchanges of the call.
    pub(crate) attempts: u32,
    /// Why there was no further attempt although the response is incomplete.
    pub(super) note: Option<Note>,
}

impl RawResponse {
    /// Creates the response to a call of a batch.
    pub(crate) fn of_part(
        method: &'static Method,
        status: StatusCode,
        headers: HeaderMap,
        body: Bytes,
        attempts: u32,
    ) -> Self {
        Self(Box::new(ResponseParts {
            status,
            headers,
            body,
            unread: ResponseBody::default(),
            method,
            redacted_url: None,
            authorized: true,
            attempts,
            note: None,
        }))
    }

    /// Creates the response to a request of the HTTP method `method`, whose body is unread.
    pub(super) fn unread(
        plan: &Plan<'_>,
        response: http::Response<Body>,
        method: &http::Method,
        authorized: bool,
    ) -> Self {
        let call = &plan.prepared.call;
        let (mut head, body) = response.into_parts();
        let coding = Coding::of(&head.headers);
        let as_stored = matches!(call.transfer, Transfer::Download { stored: true, .. });
        let unread = ResponseBody {
            body,
            declared: declared_length(method, head.status, &head.headers),
            // A part of encoded bytes cannot be decoded without the rest. Errors are always decoded.
            decode: head.status != StatusCode::PARTIAL_CONTENT
                && !(as_stored && head.status.is_success()),
            coding,
        };
        if unread.decode && matches!(unread.coding, Coding::Gzip(_)) {
            content_encoding::forget(&mut head.headers);
        }
        let attempts = plan.state.exchanges();
        let mut response = Self::of_part(
            call.method,
            head.status,
            head.headers,
            Bytes::new(),
            attempts,
        );
        response.unread = unread;
        response.authorized = authorized;
        response
    }

    /// Returns the response if `accept` takes its status, else its error.
    pub(super) fn check(
        mut self,
        prepared: &Prepared,
        options: &CallOptions,
        url: &Arc<RedactedUrl>,
        accept: fn(&StatusCode) -> bool,
    ) -> Result<Self, Error> {
        if accept(&self.status) {
            self.redacted_url = Some(Arc::clone(url));
            return Ok(self);
        }
        let challenge = self.headers.get(WWW_AUTHENTICATE).cloned();
        let this = self.into_parts();
        let mut error =
            Error::api(this.status, this.headers, this.body).at(this.method.id, Some(url.text()));
        for name in ["key", "access_token"] {
            if let Some(secret) = options.get_param(name) {
                error = error.hiding(secret);
            }
        }
        error = error.hiding_credentials(options.headers());
        let insufficient = error.has_reason("ACCESS_TOKEN_SCOPE_INSUFFICIENT")
            || error.has_reason("insufficientPermissions")
            || challenge
                .is_some_and(|c| c.to_str().is_ok_and(|c| c.contains("insufficient_scope")));
        if insufficient && !this.method.scopes.is_empty() {
            error = error.with_hint(missing_scope(prepared, options));
        }
        Err(error)
    }

    /// Returns the parts of the response.
    pub(crate) fn into_parts(self) -> ResponseParts {
        *self.0
    }

    /// Returns whether the resource has not changed.
    pub(crate) fn is_not_modified(&self) -> bool {
        self.status == StatusCode::NOT_MODIFIED
    }

    pub(crate) fn into_raw(mut self) -> Response<Bytes> {
        let body = std::mem::take(&mut self.body);
        self.with_value(body)
    }

    /// Returns `value` with the status and the headers.
    fn with_value<T>(self, value: T) -> Response<T> {
        let this = self.into_parts();
        Response {
            value,
            status: this.status,
            headers: this.headers,
            attempts: this.attempts,
        }
    }

    /// Decodes the response of the method. `null`, status 204, and an empty body of a type without properties are the empty value.
    pub(crate) fn decode<R: FromResponse>(self) -> Result<Response<R>, Error> {
        if let Some(value) = R::from_http(&self.headers, &self.body) {
            self.check_coding()?;
            return Ok(self.with_value(value));
        }
        let value = self.or_empty::<R, _>(R::empty, |body| R::decode_of(self.method, body))?;
        Ok(self.with_value(value))
    }

    /// Decodes one page of a list with `read`, and the token of the next page.
    pub(crate) fn page<R: FromResponse>(
        self,
        read: impl FnOnce(&[u8]) -> Result<(R, Option<String>), serde_json::Error>,
    ) -> Result<(R, Option<String>), Error> {
        let empty = || R::empty().map(|empty| (empty, None));
        self.or_empty::<R, _>(empty, read)
    }

    fn or_empty<R: FromResponse, V>(
        &self,
        empty: impl FnOnce() -> Option<V>,
        read: impl FnOnce(&[u8]) -> Result<V, serde_json::Error>,
    ) -> Result<V, Error> {
        if self.is_missing() && !R::MAY_BE_EMPTY {
            return Err(self.missing(R::SCHEMA));
        }
        let mut body = self.content();
        if self.is_nothing(&body) {
            if let Some(empty) = empty() {
                return Ok(empty);
            }
            // The error is that of an empty object.
            body = Bytes::from_static(b"{}");
        }
        read(&body).map_err(|e| self.decode_error(&body, &e, R::SCHEMA))
    }

    /// Decodes a type of the caller's choice.
    pub(crate) fn json<T: DeserializeOwned>(self) -> Result<T, Error> {
        if self.is_missing() {
            return Err(self.missing(None));
        }
        let body = self.content();
        let text: &[u8] = if self.is_nothing(&body) {
            b"null"
        } else {
            &body
        };
        serde_json::from_slice(text).map_err(|e| self.decode_error(&body, &e, None))
    }

    /// Returns whether a success has no content, though the document declares properties of it.
    pub(crate) fn is_missing(&self) -> bool {
        self.status.is_success()
            && self.status != StatusCode::NO_CONTENT
            && self.method.expects_content()
            && json_text::trim(&self.body).is_empty()
    }

    /// Returns what is missing in a success, as far as that is known before decoding.
    pub(super) fn incomplete(
        &self,
        expects_json: bool,
        expects_content: bool,
    ) -> Option<&'static str> {
        if expects_json && self.status.is_success() && self.is_cut() {
            Some("the response ends in the middle")
        } else if expects_content && self.is_missing() {
            Some("the response is empty")
        } else {
            None
        }
    }

    fn missing(&self, schema: Option<&str>) -> Error {
        let status = self.status.as_u16();
        let schema = schema
            .map(|schema| format!(" ({schema})"))
            .unwrap_or_default();
        let message = format!(
            "the server reports with status {status} that the call was carried out, but its response is empty, though the document declares one{schema}"
        );
        self.with_attempts(Error::new(ErrorKind::Decode, message))
    }

    /// Adds this response, the number of attempts, and why there are no more, to an error.
    fn with_attempts(&self, error: Error) -> Error {
        let error = error.after(self.attempts, self.note.clone());
        self.locate(error)
    }

    /// Adds the method and this response to an error.
    pub(crate) fn locate(&self, error: Error) -> Error {
        error.at(self.method.id, self.url()).with_response(
            self.status,
            self.headers.clone(),
            self.body.clone(),
        )
    }

    /// Returns the text of the body. Bytes that are not UTF-8 are replaced.
    pub(crate) fn text(self) -> Result<String, Error> {
        self.check_coding()?;
        Ok(String::from_utf8_lossy(&self.body).into_owned())
    }

    /// Returns an error for an unknown content encoding.
    fn check_coding(&self) -> Result<(), Error> {
        match Coding::of(&self.headers) {
            Coding::Unknown(name) => Err(self.undecoded(&name)),
            Coding::Identity | Coding::Gzip(_) => Ok(()),
        }
    }

    /// Returns the error of an unknown content encoding.
    fn undecoded(&self, name: &str) -> Error {
        let message = format!(
            "the response is encoded as {name:?}, which is not decoded here; `raw` returns the bytes as they are"
        );
        self.locate(Error::new(ErrorKind::Decode, message))
    }

    /// Returns the URL of the request, without secrets.
    pub(crate) fn url(&self) -> Option<String> {
        self.redacted_url.as_ref().map(|url| url.text())
    }

    /// Returns whether JSON is cut off: it begins as an object or a list, and does not end as one.
    pub(crate) fn is_cut(&self) -> bool {
        let body = json_text::trim(json_text::without_mark(&self.body));
        let is_open = match body.first() {
            Some(b'{') => body.last() != Some(&b'}'),
            Some(b'[') => body.last() != Some(&b']'),
            _ => false,
        };
        // Raw bodies may be any text.
        is_open && media_type::of(&self.headers).is_none_or(media_type::is_json)
    }

    /// Returns the JSON of the response without its data wrapper.
    pub(crate) fn content(&self) -> Bytes {
        let body = self.body.slice_ref(json_text::without_mark(&self.body));
        self.method.api.unwrap(body)
    }

    fn is_nothing(&self, body: &[u8]) -> bool {
        let body = json_text::trim(body);
        self.status == StatusCode::NO_CONTENT || body.is_empty() || body == b"null"
    }

    fn decode_error(&self, body: &[u8], error: &serde_json::Error, schema: Option<&str>) -> Error {
        if let Coding::Unknown(name) = Coding::of(&self.headers) {
            return self.undecoded(&name);
        }
        let form = media_type::of(&self.headers);
        let failure = JsonFailure::new(body, error, form.map(media_type::is_json));
        let mut message = failure.message("the response", body.len());
        let is_list = json_text::trim_start(body).starts_with(b"[");
        match (failure.kind, schema) {
            (JsonFailureKind::Type, Some(schema)) if is_list => {
                message = format!(
                    "the response is a list, though the document declares one object ({schema}); \
                     read it element by element with `.stream()`, or at once with `.json::<Vec<{schema}>>()`"
                );
            }
            (JsonFailureKind::NotJson, _) => {
                let form = form.unwrap_or("no content type");
                message.push_str(&format!(" of {form}; `raw` returns it as it is"));
            }
            _ => {}
        }
        self.with_attempts(Error::new(ErrorKind::Decode, message))
            .with_json_path(failure.path)
    }
}

/// Describes the scopes that the method accepts, and those of the token.
fn missing_scope(prepared: &Prepared, options: &CallOptions) -> String {
    let method = prepared.call.method;
    let asked = match &options.get().scopes {
        Some(named) => format!("The call asked for {}", named.join(" ")),
        None => {
            let offered = offered_scopes(method, prepared.client.inner.scope_policy).join(" ");
            format!("Credentials without scopes of their own were asked for {offered}")
        }
    };
    format!(
        "The method accepts any of {}. {asked}.",
        method.scopes.join(" ")
    )
}

/// Defines how the response of a pending call is awaited and decoded. `$send` sends the fields `prepared` and `$field`.
macro_rules! response_methods {
    ($Pending:ident: $send:path $(, $field:ident)*) => {
        impl<R> $Pending<R> {
            /// Sends the request and returns the bytes of the response, with status and headers. gzip is decoded; other encodings remain,
            /// and `content-encoding` names them. Error statuses are errors.
            ///
            /// # Errors
            /// Any error of a call except [`ErrorKind::Decode`](crate::ErrorKind::Decode).
            pub fn raw(self) -> BoxFuture<'static, Result<Response<Bytes>, Error>> {
                Box::pin(async move {
                    let response = $send(&self.prepared $(, *self.$field)*).await;
                    response.map(RawResponse::into_raw)
                })
            }

            /// Sends the request and returns the text of the response. Bytes that are not UTF-8 are replaced.
            ///
            /// # Errors
            /// As for [`raw`](Self::raw); [`ErrorKind::Decode`](crate::ErrorKind::Decode) for another content encoding than gzip.
            pub fn text(self) -> BoxFuture<'static, Result<String, Error>> {
                Box::pin(async move { $send(&self.prepared $(, *self.$field)*).await?.text() })
            }

            /// Sends the request and decodes the response as a type of your own: a part of the message for [`fields`](Self::fields), or the
            /// list of a streaming method.
            ///
            /// # Errors
            /// [`ErrorKind::Decode`](crate::ErrorKind::Decode) if the response has another form; else as for [`raw`](Self::raw).
            pub fn json<T: DeserializeOwned>(self) -> BoxFuture<'static, Result<T, Error>> {
                Box::pin(async move { $send(&self.prepared $(, *self.$field)*).await?.json() })
            }
        }

        impl<R> $Pending<R> {
            /// Requests a part of the response and decodes it as a type of your own, whose fields are the mask ([`fields`](Self::fields)).
            ///
            /// See [`Fields`](trait@crate::Fields).
            pub fn select<T>(mut self) -> $Pending<T::Itself>
            where
                T: crate::fields::Part<R, Itself: crate::Fields + FromResponse>,
            {
                self.prepared.options.set_param("fields", <T::Itself as crate::Fields>::mask());
                $Pending {
                    prepared: self.prepared,
                    $($field: self.$field,)*
                    response: PhantomData,
                }
            }
        }

        impl<R: FromResponse> $Pending<R> {
            /// Sends the request and returns the response with status and headers.
            ///
            /// # Errors
            /// Any error of a call.
            pub fn with_meta(self) -> BoxFuture<'static, Result<Response<R>, Error>> {
                Box::pin(async move { $send(&self.prepared $(, *self.$field)*).await?.decode() })
            }
        }
    };
}
pub(crate) use response_methods;
