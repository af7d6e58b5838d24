//! From a call to one HTTP request, by the rules of Discovery documents.

mod build;
pub(crate) mod content_encoding;
pub(crate) mod content_range;
pub(crate) mod data_wrapper;
mod headers;
mod http_request;
mod root;
pub(crate) mod streamed;
mod template;

pub use self::http_request::HttpRequest;
pub(crate) use self::{
    build::{RequestContent, UploadContent, build, build_upload, preview_upload},
    headers::{
        API_CLIENT, METHOD_OVERRIDE, QUOTA_PROJECT, RequestContext, api_client, common_headers,
        user_agent,
    },
    root::{Emulators, Root},
};
