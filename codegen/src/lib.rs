//! Google Discovery documents in, typed Rust modules out.
//!
//! The phases are modules, one verb each: [`document`] reads a document, [`model`] decides every name and type,
//! [`select`] keeps what a selection asks for, [`check`] collects every error, [`emit`] prints tokens, [`format`]
//! makes text of them. [`generate`] runs them in that order.

pub mod model;
