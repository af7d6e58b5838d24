//! The patterns and limits that documents have for parameters.

use std::{collections::HashMap, sync::Mutex};

use gapi_transport::{lock, redact};
use regex_lite::Regex;

use super::Call;

/// Whether every value of a parameter that has a pattern matches it as a whole, and every number is within its limits.
pub(crate) fn check(call: &Call) -> Result<(), String> {
    let method = call.method;
    for &(parameter, pattern) in method.patterns {
        let parameter = method.parameters.get(usize::from(parameter));
        let pattern = method.api.patterns.get(usize::from(pattern));
        // A table that names what is not there was not made by the generator.
        let (Some(parameter), Some(pattern)) = (parameter, pattern) else {
            continue;
        };
        let values = call
            .parameters()
            .filter(|(name, _)| *name == parameter.name);
        for (name, value) in values {
            if !matches(pattern, value)? {
                let value = displayed(name, format!("{value:?}"));
                return Err(format!(
                    "parameter {name:?}: {value} does not match the document's pattern {pattern:?}"
                ));
            }
        }
    }
    for &(parameter, minimum, maximum) in method.ranges {
        let Some(parameter) = method.parameters.get(usize::from(parameter)) else {
            continue;
        };
        let values = call
            .parameters()
            .filter(|(name, _)| *name == parameter.name);
        for (name, value) in values {
            let (bound, limit) = if is_less(value, minimum) {
                ("minimum", minimum)
            } else if is_less(maximum, value) {
                ("maximum", maximum)
            } else {
                continue;
            };
            let value = displayed(name, value.to_owned());
            return Err(format!(
                "parameter {name:?}: {value} is outside of the document's range, whose {bound} is {limit}"
            ));
        }
    }
    Ok(())
}

/// Returns a value for an error, unless it is a secret.
fn displayed(name: &str, value: String) -> String {
    if redact::is_secret_parameter(name) {
        return "the value".to_owned();
    }
    value
}

/// Returns whether both texts are numbers, and the left one is less.
fn is_less(left: &str, right: &str) -> bool {
    if let (Ok(left), Ok(right)) = (left.parse::<i128>(), right.parse::<i128>()) {
        return left < right;
    }
    matches!((left.parse::<f64>(), right.parse::<f64>()), (Ok(left), Ok(right)) if left < right)
}

fn matches(pattern: &'static str, value: &str) -> Result<bool, String> {
    static KNOWN: Mutex<Option<HashMap<&str, Regex>>> = Mutex::new(None);
    let mut known = lock(&KNOWN);
    let known = known.get_or_insert_default();
    if let Some(regex) = known.get(pattern) {
        return Ok(regex.is_match(value));
    }
    let regex = Regex::new(&format!("^(?:{pattern})$"))
        .map_err(|error| format!("the document's pattern {pattern:?} cannot be read: {error}"))?;
    let matches = regex.is_match(value);
    known.insert(pattern, regex);
    Ok(matches)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_whole_values() {
        for (pattern, value, expected) in [
            ("^projects/[^/]+$", "projects/p", true),
            ("^projects/[^/]+$", "projects/p/q", false),
            ("[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?", "us-east1", true),
            ("[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?", "us-east1/x", false),
            // Alternatives are anchored together.
            ("C.+|my_customer", "my_customer", true),
            ("C.+|my_customer", "my_customers", false),
            ("^folders/\\d+$", "folders/7", true),
            (".{22}", "x", false),
        ] {
            assert_eq!(matches(pattern, value), Ok(expected), "{pattern} {value}");
        }
        for (left, right, expected) in [
            ("1", "2", true),
            ("2", "2", false),
            ("9223372036854775806", "9223372036854775807", true),
            ("-1", "0.5", true),
            ("1.5", "1", false),
            ("", "1", false),
            ("1", "", false),
            ("NaN", "1", false),
        ] {
            assert_eq!(is_less(left, right), expected, "{left} {right}");
        }
        assert!(matches("(", "x").is_err_and(|why| why.contains("cannot be read")));
    }
}
