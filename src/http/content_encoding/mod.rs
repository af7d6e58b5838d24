//! Decodes the content codings of responses (RFC 9110, section 8.4), for all transports.

#[cfg(test)]
mod tests;

use std::fmt;

use bytes::{Buf as _, Bytes};
use flate2::{Crc, Decompress, FlushDecompress, Status};
use gapi_transport::{TransportError, TransportErrorKind};
use http::{
    HeaderMap, HeaderName,
    header::{CONTENT_ENCODING, CONTENT_LENGTH},
};

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

/// The most bytes that one step returns.
pub(super) const PIECE: usize = 64 * 1024;

/// The fewest bytes that a step has room for.
const SMALL: usize = 1024;

/// Decodes gzip of any number of members as one. Zeros after the last member are padding, as for `gzip` itself; anything else is an
/// error.
pub(super) struct Gunzip {
    input: Bytes,
    /// Whether no more input comes.
    ended: bool,
    step: GunzipStep,
    inflate: Decompress,
    /// Whether the last piece was full, so that the decompressor may hold more than it gave.
    holds: bool,
    /// Of what the present member has given.
    crc: Crc,
}

/// What is expected next.
enum GunzipStep {
    /// Nothing, or the first member.
    Start,
    /// The end, another member, or zeros, of which some may have come.
    Between { padded: bool },
    /// The rest of a member's header.
    Header(Header),
    /// What is compressed.
    Content,
    /// The rest of CRC-32 and length; so many bytes of them are there.
    Trailer { bytes: [u8; 8], have: usize },
}

impl Gunzip {
    pub(super) fn new() -> Self {
        Self {
            input: Bytes::new(),
            ended: false,
            step: GunzipStep::Start,
            inflate: Decompress::new(false),
            holds: false,
            crc: Crc::new(),
        }
    }

    /// Adds the next bytes, after [`Pull::Hungry`].
    pub(super) fn push(&mut self, input: Bytes) {
        self.input = input;
    }

    /// Ends the input, after [`Pull::Hungry`].
    pub(super) fn end(&mut self) {
        self.ended = true;
    }

    /// The next bytes, at most [`PIECE`].
    pub(super) fn pull(&mut self) -> Result<Pull, Undecodable> {
        let mut piece = Vec::new();
        loop {
            if self.input.is_empty() && !self.holds {
                return self.starve(piece);
            }
            match &mut self.step {
                GunzipStep::Start => self.step = GunzipStep::Header(Header::default()),
                GunzipStep::Between { padded } => match self.input[0] {
                    0 => {
                        let zeros = self.input.iter().take_while(|byte| **byte == 0).count();
                        self.input.advance(zeros);
                        *padded = true;
                    }
                    _ if *padded => return Err(Undecodable::new("bytes follow its end")),
                    _ => self.step = GunzipStep::Header(Header::default()),
                },
                GunzipStep::Header(header) => {
                    if header.take(self.input.get_u8())? {
                        self.inflate.reset(false);
                        self.crc.reset();
                        self.step = GunzipStep::Content;
                    }
                }
                GunzipStep::Content => {
                    if piece.capacity() == 0 {
                        let room = self.input.len().saturating_mul(4);
                        piece.reserve_exact(room.clamp(SMALL, PIECE));
                    }
                    let is_over = self.inflate_into(&mut piece)?;
                    let is_full = piece.len() == piece.capacity();
                    self.holds = is_full && !is_over;
                    if is_over {
                        self.step = GunzipStep::Trailer {
                            bytes: [0; 8],
                            have: 0,
                        };
                    }
                    if is_full {
                        return Ok(Pull::Piece(piece.into()));
                    }
                }
                GunzipStep::Trailer { bytes, have } => {
                    bytes[*have] = self.input.get_u8();
                    *have += 1;
                    if *have == bytes.len() {
                        let [a, b, c, d, e, f, g, h] = *bytes;
                        let (sum, amount) = (self.crc.sum(), self.crc.amount());
                        if (sum.to_le_bytes(), amount.to_le_bytes()) != ([a, b, c, d], [e, f, g, h])
                        {
                            return Err(Undecodable::new("its checksum is another one"));
                        }
                        self.step = GunzipStep::Between { padded: false };
                        if piece.is_empty() {
                            return Ok(Pull::Working);
                        }
                    }
                }
            }
        }
    }

    /// Inflates into the room of `piece`; whether the member's content is over.
    fn inflate_into(&mut self, piece: &mut Vec<u8>) -> Result<bool, Undecodable> {
        let (before, from) = (self.inflate.total_in(), piece.len());
        let status = self
            .inflate
            .decompress_vec(&self.input, piece, FlushDecompress::None)
            .map_err(|_| Undecodable::new("its compressed data is none"))?;
        let taken = usize::try_from(self.inflate.total_in() - before).unwrap_or(usize::MAX);
        self.input.advance(taken.min(self.input.len()));
        self.crc.update(&piece[from..]);
        if status == Status::StreamEnd {
            return Ok(true);
        }
        let is_stuck = taken == 0 && piece.len() == from;
        if is_stuck && !self.input.is_empty() && piece.len() < piece.capacity() {
            return Err(Undecodable::new("its compressed data is none"));
        }
        Ok(false)
    }

    /// What there is when no input is left.
    fn starve(&self, piece: Vec<u8>) -> Result<Pull, Undecodable> {
        if !piece.is_empty() {
            return Ok(Pull::Piece(piece.into()));
        }
        match self.step {
            _ if !self.ended => Ok(Pull::Hungry),
            // An empty body may be called anything.
            GunzipStep::Start | GunzipStep::Between { .. } => Ok(Pull::End),
            _ => Err(Undecodable::cut()),
        }
    }
}

/// A member's header as far as it has come. Nothing of it is kept, however long it is.
#[derive(Default)]
struct Header {
    /// How many of the ten fixed bytes have come.
    fixed: usize,
    flags: u8,
    /// How many bytes of the present field have come, or are left of it.
    count: u16,
    /// The length of the extra field, once its two bytes have come.
    left: Option<u16>,
}

impl Header {
    const CHECKED: u8 = 2;
    const EXTRA: u8 = 4;
    const NAME: u8 = 8;
    const COMMENT: u8 = 16;
    const RESERVED: u8 = 0xe0;

    /// Takes the next byte; whether it is the last one.
    fn take(&mut self, byte: u8) -> Result<bool, Undecodable> {
        if self.fixed < 10 {
            let fits = match self.fixed {
                0 => byte == 0x1f,
                1 => byte == 0x8b,
                2 => byte == 8,
                3 => {
                    // The first bit, "text", is only a hint.
                    self.flags = byte & !1;
                    byte & Self::RESERVED == 0
                }
                _ => true,
            };
            if !fits {
                return Err(Undecodable::new("its header is none"));
            }
            self.fixed += 1;
            return Ok(self.fixed == 10 && self.flags == 0);
        }
        // Each field goes when it is over.
        if self.flags & Self::EXTRA != 0 {
            let left = match self.left {
                None if self.count == 0 => {
                    self.count = 0x100 | u16::from(byte);
                    return Ok(false);
                }
                None => (self.count & 0xff) | (u16::from(byte) << 8),
                Some(left) => left - 1,
            };
            self.left = Some(left);
            if left == 0 {
                self.flags &= !Self::EXTRA;
                self.count = 0;
            }
        } else if self.flags & Self::NAME != 0 {
            self.flags &= !(Self::NAME * u8::from(byte == 0));
        } else if self.flags & Self::COMMENT != 0 {
            self.flags &= !(Self::COMMENT * u8::from(byte == 0));
        } else {
            // Two bytes that check the header, which nothing here depends on.
            self.count += 1;
            self.flags &= !(Self::CHECKED * u8::from(self.count == 2));
        }
        Ok(self.flags == 0)
    }
}
