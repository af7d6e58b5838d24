//! Paths in texts, without what is not a path.

use std::{
    fmt::{self, Write},
    ops::Deref,
    path::{Path, PathBuf},
};

/// The beginnings of Google's access tokens, refresh tokens, codes, JWTs, API keys and client secrets.
pub(crate) const TOKENS: [&str; 6] = ["ya29.", "1//", "4/0", "eyJ", "AIza", "GOCSPX-"];
/// The longest file name of any file system, and the longest path of Linux.
const LONGEST_NAME: usize = 255;
const LONGEST_PATH: usize = 4096;
/// Folders are named by hexadecimal digests of this length. A longer word is considered a token.
const LONGEST_WORD: usize = 64;
/// The same for a word without a folder or an extension.
const LONGEST_BARE_WORD: usize = 32;

/// A path in a text that others may read.
///
/// Programs are often given the content of a file in place of its path, such as a key in a variable for a path. Then `Display` and `Debug` show only
/// what it looks like. Control characters are escaped.
///
/// ```
/// use gapi_auth::RedactedPath;
///
/// assert_eq!(RedactedPath::new("/keys/robot.json").to_string(), "/keys/robot.json");
/// assert_eq!(RedactedPath::new(r#"{"private_key": "..."}"#).to_string(), "(what looks like JSON, 22 bytes)");
/// ```
pub struct RedactedPath<'a>(&'a Path);

impl<'a> RedactedPath<'a> {
    /// Returns `path` for display.
    pub fn new<P: AsRef<Path> + ?Sized>(path: &'a P) -> Self {
        Self(path.as_ref())
    }

    /// Returns what this looks like, if it does not look like a path.
    pub fn looks_like(&self) -> Option<&'static str> {
        let text = self.0.to_string_lossy();
        let text = text.trim();
        if text.contains("-----BEGIN") || text.contains("PRIVATE KEY") {
            Some("a key in PEM")
        } else if text.contains(['{', '}']) {
            let is_json = text.contains('"');
            Some(if is_json {
                "JSON"
            } else {
                "a text with braces"
            })
        } else if text.contains(char::is_control) {
            Some("a text of several lines")
        } else if text.contains("://") {
            // It may hold a password.
            Some("a URL")
        } else if is_token(text) {
            Some("a token")
        } else if text.len() > LONGEST_PATH || names(text).any(|name| name.len() > LONGEST_NAME) {
            Some("a long text")
        } else {
            None
        }
    }
}

fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split(['/', '\\'])
}

fn is_token(text: &str) -> bool {
    let is_scheme = |scheme: &str| {
        text.get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    let begins = |name: &str| {
        TOKENS
            .iter()
            .any(|token| name.starts_with(token) && name.len() > 12)
    };
    if is_scheme("bearer ") || is_scheme("basic ") || begins(text) || names(text).any(begins) {
        return true;
    }
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+' | '=' | '~');
    let longest = text
        .split(|c| !is_part(c))
        .map(str::len)
        .max()
        .unwrap_or_default();
    let is_bare = !text.contains(['/', '\\', '.', ' ']);
    longest > LONGEST_WORD || (is_bare && longest > LONGEST_BARE_WORD)
}

impl fmt::Display for RedactedPath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(what) = self.looks_like() {
            return write!(
                f,
                "(what looks like {what}, {} bytes)",
                self.0.as_os_str().len()
            );
        }
        for c in self.0.to_string_lossy().chars() {
            if c.is_control() {
                write!(f, "{}", c.escape_debug())?;
            } else {
                f.write_char(c)?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for RedactedPath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A path from a file of credentials. `Debug` shows it as a [`RedactedPath`].
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct NamedPath(PathBuf);

impl From<String> for NamedPath {
    fn from(text: String) -> Self {
        Self(PathBuf::from(text))
    }
}

impl Deref for NamedPath {
    type Target = Path;

    fn deref(&self) -> &Path {
        &self.0
    }
}

impl AsRef<Path> for NamedPath {
    fn as_ref(&self) -> &Path {
        &self.0
    }
}

impl fmt::Debug for NamedPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&RedactedPath(&self.0), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_displayed() {
        for path in [
            "",
            "key.json",
            "./key.json",
            "~/key.json",
            "/var/run/secrets/kubernetes.io/serviceaccount/token",
            r"C:\Users\Ann\AppData\Roaming\gcloud\application_default_credentials.json",
            r"\\server\share\key.json",
            "\"C:\\key.json\"",
            "/nix/store/0c5kjkd8zi2w4bqfgk3k7w8c5hl1v0nv-robot/key.json",
            "/overlay2/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef/merged/key",
            "/tmp/3f1c2a52-6a1e-4a53-9f3f-1f0f3c1f9a11/key.json",
            "/home/ann/Schlüssel für Google.json",
            "example-project-123456-0123456789ab.json",
            "/1/2/3",
        ] {
            assert_eq!(RedactedPath::new(path).looks_like(), None, "{path}");
            assert_eq!(RedactedPath::new(path).to_string(), path);
        }
        assert_eq!(RedactedPath::new("/key.json\n").to_string(), "/key.json\\n");
    }

    #[test]
    fn other_texts_are_described() {
        let long = format!("/home/{}", "long words ".repeat(30));
        for (text, what) in [
            (r#"{"type": "service_account"}"#, "JSON"),
            ("\n  {\"a\": 1}\n", "JSON"),
            ("{project}", "a text with braces"),
            ("-----BEGIN PRIVATE KEY-----\\nMIIE", "a key in PEM"),
            ("MIIE\nabc", "a text of several lines"),
            ("https://ann:canary@example.com/key.json", "a URL"),
            ("ya29.a0Aa4xrXcanary", "a token"),
            ("1//0gcanary-canary", "a token"),
            ("Bearer canary", "a token"),
            ("eyJhbGciOiJSUzI1NiJ9.e30.c2ln", "a token"),
            ("AIzaSyD-canary-canary", "a token"),
            ("/run/GOCSPX-canarycanary", "a token"),
            ("0123456789abcdef0123456789abcdef0", "a token"),
            (&"aB3/".repeat(1200), "a long text"),
            (&"aB3".repeat(30), "a token"),
            (&long, "a long text"),
        ] {
            let redacted = RedactedPath::new(text);
            assert_eq!(redacted.looks_like(), Some(what), "{text}");
            let expected = format!("(what looks like {what}, {} bytes)", text.len());
            assert_eq!(redacted.to_string(), expected);
            assert_eq!(format!("{redacted:?}"), expected);
        }
    }
}
