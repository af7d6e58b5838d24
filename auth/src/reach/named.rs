//! Who named a URL.

use std::{borrow::Cow, fmt};

use crate::DEFAULT_UNIVERSE;

/// What stands for the universe in a URL.
const UNIVERSE: &str = "{universe_domain}";

/// A URL or a universe, and who named it: a file, whose word a policy has to allow, or the program, which vouches for what it names.
#[derive(Clone)]
pub(crate) struct Named {
    text: Cow<'static, str>,
    vouched: bool,
}

impl Named {
    /// The universe of everybody who has none of their own.
    pub(crate) const GOOGLE: Self = Self::constant(DEFAULT_UNIVERSE);

    /// What this crate names.
    pub(crate) const fn constant(text: &'static str) -> Self {
        Self {
            text: Cow::Borrowed(text),
            vouched: true,
        }
    }

    pub(crate) fn by_program(text: impl Into<String>) -> Self {
        Self {
            text: Cow::Owned(text.into()),
            vouched: true,
        }
    }

    pub(crate) fn by_file(text: impl Into<String>) -> Self {
        Self {
            text: Cow::Owned(text.into()),
            vouched: false,
        }
    }

    pub(crate) fn is_vouched(&self) -> bool {
        self.vouched
    }

    /// The text, to compare, to keep or to show. Where something is sent is what [`Reach::url`](super::Reach::url) gives.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Another text by the same.
    pub(crate) fn with(&self, change: impl FnOnce(&str) -> String) -> Self {
        Self {
            text: Cow::Owned(change(&self.text)),
            vouched: self.vouched,
        }
    }

    /// The text, with the universe in its place.
    pub(super) fn within(&self, universe: &Self) -> Cow<'_, str> {
        if self.text.contains(UNIVERSE) {
            Cow::Owned(self.text.replace(UNIVERSE, &universe.text))
        } else {
            Cow::Borrowed(&self.text)
        }
    }
}

/// Without a query, which may hold a secret.
impl fmt::Debug for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.split('?').next().unwrap_or_default().fmt(f)
    }
}
