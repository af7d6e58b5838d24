//! The differences of two surfaces, and which of them break programs.

use super::surface::{PublicItem, Surface};

/// A difference of one item.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) is_breaking: bool,
    pub(super) text: String,
}

/// Returns the differences, the breaking ones first.
pub(super) fn between(old: &Surface, new: &Surface) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut report = |is_breaking, what: &str, key: &str| {
        let text = format!("{what}: {key}");
        found.push(Difference { is_breaking, text });
    };
    for (key, entry) in &old.items {
        match new.items.get(key) {
            // Its owner is reported.
            None if is_gone(entry, new) => {}
            None => report(true, "removed", key),
            Some(now) if !entry.shapes.is_subset(&now.shapes) => report(true, "changed", key),
            Some(now) if entry.is_closed && !now.is_closed => {
                report(true, "can no longer be written or matched as a whole", key);
            }
            Some(now) if entry.is_provided && !now.is_provided => {
                report(true, "has no default any more", key);
            }
            Some(now) if now.shapes != entry.shapes => report(false, "added to", key),
            Some(_) => {}
        }
    }
    for (key, entry) in &new.items {
        if old.items.contains_key(key) || is_gone(entry, old) {
            continue;
        }
        let owner = entry.owner.as_ref().and_then(|owner| old.items.get(owner));
        let is_breaking = owner.is_some_and(|owner| owner.is_closed) && !entry.is_provided;
        let what = if is_breaking {
            "added to what programs write or match as a whole"
        } else {
            "added"
        };
        report(is_breaking, what, key);
    }
    found.sort_by_key(|difference| !difference.is_breaking);
    found
}

/// Whether the item that this one is a part of is not in a surface.
fn is_gone(entry: &PublicItem, surface: &Surface) -> bool {
    entry
        .owner
        .as_ref()
        .is_some_and(|owner| !surface.items.contains_key(owner))
}

/// Returns whether a version may break programs of another one, by the rules of cargo.
pub(super) fn may_break(old: &str, new: &str) -> bool {
    let compatible = |version: &str| {
        let mut parts = version.split('.').map(str::to_owned);
        let major = parts.next().unwrap_or_default();
        let minor = parts.next().filter(|_| major == "0");
        (major, minor)
    };
    compatible(old) != compatible(new)
}
