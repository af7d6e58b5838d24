//! The names of documents.

/// The name and version of an API.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Spec {
    pub(super) name: String,
    pub(super) version: String,
}

impl std::fmt::Display for Spec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.name, self.version)
    }
}

/// Reads `sqladmin:v1`. Names become parts of URLs and of file names.
pub(super) fn parse(text: &str) -> Result<Spec, String> {
    let (name, version) = text
        .split_once(':')
        .ok_or("expected a name and a version, such as sqladmin:v1")?;
    let spec = Spec {
        name: name.to_owned(),
        version: version.to_owned(),
    };
    if spec.is_plain() {
        Ok(spec)
    } else {
        Err("names and versions are made of letters, digits, `_`, `-` and `.`".to_owned())
    }
}

impl Spec {
    pub(super) fn is_plain(&self) -> bool {
        let plain = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
        [&self.name, &self.version]
            .into_iter()
            .all(|word| !word.is_empty() && !word.starts_with('.') && word.chars().all(plain))
    }

    /// The file that keeps the document.
    pub(super) fn file(&self) -> String {
        format!("{}.{}.json", self.name, self.version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_no_paths() {
        assert_eq!(parse("drive:v3").unwrap().file(), "drive.v3.json");
        assert_eq!(
            parse("admin:directory_v1").unwrap().file(),
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
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
