//! The outcome of one document.

use super::streams::Streams;

/// Which methods to generate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Methods {
    /// All of them.
    All,
    /// None: schemas only.
    None,
}

/// Generates, compiles and documents; true when nothing failed.
/// How much there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) documents: usize,
    pub(super) methods: usize,
    pub(super) schemas: usize,
}

impl Counts {
    pub(super) fn add(&mut self, more: Self) {
        self.documents += more.documents;
        self.methods += more.methods;
        self.schemas += more.schemas;
    }
}

/// The outcome of one document.
#[derive(Debug, Default)]
pub(super) struct Module {
    /// `sqladmin.v1`
    pub(super) name: String,
    /// What the document holds, counted here and not by the generator.
    pub(super) total: Counts,
    /// What was generated.
    pub(super) made: Counts,
    /// The size of the generated text in bytes.
    pub(super) text_len: usize,
    /// What its crate has to set.
    pub(super) recursion_limit: Option<usize>,
    /// Its pages, items and operations.
    pub(super) streams: Streams,
    /// What its methods make of changes.
    pub(super) patches: Vec<String>,
    /// Every failure, with its place.
    pub(super) failures: Vec<String>,
}
