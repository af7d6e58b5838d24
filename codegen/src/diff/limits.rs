//! Compares ranges, patterns, defaults, and whether requests may set a value.

use std::cmp::Ordering;

use serde_json::Value;

use super::change::became;
use super::comparison::Comparison;
use super::{Rule, pattern};
use crate::document::Schema;
use crate::json_path;

impl Comparison {
    /// Compares the facts about a value besides its type. `sent` is whether requests carry it.
    pub(super) fn limits(&mut self, at: &str, old: &Schema, new: &Schema, sent: bool) {
        self.range(at, old, new, sent);
        let rule = match (&old.pattern, &new.pattern) {
            (old, new) if old == new => None,
            (Some(_), None) => Some((Rule::PatternWidened, "any text is accepted".to_owned())),
            (None, Some(pattern)) => {
                Some((Rule::PatternNarrowed, format!("has to match `{pattern}`")))
            }
            (was, is) => {
                let (from, to) = (was.as_deref(), is.as_deref());
                let rule = match pattern::compare(from.unwrap_or_default(), to.unwrap_or_default())
                {
                    Ordering::Less => Rule::PatternNarrowed,
                    Ordering::Equal => Rule::SameMeaning,
                    Ordering::Greater => Rule::PatternWidened,
                };
                Some((rule, became(was, is)))
            }
        };
        if let Some((rule, message)) = rule {
            self.narrowed(json_path::join(at, "pattern"), rule, sent, message);
        }
        let (was, is) = (
            old.default.as_ref().map(text),
            new.default.as_ref().map(text),
        );
        match (was, is) {
            (was, is) if was == is => {}
            (Some(was), Some(is)) => {
                let message = format!("left out, it means `{is}` instead of `{was}`");
                self.narrowed(json_path::join(at, "default"), Rule::Default, sent, message);
            }
            _ => self.changes.text(at, "default", &old.default, &new.default),
        }
        if old.read_only != new.read_only {
            let (rule, message) = if new.read_only {
                (Rule::ReadOnly, "only the server sets it")
            } else {
                (Rule::Writable, "requests may set it")
            };
            self.narrowed(
                json_path::join(at, "readOnly"),
                rule,
                sent,
                message.to_owned(),
            );
        }
    }

    fn range(&mut self, at: &str, old: &Schema, new: &Schema, sent: bool) {
        type End = fn(&Schema) -> (Option<&Value>, Option<f64>);
        let ends: [(&str, f64, End); 2] = [
            ("minimum", 1.0, |schema| {
                (
                    schema.minimum.as_ref(),
                    range_of_type(schema).map(|range| range.0),
                )
            }),
            ("maximum", -1.0, |schema| {
                (
                    schema.maximum.as_ref(),
                    range_of_type(schema).map(|range| range.1),
                )
            }),
        ];
        for (key, sign, end) in ends {
            let ((was, was_bound), (is, is_bound)) = (end(old), end(new));
            if was == is {
                continue;
            }
            // The tighter of what is written and what the type can hold; larger is tighter after the sign is applied.
            let effective = |written: Option<&Value>, bound: Option<f64>| {
                let written = written.and_then(number).map(|value| value * sign);
                let bound = bound.map(|bound| bound * sign);
                written
                    .into_iter()
                    .chain(bound)
                    .fold(f64::NEG_INFINITY, f64::max)
            };
            let (before, after) = (effective(was, was_bound), effective(is, is_bound));
            let message = became(&was.map(text), &is.map(text));
            let rule = match after.total_cmp(&before) {
                Ordering::Greater => Rule::RangeNarrowed,
                Ordering::Less => Rule::RangeWidened,
                Ordering::Equal => Rule::SameMeaning,
            };
            self.narrowed(json_path::join(at, key), rule, sent, message);
        }
    }

    /// Records a change of what requests may contain. Responses are read with any content.
    fn narrowed(&mut self, at: String, rule: Rule, sent: bool, message: String) {
        let rule = if sent { rule } else { Rule::ResponseOnly };
        self.changes.push(rule, at, message);
    }
}

/// Returns the range of the type itself.
fn range_of_type(schema: &Schema) -> Option<(f64, f64)> {
    let ty = schema.ty.as_deref()?;
    match (ty, schema.format.as_deref().unwrap_or_default()) {
        ("integer" | "string", "uint64") => Some((0.0, u64::MAX as f64)),
        ("integer" | "string", "int64") => Some((i64::MIN as f64, i64::MAX as f64)),
        ("integer", "uint32") => Some((0.0, f64::from(u32::MAX))),
        ("integer", _) => Some((f64::from(i32::MIN), f64::from(i32::MAX))),
        _ => None,
    }
}

/// Documents write numbers as texts and as numbers.
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::String(text) => text.trim().parse().ok(),
        value => value.as_f64(),
    }
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
