//! Lists whose entries the server returns page by page.

mod items;
mod listed;
mod pages;
mod paginator;

pub(crate) use self::paginator::with_field;
pub use self::{items::Items, listed::Listed, pages::Pages};
