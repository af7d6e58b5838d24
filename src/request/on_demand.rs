//! Code that only programs contain which use an option for it: compression and regular expressions.

use std::{
    collections::HashMap,
    io::Write as _,
    sync::{Mutex, PoisonError},
};

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use regex_lite::Regex;

use super::Call;

/// An option with a function that carries it out. The setter names the function, so that the linker drops it from programs that
/// never call the setter.
#[derive(Clone, Copy)]
pub(crate) enum OnDemand<F> {
    Unset,
    Off,
    On(F),
}

/// Compresses a body.
pub(crate) type Compress = fn(&[u8]) -> Result<Bytes, String>;

/// Returns an error for a parameter whose value does not match its pattern.
pub(crate) type CheckPatterns = fn(&Call) -> Result<(), String>;

impl<F: Copy> OnDemand<F> {
    pub(crate) fn of(enabled: bool, function: F) -> Self {
        if enabled {
            Self::On(function)
        } else {
            Self::Off
        }
    }

    /// Returns this option, or `default` if it is unset.
    pub(super) fn or(self, default: Self) -> Self {
        match self {
            Self::Unset => default,
            set => set,
        }
    }

    /// Returns the function if the option is on.
    pub(crate) fn get(self) -> Option<F> {
        match self {
            Self::On(function) => Some(function),
            Self::Unset | Self::Off => None,
        }
    }
}

/// Returns `body` compressed with gzip.
pub(crate) fn gzip(body: &[u8]) -> Result<Bytes, String> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let compressed = encoder.write_all(body).and_then(|()| encoder.finish());
    compressed
        .map(Bytes::from)
        .map_err(|error| format!("the body cannot be compressed: {error}"))
}

/// Whether every value of a parameter that has a pattern matches it as a whole.
pub(crate) fn check_patterns(call: &Call) -> Result<(), String> {
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
                return Err(format!(
                    "parameter {name:?}: {value:?} does not match the document's pattern {pattern:?}"
                ));
            }
        }
    }
    Ok(())
}

fn matches(pattern: &'static str, value: &str) -> Result<bool, String> {
    static KNOWN: Mutex<Option<HashMap<&str, Regex>>> = Mutex::new(None);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
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
        assert!(matches("(", "x").is_err_and(|why| why.contains("cannot be read")));
    }
}
