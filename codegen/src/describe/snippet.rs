//! A program with a call of a method.

use crate::example::{Spelling, statements};
use crate::model::{Api, Method};

/// Returns a Rust source file with a function that calls the method.
pub(super) fn snippet(api: &Api, names: &Spelling<'_>, method: &Method) -> String {
    let module = names.module();
    let spec = format!("{}:{}", api.name, api.version);
    let pattern = pattern(&method.path_name);
    // Underscores are for the module's sake; `self` alone is no name anywhere.
    let plain = method.ident.trim_end_matches('_');
    let name = match syn::parse_str::<syn::Ident>(plain) {
        Ok(_) => plain,
        Err(_) => method.ident.as_str(),
    };
    let statements = indented(&statements(api, names, method));
    format!(
        "gapi::api! {{\n    mod {module} = {spec:?} {{ {pattern} }};\n}}\n\n\
         pub async fn {name}(client: gapi::Client) -> Result<(), gapi::Error> {{\n{statements}    Ok(())\n}}\n"
    )
}

/// Returns statements as they are written in a function.
pub(super) fn indented(text: &str) -> String {
    text.lines().map(|line| format!("    {line}\n")).collect()
}

/// Returns the name of the method in selections.
pub(super) fn pattern(path_name: &str) -> String {
    // Comments and a byte order mark are no part of an identifier, so that the whole of it counts.
    let is_plain = |segment: &str| {
        syn::parse_str::<syn::Ident>(segment)
            .is_ok_and(|ident| ident == segment && !segment.starts_with("r#"))
    };
    let quoted = path_name.split('.').map(|segment| {
        if is_plain(segment) {
            segment.to_owned()
        } else {
            format!("{segment:?}")
        }
    });
    quoted.collect::<Vec<_>>().join(".")
}
