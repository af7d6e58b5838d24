//! Texts of a server without the secrets in them.

use gapi_transport::redact::is_secret_in_text;
use serde_json::Value;

use crate::{json, redacted_path::TOKENS};

/// The number of characters of a response in an error.
const EXCERPT: usize = 300;
/// A longer run of token characters is not a word.
const LONGEST_WORD: usize = 32;
const REDACTED: &str = "[redacted]";
/// The name of the value after the word `Bearer`, which also occurs in prose.
const SCHEME: &str = "";
/// The suffix of a client's ID, which is public.
const CLIENT_ID: &str = ".apps.googleusercontent.com";

/// Returns a short, readable form of `body` without secrets.
pub(crate) fn excerpt(body: &[u8]) -> String {
    let text = match json::value(body) {
        Some(mut json) => {
            hide_fields(&mut json);
            json::text(&json)
        }
        // Broken JSON may be cut within the name of a secret, or right before it.
        None if body.trim_ascii_start().starts_with(b"{") => {
            format!("{} bytes of JSON, which is broken or cut off", body.len())
        }
        None => words(&String::from_utf8_lossy(body)),
    };
    match text.char_indices().nth(EXCERPT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// Returns `text` on one line, with all that looks like a token replaced.
pub(crate) fn words(text: &str) -> String {
    // A control character within a secret does not end it.
    let text: String = text
        .chars()
        .filter(|c| c.is_whitespace() || !c.is_control())
        .collect();
    let mut redacted = String::with_capacity(text.len());
    let mut hide = Hide::Nothing;
    for word in text.split_whitespace() {
        let is_within = matches!(hide, Hide::UntilQuote(_));
        if !redacted.is_empty() && !is_within {
            redacted.push(' ');
        }
        hide = match hide {
            Hide::Nothing => push(word, &mut redacted),
            Hide::Next(name) if !word.contains(char::is_alphanumeric) => {
                redacted.push_str(word);
                Hide::Next(name)
            }
            Hide::Next(name) if is_harmless(name, word) => push(word, &mut redacted),
            Hide::Next(_) => {
                redacted.push_str(REDACTED);
                Hide::after(word)
            }
            Hide::UntilQuote(quote) if word.contains(quote) => Hide::Nothing,
            Hide::UntilQuote(quote) => Hide::UntilQuote(quote),
        };
    }
    redacted
}

/// What is hidden of the following words.
#[derive(Clone, Copy)]
enum Hide<'a> {
    Nothing,
    /// The next one, which is the value of this name.
    Next(&'a str),
    /// The rest of a text in quotation marks.
    UntilQuote(char),
}

impl Hide<'_> {
    /// After a value that was hidden.
    fn after(value: &str) -> Self {
        let value = value.trim_start_matches([':', '=']);
        if ["bearer", "basic"]
            .iter()
            .any(|scheme| value.eq_ignore_ascii_case(scheme))
        {
            return Self::Next("authorization");
        }
        match value.chars().next() {
            Some(quote @ ('"' | '\'')) if !value[1..].contains(quote) => Self::UntilQuote(quote),
            _ => Self::Nothing,
        }
    }
}

/// Appends a word without its secrets.
fn push<'a>(word: &'a str, redacted: &mut String) -> Hide<'a> {
    let Some((start, end)) = secret_name(word) else {
        push_plain(word, redacted);
        let is_scheme = word.eq_ignore_ascii_case("bearer");
        return if is_scheme {
            Hide::Next(SCHEME)
        } else {
            Hide::Nothing
        };
    };
    push_plain(&word[..start], redacted);
    let (name, rest) = (&word[start..end], &word[end..]);
    // A secret may be right before the name.
    let is_name = |c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '-');
    let is_apart = !redacted.ends_with(REDACTED);
    match is_apart && name.len() <= 24 && name.chars().all(is_name) {
        true => redacted.push_str(name),
        false => redacted.push_str(REDACTED),
    }
    let value = rest.trim_start_matches(['"', '\'', '\\', ':', '=']);
    if value.is_empty() {
        redacted.push_str(rest);
        return Hide::Next(name);
    }
    // The quotation mark that opens the value goes with it.
    let mark = rest[..rest.len() - value.len()].trim_end_matches(['"', '\'', '\\']);
    redacted.push_str(mark);
    if is_harmless(name, value) {
        redacted.push_str(&rest[mark.len()..]);
        return Hide::Nothing;
    }
    redacted.push_str(REDACTED);
    Hide::after(&rest[mark.len()..])
}

/// Returns the range of the name of a secret in a word such as `name=value`.
fn secret_name(word: &str) -> Option<(usize, usize)> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let mut from = 0;
    while let Some(start) = word[from..].find(is_name).map(|at| from + at) {
        let end = word[start..]
            .find(|c| !is_name(c))
            .map_or(word.len(), |at| start + at);
        let rest = &word[end..];
        // `name=`, `name:` and `"name"`, but neither `https://` nor a name in `urn:of:names`.
        let is_named = rest.starts_with(['=', '"', '\'', '\\'])
            || (rest.starts_with(':') && !rest.starts_with("://") && !word.starts_with("urn:"));
        if is_named && is_secret_in_text(&word[start..end]) {
            return Some((start, end));
        }
        from = end;
    }
    None
}

/// Returns whether a value is not a secret in spite of its name: error codes, and words after `Bearer`.
fn is_harmless(name: &str, value: &str) -> bool {
    let value = value.trim_matches(|c: char| c.is_ascii_punctuation());
    let is_number = !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit());
    match name.to_ascii_lowercase().as_str() {
        "code" => is_number && value.len() <= 6,
        SCHEME => value.len() < 12 && value.bytes().all(|b| b.is_ascii_lowercase()),
        _ => false,
    }
}

/// Appends a text that is not named as a secret, without what looks like a token.
fn push_plain(word: &str, redacted: &mut String) {
    let is_token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '+');
    let mut rest = word;
    while !rest.is_empty() {
        if TOKENS.iter().any(|beginning| rest.starts_with(beginning)) {
            let is_part = |c: char| is_token(c) || matches!(c, '.' | '/' | '~' | '%' | '=');
            redacted.push_str(REDACTED);
            rest = &rest[rest.find(|c| !is_part(c)).unwrap_or(rest.len())..];
            continue;
        }
        let run = rest.find(|c| !is_token(c)).unwrap_or(rest.len());
        let is_random = run > LONGEST_WORD || is_mixed(&rest[..run]);
        if is_random && !rest[run..].starts_with(CLIENT_ID) {
            redacted.push_str(REDACTED);
        } else {
            redacted.push_str(&rest[..run]);
        }
        rest = &rest[run..];
        let gap = rest.find(is_token).unwrap_or(rest.len());
        redacted.push_str(&rest[..gap]);
        rest = &rest[gap..];
    }
}

/// Returns whether a long word has letters of both cases and digits.
fn is_mixed(word: &str) -> bool {
    let has = |is: fn(&u8) -> bool| word.as_bytes().iter().any(is);
    word.len() >= LONGEST_WORD / 2
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_digit)
}

fn hide_fields(json: &mut Value) {
    match json {
        Value::Object(fields) => {
            // An unusual name may be a value whose name was lost.
            if fields.keys().any(|name| words(name) != *name) {
                *fields = std::mem::take(fields)
                    .into_iter()
                    .map(|(name, value)| (words(&name), value))
                    .collect();
            }
            for (name, value) in fields {
                let is_number = matches!(value, Value::Number(_)) && name == "code";
                if is_secret_in_text(name)
                    && !is_number
                    && !matches!(value, Value::Null | Value::Bool(_))
                {
                    *value = Value::from(REDACTED);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_removed_and_words_stay() {
        let json = br#"{"access_token":"ya29.canary","expires_in":3599,"nested":[{"client_secret":"canary","code":"canary"}],"token_type":"Bearer"}"#;
        let redacted = excerpt(json);
        assert!(!redacted.contains("canary"), "{redacted}");
        assert!(
            redacted.contains(r#""expires_in":3599"#) && redacted.contains("Bearer"),
            "{redacted}"
        );
        let text = "access_token=canary&x=1 \"refresh_token\": \"canary\"\r\nBearer: canary see https://www.googleapis.com/auth/admin.directory.user.readonly";
        let redacted = words(text);
        assert!(!redacted.contains("canary"), "{redacted}");
        assert!(
            redacted.ends_with("see https://www.googleapis.com/auth/admin.directory.user.readonly"),
            "{redacted}"
        );
        let jwt =
            "got eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJyb2JvdEBleGFtcGxlIn0abc.c2ln here";
        assert_eq!(words(jwt), "got [redacted] here");
    }

    #[test]
    fn harmless_words_stay() {
        for text in [
            "error code: 1234",
            "{code=401}",
            "the client 764086051850-6qr4p6gpi6hn506pt8ejuq83di341hur.apps.googleusercontent.com was deleted",
            "invalid_token: The access token expired",
            "Bearer token is missing",
            "urn:ietf:params:oauth:token-type:access_token is not urn:ietf:params:oauth:grant-type:jwt-bearer",
            "Token has been expired or revoked.",
            "https://oauth2.googleapis.com/token returned 500",
        ] {
            assert_eq!(words(text), text);
        }
        let google = br#"{"error":{"code":403,"message":"no"}}"#;
        assert_eq!(excerpt(google).as_bytes(), google);
    }

    #[test]
    fn a_secret_is_hidden_anywhere_in_a_word() {
        for text in [
            r#"{"access_token"ya29.canary...","expires_in":3599}"#,
            r#""access_token"canary-1","expires_in":3599}"#,
            "1//canary...&token=5",
            "ya29.canary-token=5",
            "canary4token=5",
            "access_token='canary'",
            "\"refresh_token\" : \"canary\"",
            r#"{\"access_token\":\"canary\"}"#,
            "password: \"two canary words\" and more",
            "Authorization: Bearer canary5",
            "Bearer canary5",
            "Bearer: canary",
            "a=b&code=4/0canary",
            "client_secret=GOCSPX-\u{0}canary",
            "the rest: B4canaryCanaryCanary",
            "client_secret: GOCSPX-canary",
            "refresh_to=en=1//canary5",
            "got GOCSPX-canary, and AIzacanary",
            "https://h.example/?access_token=canary",
        ] {
            for redacted in [words(text), excerpt(text.as_bytes())] {
                assert!(!redacted.contains("canary"), "{text}: {redacted}");
            }
        }
        // The value is the name.
        let redacted = excerpt(br#"{"ya29.canary":1,"error":"x"}"#);
        assert!(!redacted.contains("canary"), "{redacted}");
        assert_eq!(
            words("password: \"two canary words\" and more"),
            "password: [redacted] and more"
        );
    }

    #[test]
    fn long_responses_are_cut() {
        assert_eq!(excerpt(&b"ab ".repeat(1000)).chars().count(), EXCERPT + 1);
        assert_eq!(
            excerpt("é ".repeat(1000).as_bytes()).chars().count(),
            EXCERPT + 1
        );
    }
}
