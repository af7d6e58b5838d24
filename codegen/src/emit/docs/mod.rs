//! Documentation of generated items.

mod inline;
mod markdown;
mod retries;
mod sentence;
mod wrap;

pub(super) use inline::code;
use proc_macro2::TokenStream;
use quote::quote;
pub(super) use retries::retries;

use crate::model::{
    Api, Method, Notes, OperationShape, Parameter, Patching, Refusal, Resource, Scope, TokenIn,
    Type, TypeDef, Upload,
};

/// The docs of one item: paragraphs of Markdown.
#[derive(Clone, Debug, Default)]
pub(super) struct Docs(String);

impl Docs {
    /// The description of a document, made safe.
    pub(super) fn described(description: &str) -> Docs {
        Docs(markdown::sanitize(description))
    }

    /// The same, with the first sentence in a paragraph of its own.
    pub(super) fn summarized(description: &str) -> Docs {
        Docs::described(&sentence::split_first(description.trim()))
    }

    /// What the docs say where the document says nothing.
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

    /// The attribute.
    pub(super) fn attribute(&self) -> TokenStream {
        let text = &self.0;
        quote!(#[doc = #text])
    }
}

/// The first sentence of a description.
pub(super) fn first_sentence(description: &str) -> String {
    let split = sentence::split_first(description.trim());
    split.split("\n\n").next().unwrap_or_default().to_owned()
}

/// The docs of the module.
pub(super) fn api(api: &Api) -> String {
    let link = api
        .documentation_link
        .as_deref()
        .map(|link| format!("Documentation: {link}"));
    let title = if api.title.is_empty() {
        &api.name
    } else {
        &api.title
    };
    Docs::described(title)
        .paragraph(&markdown::sanitize(&sentence::split_first(
            api.description.trim(),
        )))
        .paragraph(&markdown::sanitize(&link.unwrap_or_default()))
        .paragraph(if api.root.methods.is_empty() {
            ""
        } else {
            "Methods that belong to no resource are in the module `methods`."
        })
        .paragraph(&format!(
            "Version {}, from the Discovery document of revision {}.",
            code(&api.version),
            code(&api.revision)
        ))
        .0
}

pub(super) fn scope(scope: &Scope) -> Docs {
    Docs::described(&scope.description).or(|| format!("The scope {}.", code(&scope.url)))
}

/// A struct, enum or alias.
pub(super) fn type_def(def: &TypeDef) -> Docs {
    Docs::summarized(&def.description).or(|| match &def.schema {
        Some(schema) => format!("The schema {}.", code(schema)),
        None => format!("The type of {}.", code(&def.path)),
    })
}

/// A property.
pub(super) fn field(wire: &str, description: &str, facts: &Notes) -> Docs {
    Docs::described(description)
        .or(|| format!("The property {}.", code(wire)))
        .paragraph(&notes(facts))
}

/// An enum's value.
pub(super) fn variant(wire: &str, description: &str) -> Docs {
    Docs::described(description).or(|| format!("The value {}.", code(wire)))
}

/// The setter of a parameter.
pub(super) fn parameter(parameter: &Parameter) -> Docs {
    Docs::described(&parameter.description)
        .or(|| format!("Sets the parameter {}.", code(&parameter.wire)))
        .paragraph(if parameter.repeated {
            "Takes any number of values, and replaces earlier ones."
        } else {
            ""
        })
        .paragraph(&notes(&parameter.notes))
}

/// Facts in one line.
fn notes(notes: &Notes) -> String {
    let mut facts = Vec::new();
    if notes.read_only {
        facts.push("Set by the server.".to_owned());
    }
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
    if let Some(pattern) = &notes.pattern {
        facts.push(format!("Pattern: {}.", code(pattern)));
    }
    facts.join(" ")
}

/// The handle of a resource.
pub(super) fn resource(resource: &Resource) -> Docs {
    if resource.path.is_empty() {
        return Docs("Methods of the API as a whole.".to_owned());
    }
    Docs(format!("The resource {}.", code(&resource.path)))
}

/// A method: what it does, its HTTP request, what it needs.
///
/// `scopes` is the path of the module of scopes as seen from the method's.
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
    if method.paging.is_some() {
        let items = method
            .paging
            .as_ref()
            .is_some_and(|paging| paging.items.is_some());
        let how = if items {
            "`pages` and `items` follow"
        } else {
            "`pages` follows"
        };
        docs = docs.paragraph(&format!(
            "The response comes in pages; {how} them to the end."
        ));
    }
    if let Some(accepted) = &method.upload {
        docs = docs.paragraph(&upload(accepted));
    }
    if method.download.is_some() {
        docs = docs.paragraph("Gives media: `download` fetches it.");
    }
    if let Some(operation) = &method.operation {
        let is_job = matches!(operation.shape, OperationShape::Job(_));
        docs = docs.paragraph(if is_job && operation.poll.is_some() {
            "The response is a job; `wait` waits for its end."
        } else if operation.poll.is_some() {
            "The response is a long-running operation; `wait` waits for its end."
        } else {
            "The response is a long-running operation, which no method of this document polls."
        });
    }
    if let Some(Type::Named(id)) = method.request
        && api.types[id.0].is_raw()
    {
        docs = docs.paragraph(
            "The body is bytes of any type: give it the runtime's `HttpBody`, which travels as it is.",
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

/// What the method makes of a patch, where that may be asked.
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
            "Takes no `Patch`: its mask is of more than one object.".to_owned()
        }
        Patching::Refused(Refusal::Silent) => {
            "Takes no `Patch`: the document does not say that the body is merged.".to_owned()
        }
        Patching::Refused(_) => String::new(),
    }
}

/// What `upload` takes.
fn upload(accepted: &Upload) -> String {
    let mut text = String::from("Accepts media");
    if !accepted.accept.is_empty() {
        let ranges: Vec<String> = accepted.accept.iter().map(|range| code(range)).collect();
        text.push_str(": ");
        text.push_str(&ranges.join(", "));
    }
    if let Some(most) = accepted.max_size {
        text.push_str(&format!(", at most {most} bytes"));
    }
    text.push_str(". `upload` sends it.");
    text
}

/// A required parameter as an item of a list.
fn argument(parameter: &Parameter) -> String {
    let name = code(parameter.ident.trim_start_matches("r#"));
    let meaning = markdown::sanitize(
        &parameter
            .description
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" "),
    );
    // The item goes on over the lines of its text.
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
