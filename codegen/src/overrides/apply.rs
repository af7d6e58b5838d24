//! Applies overrides to the JSON of a document.

use serde_json::Value;

use super::{Action, Mark, Override, Overrides};
use crate::json_path::{self, Step};
use crate::{Error, Errors, suggest};

const REMOVE: &str = "remove the override, or correct its path";

impl Overrides {
    /// Applies every override, in their order.
    ///
    /// # Errors
    ///
    /// Returns every override that no longer applies: its path is gone, or the document has the same value without it.
    pub fn apply(&self, document: &mut Value) -> Result<(), Errors> {
        let mut errors = Errors::new();
        for (index, entry) in self.entries.iter().enumerate() {
            if let Err(error) = entry.apply(document) {
                let path = json_path::at("overrides", index);
                errors.push(Error { path, ..error }.within(&self.name));
            }
        }
        errors.or(())
    }
}

impl Override {
    fn apply(&self, document: &mut Value) -> Result<(), Error> {
        match &self.action {
            Action::Mark(mark, value) => self.mark(document, mark, value),
            Action::Drop => self.drop_part(document),
            Action::Set(value) => self.set(document, value),
        }
    }

    fn mark(&self, document: &mut Value, mark: &Mark, value: &Value) -> Result<(), Error> {
        let parent = self.steps.iter().nth_back(1);
        if !matches!(parent, Some(Step::Key(key)) if mark.parents.contains(&&**key)) {
            let message = format!("`{}` cannot be {}", self.at, mark.verb);
            let names = mark.parents.join("`, `");
            let help = format!("the path must be a name directly in `{names}`");
            return Err(Error::new("", message).help(help));
        }
        let part = find(document, &self.steps)?;
        let Some(object) = part.as_object_mut() else {
            return Err(Error::new("", format!("`{}` is not an object", self.at)).help(REMOVE));
        };
        object.insert(mark.key.to_owned(), value.clone());
        Ok(())
    }

    fn drop_part(&self, document: &mut Value) -> Result<(), Error> {
        let Some((last, before)) = self.steps.split_last() else {
            return Ok(());
        };
        find(document, &self.steps)?;
        let parent = find(document, before)?;
        match (parent, last) {
            (Value::Object(object), Step::Key(key)) => {
                object.remove(key);
            }
            (Value::Array(list), Step::Index(index)) => {
                list.remove(*index);
                self.drop_beside(document, before, *index);
            }
            _ => {}
        }
        Ok(())
    }

    /// Removes the description and the deprecation of a value of an enum.
    fn drop_beside(&self, document: &mut Value, list: &[Step], index: usize) {
        let Some((Step::Key(key), before)) = list.split_last() else {
            return;
        };
        if key != "enum" {
            return;
        }
        let Ok(parent) = find(document, before) else {
            return;
        };
        for beside in ["enumDescriptions", "enumDeprecated"] {
            if let Some(list) = parent.get_mut(beside).and_then(Value::as_array_mut)
                && index < list.len()
            {
                list.remove(index);
            }
        }
    }

    fn set(&self, document: &mut Value, value: &Value) -> Result<(), Error> {
        let Some((last, before)) = self.steps.split_last() else {
            return Ok(());
        };
        let parent = find(document, before)?;
        match (parent, last) {
            (Value::Object(object), Step::Key(key)) => {
                if object.get(key) == Some(value) {
                    return Err(Error::new(
                        "",
                        format!("the document has this value at `{}` already", self.at),
                    )
                    .help("remove the override"));
                }
                object.insert(key.clone(), value.clone());
                Ok(())
            }
            (Value::Array(list), Step::Index(index)) => match list.get_mut(*index) {
                Some(item) if item == value => Err(Error::new(
                    "",
                    format!("the document has this value at `{}` already", self.at),
                )
                .help("remove the override")),
                Some(item) => {
                    *item = value.clone();
                    Ok(())
                }
                None => Err(gone(before, last, Vec::new())),
            },
            _ => Err(gone(before, last, Vec::new())),
        }
    }
}

/// Returns the part at a path.
fn find<'v>(document: &'v mut Value, steps: &[Step]) -> Result<&'v mut Value, Error> {
    let mut current = document;
    for (depth, step) in steps.iter().enumerate() {
        let names: Vec<String> = match (&*current, step) {
            (Value::Object(object), Step::Key(key)) if !object.contains_key(key) => {
                suggest::nearest(key, object.keys().map(String::as_str))
                    .into_iter()
                    .map(str::to_owned)
                    .collect()
            }
            _ => Vec::new(),
        };
        let next = match (current, step) {
            (Value::Object(object), Step::Key(key)) => object.get_mut(key),
            (Value::Array(list), Step::Index(index)) => list.get_mut(*index),
            _ => None,
        };
        current = next.ok_or_else(|| gone(&steps[..depth], step, names))?;
    }
    Ok(current)
}

fn gone(before: &[Step], step: &Step, names: Vec<String>) -> Error {
    let whole = if before.is_empty() {
        "the document".to_owned()
    } else {
        format!("`{}`", json_path::write(before))
    };
    let missing = match step {
        Step::Key(key) => format!("`{key}`"),
        Step::Index(index) => format!("item {index}"),
    };
    let help = suggest::did_you_mean(&names).map_or_else(
        || REMOVE.to_owned(),
        |hint| format!("{hint} Otherwise, {REMOVE}"),
    );
    Error::new("", format!("no longer applies: {whole} has no {missing}")).help(help)
}
