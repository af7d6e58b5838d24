//! Words of the user, for errors: without what may be a secret. A value is often given in the wrong place.

use clap::error::{ContextKind, ContextValue};
use gapi_transport::redact::is_secret_parameter;

/// Whether a name ends here, and its value begins.
fn is_separator(c: char) -> bool {
    c.is_whitespace() || "=:,?&".contains(c)
}

/// Returns a word without what follows the name of a secret in it, `password` of `password=x`, `password: x` and `--password x`, and
/// without the user information of a URL.
pub(crate) fn without_secret(word: &str) -> &str {
    let mut ends = word.match_indices(is_separator).map(|(end, _)| end);
    if let Some(end) = ends.find(|end| is_secret_name(&word[..*end])) {
        return &word[..end];
    }
    match (word.find("://"), word.find(':'), word.find('@')) {
        (Some(scheme), _, Some(at)) if scheme < at => &word[..scheme + 3],
        (_, Some(colon), Some(at)) if colon < at => &word[..colon],
        _ => word,
    }
}

/// Returns the text of an error about arguments. A value in the wrong place may be a secret.
pub(crate) fn text_of(error: &clap::Error) -> String {
    let text = error.to_string();
    match error.get(ContextKind::InvalidValue) {
        Some(ContextValue::String(value)) => text.replace(value, without_secret(value)),
        _ => text,
    }
}

/// Whether what follows this word may be a secret: its last part is the name of one.
pub(crate) fn is_secret_name(word: &str) -> bool {
    let word = word.trim_end_matches([':', '=']);
    let name = word.rsplit(is_separator).next().unwrap_or_default();
    let name = name.trim_start_matches('-');
    ["bearer", "basic", "cookie"]
        .iter()
        .any(|other| name.eq_ignore_ascii_case(other))
        || is_secret_parameter(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_the_name_of_a_secret_is_left_out() {
        for (word, expected) in [
            ("password=canary", "password"),
            ("user.rootPassword: canary=", "user.rootPassword"),
            ("--access-token canary", "--access-token"),
            ("{\"password\":\"canary\"}", "{\"password\""),
            ("name=x,password=canary", "name=x,password"),
            ("x: Bearer canary", "x: Bearer"),
            ("https://x.example/y?key=canary", "https://x.example/y?key"),
            ("https://ann:canary@x.example/y", "https://"),
            ("ann:canary@x.example/y", "ann"),
            ("ann@x.example", "ann@x.example"),
            ("name=password", "name=password"),
            ("pageToken=x", "pageToken=x"),
            ("sqladmin:v1", "sqladmin:v1"),
            ("projects/p:x", "projects/p:x"),
        ] {
            assert_eq!(without_secret(word), expected, "{word}");
        }
    }
}
