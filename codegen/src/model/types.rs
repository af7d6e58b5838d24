//! The types that a module defines, and the types of values.

/// An index into [`Api::types`](super::Api::types).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(pub usize);

/// A type that the module defines.
#[derive(Clone, Debug)]
pub struct TypeDef {
    /// `DatabaseInstance`, `DatabaseInstanceState`, ...
    pub ident: String,
    /// The schema's name in the document, where the type is a schema of its own.
    pub schema: Option<String>,
    /// The path of the type in the document: `schemas.DatabaseInstance.properties.state`.
    pub path: String,
    /// What it is.
    pub description: String,
    /// Marked deprecated.
    pub deprecated: bool,
    /// Reached from a method's request, so that users write it.
    pub in_request: bool,
    /// An enum that is the response of a method, and not a part of one.
    pub is_response: bool,
    /// A long-running operation, which methods respond with.
    pub is_operation: bool,
    /// Its form.
    pub shape: Shape,
}

impl TypeDef {
    /// Whether the type means bytes of any type (`google.api.HttpBody`), which are not JSON. The schema has another name in
    /// every package, and always the same three properties.
    #[must_use]
    pub fn is_raw(&self) -> bool {
        let Shape::Object(fields) = &self.shape else {
            return false;
        };
        let field = |name: &str| fields.iter().find(|field| field.wire == name);
        let is = |name: &str, ty: &Type| field(name).is_some_and(|field| field.ty == *ty);
        self.ident.ends_with("HttpBody")
            && fields.len() == 3
            && is("contentType", &Type::String)
            && is("data", &Type::Bytes)
            && field("extensions").is_some()
    }

    /// Returns the properties, of which only an object has any.
    pub(crate) fn fields(&self) -> &[Field] {
        match &self.shape {
            Shape::Object(fields) => fields,
            _ => &[],
        }
    }
}

/// The form of a type.
#[derive(Clone, Debug)]
pub enum Shape {
    /// A struct with one optional field per property, and `extra`.
    Object(Vec<Field>),
    /// An open enum.
    Enum(Vec<Variant>),
    /// Another name for a list, a map or `any`.
    Alias(Type),
}

/// One property.
#[derive(Clone, Debug)]
pub struct Field {
    /// `backend_type`, `r#type`, `extra_`
    pub ident: String,
    /// `backendType`
    pub wire: String,
    /// Its type; the printer wraps it in `Option`.
    pub ty: Type,
    /// What it means.
    pub description: String,
    /// Facts that the docs state after the description.
    pub notes: Notes,
    /// Marked deprecated.
    pub deprecated: bool,
    /// Holds a password, token, private key or secret payload: never shown by `Debug`.
    pub secret: bool,
}

/// The facts about a property or parameter besides its description.
#[derive(Clone, Debug, Default)]
pub struct Notes {
    /// The server sets it, requests need not.
    pub read_only: bool,
    /// Default value, as the document spells it.
    pub default: Option<String>,
    /// Smallest value, as the document spells it.
    pub minimum: Option<String>,
    /// Largest value.
    pub maximum: Option<String>,
    /// Pattern, for the docs only: it is never enforced.
    pub pattern: Option<String>,
}

impl Notes {
    /// Returns the default, the limits and the pattern in words: `at most 500`.
    #[must_use]
    pub fn in_words(&self) -> Vec<String> {
        [
            ("default", &self.default),
            ("at least", &self.minimum),
            ("at most", &self.maximum),
            ("matches", &self.pattern),
        ]
        .into_iter()
        .filter_map(|(what, value)| Some(format!("{what} {}", value.as_ref()?)))
        .collect()
    }
}

/// One value of an enum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    /// `SqlInstance`
    pub ident: String,
    /// `SQL_INSTANCE`
    pub wire: String,
    /// What it means.
    pub description: String,
    /// Marked deprecated.
    pub deprecated: bool,
}

/// A type as used by a field, a parameter or a body.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// `String`
    String,
    /// `bool`
    Bool,
    /// `i32`
    I32,
    /// `u32`
    U32,
    /// `i64`, a string on the wire
    I64,
    /// `u64`, a string on the wire
    U64,
    /// `f32`
    F32,
    /// `f64`
    F64,
    /// base64 on the wire
    Bytes,
    /// RFC 3339
    DateTime,
    /// `YYYY-MM-DD`
    Date,
    /// `3.5s`
    Duration,
    /// `a,b.c`
    FieldMask,
    /// Any JSON value
    Any,
    /// A type of this module
    Named(TypeId),
    /// The same behind a box, where the type would contain itself
    Boxed(TypeId),
    /// A list
    List(Box<Type>),
    /// A map with string keys
    Map(Box<Type>),
}

/// Returns the scalar of a type and a format (the Discovery table, <https://developers.google.com/discovery/v1/type-format>), or
/// `None` if the type is no scalar. An unknown format is ignored.
pub(crate) fn scalar(ty: &str, format: Option<&str>) -> Option<Type> {
    Some(match (ty, format.unwrap_or_default()) {
        ("string", "byte") => Type::Bytes,
        ("string", "date-time" | "google-datetime") => Type::DateTime,
        ("string", "date") => Type::Date,
        ("string", "google-duration") => Type::Duration,
        ("string", "google-fieldmask") => Type::FieldMask,
        ("string" | "integer", "int64") => Type::I64,
        ("string" | "integer", "uint64") => Type::U64,
        ("string", _) => Type::String,
        ("integer", "uint32") => Type::U32,
        ("integer", _) => Type::I32,
        ("number", "float") => Type::F32,
        ("number", _) => Type::F64,
        ("boolean", _) => Type::Bool,
        ("any", _) => Type::Any,
        _ => return None,
    })
}

/// The types that a schema can have.
pub(super) const TYPE_NAMES: [&str; 7] = [
    "any", "array", "boolean", "integer", "number", "object", "string",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table() {
        let table = [
            ("string", None, Type::String),
            ("string", Some("byte"), Type::Bytes),
            ("string", Some("date-time"), Type::DateTime),
            ("string", Some("google-datetime"), Type::DateTime),
            ("string", Some("date"), Type::Date),
            ("string", Some("google-duration"), Type::Duration),
            ("string", Some("google-fieldmask"), Type::FieldMask),
            ("string", Some("int64"), Type::I64),
            ("string", Some("uint64"), Type::U64),
            ("integer", Some("int32"), Type::I32),
            ("integer", None, Type::I32),
            ("integer", Some("uint32"), Type::U32),
            ("integer", Some("int64"), Type::I64),
            ("number", Some("float"), Type::F32),
            ("number", Some("double"), Type::F64),
            ("number", None, Type::F64),
            ("boolean", None, Type::Bool),
            ("any", Some("google.protobuf.Value"), Type::Any),
        ];
        for (ty, format, expected) in table {
            assert_eq!(scalar(ty, format), Some(expected), "{ty} {format:?}");
        }
        assert_eq!(scalar("object", None), None);
        assert_eq!(scalar("tuple", None), None);
    }

    #[test]
    fn unknown_formats_narrow_nothing() {
        assert_eq!(scalar("string", Some("uuid")), Some(Type::String));
        assert_eq!(scalar("number", Some("decimal")), Some(Type::F64));
    }
}
