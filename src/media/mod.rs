//! Uploads and downloads of media.

mod byte_range;
mod checksum;
mod chunks;
mod content;
mod download;
mod plan;
mod resumable;
mod send_upload;
mod source;
#[cfg(feature = "files")]
mod to_file;
mod upload;
mod upload_check;

pub use self::{
    chunks::Chunks,
    content::{IntoMedia, Media, MediaReader},
    download::{Download, MediaWriter},
    plan::{Progress, UploadSession},
    resumable::{ResumableUpload, StartUpload},
    upload::{PendingUpload, Upload},
};
