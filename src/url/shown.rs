//! A URL as errors show it.

use http::Uri;

use super::redact;

/// A URL, whose secrets are taken out when an error wants to show it: most calls never do.
#[derive(Clone)]
pub(crate) enum Shown {
    Url(Uri),
    /// What stands for a URL that is secret as a whole.
    Instead(String),
}

impl Shown {
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Url(url) => redact(&url.to_string()),
            Self::Instead(text) => text.clone(),
        }
    }
}

impl From<&Uri> for Shown {
    fn from(url: &Uri) -> Self {
        Self::Url(url.clone())
    }
}
