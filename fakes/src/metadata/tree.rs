//! The values that a metadata server has, as a tree.

use serde_json::{Map, Value, json};

use super::{MetadataServer, Platform, State};

/// The values by their names in paths, which have hyphens. Leaves that are made for each request, such as tokens, are not among them.
pub(super) fn values(state: &State) -> Value {
    let number = MetadataServer::PROJECT_NUMBER;
    let mut accounts = Map::new();
    if let Some(account) = &state.account {
        let info = json!({
            "aliases": ["default"],
            "email": account.email(),
            "scopes": state.scopes,
        });
        accounts.insert("default".to_owned(), info.clone());
        accounts.insert(account.email().to_owned(), info);
    }
    let zone = match state.platform {
        Platform::ComputeEngine => MetadataServer::ZONE,
        Platform::CloudRun => "europe-west1-1",
    };
    let mut instance = json!({
        "attributes": {},
        "id": 4_520_031_799_277_581_759_u64,
        "service-accounts": accounts,
        "zone": format!("projects/{number}/zones/{zone}"),
    });
    match state.platform {
        Platform::ComputeEngine => {
            instance["name"] = json!("machine-1");
            instance["hostname"] = json!(format!("machine-1.{zone}.c.{}.internal", state.project));
            instance["machine-type"] = json!(format!("projects/{number}/machineTypes/e2-medium"));
        }
        Platform::CloudRun => {
            instance["region"] = json!(format!("projects/{number}/regions/europe-west1"));
        }
    }
    let mut values = json!({
        "instance": instance,
        "project": {
            "attributes": {},
            "numeric-project-id": number,
            "project-id": state.project,
        },
    });
    if let Some(universe) = &state.universe {
        values["universe"] = json!({"universe-domain": universe});
    }
    values
}

/// The names in JSON, which are in camel case: `serviceAccounts`.
pub(super) fn camel_case(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| {
                // Addresses are names too, and stay as they are.
                let name = if name.contains('@') {
                    name.clone()
                } else {
                    camel(name)
                };
                (name, camel_case(value))
            });
            Value::Object(fields.collect())
        }
        other => other.clone(),
    }
}

fn camel(name: &str) -> String {
    let mut parts = name.split('-');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |mut camel, part| {
        let mut characters = part.chars();
        camel.extend(characters.next().map(|c| c.to_ascii_uppercase()));
        camel + characters.as_str()
    })
}

/// A leaf, or a list of leaves, as text.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(|item| text(item) + "\n").collect(),
        other => other.to_string(),
    }
}

/// A directory's entries, one a line; directories end in a slash.
pub(super) fn listing(fields: &Map<String, Value>) -> String {
    fields
        .iter()
        .map(|(name, value)| {
            let slash = if value.is_object() { "/" } else { "" };
            format!("{name}{slash}\n")
        })
        .collect()
}

/// Every leaf below `value` with its path, one a line.
pub(super) fn flat(path: &str, value: &Value) -> String {
    match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| {
                let path = if path.is_empty() {
                    name.clone()
                } else {
                    format!("{path}/{name}")
                };
                flat(&path, value)
            })
            .collect(),
        leaf => format!("{path} {}\n", text(leaf).trim_end()),
    }
}
