//! The body that is being read.

use std::task::{Context, Poll, ready};

use bytes::Bytes;
use gapi_transport::BodyStream;
use tokio::task::coop::poll_proceed;

use crate::{
    Error, ErrorKind,
    execute::{self, Unread},
    http::content_encoding::{Decoder, Pull},
    media::checksum::Checksum,
};

/// A body, and how far it was read.
pub(super) struct Current {
    body: BodyStream,
    /// What undoes its coding, where that is wanted.
    decoder: Option<Box<Decoder>>,
    /// The length of the body as it comes.
    declared: Option<u64>,
    /// How much of that has arrived.
    arrived: u64,
    /// How many bytes of the content are still to be passed over.
    pub(super) skip: u64,
    /// Whether there were any.
    passed: bool,
}

/// Why a body gives nothing more.
pub(super) enum Fault {
    /// It broke; another one may go on.
    Broken(Error),
    /// It was changed on its way, and nobody knows where: what was given of it may be wrong.
    Corrupt(Error),
    /// It is wrong.
    Wrong(Error),
}

impl Current {
    pub(super) fn of(unread: Unread, skip: u64) -> Self {
        Self {
            decoder: unread.coding.decoder().filter(|_| unread.decode),
            body: unread.body.into_stream(),
            declared: unread.declared,
            arrived: 0,
            skip,
            passed: false,
        }
    }

    /// How many bytes the content lacks to get where what is wanted begins. Nothing at all lacks none.
    pub(super) fn lacks(&self) -> Option<u64> {
        (self.skip > 0 && self.passed).then_some(self.skip)
    }

    /// The next bytes of the content; `None` at its end. What arrives of an encoded body is shown to `encoded`.
    pub(super) fn poll_content(
        &mut self,
        cx: &mut Context<'_>,
        mut encoded: Option<&mut Checksum>,
    ) -> Poll<Option<Result<Bytes, Fault>>> {
        loop {
            if let Some(decoder) = &mut self.decoder {
                // Others have their turn, however much comes of one chunk.
                let turn = ready!(poll_proceed(cx));
                match decoder.pull() {
                    Ok(Pull::Piece(piece)) => {
                        turn.made_progress();
                        return Poll::Ready(Some(Ok(piece)));
                    }
                    Ok(Pull::Working) => {
                        turn.made_progress();
                        continue;
                    }
                    Ok(Pull::Hungry) => {}
                    Ok(Pull::End) => return Poll::Ready(None),
                    Err(why) => {
                        // A body of the right length was changed, even if that looks like a missing end.
                        let fault = if why.is_cut && self.declared.is_none() {
                            Fault::Broken
                        } else {
                            Fault::Corrupt
                        };
                        return Poll::Ready(Some(Err(fault(Error::transport(why.into())))));
                    }
                }
            }
            let chunk = match ready!(self.body.as_mut().poll_next(cx)) {
                Some(Ok(chunk)) => chunk,
                Some(Err(broken)) => {
                    let error = Error::transport(broken);
                    return Poll::Ready(Some(Err(Fault::Broken(error))));
                }
                None => {
                    // A stream that ends cleanly can still be a broken one.
                    if let Some(declared) = self.declared.filter(|len| *len != self.arrived) {
                        let error = execute::wrong_length(self.arrived, declared);
                        return Poll::Ready(Some(Err(Fault::Broken(error))));
                    }
                    match &mut self.decoder {
                        Some(decoder) => decoder.end(),
                        None => return Poll::Ready(None),
                    }
                    continue;
                }
            };
            if let Some(encoded) = &mut encoded {
                encoded.feed(self.arrived, &chunk);
            }
            self.arrived += chunk.len() as u64;
            if let Some(declared) = self.declared.filter(|len| *len < self.arrived) {
                let message = format!("the answer goes on after its {declared} bytes");
                let error = Error::new(ErrorKind::Transport, message);
                return Poll::Ready(Some(Err(Fault::Wrong(error))));
            }
            match &mut self.decoder {
                Some(decoder) => decoder.push(chunk),
                None => return Poll::Ready(Some(Ok(chunk))),
            }
        }
    }

    /// Passes over what is not wanted of the beginning.
    pub(super) fn pass_over(&mut self, chunk: &mut Bytes) {
        let surplus = usize::try_from(self.skip).map_or(chunk.len(), |s| s.min(chunk.len()));
        self.skip -= surplus as u64;
        self.passed |= surplus > 0;
        let _ = chunk.split_to(surplus);
    }
}
