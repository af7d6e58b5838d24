//! Partial answers (`fields`) must hold the token of the next page.

/// `mask` with `field` added, if it lacks it and can be understood.
pub(crate) fn with_field(mask: &str, field: &str) -> Option<String> {
    let mut depth = 0_usize;
    let mut start = 0;
    let mut parts = Vec::new();
    for (at, c) in mask.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.checked_sub(1)?,
            ',' if depth == 0 => {
                parts.push(&mask[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&mask[start..]);
    if depth != 0 || parts.iter().any(|part| part.trim().is_empty()) {
        return None;
    }
    let has = parts
        .iter()
        .any(|part| matches!(part.trim(), "*") || part.trim() == field);
    (!has).then(|| format!("{mask},{field}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_is_added_where_it_is_missing() {
        let add = |mask| with_field(mask, "nextPageToken");
        assert_eq!(
            add("items(name,state)").as_deref(),
            Some("items(name,state),nextPageToken")
        );
        assert_eq!(
            add("items/name,kind").as_deref(),
            Some("items/name,kind,nextPageToken")
        );
        // One of that name deeper inside is another field.
        assert_eq!(
            add("items(nextPageToken)").as_deref(),
            Some("items(nextPageToken),nextPageToken")
        );
        for whole in ["*", "kind,*", "nextPageToken", "items, nextPageToken "] {
            assert_eq!(add(whole), None, "{whole}");
        }
        for odd in ["", "items(", "items)", "a,,b", "a)(b"] {
            assert_eq!(add(odd), None, "{odd}");
        }
    }
}
