//! Paths of properties: `settings.tier`, `rules[0].action`, `rules[].action`, `labels.app.k8s.io/name`, `labels["a=b"]`.
//!
//! A path is read by the schema, which decides where a name ends: the rest of a path is the key of a map of scalars, with all its dots.

use gapi_codegen::model::{Api, Field, Shape, Type};
use gapi_codegen::suggest::nearest;
use gapi_transport::redact::is_secret_property;
use serde_json::Value;

use crate::redact::without_secret;

/// A step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// A property of an object, or a key of a map.
    Name(String),
    /// An entry of a list.
    Index(usize),
    /// A new entry at the end of a list.
    Append,
}

/// A path and the type of the values at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FieldPath {
    pub(super) steps: Vec<Step>,
    pub(super) ty: Type,
    /// Whether a name in it is that of a secret.
    pub(super) is_secret: bool,
    /// The part before the first map, list or value without a schema: what a field mask can name.
    pub(super) mask: String,
}

/// Why a text is no path of a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NoPath {
    pub(super) message: String,
    pub(super) nearest: Vec<String>,
}

impl NoPath {
    fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            nearest: Vec::new(),
        }
    }
}

/// Returns the type behind names and boxes, and the properties of an object.
pub(super) fn resolved<'a>(api: &'a Api, ty: &'a Type) -> (&'a Type, Option<&'a [Field]>) {
    let mut ty = ty;
    loop {
        let (Type::Named(id) | Type::Boxed(id)) = ty else {
            return (ty, None);
        };
        match &api.types[id.0].shape {
            Shape::Alias(target) => ty = target,
            Shape::Object(fields) => return (ty, Some(fields)),
            Shape::Enum(_) => return (ty, None),
        }
    }
}

/// Whether values of a type are neither objects nor lists.
pub(super) fn is_scalar(api: &Api, ty: &Type) -> bool {
    let (ty, fields) = resolved(api, ty);
    fields.is_none() && !matches!(ty, Type::List(_) | Type::Map(_) | Type::Any)
}

impl FieldPath {
    /// Reads the path of a property of a type. With `checked`, all names have to be in the document.
    pub(super) fn read(api: &Api, ty: &Type, text: &str, checked: bool) -> Result<Self, NoPath> {
        let mut reader = Reader {
            api,
            ty,
            rest: text,
            whole: text,
            steps: Vec::new(),
            is_secret: false,
            mask: None,
        };
        while !reader.rest.is_empty() || reader.steps.is_empty() {
            reader.step(checked)?;
        }
        let before = reader.whole;
        Ok(Self {
            steps: reader.steps,
            ty: reader.ty.clone(),
            is_secret: reader.is_secret,
            mask: reader.mask.unwrap_or_else(|| before.to_owned()),
        })
    }

    /// Splits `PATH=VALUE` at the first `=` outside of a quoted key.
    pub(super) fn split(text: &str) -> Option<(&str, &str)> {
        let mut at = 0;
        while let Some(found) = text[at..].find(['=', '[']) {
            at += found;
            if text[at..].starts_with('=') {
                return Some((&text[..at], &text[at + 1..]));
            }
            match quoted_key(&text[at..]) {
                Some((_, length)) => at += length,
                None => at += 1,
            }
        }
        None
    }
}

/// Reads `["key"]`, and returns the key and the length of it all.
fn quoted_key(text: &str) -> Option<(String, usize)> {
    let inner = text.strip_prefix('[')?;
    let mut keys = serde_json::Deserializer::from_str(inner).into_iter::<String>();
    if !inner.starts_with('"') {
        return None;
    }
    let key = keys.next()?.ok()?;
    let end = keys.byte_offset();
    inner[end..].starts_with(']').then_some((key, end + 2))
}

struct Reader<'a> {
    api: &'a Api,
    ty: &'a Type,
    rest: &'a str,
    whole: &'a str,
    steps: Vec<Step>,
    is_secret: bool,
    mask: Option<String>,
}

impl<'a> Reader<'a> {
    fn step(&mut self, checked: bool) -> Result<(), NoPath> {
        if !self.steps.is_empty() && !self.rest.starts_with('[') {
            self.rest = self.rest.strip_prefix('.').ok_or_else(|| {
                NoPath::new(format!(
                    "`{}` is not expected in a path",
                    without_secret(self.rest)
                ))
            })?;
        }
        let (ty, fields) = resolved(self.api, self.ty);
        let next: (Step, &'a Type) = match (ty, fields) {
            (_, Some(fields)) => {
                let name = self.name(false)?;
                match fields.iter().find(|field| field.wire == name) {
                    Some(field) => {
                        self.is_secret |= field.secret;
                        (Step::Name(name), &field.ty)
                    }
                    None if !checked => (Step::Name(name), &Type::Any),
                    None => {
                        let names = fields.iter().map(|field| field.wire.as_str());
                        return Err(NoPath {
                            nearest: nearest(&name, names)
                                .into_iter()
                                .map(str::to_owned)
                                .collect(),
                            message: format!("there is no property `{}`", without_secret(&name)),
                        });
                    }
                }
            }
            (Type::Map(value), _) => {
                self.end_mask();
                let is_rest = is_scalar(self.api, value);
                (Step::Name(self.name(is_rest)?), value)
            }
            (Type::List(item), _) => {
                self.end_mask();
                (self.index()?, item)
            }
            (Type::Any, _) => {
                self.end_mask();
                match self.index() {
                    Ok(step) => (step, &Type::Any),
                    Err(_) => (Step::Name(self.name(false)?), &Type::Any),
                }
            }
            _ => {
                return Err(NoPath::new(format!(
                    "`{}` has no properties",
                    self.read_so_far()
                )));
            }
        };
        self.is_secret |= matches!(&next.0, Step::Name(name) if is_secret_property(name));
        self.steps.push(next.0);
        self.ty = next.1;
        Ok(())
    }

    fn read_so_far(&self) -> &str {
        let read = &self.whole[..self.whole.len() - self.rest.len()];
        read.trim_end_matches('.')
    }

    /// A mask names no keys and no entries.
    fn end_mask(&mut self) {
        if self.mask.is_none() {
            self.mask = Some(self.read_so_far().to_owned());
        }
    }

    /// Reads a name: in brackets and quotes, or up to the next dot or bracket, or all of the rest.
    fn name(&mut self, is_rest: bool) -> Result<String, NoPath> {
        if let Some((key, length)) = quoted_key(self.rest) {
            self.rest = &self.rest[length..];
            return Ok(key);
        }
        let end = if is_rest {
            self.rest.len()
        } else {
            self.rest.find(['.', '[']).unwrap_or(self.rest.len())
        };
        let (name, rest) = self.rest.split_at(end);
        if name.is_empty() {
            let message = if self.rest.is_empty() {
                "the path ends before a name".to_owned()
            } else {
                format!("a name is expected before `{}`", without_secret(self.rest))
            };
            return Err(NoPath::new(message));
        }
        self.rest = rest;
        Ok(name.to_owned())
    }

    /// Reads `[3]` or `[]`.
    fn index(&mut self) -> Result<Step, NoPath> {
        let read = self.read_so_far().to_owned();
        let expected = || {
            NoPath::new(format!(
                "`{read}` is a list: `{read}[0]` is its first entry, `{read}[]` a new one"
            ))
        };
        let inner = self.rest.strip_prefix('[').ok_or_else(expected)?;
        let (index, rest) = inner.split_once(']').ok_or_else(expected)?;
        let step = match index {
            "" => Step::Append,
            index => Step::Index(index.parse().map_err(|_| expected())?),
        };
        self.rest = rest;
        Ok(step)
    }
}

/// Sets a value at a path, and makes the objects and lists on it.
pub(super) fn set(root: &mut Value, steps: &[Step], value: Value) -> Result<(), String> {
    let mut current = root;
    let mut path = String::new();
    for step in steps {
        match step {
            Step::Name(name) => {
                if current.is_null() {
                    *current = Value::Object(serde_json::Map::new());
                }
                let Value::Object(object) = current else {
                    return Err(format!("`{path}` is set to something else than an object"));
                };
                path = if path.is_empty() {
                    name.clone()
                } else {
                    format!("{path}.{name}")
                };
                current = object.entry(name.clone()).or_insert(Value::Null);
            }
            Step::Index(_) | Step::Append => {
                if current.is_null() {
                    *current = Value::Array(Vec::new());
                }
                let Value::Array(list) = current else {
                    return Err(format!("`{path}` is set to something else than a list"));
                };
                let index = match step {
                    Step::Index(index) => *index,
                    _ => list.len(),
                };
                if index > list.len() {
                    return Err(format!(
                        "`{path}` has {} entries so far; the next one is `{path}[]`",
                        list.len()
                    ));
                }
                if index == list.len() {
                    list.push(Value::Null);
                }
                path = format!("{path}[{index}]");
                current = &mut list[index];
            }
        }
    }
    *current = value;
    Ok(())
}

#[cfg(all(test, checkout))]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::call::tests::{body_type, target};

    fn steps(text: &str) -> Result<Vec<Step>, String> {
        let target = target("sqladmin:v1", "instances.patch");
        FieldPath::read(target.api(), &body_type(&target), text, true)
            .map(|path| path.steps)
            .map_err(|error| format!("{} {:?}", error.message, error.nearest))
    }

    fn name(text: &str) -> Step {
        Step::Name(text.to_owned())
    }

    #[test]
    fn the_schema_decides_where_a_name_ends() {
        assert_eq!(
            steps("settings.tier"),
            Ok(vec![name("settings"), name("tier")])
        );
        assert_eq!(
            steps("settings.userLabels.app.k8s.io/name"),
            Ok(vec![
                name("settings"),
                name("userLabels"),
                name("app.k8s.io/name")
            ])
        );
        assert_eq!(
            steps(r#"settings.userLabels["a=]b"]"#),
            Ok(vec![name("settings"), name("userLabels"), name("a=]b")])
        );
        assert_eq!(
            steps("settings.ipConfiguration.authorizedNetworks[].value"),
            Ok(vec![
                name("settings"),
                name("ipConfiguration"),
                name("authorizedNetworks"),
                Step::Append,
                name("value")
            ])
        );
        assert_eq!(
            steps("replicaNames[2]"),
            Ok(vec![name("replicaNames"), Step::Index(2)])
        );
    }

    #[test]
    fn what_is_no_path_is_explained() {
        for (text, expected) in [
            ("setings.tier", "no property `setings` [\"settings\"]"),
            ("settings.teir", "no property `teir` [\"tier\"]"),
            ("settings.tier.x", "`settings.tier` has no properties"),
            ("replicaNames.x", "`replicaNames` is a list"),
            ("replicaNames[x]", "`replicaNames` is a list"),
            ("settings.", "ends before a name"),
            ("settings..tier", "a name is expected before `.tier`"),
            ("", "ends before a name"),
        ] {
            let error = steps(text).unwrap_err();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }

    #[test]
    fn masks_end_before_maps_and_lists() {
        let target = target("sqladmin:v1", "instances.patch");
        for (text, mask) in [
            ("settings.tier", "settings.tier"),
            ("settings.userLabels.a", "settings.userLabels"),
            (
                "settings.ipConfiguration.authorizedNetworks[0].value",
                "settings.ipConfiguration.authorizedNetworks",
            ),
        ] {
            let path = FieldPath::read(target.api(), &body_type(&target), text, true).unwrap();
            assert_eq!(path.mask, mask);
        }
    }

    #[test]
    fn the_first_equals_sign_ends_a_path() {
        assert_eq!(FieldPath::split("a.b=c=d"), Some(("a.b", "c=d")));
        assert_eq!(
            FieldPath::split(r#"l["a=]\"b"].c=d"#),
            Some((r#"l["a=]\"b"].c"#, "d"))
        );
        assert_eq!(FieldPath::split("a["), None);
        assert_eq!(FieldPath::split("[x=y"), Some(("[x", "y")));
    }

    #[test]
    fn values_are_set_in_order() {
        let mut body = Value::Null;
        for (steps, value) in [
            (vec![name("a"), Step::Append, name("b")], json!(1)),
            (vec![name("a"), Step::Index(0), name("c")], json!(null)),
            (vec![name("a"), Step::Append], json!(2)),
            (vec![name("d")], json!("x")),
            (vec![name("d")], json!("y")),
        ] {
            set(&mut body, &steps, value).unwrap();
        }
        assert_eq!(body, json!({"a": [{"b": 1, "c": null}, 2], "d": "y"}));
        assert!(set(&mut body, &[name("d"), name("e")], json!(1)).is_err());
        assert!(set(&mut body, &[name("a"), Step::Index(7)], json!(1)).is_err());
    }
}
