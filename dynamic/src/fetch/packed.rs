//! The documents of package `gapi-discovery-docs`, which the feature `documents` adds.

use super::{Listed, Spec};

/// A document that needs neither a network nor a file.
pub(super) struct Packed {
    pub(super) revision: &'static str,
    #[cfg(feature = "documents")]
    document: gapi_discovery_docs::Document,
}

#[cfg(feature = "documents")]
impl Packed {
    /// Finds the document of an API.
    pub(super) fn find(spec: &Spec) -> Option<Self> {
        let document = gapi_discovery_docs::find(&spec.name, &spec.version)?;
        let revision = document.revision;
        Some(Self { revision, document })
    }

    /// Returns its text.
    pub(super) fn text(&self) -> std::io::Result<String> {
        self.document.text()
    }
}

#[cfg(not(feature = "documents"))]
impl Packed {
    /// Finds none.
    pub(super) fn find(_: &Spec) -> Option<Self> {
        None
    }

    /// Returns nothing: there is no such document.
    pub(super) fn text(&self) -> std::io::Result<String> {
        Err(std::io::ErrorKind::NotFound.into())
    }
}

/// Returns all documents as Google's list has them, with their first versions preferred; nothing without the feature.
#[cfg(feature = "documents")]
pub(super) fn list() -> Vec<Listed> {
    let mut listed: Vec<Listed> = Vec::new();
    for document in gapi_discovery_docs::documents() {
        let preferred = listed
            .last()
            .is_none_or(|last| last.spec.name != document.name);
        listed.push(Listed {
            spec: Spec::new(document.name, document.version),
            title: document.title.to_owned(),
            description: String::new(),
            preferred,
            url: None,
        });
    }
    listed.sort_by(|a, b| a.spec.cmp(&b.spec));
    listed
}
#[cfg(not(feature = "documents"))]
pub(super) fn list() -> Vec<Listed> {
    Vec::new()
}
