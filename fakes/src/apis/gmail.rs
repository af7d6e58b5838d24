//! Gmail v1: the messages and labels of one mailbox.

use base64::{Engine as _, engine::general_purpose::URL_SAFE};
use serde_json::{Value, json};

use super::checked::{cut, exists, invalid, not_found, path, query, unimplemented};
use crate::{discovery::Call, rpc::RpcError};

/// The mailbox.
#[derive(Debug, Default)]
pub(super) struct State {
    labels: Vec<Value>,
    messages: Vec<Message>,
}

#[derive(Debug)]
struct Message {
    id: String,
    labels: Vec<String>,
    headers: Vec<(String, String)>,
    text: String,
}

pub(super) fn respond(state: &mut State, call: &Call<'_>, body: Value) -> Result<Value, RpcError> {
    if path(call, "userId").is_empty() {
        return Err(invalid("userId is required"));
    }
    match call.method.id.as_str() {
        "gmail.users.labels.create" => {
            let name = body["name"].as_str().unwrap_or_default().to_owned();
            if name.is_empty() || state.labels.iter().any(|label| label["name"] == name) {
                return Err(exists("Label name exists or conflicts"));
            }
            let label = json!({"id": format!("Label_{}", state.labels.len() + 1), "name": name, "type": "user"});
            state.labels.push(label.clone());
            Ok(label)
        }
        "gmail.users.labels.list" => Ok(json!({"labels": state.labels})),
        "gmail.users.messages.send" => state.send(&body),
        "gmail.users.messages.list" => state.list(call),
        "gmail.users.messages.get" => {
            let message = state.message(path(call, "id"))?;
            Ok(message.resource(query(call, "format").unwrap_or("full")))
        }
        "gmail.users.messages.modify" => {
            let known: Vec<String> = state
                .labels
                .iter()
                .filter_map(|label| label["id"].as_str().map(String::from))
                .collect();
            let message = state.message(path(call, "id"))?;
            let ids = |name: &str| -> Vec<String> {
                let ids = body[name].as_array().into_iter().flatten();
                ids.filter_map(|id| id.as_str().map(String::from)).collect()
            };
            for id in ids("addLabelIds") {
                if id.starts_with("Label_") && !known.contains(&id) {
                    return Err(invalid(&format!("Invalid label: {id}")));
                }
                message.labels.push(id);
            }
            let gone = ids("removeLabelIds");
            message.labels.retain(|label| !gone.contains(label));
            Ok(message.resource("minimal"))
        }
        _ => Err(unimplemented(call)),
    }
}

impl State {
    fn message(&mut self, id: &str) -> Result<&mut Message, RpcError> {
        let message = self.messages.iter_mut().find(|message| message.id == id);
        message.ok_or_else(|| not_found("Requested entity was not found."))
    }

    /// Takes a message as mail has it (RFC 5322), in base64.
    fn send(&mut self, body: &Value) -> Result<Value, RpcError> {
        let raw = body["raw"].as_str().ok_or_else(|| invalid("'raw' RFC822 payload message string or uploading message via /upload/* URL required"))?;
        let bytes = URL_SAFE
            .decode(raw)
            .map_err(|_| invalid("Invalid value for ByteString"))?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (head, content) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let headers: Vec<(String, String)> = head
            .split("\r\n")
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        if !headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("to"))
        {
            return Err(invalid("Recipient address required"));
        }
        let message = Message {
            id: format!(
                "{:016x}",
                0x18f0_0000_0000_0000_u64 + self.messages.len() as u64
            ),
            labels: vec!["SENT".into()],
            headers,
            text: content.to_owned(),
        };
        let response = message.resource("minimal");
        self.messages.push(message);
        Ok(response)
    }

    fn list(&self, call: &Call<'_>) -> Result<Value, RpcError> {
        let subject = query(call, "q")
            .and_then(|q| q.strip_prefix("subject:"))
            .map(str::to_lowercase);
        let label = query(call, "labelIds");
        let fits = |message: &&Message| {
            let text = message.header("Subject").unwrap_or_default().to_lowercase();
            subject
                .as_deref()
                .is_none_or(|subject| text.contains(subject))
                && label.is_none_or(|label| message.labels.iter().any(|l| l == label))
        };
        let messages: Vec<_> = self
            .messages
            .iter()
            .filter(fits)
            .map(|message| json!({"id": message.id, "threadId": message.id}))
            .collect();
        let count = messages.len();
        let (messages, next) = cut(messages, call, "maxResults", 100)?;
        Ok(json!({"messages": messages, "nextPageToken": next, "resultSizeEstimate": count}))
    }
}

impl Message {
    fn header(&self, wanted: &str) -> Option<&str> {
        let header = self
            .headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        header.map(|(_, value)| value.as_str())
    }

    fn resource(&self, format: &str) -> Value {
        let mut resource = json!({"id": self.id, "threadId": self.id, "labelIds": self.labels});
        if format != "minimal" {
            let headers: Vec<_> = self
                .headers
                .iter()
                .map(|(name, value)| json!({"name": name, "value": value}))
                .collect();
            resource["snippet"] = self.text.chars().take(80).collect::<String>().into();
            resource["payload"] = json!({"mimeType": "text/plain", "headers": headers});
            if format == "full" {
                resource["payload"]["body"] =
                    json!({"size": self.text.len(), "data": URL_SAFE.encode(&self.text)});
            }
        }
        resource
    }
}
