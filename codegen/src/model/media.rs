//! Uploads and downloads.

use super::{Download, Upload};
use crate::document::RestMethod;

pub(super) fn upload(method: &RestMethod) -> Option<Upload> {
    let media = method.media_upload.as_ref()?;
    let protocols = media.protocols.as_ref();
    Some(Upload {
        accept: media.accept.clone(),
        max_size: media.max_size.as_deref().and_then(|size| bytes(size).ok()),
        simple: protocols.is_none_or(|protocols| protocols.simple.is_some()),
        resumable: protocols.is_some_and(|protocols| protocols.resumable.is_some()),
    })
}

pub(super) fn download(method: &RestMethod) -> Option<Download> {
    method.supports_media_download.then_some(Download {
        service: method.use_media_download_service,
    })
}

/// A size as documents write it: digits, or digits and `KB`, `MB`, `GB` or `TB`, each 1024 of the one before.
pub(crate) fn bytes(size: &str) -> Result<u64, String> {
    let digits = size.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let shift = match &size[digits.len()..] {
        "" | "B" => 0,
        "KB" => 10,
        "MB" => 20,
        "GB" => 30,
        "TB" => 40,
        unit => return Err(format!("`{unit}` is not a unit of size")),
    };
    let number: u64 = digits
        .parse()
        .map_err(|_| format!("`{size}` is not a size"))?;
    number
        .checked_mul(1 << shift)
        .ok_or_else(|| format!("`{size}` is too large"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        assert_eq!(bytes("5497558138880"), Ok(5_497_558_138_880));
        assert_eq!(bytes("1GB"), Ok(1_073_741_824));
        assert_eq!(bytes("10KB"), Ok(10_240));
        assert_eq!(bytes("1XB"), Err("`XB` is not a unit of size".to_owned()));
        assert_eq!(bytes("GB"), Err("`GB` is not a size".to_owned()));
        assert_eq!(
            bytes("99999999TB"),
            Err("`99999999TB` is too large".to_owned())
        );
    }
}
