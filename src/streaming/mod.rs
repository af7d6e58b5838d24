//! Responses that arrive element by element: JSON lists, server-sent events, and JSON values without a separator.

mod events;
mod response_stream;
mod split;

pub use self::response_stream::ResponseStream;
