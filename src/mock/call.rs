//! A call that a mock has received.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, Method as HttpMethod, Uri};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::{
    method::Method,
    wire::{Object, from_slice},
};

/// A call that a [`Mock`](super::Mock) has received: the method, the parameters and the body.
///
/// `Debug` shows names and lengths, never a value.
#[derive(Clone)]
pub struct MockCall {
    method: Option<&'static Method>,
    http_method: HttpMethod,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
    parameters: Vec<(String, String)>,
}

impl MockCall {
    pub(super) fn new(
        method: Option<&'static Method>,
        http_method: HttpMethod,
        uri: Uri,
        headers: HeaderMap,
        body: Bytes,
    ) -> Self {
        let mut parameters = Vec::new();
        if let Some(method) = method {
            let template = format!("{}{}", method.api.service_path, method.path);
            parameters.extend(path_values(&template, uri.path()).unwrap_or_default());
        }
        parameters.extend(pairs(uri.query().unwrap_or_default()));
        // A GET with a long query has it in the body.
        if headers.contains_key("x-http-method-override") {
            parameters.extend(pairs(&String::from_utf8_lossy(&body)));
        }
        Self {
            method,
            http_method,
            uri,
            headers,
            body,
            parameters,
        }
    }

    /// Returns the id of the method: `sql.instances.list`. Empty if the request is no call of a method, such as a token request.
    pub fn method(&self) -> &'static str {
        self.method.map_or("", |method| method.id)
    }

    /// Returns the first value of a parameter, decoded, by its name in the HTTP request.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters()
            .find_map(|(n, value)| (n == name).then_some(value))
    }

    /// Returns all parameters, by their names in the HTTP request: those of the path, then those of the query.
    pub fn parameters(&self) -> impl Iterator<Item = (&str, &str)> {
        self.parameters
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Returns the body as JSON; `None` if it is not JSON.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// Returns the body as a value of its schema; `None` if it is not one.
    pub fn body_as<T: Object>(&self) -> Option<T> {
        from_slice(&self.body).ok()
    }

    /// Returns the bytes of the body.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// Returns a header; `None` if it is missing or not text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Returns the HTTP method.
    pub fn http_method(&self) -> &HttpMethod {
        &self.http_method
    }

    /// Returns the URL; that of a part of a batch has no host.
    pub fn uri(&self) -> &Uri {
        &self.uri
    }

    /// Returns the URL without secrets.
    pub(super) fn redacted_url(&self) -> String {
        crate::redact::url(&self.uri.to_string())
    }
}

impl fmt::Debug for MockCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.parameters().map(|(name, _)| name).collect();
        f.debug_struct("MockCall")
            .field("method", &self.method())
            .field("http_method", &self.http_method)
            .field("parameters", &names)
            .field("body_len", &self.body.len())
            .finish()
    }
}

fn pairs(query: &str) -> impl Iterator<Item = (String, String)> {
    let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(move |pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        })
}

/// Returns the values of the template's expressions, with which it expands to the end of `path`. An endpoint may have a prefix, as
/// uploads have.
fn path_values(template: &str, path: &str) -> Option<Vec<(String, String)>> {
    path.match_indices('/').find_map(|(at, _)| {
        let mut values = Vec::new();
        matches(template, &path[at + 1..], &mut values).then_some(values)
    })
}

fn matches(template: &str, path: &str, values: &mut Vec<(String, String)>) -> bool {
    let Some((literal, rest)) = template.split_once('{') else {
        return template == path;
    };
    let Some((expression, rest)) = rest.split_once('}') else {
        return false;
    };
    let Some(path) = path.strip_prefix(literal) else {
        return false;
    };
    let (name, longest) = match expression.strip_prefix('+') {
        Some(name) => (name, path.len()),
        None => (expression, path.find('/').unwrap_or(path.len())),
    };
    for end in (1..=longest)
        .rev()
        .filter(|end| path.is_char_boundary(*end))
    {
        let known = values.len();
        let value = percent_decode_str(&path[..end]).decode_utf8_lossy();
        values.push((name.to_owned(), value.into_owned()));
        if matches(rest, &path[end..], values) {
            return true;
        }
        values.truncate(known);
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_in_paths() {
        let found = |template: &str, path: &str| {
            path_values(template, path).map(|values| {
                values
                    .into_iter()
                    .map(|(n, v)| format!("{n}={v}"))
                    .collect::<Vec<_>>()
                    .join(" ")
            })
        };
        for (template, path, values) in [
            (
                "v1/b/{bucket}/o/{object}",
                "/v1/b/x/o/a%2Fb",
                Some("bucket=x object=a/b"),
            ),
            (
                "v1/b/{bucket}/o",
                "/prefix/upload/v1/b/x/o",
                Some("bucket=x"),
            ),
            (
                "v1/{+name}:cancel",
                "/v1/p/1/o/2:cancel",
                Some("name=p/1/o/2"),
            ),
            ("v1/things", "/v1/things", Some("")),
            ("v1/{x}", "/v1/a/b", None),
        ] {
            assert_eq!(found(template, path).as_deref(), values, "{path}");
        }
    }
}
