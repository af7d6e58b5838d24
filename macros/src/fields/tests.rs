//! What is refused, and what is made of the rest.

use std::str::FromStr as _;

use proc_macro2::TokenStream;

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
        text.contains("schema . mime_type") && text.contains("g :: api :: __private"),
        "{text}"
    );
    // The schema says where its property has another name.
    assert!(
        text.contains("wire_name :: < d :: F > (\"mime_type\" , \"mimeType\")"),
        "{text}"
    );
}
