//! Media: what travels beside the JSON, up and down.

mod accept;
mod checked;
mod checksum;
mod chunks;
mod content;
mod described;
mod download;
pub(crate) mod encode;
mod file;
mod multipart;
pub(crate) mod part;
pub(crate) mod plan;
mod progress;
mod resumable;
mod source;
pub(crate) mod upload;
mod version;

pub use self::{
    chunks::Chunks,
    content::Media,
    download::Download,
    progress::Progress,
    resumable::{ResumableUpload, StartUpload, UploadSession},
    upload::Upload,
};
