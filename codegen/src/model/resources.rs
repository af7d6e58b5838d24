//! The resource tree and its methods.

use std::collections::BTreeMap;

use super::draft::Draft;
use super::names::{self, Claims};
use super::schemas::{Naming, Types};
use super::{Paging, Resource, Verb, paging, parameters};
use crate::document::{self, Schema, address};
use crate::error::Subject;
use crate::{Document, Error, json_path};

/// Names that the module of a resource has already, or means from the prelude.
const RESERVED_TYPES: [&str; 11] = [
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

/// Drafts the whole tree.
pub(super) fn root<'d>(document: &'d Document, types: &mut Types<'d>) -> Resource<Draft<'d>> {
    let mut names = std::mem::take(&mut types.claims);
    let idents = resource_idents(&mut names, &document.resources);
    let methods = method_idents(&mut names, &document.methods);
    types.claims = names;
    let mut lowering = Lowering { document, types };
    let (methods, _) = lowering.methods("", &[], &document.methods, methods.clone(), &methods);
    let resources = document.resources.iter().zip(idents);
    Resource {
        ident: String::new(),
        wire: String::new(),
        path: String::new(),
        handle: String::new(),
        deprecated: false,
        methods,
        resources: resources
            .map(|((name, resource), ident)| lowering.resource("", &[], name, resource, ident))
            .collect(),
        unselected: Vec::new(),
    }
}

struct Lowering<'a, 'd> {
    document: &'d Document,
    types: &'a mut Types<'d>,
}

impl<'d> Lowering<'_, 'd> {
    fn resource(
        &mut self,
        at: &str,
        above: &[&str],
        name: &str,
        resource: &'d document::RestResource,
        ident: String,
    ) -> Resource<Draft<'d>> {
        let at = json_path::join(&json_path::join(at, "resources"), name);
        let path = [above, &[name]].concat();
        // A sub-resource and a method of one name: the sub-resource has it.
        let mut names = Claims::default();
        let idents = resource_idents(&mut names, &resource.resources);
        let methods = method_idents(&mut names, &resource.methods);
        let (methods, mut types) = self.methods(&at, &path, &resource.methods, methods, &idents);
        let handle = names::camel(resource.rename.as_deref().unwrap_or(name));
        let handle = if types.has(&handle) {
            types.claim(&format!("{handle}Resource"))
        } else {
            types.claim(&handle)
        };
        let children = resource.resources.iter().zip(idents);
        Resource {
            ident,
            wire: name.to_owned(),
            path: path.join("."),
            handle,
            deprecated: resource.deprecated,
            methods,
            resources: children
                .map(|((name, child), ident)| self.resource(&at, &path, name, child, ident))
                .collect(),
            unselected: Vec::new(),
        }
    }

    /// Returns the methods, and the names that are taken in their module.
    fn methods(
        &mut self,
        at: &str,
        path: &[&str],
        methods: &'d BTreeMap<String, document::RestMethod>,
        idents: Vec<String>,
        beside: &[String],
    ) -> (Vec<Draft<'d>>, Claims) {
        let at = json_path::join(at, "methods");
        // Request types and table entries are values of one module. Names without letters are the same in every case, so those of the modules and
        // functions in it are taken too.
        let mut names = Claims::new(RESERVED_TYPES);
        names.reserve(beside);
        let bases: Vec<&str> = methods
            .iter()
            .map(|(name, method)| method.rename.as_ref().unwrap_or(name).as_str())
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
        let methods = methods
            .iter()
            .zip(spelled)
            .map(|((name, method), ((ident, type_ident), static_ident))| {
                let known = self.types.errors.len();
                let spelled = [ident, type_ident, static_ident];
                let at = json_path::join(&at, name);
                let draft = self.method(at, path, name, method, spelled, &names);
                let subject = || Subject::Method(draft.path_name.clone());
                self.types.errors.about(known, subject);
                draft
            })
            .collect();
        (methods, names)
    }

    /// `taken` are the names of values in the module of the method.
    fn method(
        &mut self,
        at: String,
        path: &[&str],
        name: &str,
        method: &'d document::RestMethod,
        [ident, type_ident, static_ident]: [String; 3],
        taken: &Claims,
    ) -> Draft<'d> {
        let base = method.rename.as_deref().unwrap_or(name);
        let enum_names = names_of_types(path, base);
        let (required, optional) =
            parameters::of(self.document, method, &at, self.types, &enum_names, taken);
        let mut body = |schema: &'d Option<Schema>, key: &str, suffix: &str| {
            let wanted = enum_names.iter().map(|name| format!("{name}{suffix}"));
            let naming = Naming {
                wanted: wanted.collect(),
                owner: None,
                schema: String::new(),
            };
            let schema = schema.as_ref()?;
            Some(
                self.types
                    .type_of(schema, &json_path::join(&at, key), &naming),
            )
        };
        let request = body(&method.request, "request", "Request");
        let response = body(&method.response, "response", "Response");
        let verb = self.verb(&at, method);
        // An invalid path is an error of the check.
        let template = method.path.as_deref().unwrap_or_default();
        let mut draft = Draft {
            written: method,
            ident,
            type_ident,
            static_ident,
            wire: name.to_owned(),
            path_name: [path, &[name]].concat().join("."),
            resource: path.join("."),
            verb,
            path: address::path(template).unwrap_or(template).to_owned(),
            required,
            optional,
            request,
            response,
            paging: None,
            at,
        };
        draft.paging = self.paging(path.last().copied().unwrap_or_default(), &draft);
        draft
    }

    fn paging(&mut self, resource: &str, draft: &Draft<'_>) -> Option<Paging> {
        let defs = &self.types.defs;
        let mut paging = paging::of(resource, draft, defs);
        if let Some(name) = &draft.written.items {
            let error = match paging.as_mut().zip(draft.response.as_ref()) {
                None => Some("the method is not paged, so that it has no items".to_owned()),
                Some((paging, response)) => {
                    paging.items = paging::items_named(name, response, defs);
                    paging
                        .items
                        .is_none()
                        .then(|| format!("the response has no list or map of objects `{name}`"))
                }
            };
            self.types.errors.extend(error.map(|message| {
                Error::new(&*draft.at, message).help("correct the override of its items")
            }));
        }
        paging
    }

    fn verb(&mut self, at: &str, method: &document::RestMethod) -> Verb {
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
}

fn resource_idents(
    claims: &mut Claims,
    resources: &BTreeMap<String, document::RestResource>,
) -> Vec<String> {
    let bases = resources
        .iter()
        .map(|(name, resource)| resource.rename.as_ref().unwrap_or(name));
    bases
        .map(|name| claims.claim(&names::snake(name)))
        .collect()
}

fn method_idents(
    claims: &mut Claims,
    methods: &BTreeMap<String, document::RestMethod>,
) -> Vec<String> {
    let bases = methods
        .iter()
        .map(|(name, method)| method.rename.as_ref().unwrap_or(name));
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
