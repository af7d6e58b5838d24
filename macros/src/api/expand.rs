//! From one module as it is written to one module as it compiles.

use std::path::{Path, PathBuf};

use gapi_codegen::invocation::{Broken, Module};
use proc_macro2::TokenStream;
use quote::quote;

use super::text::{self, Text};
use super::warning;

/// The docs of a module that contains nothing but errors.
const EMPTY: &str = "Nothing was generated, because of errors.";

/// The module, or an empty one of its name with the errors in it.
pub(super) fn module(manifest_dir: &Path, runtime: &TokenStream, module: &Module) -> TokenStream {
    let mut read = Vec::new();
    let text = module.generate(manifest_dir, &mut read, text::generate);
    let watch = watch(&read);
    match text.and_then(|text| full(module, runtime, &text, &watch)) {
        Ok(tokens) => tokens,
        Err(errors) => {
            let errors = errors.iter().map(syn::Error::to_compile_error);
            module.header.item(EMPTY, &quote!(#watch #(#errors)*))
        }
    }
}

/// Returns the replacement of a module that could not be read.
pub(super) fn broken(broken: &Broken) -> TokenStream {
    let error = broken.error.to_compile_error();
    match &broken.header {
        Some(header) => header.item(EMPTY, &error),
        None => error,
    }
}

/// The generated module, and warnings where it is large or its document is wrong.
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
