//! What is refused, and what is made of the rest.

use std::str::FromStr as _;

use proc_macro2::{Ident, Span, TokenStream};

use super::parse::runtime;
use crate::runtime::Dependency;

fn expand(text: &str) -> String {
    super::expand(TokenStream::from_str(text).unwrap()).to_string()
}

#[test]
fn mistakes_are_reported() {
    for (input, message) in [
        ("enum E { A }", "derived for structs"),
        ("struct S(u32);", "with named fields"),
        ("struct S;", "with named fields"),
        ("struct S {}", "asks for everything"),
        ("struct S { #[fields(skip)] a: u32 }", "asks for everything"),
        ("struct S<T> { a: T }", "without parameters"),
        ("#[fields(to = x)] struct S { a: u32 }", "a type has `of"),
        (
            "#[fields(of = x, of = y)] struct S { a: u32 }",
            "given twice",
        ),
        (
            "struct S { #[fields(name = \"b\")] a: u32 }",
            "a field has `rename",
        ),
        (
            "struct S { #[fields(rename = \"a b!\")] a: u32, #[fields(rename = \"\")] b: u32 }",
            "not the name of a property",
        ),
        (
            "struct S { a: u32, #[fields(rename = \"a\")] b: u32 }",
            "two fields hold the property",
        ),
    ] {
        let text = expand(input);
        assert!(
            text.contains("compile_error") && text.contains(message),
            "{input}: {text}"
        );
    }
}

#[test]
fn properties_are_in_camel_case() {
    let text = expand(
        "struct S { next_page_token: u32, r#type: u32, #[fields(rename = \"IPAddress\")] ip: u32 }",
    );
    for name in ["\"nextPageToken\"", "\"type\"", "\"IPAddress\""] {
        assert!(text.contains(name), "{name}: {text}");
    }
}

#[test]
fn a_schema_has_the_last_word_on_names() {
    let text = expand(
        "#[fields(of = d::F, crate = g::api)] struct S { size: i64, #[fields(rename = \"mimeType\")] kind: String }",
    );
    assert!(
        text.contains("schema . mime_type")
            && text.contains("use g :: api :: __private :: fields as __gapi_fields"),
        "{text}"
    );
    // The schema says where its property has another name.
    assert!(
        text.contains("wire_name :: < d :: F > (\"mime_type\" , \"mimeType\")"),
        "{text}"
    );
}

#[test]
fn the_runtime_is_a_dependency_or_that_of_the_module() {
    let of = |text: &str| Some(syn::parse_str(text).unwrap());
    let path = |of: Option<syn::Type>, dependency| match runtime(of.as_ref(), dependency) {
        Ok(path) => path.to_string().replace(' ', ""),
        Err(error) => error.to_string(),
    };
    let named = Dependency::Named(Ident::new("google", Span::call_site()));
    assert_eq!(
        path(of("a::drive::File"), named),
        "::google::__private::fields"
    );
    let module = "a::drive::__gapi::fields";
    assert_eq!(path(of("a::drive::File"), Dependency::Absent), module);
    assert_eq!(path(of("a::drive::File"), Dependency::Unknown), module);
    assert_eq!(
        path(of("File"), Dependency::Unknown),
        "::gapi::__private::fields"
    );
    let error = path(of("File"), Dependency::Absent);
    assert!(error.contains("name the schema with its module"), "{error}");
}
