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

mod channel;
mod notification;

pub use self::{
    channel::Channel,
    notification::{Notification, NotificationError},
};
