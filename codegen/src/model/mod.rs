//! What a document means: names resolved, types interned, cycles boxed, paging, media and operations decided.

pub(crate) mod address;
mod components;
mod cycles;
pub(crate) mod depth;
mod documented;
pub(crate) mod formats;
mod http_body;
mod idempotency;
mod jobs;
pub(crate) mod media;
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

pub use types::*;

use crate::{Document, Errors};

/// Lowers a document to the model.
///
/// # Errors
///
/// Everything in the document that has no meaning, with places relative to the document.
pub fn lower(document: &Document) -> Result<Api, Errors> {
    let (api, errors) = lower_all(document);
    errors.or(api)
}

/// The model, in which anything stands for what has no meaning, and everything that has none.
pub(crate) fn lower_all(document: &Document) -> (Api, Errors) {
    let mut types = schemas::Types::of(document);
    let scopes = scopes::of(document);
    let root = resources::root(document, &scopes, &mut types);
    let (mut defs, owners, mut errors) = (types.defs, types.owners, types.errors);
    cycles::resolve(&mut defs, &mut errors);
    let prelude = prelude(&defs);
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    // What is no address is told by the check.
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
    // For printing: every schema, and what was made of its inline parts after it.
    let mut order: Vec<usize> = (0..api.types.len()).collect();
    order.sort_by_key(|index| (owners[*index], *index));
    remap::api(&mut api, &order);
    operations::resolve(&mut api, document, &mut errors);
    http_body::resolve(&mut api);
    patching::resolve(&mut api, document, &mut errors);
    mark_requests(&mut api);
    mark_responses(&mut api);
    (api, errors)
}

impl Resource {
    /// The number of methods here and below.
    #[must_use]
    pub fn method_count(&self) -> usize {
        self.methods.len() + self.resources.iter().map(Self::method_count).sum::<usize>()
    }

    /// Every method here and below: each resource's own before those of its sub-resources.
    pub fn all_methods(&self) -> Box<dyn Iterator<Item = &Method> + '_> {
        Box::new(
            self.methods
                .iter()
                .chain(self.resources.iter().flat_map(Self::all_methods)),
        )
    }
}

/// Names of the prelude, by their full path where a type of the module hides the short one.
fn prelude(defs: &[TypeDef]) -> Prelude {
    let hidden: BTreeSet<&str> = defs.iter().map(|def| &*def.ident).collect();
    let pick =
        |short: &'static str, long: &'static str| if hidden.contains(short) { long } else { short };
    Prelude {
        option: pick("Option", "::std::option::Option"),
        string: pick("String", "::std::string::String"),
        vec: pick("Vec", "::std::vec::Vec"),
        boxed: pick("Box", "::std::boxed::Box"),
        result: pick("Result", "::std::result::Result"),
        into: pick("Into", "::std::convert::Into"),
        into_iterator: pick("IntoIterator", "::std::iter::IntoIterator"),
        from: pick("From", "::std::convert::From"),
        as_ref: pick("AsRef", "::std::convert::AsRef"),
    }
}

fn mark_requests(api: &mut Api) {
    let bodies = api
        .root
        .all_methods()
        .filter_map(|method| method.request.as_ref());
    let roots: Vec<TypeId> = bodies.filter_map(remap::target).collect();
    for id in remap::reach(&api.types, roots) {
        api.types[id.0].in_request = true;
    }
}

/// Marks the enums that responses are, by whatever names.
fn mark_responses(api: &mut Api) {
    let responses = api.root.all_methods().filter_map(|method| {
        let mut ty = method.response.as_ref()?;
        // Aliases end: those that do not are an error.
        loop {
            let Type::Named(id) = ty else { return None };
            match &api.types[id.0].shape {
                Shape::Enum(_) => return Some(*id),
                Shape::Alias(target) => ty = target,
                Shape::Object(_) => return None,
            }
        }
    });
    for id in responses.collect::<BTreeSet<TypeId>>() {
        api.types[id.0].is_response = true;
    }
}
