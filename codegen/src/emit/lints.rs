//! Lints that a generated module allows.

use proc_macro2::TokenStream;
use quote::quote;

/// Returns an inner attribute that allows lints, for programs that deny warnings.
///
/// `missing_docs` and `unsafe_code` are not here: every item has docs, no code is unsafe, and a program that forbids
/// them would refuse to see them allowed.
pub(super) fn allowed() -> TokenStream {
    quote! {
        #![allow(
            // Not every program uses every method, and names are the document's.
            unused,
            nonstandard_style,
            // The module defines what the document deprecates, and uses it.
            deprecated,
            // Style lints are for code that people write.
            clippy::all,
            clippy::pedantic,
            clippy::nursery,
            rust_2018_idioms,
            elided_lifetimes_in_paths,
            let_underscore_drop,
            missing_copy_implementations,
            redundant_lifetimes,
            single_use_lifetimes,
            trivial_casts,
            trivial_numeric_casts,
            unexpected_cfgs,
            unnameable_types,
            unreachable_pub,
            unused_qualifications,
            unused_results,
            variant_size_differences
        )]
    }
}
