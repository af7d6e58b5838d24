//! Texts that are almost right, the same in every run.

use serde_json::{Value, json};

/// A secret like no other text, as long as tokens are.
pub(crate) const CANARY: &str = "CANARY5ecretCANARY5ecretCANARY5ecret";

/// Whether a text shows the canary, or a part of it that is long enough to be one.
pub(crate) fn shows_canary(text: &str) -> bool {
    text.contains("CANARY5ecret")
}

/// So many cases; `GAPI_CASES` multiplies them.
pub(crate) fn cases(few: u64) -> u64 {
    let times = std::env::var("GAPI_CASES").ok();
    few * times.and_then(|times| times.parse().ok()).unwrap_or(1)
}

/// Numbers from a seed (xorshift).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).expect("31 bits") % limit.max(1)
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
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
pub(crate) fn bytes(text: &str, random: &mut Random) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..=random.below(3) {
        let at = random.below(bytes.len());
        let end = bytes.len().min(at + random.below(4));
        match random.below(4) {
            0 => drop(bytes.drain(at..end)),
            1 => bytes.truncate(at.max(1)),
            2 => {
                let again = bytes[at..end].to_vec();
                bytes.splice(at..at, again);
            }
            _ => drop(bytes.splice(at..end, random.of(&PIECES).iter().copied())),
        }
        if bytes.is_empty() {
            break;
        }
    }
    bytes
}

/// The value with one place changed to a value of another kind or size.
pub(crate) fn value(json: &Value, random: &mut Random) -> Value {
    let mut deep = json!(0);
    for _ in 0..200 {
        deep = json!([deep]);
    }
    let new = random
        .of(&[
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
    let depth = random.below(4);
    replace(&mut json, depth, new, random);
    json
}

/// Replaces a value so many levels down.
fn replace(json: &mut Value, depth: usize, new: Value, random: &mut Random) {
    let inner = match json {
        Value::Object(fields) if depth > 0 => {
            let index = random.below(fields.len());
            fields.values_mut().nth(index)
        }
        Value::Array(items) if depth > 0 => {
            let index = random.below(items.len());
            items.get_mut(index)
        }
        _ => None,
    };
    match inner {
        Some(inner) => replace(inner, depth - 1, new, random),
        None => *json = new,
    }
}

/// Either kind of change.
pub(crate) fn changed(text: &str, random: &mut Random) -> Vec<u8> {
    match text.parse::<Value>() {
        Ok(json) if random.below(2) == 0 => value(&json, random).to_string().into_bytes(),
        _ => bytes(text, random),
    }
}
