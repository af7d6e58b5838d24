//! What is gone under one name and new under another.

use std::collections::BTreeMap;

/// Returns, for names that are gone, the new name of the same thing. A pair is told only where it is the only one on both sides: of several, none is more
/// likely than another.
pub(super) fn twins<'a, K: PartialEq>(
    gone: &[&'a str],
    added: &[&'a str],
    old: impl Fn(&str) -> Option<K>,
    new: impl Fn(&str) -> Option<K>,
) -> BTreeMap<&'a str, &'a str> {
    let kept = |names: &[&'a str], of: &dyn Fn(&str) -> Option<K>| -> Vec<(&'a str, K)> {
        names
            .iter()
            .filter_map(|name| Some((*name, of(name)?)))
            .collect()
    };
    let (gone, added) = (kept(gone, &old), kept(added, &new));
    let only = |wanted: &K, among: &[(&'a str, K)]| {
        let mut same = among.iter().filter(|(_, other)| other == wanted);
        let first = same.next()?.0;
        same.next().is_none().then_some(first)
    };
    gone.iter()
        .filter_map(|(name, thing)| {
            only(thing, &gone)?;
            Some((*name, only(thing, &added)?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_only_pair_is_told() {
        let of = |name: &str| name.chars().next();
        let found = twins(&["a1", "b1", "b2", "c1"], &["a9", "b9", "c8", "c9"], of, of);
        assert_eq!(found, BTreeMap::from([("a1", "a9")]));
    }
}
