//! Lists whose line breaks a document has lost: `Values: * one * two`.

use super::wrap::span_length;

/// Returns the text before the items of a list in one line, and the items.
pub(super) fn inline_list(line: &str) -> Option<(&str, Vec<&str>)> {
    ["* ", "- "]
        .into_iter()
        .find_map(|marker| items(line, marker))
}

fn items<'a>(line: &'a str, marker: &str) -> Option<(&'a str, Vec<&'a str>)> {
    let markers = markers(line, marker);
    let first = markers.iter().position(|at| begins(line, marker, *at))?;
    let markers = &markers[first..];
    let start = |at: usize| line[at + marker.len()..].chars().next();
    // After a name in code, a dash begins its meaning, and not the next item.
    let is_named = marker == "- " && start(markers[0]) == Some('`');
    let starts: Vec<usize> = markers
        .iter()
        .copied()
        .filter(|at| !is_named || start(*at) == Some('`'))
        .collect();
    let ends = starts.iter().skip(1).copied().chain([line.len()]);
    let items: Vec<&str> = starts
        .iter()
        .zip(ends)
        .map(|(start, end)| line[start + marker.len()..end].trim())
        .collect();
    let is_list = items.len() > 1 && items.iter().all(|item| !item.is_empty());
    is_list.then(|| (line[..starts[0]].trim(), items))
}

/// Returns the offsets of a marker between spaces, outside of code.
fn markers(line: &str, marker: &str) -> Vec<usize> {
    let (mut found, mut at) = (Vec::new(), 0);
    if !line.starts_with(marker) && !line.contains(&format!(" {marker}")) {
        return found;
    }
    while let Some(c) = line[at..].chars().next() {
        let rest = &line[at..];
        at += if c == '`' {
            let run = rest.len() - rest.trim_start_matches('`').len();
            span_length(rest, run).unwrap_or(run)
        } else {
            if rest.starts_with(marker) && (at == 0 || line[..at].ends_with(' ')) {
                found.push(at);
            }
            c.len_utf8()
        };
    }
    found
}

/// Whether the first item of a list begins here, and not the second factor of a product or an aside.
fn begins(line: &str, marker: &str, at: usize) -> bool {
    let before = line[..at].trim_end().chars().next_back();
    let next = line[at + marker.len()..].chars().next();
    match before {
        None | Some(':') => true,
        Some('.' | ')' | '*') => {
            marker == "* " && next.is_some_and(|c| c.is_uppercase() || "`*[\"".contains(c))
        }
        _ => false,
    }
}
