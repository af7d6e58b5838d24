//! Scalars: a `type` and a `format` give a Rust type (the Discovery type and format table,
//! <https://developers.google.com/discovery/v1/type-format>).

use super::Type;

/// The scalar that a type and a format mean; `None` when the type is no scalar.
///
/// A format that is not in the table narrows nothing: the type alone decides.
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
pub(super) const TYPES: [&str; 7] = [
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
