//! From a call to one HTTP request, by the rules of Discovery documents.

mod build;
pub(crate) mod content_encoding;
pub(crate) mod headers;
mod root;
pub(crate) mod streamed;
mod template;

use std::fmt::{self, Write as _};

use bytes::Bytes;
use http::{
    HeaderMap, Method, Uri,
    header::{ACCEPT, CONTENT_LENGTH},
};
use serde_json::Value;

use self::streamed::Streamed;
pub(crate) use self::{
    build::{RequestContent, UploadContent, build, build_upload, preview_upload},
    headers::{
        API_CLIENT, METHOD_OVERRIDE, QUOTA_PROJECT, RequestContext, api_client, common_headers,
        user_agent,
    },
    root::{Emulators, Root, is_of_this_machine},
};
use crate::redact;

/// The HTTP request of a call, without credentials.
///
/// `Debug` shows the URL with secrets replaced, the names of the headers and the length of the body.
#[derive(Clone)]
pub struct HttpRequest {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    /// The template of the path; empty if it is not known.
    pub(crate) template: &'static str,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// The body, if it is not in memory; `body` is empty then.
    pub(crate) stream: Option<Streamed>,
}

impl HttpRequest {
    /// Returns the HTTP method. A GET with a URL of more than 2,048 characters is sent as a POST.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// Returns the URL, with the API key if that is an option.
    pub fn url(&self) -> &Uri {
        &self.uri
    }

    /// Returns the URL with the values of secret parameters replaced.
    pub fn redacted_url(&self) -> String {
        redact::url_of(&self.uri, self.template)
    }

    /// Returns the URL, like [`url`](Self::url).
    #[doc(hidden)]
    pub fn uri(&self) -> &Uri {
        &self.uri
    }

    /// Returns the headers, without those of credentials.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns the body; empty if there is none.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// Returns the length of the body, if known.
    pub(crate) fn len(&self) -> Option<u64> {
        match &self.stream {
            Some(stream) => stream.len(),
            None => Some(self.body.len() as u64),
        }
    }

    /// Returns whether there is no body.
    pub(crate) fn is_bare(&self) -> bool {
        self.stream.is_none() && self.body.is_empty()
    }

    /// Returns whether JSON is requested.
    pub(crate) fn expects_json(&self) -> bool {
        self.headers.get(ACCEPT) == Some(&headers::JSON)
    }

    /// Converts to a request with another type of body.
    pub(crate) fn with_body<B>(self, body: B) -> http::Request<B> {
        let mut request = http::Request::new(body);
        *request.method_mut() = self.method;
        *request.uri_mut() = self.uri;
        *request.headers_mut() = self.headers;
        request
    }

    /// Converts to a request for any HTTP client.
    pub fn into_http(mut self) -> http::Request<Bytes> {
        let body = std::mem::take(&mut self.body);
        self.with_body(body)
    }

    /// Returns the request as a `curl` command for a shell, without secrets: keys, and properties with passwords, keys and tokens, are
    /// `REDACTED`. Bytes that are no text are the file `BODY`. `authorization` is the header of the credentials, in which the shell replaces
    /// variables and commands; empty if there are none.
    ///
    /// ```
    /// # use gapi::{Call, discovery::{Api, Method, Verb}};
    /// # static API: Api = Api::new("things", "v1", "", "https://things.googleapis.com/");
    /// # static LIST: Method = Method::new(&API, Verb::Get, "things.list", "v1/things");
    /// # fn main() -> Result<(), gapi::Error> {
    /// # let request = Call::new(&LIST);
    /// let curl = request.to_http()?.to_curl("authorization: Bearer $TOKEN");
    /// assert!(curl.starts_with("curl 'https://things.googleapis.com/v1/things?alt=json' -H \"authorization: Bearer $TOKEN\""));
    /// # Ok(()) }
    /// ```
    pub fn to_curl(&self, authorization: &str) -> String {
        let mut line = String::from("curl");
        let implied = if self.body.is_empty() {
            Method::GET
        } else {
            Method::POST
        };
        if self.method == Method::HEAD {
            line.push_str(" --head");
        } else if self.method != implied {
            let _ = write!(line, " -X {}", self.method);
        }
        let _ = write!(line, " {}", quoted(&self.redacted_url()));
        if !authorization.is_empty() {
            let _ = write!(line, " -H \"{authorization}\"");
        }
        for (name, value) in redact::headers(&self.headers) {
            if name != CONTENT_LENGTH.as_str() {
                let _ = write!(line, " -H {}", quoted(&format!("{name}: {value}")));
            }
        }
        if self.method == Method::POST && self.body.is_empty() {
            // Servers want a length.
            line.push_str(" --data-raw ''");
        }
        if !self.body.is_empty() {
            let _ = match self.redacted_body() {
                Some(body) => write!(line, " --data-raw {}", quoted(&body)),
                None => write!(line, " --data-binary @BODY"),
            };
        }
        line
    }

    fn redacted_body(&self) -> Option<String> {
        if let Ok(mut json) = serde_json::from_slice::<Value>(&self.body) {
            redact::json(&mut json);
            return Some(json.to_string());
        }
        let kind = self.headers.get(http::header::CONTENT_TYPE);
        let is_form = kind.is_some_and(|kind| kind.as_bytes().ends_with(b"form-urlencoded"));
        let text = std::str::from_utf8(&self.body).ok()?;
        is_form.then(|| gapi_transport::redact::query(text))
    }
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.keys().map(http::HeaderName::as_str).collect();
        f.debug_struct("HttpRequest")
            .field("method", &self.method)
            .field("url", &self.redacted_url())
            .field("headers", &names)
            .field("body_len", &self.body.len())
            .finish()
    }
}

/// One word for a POSIX shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}
