//! The committed modules are what the generator writes today.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use gapi_codegen::{Options, Selection, generate, lookup};

/// The modules of real APIs: file, document, what is kept.
const APIS: [(&str, &str, &[&str]); 5] = [
    ("iamcredentials_v1", "iamcredentials:v1", &[]),
    ("oauth2_v2", "oauth2:v2", &[]),
    (
        "sqladmin_v1",
        "sqladmin:v1",
        &["instances.{get, insert, list, patch}", "operations.get"],
    ),
    ("tasks_v1", "tasks:v1", &[]),
    ("translate_v2", "translate:v2", &[]),
];

fn package() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The documents that the generator is tested with, one per form.
fn forms() -> PathBuf {
    package().join("../../codegen/tests/documents")
}

fn text(name: &str, spec: &str, methods: &[&str]) -> String {
    let located = lookup::document(package(), spec).unwrap();
    let mut options = Options::new().module(name);
    if !methods.is_empty() {
        options = options.selection(Selection::parse(methods).unwrap());
    }
    generate(&located.source, &options)
        .unwrap()
        .to_module_file()
        .unwrap()
}

/// The names of the files of a folder, without this extension.
fn names(folder: &Path, extension: &str) -> BTreeSet<String> {
    let files = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    files
        .filter(|file| file.extension().is_some_and(|e| e == extension))
        .map(|file| file.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect()
}

#[test]
fn modules_and_the_examples_in_their_docs() {
    let mut examples = String::from(
        "//! The examples in the docs of the modules.\n\nuse gapi_goldens::forms::*;\nuse gapi_goldens::*;\n",
    );
    std::fs::create_dir_all(package().join("src/forms")).unwrap();
    let apis = APIS.iter().map(|(name, spec, methods)| {
        let text = text(name, spec, methods);
        (*name, format!("src/{name}.rs"), text)
    });
    let forms = names(&forms(), "json");
    let forms = forms.iter().map(|name| {
        let spec = format!("../../codegen/tests/documents/{name}.json");
        (
            &**name,
            format!("src/forms/{name}.rs"),
            text(name, &spec, &[]),
        )
    });
    for (name, file, text) in apis.chain(forms) {
        expectorate::assert_contents(package().join(file), &text);
        for (number, example) in self::examples(&text).iter().enumerate() {
            examples.push_str(&format!(
                "\npub async fn {name}_{number}(client: gapi::Client) -> Result<(), gapi::Error> {{\n{example}    Ok(())\n}}\n"
            ));
        }
    }
    for form in [
        "request.send(&client).await?",
        ".send(&client).wait()",
        ".send(&client).stream()",
        ".items(&client)",
        ".pages(&client)",
        ".download(&client)",
        ".upload(media)",
    ] {
        assert!(examples.contains(form), "no example has {form}");
    }
    expectorate::assert_contents(package().join("tests/snippets/examples.rs"), &examples);
}

/// The statements of each example in the docs of a module.
fn examples(text: &str) -> Vec<String> {
    let (mut examples, mut inside) = (Vec::new(), false);
    for line in text.lines() {
        let Some(doc) = line.trim_start().strip_prefix("/// ") else {
            continue;
        };
        match doc {
            "```ignore" => {
                inside = true;
                examples.push(String::new());
            }
            "```" => inside = false,
            statement if inside => {
                let example = examples.last_mut().unwrap();
                example.push_str(&format!("    {statement}\n"));
            }
            _ => {}
        }
    }
    examples
}

#[test]
fn no_module_is_without_its_document() {
    let mut apis = names(&package().join("src"), "rs");
    apis.remove("lib");
    assert_eq!(
        apis,
        APIS.iter().map(|(name, _, _)| (*name).to_owned()).collect()
    );
    assert_eq!(
        names(&package().join("src/forms"), "rs"),
        names(&forms(), "json")
    );
}

#[test]
fn the_same_document_gives_the_same_text() {
    for (name, spec, methods) in APIS {
        let text = || text(name, spec, methods);
        assert_eq!(text(), text(), "{spec}");
    }
}
