//! The names of documents.

use serde::{Deserialize, Serialize};

/// The name and version of an API.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Spec {
    /// `sqladmin`
    pub name: String,
    /// `v1`
    pub version: String,
}

impl std::fmt::Display for Spec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.name, self.version)
    }
}

/// Reads `sqladmin:v1`. Names become parts of URLs and of file names.
impl std::str::FromStr for Spec {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, version) = text
            .split_once(':')
            .ok_or("expected a name and a version, such as sqladmin:v1")?;
        let spec = Self::new(name, version);
        if spec.is_plain() {
            Ok(spec)
        } else {
            Err("names and versions are made of letters, digits, `_`, `-` and `.`".to_owned())
        }
    }
}

impl Spec {
    /// Returns the name of a document.
    pub fn new(name: impl Into<String>, version: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            version: version.into(),
        }
    }

    /// Returns whether name and version can be parts of a URL and of a file name.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        let plain = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
        [&self.name, &self.version]
            .into_iter()
            .all(|word| !word.is_empty() && !word.starts_with('.') && word.chars().all(plain))
    }

    /// Returns the name of the file that holds the document.
    #[must_use]
    pub fn file(&self) -> String {
        format!("{}.{}.json", self.name, self.version)
    }
}

#[cfg(test)]
mod tests {
    use super::Spec;

    #[test]
    fn names_become_no_paths() {
        assert_eq!("drive:v3".parse::<Spec>().unwrap().file(), "drive.v3.json");
        assert_eq!(
            "admin:directory_v1".parse::<Spec>().unwrap().file(),
            "admin.directory_v1.json"
        );
        for text in [
            "drive",
            "drive:",
            ":v3",
            "../drive:v3",
            "drive:v3/../x",
            "a b:v1",
            "a:.v1",
        ] {
            assert!(text.parse::<Spec>().is_err(), "{text}");
        }
    }
}
