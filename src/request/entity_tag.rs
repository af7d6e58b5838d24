//! Versions of resources, as headers carry them.

use std::{borrow::Cow, sync::Arc};

use bytes::Bytes;

use crate::wire::encode_standard;

/// The version of a resource: text, or bytes (the `etag` of an IAM policy), which are sent as base64.
pub trait EntityTag {
    /// Returns the value of the header.
    fn into_text(self) -> String;
}

macro_rules! entity_tag {
    ($($text:ty)*) => {$(
        impl EntityTag for $text {
            fn into_text(self) -> String {
                let text: &str = self.as_ref();
                text.to_owned()
            }
        }
    )*};
}
entity_tag!(&str &&str &String String Box<str> Arc<str> &Arc<str> Cow<'_, str> &Cow<'_, str>);

/// In the standard base64 alphabet, which services use.
impl EntityTag for &Bytes {
    fn into_text(self) -> String {
        encode_standard(self)
    }
}

impl EntityTag for Bytes {
    fn into_text(self) -> String {
        encode_standard(&self)
    }
}
