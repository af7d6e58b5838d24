//! Paths in a document: `resources.instances.methods.list.parameters."$.xgafv"`, `endpoints[3].location`.

use std::fmt::Write as _;

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// A key of an object.
    Key(String),
    /// An index of a list.
    Index(usize),
}

/// Appends a key to a path; one that is not a plain word is quoted as in JSON.
pub(crate) fn join(path: &str, key: &str) -> String {
    let mut joined = String::with_capacity(path.len() + key.len() + 3);
    joined.push_str(path);
    push_key(&mut joined, key);
    joined
}

/// Appends an index to a path.
pub(crate) fn at(path: &str, index: usize) -> String {
    format!("{path}[{index}]")
}

/// Writes steps as a path.
pub(crate) fn write(steps: &[Step]) -> String {
    let mut path = String::new();
    for step in steps {
        match step {
            Step::Key(key) => push_key(&mut path, key),
            Step::Index(index) => {
                let _ = write!(path, "[{index}]");
            }
        }
    }
    path
}

/// Returns the start of a path that is too long to be read.
pub(crate) fn shortened(path: &str) -> String {
    const LONGEST: usize = 80;
    match path.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", &path[..end]),
        None => path.to_owned(),
    }
}

fn push_key(path: &mut String, key: &str) {
    if !path.is_empty() {
        path.push('.');
    }
    if is_plain(key) {
        path.push_str(key);
    } else {
        path.push_str(&serde_json::Value::from(key).to_string());
    }
}

fn is_plain(key: &str) -> bool {
    !key.is_empty()
        && key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_-$@*".contains(&byte))
}

/// Reads the steps of a path.
pub(crate) fn parse(path: &str) -> Result<Vec<Step>, String> {
    let mut steps = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('[') {
            let (digits, after) = after.split_once(']').ok_or("a `[` has no `]`")?;
            let index = digits
                .parse()
                .map_err(|_| format!("`{digits}` is not an index"))?;
            steps.push(Step::Index(index));
            rest = after;
        } else {
            if !steps.is_empty() {
                rest = rest
                    .strip_prefix('.')
                    .ok_or("a `.` is missing between two keys")?;
            }
            let (key, after) = parse_key(rest)?;
            steps.push(Step::Key(key));
            rest = after;
        }
    }
    if steps.is_empty() {
        Err("it is empty".to_owned())
    } else {
        Ok(steps)
    }
}

fn parse_key(text: &str) -> Result<(String, &str), String> {
    if text.starts_with('"') {
        let mut values = serde_json::Deserializer::from_str(text).into_iter::<String>();
        let key = values
            .next()
            .and_then(Result::ok)
            .ok_or("a quoted key does not end")?;
        return Ok((key, &text[values.byte_offset()..]));
    }
    let end = text.find(['.', '[']).unwrap_or(text.len());
    match &text[..end] {
        "" => Err("a key is empty; quote it as \"\" if that is meant".to_owned()),
        key => Ok((key.to_owned(), &text[end..])),
    }
}

/// Returns the path of a line and column (as serde_json counts them: from 1, in bytes) of a JSON text.
pub(crate) fn of_position(text: &str, line: usize, column: usize) -> String {
    let before: usize = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    let end = (before + column).min(text.len());
    let mut stack: Vec<Step> = Vec::new();
    let mut open: Vec<Option<Step>> = Vec::new();
    let mut key_follows = false;
    let bytes = &text.as_bytes()[..end];
    let mut position = 0;
    while let Some(byte) = bytes.get(position) {
        match byte {
            b'{' => {
                open.push(None);
                key_follows = true;
            }
            b'[' => {
                open.push(Some(Step::Index(0)));
                key_follows = false;
            }
            b'}' | b']' => {
                open.pop();
                key_follows = false;
            }
            b',' => match open.last_mut() {
                Some(Some(Step::Index(index))) => *index += 1,
                _ => key_follows = true,
            },
            b'"' => {
                let start = position;
                position += 1;
                while let Some(byte) = bytes.get(position).filter(|byte| **byte != b'"') {
                    position += if *byte == b'\\' { 2 } else { 1 };
                }
                if key_follows {
                    let quoted = text.get(start..=position).unwrap_or_default();
                    if let (Ok(key), Some(current)) =
                        (serde_json::from_str(quoted), open.last_mut())
                    {
                        *current = Some(Step::Key(key));
                    }
                    key_follows = false;
                }
            }
            _ => {}
        }
        position += 1;
    }
    stack.extend(open.into_iter().flatten());
    write(&stack)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_survive_writing_and_reading() {
        for path in [
            r#"a.b-c."$.xgafv"[3].d"#,
            "schemas.X.properties.y",
            r#"a."say \"hi\"".b"#,
            "$ref.@type",
        ] {
            assert_eq!(write(&parse(path).unwrap()), path);
        }
        assert_eq!(join("a", "b.c"), r#"a."b.c""#);
        assert_eq!(at("a", 2), "a[2]");
    }

    #[test]
    fn bad_paths_are_explained() {
        assert_eq!(parse("").unwrap_err(), "it is empty");
        assert_eq!(
            parse("a..b").unwrap_err(),
            "a key is empty; quote it as \"\" if that is meant"
        );
        assert_eq!(parse("a[x]").unwrap_err(), "`x` is not an index");
        assert_eq!(parse("a[1").unwrap_err(), "a `[` has no `]`");
        assert_eq!(parse(r#"a."b"#).unwrap_err(), "a quoted key does not end");
        assert_eq!(
            parse(r#""a"b"#).unwrap_err(),
            "a `.` is missing between two keys"
        );
    }

    #[test]
    fn a_position_gives_the_path() {
        let text = "{\n \"a\": {\"b\": [1, {\"c.d\": \"x, {\"}, 7]},\n \"e\": 5\n}";
        let column = |needle: &str, line: usize| {
            text.lines().nth(line - 1).unwrap().find(needle).unwrap() + 1
        };
        assert_eq!(of_position(text, 2, column("x", 2)), r#"a.b[1]."c.d""#);
        assert_eq!(of_position(text, 2, column("7", 2)), "a.b[2]");
        assert_eq!(of_position(text, 3, column("5", 3)), "e");
        assert_eq!(of_position(text, 1, 1), "");
        assert_eq!(of_position(text, 99, 99), "");
    }
}
