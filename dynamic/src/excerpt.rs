//! The part of a document that decides about one method: it, the schemas that it reaches, and the methods that its table refers to.
//!
//! What is decided about a method depends on others in three cases only: the methods that poll and cancel its operation, which respond
//! with the same schema or are beside one that does; whether the document describes the merge of a PATCH; and the scopes of the
//! whole document.

use std::collections::BTreeSet;
use std::ops::Range;

use gapi_codegen::Document;
use gapi_codegen::document::RestMethod;
use gapi_codegen::model::describes_merge;
use serde_json::Value;

use crate::outline::{MethodEntry, Outline, references};

/// Returns the text of a document without methods, and with at most one schema or method, so that it is recognized as a document.
pub(crate) fn head(text: &str, outline: &Outline) -> String {
    let mut excerpt = Excerpt::new(text, outline);
    match outline.schemas.keys().next() {
        Some(schema) => excerpt.schemas.extend([schema.as_str()]),
        None => excerpt.methods.extend(outline.methods.first()),
    }
    excerpt.into_text()
}

/// Returns the text of the part that decides about a method.
pub(crate) fn of(text: &str, outline: &Outline, method: &MethodEntry) -> String {
    let mut excerpt = Excerpt::new(text, outline);
    excerpt.methods.push(method);
    excerpt.add_operations(method);
    if method.verb == "PATCH" {
        excerpt.add_merges(method);
    }
    excerpt.add_schemas();
    excerpt.into_text()
}

/// Adds to a document the scopes that only methods outside of the excerpt name.
pub(crate) fn add_scopes(document: &mut Document, outline: &Outline) {
    let auth = document.auth.get_or_insert_default();
    let oauth2 = auth.oauth2.get_or_insert_default();
    for scope in &outline.scopes {
        oauth2.scopes.entry(scope.clone()).or_default();
    }
}

struct Excerpt<'a> {
    text: &'a str,
    outline: &'a Outline,
    methods: Vec<&'a MethodEntry>,
    /// Methods of which the description, the parameters and the body are needed.
    merges: Vec<(&'a MethodEntry, String)>,
    schemas: BTreeSet<&'a str>,
}

impl<'a> Excerpt<'a> {
    fn new(text: &'a str, outline: &'a Outline) -> Self {
        Self {
            text,
            outline,
            methods: Vec::new(),
            merges: Vec::new(),
            schemas: BTreeSet::new(),
        }
    }

    fn part(&self, range: &Range<usize>) -> &'a str {
        self.text.get(range.clone()).unwrap_or_default()
    }

    /// Adds the methods that may poll the operation which a method starts, and those beside them that may cancel it.
    fn add_operations(&mut self, method: &'a MethodEntry) {
        let Some(response) = &method.response else {
            return;
        };
        let name = |method: &'a MethodEntry| method.segments.last().map(String::as_str);
        let gets: Vec<&MethodEntry> = self
            .outline
            .methods
            .iter()
            .filter(|other| name(other) == Some("get") && other.response.as_ref() == Some(response))
            .collect();
        let cancels = self.outline.methods.iter().filter(|other| {
            name(other) == Some("cancel")
                && gets.iter().any(|get| get.resource() == other.resource())
        });
        let others = gets.iter().copied().chain(cancels);
        self.methods
            .extend(others.filter(|other| other.name != method.name));
    }

    /// Adds the methods by which a document shows that a PATCH merges, where the method itself does not.
    fn add_merges(&mut self, method: &'a MethodEntry) {
        let read = |entry: &MethodEntry| -> Option<RestMethod> {
            serde_json::from_str(self.part(&entry.text)).ok()
        };
        let mentions = |method: &RestMethod| {
            describes_merge(method.description.as_deref().unwrap_or_default())
        };
        if read(method).is_none_or(|method| mentions(&method)) {
            return;
        }
        let others = self.outline.methods.iter().filter(|other| {
            other.verb == "PATCH"
                && other.name != method.name
                && self.methods.iter().all(|known| known.name != other.name)
        });
        let others = others.filter_map(|other| {
            let mut written =
                read(other).filter(|other| other.request.is_some() && mentions(other))?;
            written.response = None;
            Some((other, serde_json::to_string(&written).ok()?))
        });
        self.merges = others.collect();
    }

    /// Adds all schemas that the methods reach.
    fn add_schemas(&mut self) {
        let mut open = Vec::new();
        let methods = self.methods.iter().map(|method| self.part(&method.text));
        for text in methods.chain(self.merges.iter().map(|(_, text)| text.as_str())) {
            // The outline was read from the same text, so this is JSON.
            let _ = references(text, &mut open);
        }
        while let Some(name) = open.pop() {
            let Some((name, range)) = self.outline.schemas.get_key_value(&name) else {
                continue;
            };
            if self.schemas.insert(name) {
                let _ = references(self.part(range), &mut open);
            }
        }
    }

    fn into_text(self) -> String {
        let mut out = Writer::default();
        for (key, range) in &self.outline.head {
            out.key(key);
            out.0.push_str(self.part(range));
        }
        out.key("schemas");
        out.open();
        for name in &self.schemas {
            if let Some(range) = self.outline.schemas.get(*name) {
                out.key(name);
                out.0.push_str(self.part(range));
            }
        }
        out.close();
        let methods = self.methods.iter();
        let mut all: Vec<(&[String], &str)> = methods
            .map(|method| (method.segments.as_slice(), self.part(&method.text)))
            .collect();
        let merges = self.merges.iter();
        all.extend(merges.map(|(method, text)| (method.segments.as_slice(), text.as_str())));
        all.sort_unstable();
        out.tree(&all);
        format!("{{{}}}", out.0)
    }
}

/// Writes the entries of an object.
#[derive(Default)]
struct Writer(String);

impl Writer {
    fn key(&mut self, key: &str) {
        if !self.0.is_empty() && !self.0.ends_with('{') {
            self.0.push(',');
        }
        self.0.push_str(&Value::from(key).to_string());
        self.0.push(':');
    }

    fn open(&mut self) {
        self.0.push('{');
    }

    fn close(&mut self) {
        self.0.push('}');
    }

    /// Writes the methods and the resources of a resource. The methods are sorted by their names.
    fn tree(&mut self, methods: &[(&[String], &str)]) {
        let here: Vec<_> = methods.iter().filter(|(path, _)| path.len() == 1).collect();
        self.key("methods");
        self.open();
        for (path, text) in here {
            self.key(&path[0]);
            self.0.push_str(text);
        }
        self.close();
        self.key("resources");
        self.open();
        let below: Vec<_> = methods.iter().filter(|(path, _)| path.len() > 1).collect();
        for group in below.chunk_by(|a, b| a.0[0] == b.0[0]) {
            self.key(&group[0].0[0]);
            self.open();
            let inner: Vec<_> = group
                .iter()
                .map(|(path, text)| (&path[1..], *text))
                .collect();
            self.tree(&inner);
            self.close();
        }
        self.close();
    }
}
