//! What a value may be: ranges, patterns, defaults, and who sets it.

use serde_json::Value;

use super::Comparison;
use super::change::Class;
use crate::document::Schema;
use crate::place;

impl Comparison {
    /// Compares what a document says about a value besides its type. `sent` tells whether requests carry it.
    pub(super) fn limits(&mut self, at: &str, old: &Schema, new: &Schema, sent: bool) {
        self.range(at, old, new, sent);
        let pattern = match (&old.pattern, &new.pattern) {
            (old, new) if old == new => None,
            (Some(_), None) => Some((Class::Additive, "any text is accepted".to_owned())),
            (None, Some(pattern)) => Some((Class::Breaking, format!("has to match `{pattern}`"))),
            (old, new) => Some((Class::Breaking, super::api::told(old, new))),
        };
        if let Some((class, message)) = pattern {
            self.narrowed(place::join(at, "pattern"), class, sent, message);
        }
        let (was, is) = (
            old.default.as_ref().map(text),
            new.default.as_ref().map(text),
        );
        match (was, is) {
            (was, is) if was == is => {}
            (Some(was), Some(is)) => {
                let message = format!("left out, it means `{is}` instead of `{was}`");
                self.narrowed(place::join(at, "default"), Class::Breaking, sent, message);
            }
            _ => self.changes.text(at, "default", &old.default, &new.default),
        }
        if old.read_only != new.read_only {
            let (class, message) = if new.read_only {
                (Class::Breaking, "only the server sets it")
            } else {
                (Class::Additive, "requests may set it")
            };
            self.narrowed(place::join(at, "readOnly"), class, sent, message.to_owned());
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
            let told = super::api::told(&was.map(text), &is.map(text));
            let class = match after.total_cmp(&before) {
                std::cmp::Ordering::Greater => Class::Breaking,
                std::cmp::Ordering::Less => Class::Additive,
                std::cmp::Ordering::Equal => Class::DocsOnly,
            };
            self.narrowed(place::join(at, key), class, sent, told);
        }
    }

    /// A change of what requests may hold; answers are read whatever they hold.
    fn narrowed(&mut self, at: String, class: Class, sent: bool, message: String) {
        let class = if sent { class } else { Class::DocsOnly };
        self.changes.push(class, at, message);
    }
}

/// The numbers that the type itself can hold.
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
