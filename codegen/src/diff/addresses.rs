//! Where requests go: root URL, service path and path are compared together, as they are sent.

use super::api::told;
use super::methods::Method;
use super::{Comparison, Rule};
use crate::document::Document;
use crate::json_path;
use crate::model::Api;

/// What addresses begin with, before and after.
pub(super) struct Bases {
    old: String,
    new: String,
}

impl Bases {
    pub(super) fn of(old: &Api, new: &Api) -> Self {
        let base = |api: &Api| normal(&format!("{}{}", api.root_url, api.service_path));
        Self {
            old: base(old),
            new: base(new),
        }
    }

    /// Whether a method's requests go to the same URL.
    fn lead_to_one(&self, old: Method<'_>, new: Method<'_>) -> bool {
        let address = |base: &str, method: Method<'_>| format!("{base}{}", method.meant.path);
        address(&self.old, old) == address(&self.new, new)
    }
}

impl Comparison {
    /// The addresses that all methods share. `methods` has those of both documents.
    pub(super) fn addresses<'a>(
        &mut self,
        old: &Document,
        new: &Document,
        methods: impl Iterator<Item = (Method<'a>, Method<'a>)>,
    ) {
        // Methods whose path says the same in both documents move with what is before it, and are told here once.
        let mut moved = methods
            .filter(|(old, new)| old.meant.path == new.meant.path)
            .peekable();
        let is_told_here =
            moved.peek().is_some() || old.resources.is_empty() && old.methods.is_empty();
        let is_elsewhere = self.bases.old != self.bases.new && is_told_here;
        for (key, old, new) in [
            ("rootUrl", &old.root_url, &new.root_url),
            ("servicePath", &old.service_path, &new.service_path),
        ] {
            if slashless(old) != slashless(new) && is_elsewhere {
                self.changes.push(Rule::Address, key, told(old, new));
            } else {
                self.changes.respelled("", key, old, new);
            }
        }
        self.changes
            .text("", "baseUrl", &old.base_url, &new.base_url);
        self.changes
            .text("", "basePath", &old.base_path, &new.base_path);
        let (was, is) = (&old.batch_path, &new.batch_path);
        if slashless(was) == slashless(is) {
            self.changes.respelled("", "batchPath", was, is);
        } else {
            self.changes.push(Rule::Address, "batchPath", told(was, is));
        }
        let (was, is) = (&old.mtls_root_url, &new.mtls_root_url);
        match (slashless(was), slashless(is)) {
            (old, new) if old == new => self.changes.respelled("", "mtlsRootUrl", was, is),
            ("", _) => {
                self.changes
                    .push(Rule::EndpointNew, "mtlsRootUrl", "mutual TLS is offered");
            }
            (_, "") => {
                self.changes
                    .push(Rule::EndpointGone, "mtlsRootUrl", told(was, is));
            }
            _ => self
                .changes
                .push(Rule::Address, "mtlsRootUrl", told(was, is)),
        }
    }

    /// Where the requests of one method go.
    pub(super) fn address(&mut self, at: &str, old: Method<'_>, new: Method<'_>) {
        let (was, is) = (&old.written.path, &new.written.path);
        if self.bases.lead_to_one(old, new) || old.meant.path == new.meant.path {
            self.changes.respelled(at, "path", was, is);
        } else {
            self.changes
                .push(Rule::Address, json_path::join(at, "path"), told(was, is));
        }
    }
}

/// An address without the slashes around it, which decide nothing.
pub(super) fn slashless(address: &Option<String>) -> &str {
    address.as_deref().unwrap_or_default().trim_matches('/')
}

/// A URL with its scheme and host in lower case (RFC 3986, section 6.2.2.1).
fn normal(url: &str) -> String {
    let host = url.find("://").map_or(0, |at| at + 3);
    let end = url[host..].find('/').map_or(url.len(), |at| host + at);
    format!("{}{}", url[..end].to_ascii_lowercase(), &url[end..])
}
