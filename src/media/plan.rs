//! How media travels, as far as the caller and the method decide it.

use std::fmt;

use bytes::Bytes;
use gapi_transport::BoxFuture;
use http::HeaderValue;

use super::{Media, UploadSession, accept, encode::Encoded, progress::Watcher};
use crate::{
    Error,
    client::prepared::Prepared,
    execute::Answered,
    http::HttpRequest,
    media_type,
    method::{MediaUpload, Method},
};

/// Media of up to this many bytes travels in one request, where that may be chosen.
pub(crate) const SMALL: u64 = 8 << 20;

/// The length of a chunk is a multiple of this.
pub(crate) const CHUNK_UNIT: u64 = 256 << 10;

/// The length of a chunk unless the caller says otherwise.
const CHUNK: u64 = 8 << 20;

/// Media on its way, and what the caller said of the way.
#[derive(Clone)]
pub(crate) struct Outgoing {
    pub(crate) media: Media,
    /// Its length, where the media itself does not say it.
    pub(crate) len: Option<u64>,
    pub(crate) way: Option<Way>,
    pub(crate) chunk: Option<u64>,
    pub(crate) watcher: Watcher,
    /// The session of another process, to go on with.
    pub(crate) session: Option<UploadSession>,
    /// The code of uploads.
    pub(crate) code: &'static Code,
}

/// The code of uploads, as far as calls of any kind would reach it. Through the media they do not: a program that uploads nothing does not hold it.
pub(crate) struct Code {
    pub(crate) encode: fn(&Method, Option<Typed>, &Outgoing) -> Result<Encoded, String>,
    pub(crate) send: for<'a> fn(&'a Prepared, &'a Outgoing) -> Sent<'a>,
    /// Keeps a request with media, to be sent again.
    pub(crate) copies: fn(&HttpRequest) -> Copies,
}

/// Gives copies of a request.
pub(crate) type Copies = Box<dyn Fn() -> HttpRequest + Send + Sync>;

/// Content type and body.
pub(crate) type Typed = (HeaderValue, Bytes);

/// What an upload answers.
type Sent<'a> = BoxFuture<'a, Result<Answered, Error>>;

/// The ways to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// With the request.
    OneRequest,
    /// In a session of its own.
    Resumable,
}

impl Outgoing {
    pub(crate) fn new(media: Media) -> Self {
        Self {
            media,
            code: &super::upload::CODE,
            len: None,
            way: None,
            chunk: None,
            watcher: Watcher::default(),
            session: None,
        }
    }

    /// The number of bytes, where it is known.
    pub(crate) fn len(&self) -> Option<u64> {
        self.len.or_else(|| self.media.content.len())
    }

    /// Which way it goes, if the method takes it.
    pub(crate) fn way(&self, method: &Method) -> Result<Way, String> {
        let accepted = accepted(method)?;
        check_len(accepted, self.len().unwrap_or(0))?;
        match self.way {
            Some(Way::OneRequest) if !accepted.simple => Err(
                "the method takes no media in one request; leave out `in_one_request`".to_owned(),
            ),
            Some(Way::Resumable) if !accepted.resumable => Err(
                "the method takes media in one request only; leave out `resumable`, `start` and `resume`"
                    .to_owned(),
            ),
            Some(way) => Ok(way),
            None if !accepted.simple && !accepted.resumable => {
                Err("the method takes no media in any way that is known here".to_owned())
            }
            None if accepted.resumable
                && (!accepted.simple || self.len().is_none_or(|len| len > SMALL)) =>
            {
                Ok(Way::Resumable)
            }
            None => Ok(Way::OneRequest),
        }
    }

    /// The length of a chunk, in bytes.
    pub(crate) fn chunk(&self) -> Result<u64, String> {
        match self.chunk {
            None => Ok(CHUNK),
            Some(u64::MAX) => Ok(u64::MAX),
            Some(chunk) if chunk > 0 && chunk % CHUNK_UNIT == 0 => Ok(chunk),
            Some(chunk) => Err(format!(
                "a chunk of {chunk} bytes is not one: servers take multiples of {CHUNK_UNIT}"
            )),
        }
    }

    /// The content type to send, if the method takes it.
    pub(crate) fn content_type(&self, method: &Method) -> Result<HeaderValue, String> {
        let Some(given) = &self.media.content_type else {
            return Ok(HeaderValue::from_static("application/octet-stream"));
        };
        let refuse = || {
            format!(
                "the media's content type {given:?} is not of the form \"image/png\" or \"text/plain; charset=utf-8\""
            )
        };
        let essence = media_type::essence(given).ok_or_else(refuse)?;
        let accepted = accepted(method)?.accept;
        if !accept::accepts(accepted, essence) {
            let guess = if self.media.guessed {
                ", which the file's name tells; say the right one with `content_type`"
            } else {
                ""
            };
            return Err(format!(
                "the method accepts media of {}, not {essence}{guess}",
                accepted.join(", ")
            ));
        }
        HeaderValue::from_str(given.trim()).map_err(|_| refuse())
    }
}

fn accepted(method: &Method) -> Result<&MediaUpload, String> {
    let none = || "the method takes no media".to_owned();
    method.upload.as_ref().ok_or_else(none)
}

/// Whether a method that accepts `accepted` takes `len` bytes.
pub(crate) fn check_len(accepted: &MediaUpload, len: u64) -> Result<(), String> {
    match accepted.max_size.filter(|most| len > *most) {
        None => Ok(()),
        Some(most) => Err(format!(
            "the media of {len} bytes is larger than the {most} bytes that the method accepts"
        )),
    }
}

impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outgoing")
            .field("media", &self.media)
            .field("way", &self.way)
            .field("chunk", &self.chunk)
            .field("session", &self.session)
            .finish_non_exhaustive()
    }
}
