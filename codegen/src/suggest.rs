//! Suggests names: "did you mean".

/// Returns the names nearest to `wanted`, best first, at most three, and none that is too different.
#[must_use]
pub fn nearest<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let wanted_lower = wanted.to_lowercase();
    let length = wanted.chars().count();
    let limit = (length / 3).max(2).min(length.saturating_sub(1));
    let mut scored: Vec<(usize, &str)> = names
        .into_iter()
        .filter_map(|name| {
            let lower = name.to_lowercase();
            let distance = distance(&wanted_lower, &lower, limit);
            let contained = wanted_lower.len() > 3
                && (lower.contains(&wanted_lower)
                    || wanted_lower.contains(&lower) && lower.len() > 3);
            match distance {
                Some(distance) => Some((distance, name)),
                None if contained => Some((limit + lower.len().abs_diff(wanted_lower.len()), name)),
                None => None,
            }
        })
        .collect();
    scored.sort();
    scored.dedup();
    // Beside a near name, a far one is no help.
    let best = scored.first().map_or(0, |(score, _)| *score);
    scored.retain(|(score, _)| *score <= best + 2 || *score > limit);
    scored.into_iter().map(|(_, name)| name).take(3).collect()
}

/// `did you mean "a", "b" or "c"?`, or nothing.
pub fn did_you_mean(names: &[impl AsRef<str>]) -> Option<String> {
    let quoted: Vec<String> = names
        .iter()
        .map(|name| format!("`{}`", name.as_ref()))
        .collect();
    match quoted.split_last()? {
        (last, []) => Some(format!("did you mean {last}?")),
        (last, rest) => Some(format!("did you mean {} or {last}?", rest.join(", "))),
    }
}

/// Returns the edit distance (Damerau's, adjacent swaps count once) where it is at most `limit`.
fn distance(a: &str, b: &str, limit: usize) -> Option<usize> {
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    if a.len().abs_diff(b.len()) > limit {
        return None;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut current = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let mut cost = (last[j] + usize::from(x != y))
                .min(last[j + 1] + 1)
                .min(current[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                cost = cost.min(before[j - 1] + 1);
            }
            current.push(cost);
        }
        before = std::mem::replace(&mut last, current);
    }
    last.last().copied().filter(|distance| *distance <= limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn swaps_and_typos_are_near() {
        assert_eq!(nearest("lsit", ["list", "get", "insert"]), ["list"]);
        assert_eq!(
            nearest(
                "instance.list",
                ["instances.list", "instances.get", "flags.list"]
            ),
            ["instances.list"]
        );
        assert!(nearest("zzzzzz", ["list", "get"]).is_empty());
    }

    #[test]
    fn a_part_of_a_name_is_near_after_typos() {
        assert_eq!(
            nearest("Instance", ["DatabaseInstance", "Instances", "Backup"]),
            ["Instances", "DatabaseInstance"]
        );
    }

    #[test]
    fn sentences_read_well() {
        assert_eq!(did_you_mean(&["a"]).as_deref(), Some("did you mean `a`?"));
        assert_eq!(
            did_you_mean(&["a", "b", "c"]).as_deref(),
            Some("did you mean `a`, `b` or `c`?")
        );
        assert_eq!(did_you_mean(&[""; 0]), None);
    }
}
