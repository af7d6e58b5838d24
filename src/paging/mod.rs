//! Lists that come in pages.

mod ahead;
mod cycle;
mod items;
mod listed;
mod mask;
mod pages;
mod slot;
mod walk;

pub(crate) use self::mask::with_field;
pub use self::{items::Items, listed::Listed, pages::Pages, slot::PagingSlot};
