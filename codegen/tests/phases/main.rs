//! Each phase, by what it decides.

#![allow(
    clippy::unwrap_used,
    reason = "a test stops at what it does not expect"
)]

mod builder;
mod check;
mod document;
mod idempotency;
mod lookup;
mod mend;
mod methods;
mod names;
mod overrides;
mod paging;
mod random;
mod robust;
mod schemas;
mod select;
mod support;
mod vendored;
