//! The documents of package `gapi-discovery-docs`, which the feature `documents` adds.

use std::io;

/// The name and version of the package; none without the feature.
#[cfg(feature = "documents")]
pub(super) const PACKAGE: Option<&str> = Some(gapi_discovery_docs::ORIGIN);
#[cfg(not(feature = "documents"))]
pub(super) const PACKAGE: Option<&str> = None;

/// Returns the names and versions of all documents.
#[cfg(feature = "documents")]
pub(super) fn specs<'a>() -> impl Iterator<Item = (&'a str, &'a str)> {
    gapi_discovery_docs::documents().map(|document| (document.name, document.version))
}
#[cfg(not(feature = "documents"))]
pub(super) fn specs<'a>() -> impl Iterator<Item = (&'a str, &'a str)> {
    std::iter::empty()
}

/// Returns the text of a document, if there is one of this name and version.
#[cfg(feature = "documents")]
pub(super) fn text(name: &str, version: &str) -> io::Result<Option<String>> {
    gapi_discovery_docs::find(name, version)
        .map(|document| document.text())
        .transpose()
}
#[cfg(not(feature = "documents"))]
pub(super) fn text(_: &str, _: &str) -> io::Result<Option<String>> {
    Ok(None)
}
