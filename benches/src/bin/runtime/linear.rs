//! Responses of 8 MiB in small pieces, beside the same in one piece: reading them costs what their bytes cost, however they come.

use std::{fmt, io::Write as _, sync::Arc};

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use futures_util::stream;
use gapi::{
    Batch, Client,
    auth::AccessToken,
    transport::{Body, BoxFuture, Transport, TransportError},
};
use gapi_benches::{page, sqladmin};

use crate::Failure;
use crate::pairs::{Figure, Goal, compare};

/// The bytes of a response.
const SIZE: usize = 8 << 20;

/// The bytes of a piece: what one packet brings.
const PIECE: usize = 1_400;

/// A small instance.
const ENTRY: &str = r#"{"kind": "sql#instance", "name": "one", "settings": {"tier": "db-f1-micro", "dataDiskSizeGb": "10"}}"#;

/// How a response is read.
#[derive(Clone, Copy)]
enum Reading {
    Elements,
    Page,
    Parts,
    Failure,
}

struct Case {
    what: &'static str,
    status: u16,
    content_type: &'static str,
    body: String,
    gzip: bool,
    reading: Reading,
}

impl Case {
    fn new(what: &'static str, content_type: &'static str, body: String, reading: Reading) -> Self {
        Self {
            what,
            status: 200,
            content_type,
            body,
            gzip: false,
            reading,
        }
    }
}

/// Every kind of response, in small pieces beside one piece.
pub(crate) async fn all(pairs: u32) -> Result<Vec<Figure>, Failure> {
    let mut figures = Vec::new();
    for case in cases()? {
        figures.push(figure(&case, pairs).await?);
    }
    Ok(figures)
}

fn cases() -> Result<Vec<Case>, Failure> {
    let large = page(SIZE * 1_000 / page(1_000).len());
    let many = |text: &str| text.repeat(SIZE / text.len());
    let events = "text/event-stream";
    let json = "application/json";
    let part = format!(
        "--x\r\n\r\nHTTP/1.1 200 OK\r\n\r\n{}\r\n",
        page(80_000 * 1_000 / page(1_000).len())
    );
    let mut gzip = Case::new("a page with gzip", json, large.clone(), Reading::Page);
    gzip.gzip = true;
    let mut failure = Case::new(
        "an error in HTML",
        "text/html",
        many("<p>Not &amp; found.</p>\n"),
        Reading::Failure,
    );
    failure.status = 404;
    let lines = large.replace("},{", "},\ndata: {");
    Ok(vec![
        Case::new(
            "an event of one line",
            events,
            format!("data: {large}\n\n"),
            Reading::Elements,
        ),
        Case::new(
            "an event of many lines",
            events,
            format!("data: {lines}\n\n"),
            Reading::Elements,
        ),
        Case::new(
            "small events",
            events,
            many(&format!("data: {ENTRY}\n\n")),
            Reading::Elements,
        ),
        Case::new(
            "comments between events",
            events,
            many(": keep-alive\n\n"),
            Reading::Elements,
        ),
        Case::new(
            "a list of one element",
            json,
            format!("[{large}]"),
            Reading::Elements,
        ),
        Case::new(
            "a list of small elements",
            json,
            format!("[{}{ENTRY}]", many(&format!("{ENTRY},\n"))),
            Reading::Elements,
        ),
        Case::new(
            "small values",
            json,
            many(&format!("{ENTRY}\n")),
            Reading::Elements,
        ),
        Case::new("a page", json, large, Reading::Page),
        gzip,
        Case::new(
            "a batch of 100 calls",
            "multipart/mixed; boundary=x",
            format!("{}--x--", part.repeat(100)),
            Reading::Parts,
        ),
        failure,
    ])
}

async fn figure(case: &Case, pairs: u32) -> Result<Figure, Failure> {
    let body = if case.gzip {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(case.body.as_bytes())?;
        encoder.finish()?
    } else {
        case.body.clone().into_bytes()
    };
    let body = Bytes::from(body);
    let client = |piece: usize| {
        let canned = Canned {
            status: case.status,
            content_type: case.content_type,
            coding: case.gzip.then_some("gzip"),
            body: body.clone(),
            piece,
        };
        Client::builder()
            .credentials(AccessToken::new("token"))
            .transport(Arc::new(canned))
            .build()
    };
    let (small, whole) = (client(PIECE)?, client(SIZE * 2)?);
    let ours = async || read(case.reading, &small).await;
    let theirs = async || read(case.reading, &whole).await;
    let what = format!(
        "{}, {:.1} MiB, in pieces of {PIECE} bytes",
        case.what,
        case.body.len() as f64 / (1 << 20) as f64
    );
    compare(what, Goal::AtMost(2.0), pairs, 1, ours, theirs).await
}

async fn read(reading: Reading, client: &Client) -> Result<(), Failure> {
    let list = || sqladmin::instances().list("p");
    match reading {
        Reading::Elements => {
            let mut elements = list().send(client).stream();
            while elements.try_next().await?.is_some() {}
        }
        Reading::Page => {
            let page = list().send(client).await?;
            assert!(page.items.is_some_and(|items| !items.is_empty()));
        }
        Reading::Parts => {
            let mut batch = Batch::new();
            let handles = batch.add_all((0..100).map(|_| list()));
            let mut responses = batch.send(client).await?;
            assert!(responses.take_all(handles).iter().all(Result::is_ok));
        }
        Reading::Failure => {
            let error = list().send(client).await.err();
            assert!(error.is_some_and(|error| error.message().is_some()));
        }
    }
    Ok(())
}

/// Gives one response to every request, in pieces.
struct Canned {
    status: u16,
    content_type: &'static str,
    coding: Option<&'static str>,
    body: Bytes,
    piece: usize,
}

impl Transport for Canned {
    fn send(
        &self,
        _: http::Request<Body>,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        let mut response = http::Response::builder()
            .status(self.status)
            .header("content-type", self.content_type);
        if let Some(coding) = self.coding {
            response = response.header("content-encoding", coding);
        }
        let (body, piece) = (self.body.clone(), self.piece);
        let pieces = (0..body.len()).step_by(piece).map(move |start| {
            Ok::<_, TransportError>(body.slice(start..(start + piece).min(body.len())))
        });
        let response = response.body(Body::from_stream(stream::iter(pieces), None));
        Box::pin(async { Ok(response.unwrap_or_default()) })
    }
}

impl fmt::Debug for Canned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Canned")
    }
}
