//! The methods of the `instances` resource.

use serde_json::{Map, Value, json};

use super::{Project, State, filter::Filter, page, responses, samples};
use crate::{discovery::Call, rpc::RpcError};

impl State {
    fn project(&mut self, project: &str) -> &mut Project {
        self.projects.entry(project.to_owned()).or_default()
    }

    pub(super) fn list_instances(
        &mut self,
        project: &str,
        call: &Call<'_>,
    ) -> Result<Value, RpcError> {
        let filter = Filter::parse(
            call.query
                .get("filter")
                .map(String::as_str)
                .unwrap_or_default(),
        )?;
        let instances = self
            .project(project)
            .iter()
            .filter(|(_, instance)| filter.fits(instance))
            .map(|(name, instance)| (name.clone(), instance.clone()))
            .collect();
        let page = page::cut(instances, call, self.page_size)?;
        let mut response = json!({"kind": "sql#instancesList"});
        // As protobuf's JSON does, an empty list is left out.
        if !page.items.is_empty() {
            response["items"] = page.items.into();
        }
        if let Some(next) = page.next {
            response["nextPageToken"] = next.into();
        }
        Ok(response)
    }

    pub(super) fn get_instance(&mut self, project: &str, name: &str) -> Result<Value, RpcError> {
        self.project(project)
            .get(name)
            .cloned()
            .ok_or_else(responses::no_instance)
    }

    pub(super) fn insert_instance(
        &mut self,
        project: &str,
        mut body: Value,
        caller: &str,
    ) -> Result<Value, RpcError> {
        let name = body["name"].as_str().unwrap_or_default().to_owned();
        let good = name.starts_with(|c: char| c.is_ascii_lowercase())
            && !name.ends_with('-')
            && name
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if !good {
            return Err(responses::invalid(
                "Invalid request: the instance name must be letters, digits and hyphens, and start with a letter.",
            ));
        }
        let Some(tier) = body["settings"]["tier"].as_str().map(str::to_owned) else {
            return Err(responses::invalid(
                "Invalid request: settings.tier is required.",
            ));
        };
        if self.project(project).contains_key(&name) {
            return Err(responses::instance_exists());
        }
        // A password is taken and never given back.
        if let Some(body) = body.as_object_mut() {
            body.remove("rootPassword");
        }
        let mut instance = samples::instance(project, &name, &tier);
        merge(&mut instance, body);
        self.project(project).insert(name.clone(), instance);
        Ok(self.operations.start(project, &name, "CREATE", caller))
    }

    pub(super) fn patch_instance(
        &mut self,
        project: &str,
        name: &str,
        mut body: Value,
        caller: &str,
    ) -> Result<Value, RpcError> {
        let mut instance = self.get_instance(project, name)?;
        if self.operations.busy(project, name) {
            return Err(responses::busy());
        }
        let current = instance["settings"]["settingsVersion"].clone();
        if let Some(settings) = body.get_mut("settings").and_then(Value::as_object_mut)
            && let Some(given) = settings.remove("settingsVersion")
            && !given.is_null()
            && given != current
        {
            return Err(responses::stale_settings());
        }
        if let Some(body) = body.as_object_mut() {
            // What names the instance cannot be changed.
            for fixed in [
                "name",
                "project",
                "selfLink",
                "connectionName",
                "rootPassword",
            ] {
                body.remove(fixed);
            }
        }
        merge(&mut instance, body);
        let version: u64 = current
            .as_str()
            .and_then(|text| text.parse().ok())
            .unwrap_or(0);
        instance["settings"]["settingsVersion"] = (version + 1).to_string().into();
        self.project(project).insert(name.to_owned(), instance);
        Ok(self.operations.start(project, name, "UPDATE", caller))
    }

    pub(super) fn delete_instance(
        &mut self,
        project: &str,
        name: &str,
        caller: &str,
    ) -> Result<Value, RpcError> {
        let instance = self.get_instance(project, name)?;
        if self.operations.busy(project, name) {
            return Err(responses::busy());
        }
        if instance["settings"]["deletionProtectionEnabled"] == true {
            return Err(responses::invalid(
                "The instance is protected. Please disable the deletion protection and try again.",
            ));
        }
        self.project(project).remove(name);
        Ok(self.operations.start(project, name, "DELETE", caller))
    }
}

/// RFC 7396: objects are merged, null removes, everything else replaces.
fn merge(target: &mut Value, patch: Value) {
    match patch {
        Value::Object(patch) => {
            if !target.is_object() {
                *target = Value::Object(Map::new());
            }
            for (name, value) in patch {
                if value.is_null() {
                    if let Some(target) = target.as_object_mut() {
                        target.remove(&name);
                    }
                } else {
                    merge(&mut target[name], value);
                }
            }
        }
        other => *target = other,
    }
}
