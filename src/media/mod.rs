//! Uploads and downloads of media.

mod byte_range;
mod checksum;
mod chunks;
mod content;
mod download;
mod partial_file;
mod plan;
mod progress;
mod resumable;
mod send_upload;
mod single_request;
mod source;
mod upload;
mod upload_check;
mod version;

pub use self::{
    chunks::Chunks,
    content::Media,
    download::Download,
    progress::Progress,
    resumable::{ResumableUpload, StartUpload, UploadSession},
    upload::{PendingUpload, Upload},
};
