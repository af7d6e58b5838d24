//! A transport that answers from a recording.

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use gapi_transport::{
    Body, BoxFuture, Clock, SystemClock, Transport, TransportError, TransportErrorKind,
};
use http::{Request, Response};

use super::{
    lock,
    send::LARGEST,
    tape::{self, Answered, Asked},
};
use crate::Client;
use gapi_auth::RedactedPath;

/// Answers from the recording of a [`Recorder`](super::Recorder), without a network.
///
/// A request gets the answer of the first recorded one that asks the same and was not played yet: by HTTP method, path, query and body, of whatever host, and
/// with secrets as they were recorded. The order of different requests does not matter; equal ones are answered in the order of the recording, and a
/// GET that was played may be played again. `requestId`s and the boundaries of uploads, which differ from run to run, are passed over.
///
/// A request that was not recorded is an error of kind [`Usage`](crate::ErrorKind::Usage) that says what was asked and what is near. Clones share what was played.
#[derive(Clone)]
pub struct Replay(Arc<Tape>);

struct Tape {
    path: PathBuf,
    exchanges: Mutex<Vec<Exchange>>,
}

struct Exchange {
    asked: Asked,
    answered: Answered,
    played: bool,
}

impl Replay {
    /// Reads a recording.
    ///
    /// # Errors
    /// When the file cannot be read, or a line of it is none of a recording.
    pub fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        Self::read(path, &fs::read_to_string(path)?)
    }

    fn read(path: &Path, text: &str) -> io::Result<Self> {
        let lines = text
            .lines()
            .enumerate()
            .filter(|(_, line)| !line.trim().is_empty());
        let exchanges = lines.map(|(number, line)| {
            let (asked, answered) = tape::parse(line).map_err(|why| {
                let place = format!("{}:{}: {why}", RedactedPath::new(path), number + 1);
                io::Error::new(io::ErrorKind::InvalidData, place)
            })?;
            Ok(Exchange {
                asked,
                answered,
                played: false,
            })
        });
        Ok(Self(Arc::new(Tape {
            path: path.to_owned(),
            exchanges: Mutex::new(exchanges.collect::<io::Result<_>>()?),
        })))
    }

    /// A client without credentials that talks to this recording.
    pub fn client(&self) -> Client {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        Client::of_mock(Arc::new(self.clone()), clock)
    }

    /// The recorded requests that were not played: what the program asked for once, and does no more.
    pub fn unused(&self) -> Vec<String> {
        let exchanges = lock(&self.0.exchanges);
        let unused = exchanges.iter().filter(|exchange| !exchange.played);
        unused.map(|exchange| shown(&exchange.asked)).collect()
    }

    fn find(&self, asked: &Asked) -> Result<Answered, TransportError> {
        let mut exchanges = lock(&self.0.exchanges);
        let same = |exchange: &&mut Exchange| exchange.asked.is_same(asked);
        if let Some(found) = exchanges.iter_mut().filter(|e| !e.played).find(same) {
            found.played = true;
            return Ok(found.answered.clone());
        }
        let again = exchanges.iter_mut().rev().find(same);
        if let Some(found) = again.filter(|_| matches!(&*asked.method, "GET" | "HEAD")) {
            return Ok(found.answered.clone());
        }
        let near: Vec<String> = exchanges
            .iter()
            .filter_map(|exchange| near(asked, exchange))
            .take(3)
            .collect();
        let near = match near.as_slice() {
            [] => String::from("nothing near it was recorded"),
            near => format!("near it: {}", near.join("; ")),
        };
        let left = exchanges.iter().filter(|exchange| !exchange.played).count();
        Err(TransportError::new(
            TransportErrorKind::Request,
            format!(
                "the recording {} has no answer for {}; {near}; {left} of its {} exchanges are not played yet",
                RedactedPath::new(&self.0.path),
                shown(asked),
                exchanges.len()
            ),
        ))
    }
}

/// Method and target.
fn shown(asked: &Asked) -> String {
    format!("{} {}", asked.method, asked.target())
}

/// How a recorded request differs, if it is to the same path.
fn near(asked: &Asked, exchange: &Exchange) -> Option<String> {
    let recorded = &exchange.asked;
    let path = |asked: &Asked| {
        let target = asked.target();
        target
            .split_once('?')
            .map_or(target.clone(), |(path, _)| path.to_owned())
    };
    if path(recorded) != path(asked) {
        return None;
    }
    let difference = if recorded.method != asked.method {
        "another method"
    } else if recorded.target() != asked.target() {
        "another query"
    } else if recorded.body != asked.body {
        "another body"
    } else {
        "played already"
    };
    Some(format!("{} ({difference})", shown(recorded)))
}

impl Transport for Replay {
    fn send(
        &self,
        request: Request<Body>,
    ) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let body = body.collect(LARGEST).await?;
            let asked = Asked::new(&head.method, &head.uri, &head.headers, &body);
            self.find(&asked)?.into_http()
        })
    }
}

impl fmt::Debug for Replay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replay")
            .field("path", &RedactedPath::new(&self.0.path))
            .field("exchanges", &lock(&self.0.exchanges).len())
            .finish_non_exhaustive()
    }
}
