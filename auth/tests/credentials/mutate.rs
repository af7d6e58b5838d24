//! Texts that are almost right.

use gapi_fakes::noise::Noise;
use serde_json::{Value, json};

/// A secret like no other text, as long as tokens are.
pub(crate) const CANARY: &str = "CANARY5ecretC4naryCANARY5ecretC4nary";

/// Whether a text shows the canary, or a part of it that is longer than words are.
pub(crate) fn shows_canary(text: &str) -> bool {
    text.contains("CANARY5ecretC4nary")
}

/// What parsers stumble over.
const PIECES: [&[u8]; 20] = [
    b"\"",
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b",",
    b"=",
    b"&",
    b" ",
    b"\r\n",
    b"\0",
    b"\xff",
    b"%",
    b"%00",
    b"null",
    b"-1",
    b"1e999",
    b"\xef\xbb\xbf",
];

/// The text with one to three places changed: bytes are lost, come twice or are others.
pub(crate) fn bytes(text: &str, noise: &mut Noise) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..=noise.below(3) {
        let at = noise.below(bytes.len());
        let end = bytes.len().min(at + noise.below(4));
        match noise.below(4) {
            0 => drop(bytes.drain(at..end)),
            1 => bytes.truncate(at.max(1)),
            2 => {
                let again = bytes[at..end].to_vec();
                bytes.splice(at..at, again);
            }
            _ => drop(bytes.splice(at..end, noise.one_of(&PIECES).iter().copied())),
        }
        if bytes.is_empty() {
            break;
        }
    }
    bytes
}

/// The value with one place changed to a value of another kind or size.
pub(crate) fn value(json: &Value, noise: &mut Noise) -> Value {
    let mut deep = json!(0);
    for _ in 0..200 {
        deep = json!([deep]);
    }
    let new = noise
        .one_of(&[
            json!(null),
            json!(true),
            json!(-1),
            json!(0),
            json!(1e300),
            json!(u64::MAX),
            json!(""),
            json!(" "),
            json!([]),
            json!({}),
            json!([{}, [null], "x"]),
            json!({"a": {"b": []}}),
            json!("\u{0}\u{202e}\u{feff}"),
            json!("x".repeat(100_000)),
            json!("https://"),
            json!("{"),
            deep,
        ])
        .clone();
    let mut json = json.clone();
    let depth = noise.below(4);
    replace(&mut json, depth, new, noise);
    json
}

/// Replaces a value so many levels down.
fn replace(json: &mut Value, depth: usize, new: Value, noise: &mut Noise) {
    let inner = match json {
        Value::Object(fields) if depth > 0 => {
            let index = noise.below(fields.len());
            fields.values_mut().nth(index)
        }
        Value::Array(items) if depth > 0 => {
            let index = noise.below(items.len());
            items.get_mut(index)
        }
        _ => None,
    };
    match inner {
        Some(inner) => replace(inner, depth - 1, new, noise),
        None => *json = new,
    }
}

/// Either kind of change.
pub(crate) fn changed(text: &str, noise: &mut Noise) -> Vec<u8> {
    match text.parse::<Value>() {
        Ok(json) if noise.below(2) == 0 => value(&json, noise).to_string().into_bytes(),
        _ => bytes(text, noise),
    }
}
