//! Resources, methods and their parameters.

use std::collections::{BTreeMap, BTreeSet};

use super::Rule;
use super::change::became;
use super::comparison::{ComparedMethod, Comparison, apart, nameless, twins};
use crate::document::{self, Document, Record as _, Schema};
use crate::json_path;
use crate::model::{self, Api, Location};

/// The keys of a method that are compared on their own.
const COMPARED: &str = "id httpMethod apiVersion path parameterOrder parameters request response scopes \
    deprecated supportsMediaDownload useMediaDownloadService supportsMediaUpload mediaUpload";

/// A resource as it is written.
type Resources<'a> = BTreeMap<String, &'a document::RestResource>;

impl Comparison {
    /// Compares the tree of resources.
    pub(super) fn methods(&mut self, old: &Document, old_api: &Api, new: &Document, new_api: &Api) {
        let (was, is) = (resources(old), resources(new));
        for (at, resource) in &was {
            if let Some(now) = is.get(at) {
                self.changes
                    .deprecation(at, resource.deprecated, now.deprecated);
                let handled = "methods resources deprecated";
                self.changes.texts(at, &resource.differing(now), handled);
            }
        }
        let (was, is) = (methods(old, old_api, &was), methods(new, new_api, &is));
        let both = was
            .iter()
            .filter_map(|(at, method)| Some((*method, *is.get(at)?)));
        self.addresses(old, new, both);
        let (gone, added) = apart(&was, &is);
        let known = |methods: &BTreeMap<String, ComparedMethod<'_>>, at: &str| {
            let method = methods.get(at)?;
            let (verb, path) = (method.meant.verb as u8, method.meant.path.clone());
            // Paths such as `v1/{+name}` are those of many methods.
            Some((verb, path, method.written.flat_path.clone()))
        };
        let twins = twins(&gone, &added, |at| known(&was, at), |at| known(&is, at));
        for at in gone {
            let twin = twins.get(at).map(|twin| is[*twin].meant.path_name.as_str());
            self.gone(at, Rule::MethodGone, "method", twin);
        }
        for at in added {
            self.changes.push(Rule::MethodNew, at, "the method is new");
        }
        for (at, method) in &was {
            if let Some(now) = is.get(at) {
                self.method(at, *method, *now);
            }
        }
    }

    fn method(&mut self, at: &str, old: ComparedMethod<'_>, new: ComparedMethod<'_>) {
        self.request_line(at, old, new);
        self.parameters(at, old, new);
        self.body(
            at,
            "request",
            &old.written.request,
            &new.written.request,
            true,
        );
        self.body(
            at,
            "response",
            &old.written.response,
            &new.written.response,
            false,
        );
        self.method_scopes(at, old.written, new.written);
        self.media(at, old.written, new.written);
        let (old, new) = (old.written, new.written);
        self.changes.deprecation(at, old.deprecated, new.deprecated);
        self.changes.texts(at, &old.differing(new), COMPARED);
    }

    /// Compares the id, the HTTP method and the address.
    fn request_line(&mut self, at: &str, old: ComparedMethod<'_>, new: ComparedMethod<'_>) {
        let id = |method: ComparedMethod<'_>| Some(method.meant.id.clone());
        for (rule, key, old, new) in [
            (Rule::MethodId, "id", &id(old), &id(new)),
            (
                Rule::Verb,
                "httpMethod",
                &old.written.http_method,
                &new.written.http_method,
            ),
            (
                Rule::ApiVersion,
                "apiVersion",
                &old.written.api_version,
                &new.written.api_version,
            ),
        ] {
            if old != new {
                self.changes
                    .push(rule, json_path::join(at, key), became(old, new));
            }
        }
        self.address(at, old, new);
    }

    fn parameters(&mut self, at: &str, old: ComparedMethod<'_>, new: ComparedMethod<'_>) {
        let at_parameters = json_path::join(at, "parameters");
        let (was, is) = (meant(old.meant), meant(new.meant));
        let written =
            |method: ComparedMethod<'_>, name: &str| method.written.parameters.get(name).cloned();
        let (gone, added) = (only_in(&was, &is), only_in(&is, &was));
        let twins = twins(
            &gone,
            &added,
            |name| written(old, name).map(|schema| nameless(&schema)),
            |name| written(new, name).map(|schema| nameless(&schema)),
        );
        for (name, was_required) in &was {
            let at = json_path::join(&at_parameters, name);
            let Some(is_required) = is.get(name) else {
                let like = twins.get(name).copied();
                self.gone(&at, Rule::ParameterGone, "parameter", like);
                continue;
            };
            if was_required != is_required {
                let how = if *is_required {
                    "is required"
                } else {
                    "is no longer required, and so a setter"
                };
                self.changes
                    .push(Rule::ParameterNeeded, json_path::join(&at, "required"), how);
            }
            if let (Some(old), Some(new)) = (written(old, name), written(new, name)) {
                if was_required == is_required {
                    // A parameter of the path is required in any case.
                    self.changes
                        .text(&at, "required", &old.required, &new.required);
                }
                self.moved(&at, &old, &new);
                // A list and a repeated value are the same on the wire and in Rust.
                self.value(&at, one(&old), one(&new), true);
            }
        }
        for (name, is_required) in &is {
            if was.contains_key(name) {
                continue;
            }
            let at = json_path::join(&at_parameters, name);
            if *is_required {
                let message = "a required parameter is new";
                self.changes.push(Rule::ParameterNeeded, at, message);
            } else {
                self.changes
                    .push(Rule::ParameterNew, at, "the parameter is new");
            }
        }
        self.order(at, &was, &is, old, new);
        self.global_again(&at_parameters, &was, &is, old.written, new.written);
    }

    /// Compares the order of required parameters, which are positional.
    fn order(
        &mut self,
        at: &str,
        was: &Meant<'_>,
        is: &Meant<'_>,
        old: ComparedMethod<'_>,
        new: ComparedMethod<'_>,
    ) {
        let positional = |method: ComparedMethod<'_>| -> Vec<String> {
            let both = |name: &&model::Parameter| {
                let required = |all: &Meant<'_>| {
                    all.get(name.wire.as_str())
                        .is_some_and(|required| *required)
                };
                required(was) && required(is)
            };
            let names = method.meant.required.iter().filter(both);
            names.map(|parameter| parameter.wire.clone()).collect()
        };
        let (before, after) = (positional(old), positional(new));
        let at = json_path::join(at, "parameterOrder");
        if before != after {
            let message = format!(
                "the arguments are ({}), and were ({})",
                after.join(", "),
                before.join(", ")
            );
            self.changes.push(Rule::ArgumentOrder, at, message);
        } else if old.written.parameter_order != new.written.parameter_order
            && !self
                .changes
                .is_broken(at.trim_end_matches(".parameterOrder"))
        {
            self.changes.push(
                Rule::SameMeaning,
                at,
                "the order changed, but not that of arguments",
            );
        }
    }

    /// Compares the location of a parameter, and whether it is repeated.
    pub(super) fn moved(&mut self, at: &str, old: &Schema, new: &Schema) {
        match (&old.location, &new.location) {
            // A missing location is derived from the path.
            (None, _) | (_, None) => {
                self.changes
                    .text(at, "location", &old.location, &new.location);
            }
            (was, is) if was == is => {}
            (was, is) => {
                self.changes.push(
                    Rule::Location,
                    json_path::join(at, "location"),
                    became(was, is),
                );
            }
        }
        let many = |schema: &Schema| schema.repeated || schema.ty.as_deref() == Some("array");
        match (many(old), many(new)) {
            (false, true) => self.changes.push(
                Rule::Repetition,
                json_path::join(at, "repeated"),
                "takes any number of values",
            ),
            (true, false) => self.changes.push(
                Rule::Repetition,
                json_path::join(at, "repeated"),
                "takes one value only",
            ),
            _ => self
                .changes
                .text(at, "repeated", &old.repeated, &new.repeated),
        }
    }

    /// Compares global parameters that a method lists again, which are ignored otherwise.
    fn global_again(
        &mut self,
        at: &str,
        was: &Meant<'_>,
        is: &Meant<'_>,
        old: &document::RestMethod,
        new: &document::RestMethod,
    ) {
        let names: BTreeSet<&String> = old.parameters.keys().chain(new.parameters.keys()).collect();
        for name in names {
            if !was.contains_key(name.as_str()) && !is.contains_key(name.as_str()) {
                self.changes.text(
                    at,
                    name,
                    &old.parameters.get(name),
                    &new.parameters.get(name),
                );
            }
        }
    }

    /// Compares a method's request or response.
    fn body(
        &mut self,
        at: &str,
        key: &str,
        old: &Option<Schema>,
        new: &Option<Schema>,
        sent: bool,
    ) {
        let at = json_path::join(at, key);
        let what = if sent { "a body" } else { "a response" };
        match (old, new) {
            (None, None) => {}
            (None, Some(_)) => {
                let message = format!("there is {what}, and was none");
                self.changes.push(Rule::Body, at, message);
            }
            (Some(_), None) => {
                let message = format!("there was {what}, and is none");
                self.changes.push(Rule::Body, at, message);
            }
            (Some(old), Some(new)) => self.value(&at, old, new, sent),
        }
    }

    /// Compares the scopes of a method. Any one of the list is enough, so that a new one breaks no program.
    fn method_scopes(&mut self, at: &str, old: &document::RestMethod, new: &document::RestMethod) {
        let at = json_path::join(at, "scopes");
        let was: BTreeSet<&String> = old.scopes.iter().collect();
        let is: BTreeSet<&String> = new.scopes.iter().collect();
        for scope in was.difference(&is) {
            let message = format!("`{scope}` is no longer enough");
            self.changes.push(Rule::ScopeGone, &at, message);
        }
        for scope in is.difference(&was) {
            self.changes
                .push(Rule::ScopeNew, &at, format!("`{scope}` is enough"));
        }
        if was == is {
            let at = at.trim_end_matches(".scopes");
            self.changes.text(at, "scopes", &old.scopes, &new.scopes);
        }
    }
}

/// The parameters of a method in the model, by name, and whether they are required.
type Meant<'a> = BTreeMap<&'a str, bool>;

/// Returns the names that only the first has.
fn only_in<'a>(some: &Meant<'a>, others: &Meant<'_>) -> Vec<&'a str> {
    let names = some.keys().filter(|name| !others.contains_key(*name));
    names.copied().collect()
}

fn meant(method: &model::Method) -> Meant<'_> {
    let required = method.required.iter().map(|parameter| (parameter, true));
    let optional = method.optional.iter().map(|parameter| (parameter, false));
    required
        .chain(optional)
        .map(|(parameter, required)| {
            debug_assert!(required || parameter.location == Location::Query);
            (parameter.wire.as_str(), required)
        })
        .collect()
}

/// Returns the schema of one value of a parameter.
fn one(schema: &Schema) -> &Schema {
    match &schema.items {
        Some(items) if schema.ty.as_deref() == Some("array") => items,
        _ => schema,
    }
}

/// Returns all resources, by their path in the document.
fn resources(document: &Document) -> Resources<'_> {
    fn collect<'a>(
        at: &str,
        resources: &'a BTreeMap<String, document::RestResource>,
        all: &mut Resources<'a>,
    ) {
        for (name, resource) in resources {
            let at = json_path::join(&json_path::join(at, "resources"), name);
            collect(&at, &resource.resources, all);
            all.insert(at, resource);
        }
    }
    let mut all = BTreeMap::new();
    collect("", &document.resources, &mut all);
    all
}

/// Returns all methods, by their path in the document.
fn methods<'a>(
    document: &'a Document,
    api: &'a Api,
    resources: &Resources<'a>,
) -> BTreeMap<String, ComparedMethod<'a>> {
    let meant = super::surface::methods(api);
    let top = document
        .methods
        .iter()
        .map(|(name, method)| (json_path::join("methods", name), method));
    let below = resources.iter().flat_map(|(at, resource)| {
        let at = json_path::join(at, "methods");
        let methods = resource.methods.iter();
        methods.map(move |(name, method)| (json_path::join(&at, name), method))
    });
    top.chain(below)
        .filter_map(|(at, written)| {
            let meant = *meant.get(&at)?;
            Some((at, ComparedMethod { written, meant }))
        })
        .collect()
}
