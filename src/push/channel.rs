//! The body of a `watch` method.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use serde_json::{Map, Value, json};

use crate::{request::body::Body, wire::Object};

/// Where notifications are to go: the body of a `watch` method, whatever its schema is called.
///
/// `Debug` does not show the token.
#[derive(Clone, PartialEq)]
#[must_use = "a channel is the body of a `watch` method"]
pub struct Channel {
    id: String,
    address: String,
    token: Option<String>,
    expiration: Option<SystemTime>,
    params: Map<String, Value>,
}

impl Channel {
    /// A channel to a URL, `https` with a valid certificate, under a random id.
    pub fn web_hook(address: impl Into<String>) -> Self {
        Self {
            id: uuid::Uuid::new_v4().to_string(),
            address: address.into(),
            token: None,
            expiration: None,
            params: Map::new(),
        }
    }

    /// The channel's id, instead of a random one: at most 64 letters, digits, and `-_+/=`; no two channels of a project may share one.
    pub fn with_id(mut self, id: impl Into<String>) -> Self {
        self.id = id.into();
        self
    }

    /// A secret that every notification brings back, at most 256 characters: what tells it from a forged one.
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// When the channel is to end. Services have limits of their own, and answer the time that holds.
    pub fn expiration(mut self, at: SystemTime) -> Self {
        self.expiration = Some(at);
        self
    }

    /// How long the channel is to live (`params.ttl`), which some services take instead of a time.
    pub fn time_to_live(self, lifetime: Duration) -> Self {
        self.param("ttl", lifetime.as_secs().to_string())
    }

    /// A parameter of the channel; the services say which ones they know.
    pub fn param(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.params.insert(name.into(), Value::String(value.into()));
        self
    }

    /// The channel's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The secret of its notifications.
    pub(super) fn secret(&self) -> Option<&str> {
        self.token.as_deref()
    }

    fn json(&self) -> Value {
        let mut body = json!({"id": self.id, "type": "web_hook", "address": self.address});
        if let Some(token) = &self.token {
            body["token"] = token.as_str().into();
        }
        if let Some(at) = self.expiration {
            // A time before 1970 is over, as 0 is.
            let since = at
                .duration_since(SystemTime::UNIX_EPOCH)
                .unwrap_or_default();
            body["expiration"] = since.as_millis().to_string().into();
        }
        if !self.params.is_empty() {
            body["params"] = Value::Object(self.params.clone());
        }
        body
    }
}

impl<T: Object> From<Channel> for Body<T> {
    fn from(channel: Channel) -> Self {
        Self::from(channel.json())
    }
}

impl<T: Object> From<&Channel> for Body<T> {
    fn from(channel: &Channel) -> Self {
        Self::from(channel.json())
    }
}

impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Channel")
            .field("id", &self.id)
            .field("has_token", &self.token.is_some())
            .field("expiration", &self.expiration)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_is_json_without_what_is_not_set() {
        let bare = Channel::web_hook("https://a.example/hook").with_id("c1");
        assert_eq!(
            bare.json(),
            json!({"id": "c1", "type": "web_hook", "address": "https://a.example/hook"})
        );
        let at = SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_123);
        let full = bare
            .token("t")
            .expiration(at)
            .time_to_live(Duration::from_secs(3600))
            .param("payload", "true");
        assert_eq!(
            full.json(),
            json!({
                "id": "c1", "type": "web_hook", "address": "https://a.example/hook", "token": "t",
                "expiration": "1700000000123", "params": {"ttl": "3600", "payload": "true"}
            })
        );
        let past =
            Channel::web_hook("x").expiration(SystemTime::UNIX_EPOCH - Duration::from_secs(1));
        assert_eq!(past.json()["expiration"], "0");
        assert_ne!(Channel::web_hook("x").id(), Channel::web_hook("x").id());
    }
}
