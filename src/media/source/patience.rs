//! Media that stands still.

use std::{io, sync::Arc};

use futures_util::{
    StreamExt as _,
    future::{Either, select},
    stream,
};
use gapi_transport::Clock;

use crate::{execute::STANDSTILL, media::content::Pieces};

/// The same pieces, or an error when the next one does not come for long.
pub(super) fn limited(pieces: Pieces, clock: &Arc<dyn Clock>) -> Pieces {
    let clock = Arc::clone(clock);
    Box::pin(stream::unfold(Some(pieces), move |pieces| {
        let clock = Arc::clone(&clock);
        async move {
            let mut pieces = pieces?;
            // A sleep for each piece costs little beside the piece.
            match select(pieces.next(), clock.sleep(STANDSTILL)).await {
                Either::Left((piece, _)) => Some((piece?, Some(pieces))),
                Either::Right(_) => {
                    let why = format!("nothing more came for {} s", STANDSTILL.as_secs());
                    let late = io::Error::new(io::ErrorKind::TimedOut, why);
                    Some((Err(late.into()), None))
                }
            }
        }
    }))
}
