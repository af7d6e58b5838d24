//! Uploads and downloads.

use super::Rule;
use super::change::became;
use super::comparison::{Comparison, slashless};
use crate::document::{self, MediaUpload};
use crate::json_path;
use crate::model::media;

impl Comparison {
    /// Compares the uploads and downloads of a method.
    pub(super) fn media(
        &mut self,
        at: &str,
        old: &document::RestMethod,
        new: &document::RestMethod,
    ) {
        let path = json_path::join(at, "supportsMediaDownload");
        match (old.supports_media_download, new.supports_media_download) {
            (true, false) => self
                .changes
                .push(Rule::DownloadGone, path, "downloads are gone"),
            (false, true) => self
                .changes
                .push(Rule::DownloadNew, path, "downloads are offered"),
            (true, true) if old.use_media_download_service != new.use_media_download_service => {
                let path = json_path::join(at, "useMediaDownloadService");
                let message = "downloads have another address";
                self.changes.push(Rule::DownloadGone, path, message);
            }
            _ => self.changes.text(
                at,
                "useMediaDownloadService",
                &old.use_media_download_service,
                &new.use_media_download_service,
            ),
        }
        let path = json_path::join(at, "mediaUpload");
        match (&old.media_upload, &new.media_upload) {
            (Some(_), None) => self
                .changes
                .push(Rule::UploadNarrowed, path, "uploads are gone"),
            (None, Some(_)) => self
                .changes
                .push(Rule::UploadWidened, path, "uploads are offered"),
            (Some(old), Some(new)) => self.upload(&path, old, new),
            (None, None) => {}
        }
        if old.media_upload.is_some() == new.media_upload.is_some() {
            self.changes.text(
                at,
                "supportsMediaUpload",
                &old.supports_media_upload,
                &new.supports_media_upload,
            );
        }
    }

    fn upload(&mut self, at: &str, old: &MediaUpload, new: &MediaUpload) {
        let path = json_path::join(at, "accept");
        let covers = |ranges: &[String], wanted: &str| {
            let kind = wanted.split('/').next().unwrap_or_default();
            ranges.is_empty()
                || ranges
                    .iter()
                    .any(|range| range == wanted || range == "*/*" || *range == format!("{kind}/*"))
        };
        let any = ["*/*".to_owned()];
        let or_any = |ranges: &[String]| {
            if ranges.is_empty() {
                any.to_vec()
            } else {
                ranges.to_vec()
            }
        };
        for range in or_any(&old.accept) {
            if !covers(&new.accept, &range) {
                let message = format!("`{range}` is no longer accepted");
                self.changes.push(Rule::UploadNarrowed, &path, message);
            }
        }
        for range in or_any(&new.accept) {
            if !covers(&old.accept, &range) {
                let message = format!("`{range}` is accepted");
                self.changes.push(Rule::UploadWidened, &path, message);
            }
        }
        if old.max_size != new.max_size {
            let size = |upload: &MediaUpload| {
                let size = upload.max_size.as_deref();
                size.and_then(|size| media::bytes(size).ok())
                    .unwrap_or(u64::MAX)
            };
            let rule = match size(new).cmp(&size(old)) {
                std::cmp::Ordering::Less => Rule::UploadNarrowed,
                std::cmp::Ordering::Greater => Rule::UploadWidened,
                std::cmp::Ordering::Equal => Rule::SameMeaning,
            };
            let message = became(&old.max_size, &new.max_size);
            self.changes
                .push(rule, json_path::join(at, "maxSize"), message);
        }
        let at = json_path::join(at, "protocols");
        let protocols = |upload: &MediaUpload| upload.protocols.clone().unwrap_or_default();
        let (old, new) = (protocols(old), protocols(new));
        for (key, old, new) in [
            ("simple", &old.simple, &new.simple),
            ("resumable", &old.resumable, &new.resumable),
        ] {
            let at = json_path::join(&at, key);
            match (old, new) {
                (None, None) => {}
                (Some(_), None) => {
                    self.changes
                        .push(Rule::UploadNarrowed, at, "this upload protocol is gone");
                }
                (None, Some(_)) => {
                    self.changes
                        .push(Rule::UploadWidened, at, "this upload protocol is new");
                }
                (Some(old), Some(new)) => {
                    if slashless(&old.path) == slashless(&new.path) {
                        self.changes.respelled(&at, "path", &old.path, &new.path);
                    } else {
                        let message = became(&old.path, &new.path);
                        self.changes
                            .push(Rule::Address, json_path::join(&at, "path"), message);
                    }
                    let path = json_path::join(&at, "multipart");
                    match (old.multipart, new.multipart) {
                        (true, false) => self.changes.push(
                            Rule::UploadNarrowed,
                            path,
                            "metadata no longer travels with the media",
                        ),
                        (false, true) => self.changes.push(
                            Rule::UploadWidened,
                            path,
                            "metadata may travel with the media",
                        ),
                        _ => {}
                    }
                }
            }
        }
    }
}
