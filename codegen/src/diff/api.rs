//! Compares the API as a whole: addresses, scopes, endpoints, global parameters. Root URL, service path and path are compared
//! together, as they are sent.

use std::collections::BTreeMap;

use super::Rule;
use super::change::became;
use super::comparison::{ComparedMethod, Comparison, slashless};
use crate::document::{AuthScope, Document, Record as _, RestEndpoint};
use crate::json_path;

/// The keys of a document that are compared on their own.
const COMPARED: &str = "name version revision rootUrl servicePath batchPath mtlsRootUrl auth endpoints features \
    parameters schemas methods resources";

impl Comparison {
    /// Compares all but resources, methods and schemas.
    pub(super) fn api(&mut self, old: &Document, new: &Document) {
        self.identity(old, new);
        self.wrapper(old, new);
        self.scopes(&scopes(old), &scopes(new));
        self.endpoints(old, new);
        self.global_parameters(old, new);
        self.changes.texts("", &old.differing(new), COMPARED);
    }

    fn identity(&mut self, old: &Document, new: &Document) {
        for (key, old, new) in [
            ("name", &old.name, &new.name),
            ("version", &old.version, &new.version),
        ] {
            if old != new {
                self.changes.push(Rule::Identity, key, became(old, new));
            }
        }
        if old.revision != new.revision {
            self.changes
                .push(Rule::Text, "revision", became(&old.revision, &new.revision));
        }
    }

    /// Compares the form of bodies.
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

    fn scopes(&mut self, old: &BTreeMap<String, AuthScope>, new: &BTreeMap<String, AuthScope>) {
        for (url, scope) in old {
            let at = json_path::join("auth.oauth2.scopes", url);
            match new.get(url) {
                None => self.changes.push(Rule::ScopeGone, at, "the scope is gone"),
                Some(new) => {
                    self.changes.texts(&at, &scope.differing(new), "");
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
                self.changes.push(Rule::Address, at, became(was, is));
            }
            let handled = "endpointUrl location";
            self.changes.texts(&at, &endpoint.differing(now), handled);
        }
        for (location, (index, _)) in new {
            if !old.contains_key(location) {
                let message = format!("the endpoint of `{location}` is new");
                let at = json_path::at("endpoints", index);
                self.changes.push(Rule::EndpointNew, at, message);
            }
        }
    }

    /// Compares the parameters of all methods, for which calls have options.
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

    /// Compares the addresses that all methods share. `methods` are those of both documents.
    pub(super) fn addresses<'a>(
        &mut self,
        old: &Document,
        new: &Document,
        methods: impl Iterator<Item = (ComparedMethod<'a>, ComparedMethod<'a>)>,
    ) {
        // Methods with the same path in both documents move with the shared part of the address, which is reported once.
        let mut moved = methods
            .filter(|(old, new)| old.meant.path == new.meant.path)
            .peekable();
        let is_shared =
            moved.peek().is_some() || old.resources.is_empty() && old.methods.is_empty();
        let is_elsewhere = self.bases.old != self.bases.new && is_shared;
        for (key, old, new) in [
            ("rootUrl", &old.root_url, &new.root_url),
            ("servicePath", &old.service_path, &new.service_path),
        ] {
            if slashless(old) != slashless(new) && is_elsewhere {
                self.changes.push(Rule::Address, key, became(old, new));
            } else {
                self.changes.respelled("", key, old, new);
            }
        }
        let (was, is) = (&old.batch_path, &new.batch_path);
        if slashless(was) == slashless(is) {
            self.changes.respelled("", "batchPath", was, is);
        } else {
            self.changes
                .push(Rule::Address, "batchPath", became(was, is));
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
                    .push(Rule::EndpointGone, "mtlsRootUrl", became(was, is));
            }
            _ => self
                .changes
                .push(Rule::Address, "mtlsRootUrl", became(was, is)),
        }
    }

    /// Compares the addresses of one method.
    pub(super) fn address(&mut self, at: &str, old: ComparedMethod<'_>, new: ComparedMethod<'_>) {
        let (was, is) = (&old.written.path, &new.written.path);
        if self.bases.lead_to_one(old, new) || old.meant.path == new.meant.path {
            self.changes.respelled(at, "path", was, is);
        } else {
            self.changes
                .push(Rule::Address, json_path::join(at, "path"), became(was, is));
        }
    }
}

fn scopes(document: &Document) -> BTreeMap<String, AuthScope> {
    let oauth2 = document.auth.as_ref().and_then(|auth| auth.oauth2.as_ref());
    oauth2
        .map(|oauth2| oauth2.scopes.clone())
        .unwrap_or_default()
}

/// Returns endpoints and their indices by location. The first one of a location counts.
fn by_location(document: &Document) -> BTreeMap<&str, (usize, &RestEndpoint)> {
    let mut endpoints = BTreeMap::new();
    for (index, endpoint) in document.endpoints.iter().enumerate() {
        let location = endpoint.location.as_deref().unwrap_or_default();
        endpoints.entry(location).or_insert((index, endpoint));
    }
    endpoints
}
