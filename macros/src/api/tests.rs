//! The expansion of the macro, without a compiler.

use std::path::Path;
use std::str::FromStr as _;

use proc_macro2::TokenStream;

/// A folder with a small document and its index.
fn package() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let document = r#"{
        "kind": "discovery#restDescription", "id": "toys:v1", "name": "toys", "version": "v1", "revision": "20260101", "title": "Toys",
        "description": "Toys.", "rootUrl": "https://toys.googleapis.com/", "servicePath": "", "batchPath": "batch", "protocol": "rest",
        "baseUrl": "https://toys.googleapis.com/", "parameters": {},
        "schemas": {"Toy": {"id": "Toy", "type": "object", "properties": {"name": {"type": "string"}}}},
        "resources": {"toys": {"methods": {"get": {"id": "toys.toys.get", "path": "v1/toys/{toyId}", "flatPath": "v1/toys/{toyId}", "httpMethod": "GET",
            "parameterOrder": ["toyId"], "parameters": {"toyId": {"type": "string", "location": "path", "required": true}},
            "response": {"$ref": "Toy"}}}}}
    }"#;
    std::fs::write(folder.path().join("toys.v1.json"), document).unwrap();
    folder
}

fn expand(folder: &Path, text: &str) -> syn::File {
    let tokens = super::expand_in(folder, TokenStream::from_str(text).unwrap());
    syn::parse2(tokens.clone()).unwrap_or_else(|error| panic!("{error}: {tokens}"))
}

/// The items of the only module that has this name.
fn module<'a>(file: &'a syn::File, name: &str) -> (&'a syn::ItemMod, &'a [syn::Item]) {
    let modules: Vec<&syn::ItemMod> = file
        .items
        .iter()
        .filter_map(|item| match item {
            syn::Item::Mod(module) if module.ident == name => Some(module),
            _ => None,
        })
        .collect();
    let [module] = modules[..] else {
        panic!("{} modules are called {name}", modules.len())
    };
    (
        module,
        module.content.as_ref().map_or(&[], |(_, items)| items),
    )
}

fn compile_errors(items: &[syn::Item]) -> Vec<String> {
    items
        .iter()
        .filter_map(|item| match item {
            syn::Item::Macro(item) if item.mac.path.segments.last()?.ident == "compile_error" => {
                Some(item.mac.parse_body::<syn::LitStr>().unwrap().value())
            }
            _ => None,
        })
        .collect()
}

#[test]
fn a_module_watches_its_document_and_names_the_runtime() {
    let folder = package();
    let file = expand(
        folder.path(),
        "::renamed; /// Mine.\n pub(crate) mod toys = \"toys.v1.json\" { toys.get };",
    );

    let (module, items) = module(&file, "toys");
    let text = quote::quote!(#(#items)*).to_string();
    assert!(
        text.contains(&format!(
            "include_bytes ! ({:?})",
            folder.path().join("toys.v1.json")
        )),
        "{text}"
    );
    assert!(
        text.contains("use :: renamed :: generated :: v1 as __gapi"),
        "{text}"
    );
    assert!(!text.contains("__gapi_runtime"), "{text}");
    assert!(matches!(module.vis, syn::Visibility::Restricted(_)));
    let docs = module
        .attrs
        .iter()
        .filter(|attribute| attribute.path().is_ident("doc"))
        .count();
    assert!(docs >= 3, "the user's docs, an empty line and ours");
}

#[test]
fn errors_leave_an_empty_module_that_is_still_watched() {
    let folder = package();
    let file = expand(
        folder.path(),
        "::gapi; pub mod toys = \"toys.v1.json\" { toys.gte, toys.put, type Toi };",
    );

    let (_, items) = module(&file, "toys");
    let errors = compile_errors(items);
    assert_eq!(errors.len(), 3, "{errors:?}");
    assert!(
        errors[0].contains("toys.gte") && errors[0].contains("toys.get"),
        "{errors:?}"
    );
    assert!(
        errors[2].contains("Toi") && errors[2].contains("`Toy`"),
        "{errors:?}"
    );
    assert!(
        quote::quote!(#(#items)*)
            .to_string()
            .contains("include_bytes")
    );
}

#[cfg(not(feature = "documents"))]
#[test]
fn a_name_without_an_index_explains_how_to_get_its_document() {
    let folder = package();
    let file = expand(folder.path(), "::gapi; mod toys = \"toys:v1\";");

    let errors = compile_errors(module(&file, "toys").1);
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].contains("`gapi fetch toys:v1`"), "{errors:?}");
}

#[test]
fn a_broken_module_does_not_spoil_the_others() {
    let folder = package();
    let file = expand(
        folder.path(),
        "::gapi; mod a = \"missing.json\"; mod b = 1; mod toys = \"toys.v1.json\";",
    );

    assert_eq!(compile_errors(module(&file, "a").1).len(), 1);
    assert_eq!(compile_errors(module(&file, "b").1).len(), 1);
    assert!(compile_errors(module(&file, "toys").1).is_empty());
}

#[test]
fn the_runtime_comes_first() {
    let folder = package();
    let file = expand(folder.path(), "mod toys = \"toys.v1.json\";");

    assert_eq!(
        compile_errors(&file.items),
        ["call `gapi::api!`: this macro wants the path of package `gapi` first"]
    );
}

#[test]
fn what_a_document_says_in_vain_is_a_warning_at_the_name_of_the_module() {
    let folder = package();
    let path = folder.path().join("toys.v1.json");
    let text = std::fs::read_to_string(&path).unwrap();
    let text = text.replace(
        r#""response":"#,
        r#""request": {"$ref": "Toy"}, "response":"#,
    );
    std::fs::write(&path, text).unwrap();
    let file = expand(folder.path(), r#"::gapi; mod toys = "toys.v1.json";"#);
    let said = quote::quote!(#file).to_string();
    let note = "toys.v1.json: resources.toys.methods.get.request: a GET or HEAD request cannot have a body; it is left out";
    assert!(
        said.contains(&format!("# [deprecated (note = {note:?})]")),
        "{said}"
    );
    assert!(compile_errors(&file.items).is_empty());
}
