//! Documentation of generated items.

mod inline;
mod lists;
mod markdown;
mod wrap;

use proc_macro2::TokenStream;
use quote::quote;

use crate::model::{
    Api, Field, Method, Notes, Operation, OperationShape, Paging, Parameter, Patching, Refusal,
    Resource, Scope, TokenIn, Type, TypeDef, Upload,
};
use crate::prose::{code, retries, split_first};

/// The docs of one item: paragraphs of Markdown.
#[derive(Clone, Debug, Default)]
pub(super) struct Docs(String);

impl Docs {
    /// Makes docs of a description of a document.
    pub(super) fn described(description: &str) -> Docs {
        Docs(markdown::sanitize(description))
    }

    /// Makes docs of a description, with the first sentence in a paragraph of its own.
    pub(super) fn summarized(description: &str) -> Docs {
        Docs::described(&split_first(description.trim()))
    }

    /// Uses `fallback` if the document has no description.
    pub(super) fn or(self, fallback: impl FnOnce() -> String) -> Docs {
        if self.0.is_empty() {
            Docs(fallback())
        } else {
            self
        }
    }

    /// Adds a paragraph of Markdown.
    pub(super) fn paragraph(mut self, markdown: &str) -> Docs {
        if !markdown.is_empty() {
            if !self.0.is_empty() {
                self.0.push_str("\n\n");
            }
            self.0.push_str(markdown);
        }
        self
    }

    /// Adds an example, which is no test of the user's crate.
    pub(super) fn example(self, statements: Option<String>) -> Docs {
        match statements {
            Some(statements) => self.paragraph(&format!("```ignore\n{statements}```")),
            None => self,
        }
    }

    /// Returns the `doc` attribute.
    pub(super) fn attribute(&self) -> TokenStream {
        let text = &self.0;
        quote!(#[doc = #text])
    }
}

/// Returns the docs of the module; `origin` is what has the document.
pub(super) fn api(api: &Api, origin: &str) -> String {
    let link = api
        .documentation_link
        .as_deref()
        .map(|link| format!("[Documentation]({link})"));
    let title = if api.title.is_empty() {
        &api.name
    } else {
        &api.title
    };
    Docs::described(title)
        .paragraph(&markdown::sanitize(&split_first(api.description.trim())))
        .paragraph(&markdown::sanitize(&link.unwrap_or_default()))
        .paragraph(if api.root.methods.is_empty() {
            ""
        } else {
            "Methods without a resource are in the module `methods`."
        })
        .paragraph(&format!(
            "Version {}, from revision {} of {}.",
            code(&api.version),
            code(&api.revision),
            code(origin)
        ))
        .0
}

pub(super) fn scope(scope: &Scope) -> Docs {
    Docs::described(&scope.description).or(|| format!("The scope {}.", code(&scope.url)))
}

/// Returns the docs of a struct, an enum or an alias.
pub(super) fn type_def(def: &TypeDef) -> Docs {
    Docs::summarized(&def.description).or(|| match &def.schema {
        Some(schema) => format!("The schema {}.", code(schema)),
        None => origin(&def.path),
    })
}

/// Returns what a type without a schema is the type of, from its path in the document.
fn origin(path: &str) -> String {
    let (mut names, mut part, mut what) = (Vec::new(), "The type", "");
    let mut segments = path.split('.');
    while let Some(segment) = segments.next() {
        match segment {
            "items" => part = "An entry",
            "additionalProperties" => part = "A value",
            "schemas" | "resources" | "methods" | "properties" | "parameters" => {
                names.extend(segments.next());
                part = "The type";
                what = match segment {
                    "properties" => "the property ",
                    "parameters" => "the parameter ",
                    _ => "",
                };
            }
            name => names.push(name),
        }
    }
    format!("{part} of {what}{}.", code(&names.join(".")))
}

/// Returns the docs of a property.
pub(super) fn field(field: &Field) -> Docs {
    // Compute Engine's have both.
    let description = field
        .description
        .replace("Output only. [Output Only] ", "Output only. ");
    let states_it = description.to_ascii_lowercase().contains("output only");
    Docs::described(&description)
        .or(|| format!("The property {}.", code(&field.wire)))
        .paragraph(if field.notes.read_only && !states_it {
            "Output only."
        } else {
            ""
        })
        .paragraph(&notes(&field.notes))
}

/// Returns the docs of the value of an enum.
pub(super) fn variant(wire: &str, description: &str) -> Docs {
    match description.trim() {
        "" => Docs(format!("The value {}.", code(wire))),
        text => Docs::described(&format!("{}: {text}", code(wire))),
    }
}

/// Returns the docs of the setter of a parameter.
pub(super) fn parameter(parameter: &Parameter) -> Docs {
    Docs::described(&parameter.description)
        .or(|| format!("Sets the parameter {}.", code(&parameter.wire)))
        .paragraph(if parameter.repeated {
            "Takes any number of values, which replace earlier ones."
        } else {
            ""
        })
        .paragraph(&notes(&parameter.notes))
}

/// The length of a pattern up to which people read it.
const PATTERN: usize = 60;

/// Returns the notes on a property or parameter in one line.
fn notes(notes: &Notes) -> String {
    let mut facts = Vec::new();
    if let Some(default) = &notes.default {
        facts.push(format!("Default: {}.", code(default)));
    }
    match (&notes.minimum, &notes.maximum) {
        (Some(minimum), Some(maximum)) => {
            facts.push(format!("Range: {} to {}.", code(minimum), code(maximum)));
        }
        (Some(minimum), None) => facts.push(format!("Minimum: {}.", code(minimum))),
        (None, Some(maximum)) => facts.push(format!("Maximum: {}.", code(maximum))),
        (None, None) => {}
    }
    if let Some(pattern) = notes
        .pattern
        .as_deref()
        .filter(|text| text.len() <= PATTERN)
    {
        facts.push(format!("Pattern: {}.", code(pattern)));
    }
    facts.join(" ")
}

/// Returns the docs of the module of a resource.
pub(super) fn resource_module(resource: &Resource) -> Docs {
    let (module, handle) = (plain(&resource.ident), &resource.handle);
    self::resource(resource).paragraph(&format!(
        "[`{handle}`]({module}::{handle}) has its methods."
    ))
}

/// Returns the docs of the handle of a resource.
pub(super) fn resource(resource: &Resource) -> Docs {
    if resource.path.is_empty() {
        return Docs("Methods of the API as a whole.".to_owned());
    }
    Docs(format!("The resource {}.", code(&resource.path)))
}

/// Returns the docs of a request, with a link to the function that makes it. `handle` is the path before its name.
pub(super) fn request(method: &Method, handle: &str) -> Docs {
    let link = format!("{handle}{}", plain(&method.ident));
    Docs(format!("A request of [{}]({link}).", code(&method.id)))
}

/// Returns an identifier as links and readers know it.
fn plain(ident: &str) -> &str {
    ident.trim_start_matches("r#")
}

/// Returns the docs of a method: its description, its HTTP request, its arguments, its features and its scopes.
///
/// `scopes` is the path from the method's module to the module of scopes.
pub(super) fn method(api: &Api, method: &Method, scopes: &str) -> Docs {
    let mut docs = Docs::summarized(&method.description)
        .or(|| format!("The method {}.", code(&method.id)))
        .paragraph(&format!(
            "HTTP: {}",
            code(&format!(
                "{} {}{}",
                verb(method),
                api.service_path,
                method.path
            ))
        ));
    if !method.required.is_empty() {
        let list: Vec<String> = method.required.iter().map(argument).collect();
        docs = docs.paragraph(&list.join("\n"));
    }
    if let Some(paging) = &method.paging {
        docs = docs.paragraph(&pages(paging));
    }
    if let Some(accepted) = &method.upload {
        docs = docs.paragraph(&upload(accepted));
    }
    if method.download.is_some() {
        docs = docs.paragraph("Returns media, which `download` requests.");
    }
    if method.is_streamed() {
        docs = docs.paragraph(
            "Returns a list whose objects arrive one after another; `.send(&client).stream()` returns each of them.",
        );
    }
    if let Some(started) = &method.operation {
        docs = docs.paragraph(&operation(method, started));
    }
    if let Some(Type::Named(id)) = method.request
        && api.types[id.0].is_raw()
    {
        docs = docs.paragraph(
            "The body is bytes of any type: pass the runtime's `HttpBody`, which is sent unchanged.",
        );
    }
    docs = docs.paragraph(&retries(method));
    docs = docs.paragraph(&patches(method));
    let scopes: Vec<String> = method
        .scopes
        .iter()
        .filter_map(|index| api.scopes.get(*index))
        .map(|scope| format!("[`{0}`]({scopes}::{0})", scope.ident))
        .collect();
    match scopes.as_slice() {
        [] => docs,
        [scope] => docs.paragraph(&format!("Scope: {scope}.")),
        all => docs.paragraph(&format!("Any one of the scopes: {}.", all.join(", "))),
    }
}

/// Returns what the method does with a patch, if it has a body that could be one.
fn patches(method: &Method) -> String {
    match &method.patching {
        Patching::Merge => "Takes a `Patch`, which it merges into the resource.".to_owned(),
        Patching::Mask {
            at: TokenIn::Query(name) | TokenIn::Body(name),
            ..
        } => format!("Takes a `Patch`, which sets {}.", code(name)),
        Patching::Refused(Refusal::Replaces) => {
            "Takes no `Patch`: the body replaces the resource.".to_owned()
        }
        Patching::Refused(Refusal::Mask) => {
            "Takes no `Patch`: its mask has paths of more than one object.".to_owned()
        }
        Patching::Refused(Refusal::Silent) => {
            "Takes no `Patch`: the document does not state that the body is merged.".to_owned()
        }
        Patching::Refused(_) => String::new(),
    }
}

/// Returns what the pages of a list have.
fn pages(paging: &Paging) -> String {
    match &paging.items {
        Some(items) => format!(
            "Returns one page of a list; `pages` returns all pages, and `items` the entries of their {}.",
            code(plain(&items.ident))
        ),
        None => "Returns one page of a list; `pages` returns all pages.".to_owned(),
    }
}

/// Returns what the method starts or reports, and how it is waited for.
fn operation(method: &Method, operation: &Operation) -> String {
    let what = match operation.shape {
        OperationShape::Job(_) => "a job",
        _ => "a long-running operation",
    };
    match &operation.poll {
        Some(poll) if *poll == method.path_name => {
            format!("Reports {what}; `.send(&client).wait()` waits for its end.")
        }
        Some(poll) => format!(
            "Starts {what}; `.send(&client).wait()` waits for its end, which {} reports.",
            code(poll)
        ),
        None => format!("Starts {what}, which no method of this document polls."),
    }
}

/// Returns what `upload` accepts.
fn upload(accepted: &Upload) -> String {
    let mut text = String::from("Accepts media");
    if !accepted.accept.is_empty() {
        let ranges: Vec<String> = accepted.accept.iter().map(|range| code(range)).collect();
        text.push_str(": ");
        text.push_str(&ranges.join(", "));
    }
    if let Some(most) = accepted.max_size {
        text.push_str(&format!(", at most {}", size(most)));
    }
    text.push_str(". `upload` sends it.");
    text
}

/// Returns a size in the largest unit that it is a multiple of.
fn size(bytes: u64) -> String {
    let units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
    let (mut number, mut index) = (bytes, 0);
    while number > 0 && number % 1024 == 0 && index + 1 < units.len() {
        (number, index) = (number / 1024, index + 1);
    }
    format!("{number} {}", units[index])
}

/// Returns the docs of a required parameter, as an item of a list.
fn argument(parameter: &Parameter) -> String {
    let name = code(plain(&parameter.ident));
    let meaning = markdown::sanitize(
        &parameter
            .description
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" "),
    );
    // Lines of the text continue the item.
    let meaning = meaning.replace('\n', "\n  ");
    match (meaning.is_empty(), notes(&parameter.notes)) {
        (true, notes) if notes.is_empty() => format!("* {name}"),
        (true, notes) => format!("* {name}: {notes}"),
        (false, notes) if notes.is_empty() => format!("* {name}: {meaning}"),
        (false, notes) => format!("* {name}: {meaning} {notes}"),
    }
}

fn verb(method: &Method) -> String {
    format!("{:?}", method.verb).to_uppercase()
}
