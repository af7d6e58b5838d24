//! Decodes the content codings of responses (RFC 9110, section 8.4), for all transports.

mod gunzip;
#[cfg(test)]
mod tests;

use std::fmt;

use bytes::Bytes;
use gapi_transport::{TransportError, TransportErrorKind};
use http::{
    HeaderMap, HeaderName,
    header::{CONTENT_ENCODING, CONTENT_LENGTH},
};

use self::gunzip::Gunzip;

/// The most encodings of one body that are decoded.
const MOST_LAYERS: usize = 4;

/// The longest name of a coding that an error repeats, in characters.
const LONGEST_NAME: usize = 40;

/// How a body is encoded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Coding {
    /// Not at all.
    #[default]
    Identity,
    /// With gzip, this many times.
    Gzip(usize),
    /// An unknown coding: the value of `content-encoding`, shortened and printable.
    Unknown(String),
}

impl Coding {
    /// Reads `content-encoding`.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        if headers.contains_key(CONTENT_ENCODING) {
            Self::of_header(headers, &CONTENT_ENCODING)
        } else {
            Self::Identity
        }
    }

    /// Reads the header `name`, of which there may be several lines with several codings each.
    pub(crate) fn of_header(headers: &HeaderMap, name: &HeaderName) -> Self {
        let mut layers = 0;
        for line in headers.get_all(name) {
            for name in line.as_bytes().split(|byte| *byte == b',') {
                match name.trim_ascii().to_ascii_lowercase().as_slice() {
                    b"" | b"identity" => {}
                    b"gzip" | b"x-gzip" => layers += 1,
                    other => return Self::Unknown(harmless(other)),
                }
            }
        }
        match layers {
            0 => Self::Identity,
            1..=MOST_LAYERS => Self::Gzip(layers),
            _ => Self::Unknown(format!("gzip, {layers} times")),
        }
    }

    /// Returns the decoder; `None` for plain bytes and for unknown codings.
    pub(crate) fn decoder(&self) -> Option<Box<Decoder>> {
        match self {
            Self::Gzip(layers) => Some(Box::new(Decoder::new(*layers))),
            Self::Identity | Self::Unknown(_) => None,
        }
    }
}

/// Removes the headers that are wrong for a decoded body.
pub(crate) fn forget(headers: &mut HeaderMap) {
    headers.remove(CONTENT_ENCODING);
    headers.remove(CONTENT_LENGTH);
}

/// Decodes a whole body, if it is encoded and has at most `limit` decoded bytes.
pub(crate) fn decoded(headers: &HeaderMap, body: &Bytes, limit: usize) -> Option<Bytes> {
    let mut decoder = Coding::of(headers).decoder()?;
    let mut input = Some(body.clone());
    let mut all = Vec::new();
    loop {
        match decoder.pull().ok()? {
            Pull::Piece(piece) if piece.len() > limit - all.len() => return None,
            Pull::Piece(piece) => all.extend_from_slice(&piece),
            Pull::Hungry => match input.take() {
                Some(input) => decoder.push(input),
                None => decoder.end(),
            },
            Pull::Working => {}
            Pull::End => return Some(all.into()),
        }
    }
}

/// Returns a server's name for a coding in a printable form.
fn harmless(name: &[u8]) -> String {
    String::from_utf8_lossy(name)
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(LONGEST_NAME)
        .collect()
}

/// Decodes gzip, any number of times, without I/O: it takes received bytes and returns decoded pieces of at most 64 KiB, so that it
/// never inflates further than its caller reads.
pub(crate) struct Decoder {
    /// The first takes the received bytes, the last returns the content.
    layers: Vec<Gunzip>,
}

/// The result of one step of a decoder.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Pull {
    /// Some bytes, never none.
    Piece(Bytes),
    /// It needs [`push`](Decoder::push) or [`end`](Decoder::end).
    Hungry,
    /// Nothing yet: continue after other tasks had a chance to run.
    Working,
    /// The end.
    End,
}

impl Decoder {
    fn new(layers: usize) -> Self {
        Self {
            layers: std::iter::repeat_with(Gunzip::new).take(layers).collect(),
        }
    }

    /// Adds the next bytes, after [`Pull::Hungry`].
    pub(crate) fn push(&mut self, input: Bytes) {
        if let Some(first) = self.layers.first_mut() {
            first.push(input);
        }
    }

    /// Ends the input, after [`Pull::Hungry`].
    pub(crate) fn end(&mut self) {
        if let Some(first) = self.layers.first_mut() {
            first.end();
        }
    }

    /// Decodes the next bytes.
    pub(crate) fn pull(&mut self) -> Result<Pull, Undecodable> {
        pull(&mut self.layers)
    }
}

fn pull(layers: &mut [Gunzip]) -> Result<Pull, Undecodable> {
    let Some((last, before)) = layers.split_last_mut() else {
        return Ok(Pull::Hungry);
    };
    let given = last.pull()?;
    if given != Pull::Hungry {
        return Ok(given);
    }
    match pull(before)? {
        Pull::Piece(piece) => {
            last.push(piece);
            // One piece at a time, because the intermediate form of a body that is encoded twice may be large.
            match last.pull()? {
                Pull::Hungry => Ok(Pull::Working),
                given => Ok(given),
            }
        }
        Pull::End => {
            last.end();
            last.pull()
        }
        none => Ok(none),
    }
}

/// An error in a gzip body.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Undecodable {
    why: &'static str,
    /// Whether only the end is missing.
    pub(crate) is_cut: bool,
}

impl Undecodable {
    fn new(why: &'static str) -> Self {
        Self { why, is_cut: false }
    }

    fn cut() -> Self {
        Self {
            why: "it ends in the middle",
            is_cut: true,
        }
    }
}

impl fmt::Display for Undecodable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the gzip of the response is broken: {}", self.why)
    }
}

impl std::error::Error for Undecodable {}

/// A malformed body is an error of the transfer.
impl From<Undecodable> for TransportError {
    fn from(error: Undecodable) -> Self {
        Self::new(TransportErrorKind::Body, error.to_string()).with_source(error)
    }
}
