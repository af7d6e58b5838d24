//! A module as it would be with serde's derives: the same structs and methods, without `extra`.

use std::{error::Error, fmt::Write as _};

use gapi_codegen::model::{Api, Field, Resource, Shape, Type, TypeDef, Variant};
use gapi_codegen::{Options, emit, format};

/// Why there is no module.
type Failure = Box<dyn Error + Send + Sync>;

/// The text of the module, items only.
///
/// # Errors
/// When the methods cannot be formatted.
pub fn module(api: &Api) -> Result<String, Failure> {
    let tokens = emit::module(&without_types(api), &Options::new().runtime, None);
    let mut text = format::items(tokens)?;
    for def in &api.types {
        type_def(api, def, &mut text)?;
    }
    Ok(text)
}

/// The methods alone: bodies and responses are any JSON, since the runtime knows nothing of derived types.
fn without_types(api: &Api) -> Api {
    let mut api = api.clone();
    api.types.clear();
    any(&mut api.root);
    api
}

fn any(resource: &mut Resource) {
    for method in &mut resource.methods {
        for ty in [&mut method.request, &mut method.response]
            .into_iter()
            .flatten()
        {
            *ty = Type::Any;
        }
        if let Some(paging) = &mut method.paging {
            paging.items = None;
        }
        // Any JSON is no operation that could be waited for.
        method.operation = None;
        for parameter in method.required.iter_mut().chain(&mut method.optional) {
            if matches!(parameter.ty, Type::Named(_)) {
                parameter.ty = Type::String;
            }
        }
    }
    resource.resources.iter_mut().for_each(any);
}

fn type_def(api: &Api, def: &TypeDef, out: &mut String) -> Result<(), Failure> {
    let name = &def.ident;
    writeln!(out, "\n#[doc = {:?}]", def.description)?;
    match &def.shape {
        Shape::Object(fields) => {
            writeln!(
                out,
                "#[derive(Clone, Debug, Default, PartialEq, ::serde::Serialize, ::serde::Deserialize)]\n\
                 pub struct {name} {{"
            )?;
            for field in fields {
                member(api, field, out)?;
            }
        }
        Shape::Enum(variants) => {
            writeln!(
                out,
                "#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ::serde::Serialize, ::serde::Deserialize)]\n\
                 #[non_exhaustive]\npub enum {name} {{"
            )?;
            for Variant {
                ident,
                wire,
                description,
                ..
            } in variants
            {
                writeln!(
                    out,
                    "    #[doc = {description:?}]\n    #[serde(rename = {wire:?})]\n    {ident},"
                )?;
            }
            writeln!(
                out,
                "    #[serde(untagged)]\n    Unrecognized(::std::string::String),"
            )?;
        }
        Shape::Alias(target) => {
            writeln!(out, "pub type {name} = {};", spelled(api, target))?;
            return Ok(());
        }
    }
    writeln!(out, "}}")?;
    Ok(())
}

fn member(api: &Api, field: &Field, out: &mut String) -> Result<(), Failure> {
    let Field {
        ident,
        wire,
        description,
        ..
    } = field;
    writeln!(
        out,
        "    #[doc = {description:?}]\n    \
         #[serde(rename = {wire:?}, skip_serializing_if = \"::std::option::Option::is_none\")]\n    \
         pub {ident}: ::std::option::Option<{}>,",
        spelled(api, &field.ty)
    )?;
    Ok(())
}

/// A type. Those that are text on the wire are plain texts, which favours the derives.
fn spelled(api: &Api, ty: &Type) -> String {
    match ty {
        Type::Bool => "bool".to_owned(),
        Type::I32 => "i32".to_owned(),
        Type::U32 => "u32".to_owned(),
        Type::F32 => "f32".to_owned(),
        Type::F64 => "f64".to_owned(),
        Type::Any => "__gapi::Value".to_owned(),
        Type::Named(id) => api.types[id.0].ident.clone(),
        Type::Boxed(id) => format!("::std::boxed::Box<{}>", api.types[id.0].ident),
        Type::List(item) => format!("::std::vec::Vec<{}>", spelled(api, item)),
        Type::Map(value) => format!(
            "::std::collections::BTreeMap<::std::string::String, {}>",
            spelled(api, value)
        ),
        Type::String
        | Type::I64
        | Type::U64
        | Type::Bytes
        | Type::DateTime
        | Type::Date
        | Type::Duration
        | Type::FieldMask => "::std::string::String".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use gapi_codegen::{Source, generate};

    use super::*;

    #[test]
    fn methods_promise_nothing_that_any_json_cannot_fulfil() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../discovery-docs/sqladmin.v1.json"
        );
        let source = Source::new("sqladmin.v1.json", std::fs::read_to_string(path).unwrap());
        let api = generate(&source, &Options::new()).unwrap().api;
        let text = module(&api).unwrap();
        assert!(text.contains("__gapi::Value, pages"));
        assert!(!text.contains("items("));
        assert!(!text.contains("with_operation"));
    }
}
