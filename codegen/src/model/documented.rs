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
