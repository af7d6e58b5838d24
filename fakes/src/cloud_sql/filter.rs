//! Filters such as `state:RUNNABLE settings.userLabels.team:web`: terms joined by AND (also unwritten) and OR, which binds looser.

use serde_json::Value;

use super::responses::invalid;
use crate::rpc::RpcError;

/// A filter in disjunctive form.
#[derive(Debug)]
pub(super) struct Filter(Vec<Vec<Term>>);

#[derive(Debug)]
struct Term {
    path: Vec<String>,
    value: String,
}

impl Filter {
    pub(super) fn parse(text: &str) -> Result<Self, RpcError> {
        let mut any: Vec<Vec<Term>> = vec![Vec::new()];
        for word in text.split_ascii_whitespace() {
            match word {
                "AND" => {}
                "OR" => any.push(Vec::new()),
                term => {
                    let (path, value) = term
                        .split_once(':')
                        .filter(|(path, _)| !path.is_empty())
                        .ok_or_else(|| {
                        invalid(format!("Invalid filter: {term} is not field:value."))
                    })?;
                    let term = Term {
                        path: path.split('.').map(str::to_owned).collect(),
                        value: value.trim_matches('"').to_owned(),
                    };
                    if let Some(all) = any.last_mut() {
                        all.push(term);
                    }
                }
            }
        }
        if any.len() > 1 && any.iter().any(Vec::is_empty) {
            return Err(invalid("Invalid filter: OR needs a term on both sides."));
        }
        Ok(Self(any))
    }

    pub(super) fn fits(&self, item: &Value) -> bool {
        self.0
            .iter()
            .any(|all| all.iter().all(|term| term.fits(item)))
    }
}

impl Term {
    fn fits(&self, item: &Value) -> bool {
        let found = self
            .path
            .iter()
            .try_fold(item, |value, name| value.get(name));
        match found {
            Some(Value::String(text)) => *text == self.value,
            Some(Value::Array(items)) => items.iter().any(|item| item == self.value.as_str()),
            Some(Value::Bool(flag)) => self.value == if *flag { "true" } else { "false" },
            Some(Value::Number(number)) => number.to_string() == self.value,
            Some(Value::Null | Value::Object(_)) | None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fits(filter: &str) -> bool {
        let item = json!({"state": "RUNNABLE", "settings": {"userLabels": {"team": "web"}, "backup": true}});
        Filter::parse(filter).is_ok_and(|filter| filter.fits(&item))
    }

    #[test]
    fn terms_and_joins() {
        assert!(fits(""));
        assert!(fits("state:RUNNABLE"));
        assert!(fits(
            "state:RUNNABLE settings.userLabels.team:web settings.backup:true"
        ));
        assert!(!fits("state:RUNNABLE AND settings.userLabels.team:db"));
        assert!(fits("state:FAILED OR settings.userLabels.team:web"));
        assert!(!fits("state:FAILED OR settings.other:web"));
    }

    #[test]
    fn malformed() {
        assert!(Filter::parse("state=RUNNABLE").is_err());
        assert!(Filter::parse(":x").is_err());
        assert!(Filter::parse("state:x OR").is_err());
    }
}
