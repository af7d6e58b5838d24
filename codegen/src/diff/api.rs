//! The API as a whole: addresses, scopes, endpoints, global parameters.

use std::collections::BTreeMap;

use super::Comparison;
use super::change::Class;
use crate::document::{Document, Endpoint, Scope};
use crate::place;

impl Comparison {
    /// Everything but resources, methods and schemas.
    pub(super) fn api(&mut self, old: &Document, new: &Document) {
        self.identity(old, new);
        self.addresses(old, new);
        self.scopes(&scopes(old), &scopes(new));
        self.endpoints(old, new);
        self.global_parameters(old, new);
        self.texts(old, new);
    }

    fn identity(&mut self, old: &Document, new: &Document) {
        for (key, old, new) in [
            ("name", &old.name, &new.name),
            ("version", &old.version, &new.version),
        ] {
            if old != new {
                self.changes.breaking(key, told(old, new));
            }
        }
        if old.revision != new.revision {
            self.changes
                .docs("revision", told(&old.revision, &new.revision));
        }
    }

    /// Where requests go, and in which form.
    fn addresses(&mut self, old: &Document, new: &Document) {
        for (key, old, new) in [
            ("rootUrl", &old.root_url, &new.root_url),
            ("servicePath", &old.service_path, &new.service_path),
            ("batchPath", &old.batch_path, &new.batch_path),
        ] {
            if old.as_deref().unwrap_or_default() != new.as_deref().unwrap_or_default() {
                self.changes.breaking(key, told(old, new));
            } else {
                self.changes.text("", key, old, new);
            }
        }
        match (&old.mtls_root_url, &new.mtls_root_url) {
            (old, new) if old == new => {}
            (None, Some(_)) => self
                .changes
                .additive("mtlsRootUrl", "mutual TLS is offered"),
            (old, new) => self.changes.breaking("mtlsRootUrl", told(old, new)),
        }
        let wraps =
            |document: &Document| document.features.iter().any(|name| name == "dataWrapper");
        match (wraps(old), wraps(new)) {
            (false, true) => self
                .changes
                .breaking("features", "bodies travel inside `data`"),
            (true, false) => self
                .changes
                .breaking("features", "bodies no longer travel inside `data`"),
            _ => self
                .changes
                .text("", "features", &old.features, &new.features),
        }
    }

    fn scopes(&mut self, old: &BTreeMap<String, Scope>, new: &BTreeMap<String, Scope>) {
        for (url, scope) in old {
            let at = place::join("auth.oauth2.scopes", url);
            match new.get(url) {
                None => self.changes.breaking(at, "the scope is gone"),
                Some(new) => {
                    self.changes
                        .text(&at, "description", &scope.description, &new.description);
                    self.others(&at, &scope.others, &new.others);
                }
            }
        }
        for url in new.keys().filter(|url| !old.contains_key(*url)) {
            let at = place::join("auth.oauth2.scopes", url);
            self.changes.additive(at, "the scope is new");
        }
    }

    fn endpoints(&mut self, old: &Document, new: &Document) {
        let (old, new) = (by_location(old), by_location(new));
        for (location, (index, endpoint)) in &old {
            let at = place::at("endpoints", *index);
            let Some((_, now)) = new.get(location) else {
                self.changes
                    .breaking(at, format!("the endpoint of `{location}` is gone"));
                continue;
            };
            if endpoint.endpoint_url != now.endpoint_url {
                let message = told(&endpoint.endpoint_url, &now.endpoint_url);
                self.changes
                    .breaking(place::join(&at, "endpointUrl"), message);
            }
            self.changes
                .text(&at, "description", &endpoint.description, &now.description);
            self.changes
                .text(&at, "deprecated", &endpoint.deprecated, &now.deprecated);
            self.others(&at, &endpoint.others, &now.others);
        }
        for (location, (index, _)) in new {
            if !old.contains_key(location) {
                let message = format!("the endpoint of `{location}` is new");
                self.changes
                    .additive(place::at("endpoints", index), message);
            }
        }
    }

    /// Parameters of every method; calls have options for them.
    fn global_parameters(&mut self, old: &Document, new: &Document) {
        for (name, parameter) in &old.parameters {
            let at = place::join("parameters", name);
            match new.parameters.get(name) {
                None => self
                    .changes
                    .breaking(at, "the parameter of every method is gone"),
                Some(now) => {
                    if parameter.required != now.required {
                        let class = if now.required {
                            Class::Breaking
                        } else {
                            Class::Additive
                        };
                        let message = if now.required {
                            "is required"
                        } else {
                            "is no longer required"
                        };
                        self.changes
                            .push(class, place::join(&at, "required"), message);
                    }
                    self.moved(&at, parameter, now);
                    self.value(&at, parameter, now, true);
                }
            }
        }
        for (name, parameter) in &new.parameters {
            if old.parameters.contains_key(name) {
                continue;
            }
            let at = place::join("parameters", name);
            if parameter.required {
                self.changes
                    .breaking(at, "a required parameter of every method is new");
            } else {
                self.changes
                    .additive(at, "a parameter of every method is new");
            }
        }
    }

    /// What only readers, or clients of other makes, take notice of.
    fn texts(&mut self, old: &Document, new: &Document) {
        let changes = &mut self.changes;
        changes.text("", "kind", &old.kind, &new.kind);
        changes.text("", "id", &old.id, &new.id);
        changes.text("", "title", &old.title, &new.title);
        changes.text(
            "",
            "canonicalName",
            &old.canonical_name,
            &new.canonical_name,
        );
        changes.text("", "description", &old.description, &new.description);
        changes.text(
            "",
            "discoveryVersion",
            &old.discovery_version,
            &new.discovery_version,
        );
        changes.text(
            "",
            "documentationLink",
            &old.documentation_link,
            &new.documentation_link,
        );
        changes.text("", "protocol", &old.protocol, &new.protocol);
        changes.text("", "baseUrl", &old.base_url, &new.base_url);
        changes.text("", "basePath", &old.base_path, &new.base_path);
        changes.text("", "labels", &old.labels, &new.labels);
        changes.text("", "icons", &old.icons, &new.icons);
        changes.text("", "ownerDomain", &old.owner_domain, &new.owner_domain);
        changes.text("", "ownerName", &old.owner_name, &new.owner_name);
        changes.text("", "packagePath", &old.package_path, &new.package_path);
        changes.text(
            "",
            "version_module",
            &old.version_module,
            &new.version_module,
        );
        changes.text(
            "",
            "fullyEncodeReservedExpansion",
            &old.fully_encode_reserved_expansion,
            &new.fully_encode_reserved_expansion,
        );
        changes.text(
            "",
            "exponentialBackoffDefault",
            &old.exponential_backoff_default,
            &new.exponential_backoff_default,
        );
        changes.text(
            "",
            "serviceVersion",
            &old.service_version,
            &new.service_version,
        );
        changes.text("", "etag", &old.etag, &new.etag);
        self.others("", &old.others, &new.others);
    }

    /// Keys that nothing is made of.
    pub(super) fn others(
        &mut self,
        at: &str,
        old: &BTreeMap<String, serde_json::Value>,
        new: &BTreeMap<String, serde_json::Value>,
    ) {
        let keys = old
            .keys()
            .chain(new.keys().filter(|key| !old.contains_key(*key)));
        for key in keys {
            self.changes.text(at, key, &old.get(key), &new.get(key));
        }
    }
}

/// `` `a` became `b` ``, `` `a` is gone ``, `` is `b` ``
pub(super) fn told(old: &Option<String>, new: &Option<String>) -> String {
    match (old, new) {
        (Some(old), Some(new)) => format!("`{old}` became `{new}`"),
        (Some(old), None) => format!("`{old}` is gone"),
        (None, Some(new)) => format!("is `{new}`, and was nothing"),
        (None, None) => "did not change".to_owned(),
    }
}

fn scopes(document: &Document) -> BTreeMap<String, Scope> {
    let oauth2 = document.auth.as_ref().and_then(|auth| auth.oauth2.as_ref());
    oauth2
        .map(|oauth2| oauth2.scopes.clone())
        .unwrap_or_default()
}

/// Endpoints and their indices by location; the first one of a location counts.
fn by_location(document: &Document) -> BTreeMap<&str, (usize, &Endpoint)> {
    let mut endpoints = BTreeMap::new();
    for (index, endpoint) in document.endpoints.iter().enumerate() {
        let location = endpoint.location.as_deref().unwrap_or_default();
        endpoints.entry(location).or_insert((index, endpoint));
    }
    endpoints
}
