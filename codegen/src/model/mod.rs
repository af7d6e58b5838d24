//! The model of a document: names resolved, types interned, cycles boxed, paging, media and operations decided.

mod api;
mod components;
mod cycles;
pub(crate) mod depth;
mod documented;
mod draft;
mod idempotency;
mod jobs;
pub(crate) mod media;
mod method;
pub(crate) mod names;
mod operations;
mod paging;
mod parameters;
mod patching;
pub(crate) mod remap;
mod resources;
mod schemas;
mod scopes;
mod secrets;
mod types;

use std::collections::BTreeSet;

pub use crate::document::Endpoint;
pub use api::{Api, Prelude, Scope};
pub use method::{
    Download, Items, Job, Location, MaskOf, Method, Operation, OperationShape, Paging, Parameter,
    Patching, Refusal, Resource, Retries, TokenIn, Upload, Verb,
};
pub use names::module_name;
pub use patching::describes_merge;
pub(crate) use types::scalar;
pub use types::{Field, Notes, Shape, Type, TypeDef, TypeId, Variant};

use operations::Operations;
use patching::Patches;

use crate::document::address;
use crate::{Document, Errors};

/// Lowers a document to the model.
///
/// # Errors
///
/// Returns every error of types, references and methods. Paths are relative to the document.
pub fn lower(document: &Document) -> Result<Api, Errors> {
    let (api, errors) = lower_all(document);
    errors.or(api)
}

/// Returns the model and all errors. Invalid types are any value in it.
pub(crate) fn lower_all(document: &Document) -> (Api, Errors) {
    let mut types = schemas::Types::of(document);
    let scopes = scopes::of(document);
    let drafts = resources::root(document, &mut types);
    let (mut defs, owners, mut errors) = (types.defs, types.owners, types.errors);
    cycles::resolve(&mut defs, &mut errors);
    let operations = Operations::of(&drafts, document, &defs, &mut errors);
    let patches = Patches::of(&drafts, &defs);
    let root = drafts.map(&mut |draft| {
        let decided = (
            operations.operation(&draft, &defs),
            patches.decide(&draft, &defs, &mut errors),
        );
        draft.finish(document, &scopes, &defs, decided, &mut errors)
    });
    let prelude = prelude(&defs);
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    // The check reports invalid addresses.
    let address = address::of(document).unwrap_or_default();
    let mut api = Api {
        name: text(&document.name),
        version: text(&document.version),
        revision: text(&document.revision),
        title: document
            .title
            .clone()
            .or_else(|| document.canonical_name.clone())
            .unwrap_or_else(|| text(&document.name)),
        description: text(&document.description),
        documentation_link: document
            .documentation_link
            .clone()
            .filter(|link| !link.is_empty()),
        root_url: address.root_url,
        service_path: address.service_path,
        batch_path: address.batch_path,
        mtls_root_url: address.mtls_root_url,
        data_wrapper: document.wraps_data(),
        scopes,
        endpoints: address.endpoints,
        types: defs,
        root,
        prelude,
    };
    // The order of printing: every schema, then the types of its inline parts.
    let mut order: Vec<usize> = (0..api.types.len()).collect();
    order.sort_by_key(|index| (owners[*index], *index));
    remap::api(&mut api, &order);
    mark_types(&mut api);
    (api, errors)
}

/// Returns the names of the prelude, by their full path where a type of the module hides the short one.
fn prelude(defs: &[TypeDef]) -> Prelude {
    let hidden: BTreeSet<&str> = defs.iter().map(|def| &*def.ident).collect();
    let pick =
        |short: &'static str, long: &'static str| if hidden.contains(short) { long } else { short };
    Prelude {
        option: pick("Option", "::std::option::Option"),
        string: pick("String", "::std::string::String"),
        vec: pick("Vec", "::std::vec::Vec"),
        boxed: pick("Box", "::std::boxed::Box"),
        into_iterator: pick("IntoIterator", "::std::iter::IntoIterator"),
        from: pick("From", "::std::convert::From"),
        as_ref: pick("AsRef", "::std::convert::AsRef"),
    }
}

/// Marks the types that requests have, the operations, and the enums that responses are, by any names.
fn mark_types(api: &mut Api) {
    let (mut requests, mut operations, mut enums) = (Vec::new(), Vec::new(), Vec::new());
    for method in api.root.all_methods() {
        requests.extend(method.request.as_ref().and_then(remap::target));
        let mut response = method.response.as_ref();
        if let (Some(_), Some(Type::Named(id))) = (&method.operation, response) {
            operations.push(*id);
        }
        // Aliases end: those that do not are an error.
        while let Some(Type::Named(id)) = response {
            response = match &api.types[id.0].shape {
                Shape::Alias(target) => Some(target),
                Shape::Enum(_) => {
                    enums.push(*id);
                    None
                }
                Shape::Object(_) => None,
            };
        }
    }
    for id in remap::reach(&api.types, requests) {
        api.types[id.0].in_request = true;
    }
    for id in operations {
        api.types[id.0].is_operation = true;
    }
    for id in enums {
        api.types[id.0].is_response = true;
    }
}
