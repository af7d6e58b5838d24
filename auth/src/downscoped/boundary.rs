//! Credential access boundaries.

use serde_json::{Map, Value, json};

use crate::{AuthError, AuthErrorKind};

/// How many rules a boundary may have.
const RULES: usize = 10;

/// What a token is limited to: the sum of its rules, ten at most. Rules never give what the source does not have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccessBoundary {
    rules: Vec<AccessBoundaryRule>,
}

/// One resource, and what may be done with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessBoundaryRule {
    resource: String,
    permissions: Vec<String>,
    condition: Option<Condition>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Condition {
    expression: String,
    title: Option<String>,
    description: Option<String>,
}

impl AccessBoundary {
    /// These rules.
    pub fn new(rules: impl IntoIterator<Item = AccessBoundaryRule>) -> Self {
        Self {
            rules: rules.into_iter().collect(),
        }
    }

    /// Refuses what the Security Token Service would refuse.
    pub(super) fn check(&self) -> Result<(), AuthError> {
        let config = |message: String| Err(AuthError::new(AuthErrorKind::Config, message));
        if self.rules.is_empty() || self.rules.len() > RULES {
            return config(format!(
                "an access boundary has 1 to {RULES} rules, this one has {}",
                self.rules.len()
            ));
        }
        for rule in &self.rules {
            if !rule.resource.starts_with("//") {
                return config(format!(
                    "the resource {} of an access boundary is no full resource name: it begins with //",
                    rule.resource
                ));
            }
            if rule.permissions.is_empty() {
                return config(format!(
                    "an access boundary rule for {} allows nothing",
                    rule.resource
                ));
            }
            if let Some(odd) = rule
                .permissions
                .iter()
                .find(|permission| !permission.starts_with("inRole:"))
            {
                return config(format!(
                    "the permission {odd} of an access boundary is not a role: it begins with inRole:"
                ));
            }
        }
        Ok(())
    }

    pub(super) fn to_json(&self) -> Value {
        let rules: Vec<_> = self.rules.iter().map(AccessBoundaryRule::to_json).collect();
        json!({"accessBoundary": {"accessBoundaryRules": rules}})
    }
}

impl AccessBoundaryRule {
    /// A rule about a resource, such as `//storage.googleapis.com/projects/_/buckets/BUCKET`. It allows nothing yet.
    pub fn new(resource: impl Into<String>) -> Self {
        Self {
            resource: resource.into(),
            permissions: Vec::new(),
            condition: None,
        }
    }

    /// Allows what a role allows: `inRole:roles/storage.objectViewer`.
    #[must_use]
    pub fn permission(mut self, permission: impl Into<String>) -> Self {
        self.permissions.push(permission.into());
        self
    }

    /// Only where this [CEL](https://github.com/google/cel-spec) expression is true, for example for objects whose names begin with
    /// something.
    #[must_use]
    pub fn condition(mut self, expression: impl Into<String>) -> Self {
        self.condition = Some(Condition {
            expression: expression.into(),
            title: None,
            description: None,
        });
        self
    }

    /// What the condition is called, and what it is for. Without a condition, this does nothing.
    #[must_use]
    pub fn described(mut self, title: impl Into<String>, description: impl Into<String>) -> Self {
        if let Some(condition) = &mut self.condition {
            condition.title = Some(title.into()).filter(|title| !title.is_empty());
            condition.description = Some(description.into()).filter(|text| !text.is_empty());
        }
        self
    }

    fn to_json(&self) -> Value {
        let mut rule = json!({
            "availablePermissions": self.permissions,
            "availableResource": self.resource,
        });
        if let Some(condition) = &self.condition {
            let mut fields = Map::new();
            fields.insert("expression".into(), Value::from(&*condition.expression));
            let optional = [
                ("title", &condition.title),
                ("description", &condition.description),
            ];
            for (name, text) in optional {
                if let Some(text) = text {
                    fields.insert(name.into(), Value::from(&**text));
                }
            }
            rule["availabilityCondition"] = Value::Object(fields);
        }
        rule
    }
}
