//! Chooses few methods that have every form of a type that all methods have.
//!
//! A form is what generated code has a type for: a location of a parameter with type and format, a property's type, a recursion, a kind of
//! upload. What the tables of methods decide, such as verbs and addresses, all recorded calls show at run time. The compiler takes a minute
//! for the modules of all recorded calls, and a few seconds for a sample of them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

/// Methods by document: `sqladmin.v1` to `instances.list`.
pub type Methods = BTreeMap<String, BTreeSet<String>>;

/// Returns methods of `calls` that have together every form that occurs. `calls` has the document of each by its name, and the calls as they
/// were recorded.
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
            let cost = 1 + found.properties;
            of_method(method, &mut found.forms);
            of_calls(&calls, &mut found.forms);
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

/// The parameters and the media of a method.
fn of_method(method: &Value, forms: &mut BTreeSet<String>) {
    for protocol in entries(&method["mediaUpload"]["protocols"]) {
        forms.insert(format!("upload {}", protocol.0));
    }
    for (_, parameter) in entries(&method["parameters"]) {
        let location = parameter["location"].as_str().unwrap_or_default();
        let repeated = if parameter["repeated"] == true {
            " repeated"
        } else {
            ""
        };
        forms.insert(format!(
            "{location} parameter {}{repeated}",
            scalar(parameter)
        ));
    }
}

/// What the calls show that the document does not: media.
fn of_calls(calls: &[&Value], forms: &mut BTreeSet<String>) {
    for (key, _) in calls.iter().flat_map(|call| entries(call)) {
        forms.insert(format!("call has {key}"));
    }
}

/// What decides the type of a value without parts.
fn scalar(value: &Value) -> String {
    let text = |key: &str| value[key].as_str().unwrap_or("-");
    let values = if value.get("enum").is_some() {
        " enum"
    } else {
        ""
    };
    format!("{} {}{values}", text("type"), text("format"))
}

/// The schema of all responses of an excerpt.
const RESPONSE: &str = "AnyResponse";

/// Returns the part of a document that the requests of these methods need, so that the rest need not be generated to be left out. All of them
/// respond with an object of no properties.
#[must_use]
pub fn excerpt(document: &Value, methods: &BTreeSet<String>) -> Value {
    let schemas = Schemas::of(document);
    let mut excerpt = document.clone();
    for part in ["schemas", "resources", "methods"] {
        excerpt[part] = Value::Object(Map::new());
    }
    excerpt["schemas"][RESPONSE] = json!({"type": "object"});
    for path in methods {
        let Some(method) = method(document, path) else {
            continue;
        };
        let mut at = &mut excerpt;
        let mut parts = path.split('.').peekable();
        while let Some(part) = parts.next() {
            let kind = if parts.peek().is_some() {
                "resources"
            } else {
                "methods"
            };
            at = &mut at[kind][part];
        }
        *at = method.clone();
        if let Some(response) = at.get_mut("response") {
            *response = json!({"$ref": RESPONSE});
        }
        for name in schemas.reached(&method["request"]).names {
            excerpt["schemas"][name] = document["schemas"][name].clone();
        }
    }
    excerpt
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// The schemas of a document, each with its own forms and what it refers to.
struct Schemas<'a>(BTreeMap<&'a str, Schema<'a>>);

#[derive(Default)]
struct Schema<'a> {
    found: Found<'a>,
    references: BTreeSet<&'a str>,
}

#[derive(Clone, Default)]
struct Found<'a> {
    /// The schemas.
    names: BTreeSet<&'a str>,
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
    fn reached(&self, root: &'a Value) -> Found<'a> {
        let mut found = Found::default();
        let mut open: Vec<&str> = root["$ref"].as_str().into_iter().collect();
        let mut visited: BTreeSet<&str> = open.iter().copied().collect();
        while let Some(name) = open.pop() {
            let Some(schema) = self.0.get(name) else {
                continue;
            };
            found.names.insert(name);
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
        let excerpt = excerpt(&document, &BTreeSet::from(["r.post".to_owned()]));
        let names: Vec<&String> = entries(&excerpt["schemas"]).map(|(name, _)| name).collect();
        assert_eq!(names, ["A", RESPONSE]);
        assert_eq!(entries(&excerpt["resources"]["r"]["methods"]).count(), 1);
        assert_ne!(
            selected.contains(&"r.text"),
            selected.contains(&"r.same"),
            "{selected:?}"
        );
    }
}
