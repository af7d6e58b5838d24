//! The description of an API, and of one of its resources.

use gapi_codegen::describe::{self, one_line};
use gapi_codegen::model::{Api, Resource};
use serde_json::{Value, json};

use crate::page::Page;

/// Returns the description of an API.
pub(super) fn api(api: &Api) -> Page {
    let mut page = Page::new();
    page.title(&format!("{}:{} {}", api.name, api.version, api.title));
    page.line(&format!("{}{}", api.root_url, api.service_path));
    let description = one_line(&api.description);
    if !description.is_empty() {
        page.line("");
        page.prose(0, &description);
    }
    if let Some(link) = &api.documentation_link {
        page.line("");
        page.line(&format!("Documentation: {link}"));
    }
    if !api.revision.is_empty() {
        page.line(&format!("Revision: {}", api.revision));
    }
    let mut lines: Vec<[String; 2]> = Vec::new();
    if !api.root.methods.is_empty() {
        lines.push(["(top)".to_owned(), count(api.root.methods.len(), "method")]);
    }
    collect(&api.root, &mut lines);
    page.title("Resources:");
    page.details(4, &lines);
    let objects = api.types.iter().filter(|def| def.schema.is_some()).count();
    page.line("");
    page.prose(
        0,
        &format!(
            "{} and {}. `gapi show {spec} NAME` describes a method, a resource or a type.",
            count(api.root.method_count(), "method"),
            count(objects, "type"),
            spec = format_args!("{}:{}", api.name, api.version),
        ),
    );
    if !api.scopes.is_empty() {
        let scopes: Vec<[String; 2]> = api
            .scopes
            .iter()
            .map(|scope| [scope.url.clone(), one_line(&scope.description)])
            .collect();
        page.title("Scopes:");
        page.details(4, &scopes);
    }
    page
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

fn collect(resource: &Resource, lines: &mut Vec<[String; 2]>) {
    for child in &resource.resources {
        let names: Vec<&str> = child
            .methods
            .iter()
            .map(|method| method.wire.as_str())
            .collect();
        if !names.is_empty() {
            lines.push([child.path.clone(), names.join(", ")]);
        }
        collect(child, lines);
    }
}

/// Returns the description of an API as JSON.
pub(super) fn api_json(api: &Api) -> Value {
    let scopes: Vec<Value> = api
        .scopes
        .iter()
        .map(|scope| json!({"url": scope.url, "description": one_line(&scope.description)}))
        .collect();
    let mut resources = Vec::new();
    paths(&api.root, &mut resources);
    let types: Vec<&str> = api
        .types
        .iter()
        .filter_map(|def| def.schema.as_deref())
        .collect();
    json!({
        "name": api.name,
        "version": api.version,
        "revision": api.revision,
        "title": api.title,
        "description": api.description,
        "documentation": api.documentation_link,
        "url": format!("{}{}", api.root_url, api.service_path),
        "methods": describe::methods(api),
        "resources": resources,
        "types": types,
        "scopes": scopes,
    })
}

fn paths<'a>(resource: &'a Resource, all: &mut Vec<&'a str>) {
    for child in &resource.resources {
        all.push(&child.path);
        paths(child, all);
    }
}

/// Finds a resource by its path, such as `projects.locations`.
pub(super) fn find<'a>(resource: &'a Resource, path: &str) -> Option<&'a Resource> {
    resource.resources.iter().find_map(|child| {
        if child.path == path {
            Some(child)
        } else {
            find(child, path)
        }
    })
}

/// Returns all paths of resources.
pub(super) fn names(api: &Api) -> Vec<&str> {
    let mut all = Vec::new();
    paths(&api.root, &mut all);
    all
}

/// Returns the methods of a resource and of those below it.
pub(super) fn resource(api: &Api, resource: &Resource) -> (Page, Value) {
    let below = format!("{}.", resource.path);
    let methods: Vec<_> = describe::methods(api)
        .into_iter()
        .filter(|method| method.name.starts_with(&below))
        .collect();
    let lines: Vec<[String; 3]> = methods
        .iter()
        .map(|method| {
            let mark = if method.deprecated {
                "(deprecated) "
            } else {
                ""
            };
            [
                method.name.clone(),
                method.http.clone(),
                format!("{mark}{}", method.summary),
            ]
        })
        .collect();
    let mut page = Page::new();
    page.title(&format!("{}:{} {}", api.name, api.version, resource.path));
    page.line("");
    page.table(4, &lines);
    (page, json!(methods))
}
