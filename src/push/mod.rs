//! Push notifications: a service sends a request to your web server when something changes (Drive, Calendar, the Admin SDK, Cloud
//! Storage, ...).
//!
//! A [`Channel`] is the body of a `watch` method. The service then sends [`Notification`]s to your server.
//!
//! ```
//! use gapi::push::{Channel, Notification};
//!
//! let channel = Channel::web_hook("https://example.com/changes").token("a secret of ours");
//! // drive::changes().watch(page_token, &channel).send(&client).await?
//!
//! // In the web server:
//! # let mut headers = http::HeaderMap::new();
//! # headers.insert("x-goog-channel-id", channel.id().parse().unwrap());
//! # headers.insert("x-goog-channel-token", "a secret of ours".parse().unwrap());
//! # headers.insert("x-goog-message-number", "1".parse().unwrap());
//! # headers.insert("x-goog-resource-id", "r".parse().unwrap());
//! # headers.insert("x-goog-resource-state", "sync".parse().unwrap());
//! # let body = &b""[..];
//! let notification = Notification::parse(&headers, body)?;
//! notification.check(&channel)?;
//! if !notification.is_sync() {
//!     println!("{} changed", notification.resource_id());
//! }
//! # Ok::<(), gapi::push::NotificationError>(())
//! ```
//!
//! Channels expire, and cannot be renewed: open another one before `expiration`. The method `channels.stop` ends a channel; its body has the
//! `id` of the channel and the `resourceId` of any notification.

mod notification;

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use serde_json::{Map, Value, json};

pub use self::notification::{Notification, NotificationError};
use crate::{request::body::Body, wire::Object};

/// The destination of notifications: the body of a `watch` method of any API.
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
    /// Returns a channel to a URL, which must be `https` with a valid certificate. Its id is random.
    pub fn web_hook(address: impl Into<String>) -> Self {
        Self {
            id: uuid::Uuid::new_v4().to_string(),
            address: address.into(),
            token: None,
            expiration: None,
            params: Map::new(),
        }
    }

    /// Sets the id: at most 64 letters, digits, and `-_+/=`. It must be unique within the project.
    pub fn with_id(mut self, id: impl Into<String>) -> Self {
        self.id = id.into();
        self
    }

    /// Sets a secret of at most 256 characters, which each notification contains. It distinguishes notifications from forged requests.
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// Sets when the channel expires. Services have limits of their own, and return the actual time.
    pub fn expiration(mut self, at: SystemTime) -> Self {
        self.expiration = Some(at);
        self
    }

    /// Sets the lifetime of the channel (`params.ttl`), which some services use instead of a time.
    pub fn time_to_live(self, lifetime: Duration) -> Self {
        self.param("ttl", lifetime.as_secs().to_string())
    }

    /// Sets a parameter of the channel. Which ones there are depends on the service.
    pub fn param(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.params.insert(name.into(), Value::String(value.into()));
        self
    }

    /// Returns the id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns the secret of the notifications.
    fn secret(&self) -> Option<&str> {
        self.token.as_deref()
    }

    fn json(&self) -> Value {
        let mut body = json!({"id": self.id, "type": "web_hook", "address": self.address});
        if let Some(token) = &self.token {
            body["token"] = token.as_str().into();
        }
        if let Some(at) = self.expiration {
            // A time before 1970 is in the past, like 0.
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
