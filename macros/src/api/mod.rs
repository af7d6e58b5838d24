//! `api!`: from the input to the modules.

mod expand;
#[cfg(test)]
mod tests;
mod text;
mod warning;

use std::path::Path;

use gapi_codegen::invocation::Invocation;
use proc_macro2::TokenStream;

use crate::runtime;

/// Expands one call. Whatever is wrong, what comes back is valid items and one `compile_error!` per problem.
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
        .iter()
        .map(|module| expand::module(manifest_dir, &runtime, module));
    modules.chain(broken.iter().map(expand::broken)).collect()
}
