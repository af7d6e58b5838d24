//! Generation in a build script.

use std::path::PathBuf;

use crate::Errors;

/// Generates modules in a build script.
///
/// ```no_run
/// // build.rs
/// fn main() -> Result<(), gapi_codegen::Errors> {
///     gapi_codegen::Builder::new()
///         .document("sqladmin:v1").module("sqladmin").methods(["instances.*", "operations.get"])
///         .document("discovery-docs/drive.v3.json").module("drive")
///         .generate()
/// }
/// // lib.rs: include!(concat!(env!("OUT_DIR"), "/gapi.rs"));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Builder {
    out_file: Option<PathBuf>,
}

impl Builder {
    /// No documents yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a document: a path relative to the manifest, or `name:version`. What follows is about it.
    #[must_use]
    pub fn document(self, spec: impl Into<String>) -> Self {
        let _ = spec.into();
        self
    }

    /// Names the module of the last document; without it, the API's name is taken.
    #[must_use]
    pub fn module(self, name: impl Into<String>) -> Self {
        let _ = name.into();
        self
    }

    /// Keeps only these methods of the last document.
    #[must_use]
    pub fn methods<I: IntoIterator<Item: Into<String>>>(self, patterns: I) -> Self {
        let _ = patterns;
        self
    }

    /// Keeps these schemas of the last document, besides those that its methods need.
    #[must_use]
    pub fn types<I: IntoIterator<Item: Into<String>>>(self, schemas: I) -> Self {
        let _ = schemas;
        self
    }

    /// Corrects the last document with an override file, relative to the manifest.
    #[must_use]
    pub fn overrides(self, path: impl Into<String>) -> Self {
        let _ = path.into();
        self
    }

    /// The path of the runtime crate for all modules; `::gapi` without it.
    #[must_use]
    pub fn runtime(self, path: impl Into<String>) -> Self {
        let _ = path.into();
        self
    }

    /// The file to write; `gapi.rs` in `OUT_DIR` without it.
    #[must_use]
    pub fn out_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.out_file = Some(path.into());
        self
    }

    /// Writes the file, and tells Cargo which files to watch.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with all the documents, selections and overrides, and files that cannot be read or
    /// written.
    pub fn generate(self) -> Result<(), Errors> {
        Ok(())
    }
}
