//! What is refused, and what is not.

use std::str::FromStr as _;

use proc_macro2::TokenStream;

fn expand(text: &str) -> String {
    super::expand(TokenStream::from_str(text).unwrap()).to_string()
}

#[test]
fn mistakes_are_reported() {
    for (input, message) in [
        ("x::Y { }", "wants the path of package `gapi` first"),
        ("::g; { a: 1 }", "expected the type of the message"),
        ("::g; ", "expected the type of the message"),
        ("::g; x::Y { extra: { a: 1 } }", "JSON names, in quotes"),
        ("::g; x::Y { extra: [1] }", "`extra` is a map"),
        ("::g; x::Y", "expected the message's properties"),
        ("::g; x::Y { a: 1 } b", "nothing behind the message"),
        ("::g; x::Y { \"a\": 1 }", "written without quotes"),
        ("::g; x::Y { a: 1, \"b\": 2 }", "make this a message"),
        (
            "::g; x::Y { a: { \"b\": 1, c: 2 } }",
            "keys of a map are texts",
        ),
        ("::g; x::Y { a: 1, a: 2 }", "`a` is set twice"),
        (
            "::g; x::Y { a: { \"b\": 1, \"b\": 2 } }",
            "\\\"b\\\" is set twice",
        ),
        ("::g; x::Y { a 1 }", "expected `:` and the value of `a`"),
        ("::g; x::Y { a: }", "expected a value"),
        ("::g; x::Y { ..b, a: 1 }", "come last"),
        ("::g; x::Y { a: [null] }", "a list cannot hold `null`"),
        ("::g; x::Y { a: [0; 3] }", "vec![item; count]"),
        ("::g; x::Y { a: 1 b: 2 }", "expected `,`"),
        ("::g; x::Y { type: 1, r#type: 2 }", "`r#type` is set twice"),
        ("::g; x::Y { self: 1 }", "no property is called `self`"),
        ("::g; x::Y { 1: 1 }", "expected identifier"),
    ] {
        let text = expand(input);
        assert!(
            text.contains("compile_error") && text.contains(message),
            "{input}: {text}"
        );
    }
}

#[test]
fn what_is_well_written_is_an_expression() {
    for input in [
        "::g; x::Y {}",
        "::g; Y { a, b: 1 + 2, c: [], d: {}, e: [1, { f: null }], r#type: (\"x\") }",
        "::g; Y { type: 1, match: { in: null }, fn: [{ type: 2 }] }",
        "::g; x::Y { a: { \"b\": null, (c): { d: [] } }, extra: { \"n\": null }, ..base() }",
        "::g; x::Y { a: [1, 2].len(), b: null_count, }",
    ] {
        let tokens = super::expand(TokenStream::from_str(input).unwrap());
        let parsed = syn::parse2::<syn::ExprBlock>(tokens.clone());
        assert!(parsed.is_ok(), "{input}: {tokens}");
        assert!(
            !tokens.to_string().contains("compile_error"),
            "{input}: {tokens}"
        );
    }
}
