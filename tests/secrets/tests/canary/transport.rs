//! `gapi_transport`.

use bytes::Bytes;
use futures_util::stream;
use gapi_transport::{Body, TransportError, TransportErrorKind, default_transport};

use crate::{
    Entry,
    canary::{CANARY, debug, error},
    open, secret,
};

pub(crate) async fn entries() -> Vec<Entry> {
    vec![
        secret("gapi_transport::Body", bodies()),
        secret("gapi_transport::TransportError", errors().await),
        open("gapi_transport::TransportErrorKind", "a kind"),
        open("gapi_transport::SystemClock", "a clock"),
        open("gapi_transport::Entered", "its Debug is that of its future"),
        open(
            "gapi_transport::Unblocked",
            "its Debug is that of its result",
        ),
        open("gapi_transport::ManualClock", "a clock"),
        open(
            "gapi_transport::LazyTransport",
            "a transport without settings",
        ),
    ]
}

fn bodies() -> Vec<String> {
    let chunk = || stream::iter([Ok::<_, TransportError>(Bytes::from(CANARY))]);
    let mut displayed = debug(&Body::from(CANARY));
    displayed.extend(debug(&Body::from_stream(chunk(), None)));
    displayed.extend(debug(&Body::from_stream(chunk(), Some(12))));
    displayed
}

/// Errors of requests whose URL, headers and body are secret.
async fn errors() -> Vec<String> {
    let transport = default_transport().unwrap();
    let closed = closed_port();
    let mut displayed = debug(&transport);
    for url in [
        format!("http://127.0.0.1:{closed}/?key={CANARY}"),
        format!("http://user:{CANARY}@127.0.0.1:{closed}/"),
        format!("ftp://127.0.0.1/?key={CANARY}"),
    ] {
        let request = http::Request::post(url)
            .header("authorization", format!("Bearer {CANARY}"))
            .body(Body::from(CANARY))
            .unwrap();
        displayed.extend(error(&transport.send(request).await.unwrap_err()));
    }
    let with_source = TransportError::new(TransportErrorKind::Other, "it broke")
        .with_source(std::io::Error::other("the disk is gone"));
    displayed.extend(error(&with_source));
    displayed
}

/// A port without a listener.
fn closed_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}
