//! The names of a schema's fields for the runtime.

use heck::{ToLowerCamelCase as _, ToSnakeCase as _};
use proc_macro2::Span;
use syn::{Ident, ext::IdentExt as _};

/// Returns a field's name, and the same in `camelCase`: its property, unless the schema has another.
pub(crate) fn of_field(field: &Ident) -> (String, String) {
    let name = field.unraw().to_string();
    let camel = name.to_lower_camel_case();
    (name, camel)
}

/// Returns the field of a property, if a property can have this name.
pub(crate) fn field(property: &str, span: Span) -> Option<Ident> {
    let name = property.to_snake_case();
    let mut field = syn::parse_str::<Ident>(&name)
        .or_else(|_| syn::parse_str::<Ident>(&format!("r#{name}")))
        .ok()?;
    field.set_span(span);
    Some(field)
}
