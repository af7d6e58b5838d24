//! Showing a server's words without the secrets in them.

use serde_json::Value;

use crate::json;

/// How many characters of an answer an error shows.
const EXCERPT: usize = 300;
/// Longer runs of token characters than this are no words.
const LONGEST_WORD: usize = 32;

/// A short, readable form of `body` that holds no secret.
pub(crate) fn excerpt(body: &[u8]) -> String {
    let text = match json::value(body) {
        Some(mut json) => {
            hide_fields(&mut json);
            json::text(&json)
        }
        None => words(&String::from_utf8_lossy(body)),
    };
    match text.char_indices().nth(EXCERPT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// `text` on one line, with everything that looks like a token taken out.
pub(crate) fn words(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut hide_next = false;
    for word in text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
    {
        if !shown.is_empty() {
            shown.push(' ');
        }
        if std::mem::take(&mut hide_next) {
            shown.push_str("[redacted]");
            continue;
        }
        match secret_name(word) {
            // `access_token=...` and `"access_token": ...`
            Some(end) if end < word.len() => {
                shown.push_str(&word[..end]);
                shown.push_str("[redacted]");
            }
            Some(_) => {
                shown.push_str(word);
                hide_next = true;
            }
            None => hide_long_runs(word, &mut shown),
        }
    }
    shown
}

/// Where the value begins in a word such as `name=value` whose name is that of a secret.
fn secret_name(word: &str) -> Option<usize> {
    let end = word.find(['=', ':'])? + 1;
    // A URL's colon names no secret.
    (is_secret(&word[..end]) && !word[end..].starts_with("//")).then_some(end)
}

fn hide_long_runs(word: &str, shown: &mut String) {
    let is_token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '+' | '=');
    let mut rest = word;
    while !rest.is_empty() {
        let run = rest.find(|c| !is_token(c)).unwrap_or(rest.len());
        if run > LONGEST_WORD {
            shown.push_str("[redacted]");
        } else {
            shown.push_str(&rest[..run]);
        }
        rest = &rest[run..];
        let gap = rest.find(is_token).unwrap_or(rest.len());
        shown.push_str(&rest[..gap]);
        rest = &rest[gap..];
    }
}

fn hide_fields(json: &mut Value) {
    match json {
        Value::Object(fields) => {
            for (name, value) in fields {
                if is_secret(name) && !matches!(value, Value::Null | Value::Bool(_)) {
                    *value = Value::from("[redacted]");
                } else {
                    hide_fields(value);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(hide_fields),
        Value::String(text) => *text = words(text),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    if name.contains("token_type") || name.contains("token_uri") {
        return false;
    }
    [
        "token",
        "assertion",
        "secret",
        "password",
        "private_key",
        "authorization",
        "bearer",
        "api_key",
        "apikey",
    ]
    .iter()
    .any(|secret| name.contains(secret))
        || name.trim_matches(|c: char| !c.is_ascii_alphanumeric()) == "code"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_taken_out_and_words_stay() {
        let json = br#"{"access_token":"ya29.canary","expires_in":3599,"nested":[{"client_secret":"canary","code":"canary"}],"token_type":"Bearer"}"#;
        let shown = excerpt(json);
        assert!(!shown.contains("canary"), "{shown}");
        assert!(
            shown.contains(r#""expires_in":3599"#) && shown.contains("Bearer"),
            "{shown}"
        );
        let text = "access_token=canary&x=1 \"refresh_token\": \"canary\"\r\nBearer: canary see https://www.googleapis.com/auth/admin.directory.user.readonly";
        let shown = words(text);
        assert!(!shown.contains("canary"), "{shown}");
        assert!(
            shown.ends_with("see https://www.googleapis.com/auth/admin.directory.user.readonly"),
            "{shown}"
        );
        let jwt =
            "got eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJyb2JvdEBleGFtcGxlIn0abc.c2ln here";
        assert_eq!(words(jwt), "got [redacted].[redacted].c2ln here");
    }

    #[test]
    fn long_answers_are_cut() {
        assert_eq!(excerpt(&b"ab ".repeat(1000)).chars().count(), EXCERPT + 1);
        assert_eq!(
            excerpt("é ".repeat(1000).as_bytes()).chars().count(),
            EXCERPT + 1
        );
    }
}
