//! The API as a whole: addresses, scopes, endpoints, global parameters.

use std::collections::BTreeMap;

use super::addresses::slashless;
use super::{Comparison, Rule};
use crate::document::{Document, Endpoint, Scope};
use crate::json_path;

impl Comparison {
    /// Everything but resources, methods and schemas.
    pub(super) fn api(&mut self, old: &Document, new: &Document) {
        self.identity(old, new);
        self.wrapper(old, new);
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
                self.changes.push(Rule::Identity, key, told(old, new));
            }
        }
        if old.revision != new.revision {
            self.changes
                .push(Rule::Text, "revision", told(&old.revision, &new.revision));
        }
    }

    /// In which form bodies travel.
    fn wrapper(&mut self, old: &Document, new: &Document) {
        let message = match (old.wraps_data(), new.wraps_data()) {
            (false, true) => "bodies travel inside `data`",
            (true, false) => "bodies no longer travel inside `data`",
            _ => {
                return self
                    .changes
                    .text("", "features", &old.features, &new.features);
            }
        };
        self.changes.push(Rule::DataWrapper, "features", message);
    }

    fn scopes(&mut self, old: &BTreeMap<String, Scope>, new: &BTreeMap<String, Scope>) {
        for (url, scope) in old {
            let at = json_path::join("auth.oauth2.scopes", url);
            match new.get(url) {
                None => self.changes.push(Rule::ScopeGone, at, "the scope is gone"),
                Some(new) => {
                    self.changes
                        .text(&at, "description", &scope.description, &new.description);
                    self.others(&at, &scope.others, &new.others);
                }
            }
        }
        for url in new.keys().filter(|url| !old.contains_key(*url)) {
            let at = json_path::join("auth.oauth2.scopes", url);
            self.changes.push(Rule::ScopeNew, at, "the scope is new");
        }
    }

    fn endpoints(&mut self, old: &Document, new: &Document) {
        let (old, new) = (by_location(old), by_location(new));
        for (location, (index, endpoint)) in &old {
            let at = json_path::at("endpoints", *index);
            let Some((_, now)) = new.get(location) else {
                let message = format!("the endpoint of `{location}` is gone");
                self.changes.push(Rule::EndpointGone, at, message);
                continue;
            };
            let (was, is) = (&endpoint.endpoint_url, &now.endpoint_url);
            if slashless(was) == slashless(is) {
                self.changes.respelled(&at, "endpointUrl", was, is);
            } else {
                let at = json_path::join(&at, "endpointUrl");
                self.changes.push(Rule::Address, at, told(was, is));
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
                let at = json_path::at("endpoints", index);
                self.changes.push(Rule::EndpointNew, at, message);
            }
        }
    }

    /// Parameters of every method; calls have options for them.
    fn global_parameters(&mut self, old: &Document, new: &Document) {
        for (name, parameter) in &old.parameters {
            let at = json_path::join("parameters", name);
            match new.parameters.get(name) {
                None => self.changes.push(
                    Rule::ParameterGone,
                    at,
                    "the parameter of every method is gone",
                ),
                Some(now) => {
                    if parameter.required != now.required {
                        let (rule, message) = if now.required {
                            (Rule::ParameterNeeded, "is required")
                        } else {
                            (Rule::ParameterNew, "is no longer required")
                        };
                        self.changes
                            .push(rule, json_path::join(&at, "required"), message);
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
            let at = json_path::join("parameters", name);
            if parameter.required {
                let message = "a required parameter of every method is new";
                self.changes.push(Rule::ParameterNeeded, at, message);
            } else {
                let message = "a parameter of every method is new";
                self.changes.push(Rule::ParameterNew, at, message);
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
