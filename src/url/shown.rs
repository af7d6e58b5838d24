//! A URL as errors show it.

use http::Uri;

use super::redact;

/// A URL, whose secrets are taken out when an error wants to show it: most calls never do.
pub(crate) struct Shown {
    url: Uri,
    instead: Option<String>,
}

impl Shown {
    /// `instead`, if there is one, stands for a URL that is secret as a whole.
    pub(crate) fn new(url: &Uri, instead: Option<String>) -> Self {
        Self {
            url: url.clone(),
            instead,
        }
    }

    /// The URL with its secrets.
    pub(crate) fn url(&self) -> &Uri {
        &self.url
    }

    pub(crate) fn text(&self) -> String {
        match &self.instead {
            None => redact(&self.url.to_string()),
            Some(text) => text.clone(),
        }
    }
}
