//! Answers that come element by element: JSON lists where the document says one object, server-sent events, and JSON values one after another.

mod elements;
mod events;
mod scan;
mod split;

use serde::de::IgnoredAny;

pub use self::elements::Elements;

/// Whether `text` holds more than one JSON value: whatever follows the first one begins like another.
pub(crate) fn has_several(text: &[u8]) -> bool {
    let mut split = split::Split::new(false);
    split.push(text);
    let mut next = || match split.next(true) {
        Ok(split::Piece::Element(element)) => {
            serde_json::from_slice::<IgnoredAny>(&element).is_ok()
        }
        _ => false,
    };
    next() && next()
}
