//! Prints the model as tokens. Printers never decide: all that they need is a field of the model.

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

use crate::model::{Api, Shape};

/// The content of the module. It begins with inner attributes (the lints that generated code may trip in a program
/// that denies them), so it has to stand in a module or a file of its own.
///
/// `runtime` is the path of the runtime crate, such as `::gapi`.
#[must_use]
pub fn module(api: &Api, runtime: &TokenStream) -> TokenStream {
    let names = Names::new(api);
    let lints = lints::allowed();
    let constants = api::constants(api);
    let tree = resource::root(api, &names);
    let types = api.types.iter().map(|def| match &def.shape {
        Shape::Object(fields) => schema::object(def, fields, &names),
        Shape::Enum(variants) => enums::open_enum(def, variants, &names),
        Shape::Alias(target) => schema::alias(def, target, &names),
    });
    quote! {
        #lints
        use #runtime::generated::v1 as __gapi;
        #constants
        #tree
        #(#types)*
    }
}

/// The docs of the module, as Markdown.
#[must_use]
pub fn docs(api: &Api) -> String {
    docs::api(api)
}
