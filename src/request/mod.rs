//! A request as a value: a method, the values of its parameters, and a body.

pub(crate) mod argument;
pub(crate) mod body;
pub(crate) mod from_response;
pub(crate) mod option_setters;
pub(crate) mod options;
#[cfg(feature = "patterns")]
pub(crate) mod patterns;
pub(crate) mod unsent;

use std::{borrow::Cow, fmt, sync::Arc};

use bytes::Bytes;

use crate::{
    method::{Location, Method},
    request::{
        argument::{Argument, Arguments},
        body::{Base64Marks, Body, Encoded, with_standard},
        from_response::FromResponse,
    },
    wire::{Param, encode_standard},
};

/// A method with its parameters and body. Plain data: it can be cloned, stored, compared in tests and sent from any thread.
///
/// `Debug` shows the method, the names of the parameters and the length of the body, never a value.
#[derive(Clone)]
pub struct Call {
    pub(crate) method: &'static Method,
    /// In the order of setting; a repeated parameter has one entry per value.
    pub(crate) values: Vec<(&'static str, String)>,
    pub(crate) body: Option<Encoded>,
    /// The positions of bytes in the body.
    pub(crate) base64: Base64Marks,
    /// The content type of a body that is not JSON.
    pub(crate) body_type: Option<String>,
    pub(crate) transfer: Transfer,
}

/// The form of the response.
#[derive(Clone, Default)]
pub(crate) enum Transfer {
    /// JSON.
    #[default]
    Json,
    /// Media.
    Download {
        /// Whether it is requested from the `download/` URL.
        service: bool,
        /// Whether the bytes are returned as they are stored, without decoding.
        stored: bool,
    },
}

impl Call {
    /// Creates a call of `method` without parameters.
    pub fn new(method: &'static Method) -> Self {
        Self {
            method,
            values: Vec::new(),
            body: None,
            base64: None,
            body_type: None,
            transfer: Transfer::Json,
        }
    }

    /// Sets a parameter by its wire name; an earlier value is replaced.
    #[must_use]
    pub fn with<P: Param>(mut self, name: &'static str, value: P) -> Self {
        self.set(name, value.into_wire());
        self
    }

    /// Sets an optional parameter by its wire name; an earlier value is replaced, by `None` too.
    #[must_use]
    pub fn with_optional<T: Param, M>(
        mut self,
        name: &'static str,
        value: impl Argument<T, M>,
    ) -> Self {
        self.replace(name, value.into_option().map(Param::into_wire));
        self
    }

    /// Sets all values of a repeated parameter; earlier values are replaced.
    #[must_use]
    pub fn with_all<P: Param>(
        mut self,
        name: &'static str,
        values: impl IntoIterator<Item = P>,
    ) -> Self {
        self.replace(name, None);
        self.values
            .extend(values.into_iter().map(|v| (name, v.into_wire())));
        self
    }

    /// Sets all values of an optional repeated parameter; earlier values are replaced, by `None` too.
    #[must_use]
    pub fn with_list<T, M>(mut self, name: &'static str, values: impl Arguments<T, M>) -> Self {
        self.replace(name, None);
        values.put(name, &mut self.values);
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn with_body<T: ?Sized>(mut self, body: Body<T>) -> Self {
        self.body = Some(body.encoded);
        self.base64 = body.base64;
        self.body_type = body.content_type;
        self
    }

    /// Sets the body of a method that takes changes. A [`Patch`](crate::Patch) sets the form that the method takes, and its mask. If the
    /// method takes none, or nothing changed, sending the call is an error.
    #[must_use]
    pub fn with_update<T: ?Sized>(self, body: impl IntoUpdate<T>) -> Self {
        body.put(self)
    }

    /// Makes sending the call an error of the kind [`Usage`](crate::ErrorKind::Usage) with this message. For code that builds calls
    /// from data and finds a mistake in it.
    #[must_use]
    pub fn refused(mut self, why: impl Into<Arc<str>>) -> Self {
        self.body = Some(Err(why.into()));
        self
    }

    /// Returns the method.
    pub fn method(&self) -> &'static Method {
        self.method
    }

    /// Returns the set parameters by their wire names, in the order of setting. Values are not percent-encoded.
    pub fn parameters(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.values
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
    }

    /// Returns the bytes of the body, if there is one and it could be encoded: JSON, or the bytes of an
    /// [`HttpBody`](crate::HttpBody).
    pub fn body(&self) -> Option<&[u8]> {
        self.body.as_ref()?.as_deref().ok()
    }

    /// Writes the bytes of the body in the standard base64 alphabet.
    pub(crate) fn use_standard_base64(&mut self) {
        if let Some(marks) = self.base64.take()
            && let Some(Ok(body)) = &mut self.body
        {
            *body = with_standard(body, &marks);
        }
    }

    pub(crate) fn set(&mut self, name: &'static str, value: String) {
        self.replace(name, Some(value));
    }

    fn replace(&mut self, name: &'static str, value: Option<String>) {
        self.values.retain(|(n, _)| *n != name);
        self.values.extend(value.map(|value| (name, value)));
    }

    /// Returns the parameters of the query.
    pub(crate) fn query(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.parameters()
            .filter(|(name, _)| self.method.location(name) == Location::Query)
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.values.iter().map(|(name, _)| *name).collect();
        let mut out = f.debug_struct("Call");
        out.field("method", &self.method.id)
            .field("parameters", &names);
        match &self.body {
            Some(Ok(bytes)) => out.field("body_len", &bytes.len()),
            Some(Err(_)) => out.field("body", &"not encodable"),
            None => &mut out,
        };
        match &self.transfer {
            Transfer::Json => &mut out,
            Transfer::Download { .. } => out.field("download", &true),
        };
        out.finish()
    }
}

/// What can be the body of a method that merges the body into its resource, or has a mask: all that [`Body`] is made from, and a
/// [`Patch`](crate::Patch).
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the body of this method",
    label = "the body is a `{T}`, or a `Patch` of one",
    note = "a body is a `{T}`, a reference to one, a `serde_json::Value`, or a `gapi::Patch`; of a type of your own it is `gapi::Body::of(&value)`"
)]
pub trait IntoUpdate<T: ?Sized> {
    /// Sets the body of `call`, and its mask.
    #[doc(hidden)]
    fn put(self, call: Call) -> Call;
}

#[diagnostic::do_not_recommend]
impl<T: ?Sized, B: Into<Body<T>>> IntoUpdate<T> for B {
    #[inline]
    fn put(self, call: Call) -> Call {
        call.with_body(self.into())
    }
}

/// A request of a generated module.
///
/// Each request type has a method `send` of its own. Code that is generic over requests calls
/// [`Client::send`](crate::Client::send).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no request that could be sent here",
    label = "expected a request, such as `files().get(id)` of a generated module",
    note = "a batch, a mock and `Client::send` take the request itself: without `.send(&client)`, `.items(&client)`, `.upload(media)`",
    note = "the id of a method is for `Mock::on`"
)]
pub trait Request: Clone + Send + Sized + 'static {
    /// The type of the method's response.
    type Response: FromResponse;

    /// Returns the request as data.
    fn call(&self) -> &Call;

    /// Converts the request into data.
    fn into_call(self) -> Call;
}

/// The version of a resource: text, or bytes (the `etag` of an IAM policy), which are sent as base64.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no etag",
    label = "expected text, or bytes",
    note = "unwrap an `Option` first, as in `if let Some(etag) = &resource.etag`: without an etag the call would not be conditional"
)]
pub trait EntityTag {
    /// Returns the value of the header.
    fn into_text(self) -> String;
}

macro_rules! entity_tag {
    ($($text:ty)*) => {$(
        impl EntityTag for $text {
            fn into_text(self) -> String {
                let text: &str = self.as_ref();
                text.to_owned()
            }
        }
    )*};
}
entity_tag!(&str &&str &String String Box<str> Arc<str> &Arc<str> Cow<'_, str> &Cow<'_, str>);

/// In the standard base64 alphabet, which services use.
impl EntityTag for &Bytes {
    fn into_text(self) -> String {
        encode_standard(self)
    }
}

impl EntityTag for Bytes {
    fn into_text(self) -> String {
        encode_standard(&self)
    }
}
