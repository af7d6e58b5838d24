//! Answers that come element by element: JSON lists where the document says one object, server-sent events, and JSON values one after another.

mod elements;
mod events;
mod scan;
mod split;

pub use self::elements::ResponseStream;
