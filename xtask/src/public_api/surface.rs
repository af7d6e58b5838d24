//! The public items of a library, from rustdoc's JSON. Each has its path, and a shape: its JSON without what no program depends on.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::workspace::Failure;

/// Traits that programs cannot name.
const INTERNAL: [&str; 3] = ["Freeze", "StructuralPartialEq", "UnsafeUnpin"];

/// The public items of a library by kind and path.
#[derive(Debug, Default)]
pub(super) struct Surface {
    pub(super) items: BTreeMap<String, PublicItem>,
}

/// Items of one kind and path: several methods of one name may belong to several forms of a type.
#[derive(Debug, Default)]
pub(super) struct PublicItem {
    /// Types, generics and bounds.
    pub(super) shapes: BTreeSet<String>,
    /// The struct, enum or trait that it is a part or an implementation of.
    pub(super) owner: Option<String>,
    /// Programs may write or match all of its parts: a new part breaks them.
    pub(super) is_closed: bool,
    /// Programs need not know it: an item with a default, an implementation.
    pub(super) is_provided: bool,
}

impl Surface {
    /// Reads the JSON of rustdoc.
    pub(super) fn read(text: &[u8]) -> Result<Self, Failure> {
        let document: Value = serde_json::from_slice(text)?;
        let mut reader = Reader {
            document: &document,
            found: Vec::new(),
            names: BTreeMap::new(),
            surface: Self::default(),
        };
        let root = document["root"]
            .as_u64()
            .ok_or("rustdoc's JSON has no root")?;
        let name = reader.item(root).and_then(|item| item["name"].as_str());
        let name = name.ok_or("rustdoc's JSON has no name")?.to_owned();
        reader.find(root, &name);
        for (id, path) in &reader.found {
            let shortest = reader.names.entry(*id).or_insert_with(|| path.clone());
            if path.len() < shortest.len() {
                shortest.clone_from(path);
            }
        }
        for (id, path) in std::mem::take(&mut reader.found) {
            reader.record(id, &path);
        }
        Ok(reader.surface)
    }
}

struct Reader<'a> {
    document: &'a Value,
    /// Public items with each of their paths.
    found: Vec<(u64, String)>,
    /// The shortest public path of each item.
    names: BTreeMap<u64, String>,
    surface: Surface,
}

impl<'a> Reader<'a> {
    fn item(&self, id: u64) -> Option<&'a Value> {
        self.document["index"].get(id.to_string())
    }

    /// Returns an item's kind and content.
    fn content(&self, id: u64) -> Option<(&'a str, &'a Value)> {
        let (kind, content) = self.item(id)?["inner"].as_object()?.iter().next()?;
        Some((kind, content))
    }

    /// Finds the items of a module, through re-exports.
    fn find(&mut self, id: u64, path: &str) {
        let Some((kind, content)) = self.content(id) else {
            return;
        };
        if self
            .found
            .iter()
            .any(|(known, at)| *known == id && at == path)
        {
            return;
        }
        if kind != "use" {
            self.found.push((id, path.to_owned()));
        }
        if kind == "module" {
            for child in ids(&content["items"]) {
                self.find_child(child, path);
            }
        }
    }

    fn find_child(&mut self, id: u64, path: &str) {
        let Some((kind, content)) = self.content(id) else {
            return;
        };
        let name = |value: &Value| format!("{path}::{}", value.as_str().unwrap_or_default());
        if kind != "use" {
            let item = self.item(id).map(|item| name(&item["name"]));
            return self.find(id, &item.unwrap_or_default());
        }
        let target = content["id"].as_u64();
        let is_glob = content["is_glob"] == true;
        match target.filter(|target| self.item(*target).is_some()) {
            Some(target) if is_glob => {
                let children = self
                    .content(target)
                    .map(|(_, content)| ids(&content["items"]));
                for child in children.unwrap_or_default() {
                    self.find_child(child, path);
                }
            }
            Some(target) => self.find(target, &name(&content["name"])),
            // An item of another crate.
            None => {
                let shape = target.map_or_else(|| content["source"].clone(), |id| self.name(id));
                let exported = if is_glob {
                    format!("{path}::*")
                } else {
                    name(&content["name"])
                };
                self.add(&format!("use {exported}"), &shape);
            }
        }
    }

    /// Returns the name of an item: its public path, or crate and name of one of another crate.
    fn name(&self, id: u64) -> Value {
        if let Some(name) = self.names.get(&id) {
            return json!(name);
        }
        let path = &self.document["paths"][id.to_string()]["path"];
        let parts = path.as_array().map(Vec::as_slice).unwrap_or_default();
        json!([parts.first(), parts.last()])
    }

    fn add(&mut self, key: &str, shape: &Value) -> &mut PublicItem {
        let entry = self.surface.items.entry(key.to_owned()).or_default();
        entry.shapes.insert(shape.to_string());
        entry
    }

    /// Adds an item with its parts and implementations.
    fn record(&mut self, id: u64, path: &str) {
        let Some((kind, content)) = self.content(id) else {
            return;
        };
        let is_open = self
            .item(id)
            .is_some_and(|item| item["attrs"].to_string().contains("non_exhaustive"));
        let key = format!("{kind} {path}");
        match kind {
            "module" | "macro" | "proc_macro" | "extern_crate" => {
                self.add(&key, &Value::Null);
            }
            "struct" | "union" => {
                let (form, fields, is_hidden) = parts(content.get("kind").unwrap_or(content));
                let shape = json!([form, self.plain(&content["generics"])]);
                self.add(&key, &shape).is_closed = !is_open && !is_hidden;
                self.fields(&key, path, &fields);
                self.implementations(&key, path, ids(&content["impls"]));
            }
            "enum" => {
                let shape = self.plain(&content["generics"]);
                self.add(&key, &shape).is_closed = !is_open;
                for variant in ids(&content["variants"]) {
                    self.variant(&key, path, variant);
                }
                self.implementations(&key, path, ids(&content["impls"]));
            }
            "trait" => {
                let shape = json!([
                    self.plain(&content["generics"]),
                    self.plain(&content["bounds"]),
                    content["is_unsafe"],
                    content["is_dyn_compatible"]
                ]);
                self.add(&key, &shape).is_closed = true;
                for item in ids(&content["items"]) {
                    self.associated(path, item, &key, false, &Value::Null);
                }
                self.implementations(&key, path, ids(&content["implementations"]));
            }
            _ => {
                let shape = self.plain(content);
                self.add(&key, &shape);
            }
        }
    }

    fn fields(&mut self, owner: &str, path: &str, fields: &[u64]) {
        for field in fields {
            let Some((_, content)) = self.content(*field) else {
                continue;
            };
            let name = self
                .item(*field)
                .and_then(|item| item["name"].as_str())
                .unwrap_or_default();
            let shape = self.plain(content);
            self.add(&format!("field {path}.{name}"), &shape).owner = Some(owner.to_owned());
        }
    }

    fn variant(&mut self, owner: &str, path: &str, id: u64) {
        let (Some(item), Some((_, content))) = (self.item(id), self.content(id)) else {
            return;
        };
        let path = format!("{path}::{}", item["name"].as_str().unwrap_or_default());
        let is_open = item["attrs"].to_string().contains("non_exhaustive");
        let (form, fields, is_hidden) = parts(&content["kind"]);
        let key = format!("variant {path}");
        let entry = self.add(&key, &json!(form));
        entry.owner = Some(owner.to_owned());
        entry.is_closed = !is_open && !is_hidden;
        self.fields(&key, &path, &fields);
    }

    /// Adds an item of a trait or of an inherent implementation.
    fn associated(&mut self, path: &str, id: u64, owner: &str, is_provided: bool, form: &Value) {
        let (Some(item), Some((kind, content))) = (self.item(id), self.content(id)) else {
            return;
        };
        let name = item["name"].as_str().unwrap_or_default();
        let shape = json!([form, self.plain(content)]);
        let is_set = |key: &str| content.get(key).is_some_and(|value| !value.is_null());
        let has_default = match kind {
            "assoc_type" => is_set("type"),
            "assoc_const" => is_set("value"),
            _ => content["has_body"] == true,
        };
        let entry = self.add(&format!("{kind} {path}::{name}"), &shape);
        entry.owner = Some(owner.to_owned());
        entry.is_provided = is_provided || has_default;
    }

    fn implementations(&mut self, owner: &str, path: &str, implementations: Vec<u64>) {
        for id in implementations {
            let Some((_, content)) = self.content(id) else {
                continue;
            };
            // Those for all types follow from the bounds of the trait's crate.
            if !content["blanket_impl"].is_null() {
                continue;
            }
            let form = json!([
                self.plain(&content["generics"]),
                self.plain(&content["for"])
            ]);
            let Some(implemented) = content["trait"]["id"].as_u64() else {
                for item in ids(&content["items"]) {
                    self.associated(path, item, owner, true, &form);
                }
                continue;
            };
            let types: Vec<Value> = ids(&content["items"])
                .into_iter()
                .filter_map(|item| Some((self.item(item)?, self.content(item)?)))
                .filter(|(_, (kind, _))| *kind == "assoc_type")
                .map(|(item, (_, content))| json!([item["name"], self.plain(content)]))
                .collect();
            let name = self.name(implemented);
            let name = name.as_str().map_or_else(
                || name[1].as_str().unwrap_or_default().to_owned(),
                str::to_owned,
            );
            let not = if content["is_negative"] == true {
                "!"
            } else {
                ""
            };
            let shape = json!([form, self.plain(&content["trait"]), types]);
            if INTERNAL.contains(&name.as_str()) {
                continue;
            }
            let entry = self.add(&format!("impl {not}{name} for {path}"), &shape);
            entry.owner = Some(owner.to_owned());
            entry.is_provided = true;
        }
    }

    /// Returns JSON with names in place of ids, and without bodies, values and names of parameters.
    fn plain(&self, value: &Value) -> Value {
        match value {
            Value::Array(list) => list.iter().map(|value| self.plain(value)).collect(),
            Value::Object(map) if map.contains_key("path") && map["id"].is_u64() => {
                let id = map["id"].as_u64().unwrap_or_default();
                json!([self.name(id), self.plain(&value["args"])])
            }
            Value::Object(map) => {
                let used = map.iter().filter(|(key, _)| {
                    !["has_body", "expr", "value", "is_literal"].contains(&key.as_str())
                });
                let plain = used.map(|(key, value)| match (key.as_str(), value) {
                    ("inputs", Value::Array(inputs)) => (
                        key.clone(),
                        inputs.iter().map(|input| self.plain(&input[1])).collect(),
                    ),
                    _ => (key.clone(), self.plain(value)),
                });
                Value::Object(plain.collect())
            }
            other => other.clone(),
        }
    }
}

fn ids(list: &Value) -> Vec<u64> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_u64)
        .collect()
}

/// Returns the form of a struct or variant, its public fields, and whether it has others.
fn parts(kind: &Value) -> (&str, Vec<u64>, bool) {
    if let Some(tuple) = kind.get("tuple") {
        let is_hidden = tuple
            .as_array()
            .is_some_and(|fields| fields.iter().any(Value::is_null));
        return ("tuple", ids(tuple), is_hidden);
    }
    let fields = kind.get("plain").or(kind.get("struct")).unwrap_or(kind);
    if fields.get("fields").is_some() {
        return (
            "fields",
            ids(&fields["fields"]),
            fields["has_stripped_fields"] == true,
        );
    }
    ("unit", Vec::new(), false)
}
