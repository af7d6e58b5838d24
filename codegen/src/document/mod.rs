//! Discovery documents: their types, how they are read, and how old ones are completed.

pub(crate) mod address;
pub(crate) mod mend;
mod misread;
mod read;
mod record;
mod repeated;
mod types;

pub use address::Endpoint;
pub(crate) use mend::is_in;
pub(crate) use read::{read, value};
pub(crate) use record::Record;
pub use types::{
    Annotations, Auth, AuthScope, Document, MediaUpload, OAuth2, Protocol, Protocols, RestEndpoint,
    RestMethod, RestResource, Schema,
};
