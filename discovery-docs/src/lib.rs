//! Google's Discovery documents, compressed, with an index.
//!
//! [`find`] returns a document by name and version, [`documents`] returns all. Nothing is decompressed before [`Document::text`], and then
//! only the document and the versions of its API that precede it: the newest stable version is the first.
//!
//! The texts differ in their spaces from those that Google publishes: there are none between tokens.
//!
//! `gapi::api!` reads them with the feature `documents` of package `gapi`. A program does not contain them.

use std::io::{Error, ErrorKind, Read as _, Result};

use ruzstd::decoding::StreamingDecoder;

/// The name and version of this package.
pub const ORIGIN: &str = concat!("gapi-discovery-docs ", env!("CARGO_PKG_VERSION"));

/// The first line names the source and the SHA-256 of its wheel; each other line describes a document.
static INDEX: &str = include_str!("../all/index.tsv");

/// One Zstandard frame for each API. The text of each version ends with a block, and the end of the frame is left out.
static FRAMES: &[u8] = include_bytes!("../all/documents.zst");

/// The end of a frame: an empty block that is marked as the last one.
const END: &[u8] = &[1, 0, 0];

/// A document of this package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Document {
    /// The name of its API: `drive`.
    pub name: &'static str,
    /// The version of its API: `v3`.
    pub version: &'static str,
    /// Its revision, a date as digits: `20261018`.
    pub revision: &'static str,
    /// The human name of its API: `Google Drive API`.
    pub title: &'static str,
    /// The SHA-256 of its text in lower-case hexadecimal digits.
    pub sha256: &'static str,
    /// Where its frame begins in [`FRAMES`].
    frame: usize,
    /// The length of the frame up to the end of this document.
    compressed: usize,
    /// Where its text begins in the content of the frame.
    start: usize,
    length: usize,
}

/// Returns the name and version of the package that the documents come from: `google-api-python-client 2.202.0`.
#[must_use]
pub fn source() -> &'static str {
    let head = INDEX.split('\n').next().unwrap_or_default();
    head.split('\t').next().unwrap_or_default()
}

/// Returns all documents, sorted by name; of one API, the newest stable version is the first.
pub fn documents() -> impl Iterator<Item = Document> {
    INDEX.split('\n').skip(1).filter_map(Document::of_line)
}

/// Returns the document of this name and version.
#[must_use]
pub fn find(name: &str, version: &str) -> Option<Document> {
    documents().find(|document| document.name == name && document.version == version)
}

impl Document {
    fn of_line(line: &'static str) -> Option<Self> {
        let mut columns = line.split('\t');
        let mut text = || columns.next();
        let (name, version, revision, title, sha256) =
            (text()?, text()?, text()?, text()?, text()?);
        let mut number = || columns.next()?.parse().ok();
        Some(Self {
            name,
            version,
            revision,
            title,
            sha256,
            frame: number()?,
            compressed: number()?,
            start: number()?,
            length: number()?,
        })
    }

    /// Returns the text, which is JSON.
    ///
    /// # Errors
    ///
    /// Returns an error if this package was damaged.
    pub fn text(&self) -> Result<String> {
        let damaged = |error| Error::new(ErrorKind::InvalidData, error);
        let frame = FRAMES.get(self.frame..).unwrap_or_default();
        let frame = frame.take(self.compressed as u64).chain(END);
        let mut decoder =
            StreamingDecoder::new(frame).map_err(|error| damaged(error.to_string()))?;
        let end = self.start + self.length;
        let mut bytes = Vec::with_capacity(end);
        decoder.read_to_end(&mut bytes)?;
        if bytes.len() != end {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        String::from_utf8(bytes.split_off(self.start)).map_err(|error| damaged(error.to_string()))
    }
}
