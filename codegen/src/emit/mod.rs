//! Prints the model as tokens. All decisions are made before, and are fields of the model.
//!
//! Generated functions are `#[inline]`, so that the crate of a module contains machine code only of those that are used.

mod api;
mod docs;
mod enums;
mod lints;
mod method;
mod names;
mod resource;
mod schema;
mod table;

use names::Names;
use proc_macro2::TokenStream;
use quote::quote;

use crate::example::Spelling;
use crate::model::{Api, Shape, TypeDef};

/// Returns the content of the module. It begins with inner attributes (it allows lints that a program may deny), so it must be in a
/// module or a file of its own.
///
/// `runtime` is the path of the runtime crate, such as `::gapi`. `module` is the module's own path in the examples of its docs, which has
/// none without it.
#[must_use]
pub fn module(api: &Api, runtime: &TokenStream, module: Option<&str>) -> TokenStream {
    let spelling = module.map(|module| Spelling::in_module(api, module, &package(runtime)));
    let names = Names::new(api, spelling);
    let lints = lints::allowed();
    let constants = api::constants(api);
    let tree = resource::root(api, &names);
    let types = api.types.iter().map(|def| match &def.shape {
        Shape::Object(fields) => schema::object(def, fields, &names),
        Shape::Enum(variants) => enums::open_enum(def, variants, &names),
        Shape::Alias(target) => schema::alias(def, target, &names),
    });
    let enums = shared(api, &quote!(open_enum), |def| {
        matches!(def.shape, Shape::Enum(_))
    });
    let responses = shared(api, &quote!(from_response), |def| def.is_response);
    let updates = method::updates(api);
    quote! {
        #lints
        #[doc(hidden)]
        pub use #runtime::generated::v1 as __gapi;
        #constants
        #tree
        #(#types)*
        #enums
        #responses
        #updates
    }
}

/// Returns the path of the runtime in examples. The one name that a macro has instead is no path outside of it.
fn package(runtime: &TokenStream) -> String {
    let path = runtime.to_string().replace(' ', "");
    let is_path = path.contains("::");
    if is_path {
        path.trim_start_matches("::").to_owned()
    } else {
        "gapi".to_owned()
    }
}

/// Returns a macro call that implements traits for all types that `is` selects. One call for all compiles faster than one for each.
fn shared(
    api: &Api,
    macro_name: &TokenStream,
    is: impl Fn(&TypeDef) -> bool,
) -> Option<TokenStream> {
    let types: Vec<_> = api
        .types
        .iter()
        .filter(|def| is(def))
        .map(|def| names::ident(&def.ident))
        .collect();
    (!types.is_empty()).then(|| quote!(__gapi::#macro_name!(#(#types)*);))
}

/// Returns the docs of the module, as Markdown.
#[must_use]
pub fn module_docs(api: &Api, origin: &str) -> String {
    docs::api(api, origin)
}

#[cfg(test)]
mod tests;
