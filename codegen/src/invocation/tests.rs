//! The input of the macro and its errors, without a compiler.

use std::str::FromStr as _;

use proc_macro2::TokenStream;

use super::{Invocation, PatternKind};

fn parse(text: &str) -> Invocation {
    Invocation::parse(TokenStream::from_str(text).unwrap())
}

/// The errors of an input. Where they point is seen in package `gapi-ui`.
fn errors(text: &str) -> Vec<String> {
    parse(text)
        .broken
        .iter()
        .map(|broken| broken.error.to_string())
        .collect()
}

fn patterns(text: &str) -> Vec<PatternKind> {
    let input = parse(&format!("mod a = \"a:v1\" {{ {text} }};"));
    assert!(input.broken.is_empty(), "{}", input.broken[0].error);
    input.modules[0]
        .selection
        .iter()
        .flatten()
        .map(|pattern| pattern.kind.clone())
        .collect()
}

fn methods(text: &str) -> PatternKind {
    PatternKind::Methods(text.to_owned())
}

#[test]
fn modules_keep_what_was_written_around_them() {
    let input = parse(
        r#"        /// Tasks.
        #[cfg(feature = "tasks")]
        pub(crate) mod tasks = "docs/tasks.v1.json" { tasks.list } overrides "tasks.overrides.json";
        mod drive = "drive:v3";"#,
    );

    assert!(input.broken.is_empty());
    let [tasks, drive] = &input.modules[..] else {
        panic!("two modules")
    };
    assert_eq!(tasks.header.name, "tasks");
    assert_eq!(tasks.header.attributes.len(), 2);
    assert!(matches!(
        tasks.header.visibility,
        syn::Visibility::Restricted(_)
    ));
    assert_eq!(tasks.document.value(), "docs/tasks.v1.json");
    assert_eq!(
        tasks.overrides.as_ref().map(syn::LitStr::value).as_deref(),
        Some("tasks.overrides.json")
    );
    assert!(matches!(
        drive.header.visibility,
        syn::Visibility::Inherited
    ));
    assert!(drive.selection.is_none());
}

#[test]
fn patterns_are_flattened() {
    assert_eq!(
        patterns("instances.{list, get}, operations.*, projects.locations.**, type Service, **"),
        [
            methods("instances.list"),
            methods("instances.get"),
            methods("operations.*"),
            methods("projects.locations.**"),
            PatternKind::Type("Service".to_owned()),
            methods("**"),
        ]
    );
    assert_eq!(
        patterns("a.{b.{c, d.*}, e},"),
        [methods("a.b.c"), methods("a.b.d.*"), methods("a.e")]
    );
    assert_eq!(
        patterns("{a, b}.*.{c, d}"),
        [
            methods("a.*.c"),
            methods("a.*.d"),
            methods("b.*.c"),
            methods("b.*.d")
        ]
    );
}

#[test]
fn any_word_is_a_segment() {
    assert_eq!(
        patterns(
            "tasks.move, fhir.\"Patient-everything\", r#type.get, type.get, self.list, a.type"
        ),
        [
            methods("tasks.move"),
            methods("fhir.\"Patient-everything\""),
            methods("type.get"),
            methods("type.get"),
            methods("self.list"),
            methods("a.type"),
        ]
    );
    assert_eq!(
        patterns("type \"Odd-name\""),
        [PatternKind::Type("Odd-name".to_owned())]
    );
}

#[test]
fn the_last_module_needs_no_semicolon() {
    for text in [
        "mod tasks = \"t:v1\"",
        "mod tasks = \"t:v1\" { a.b }",
        "mod tasks = \"t:v1\" overrides \"o.json\"",
    ] {
        assert_eq!(errors(text), [""; 0], "{text}");
    }
}

#[test]
fn mistakes_are_named() {
    let cases = [
        (
            "pub struct tasks;",
            "expected a module: `pub mod NAME = \"DOCUMENT\";`",
        ),
        (
            "mod tasks \"tasks:v1\";",
            "expected `= \"DOCUMENT\"` after the module's name",
        ),
        (
            "mod tasks;",
            "expected `= \"DOCUMENT\"` after the module's name",
        ),
        (
            "mod tasks = \"t:v1\" x",
            "expected `;`, a selection in braces or `overrides \"FILE\"` after the document",
        ),
        (
            "mod tasks = \"t:v1\" mod b = \"t:v1\";",
            "expected `;`, a selection in braces or `overrides \"FILE\"` after the document",
        ),
        (
            "mod tasks = \"t:v1\" { a.b } x",
            "expected `;` or `overrides \"FILE\"` after the selection",
        ),
        (
            "mod tasks = \"t:v1\" overrides tasks;",
            "expected the path of an override file after `overrides`, as a string literal",
        ),
        (
            "mod tasks = \"t:v1\" { a.b c };",
            "expected `,` between patterns",
        ),
        (
            "mod tasks = \"t:v1\" { a::b };",
            "names are separated by `.`, as in `files.list`",
        ),
        (
            "mod tasks = \"t:v1\" { a {b, c} };",
            "expected `.` before the braces, as in `files.{list, get}`",
        ),
        (
            "mod tasks = \"t:v1\" { a.b() };",
            "methods are selected without parentheses",
        ),
        (
            "mod my-tasks = \"t:v1\";",
            "a module has no dashes in its name: `my_tasks`",
        ),
        (
            "mod tasks = \"t:v1\" { a.{} };",
            "these braces are empty; name methods, or write `*` for all",
        ),
        (
            "mod tasks = \"t:v1\" { a. };",
            "unexpected end of input, expected a resource or method: a name, a string such as \"Patient-everything\", `*`, `**` or `{...}`",
        ),
        (
            "mod tasks = \"t:v1\" { 1 };",
            "expected a resource or method: a name, a string such as \"Patient-everything\", `*`, `**` or `{...}`",
        ),
        (
            "mod tasks = \"t:v1\" { a.\"\" };",
            "this cannot be the name of anything",
        ),
    ];
    for (text, error) in cases {
        assert_eq!(errors(text), [error], "{text}");
    }
    let literal = errors("mod tasks = concat!(\"tasks\", \":v1\");");
    assert!(
        literal[0].starts_with("the document has to be a string literal"),
        "{literal:?}"
    );
    let empty = errors("mod tasks = \"t:v1\" {};");
    assert!(empty[0].starts_with("this selection is empty"), "{empty:?}");
}

#[test]
fn reading_goes_on_after_a_mistake() {
    let input = parse(
        "mod a = \"a:v1\" { b. }; mod c = 3; mod d \"d:v1\" pub mod e = \"e:v1\"; mod f = \"f:v1\";",
    );

    let names: Vec<String> = input
        .modules
        .iter()
        .map(|module| module.header.name.to_string())
        .collect();
    assert_eq!(names, ["e", "f"]);
    let broken: Vec<String> = input
        .broken
        .iter()
        .map(|broken| {
            broken
                .header
                .as_ref()
                .map_or(String::new(), |header| header.name.to_string())
        })
        .collect();
    assert_eq!(broken, ["a", "c", "d"]);
}

#[test]
fn two_modules_of_one_name_need_a_cfg_each() {
    let found = errors("mod a = \"a:v1\"; mod a = \"b:v1\";");
    assert_eq!(
        found,
        ["there is a module `a` in this call already; give one of the two another name"]
    );
    assert!(errors("#[cfg(x)] mod a = \"a:v1\"; #[cfg(not(x))] mod a = \"b:v1\";").is_empty());
}

#[test]
fn docs_of_the_user_come_first_and_all_begin_in_one_column() {
    let input = parse(
        r#"/// Mine.
        ///
        ///     code
        #[doc = "Bare."] #[doc = include_str!("docs.md")] #[cfg(x)] mod a = "a:v1";"#,
    );
    let item = input.modules[0].header.item("Ours.", &TokenStream::new());
    let expected = r#"
        #[doc = "Mine."] #[doc = ""] #[doc = "    code"] #[doc = "Bare."] #[doc = include_str!("docs.md")] #[cfg(x)]
        #[doc = ""] #[doc = "Ours."] mod a {}
    "#;
    assert_eq!(
        item.to_string(),
        TokenStream::from_str(expected).unwrap().to_string()
    );
}
