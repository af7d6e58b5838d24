//! gcloud's configuration, read without running gcloud, which takes a second or two.

use std::path::{Path, PathBuf};

use crate::Environment;

/// The file that `gcloud auth application-default login` writes.
const CREDENTIALS: &str = "application_default_credentials.json";

pub(super) fn credentials_path(environment: &Environment) -> Option<PathBuf> {
    Some(environment.gcloud_dir()?.join(CREDENTIALS))
}

/// Returns the project that `gcloud config get project` prints.
pub(super) fn project(environment: &Environment) -> Option<String> {
    if let Some(project) = environment.get("CLOUDSDK_CORE_PROJECT") {
        return Some(project);
    }
    let folder = environment.gcloud_dir()?;
    let active = environment
        .get("CLOUDSDK_ACTIVE_CONFIG_NAME")
        .or_else(|| first_line(environment, &folder.join("active_config")))
        .unwrap_or_else(|| String::from("default"));
    // The name becomes part of a path.
    let is_name = active
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    let configuration = is_name.then(|| {
        folder
            .join("configurations")
            .join(format!("config_{active}"))
    });
    configuration
        .into_iter()
        // The file of old versions, which applies to all configurations.
        .chain([folder.join("properties")])
        .find_map(|path| {
            let text = environment.read_text(path).ok()?;
            property(&text, "core", "project")
        })
}

fn first_line(environment: &Environment, path: &Path) -> Option<String> {
    let text = environment.read_text(path).ok()?;
    let line = text.lines().next()?.trim().to_owned();
    Some(line).filter(|line| !line.is_empty())
}

/// Returns a property of an INI file: sections in brackets, `name = value` or `name: value`, comments after `#` or `;`.
fn property(text: &str, section: &str, name: &str) -> Option<String> {
    let mut within = false;
    let mut found = None;
    for line in text.lines().map(str::trim) {
        if line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(header) = line.strip_prefix('[') {
            within = header
                .strip_suffix(']')
                .is_some_and(|header| header.trim() == section);
        } else if let Some((key, value)) = line.split_once(['=', ':'])
            && within
            && key.trim().eq_ignore_ascii_case(name)
        {
            // The last value counts.
            found = Some(value.trim().to_owned());
        }
    }
    found.filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_of_ini_files() {
        let text = "# project = no\nproject = no\n[compute]\nproject = no\n[ core ]\n; project = no\nAccount = a@b\n\
                    project: first\r\nProject = second = x \n[core2]\nproject = no";
        assert_eq!(
            property(text, "core", "project").as_deref(),
            Some("second = x")
        );
        assert_eq!(property("[core]\nproject =", "core", "project"), None);
        assert_eq!(property("[core\nproject = a", "core", "project"), None);
    }
}
