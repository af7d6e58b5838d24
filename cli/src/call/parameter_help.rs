//! The help of a parameter, from its document.

use gapi_codegen::describe::one_line;
use gapi_codegen::model::{Api, Parameter, Type};

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
        _ if api.enum_values(ty).is_empty() => "TEXT",
        _ => "VALUE",
    }
}

/// Returns the help of a parameter: its description, and the facts of the document, none of which is enforced here.
pub(super) fn help_of(api: &Api, parameter: &Parameter) -> String {
    let mut help = one_line(&parameter.description);
    if help.chars().count() > 400 {
        help = help.chars().take(400).chain(['…']).collect();
    }
    let mut facts = parameter.notes.in_words();
    let values = api.enum_values(&parameter.ty);
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
