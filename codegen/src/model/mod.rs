//! What a document means: names resolved, types interned, cycles boxed, paging, media and operations decided.

mod types;

pub use types::*;
