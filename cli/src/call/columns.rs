//! The columns of tables and CSV: known from the document before the first page, so that they are the same on all pages.

use std::borrow::Cow;

use gapi_codegen::model::{Api, Type};
use serde_json::value::RawValue;

use super::failure::{CallFailure, CallResult, Exit, Mistake};
use super::field_path::{FieldPath, NoPath, Step, is_scalar, resolved};
use super::tokens::compact;
use crate::redact::without_secret;

/// What an entry of a list is.
#[derive(Clone, Debug)]
pub(super) enum EntryType {
    /// A value of this type.
    Plain(Type),
    /// An entry of a map: an object of `key` and `value`.
    Keyed(Type),
}

/// One column.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) title: String,
    steps: Vec<Step>,
}

/// Reads the columns that the user names.
pub(super) fn given(
    api: &Api,
    entry: &EntryType,
    paths: &[String],
    checked: bool,
) -> Result<Vec<Column>, Vec<Mistake>> {
    let mut mistakes = Vec::new();
    let mut columns = Vec::new();
    for path in paths {
        match steps(api, entry, path, checked) {
            Ok(steps) => columns.push(Column {
                title: path.clone(),
                steps,
            }),
            Err(why) => mistakes.push(
                Mistake::new(
                    "--columns",
                    format!("{}: {}", without_secret(path), why.message),
                )
                .nearest(why.nearest),
            ),
        }
    }
    if mistakes.is_empty() {
        Ok(columns)
    } else {
        Err(mistakes)
    }
}

fn steps(api: &Api, entry: &EntryType, path: &str, checked: bool) -> Result<Vec<Step>, NoPath> {
    let steps = match entry {
        EntryType::Plain(ty) => FieldPath::read(api, ty, path, checked)?.steps,
        EntryType::Keyed(ty) => match path.strip_prefix("value.") {
            Some(rest) => {
                let mut steps = vec![Step::Name("value".to_owned())];
                steps.extend(FieldPath::read(api, ty, rest, checked)?.steps);
                steps
            }
            None if path == "key" || path == "value" => vec![Step::Name(path.to_owned())],
            None => {
                return Err(NoPath {
                    message: "the entries have `key` and `value`".to_owned(),
                    nearest: Vec::new(),
                });
            }
        },
    };
    if steps.contains(&Step::Append) {
        return Err(NoPath {
            message: "`[]` is no entry; the first one is `[0]`".to_owned(),
            nearest: Vec::new(),
        });
    }
    Ok(steps)
}

/// Returns the columns of a type: its properties that are neither objects nor lists, `name` and `id` first.
pub(super) fn usual(api: &Api, entry: &EntryType) -> Vec<Column> {
    let (ty, before) = match entry {
        EntryType::Plain(ty) => (ty, None),
        EntryType::Keyed(ty) => (ty, Some("value")),
    };
    let (_, fields) = resolved(api, ty);
    let mut names: Vec<&str> = fields
        .unwrap_or_default()
        .iter()
        .filter(|field| is_scalar(api, &field.ty) && !field.secret)
        .map(|field| field.wire.as_str())
        .collect();
    let rank = |name: &str| {
        ["name", "id"]
            .iter()
            .position(|first| *first == name)
            .unwrap_or(2)
    };
    names.sort_by_key(|name| rank(name));
    let column = |names: &[&str]| Column {
        title: names.join("."),
        steps: names
            .iter()
            .map(|name| Step::Name((*name).to_owned()))
            .collect(),
    };
    match before {
        None if names.is_empty() => vec![Column {
            title: "value".to_owned(),
            steps: Vec::new(),
        }],
        None => names.iter().map(|name| column(&[name])).collect(),
        Some(value) if names.is_empty() => vec![column(&["key"]), column(&[value])],
        Some(value) => std::iter::once(column(&["key"]))
            .chain(names.iter().map(|name| column(&[value, name])))
            .collect(),
    }
}

impl Column {
    /// Returns the text of the column in an entry: a text as it is, numbers with their digits, lists and objects as JSON, and
    /// nothing for `null` and what is absent.
    pub(super) fn cell(&self, entry: &RawValue) -> String {
        let mut current = Cow::Borrowed(entry.get());
        for step in &self.steps {
            let next = match step {
                Step::Name(name) => property(&current, name).map(|raw| raw.get().to_owned()),
                Step::Index(index) => entries(&current)
                    .and_then(|list| list.get(*index).map(|raw| raw.get().to_owned())),
                Step::Append => None,
            };
            match next {
                Some(next) => current = Cow::Owned(next),
                None => return String::new(),
            }
        }
        text_of(&current)
    }
}

/// Returns the text of a JSON value in a cell.
pub(super) fn text_of(json: &str) -> String {
    match json.trim_start().as_bytes().first() {
        Some(b'"') => serde_json::from_str(json).unwrap_or_else(|_| json.to_owned()),
        Some(b'n') => String::new(),
        _ => compact(json),
    }
}

/// Returns a property of a JSON object.
pub(super) fn property<'a>(json: &'a str, name: &str) -> Option<&'a RawValue> {
    // Of a name that is there twice, the last one counts, as for most readers.
    let mut values = gapi_dynamic::properties(json.as_bytes(), |other| other == name)?;
    values.pop().map(|(_, value)| value)
}

/// Returns the properties of a JSON object in their order.
pub(super) fn properties(json: &str) -> Option<Vec<(Cow<'_, str>, &RawValue)>> {
    gapi_dynamic::properties(json.as_bytes(), |_| true)
}

/// Returns the entries of a JSON list.
fn entries(json: &str) -> Option<Vec<&RawValue>> {
    serde_json::from_str(json).ok()
}

/// Returns the entries of a page; those of a map as objects of `key` and `value`. A page need not have any.
pub(super) fn entries_of(page: &str, items: &str) -> CallResult<Vec<Box<RawValue>>> {
    let list = match property(page, items).map(RawValue::get) {
        None | Some("null") => return Ok(Vec::new()),
        Some(list) => list,
    };
    if let Some(keyed) = keyed_entries(list) {
        return Ok(keyed);
    }
    let list = entries(list).ok_or_else(|| {
        // The list would seem to be empty.
        CallFailure::new(
            Exit::NoResponse,
            format!("{items}: the response has something else than a list here"),
        )
    })?;
    Ok(list.into_iter().map(ToOwned::to_owned).collect())
}

/// Returns the entries of a map as objects of `key` and `value`; `None` of a list.
fn keyed_entries(json: &str) -> Option<Vec<Box<RawValue>>> {
    let properties = properties(json)?;
    let keyed = properties.into_iter().filter_map(|(key, value)| {
        let key = serde_json::Value::from(&*key);
        RawValue::from_string(format!("{{\"key\":{key},\"value\":{}}}", value.get())).ok()
    });
    Some(keyed.collect())
}

/// Returns the first columns that fit into a line of a terminal, and at least one.
pub(super) fn fitting(widths: &[usize], line: usize) -> usize {
    let mut used = 0;
    let fit = widths
        .iter()
        .take_while(|width| {
            used += **width + 2;
            used <= line + 2
        })
        .count();
    fit.max(1)
}

#[cfg(all(test, checkout))]
mod tests {
    use super::*;
    use crate::call::tests::target;

    fn raw(json: &str) -> Box<RawValue> {
        RawValue::from_string(json.to_owned()).unwrap()
    }

    #[test]
    fn cells_are_read_by_path() {
        let target = target("sqladmin:v1", "instances.get");
        let entry = EntryType::Plain(target.model().response.clone().unwrap());
        let paths = [
            "name",
            "settings.tier",
            "settings.userLabels.a.b",
            "ipAddresses[1].ipAddress",
            "ipAddresses",
            "settings.dataDiskSizeGb",
            "etag",
        ];
        let columns = given(target.api(), &entry, &paths.map(str::to_owned), true).unwrap();
        let json = raw(
            r#"{"name":"db\n1","settings":{"tier":null,"userLabels":{"a.b":"x"},"dataDiskSizeGb":9007199254740993},
            "ipAddresses":[{}, {"ipAddress":"192.0.2.1"}]}"#,
        );
        let cells: Vec<String> = columns.iter().map(|column| column.cell(&json)).collect();
        assert_eq!(
            cells,
            [
                "db\n1",
                "",
                "x",
                "192.0.2.1",
                r#"[{},{"ipAddress":"192.0.2.1"}]"#,
                "9007199254740993",
                ""
            ]
        );
        let mistakes = given(
            target.api(),
            &entry,
            &["nmae".to_owned(), "ipAddresses[].x".to_owned()],
            true,
        )
        .unwrap_err();
        assert_eq!(mistakes.len(), 2);
        assert_eq!(mistakes[0].nearest, ["name"]);
    }

    #[test]
    fn usual_columns_begin_with_the_name() {
        let target = target("sqladmin:v1", "instances.get");
        let entry = EntryType::Plain(target.model().response.clone().unwrap());
        let columns = usual(target.api(), &entry);
        assert_eq!(columns[0].title, "name");
        let titles: Vec<&str> = columns.iter().map(|column| column.title.as_str()).collect();
        assert!(
            titles.contains(&"state") && !titles.contains(&"settings"),
            "{titles:?}"
        );
        assert!(!titles.contains(&"rootPassword"), "{titles:?}");
    }

    #[test]
    fn a_line_takes_what_fits() {
        assert_eq!(fitting(&[4, 4, 4], 10), 2);
        assert_eq!(fitting(&[4, 4], 10), 2);
        assert_eq!(fitting(&[40, 4], 10), 1);
    }
}
