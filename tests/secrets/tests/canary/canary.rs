//! The canary, and what it looks like when it got out.

use std::{error::Error, fmt::Debug};

/// A secret like no other text. Its length is a multiple of three, so that base64 of it is found inside of base64 of more.
pub(crate) const CANARY: &str = "CANARY5ecret";

/// Whether `text` shows the canary: as it is, in base64, as a list of bytes, or in hexadecimal.
pub(crate) fn is_in(text: &str) -> bool {
    const FORMS: [&str; 4] = [
        CANARY,
        "Q0FOQVJZNWVjcmV0",
        "67, 65, 78, 65, 82, 89",
        "43414e415259",
    ];
    // Pretty printing puts each byte on a line of its own.
    let flat = text.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
    FORMS.iter().any(|form| flat.contains(form))
}

/// All that `Debug` shows of a value.
pub(crate) fn debug(value: &dyn Debug) -> Vec<String> {
    vec![format!("{value:?}"), format!("{value:#?}")]
}

/// All that an error and its causes show.
pub(crate) fn error(error: &(dyn Error + 'static)) -> Vec<String> {
    let mut displayed = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        displayed.push(error.to_string());
        displayed.extend(debug(&error));
        next = error.source();
    }
    displayed
}

#[test]
fn a_canary_is_found_in_every_form() {
    assert!(is_in(&format!("{CANARY:?}")));
    assert!(is_in(&format!("{:?} {:#?}", 1, CANARY.as_bytes())));
    assert!(is_in("data: Q0FOQVJZNWVjcmV0PQ=="));
    assert!(!is_in("canary"));
}
