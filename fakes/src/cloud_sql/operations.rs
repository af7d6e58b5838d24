//! Operations: the responses to changes of an instance, and their progress.

use std::time::SystemTime;

use serde_json::{Value, json};

use super::{State, page, responses};
use crate::{discovery::Call, rpc::RpcError, time::Civil};

/// The operations of all projects, oldest first.
#[derive(Debug)]
pub(super) struct Operations {
    pub(super) polls: usize,
    list: Vec<Operation>,
}

#[derive(Debug)]
struct Operation {
    project: String,
    instance: String,
    /// Polls that are left until it is done.
    left: usize,
    value: Value,
}

impl Default for Operations {
    fn default() -> Self {
        Self {
            polls: 1,
            list: Vec::new(),
        }
    }
}

impl Operations {
    /// Starts an operation and returns the response.
    pub(super) fn start(
        &mut self,
        project: &str,
        instance: &str,
        kind: &str,
        caller: &str,
    ) -> Value {
        // In the form of a UUID, and sorted by age, as the list is.
        let name = format!("00000000-0000-4000-8000-{:012x}", self.list.len() + 1);
        let base = format!("https://sqladmin.googleapis.com/v1/projects/{project}");
        let now = Civil::from(SystemTime::now()).rfc3339();
        let mut operation = Operation {
            project: project.to_owned(),
            instance: instance.to_owned(),
            left: self.polls,
            value: json!({
                "kind": "sql#operation",
                "name": name,
                "operationType": kind,
                "status": "PENDING",
                "user": caller,
                "insertTime": now,
                "targetId": instance,
                "targetProject": project,
                "targetLink": format!("{base}/instances/{instance}"),
                "selfLink": format!("{base}/operations/{name}"),
            }),
        };
        operation.advance();
        self.list.push(operation);
        self.list
            .last()
            .map(|operation| operation.value.clone())
            .unwrap_or_default()
    }

    /// Whether an operation on the instance is under way.
    pub(super) fn busy(&self, project: &str, instance: &str) -> bool {
        self.list.iter().any(|operation| {
            operation.project == project
                && operation.instance == instance
                && operation.value["status"] != "DONE"
        })
    }

    /// `operations.get`: each call brings the operation on.
    pub(super) fn poll(&mut self, project: &str, name: &str) -> Result<Value, RpcError> {
        let operation = self
            .list
            .iter_mut()
            .find(|operation| operation.project == project && operation.value["name"] == name)
            .ok_or_else(responses::no_operation)?;
        operation.left = operation.left.saturating_sub(1);
        operation.advance();
        Ok(operation.value.clone())
    }

    /// A project's operations by name, those of one instance if given.
    pub(super) fn of(&self, project: &str, instance: Option<&String>) -> Vec<(String, Value)> {
        self.list
            .iter()
            .filter(|operation| {
                operation.project == project
                    && instance.is_none_or(|instance| operation.instance == *instance)
            })
            .map(|operation| {
                let name = operation.value["name"].as_str().unwrap_or_default();
                (name.to_owned(), operation.value.clone())
            })
            .collect()
    }
}

impl Operation {
    /// Sets the status that fits the polls left.
    fn advance(&mut self) {
        let now = Civil::from(SystemTime::now()).rfc3339();
        let polled = self.value.get("startTime").is_some();
        if self.left == 0 && self.value["status"] != "DONE" {
            if !polled {
                self.value["startTime"] = now.clone().into();
            }
            self.value["status"] = "DONE".into();
            self.value["endTime"] = now.into();
        }
    }
}

impl State {
    pub(super) fn list_operations(
        &mut self,
        project: &str,
        call: &Call<'_>,
    ) -> Result<Value, RpcError> {
        let operations = self.operations.of(project, call.query.get("instance"));
        let page = page::cut(operations, call, self.page_size)?;
        let mut response = json!({"kind": "sql#operationsList", "items": page.items});
        if let Some(next) = page.next {
            response["nextPageToken"] = next.into();
        }
        Ok(response)
    }
}
