//! Each phase, by what it decides.

mod builder;
mod check;
mod document;
mod locate;
mod methods;
mod names;
mod overrides;
mod paging;
mod robust;
mod schemas;
mod select;
mod support;
mod vendored;
