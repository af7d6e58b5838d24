//! From a call to one HTTP request, by the rules of Discovery documents.

mod build;
pub(crate) mod content_encoding;
pub(crate) mod content_range;
mod curl;
pub(crate) mod data_wrapper;
mod emulator;
mod encode;
mod http_request;
mod pattern;
mod root;
pub(crate) mod streamed;
mod template;

pub use self::http_request::HttpRequest;
pub(crate) use self::{
    build::{
        API_CLIENT, METHOD_OVERRIDE, QUOTA_PROJECT, RequestContent, Surroundings, UploadContent,
        build, build_upload, common_headers, gzip, preview, preview_upload,
    },
    emulator::Emulators,
    pattern::check as check_patterns,
    root::Root,
};
