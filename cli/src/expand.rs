//! `gapi expand`: the expansion of a macro call.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use gapi_codegen::invocation::{Invocation, Module};
use gapi_codegen::{Source, format, generate, model};
use miette::NamedSource;
use proc_macro2::TokenStream;
use syn::visit::Visit;

use crate::diagnostic::{Failure, Outcome};
use crate::selection_args::SelectionArgs;
use crate::{doc_index, input, print};

/// Print what `gapi::api!` makes
///
/// Of a Rust source file, every call in it is shown. Of a document, what a call would make that names the document and the methods.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// A Rust source file that calls `gapi::api!`, or a document: a path, or a name and version such as `sqladmin:v1`; `-` is either one from the standard input stream
    input: String,
    #[command(flatten)]
    selection: SelectionArgs,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let path = Path::new(&arguments.input);
    let stdin = if input::is_stdin(path) {
        Some(input::stdin()?)
    } else {
        None
    };
    let is_rust = match &stdin {
        // No Rust source file begins with a brace, and each document does.
        Some(source) => !source
            .text
            .trim_start_matches('\u{feff}')
            .trim_start()
            .starts_with('{'),
        None => path.extension().is_some_and(|extension| extension == "rs"),
    };
    let items = if is_rust {
        if let Some(option) = arguments.selection.given() {
            let failure = Failure::usage(format!(
                "{option} is for a document, and {} is Rust",
                arguments.input
            ));
            return Err(failure
                .help("the calls in the file select the methods")
                .into());
        }
        let text = match stdin {
            Some(source) => source.text,
            None => input::text(path)?,
        };
        of_file(path, text, &arguments.selection.runtime())?
    } else {
        let source = match stdin {
            Some(source) => source,
            None => doc_index::source(&arguments.input)?,
        };
        of_document(arguments, &source)?
    };
    let text = format::items(items).map_err(Failure::from)?;
    print::code(&text)
}

/// Returns one public module with the name of the API.
fn of_document(arguments: &Arguments, source: &Source) -> Outcome<TokenStream> {
    let generated = arguments.selection.generate(source, None)?;
    let name = model::module_name(&generated.api.name);
    let name: syn::Ident =
        syn::parse_str(&name).map_err(|error| Failure::new(error.to_string()))?;
    Ok(generated.to_module(&name))
}

/// Returns every module of every call in a file.
fn of_file(path: &Path, text: String, runtime: &TokenStream) -> Outcome<TokenStream> {
    let source = Arc::new(NamedSource::new(path.to_string_lossy(), text.clone()));
    let file = syn::parse_file(&text).map_err(|error| Failure::at(&source, &error))?;
    let mut calls = Calls::default();
    calls.visit_file(&file);
    if calls.0.is_empty() {
        let failure = Failure::new(format!("{} does not call `gapi::api!`", path.display()));
        return Err(failure
            .help("name a document to see what a call would make of it: `gapi expand sqladmin:v1`")
            .into());
    }
    let manifest_dir = manifest_dir(path)?;
    let mut items = TokenStream::new();
    let mut failures = Vec::new();
    for call in calls.0 {
        let Invocation { modules, broken } = Invocation::parse(call);
        failures.extend(
            broken
                .iter()
                .map(|broken| Failure::at(&source, &broken.error)),
        );
        for module in modules {
            match expand(&module, &manifest_dir, runtime) {
                Ok(item) => items.extend(item),
                Err(errors) => {
                    failures.extend(errors.iter().map(|error| Failure::at(&source, error)));
                }
            }
        }
    }
    if failures.is_empty() {
        Ok(items)
    } else {
        Err(failures)
    }
}

fn expand(
    module: &Module,
    manifest_dir: &Path,
    runtime: &TokenStream,
) -> Result<TokenStream, Vec<syn::Error>> {
    let generated = module.generate(manifest_dir, &mut Vec::new(), |source, options| {
        generate(source, &options.runtime(runtime.clone()))
    })?;
    Ok(module.header.item(&generated.docs, &generated.tokens))
}

/// Returns the folder of the manifest of the package that contains a file.
fn manifest_dir(path: &Path) -> Outcome<PathBuf> {
    let path = std::path::absolute(path).map_err(|error| Failure::io("find", path, &error))?;
    let folder = path
        .ancestors()
        .skip(1)
        .find(|folder| folder.join("Cargo.toml").is_file());
    folder.map(Path::to_owned).ok_or_else(|| {
        let failure = Failure::new(format!("{} is not in a package", path.display()));
        failure.help("paths in `api!` start at the folder of Cargo.toml, and there is none above this file").into()
    })
}

/// The inputs of all calls in a file. The macro is found by its name, because a renamed package has another path.
#[derive(Default)]
struct Calls(Vec<TokenStream>);

impl<'ast> Visit<'ast> for Calls {
    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        if call
            .path
            .segments
            .last()
            .is_some_and(|segment| segment.ident == "api")
        {
            self.0.push(call.tokens.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_found_everywhere() {
        let file = syn::parse_file(
            "gapi::api! { mod a = \"a:v1\"; }
             #[cfg(test)] mod tests { google::api! { mod b = \"b:v1\"; } }
             fn main() { api! { mod c = \"c:v1\"; } println!(\"api\"); }",
        )
        .unwrap();
        let mut calls = Calls::default();
        calls.visit_file(&file);
        let names: Vec<String> = calls
            .0
            .into_iter()
            .flat_map(|call| Invocation::parse(call).modules)
            .map(|module| module.header.name.to_string())
            .collect();
        assert_eq!(names, ["a", "b", "c"]);
    }
}
