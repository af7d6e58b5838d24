//! The help of a parameter, from its document.

use gapi_codegen::describe::one_line;
use gapi_codegen::model::{Api, Parameter, Shape, Type};

/// Returns what is in place of a value in the help of a flag.
pub(super) fn value_name(api: &Api, ty: &Type) -> &'static str {
    match ty {
        Type::Bool => "true|false",
        Type::I32 | Type::U32 | Type::I64 | Type::U64 => "INTEGER",
        Type::F32 | Type::F64 => "NUMBER",
        Type::DateTime => "TIME",
        Type::Date => "DATE",
        Type::Duration => "DURATION",
        Type::Bytes => "BASE64",
        _ if values(api, ty).is_empty() => "TEXT",
        _ => "VALUE",
    }
}

/// Returns the known values of an enum.
fn values<'a>(api: &'a Api, ty: &Type) -> Vec<&'a str> {
    match ty {
        Type::Named(id) | Type::Boxed(id) => match &api.types[id.0].shape {
            Shape::Enum(variants) => variants
                .iter()
                .map(|variant| variant.wire.as_str())
                .collect(),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// Returns the help of a parameter: its description, and the facts of the document, none of which is enforced here.
pub(super) fn help_of(api: &Api, parameter: &Parameter) -> String {
    let mut help = one_line(&parameter.description);
    if help.chars().count() > 400 {
        help = help.chars().take(400).chain(['…']).collect();
    }
    let notes = &parameter.notes;
    let mut facts: Vec<String> = [
        ("default", &notes.default),
        ("at least", &notes.minimum),
        ("at most", &notes.maximum),
        ("matches", &notes.pattern),
    ]
    .into_iter()
    .filter_map(|(what, value)| Some(format!("{what} {}", value.as_ref()?)))
    .collect();
    let values = values(api, &parameter.ty);
    if !values.is_empty() {
        facts.push(format!("values: {}", values.join(", ")));
    }
    if parameter.repeated {
        facts.push("may be given again".to_owned());
    }
    if parameter.deprecated {
        facts.push("deprecated".to_owned());
    }
    let facts = if facts.is_empty() {
        String::new()
    } else {
        format!(" [{}]", facts.join("; "))
    };
    gapi_codegen::text::inert(&format!("{help}{facts}"))
        .trim()
        .to_owned()
}
