//! The names of a schema's fields for the runtime.

use heck::ToLowerCamelCase as _;
use syn::{Ident, ext::IdentExt as _};

/// Returns a field's name, and the same in `camelCase`: its property, unless the schema has another.
pub(crate) fn of_field(field: &Ident) -> (String, String) {
    let name = field.unraw().to_string();
    let camel = name.to_lower_camel_case();
    (name, camel)
}
