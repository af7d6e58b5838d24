//! Credential access boundaries.

use serde_json::{Map, Value, json};

use crate::{AuthError, AuthErrorKind};

/// The maximum number of rules.
const RULES: usize = 10;

/// The limits of a token: the union of up to ten rules. Rules grant nothing that the source does not have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccessBoundary {
    rules: Vec<AccessBoundaryRule>,
}

/// One resource, and the permissions on it.
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
    /// Creates a boundary of these rules.
    pub fn new(rules: impl IntoIterator<Item = AccessBoundaryRule>) -> Self {
        Self {
            rules: rules.into_iter().collect(),
        }
    }

    /// Refuses a boundary that the Security Token Service would refuse.
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
    /// Creates a rule without permissions for a resource, such as `//storage.googleapis.com/projects/_/buckets/BUCKET`.
    pub fn new(resource: impl Into<String>) -> Self {
        Self {
            resource: resource.into(),
            permissions: Vec::new(),
            condition: None,
        }
    }

    /// Adds the permissions of a role, such as `inRole:roles/storage.objectViewer`.
    #[must_use]
    pub fn permission(mut self, permission: impl Into<String>) -> Self {
        self.permissions.push(permission.into());
        self
    }

    /// Sets a condition, a [CEL](https://github.com/google/cel-spec) expression, for example on the prefix of object names.
    #[must_use]
    pub fn condition(mut self, expression: impl Into<String>) -> Self {
        self.condition = Some(Condition {
            expression: expression.into(),
            title: None,
            description: None,
        });
        self
    }

    /// Sets the title and the description of the condition. Has no effect without a condition.
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
