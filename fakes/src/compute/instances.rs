//! The methods of the `instances` resource.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{State, ZONES, not_found, operations::Work};
use crate::{discovery::Call, rpc::RpcError};

impl State {
    pub(super) fn insert(&mut self, zone: &str, mut body: Value) -> Result<Value, RpcError> {
        let Some(name) = body["name"].as_str().map(str::to_owned) else {
            return Err(RpcError::new(
                400,
                "INVALID_ARGUMENT",
                "Required field 'resource.name' not specified",
            )
            .error("global", "required"));
        };
        if self
            .instances
            .contains_key(&(zone.to_owned(), name.clone()))
        {
            let message = format!(
                "The resource 'projects/{}/zones/{zone}/instances/{name}' already exists",
                self.project
            );
            return Err(
                RpcError::new(409, "ALREADY_EXISTS", message).error("global", "alreadyExists")
            );
        }
        body["kind"] = "compute#instance".into();
        body["status"] = "RUNNING".into();
        body["zone"] = self.link(zone, "").into();
        body["selfLink"] = self.link(zone, &format!("/instances/{name}")).into();
        let there = self.instances.keys().filter(|(of, _)| of == zone).count();
        let work = if there < self.quota {
            Work::Put(body)
        } else {
            Work::Fail {
                status: 403,
                code: "QUOTA_EXCEEDED",
                message: format!(
                    "Quota 'INSTANCES' exceeded. Limit: {} in zone {zone}.",
                    self.quota
                ),
            }
        };
        Ok(self.start(zone, &name, "insert", work))
    }

    pub(super) fn delete(&mut self, zone: &str, name: &str) -> Result<Value, RpcError> {
        self.get(zone, name)?;
        Ok(self.start(zone, name, "delete", Work::Remove))
    }

    pub(super) fn get(&self, zone: &str, name: &str) -> Result<Value, RpcError> {
        let key = (zone.to_owned(), name.to_owned());
        self.instances.get(&key).cloned().ok_or_else(|| {
            not_found(&format!(
                "projects/{}/zones/{zone}/instances/{name}",
                self.project
            ))
        })
    }

    pub(super) fn list(&self, zone: &str) -> Value {
        json!({"kind": "compute#instanceList", "items": self.in_zone(zone)})
    }

    /// Every zone, two on a page; one without instances has a warning.
    pub(super) fn aggregated(&self, call: &Call<'_>) -> Result<Value, RpcError> {
        let start: usize = match call.query.get("pageToken") {
            None => 0,
            Some(token) => token.parse().map_err(|_| {
                RpcError::new(
                    400,
                    "INVALID_ARGUMENT",
                    "Invalid value for field 'pageToken'",
                )
                .error("global", "invalid")
            })?,
        };
        let zones = ZONES.iter().skip(start).take(2);
        let items: BTreeMap<String, Value> = zones
            .map(|zone| {
                let instances = self.in_zone(zone);
                let scoped = if instances.is_empty() {
                    json!({"warning": {"code": "NO_RESULTS_ON_PAGE", "message": "There are no results for scope."}})
                } else {
                    json!({"instances": instances})
                };
                (format!("zones/{zone}"), scoped)
            })
            .collect();
        let mut response = json!({"kind": "compute#instanceAggregatedList", "items": items});
        if start + 2 < ZONES.len() {
            response["nextPageToken"] = (start + 2).to_string().into();
        }
        Ok(response)
    }

    fn in_zone(&self, zone: &str) -> Vec<&Value> {
        let instances = self.instances.iter();
        instances
            .filter(|((of, _), _)| of == zone)
            .map(|(_, instance)| instance)
            .collect()
    }
}
