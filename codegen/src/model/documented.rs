//! Which calls may be repeated, where services document it and it differs from the general rule.

/// The classes of a service's methods. Methods in no class, which only read or are newer than the classes, follow the general
/// rule.
pub(super) struct RetryClasses {
    /// The name of the document.
    document: &'static str,
    /// Repeated calls have the effect of one.
    always: &'static [&'static str],
    /// Repeated calls have the effect of one, if one of these conditions is given.
    conditionally: &'static [(&'static [&'static str], &'static [Condition])],
    /// Repeated calls may have the effect twice.
    never: &'static [&'static str],
}

/// A precondition of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Condition {
    /// A query parameter.
    Query(&'static str),
    /// A property of the body.
    Body(&'static str),
}

/// The class of a method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RetryClass {
    Always,
    Conditionally(&'static [Condition]),
    Never,
}

/// Cloud Storage: "Idempotency of operations" in <https://cloud.google.com/storage/docs/retry-strategy>. The page names all get and list requests as well, which need no entry.
const STORAGE: RetryClasses = RetryClasses {
    document: "storage",
    always: &[
        "buckets.insert",
        "buckets.delete",
        "buckets.testIamPermissions",
        "buckets.lockRetentionPolicy",
        "projects.hmacKeys.delete",
        "notifications.delete",
    ],
    conditionally: &[
        (
            &[
                "buckets.patch",
                "buckets.update",
                "objects.patch",
                "objects.update",
            ],
            &[
                Condition::Query("ifMetagenerationMatch"),
                Condition::Body("etag"),
            ],
        ),
        (
            &["buckets.setIamPolicy", "projects.hmacKeys.update"],
            &[Condition::Body("etag")],
        ),
        (
            &[
                "objects.insert",
                "objects.copy",
                "objects.compose",
                "objects.rewrite",
            ],
            &[Condition::Query("ifGenerationMatch")],
        ),
        (
            &["objects.delete"],
            &[
                Condition::Query("ifGenerationMatch"),
                Condition::Query("generation"),
            ],
        ),
    ],
    never: &[
        "projects.hmacKeys.create",
        "notifications.insert",
        "bucketAccessControls.insert",
        "bucketAccessControls.delete",
        "bucketAccessControls.patch",
        "bucketAccessControls.update",
        "defaultObjectAccessControls.insert",
        "defaultObjectAccessControls.delete",
        "defaultObjectAccessControls.patch",
        "defaultObjectAccessControls.update",
        "objectAccessControls.insert",
        "objectAccessControls.delete",
        "objectAccessControls.patch",
        "objectAccessControls.update",
    ],
};

const SERVICES: [&RetryClasses; 1] = [&STORAGE];

/// Returns the class of the method `path` of the document `name`.
pub(super) fn class(name: &str, path: &str) -> Option<RetryClass> {
    let service = SERVICES.iter().find(|service| service.document == name)?;
    if service.always.contains(&path) {
        return Some(RetryClass::Always);
    }
    if service.never.contains(&path) {
        return Some(RetryClass::Never);
    }
    let (_, conditions) = service
        .conditionally
        .iter()
        .find(|(paths, _)| paths.contains(&path))?;
    Some(RetryClass::Conditionally(conditions))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::model::lower;
    use crate::{Document, Source};

    #[test]
    fn classes_name_what_is_there() {
        let file = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../discovery-docs/storage.v1.json"
        );
        let text = std::fs::read_to_string(file).unwrap();
        let document = Document::read(&Source::new("storage.v1.json", text), None).unwrap();
        let api = lower(&document).unwrap();
        let mut seen = BTreeSet::new();
        let conditional = STORAGE.conditionally.iter().flat_map(|(paths, _)| *paths);
        let all = STORAGE.always.iter().chain(conditional);
        for path in all.chain(STORAGE.never) {
            assert!(seen.insert(path), "{path} is in two classes");
            let method = api.root.all_methods().find(|m| m.path_name == **path);
            let method = method.unwrap_or_else(|| panic!("no method {path}"));
            let Some(RetryClass::Conditionally(conditions)) = class("storage", path) else {
                continue;
            };
            for condition in conditions {
                let Condition::Query(name) = condition else {
                    continue;
                };
                let offers = method.optional.iter().any(|p| p.wire == *name);
                assert!(offers, "{path} has no {name}");
            }
        }
        assert_eq!(class("storage", "objects.get"), None);
        assert_eq!(class("drive", "objects.delete"), None);
    }
}
