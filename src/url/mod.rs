//! From a call to one HTTP request, by the rules of Discovery documents.

mod build;
mod curl;
mod emulator;
mod encode;
mod http_request;
mod pattern;
mod redact;
mod root;
mod shown;
mod template;
pub(crate) mod wrapper;

pub use self::http_request::HttpRequest;
pub(crate) use self::{
    build::{
        API_CLIENT, METHOD_OVERRIDE, QUOTA_PROJECT, Surroundings, build, common_headers, gzip,
        preview,
    },
    emulator::Emulators,
    pattern::check as check_patterns,
    redact::redact,
    root::Root,
    shown::Shown,
};
