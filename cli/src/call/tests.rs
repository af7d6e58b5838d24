//! Methods of vendored documents, for the tests of the modules beside this one.

use std::path::Path;

use gapi_codegen::model::Type;
use gapi_dynamic::{Method, Service};

/// Returns the API of a vendored document.
pub(crate) fn service(spec: &str) -> Service {
    let file = format!("../discovery-docs/{}.json", spec.replace(':', "."));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let text = std::fs::read_to_string(path).unwrap();
    Service::from_json(text).unwrap()
}

/// Returns a method of a vendored document.
pub(crate) fn target(spec: &str, method: &str) -> Method {
    service(spec).find(method).unwrap()
}

/// Returns the type of a method's body.
pub(crate) fn body_type(method: &Method) -> Type {
    method.model().request.clone().unwrap()
}
