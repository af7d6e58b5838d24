//! Silent.
