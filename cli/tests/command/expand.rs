//! `gapi expand`

use crate::support::Folder;

/// A package whose library and tests call the macro.
fn package() -> Folder {
    let folder = Folder::new();
    folder.write("Cargo.toml", "[package]\nname = \"app\"\n");
    folder.write(
        "src/lib.rs",
        r#"//! An application.
gapi::api! {
    /// My tasks.
    pub(crate) mod tasks = "tasks:v1" { tasks.list };
    pub mod translate = "discovery-docs/translate.v2.json" { languages.list };
}

#[cfg(test)]
mod tests {
    google::api! { mod lists = "tasks:v1" { tasklists.get }; }
}
"#,
    );
    folder
}

#[test]
fn every_call_of_a_file_is_printed() {
    let folder = package();
    let text = folder.gapi("expand src/lib.rs").ok().stdout;

    let file = syn::parse_file(&text).unwrap();
    let modules: Vec<(String, bool)> = file
        .items
        .iter()
        .map(|item| match item {
            syn::Item::Mod(module) => (
                module.ident.to_string(),
                matches!(module.vis, syn::Visibility::Public(_)),
            ),
            _ => panic!("only modules are made"),
        })
        .collect();
    let expected = [("tasks", false), ("translate", true), ("lists", false)];
    assert_eq!(
        modules,
        expected.map(|(name, public)| (name.to_owned(), public))
    );
    assert!(
        text.starts_with("/// My tasks.\n///\n"),
        "the user's docs come first"
    );
    assert!(text.contains("\"tasks.tasks.list\"") && !text.contains("\"tasks.tasks.get\""));
}

#[test]
fn a_document_is_expanded_like_a_call_that_names_it() {
    let folder = package();
    let of_document = folder
        .gapi("expand discovery-docs/tasks.v1.json --methods tasklists.get")
        .ok()
        .stdout;
    assert!(of_document.contains("pub mod tasks {"));

    folder.write(
        "one.rs",
        "gapi::api! { pub mod tasks = \"tasks:v1\" { tasklists.get }; }",
    );
    assert_eq!(folder.gapi("expand one.rs").ok().stdout, of_document);
}

#[test]
fn errors_point_into_the_source() {
    let folder = package();
    folder.write(
        "src/bad.rs",
        "fn f() {\n    gapi::api! {\n        mod a = \"tasks:v1\" { tasks.lsit };\n        mod b = 3;\n    }\n}\n",
    );
    folder.gapi("expand src/bad.rs").fails_with(
        1,
        &[
            "tasks.lsit",
            "`tasks.list`",
            "src/bad.rs:3:30",
            "the document has to be a string literal",
            "src/bad.rs:4:17",
        ],
    );
    folder.write("src/syntax.rs", "fn f( {");
    folder
        .gapi("expand src/syntax.rs")
        .fails_with(1, &["src/syntax.rs:1"]);
}

#[test]
fn what_cannot_be_expanded_is_refused() {
    let folder = package();
    folder.write("src/none.rs", "fn main() {}");
    folder
        .gapi("expand src/none.rs")
        .fails_with(1, &["src/none.rs does not call `gapi::api!`"]);
    folder
        .gapi("expand src/missing.rs")
        .fails_with(7, &["cannot read src/missing.rs"]);
    folder
        .gapi("expand src/lib.rs --methods tasks.list")
        .fails_with(2, &["--methods is for a document"]);
}
