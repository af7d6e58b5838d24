//! Field masks.

use std::{convert::Infallible, str::FromStr};

use super::text_type;

/// The fields that a request reads or changes: paths separated by commas, such as `displayName,settings.tier`.
///
/// ```
/// use gapi::value::FieldMask;
///
/// let mask = FieldMask::new(["displayName", "settings.tier"]);
/// assert_eq!(mask.as_str(), "displayName,settings.tier");
/// assert!(mask.paths().eq(["displayName", "settings.tier"]));
/// ```
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldMask(Box<str>);

text_type!(
    FieldMask,
    "a field mask such as \"displayName,settings.tier\""
);

impl FieldMask {
    /// Makes the mask of these paths, in this order.
    pub fn new<P: AsRef<str>>(paths: impl IntoIterator<Item = P>) -> FieldMask {
        let mut mask = String::new();
        for path in paths {
            if !mask.is_empty() {
                mask.push(',');
            }
            mask.push_str(path.as_ref());
        }
        mask.into()
    }

    /// Returns the paths, without the spaces around them. A comma inside backquotes belongs to a path.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        let mut quoted = false;
        let separator = move |c: char| {
            quoted ^= c == '`';
            c == ',' && !quoted
        };
        self.0
            .split(separator)
            .map(str::trim)
            .filter(|path| !path.is_empty())
    }

    /// Returns whether there is no path.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.paths().next().is_none()
    }
}

impl<P: AsRef<str>> FromIterator<P> for FieldMask {
    fn from_iter<I: IntoIterator<Item = P>>(paths: I) -> FieldMask {
        FieldMask::new(paths)
    }
}

/// Takes any text: services have paths of their own, such as `*`.
impl FromStr for FieldMask {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<FieldMask, Infallible> {
        Ok(text.into())
    }
}
