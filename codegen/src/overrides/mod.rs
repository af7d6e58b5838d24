//! Corrections of a document: rename, drop or set a part of it.
//!
//! ```json
//! {"overrides": [
//!   {"at": "schemas.Instance.properties.type", "rename": "kind", "why": "reads better"},
//!   {"at": "resources.instances.methods.legacyList", "drop": true},
//!   {"at": "schemas.Instance.properties.size.format", "set": "int64", "why": "the server answers with a text"},
//!   {"at": "resources.documents.methods.search", "items": "matchingDocuments", "why": "two lists; this one pages"},
//!   {"at": "resources.documents.methods.touch", "idempotent": true, "why": "documented so"},
//!   {"at": "resources.settings.methods.patch", "patch": "merge", "why": "the guide says so, the document does not"},
//!   {"at": "schemas.Render", "operation": {"state": "state", "succeeded": ["DONE"], "failed": ["FAILED"], "name": "name", "parameters": {"name": "name"}}}
//! ]}
//! ```
//!
//! `rename` changes the Rust name of a schema, property, parameter, method or resource, never what travels. `drop` takes
//! a part away, `set` replaces or adds one. `items` names the list that a paged method's items come from. `idempotent` says whether a
//! call of a method may be repeated, although the attempt before may have had its effect. `patch` says what a method makes of a
//! change: `"merge"`, `"replace"`, or `{"mask": "updateMask"}`, with `"of": "topic"` for a mask in the body beside the resource. `operation` says
//! how the methods that answer with a schema can be waited for, as [`Job`](crate::model::Job) has it. An override
//! that has nothing left to do is an error, so that the file never says more than is true.

mod apply;
mod parse;

use serde_json::Value;

use crate::json_path::Step;

/// The key that carries the Rust name of a renamed part.
pub(crate) const NAME_KEY: &str = "x-gapi-name";
/// The key that carries the property that holds the items of a paged method.
pub(crate) const ITEMS_KEY: &str = "x-gapi-items";
/// The key that says of a schema how a job of it is waited for.
pub(crate) const OPERATION_KEY: &str = "x-gapi-operation";
/// The key that carries what a method makes of a change.
pub(crate) const PATCH_KEY: &str = "x-gapi-patch";

/// The key that says whether calls of a method may be repeated.
pub(crate) const IDEMPOTENT_KEY: &str = "x-gapi-idempotent";

/// The corrections of one override file.
#[derive(Clone, Debug, PartialEq)]
pub struct Overrides {
    name: String,
    entries: Vec<Entry>,
}

#[derive(Clone, Debug, PartialEq)]
struct Entry {
    at: String,
    steps: Vec<Step>,
    action: Action,
}

#[derive(Clone, Debug, PartialEq)]
enum Action {
    Rename(String),
    Drop,
    Set(Value),
    Items(String),
    Idempotent(bool),
    Patch(Value),
    Operation(Value),
}
