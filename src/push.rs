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

use std::{
    error::Error,
    fmt,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use http::HeaderMap;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

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

/// A notification, from the headers and the body of a request to your server.
///
/// Anyone can send such a request: [`check`](Self::check) it before you act on it. `Debug` shows neither token nor body.
#[derive(Clone, PartialEq)]
pub struct Notification {
    channel_id: String,
    token: Option<String>,
    expiration: Option<SystemTime>,
    resource_id: String,
    resource_uri: Option<String>,
    resource_state: String,
    message_number: u64,
    changed: Vec<String>,
    body: Bytes,
}

const CHANNEL_ID: &str = "X-Goog-Channel-ID";
const CHANNEL_TOKEN: &str = "X-Goog-Channel-Token";
const CHANNEL_EXPIRATION: &str = "X-Goog-Channel-Expiration";
const RESOURCE_ID: &str = "X-Goog-Resource-ID";
const RESOURCE_URI: &str = "X-Goog-Resource-URI";
const RESOURCE_STATE: &str = "X-Goog-Resource-State";
const MESSAGE_NUMBER: &str = "X-Goog-Message-Number";
const CHANGED: &str = "X-Goog-Changed";

impl Notification {
    /// Reads a request's headers and body.
    ///
    /// # Errors
    /// [`NotificationError::Missing`] and [`NotificationError::Invalid`] if the request is not a notification.
    pub fn parse(headers: &HeaderMap, body: impl Into<Bytes>) -> Result<Self, NotificationError> {
        let text = |name: &'static str| match headers.get(name).map(|value| value.to_str()) {
            None => Ok(None),
            Some(Ok(value)) => Ok(Some(value.trim().to_owned())),
            Some(Err(_)) => Err(NotificationError::Invalid(name)),
        };
        let needed = |name| text(name)?.ok_or(NotificationError::Missing(name));
        let number = needed(MESSAGE_NUMBER)?;
        let expiration = text(CHANNEL_EXPIRATION)?
            .filter(|at| !at.is_empty())
            .map(|at| date(&at).ok_or(NotificationError::Invalid(CHANNEL_EXPIRATION)))
            .transpose()?;
        let changed = text(CHANGED)?.unwrap_or_default();
        Ok(Self {
            channel_id: needed(CHANNEL_ID)?,
            token: text(CHANNEL_TOKEN)?,
            expiration,
            resource_id: needed(RESOURCE_ID)?,
            resource_uri: text(RESOURCE_URI)?,
            resource_state: needed(RESOURCE_STATE)?,
            message_number: number
                .parse()
                .map_err(|_| NotificationError::Invalid(MESSAGE_NUMBER))?,
            changed: changed
                .split(',')
                .map(str::trim)
                .filter(|what| !what.is_empty())
                .map(str::to_owned)
                .collect(),
            body: body.into(),
        })
    }

    /// Checks whether the notification belongs to this channel, and has its token.
    ///
    /// # Errors
    /// [`NotificationError::WrongChannel`] and [`NotificationError::WrongToken`].
    pub fn check(&self, channel: &Channel) -> Result<(), NotificationError> {
        if self.channel_id != channel.id() {
            return Err(NotificationError::WrongChannel);
        }
        match channel.secret() {
            Some(token) => self.check_token(token),
            None => Ok(()),
        }
    }

    /// Checks whether the notification has this token, in a time that does not depend on the token.
    ///
    /// # Errors
    /// [`NotificationError::WrongToken`].
    pub fn check_token(&self, token: &str) -> Result<(), NotificationError> {
        let given = self.token.as_deref().unwrap_or_default();
        if self.token.is_some() && is_same(given.as_bytes(), token.as_bytes()) {
            Ok(())
        } else {
            Err(NotificationError::WrongToken)
        }
    }

    /// Returns the id of the channel.
    #[must_use]
    pub fn channel_id(&self) -> &str {
        &self.channel_id
    }

    /// Returns when the channel expires, if it does.
    #[must_use]
    pub fn expiration(&self) -> Option<SystemTime> {
        self.expiration
    }

    /// Returns the id of the watched resource, which is opaque, and the same in all versions of an API.
    #[must_use]
    pub fn resource_id(&self) -> &str {
        &self.resource_id
    }

    /// Returns the URL of the watched resource, in one version of the API.
    #[must_use]
    pub fn resource_uri(&self) -> Option<&str> {
        self.resource_uri.as_deref()
    }

    /// Returns what happened, as the service defines it: `sync`, `exists`, `not_exists`, `add`, `remove`, `update`, `trash`, `untrash`, `change`.
    #[must_use]
    pub fn resource_state(&self) -> &str {
        &self.resource_state
    }

    /// Returns whether this is the first message of a channel, which reports that the channel is open.
    #[must_use]
    pub fn is_sync(&self) -> bool {
        self.resource_state == "sync"
    }

    /// Returns the number of the message in its channel: 1 for `sync`. Later messages have larger numbers, with gaps.
    #[must_use]
    pub fn message_number(&self) -> u64 {
        self.message_number
    }

    /// Returns what has changed, if the service reports it (Drive): `content`, `parents`, `children`, `permissions`, `properties`.
    #[must_use]
    pub fn changed(&self) -> &[String] {
        &self.changed
    }

    /// Returns the body, which is empty unless the channel requested a payload.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// Returns the body as a value of a schema, such as `admin::User`.
    ///
    /// # Errors
    /// When the body is not JSON of that form.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_slice(&self.body)
    }
}

/// Reads the date of a header: `Tue, 19 Nov 2013 01:13:52 GMT`. As in mails, days may have one digit, and zones other names.
// Inlined, like all code that calls jiff.
#[inline]
fn date(text: &str) -> Option<SystemTime> {
    let time = jiff::fmt::rfc2822::parse(text).ok()?;
    Some(SystemTime::from(time.timestamp()))
}

/// Compares two tokens in a time that depends only on the length of `given`.
fn is_same(given: &[u8], secret: &[u8]) -> bool {
    let mut differences = u8::from(given.len() != secret.len());
    for (index, byte) in given.iter().enumerate() {
        let other = secret
            .get(index % secret.len().max(1))
            .copied()
            .unwrap_or(!byte);
        differences |= std::hint::black_box(byte ^ other);
    }
    std::hint::black_box(differences) == 0
}

impl fmt::Debug for Notification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notification")
            .field("channel_id", &self.channel_id)
            .field("resource_id", &self.resource_id)
            .field("resource_state", &self.resource_state)
            .field("message_number", &self.message_number)
            .field("changed", &self.changed)
            .field("body_len", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// Why a request is not a notification of a channel. Respond with status 400 or 403, and ignore it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotificationError {
    /// This header is missing.
    Missing(&'static str),
    /// The value of this header is not valid.
    Invalid(&'static str),
    /// The notification belongs to another channel.
    WrongChannel,
    /// The token is not that of the channel.
    WrongToken,
}

impl fmt::Display for NotificationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(header) => write!(f, "the notification has no header {header}"),
            Self::Invalid(header) => {
                write!(f, "the notification's header {header} is not valid")
            }
            Self::WrongChannel => f.write_str("the notification is for another channel"),
            Self::WrongToken => f.write_str("the notification does not have the channel's token"),
        }
    }
}

impl Error for NotificationError {}

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

#[cfg(test)]
mod notification_tests {
    use std::time::Duration;

    use super::*;

    fn headers(change: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let usual = [
            ("x-goog-channel-id", "c1"),
            ("x-goog-channel-token", "secret"),
            ("x-goog-channel-expiration", "Tue, 19 Nov 2013 01:13:52 GMT"),
            ("x-goog-resource-id", "r1"),
            ("x-goog-resource-uri", "https://a.example/r1?alt=json"),
            ("x-goog-resource-state", "update"),
            ("x-goog-message-number", "10"),
            ("x-goog-changed", "content, parents"),
        ];
        for (name, value) in usual.iter().chain(change) {
            if *value == "-" {
                headers.remove(*name);
            } else {
                headers.insert(*name, value.parse().expect("a value"));
            }
        }
        headers
    }

    fn parse(change: &[(&'static str, &str)]) -> Result<Notification, NotificationError> {
        Notification::parse(&headers(change), r#"{"primaryEmail": "a@example.com"}"#)
    }

    #[test]
    fn dates_as_in_mails_are_read_too() {
        let expiration =
            |text| parse(&[("x-goog-channel-expiration", text)]).map(|told| told.expiration());
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_384_391_632);
        for text in [
            "Thu, 14 Nov 2013 01:13:52 GMT",
            "Thu, 14 Nov 2013 02:13:52 +0100",
        ] {
            assert_eq!(expiration(text), Ok(Some(at)), "{text}");
        }
        let first = SystemTime::UNIX_EPOCH + Duration::from_secs(1_385_860_432);
        assert_eq!(expiration("Sun, 1 Dec 2013 01:13:52 GMT"), Ok(Some(first)));
    }

    #[test]
    fn everything_is_read() {
        let told = parse(&[]).expect("a notification");
        assert_eq!((told.channel_id(), told.resource_id()), ("c1", "r1"));
        assert_eq!(told.resource_uri(), Some("https://a.example/r1?alt=json"));
        assert_eq!((told.resource_state(), told.is_sync()), ("update", false));
        assert_eq!(
            (told.message_number(), told.changed().join("+")),
            (10, "content+parents".into())
        );
        assert_eq!(
            told.expiration(),
            Some(SystemTime::UNIX_EPOCH + Duration::from_secs(1_384_823_632))
        );
        let user: serde_json::Value = told.json().expect("JSON");
        assert_eq!(user["primaryEmail"], "a@example.com");
        assert!(!format!("{told:?}").contains("secret"));
    }

    #[test]
    fn what_may_be_missing_and_what_may_not() {
        let told = parse(&[
            ("x-goog-channel-token", "-"),
            ("x-goog-channel-expiration", "-"),
            ("x-goog-resource-uri", "-"),
            ("x-goog-changed", "-"),
            ("x-goog-resource-state", "sync"),
        ])
        .expect("a notification");
        assert!(told.is_sync() && told.changed().is_empty() && told.expiration().is_none());
        assert_eq!(told.check_token(""), Err(NotificationError::WrongToken));
        for name in [
            "x-goog-channel-id",
            "x-goog-resource-id",
            "x-goog-resource-state",
            "x-goog-message-number",
        ] {
            let error = parse(&[(name, "-")]).expect_err(name);
            assert!(
                matches!(error, NotificationError::Missing(header) if header.eq_ignore_ascii_case(name)),
                "{error}"
            );
        }
        for (name, value) in [
            ("x-goog-message-number", "-1"),
            ("x-goog-channel-expiration", "tomorrow"),
        ] {
            let error = parse(&[(name, value)]).expect_err(name);
            assert!(matches!(error, NotificationError::Invalid(_)), "{error}");
        }
    }

    #[test]
    fn forged_ones_are_noticed() {
        let told = parse(&[]).expect("a notification");
        let channel = Channel::web_hook("x").with_id("c1");
        assert_eq!(told.check(&channel), Ok(()));
        assert_eq!(told.check(&channel.clone().token("secret")), Ok(()));
        for wrong in ["", "secre", "secret!", "secretsecret", "SECRET"] {
            let channel = channel.clone().token(wrong);
            assert_eq!(
                told.check(&channel),
                Err(NotificationError::WrongToken),
                "{wrong}"
            );
        }
        let other = Channel::web_hook("x");
        assert_eq!(told.check(&other), Err(NotificationError::WrongChannel));
    }
}
