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
        let downloads = (old.supports_media_download, new.supports_media_download);
        self.offered(
            json_path::join(at, "supportsMediaDownload"),
            downloads,
            (Rule::DownloadGone, "downloads are gone"),
            (Rule::DownloadNew, "downloads are offered"),
        );
        let key = "useMediaDownloadService";
        let services = (
            old.use_media_download_service,
            new.use_media_download_service,
        );
        if downloads == (true, true) && services.0 != services.1 {
            let message = "downloads have another address";
            self.changes
                .push(Rule::DownloadGone, json_path::join(at, key), message);
        } else if downloads == (false, false) {
            self.changes.text(at, key, &services.0, &services.1);
        }
        let path = json_path::join(at, "mediaUpload");
        self.offered(
            &*path,
            (old.media_upload.is_some(), new.media_upload.is_some()),
            (Rule::UploadNarrowed, "uploads are gone"),
            (Rule::UploadWidened, "uploads are offered"),
        );
        if let (Some(old), Some(new)) = (&old.media_upload, &new.media_upload) {
            self.upload(&path, old, new);
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
            self.offered(
                &*at,
                (old.is_some(), new.is_some()),
                (Rule::UploadNarrowed, "this upload protocol is gone"),
                (Rule::UploadWidened, "this upload protocol is new"),
            );
            let (Some(old), Some(new)) = (old, new) else {
                continue;
            };
            if slashless(&old.path) == slashless(&new.path) {
                self.changes.respelled(&at, "path", &old.path, &new.path);
            } else {
                let message = became(&old.path, &new.path);
                self.changes
                    .push(Rule::Address, json_path::join(&at, "path"), message);
            }
            self.offered(
                json_path::join(&at, "multipart"),
                (old.multipart, new.multipart),
                (
                    Rule::UploadNarrowed,
                    "metadata is no longer sent with the media",
                ),
                (Rule::UploadWidened, "metadata may be sent with the media"),
            );
        }
    }
}
