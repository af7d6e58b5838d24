//! Pub/Sub v1: topics, subscriptions, and messages that stay until they are acknowledged.

use std::collections::BTreeMap;

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE},
};
use serde_json::{Value, json};

use super::checked::{exists, invalid, not_found, path, unimplemented};
use crate::{discovery::Call, rpc::RpcError};

/// Topics, and subscriptions by name.
#[derive(Debug, Default)]
pub(super) struct State {
    topics: BTreeMap<String, Value>,
    subscriptions: BTreeMap<String, Subscription>,
    published: u64,
}

#[derive(Debug)]
struct Subscription {
    resource: Value,
    /// By the id by which they are acknowledged.
    waiting: BTreeMap<String, Value>,
}

pub(super) fn respond(
    state: &mut State,
    call: &Call<'_>,
    mut body: Value,
) -> Result<Value, RpcError> {
    match call.method.id.as_str() {
        "pubsub.projects.topics.create" => {
            let name = path(call, "name").to_owned();
            if state.topics.contains_key(&name) {
                return Err(exists(&name));
            }
            body["name"] = name.clone().into();
            state.topics.insert(name, body.clone());
            Ok(body)
        }
        "pubsub.projects.topics.delete" => match state.topics.remove(path(call, "topic")) {
            Some(_) => Ok(json!({})),
            None => Err(not_found(path(call, "topic"))),
        },
        "pubsub.projects.subscriptions.create" => {
            let name = path(call, "name").to_owned();
            let topic = body["topic"].as_str().unwrap_or_default();
            if !state.topics.contains_key(topic) {
                return Err(not_found(topic));
            }
            body["name"] = name.clone().into();
            let subscription = Subscription {
                resource: body.clone(),
                waiting: BTreeMap::new(),
            };
            state.subscriptions.insert(name, subscription);
            Ok(body)
        }
        "pubsub.projects.topics.publish" => state.publish(path(call, "topic"), &body),
        "pubsub.projects.subscriptions.pull" => {
            let subscription = state.subscription(path(call, "subscription"))?;
            let most = body["maxMessages"].as_u64().unwrap_or(0);
            if most == 0 {
                return Err(invalid("max_messages must be positive."));
            }
            let most = usize::try_from(most).unwrap_or(usize::MAX);
            let messages = subscription.waiting.iter().take(most).map(
                |(id, message)| json!({"ackId": id, "message": message, "deliveryAttempt": 1}),
            );
            Ok(json!({"receivedMessages": messages.collect::<Vec<_>>()}))
        }
        "pubsub.projects.subscriptions.acknowledge" => {
            let subscription = state.subscription(path(call, "subscription"))?;
            for id in body["ackIds"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
            {
                subscription.waiting.remove(id);
            }
            Ok(json!({}))
        }
        _ => Err(unimplemented(call)),
    }
}

impl State {
    fn subscription(&mut self, name: &str) -> Result<&mut Subscription, RpcError> {
        self.subscriptions
            .get_mut(name)
            .ok_or_else(|| not_found(name))
    }

    fn publish(&mut self, topic: &str, body: &Value) -> Result<Value, RpcError> {
        if !self.topics.contains_key(topic) {
            return Err(not_found(topic));
        }
        let mut ids = Vec::new();
        for message in body["messages"].as_array().into_iter().flatten() {
            self.published += 1;
            let id = self.published.to_string();
            let mut message = message.clone();
            if let Some(data) = message["data"].as_str() {
                let bytes = URL_SAFE.decode(data).or_else(|_| STANDARD.decode(data));
                let bytes = bytes.map_err(|_| {
                    invalid(
                        "Invalid value at 'messages[0].data' (TYPE_BYTES), Base64 decoding failed",
                    )
                })?;
                message["data"] = STANDARD.encode(bytes).into();
            }
            message["messageId"] = id.clone().into();
            message["publishTime"] = "2026-01-01T00:00:00Z".into();
            for subscription in self.subscriptions.values_mut() {
                if subscription.resource["topic"] == topic {
                    subscription
                        .waiting
                        .insert(format!("ack-{:08}", self.published), message.clone());
                }
            }
            ids.push(id);
        }
        if ids.is_empty() {
            return Err(invalid("The request has no messages."));
        }
        Ok(json!({"messageIds": ids}))
    }
}
