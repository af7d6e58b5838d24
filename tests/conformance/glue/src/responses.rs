//! One function per schema that a method responds with.

use std::collections::BTreeMap;

use gapi_codegen::model::{Api, Type};
use proc_macro2::TokenStream;
use quote::quote;

use crate::{
    check,
    types::{reached, target, written},
};

/// The table of responses, by the name of the schema.
pub(crate) fn of(api: &Api) -> TokenStream {
    let responses: BTreeMap<&str, &Type> = api
        .root
        .all_methods()
        .filter_map(|method| method.response.as_ref())
        .filter_map(|ty| Some((api.types[target(ty)?.0].schema.as_deref()?, ty)))
        .collect();
    let names = responses.keys();
    let types = responses.values().map(|ty| written(api, ty));
    let checks = check::of(
        api,
        &reached(api, responses.values().filter_map(|ty| target(ty))),
    );
    quote! {
        #checks
        pub static TABLE: replay::Table = replay::Table::Responses(&[
            #((#names, replay::round_trip::<#types>),)*
        ]);
    }
}
