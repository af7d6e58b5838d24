//! Lists that come in pages.

mod cycle;
mod items;
mod mask;
mod pages;
mod slot;

pub use self::{items::Items, pages::Pages};
