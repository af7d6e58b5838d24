//! Chooses few methods that have every form that all methods have.
//!
//! A form is what decides how a parameter, a body or an address travels: a verb, a location with type and format, a property's type, a recursion, a
//! kind of upload. The compiler takes a minute for the modules of all recorded calls, and a few seconds for a sample of them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// Methods by document: `sqladmin.v1` to `instances.list`.
pub type Methods = BTreeMap<String, BTreeSet<String>>;

/// Returns methods of `calls` that have together every form that occurs, at least one of each document. `calls` has the document of each by its name, and
/// the calls as they were recorded.
#[must_use]
pub fn sample<'a>(calls: impl IntoIterator<Item = (&'a str, &'a Value, &'a [Value])>) -> Methods {
    let mut forms = Forms::default();
    let mut candidates = Vec::new();
    for (name, document, calls) in calls {
        let schemas = Schemas::of(document);
        let mut by_path: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
        for call in calls {
            let path = call["path"].as_str().unwrap_or_default();
            by_path.entry(path).or_default().push(call);
        }
        for (path, calls) in by_path {
            let Some(method) = method(document, path) else {
                continue;
            };
            let mut found = schemas.reached(&method["request"]);
            let reached = schemas.reached(&method["response"]);
            let cost = 1 + found.properties + reached.properties;
            of_method(document, method, &mut found.forms);
            of_calls(&calls, &mut found.forms);
            // Each document has one method at least.
            found.forms.insert(format!("document {name}"));
            candidates.push(Candidate {
                document: name,
                path: path.to_owned(),
                forms: found.forms.into_iter().map(|form| forms.id(form)).collect(),
                cost,
            });
        }
    }
    cover(candidates, forms.0.len())
}

struct Candidate<'a> {
    document: &'a str,
    path: String,
    forms: Vec<usize>,
    /// How much the compiler has to look at.
    cost: usize,
}

/// Takes the candidate that adds most for its cost, until nothing is missing.
fn cover(mut candidates: Vec<Candidate<'_>>, forms: usize) -> Methods {
    let mut covered = vec![false; forms];
    let mut selected = Methods::new();
    loop {
        for candidate in &mut candidates {
            candidate.forms.retain(|form| !covered[*form]);
        }
        candidates.retain(|candidate| !candidate.forms.is_empty());
        let best = candidates.iter().reduce(|best, other| {
            let is_better = other.forms.len() * best.cost > best.forms.len() * other.cost;
            if is_better { other } else { best }
        });
        let Some(best) = best else { return selected };
        for form in &best.forms {
            covered[*form] = true;
        }
        let methods = selected.entry(best.document.to_owned()).or_default();
        methods.insert(best.path.clone());
    }
}

/// The forms so far, by number.
#[derive(Default)]
struct Forms(BTreeMap<String, usize>);

impl Forms {
    fn id(&mut self, form: String) -> usize {
        let next = self.0.len();
        *self.0.entry(form).or_insert(next)
    }
}

/// The method at `path`, such as `instances.list`.
fn method<'a>(document: &'a Value, path: &str) -> Option<&'a Value> {
    let mut parts: Vec<&str> = path.split('.').collect();
    let name = parts.pop()?;
    let resource = parts
        .into_iter()
        .try_fold(document, |resource, part| resource["resources"].get(part))?;
    resource["methods"].get(name)
}

/// The address, the parameters and the media of a method.
fn of_method(document: &Value, method: &Value, forms: &mut BTreeSet<String>) {
    let text = |name: &str| method[name].as_str().unwrap_or_default();
    let path = text("path");
    forms.insert(format!("verb {}", text("httpMethod")));
    for (form, has) in [
        ("reserved expansion", path.contains("{+")),
        ("verb after a colon", path.contains("}:")),
        ("two variables", path.matches('{').count() > 1),
        ("no variable", !path.contains('{')),
        (
            "absolute path",
            path.starts_with('/') || path.contains("://"),
        ),
    ] {
        if has {
            forms.insert(form.to_owned());
        }
    }
    for key in method.as_object().into_iter().flat_map(|map| map.keys()) {
        forms.insert(format!("method has {key}"));
    }
    for protocol in entries(&method["mediaUpload"]["protocols"]) {
        forms.insert(format!("upload {}", protocol.0));
    }
    let common = entries(&document["parameters"]).map(|(_, parameter)| ("common", parameter));
    let own = entries(&method["parameters"]).map(|(_, parameter)| ("own", parameter));
    for (whose, parameter) in common.chain(own) {
        let location = parameter["location"].as_str().unwrap_or_default();
        forms.insert(format!(
            "{whose} {location} parameter {}",
            scalar(parameter)
        ));
    }
}

/// What the calls show that the document does not: media, and headers that depend on values.
fn of_calls(calls: &[&Value], forms: &mut BTreeSet<String>) {
    for call in calls {
        for (key, _) in entries(call) {
            forms.insert(format!("call has {key}"));
        }
        for (_, value) in entries(&call["params"]) {
            if value.as_str().is_some_and(|text| text.contains("%2F")) {
                forms.insert("a name with an escape".to_owned());
            }
        }
        for (header, _) in entries(&call["want"]["headers"]) {
            forms.insert(format!("header {header}"));
        }
    }
}

/// Type, format and what else decides how a value without parts travels.
fn scalar(value: &Value) -> String {
    let mut form = String::new();
    for key in ["type", "format"] {
        form += value[key].as_str().unwrap_or("-");
        form.push(' ');
    }
    for key in ["required", "repeated", "readOnly"] {
        if value[key] == true {
            form += key;
            form.push(' ');
        }
    }
    for key in ["enum", "pattern", "default", "deprecated"] {
        if value.get(key).is_some() {
            form += key;
            form.push(' ');
        }
    }
    form
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// The schemas of a document, each with its own forms and what it refers to.
struct Schemas<'a>(BTreeMap<&'a str, Schema<'a>>);

#[derive(Default)]
struct Schema<'a> {
    found: Found,
    references: BTreeSet<&'a str>,
}

#[derive(Clone, Default)]
struct Found {
    forms: BTreeSet<String>,
    properties: usize,
}

impl<'a> Schemas<'a> {
    fn of(document: &'a Value) -> Self {
        let schemas = entries(&document["schemas"]).map(|(name, schema)| {
            let mut own = Schema::default();
            own.add("schema", schema);
            (name.as_str(), own)
        });
        Self(schemas.collect())
    }

    /// What a request or a response reaches.
    fn reached(&self, root: &Value) -> Found {
        let mut found = Found::default();
        let mut open: Vec<&str> = root["$ref"].as_str().into_iter().collect();
        let mut visited: BTreeSet<&str> = open.iter().copied().collect();
        while let Some(name) = open.pop() {
            let Some(schema) = self.0.get(name) else {
                continue;
            };
            found.properties += schema.found.properties;
            found.forms.extend(schema.found.forms.iter().cloned());
            if schema.references.contains(name) {
                found.forms.insert("a schema within itself".to_owned());
            }
            open.extend(schema.references.iter().filter(|name| visited.insert(name)));
        }
        found
    }
}

impl<'a> Schema<'a> {
    /// Adds a type and its parts. `within` is the type that it is a part of.
    fn add(&mut self, within: &str, value: &'a Value) {
        let kind = match value["$ref"].as_str() {
            Some(name) => {
                self.references.insert(name);
                "reference".to_owned()
            }
            None => scalar(value),
        };
        self.found.forms.insert(format!("{within} of {kind}"));
        for (_, property) in entries(&value["properties"]) {
            self.found.properties += 1;
            self.add("property", property);
        }
        let parts = [("items", "list"), ("additionalProperties", "map")];
        for (key, whole) in parts {
            if let Some(part) = value.get(key) {
                self.add(&format!("{within} {whole}"), part);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_sample_has_every_form_and_nothing_twice() {
        let get = |parameter: Value| json!({"httpMethod": "GET", "path": "x", "parameters": {"p": parameter}});
        let document = json!({
            "schemas": {
                "A": {"type": "object", "properties": {"n": {"type": "string", "format": "int64"}, "more": {"type": "array", "items": {"$ref": "A"}}}},
                "B": {"type": "object", "properties": {"n": {"type": "string", "format": "int64"}}},
            },
            "resources": {"r": {"methods": {
                "text": get(json!({"type": "string", "location": "query"})),
                "same": get(json!({"type": "string", "location": "query"})),
                "list": get(json!({"type": "string", "location": "query", "repeated": true})),
                "post": {"httpMethod": "POST", "path": "x", "request": {"$ref": "A"}},
                "less": {"httpMethod": "POST", "path": "x", "request": {"$ref": "B"}},
            }}},
        });
        let calls = ["text", "same", "list", "post", "less"]
            .map(|name| json!({"path": format!("r.{name}")}));

        let selected = sample([("a.v1", &document, &calls[..])]);

        let selected: Vec<&str> = selected["a.v1"].iter().map(String::as_str).collect();
        // What `less` has, `post` has; of two alike one is enough.
        assert!(
            selected.contains(&"r.post") && selected.contains(&"r.list"),
            "{selected:?}"
        );
        assert_ne!(
            selected.contains(&"r.text"),
            selected.contains(&"r.same"),
            "{selected:?}"
        );
    }
}
