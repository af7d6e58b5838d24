//! Versions of resources, as headers carry them.

use std::{borrow::Cow, sync::Arc};

use bytes::Bytes;

use crate::wire::encode_standard;

/// The version of a resource, as a service tells it: text, or bytes where the document calls it so (an IAM policy's `etag`), which travel as base64.
pub trait EntityTag {
    /// What a header says.
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

/// In the standard alphabet, in which services write bytes.
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
