//! Operations: the responses to changes, and their progress.

use std::time::SystemTime;

use serde_json::{Value, json};

use super::{State, not_found};
use crate::{rpc::RpcError, time::Civil};

/// The operations of the project, oldest first.
#[derive(Debug)]
pub(super) struct Operations {
    pub(super) polls: usize,
    list: Vec<Operation>,
}

#[derive(Debug)]
struct Operation {
    zone: String,
    target: String,
    /// Polls that are left until it is done.
    left: usize,
    work: Option<Work>,
    value: Value,
}

/// What an operation does in the end.
#[derive(Debug)]
pub(super) enum Work {
    Put(Value),
    Remove,
    Fail {
        status: u16,
        code: &'static str,
        message: String,
    },
}

impl Default for Operations {
    fn default() -> Self {
        Self {
            polls: 2,
            list: Vec::new(),
        }
    }
}

impl State {
    /// Starts an operation and returns the response.
    pub(super) fn start(&mut self, zone: &str, target: &str, kind: &str, work: Work) -> Value {
        let id = 4_000_000_000_000_000_001 + self.operations.list.len() as u64;
        let name = format!("operation-{id}");
        let value = json!({
            "kind": "compute#operation",
            "id": id.to_string(),
            "name": name,
            "operationType": kind,
            "status": "PENDING",
            "progress": 0,
            "insertTime": Civil::from(SystemTime::now()).rfc3339(),
            "targetLink": self.link(zone, &format!("/instances/{target}")),
            "zone": self.link(zone, ""),
            "selfLink": self.link(zone, &format!("/operations/{name}")),
        });
        self.operations.list.push(Operation {
            zone: zone.to_owned(),
            target: target.to_owned(),
            left: self.operations.polls,
            work: Some(work),
            value: value.clone(),
        });
        value
    }

    /// `zoneOperations.get`: each call brings the operation on.
    pub(super) fn poll(&mut self, zone: &str, name: &str) -> Result<Value, RpcError> {
        let all = self.operations.polls.max(1);
        let operation = self
            .operations
            .list
            .iter_mut()
            .find(|operation| operation.zone == zone && operation.value["name"] == name);
        let Some(operation) = operation else {
            let project = &self.project;
            return Err(not_found(&format!(
                "projects/{project}/zones/{zone}/operations/{name}"
            )));
        };
        operation.left = operation.left.saturating_sub(1);
        operation.value["progress"] = (100 * (all - operation.left) / all).into();
        operation.value["status"] = "RUNNING".into();
        if operation.left == 0 {
            operation.value["status"] = "DONE".into();
            let key = (operation.zone.clone(), operation.target.clone());
            match operation.work.take() {
                Some(Work::Put(instance)) => {
                    self.instances.insert(key, instance);
                }
                Some(Work::Remove) => {
                    self.instances.remove(&key);
                }
                Some(Work::Fail {
                    status,
                    code,
                    message,
                }) => {
                    operation.value["httpErrorStatusCode"] = status.into();
                    operation.value["httpErrorMessage"] = "FORBIDDEN".into();
                    operation.value["error"] =
                        json!({"errors": [{"code": code, "message": message}]});
                }
                None => {}
            }
        }
        Ok(operation.value.clone())
    }
}
