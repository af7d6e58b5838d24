//! The resource tree and its methods.

use std::collections::BTreeMap;

use super::names::{self, Claims};
use super::schemas::{Naming, Types};
use super::{
    Method, Paging, Parameter, Patching, Refusal, Resource, Scope, Type, Verb, address,
    idempotency, media, paging, parameters,
};
use crate::document::{self, Schema};
use crate::error::Subject;
use crate::overrides::ITEMS_KEY;
use crate::{Document, Error, json_path};

/// Names that the module of a resource has already, or means from the prelude.
const RESERVED_TYPES: [&str; 12] = [
    "Resource",
    // A request is a tuple struct, so its name is that of a function too.
    "None",
    "Some",
    "Ok",
    "Err",
    "Option",
    "String",
    "Vec",
    "Box",
    "Result",
    "Into",
    "IntoIterator",
];

/// Lowers the whole tree.
pub(super) fn root<'d>(
    document: &'d Document,
    scopes: &[Scope],
    types: &mut Types<'d>,
) -> Resource {
    let mut lowering = Lowering {
        document,
        scopes,
        types,
    };
    let mut names = std::mem::take(&mut lowering.types.claims);
    let idents = resource_idents(&mut names, &document.resources);
    let methods = method_idents(&mut names, &document.methods);
    lowering.types.claims = names;
    let mut root = Resource {
        methods: lowering.methods("", &[], &document.methods, methods.clone(), &methods),
        ..Resource::default()
    };
    for ((name, resource), ident) in document.resources.iter().zip(idents) {
        root.resources
            .push(lowering.resource("", &[], name, resource, ident));
    }
    root
}

struct Lowering<'a, 'd> {
    document: &'d Document,
    scopes: &'a [Scope],
    types: &'a mut Types<'d>,
}

impl Lowering<'_, '_> {
    fn resource(
        &mut self,
        at: &str,
        above: &[&str],
        name: &str,
        resource: &document::Resource,
        ident: String,
    ) -> Resource {
        let at = json_path::join(&json_path::join(at, "resources"), name);
        let path = [above, &[name]].concat();
        // A sub-resource and a method of one name: the sub-resource keeps it.
        let mut names = Claims::default();
        let idents = resource_idents(&mut names, &resource.resources);
        let methods = method_idents(&mut names, &resource.methods);
        let methods = self.methods(&at, &path, &resource.methods, methods, &idents);
        let children = resource.resources.iter().zip(idents);
        Resource {
            ident,
            wire: name.to_owned(),
            path: path.join("."),
            deprecated: resource.deprecated,
            methods,
            resources: children
                .map(|((name, child), ident)| self.resource(&at, &path, name, child, ident))
                .collect(),
        }
    }

    fn methods(
        &mut self,
        at: &str,
        path: &[&str],
        methods: &BTreeMap<String, document::Method>,
        idents: Vec<String>,
        beside: &[String],
    ) -> Vec<Method> {
        let at = json_path::join(at, "methods");
        // Request types and table entries are values of one module. Names without letters are the same in every case, so those of the modules and
        // functions in it are taken too.
        let mut names = Claims::new(RESERVED_TYPES);
        names.reserve(beside);
        let bases: Vec<&str> = methods
            .iter()
            .map(|(name, method)| names::base(name, &method.others))
            .collect();
        let types: Vec<String> = bases
            .iter()
            .map(|name| names.claim(&names::camel(name)))
            .collect();
        let statics: Vec<String> = bases
            .iter()
            .map(|name| names.claim(&names::shouty(name)))
            .collect();
        let spelled = idents.into_iter().zip(types).zip(statics);
        methods
            .iter()
            .zip(spelled)
            .map(|((name, method), ((ident, type_ident), static_ident))| {
                let known = self.types.errors.len();
                let mut lowered =
                    self.method(&json_path::join(&at, name), path, name, method, &names);
                let subject = || Subject::Method(lowered.path_name.clone());
                self.types.errors.about(known, subject);
                lowered.ident = ident;
                lowered.type_ident = type_ident;
                lowered.static_ident = static_ident;
                lowered
            })
            .collect()
    }

    /// `taken` are the names of values in the module of the method.
    fn method(
        &mut self,
        at: &str,
        path: &[&str],
        name: &str,
        method: &document::Method,
        taken: &Claims,
    ) -> Method {
        let enum_names = names_of_types(path, names::base(name, &method.others));
        let (required, optional) =
            parameters::of(self.document, method, at, self.types, &enum_names, taken);
        let request = self.body(
            method.request.as_ref(),
            &json_path::join(at, "request"),
            &enum_names,
            "Request",
        );
        let response = self.body(
            method.response.as_ref(),
            &json_path::join(at, "response"),
            &enum_names,
            "Response",
        );
        let parameters: Vec<_> = required.iter().chain(&optional).collect();
        let verb = self.verb(at, method);
        let resource = path.last().copied().unwrap_or_default();
        let path_name = [path, &[name]].concat().join(".");
        // What is no path is told by the check.
        let template = method.path.as_deref().unwrap_or_default();
        let mut lowered = Method {
            ident: String::new(),
            type_ident: String::new(),
            static_ident: String::new(),
            wire: name.to_owned(),
            id: method.id.clone().unwrap_or_else(|| path_name.clone()),
            verb,
            path: address::path(template).unwrap_or(template).to_owned(),
            description: method.description.clone().unwrap_or_default(),
            deprecated: method.deprecated,
            scopes: self.scopes_of(method),
            api_version: method.api_version.clone(),
            paging: self.paging(
                at,
                resource,
                method,
                &parameters,
                (request.as_ref(), response.as_ref()),
            ),
            upload: media::upload(method),
            download: media::download(method),
            operation: None,
            idempotent: None,
            request_id: idempotency::has_request_id(verb, &parameters),
            preconditions: idempotency::preconditions(verb, method, &parameters, self.document),
            raw_response: false,
            may_be_empty: true,
            patching: Patching::Refused(Refusal::NoBody),
            path_name,
            required,
            optional,
            request,
            response,
        };
        if let Err(error) = lowered.learn_repeating(self.document, method) {
            let place = at.to_owned();
            self.types.errors.push(Error { place, ..error });
        }
        lowered
    }

    fn paging(
        &mut self,
        at: &str,
        resource: &str,
        method: &document::Method,
        parameters: &[&Parameter],
        (request, response): (Option<&Type>, Option<&Type>),
    ) -> Option<Paging> {
        let defs = &self.types.defs;
        let mut paging = paging::of(resource, parameters, request, response, defs);
        if let Some(name) = method
            .others
            .get(ITEMS_KEY)
            .and_then(serde_json::Value::as_str)
        {
            let error = match paging.as_mut().zip(response) {
                None => Some("the method is not paged, so that it has no items".to_owned()),
                Some((paging, response)) => {
                    paging.items = paging::items_called(name, response, defs);
                    paging
                        .items
                        .is_none()
                        .then(|| format!("the answer has no list or map of objects `{name}`"))
                }
            };
            self.types.errors.extend(
                error.map(|message| {
                    Error::new(at, message).help("correct the override of its items")
                }),
            );
        }
        paging
    }

    fn body(
        &mut self,
        schema: Option<&Schema>,
        at: &str,
        names: &[String],
        suffix: &str,
    ) -> Option<Type> {
        let wanted = names.iter().map(|name| format!("{name}{suffix}")).collect();
        let naming = Naming {
            wanted,
            owner: None,
            schema: String::new(),
        };
        Some(self.types.type_of(schema?, at, &naming))
    }

    fn verb(&mut self, at: &str, method: &document::Method) -> Verb {
        match method.http_method.as_deref() {
            Some("GET") => Verb::Get,
            Some("POST") => Verb::Post,
            Some("PUT") => Verb::Put,
            Some("PATCH") => Verb::Patch,
            Some("DELETE") => Verb::Delete,
            Some("HEAD") => Verb::Head,
            Some(verb) => {
                let error = Error::new(
                    json_path::join(at, "httpMethod"),
                    format!("unknown HTTP method `{verb}`"),
                );
                self.types
                    .errors
                    .push(error.help("the methods are GET, POST, PUT, PATCH, DELETE and HEAD"));
                Verb::Post
            }
            None => {
                self.types
                    .errors
                    .push(Error::new(at, "`httpMethod` is missing"));
                Verb::Post
            }
        }
    }

    fn scopes_of(&self, method: &document::Method) -> Vec<usize> {
        let mut scopes: Vec<usize> = method
            .scopes
            .iter()
            .filter_map(|url| {
                self.scopes
                    .binary_search_by(|scope| scope.url.as_str().cmp(url))
                    .ok()
            })
            .collect();
        scopes.sort_unstable();
        scopes.dedup();
        scopes
    }
}

fn resource_idents(
    claims: &mut Claims,
    resources: &BTreeMap<String, document::Resource>,
) -> Vec<String> {
    let bases = resources
        .iter()
        .map(|(name, resource)| names::base(name, &resource.others));
    bases
        .map(|name| claims.claim(&names::snake(name)))
        .collect()
}

fn method_idents(claims: &mut Claims, methods: &BTreeMap<String, document::Method>) -> Vec<String> {
    let bases = methods
        .iter()
        .map(|(name, method)| names::base(name, &method.others));
    bases
        .map(|name| claims.claim(&names::snake(name)))
        .collect()
}

/// What types that belong to a method begin with, best first: the resource and the method (`FilesList`), then more and
/// more of the resource's path.
fn names_of_types(path: &[&str], method: &str) -> Vec<String> {
    let method = names::camel(method);
    let path: Vec<String> = path.iter().map(|part| names::camel(part)).collect();
    let starts = (0..path.len())
        .rev()
        .map(|from| format!("{}{method}", path[from..].concat()));
    let names: Vec<String> = starts.collect();
    if names.is_empty() {
        vec![method]
    } else {
        names
    }
}
