//! Checks texts, numbers and booleans.

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use gapi_codegen::model::{Type, Variant};
use serde_json::Value;

use crate::{Diagnostic, DiagnosticKind};

/// A mistake whose path is not known yet.
pub(super) struct Mistake {
    kind: DiagnosticKind,
    message: String,
    expected: String,
    nearest: Vec<String>,
}

impl Mistake {
    /// Returns what is wrong with a value, without the value: it may be a secret.
    pub(super) fn of_type(value: &Value, expected: &str) -> Self {
        let found = match value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a text",
            Value::Array(_) => "a list",
            Value::Object(_) => "an object",
        };
        Self {
            kind: DiagnosticKind::Type,
            message: format!("{found} does not fit"),
            expected: expected.to_owned(),
            nearest: Vec::new(),
        }
    }

    pub(super) fn at(self, path: &str) -> Diagnostic {
        let mut diagnostic = Diagnostic::new(self.kind, path, self.message).expected(self.expected);
        diagnostic.nearest = self.nearest;
        diagnostic
    }
}

/// Checks a value of a type that is neither an object, a list nor an enum. Numbers and booleans may be texts, as in JSON of protobuf
/// and in URLs.
pub(super) fn check(value: &Value, ty: &Type) -> Result<(), Mistake> {
    let text = value.as_str();
    let number = || {
        let written = value.as_number().map(ToString::to_string);
        written
            .or_else(|| text.map(str::to_owned))
            .unwrap_or_default()
    };
    let (is_valid, expected) = match ty {
        Type::String => (
            matches!(value, Value::String(_) | Value::Number(_) | Value::Bool(_)),
            "a text",
        ),
        Type::Bool => (
            value.is_boolean() || matches!(text, Some("true" | "false")),
            "true or false",
        ),
        Type::I32 => (is_integer::<i32>(&number()), "an integer of 32 bits"),
        Type::U32 => (
            is_integer::<u32>(&number()),
            "an integer of 32 bits that is not negative",
        ),
        Type::I64 => (is_integer::<i64>(&number()), "an integer of 64 bits"),
        Type::U64 => (
            is_integer::<u64>(&number()),
            "an integer of 64 bits that is not negative",
        ),
        Type::F32 | Type::F64 => (
            number().parse::<f64>().is_ok() || matches!(text, Some("-Infinity" | "Infinity")),
            "a number",
        ),
        Type::Bytes => (text.is_some_and(is_base64), "bytes in base64"),
        Type::DateTime => (
            text.is_some_and(is_date_time),
            "a time such as 2026-01-31T12:00:00Z",
        ),
        Type::Date => (text.is_some_and(is_date), "a date such as 2026-01-31"),
        Type::Duration => (text.is_some_and(is_duration), "a duration such as 3.5s"),
        Type::FieldMask => (text.is_some(), "names of fields with commas between them"),
        Type::Any | Type::Named(_) | Type::Boxed(_) | Type::List(_) | Type::Map(_) => (true, ""),
    };
    if is_valid {
        Ok(())
    } else {
        Err(Mistake::of_type(value, expected))
    }
}

/// Checks a value of an enum.
pub(super) fn variant(value: &Value, variants: &[Variant]) -> Result<(), Mistake> {
    let Some(text) = value.as_str() else {
        return Err(Mistake::of_type(value, "a text"));
    };
    if variants.iter().any(|variant| variant.wire == text) {
        return Ok(());
    }
    /// So many values are listed.
    const LISTED: usize = 12;
    let names = || variants.iter().map(|variant| variant.wire.as_str());
    let listed: Vec<&str> = names().take(LISTED).collect();
    let more = variants.len().saturating_sub(LISTED);
    let mut expected = format!("one of {}", listed.join(", "));
    if more > 0 {
        expected.push_str(&format!(" and {more} more"));
    }
    let nearest = gapi_codegen::suggest::nearest(text, names());
    Err(Mistake {
        kind: DiagnosticKind::UnknownValue,
        message: "the document has no such value".to_owned(),
        expected,
        nearest: nearest.into_iter().map(str::to_owned).collect(),
    })
}

/// Whether a number is an integer of this type, also with a fraction or an exponent, as protobuf's JSON allows.
fn is_integer<T: std::str::FromStr + TryFrom<i128>>(text: &str) -> bool {
    if text.parse::<T>().is_ok() {
        return true;
    }
    let Ok(number) = text.parse::<f64>() else {
        return false;
    };
    // Up to here, every integer is a number of its own.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    #[allow(clippy::cast_possible_truncation, reason = "it is checked")]
    let whole = number as i128;
    number.fract() == 0.0 && number.abs() <= EXACT && T::try_from(whole).is_ok()
}

/// Whether a text is base64 in the standard or the URL-safe alphabet, with or without padding.
fn is_base64(text: &str) -> bool {
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    [STANDARD, URL_SAFE]
        .into_iter()
        .any(|alphabet| GeneralPurpose::new(&alphabet, config).decode(text).is_ok())
}

/// Whether a text has the form of a pattern, in which `0` is any digit.
fn has_form(text: &str, pattern: &str) -> bool {
    let fits = |(c, p): (u8, u8)| {
        if p == b'0' {
            c.is_ascii_digit()
        } else {
            c.eq_ignore_ascii_case(&p)
        }
    };
    text.len() == pattern.len() && text.bytes().zip(pattern.bytes()).all(fits)
}

fn is_date(text: &str) -> bool {
    has_form(text, "0000-00-00")
}

/// Whether a text has the form of RFC 3339. The offset may be missing, because some schemas have a property for the time zone.
fn is_date_time(text: &str) -> bool {
    let Some((start, rest)) = text.split_at_checked("0000-00-00T00:00:00".len()) else {
        return false;
    };
    let rest = match rest.strip_prefix('.') {
        Some(fraction) => {
            let rest = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
            if rest.len() == fraction.len() {
                return false;
            }
            rest
        }
        None => rest,
    };
    let zone = ["", "Z", "+00:00", "-00:00"];
    has_form(start, "0000-00-00T00:00:00") && zone.iter().any(|zone| has_form(rest, zone))
}

fn is_duration(text: &str) -> bool {
    let seconds = text
        .strip_suffix('s')
        .map(|text| text.strip_prefix('-').unwrap_or(text));
    seconds.is_some_and(|seconds| {
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, ""));
        seconds.starts_with(|c: char| c.is_ascii_digit()) && digits(whole) && digits(fraction)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_have_the_form_of_their_type() {
        let cases = [
            (
                Type::I32,
                vec![json!(1), json!("-1"), json!(1.0), json!("1e3")],
                vec![
                    json!(2_147_483_648_i64),
                    json!("x"),
                    json!(1.5),
                    json!(true),
                    json!(""),
                ],
            ),
            (Type::U32, vec![json!(4_294_967_295_u32)], vec![json!(-1)]),
            (
                Type::I64,
                vec![json!("9223372036854775807"), json!(i64::MIN)],
                vec![json!("9223372036854775808"), json!(1e300)],
            ),
            (Type::U64, vec![json!(u64::MAX)], vec![json!(-1)]),
            (
                Type::F64,
                vec![json!(1), json!("1e9"), json!("NaN"), json!("-Infinity")],
                vec![json!("one"), json!([])],
            ),
            (
                Type::Bool,
                vec![json!(true), json!("false")],
                vec![json!("yes"), json!(1)],
            ),
            (
                Type::Bytes,
                vec![json!("-_8="), json!("+/8"), json!("")],
                vec![json!("*"), json!(1)],
            ),
            (
                Type::DateTime,
                vec![
                    json!("2026-01-31T12:00:00Z"),
                    json!("2026-01-31t12:00:00.5+01:00"),
                    json!("2026-01-31T12:00:00"),
                ],
                vec![
                    json!("2026-01-31"),
                    json!("2026-01-31T12:00:00+01"),
                    json!("2026-01-31T12:00:00.Z"),
                    json!("é2026-01-31T12:00:0é"),
                ],
            ),
            (
                Type::Date,
                vec![json!("2026-01-31")],
                vec![json!("31.1.2026")],
            ),
            (
                Type::Duration,
                vec![json!("3s"), json!("-3.5s")],
                vec![json!("3"), json!("s"), json!("1.x2s")],
            ),
            (
                Type::String,
                vec![json!("x"), json!(1)],
                vec![json!({}), json!([])],
            ),
        ];
        for (ty, valid, invalid) in cases {
            for value in valid {
                assert!(check(&value, &ty).is_ok(), "{ty:?} {value}");
            }
            for value in invalid {
                assert!(check(&value, &ty).is_err(), "{ty:?} {value}");
            }
        }
    }
}
