//! Schemas become types, and every inline object and enum becomes a type of its own.

use std::collections::BTreeMap;

use super::names::{self, Claims};
use super::types::TYPE_NAMES;
use super::{Field, Notes, Shape, Type, TypeDef, TypeId, Variant, scalar, secrets};
use crate::document::Schema;
use crate::error::Subject;
use crate::{Document, Error, Errors, json_path, suggest};

/// Names that the top of a module has already: the module `scope` and the runtime's alias.
const RESERVED_AT_TOP: [&str; 3] = ["scope", "methods", "__gapi"];
/// The field of every struct for properties that the document does not have.
const RESERVED_FIELDS: [&str; 1] = ["extra"];
/// The variant of every enum for values that the document does not have.
const RESERVED_VARIANTS: [&str; 1] = ["Unrecognized"];

/// The types under construction.
pub(super) struct Types<'d> {
    document: &'d Document,
    by_schema: BTreeMap<&'d str, TypeId>,
    /// Schemas first; what is made from inline parts follows. [`super::remap`] brings them into the order of printing.
    pub(super) defs: Vec<TypeDef>,
    /// For each type the schema that it belongs to, as an index of `defs`; its own for schemas and parameters' enums.
    pub(super) owners: Vec<usize>,
    pub(super) claims: Claims,
    enums: BTreeMap<String, Vec<TypeId>>,
    pub(super) errors: Errors,
}

/// The name of an inline part, and the schema that it belongs to.
#[derive(Clone, Debug)]
pub(super) struct Naming {
    /// Names to try, best first; the last one gets underscores.
    pub(super) wanted: Vec<String>,
    pub(super) owner: Option<usize>,
    pub(super) schema: String,
}

impl Naming {
    fn suffixed(&self, suffix: &str) -> Self {
        let wanted = self
            .wanted
            .iter()
            .map(|name| format!("{}{suffix}", name.trim_end_matches('_')))
            .collect();
        Self {
            wanted,
            ..self.clone()
        }
    }
}

impl<'d> Types<'d> {
    /// Turns all schemas of a document into types.
    pub(super) fn of(document: &'d Document) -> Self {
        let mut types = Self {
            document,
            by_schema: BTreeMap::new(),
            defs: Vec::new(),
            owners: Vec::new(),
            claims: Claims::new(RESERVED_AT_TOP),
            enums: BTreeMap::new(),
            errors: Errors::new(),
        };
        for (name, schema) in &document.schemas {
            let ident = types
                .claims
                .claim(&names::schema(schema.rename.as_ref().unwrap_or(name)));
            let at = json_path::join("schemas", name);
            let def = define(ident, Some(name), at, schema);
            let id = types.push(None, def);
            types.by_schema.insert(name, id);
        }
        for (index, schema) in document.schemas.values().enumerate() {
            let known = types.errors.len();
            let shape = types.shape_of_schema(index, schema);
            let def = &mut types.defs[index];
            def.shape = shape;
            let subject = || Subject::Schema(def.schema.clone().unwrap_or_default());
            types.errors.about(known, subject);
        }
        types
    }

    fn push(&mut self, owner: Option<usize>, def: TypeDef) -> TypeId {
        let id = TypeId(self.defs.len());
        self.owners.push(owner.unwrap_or(id.0));
        self.defs.push(def);
        id
    }

    fn shape_of_schema(&mut self, index: usize, schema: &Schema) -> Shape {
        let def = &self.defs[index];
        let (path, schema_name) = (def.path.clone(), def.schema.clone().unwrap_or_default());
        let naming = Naming {
            wanted: vec![def.ident.clone()],
            owner: Some(index),
            schema: schema_name,
        };
        if schema.reference.is_none() && kind(schema) == "object" {
            if schema.properties.is_empty() && schema.additional_properties.is_some() {
                return Shape::Alias(self.type_of(schema, &path, &naming.suffixed("Value")));
            }
            return Shape::Object(self.fields(schema, &path, &naming));
        }
        if schema.reference.is_none() && is_enum(schema) {
            return Shape::Enum(variants(schema));
        }
        Shape::Alias(self.type_of(schema, &path, &naming.suffixed("Item")))
    }

    fn fields(&mut self, schema: &Schema, at: &str, naming: &Naming) -> Vec<Field> {
        let mut claims = Claims::new(RESERVED_FIELDS);
        let at = json_path::join(at, "properties");
        let mut fields = Vec::with_capacity(schema.properties.len());
        for (wire, property) in &schema.properties {
            let name = property.rename.as_ref().unwrap_or(wire);
            let ty = self.type_of(
                property,
                &json_path::join(&at, wire),
                &naming.suffixed(&names::camel(name)),
            );
            fields.push(Field {
                ident: claims.claim(&names::snake(name)),
                wire: wire.clone(),
                secret: secrets::is_secret(&naming.schema, wire, &ty),
                ty,
                description: property.description.clone().unwrap_or_default(),
                notes: notes(property),
                deprecated: property.deprecated,
            });
        }
        fields
    }

    /// The type of a part of the document. Inline objects and enums are added under the given name.
    pub(super) fn type_of(&mut self, schema: &Schema, at: &str, naming: &Naming) -> Type {
        if let Some(reference) = &schema.reference {
            return self.reference(reference, at);
        }
        if is_enum(schema) {
            return Type::Named(self.enumeration(schema, at, naming));
        }
        match kind(schema) {
            "object" if !schema.properties.is_empty() => {
                let def = self.inline(schema, at, naming);
                let naming = Naming {
                    wanted: vec![def.ident.clone()],
                    ..naming.clone()
                };
                let id = self.push(naming.owner, def);
                let fields = self.fields(schema, at, &naming);
                self.defs[id.0].shape = Shape::Object(fields);
                Type::Named(id)
            }
            "object" => Type::Map(Box::new(match &schema.additional_properties {
                Some(values) => {
                    self.type_of(values, &json_path::join(at, "additionalProperties"), naming)
                }
                None => Type::Any,
            })),
            "array" => Type::List(Box::new(match &schema.items {
                Some(items) => self.type_of(items, &json_path::join(at, "items"), naming),
                None => Type::Any,
            })),
            ty => scalar(ty, schema.format.as_deref()).unwrap_or_else(|| {
                let error = Error::new(at, format!("unknown type `{ty}`"));
                self.errors
                    .push(error.help(format!("the types are {}", TYPE_NAMES.join(", "))));
                Type::Any
            }),
        }
    }

    fn reference(&mut self, name: &str, at: &str) -> Type {
        if let Some(id) = self.by_schema.get(name) {
            return Type::Named(*id);
        }
        let mut error = Error::new(
            at,
            format!("`$ref` names the schema `{name}`, which is not in the document"),
        );
        error.help = suggest::did_you_mean(&suggest::nearest(
            name,
            self.document.schemas.keys().map(String::as_str),
        ));
        self.errors.push(error);
        Type::Any
    }

    /// Adds an enum, or finds the equal one that already has the name.
    fn enumeration(&mut self, schema: &Schema, at: &str, naming: &Naming) -> TypeId {
        let variants = variants(schema);
        for wanted in &naming.wanted {
            let equal = |id: &&TypeId| matches!(&self.defs[id.0].shape, Shape::Enum(others) if *others == variants);
            if let Some(id) = self
                .enums
                .get(wanted)
                .and_then(|ids| ids.iter().find(equal))
            {
                return *id;
            }
        }
        let mut def = self.inline(schema, at, naming);
        let name = def.ident.clone();
        def.shape = Shape::Enum(variants);
        let id = self.push(naming.owner, def);
        self.enums.entry(name).or_default().push(id);
        id
    }

    fn inline(&mut self, schema: &Schema, at: &str, naming: &Naming) -> TypeDef {
        let free = naming.wanted.iter().find(|name| !self.claims.has(name));
        let wanted = free
            .or(naming.wanted.last())
            .map_or("Unnamed", String::as_str);
        define(self.claims.claim(wanted), None, at.to_owned(), schema)
    }
}

/// A type whose shape is not known yet.
fn define(ident: String, name: Option<&String>, json_path: String, schema: &Schema) -> TypeDef {
    TypeDef {
        ident,
        schema: name.cloned(),
        path: json_path,
        description: schema.description.clone().unwrap_or_default(),
        deprecated: schema.deprecated,
        in_request: false,
        is_response: false,
        is_operation: false,
        shape: Shape::Alias(Type::Any),
    }
}

/// Returns the type that a schema states or implies.
fn kind(schema: &Schema) -> &str {
    match &schema.ty {
        Some(ty) => ty,
        None if !schema.properties.is_empty() || schema.additional_properties.is_some() => "object",
        None if schema.items.is_some() => "array",
        None => "any",
    }
}

fn is_enum(schema: &Schema) -> bool {
    !schema.values.is_empty() && schema.ty.as_deref().is_none_or(|ty| ty == "string")
}

/// The values of an enum, in the order of the document; a value that occurs again is the same value.
fn variants(schema: &Schema) -> Vec<Variant> {
    let mut claims = Claims::new(RESERVED_VARIANTS);
    let mut known = std::collections::BTreeSet::new();
    let mut variants = Vec::with_capacity(schema.values.len());
    for (index, wire) in schema.values.iter().enumerate() {
        if known.insert(wire) {
            variants.push(Variant {
                ident: claims.claim(&names::camel(wire)),
                wire: wire.clone(),
                description: schema
                    .enum_descriptions
                    .get(index)
                    .cloned()
                    .unwrap_or_default(),
                deprecated: schema
                    .enum_deprecated
                    .get(index)
                    .copied()
                    .unwrap_or_default(),
            });
        }
    }
    variants
}

/// Returns the facts about a property or parameter besides its description.
pub(super) fn notes(schema: &Schema) -> Notes {
    let text = |value: &Option<serde_json::Value>| {
        value.as_ref().map(|value| {
            value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned)
        })
    };
    Notes {
        read_only: schema.read_only
            || is_output_only(schema.description.as_deref().unwrap_or_default()),
        default: text(&schema.default),
        minimum: text(&schema.minimum),
        maximum: text(&schema.maximum),
        pattern: schema.pattern.clone(),
    }
}

/// Whether a description begins with the mark, as in many documents: `Output only. ...`, `[Output Only] ...`.
fn is_output_only(description: &str) -> bool {
    let start = description.trim_start().trim_start_matches('[');
    start
        .get(.."output only".len())
        .is_some_and(|start| start.eq_ignore_ascii_case("output only"))
}
