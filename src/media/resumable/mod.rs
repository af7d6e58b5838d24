//! Resumable uploads: the server opens a session, receives the media in chunks, and reports after each how many bytes it has.
//!
//! [`state`] decides what is sent next, [`exchange`] sends one request and reads its response, and [`driver`] runs both.

mod driver;
mod exchange;
mod headers;
mod resumable_upload;
mod session;
mod state;

pub(super) use self::{driver::SessionDriver, exchange::start_content};
pub use self::{
    resumable_upload::{ResumableUpload, StartUpload},
    session::UploadSession,
};
