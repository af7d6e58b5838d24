//! `api!`: from the input to the modules.

#[cfg(test)]
mod tests;
mod text;
mod warning;

use std::path::{Path, PathBuf};

use gapi_codegen::invocation::{Broken, Invocation, Module};
use proc_macro2::TokenStream;
use quote::quote;
use text::Text;

use crate::runtime;

/// The docs of a module with errors.
const EMPTY: &str = "The invocation has errors.";

/// Expands one call. The result is valid items in any case, with one `compile_error!` for each error.
pub(crate) fn expand(tokens: TokenStream) -> TokenStream {
    // Cargo always sets it. Where something else runs rustc, paths start at the working directory.
    let manifest_dir = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default();
    expand_in(Path::new(&manifest_dir), tokens)
}

/// Expands one call in a package.
fn expand_in(manifest_dir: &Path, tokens: TokenStream) -> TokenStream {
    let _one_at_a_time = text::lock();
    let (runtime, tokens) = match runtime::split("api", tokens) {
        Ok(split) => split,
        Err(error) => return error.to_compile_error(),
    };
    let Invocation { modules, broken } = Invocation::parse(tokens);
    let modules = modules
        .into_iter()
        .map(|module| expand_module(manifest_dir, &runtime, module));
    modules.chain(broken.iter().map(replacement)).collect()
}

/// Returns the module, or one of its name with the errors in it. After an error of its selection that one has the whole document, so that
/// uses of its names are no errors too.
fn expand_module(manifest_dir: &Path, runtime: &TokenStream, mut module: Module) -> TokenStream {
    let mut read = Vec::new();
    let text = module.generate(manifest_dir, &mut read, text::generate);
    let watch = watch(&read);
    match text.and_then(|text| full(&module, runtime, &text, &watch)) {
        Ok(tokens) => tokens,
        Err(errors) => {
            let errors = errors.iter().map(syn::Error::to_compile_error);
            let is_selected = module.selection.take().is_some();
            let whole = is_selected
                .then(|| {
                    module
                        .generate(manifest_dir, &mut Vec::new(), text::generate)
                        .ok()
                })
                .flatten()
                .and_then(|text| text.tokens(runtime).ok());
            module
                .header
                .item(EMPTY, &quote!(#whole #watch #(#errors)*))
        }
    }
}

/// Returns the replacement of a module that could not be read.
fn replacement(broken: &Broken) -> TokenStream {
    let error = broken.error.to_compile_error();
    match &broken.header {
        Some(header) => header.item(EMPTY, &error),
        None => error,
    }
}

/// Returns the generated module, and warnings if it is large or its document has errors.
fn full(
    module: &Module,
    runtime: &TokenStream,
    text: &Text,
    watch: &TokenStream,
) -> Result<TokenStream, Vec<syn::Error>> {
    let mut content = text.tokens(runtime).map_err(|error| {
        let message =
            format!("gapi generated text that is not Rust, which is a defect of gapi: {error}");
        vec![syn::Error::new(module.document.span(), message)]
    })?;
    let large = warning::of_size(&content, module);
    let wrong = warning::of_document(&text.warnings, module);
    content.extend(watch.clone());
    let item = module.header.item(&text.docs, &content);
    Ok(quote!(#large #wrong #item))
}

/// Makes the compiler run the macro again when one of the files changes.
fn watch(files: &[PathBuf]) -> TokenStream {
    let files = files.iter().map(|file| file.to_string_lossy());
    quote! { #(const _: &[u8] = ::core::include_bytes!(#files);)* }
}
