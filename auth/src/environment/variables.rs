//! Environment variables.

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    fmt,
};

use super::Environment;

/// Variables that were set or unset here, on top of the process's own or of none.
#[derive(Clone)]
pub(super) struct Variables {
    real: bool,
    changed: BTreeMap<String, Option<OsString>>,
}

impl Variables {
    pub(super) fn new(real: bool) -> Self {
        Self {
            real,
            changed: BTreeMap::new(),
        }
    }

    fn get(&self, name: &str) -> Option<OsString> {
        match self.changed.get(name) {
            Some(value) => value.clone(),
            None if self.real => std::env::var_os(name),
            None => None,
        }
    }

    /// What was set (`Some`) and unset (`None`) here.
    pub(super) fn changed(&self) -> impl Iterator<Item = (&String, &Option<OsString>)> {
        self.changed.iter()
    }
}

impl Environment {
    /// Sets a variable.
    #[must_use]
    pub fn var(self, name: impl Into<String>, value: impl AsRef<OsStr>) -> Self {
        let (name, value) = (name.into(), value.as_ref().to_owned());
        self.change(|inner| drop(inner.variables.changed.insert(name, Some(value))))
    }

    /// Unsets a variable.
    #[must_use]
    pub fn unset(self, name: impl Into<String>) -> Self {
        let name = name.into();
        self.change(|inner| drop(inner.variables.changed.insert(name, None)))
    }

    /// A variable's value. An empty value is none: shells and container files have no better way to unset one.
    pub fn get_os(&self, name: &str) -> Option<OsString> {
        self.0.variables.get(name).filter(|value| !value.is_empty())
    }

    /// A variable's text, without white space around it; `None` where there is none, or where it is not Unicode.
    pub fn get(&self, name: &str) -> Option<String> {
        let value = self.get_os(name)?.into_string().ok()?;
        Some(value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    /// The first of `names` that is set, and its text.
    pub fn first_of<'a>(&self, names: &[&'a str]) -> Option<(&'a str, String)> {
        names
            .iter()
            .find_map(|name| self.get(name).map(|value| (*name, value)))
    }
}

/// Names only.
impl fmt::Debug for Variables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut list = f.debug_list();
        if self.real {
            list.entry(&format_args!("the process's"));
        }
        list.entries(self.changed.keys()).finish()
    }
}
