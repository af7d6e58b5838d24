//! Bodies to fill in: all fields that a request may set, each with a value of its type.

use serde_json::{Map, Value, json};

use crate::example::{Spelling, likely, settable};
use crate::model::{Api, Field, Shape, Type, TypeDef, TypeId};

/// Returns an expression of a type. Objects below `depth` levels are empty.
pub(super) fn rust(api: &Api, names: &Spelling<'_>, ty: &Type, depth: usize) -> String {
    let mut writer = Writer {
        api,
        names,
        above: Vec::new(),
    };
    writer.body(ty, depth, 0)
}

/// Returns a JSON value of a type, to be filled in: no value in it is one that a server would act on, other than 0 and `false`. Objects
/// below `depth` levels are empty.
pub(super) fn json(api: &Api, ty: &Type, depth: usize) -> Value {
    value(api, ty, depth + 1, &mut Vec::new())
}

struct Writer<'a> {
    api: &'a Api,
    names: &'a Spelling<'a>,
    /// The objects that the current one is part of.
    above: Vec<TypeId>,
}

impl Writer<'_> {
    fn body(&mut self, ty: &Type, depth: usize, indent: usize) -> String {
        match self.object(ty) {
            Some((id, fields)) => self.literal(id, &fields, depth, indent),
            None => format!("{}::default()", self.names.turbofish(ty)),
        }
    }

    /// Returns the object that a type is, and its fields.
    fn object(&self, ty: &Type) -> Option<(TypeId, Vec<Field>)> {
        let (Type::Named(id) | Type::Boxed(id)) = ty else {
            return None;
        };
        match &self.api.types[id.0].shape {
            Shape::Object(fields) => Some((*id, fields.clone())),
            _ => None,
        }
    }

    fn literal(&mut self, id: TypeId, fields: &[Field], depth: usize, indent: usize) -> String {
        let name = self.names.named(id);
        if settable(fields).next().is_none() {
            return format!("{name}::default()");
        }
        self.above.push(id);
        let pad = "    ".repeat(indent + 1);
        let mut text = format!("{name} {{\n");
        for field in settable(fields) {
            let value = self.value(&field.ty, depth, indent + 1);
            text.push_str(&format!("{pad}{}: Some({value}),\n", field.ident));
        }
        text.push_str(&format!(
            "{pad}..Default::default()\n{}}}",
            "    ".repeat(indent)
        ));
        self.above.pop();
        text
    }

    fn value(&mut self, ty: &Type, depth: usize, indent: usize) -> String {
        match ty {
            Type::String => "\"\".into()".to_owned(),
            Type::Bool => "false".to_owned(),
            Type::I32 | Type::U32 | Type::I64 | Type::U64 => "0".to_owned(),
            Type::F32 | Type::F64 => "0.0".to_owned(),
            Type::Bytes => "Vec::new().into()".to_owned(),
            Type::DateTime => "\"2026-01-31T12:00:00Z\".into()".to_owned(),
            Type::Date => "\"2026-01-31\".into()".to_owned(),
            Type::Duration => "\"60s\".into()".to_owned(),
            Type::FieldMask => "\"name\".into()".to_owned(),
            Type::Any => "Default::default()".to_owned(),
            Type::List(item) => match &**item {
                Type::Any => "vec![]".to_owned(),
                item => format!("vec![{}]", self.value(item, depth, indent)),
            },
            Type::Map(value) => match &**value {
                Type::Any => "[].into()".to_owned(),
                value => format!(
                    "[(\"key\".into(), {})].into()",
                    self.value(value, depth, indent)
                ),
            },
            Type::Named(id) => self.named(*id, depth, indent),
            Type::Boxed(id) => match self.named(*id, depth, indent) {
                text if text == "Default::default()" => text,
                text => format!("Box::new({text})"),
            },
        }
    }

    fn named(&mut self, id: TypeId, depth: usize, indent: usize) -> String {
        let api = self.api;
        match &api.types[id.0].shape {
            Shape::Object(fields) if depth > 0 && !self.above.contains(&id) => {
                self.literal(id, fields, depth - 1, indent)
            }
            Shape::Object(_) => "Default::default()".to_owned(),
            Shape::Enum(variants) => match likely(variants) {
                Some(variant) => format!("{}::{}", self.names.named(id), variant.ident),
                None => "\"\".into()".to_owned(),
            },
            Shape::Alias(ty) => self.value(ty, depth, indent),
        }
    }
}

fn value(api: &Api, ty: &Type, depth: usize, above: &mut Vec<TypeId>) -> Value {
    match ty {
        Type::String | Type::Bytes | Type::FieldMask => json!(""),
        Type::Bool => json!(false),
        Type::I32 | Type::U32 => json!(0),
        Type::I64 | Type::U64 => json!("0"),
        Type::F32 | Type::F64 => json!(0.0),
        Type::DateTime | Type::Date | Type::Duration | Type::Any => Value::Null,
        Type::List(item) => json!([value(api, item, depth, above)]),
        Type::Map(item) => json!({"key": value(api, item, depth, above)}),
        Type::Named(id) | Type::Boxed(id) => named(api, *id, &api.types[id.0], depth, above),
    }
}

fn named(api: &Api, id: TypeId, def: &TypeDef, depth: usize, above: &mut Vec<TypeId>) -> Value {
    match &def.shape {
        Shape::Object(fields) if depth > 0 && !above.contains(&id) => {
            above.push(id);
            let object: Map<String, Value> = settable(fields)
                .map(|field| (field.wire.clone(), value(api, &field.ty, depth - 1, above)))
                .collect();
            above.pop();
            Value::Object(object)
        }
        Shape::Object(_) => json!({}),
        Shape::Enum(variants) => {
            let mut names = variants.iter().map(|variant| variant.wire.as_str());
            let unset = names.find(|name| name.ends_with("UNSPECIFIED"));
            unset.map_or(Value::Null, Value::from)
        }
        Shape::Alias(ty) => value(api, ty, depth, above),
    }
}
