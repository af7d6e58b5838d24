//! Google Discovery documents in, typed Rust modules out.
//!
//! The phases are modules: [`document`] reads a document, [`overrides`] correct it, [`model`] decides every name and type,
//! [`select`] applies a selection, [`check`] finds errors, `emit` prints tokens, `format` makes text of them.
//! `generate` runs all phases; [`analysis`] ends with the model. What prints is behind the feature `emit`.
//!
#![cfg_attr(feature = "emit", doc = "```no_run")]
#![cfg_attr(not(feature = "emit"), doc = "```ignore")]
//! use gapi_codegen::{Options, Selection, generate, lookup};
//!
//! let located = lookup::document(std::path::Path::new("."), "sqladmin:v1")?;
//! let options = Options::new().selection(Selection::parse(["instances.{list, get}", "operations.*"])?);
//! let generated = generate(&located.source, &options)?;
//! println!("{} methods", generated.statistics.methods);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod analysis;
#[cfg(feature = "format")]
pub mod builder;
pub mod check;
pub mod describe;
pub mod diff;
pub mod document;
#[cfg(feature = "emit")]
pub mod emit;
pub mod error;
mod example;
#[cfg(feature = "format")]
pub mod format;
#[cfg(feature = "emit")]
mod generate;
pub mod index;
#[cfg(feature = "emit")]
pub mod invocation;
mod json_path;
pub mod lookup;
pub mod model;
pub mod overrides;
mod prose;
pub mod select;
pub mod suggest;
pub mod text;

pub use analysis::Analysis;
#[cfg(feature = "format")]
pub use builder::Builder;
pub use document::Document;
pub use error::{Error, Errors, Source};
#[cfg(feature = "emit")]
pub use generate::{Generated, Options, Statistics, generate};
pub use overrides::Overrides;
pub use select::Selection;

/// The program of the package's README compiles.
#[cfg(all(doctest, feature = "format"))]
#[doc = include_str!("../README.md")]
mod readme {}
