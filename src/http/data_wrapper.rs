//! The data wrapper of older APIs: bodies and responses are inside `{"data": ...}`.

use bytes::Bytes;

use crate::wire::member;

/// Returns whether `body` is an object with `data`.
pub(crate) fn is_wrapped(body: &[u8]) -> bool {
    member(body, DATA).is_some()
}

/// `{"data": body}`
pub(crate) fn wrap(body: &[u8]) -> Bytes {
    [b"{\"data\":", body, b"}"].concat().into()
}

/// Returns the content of the wrapper; the whole body without one.
pub(crate) fn unwrap(body: &Bytes) -> Bytes {
    member(body, DATA).map_or_else(|| body.clone(), |inner| body.slice_ref(inner))
}

const DATA: &str = "data";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wraps_once_and_unwraps() {
        assert_eq!(wrap(b"{\"q\":[]}"), "{\"data\":{\"q\":[]}}");
        assert!(is_wrapped(b" {\"a\":1, \"data\" : {}}"));
        assert!(!is_wrapped(b"{\"q\":{\"data\":1}}"));
        assert!(!is_wrapped(b"[1]"));
        assert_eq!(
            unwrap(&Bytes::from_static(b"{\"data\": {\"a\": [1]} }")),
            "{\"a\": [1]}"
        );
        for whole in ["{\"a\":1}", "[1]", "", "text", "null"] {
            assert_eq!(unwrap(&Bytes::from(whole)), whole);
        }
    }
}
