//! The addresses of a document: its roots and paths together, or the reason why they are invalid.
//!
//! A service path is resolved as a relative reference (RFC 3986, section 5.2), as by the reference client: one that begins with a slash
//! is relative to the host, without the path of the root. Old documents have a base URL or a base path instead.

use std::borrow::Cow;

use super::Document;
use crate::{Error, Errors, json_path};

/// A regional endpoint.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// `europe-west1`
    pub location: String,
    /// The root URL.
    pub url: String,
    /// Whether the document marks it deprecated.
    pub deprecated: bool,
}

/// The addresses of an API. Roots end with a slash; paths begin with none.
#[derive(Clone, Debug, Default)]
pub(crate) struct Address {
    pub(crate) root_url: String,
    /// Empty, or with a slash at its end.
    pub(crate) service_path: String,
    pub(crate) batch_path: String,
    pub(crate) mtls_root_url: Option<String>,
    /// Sorted by location.
    pub(crate) endpoints: Vec<Endpoint>,
    /// The key that an address was taken from, where the document has no root.
    pub(crate) derived: Option<&'static str>,
}

/// Returns the addresses of a document.
pub(crate) fn of(document: &Document) -> Result<Address, Errors> {
    let mut errors = Errors::new();
    let (root, service_path, derived) = match base(document) {
        Ok(base) => base,
        Err(error) => {
            errors.push(error);
            (Url::default(), String::new(), None)
        }
    };
    // Then the service path replaces the path of the root.
    let is_absolute = document
        .service_path
        .as_deref()
        .is_some_and(|path| path.starts_with('/'));
    let rooted = |url: Url| {
        if is_absolute {
            url.origin + "/"
        } else {
            url.text()
        }
    };
    let mut checked = |key: String, url: &str| match Url::parse(url) {
        Ok(url) => Some(rooted(url)),
        Err(reason) => {
            errors.push(Error::new(key, format!("`{url}` {reason}")));
            None
        }
    };
    let mtls = filled(&document.mtls_root_url);
    let mtls_root_url = mtls.and_then(|url| checked("mtlsRootUrl".to_owned(), url));
    let mut endpoints = Vec::new();
    for (index, endpoint) in document.endpoints.iter().enumerate() {
        let at = json_path::at("endpoints", index);
        let url = endpoint.endpoint_url.as_deref().unwrap_or_default();
        let url = checked(json_path::join(&at, "endpointUrl"), url);
        if let (Some(location), Some(url)) = (filled(&endpoint.location), url) {
            endpoints.push(Endpoint {
                location: location.to_owned(),
                url,
                deprecated: endpoint.deprecated,
            });
        }
    }
    endpoints.sort_by(|a, b| (&a.location, &a.url).cmp(&(&b.location, &b.url)));
    let batch_path = document.batch_path.as_deref().unwrap_or("batch");
    let batch_path = relative(batch_path).unwrap_or_else(|reason| {
        errors.push(Error::new("batchPath", format!("`{batch_path}` {reason}")));
        ""
    });
    errors.or(Address {
        root_url: rooted(root),
        service_path,
        batch_path: batch_path.to_owned(),
        mtls_root_url,
        endpoints,
        derived,
    })
}

/// Returns the path of a method below the service path, if its literal text is valid.
pub(crate) fn path(template: &str) -> Result<&str, String> {
    let mut literal = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((text, after)) = rest.split_once('{') {
        literal.push_str(text);
        // Its value is a segment or a part of one.
        literal.push('x');
        rest = after.split_once('}').map_or("", |(_, after)| after);
    }
    literal.push_str(rest);
    relative(&literal)?;
    Ok(template.strip_prefix('/').unwrap_or(template))
}

/// Returns root, service path, and the key that they were derived from.
fn base(document: &Document) -> Result<(Url, String, Option<&'static str>), Error> {
    let url = |key: &'static str, text: &str| {
        Url::parse(text).map_err(|reason| Error::new(key, format!("`{text}` {reason}")))
    };
    let service = |key: &'static str, text: &str| match relative(text) {
        Ok(path) => Ok(slashed(path)),
        Err(reason) => Err(Error::new(key, format!("`{text}` {reason}"))),
    };
    let base_url = filled(&document.base_url);
    let base_path = filled(&document.base_path);
    let Some(root) = filled(&document.root_url) else {
        let Some(text) = base_url else {
            return Err(Error::new("rootUrl", "missing or empty"));
        };
        let base = url("baseUrl", text)?;
        let disagree = |key: &'static str, path: &str| {
            Error::new(
                key,
                format!("`{path}` is not the end of the base URL `{text}`"),
            )
        };
        return match (&document.service_path, base_path) {
            (Some(path), _) => {
                let service = service("servicePath", path)?;
                let start = base.path.strip_suffix(&*service);
                let root = start.filter(|root| root.ends_with('/'));
                let root = root.ok_or_else(|| disagree("servicePath", path))?;
                let path = root.to_owned();
                Ok((Url { path, ..base }, service, Some("baseUrl")))
            }
            (None, Some(path)) if base.path[1..] != service("basePath", path)? => {
                Err(disagree("basePath", path))
            }
            (None, _) => {
                let service = base.path[1..].to_owned();
                Ok((base.at_host(), service, Some("baseUrl")))
            }
        };
    };
    let root = url("rootUrl", root)?;
    if let Some(path) = &document.service_path {
        let service = service("servicePath", path)?;
        return Ok((root, service, None));
    }
    let below = |path: &str| path.strip_prefix(&*root.path).map(str::to_owned);
    let of_url = match base_url {
        None => None,
        Some(text) => {
            let base = url("baseUrl", text)?;
            let path = below(&base.path).filter(|_| base.origin == root.origin);
            Some(path.ok_or_else(|| {
                let root = root.clone().text();
                Error::new(
                    "baseUrl",
                    format!("`{text}` is not below the root URL `{root}`"),
                )
            })?)
        }
    };
    let Some(text) = base_path else {
        let derived = of_url.is_some().then_some("baseUrl");
        return Ok((root, of_url.unwrap_or_default(), derived));
    };
    let path = service("basePath", text)?;
    let of_path = if text.starts_with('/') {
        below(&format!("/{path}"))
    } else {
        Some(path)
    };
    match (of_path, of_url) {
        (Some(path), Some(other)) if path != other => Err(Error::new(
            "basePath",
            format!("`{text}` is not the path of `baseUrl`"),
        )),
        (None, _) => Err(Error::new(
            "basePath",
            format!("`{text}` is not below the root URL `{}`", root.text()),
        )),
        (Some(path), _) => Ok((root, path, Some("basePath"))),
    }
}

fn filled(text: &Option<String>) -> Option<&str> {
    text.as_deref().filter(|text| !text.is_empty())
}

fn slashed(path: &str) -> String {
    if path.is_empty() || path.ends_with('/') {
        path.to_owned()
    } else {
        format!("{path}/")
    }
}

/// A root, in two parts.
#[derive(Clone, Debug, Default)]
struct Url {
    /// `https://host:port`
    origin: String,
    /// With a slash at both ends.
    path: String,
}

impl Url {
    fn parse(text: &str) -> Result<Self, Cow<'static, str>> {
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => ("https", rest),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => ("http", rest),
            _ => return Err("is not an http or https URL".into()),
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        if !is_authority(authority) {
            return Err("has no valid host and port".into());
        }
        if path.trim_start_matches('/').len() + 1 < path.len() {
            return Err("has an empty segment".into());
        }
        let inner = relative(path)?;
        if !inner.is_empty() && !inner.ends_with('/') {
            return Err("has a path without a slash at its end, so that what follows could replace its last segment".into());
        }
        Ok(Self {
            origin: format!("{scheme}://{}", authority.to_ascii_lowercase()),
            path: format!("/{inner}"),
        })
    }

    fn text(self) -> String {
        self.origin + &self.path
    }

    fn at_host(self) -> Self {
        Self {
            path: "/".to_owned(),
            ..self
        }
    }
}

/// `host`, `host:port`, `[::1]:port`; neither a user nor a password.
fn is_authority(text: &str) -> bool {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((host, rest)) if rest.is_empty() || rest.starts_with(':') => {
                let known = |c: char| c.is_ascii_hexdigit() || c == ':' || c == '.';
                (
                    !host.is_empty() && host.chars().all(known),
                    rest.strip_prefix(':'),
                )
            }
            _ => return false,
        },
        None => {
            let (host, port) = match text.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (text, None),
            };
            let known = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
            let labels = host.trim_end_matches('.').split('.');
            (
                host.chars().all(known) && labels.clone().all(|label| !label.is_empty()),
                port,
            )
        }
    };
    host && port.is_none_or(|port| {
        port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok()
    })
}

/// Returns a path without its first slash, if it is valid in a URL (RFC 3986, section 3.3) and servers do not resolve it.
fn relative(text: &str) -> Result<&str, String> {
    let path = text.strip_prefix('/').unwrap_or(text);
    let mut rest = path;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        if c == '%' {
            let digits = rest.get(..2).unwrap_or_default();
            if digits.len() < 2 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                return Err("has a `%` that begins no escape".to_owned());
            }
        } else if c == '?' || c == '#' {
            return Err("has a query or a fragment".to_owned());
        } else if !c.is_ascii_alphanumeric() && !"-._~!$&'()*+,;=:@/".contains(c) {
            return Err(format!(
                "has `{c}`, which is not valid in the path of a URL"
            ));
        }
    }
    let segments: Vec<&str> = path.split('/').collect();
    let (_, inner) = segments.split_last().unwrap_or((&"", &[]));
    if inner.iter().any(|segment| segment.is_empty()) {
        return Err("has an empty segment".to_owned());
    }
    for segment in segments {
        let dots = segment.replace("%2e", ".").replace("%2E", ".");
        if matches!(&*dots, "." | "..") {
            return Err(format!(
                "has the segment `{segment}`, which servers resolve"
            ));
        }
    }
    Ok(path)
}

#[cfg(test)]
#[path = "address_tests.rs"]
mod tests;
