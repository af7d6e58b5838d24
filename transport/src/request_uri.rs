//! The check of a request's URI.

use http::Uri;

use crate::{TransportError, TransportErrorKind};

/// Checks that a request can be sent to `uri`, and arrives at the same path.
///
/// # Errors
/// [`TransportErrorKind::Request`] for a URI that is no absolute `http` or `https` URL, holds a user name or a password, or has `.` or
/// `..` segments or a backslash in its path: URL parsers and servers resolve these, also where they are percent-encoded.
pub(crate) fn check(uri: &Uri) -> Result<(), TransportError> {
    let refused = |why: &'static str| Err(TransportError::new(TransportErrorKind::Request, why));
    let Some(authority) = uri.authority() else {
        return refused("the request's URL is not an absolute http or https URL");
    };
    if !matches!(uri.scheme_str(), Some("https" | "http")) {
        return refused("the request's URL is not an absolute http or https URL");
    }
    // Connection pools use this part of the URL as a key, and log it.
    if authority.as_str().contains('@') {
        return refused(
            "the request's URL holds a user name or a password; send an `authorization` header instead",
        );
    }
    let path = uri.path();
    if path.contains('\\') || path.split('/').any(is_dots) {
        return refused("the request's path holds `.` or `..` segments or a backslash");
    }
    Ok(())
}

fn is_dots(segment: &str) -> bool {
    segment.starts_with(['.', '%']) && {
        let segment = segment.replace("%2e", ".").replace("%2E", ".");
        segment == "." || segment == ".."
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_of_dots_are_refused_in_every_form() {
        for (path, is_refused) in [
            ("", false),
            ("/", false),
            ("/a.b/..c/.d/e..", false),
            ("/a/...", false),
            ("/a%2eb/%2e%2e%2e", false),
            ("/%2f/%25/%2", false),
            ("/a//b", false),
            ("/a?b=/../c", false),
            ("/.", true),
            ("/a/../b", true),
            ("/a/./b", true),
            ("/a/%2e", true),
            ("/a/%2E/b", true),
            ("/a/%2e%2E/b", true),
            ("/a/.%2e", true),
            ("/a\\b", true),
        ] {
            let uri: Uri = format!("https://a.example{path}").parse().expect(path);
            let checked = check(&uri).map_err(|error| error.kind());
            let expected = is_refused.then_some(TransportErrorKind::Request);
            assert_eq!(checked.err(), expected, "{path}");
        }
    }
}
