//! A machine with a metadata server, without a network: time may be paused.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use gapi_auth::{
    AuthError, AuthHeaders, AuthRequest, Credentials, Environment, MetadataServer, Scopes,
};
use gapi_fakes::{Service, metadata};
use gapi_transport::{
    Body, BoxFuture, Clock, SystemClock, Transport, TransportError, TransportErrorKind,
};
use http::{Request, Response, Uri};

/// What happens to one request.
#[derive(Debug)]
pub(crate) enum Act {
    /// The server responds.
    Pass,
    /// The server responds, later.
    Late(Duration),
    /// The connection breaks, or there is none.
    Break(TransportErrorKind),
    /// Another server responds.
    Respond(Response<Body>),
}

type Always = fn() -> Act;

/// A metadata server that is called without a network.
#[derive(Clone, Debug)]
pub(crate) struct Machine {
    pub(crate) server: metadata::MetadataServer,
    acts: Arc<Mutex<VecDeque<Act>>>,
    always: Arc<Mutex<Option<Always>>>,
    recorded: Arc<Mutex<Vec<String>>>,
    /// The only host that responds.
    host: Option<&'static str>,
}

impl Machine {
    pub(crate) fn new() -> Self {
        Self::with(metadata::MetadataServer::new("example-123").expect("a server"))
    }

    pub(crate) fn with(server: metadata::MetadataServer) -> Self {
        Self {
            server,
            acts: Arc::default(),
            always: Arc::default(),
            recorded: Arc::default(),
            host: None,
        }
    }

    /// Responds at this host only.
    pub(crate) fn at(mut self, host: &'static str) -> Self {
        self.host = Some(host);
        self
    }

    /// What happens to the next requests; later ones pass.
    pub(crate) fn next(&self, acts: impl IntoIterator<Item = Act>) {
        self.acts.lock().expect("acts").extend(acts);
    }

    /// What happens to every request, until it is `None`.
    pub(crate) fn always(&self, act: Option<Always>) {
        *self.always.lock().expect("act") = act;
    }

    /// The URLs that were asked for, as `HOST PATH`.
    pub(crate) fn recorded(&self) -> Vec<String> {
        self.recorded.lock().expect("seen").clone()
    }

    pub(crate) fn forget(&self) {
        self.recorded.lock().expect("seen").clear();
    }

    pub(crate) fn transport(&self) -> Arc<dyn Transport> {
        Arc::new(self.clone())
    }

    pub(crate) fn credentials(&self) -> MetadataServer {
        MetadataServer::new()
            .environment(Environment::new())
            .transport(self.transport())
    }

    /// Time passes, on both sides.
    pub(crate) async fn pass(&self, duration: Duration) {
        self.server
            .shift_clock(i64::try_from(duration.as_secs()).expect("seconds"));
        tokio::time::sleep(duration).await;
        settle().await;
    }
}

impl Transport for Machine {
    fn send(
        &self,
        request: Request<Body>,
    ) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let host = head.uri.authority().expect("a host").as_str();
            let path = head.uri.path_and_query().expect("a path").as_str();
            self.recorded
                .lock()
                .expect("seen")
                .push(format!("{host} {path}"));
            assert_eq!(head.uri.scheme_str(), Some("http"));
            if self.host.is_some_and(|only| only != host) {
                return Err(TransportError::new(TransportErrorKind::Connect, "refused"));
            }
            let scripted = self.acts.lock().expect("acts").pop_front();
            let always = *self.always.lock().expect("act");
            match scripted.unwrap_or_else(|| always.map_or(Act::Pass, |act| act())) {
                Act::Pass => {}
                Act::Late(by) => SystemClock.sleep(by).await,
                Act::Break(kind) => return Err(TransportError::new(kind, "scripted")),
                Act::Respond(response) => return Ok(response),
            }
            let reply = self.server.respond(&gapi_fakes::Request {
                method: head.method,
                path: head.uri.path().to_owned(),
                query: head.uri.query().map(str::to_owned),
                headers: head.headers,
                body: body.collect(1 << 20).await.expect("a body"),
            });
            let mut response = Response::new(Body::from(reply.body));
            *response.status_mut() = reply.status;
            *response.headers_mut() = reply.headers;
            Ok(response)
        })
    }
}

pub(crate) fn refused() -> Act {
    Act::Break(TransportErrorKind::Connect)
}

pub(crate) fn silent() -> Act {
    Act::Late(secs(3600))
}

pub(crate) fn status(status: u16) -> Act {
    response(status, true, "said so")
}

pub(crate) fn response(status: u16, is_google: bool, body: &'static str) -> Act {
    let mut response = Response::builder().status(status);
    if is_google {
        response = response.header("metadata-flavor", "Google");
    }
    Act::Respond(response.body(Body::from(body)).expect("a response"))
}

pub(crate) async fn ask(credentials: &dyn Credentials) -> Result<AuthHeaders, AuthError> {
    let scopes = Scopes::Default(&["https://www.googleapis.com/auth/drive"]);
    ask_for(credentials, scopes).await
}

pub(crate) async fn ask_for(
    credentials: &dyn Credentials,
    scopes: Scopes<'_>,
) -> Result<AuthHeaders, AuthError> {
    let url = Uri::from_static("https://drive.googleapis.com/drive/v3/files");
    credentials.headers(&AuthRequest::new(&url, scopes)).await
}

/// The token that a request would carry now.
pub(crate) async fn token(credentials: &dyn Credentials) -> String {
    bearer(&ask(credentials).await.expect("a token"))
}

pub(crate) fn bearer(headers: &AuthHeaders) -> String {
    let value = headers.headers()["authorization"].to_str().expect("text");
    value.strip_prefix("Bearer ").expect("a token").to_owned()
}

pub(crate) fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Lets every task run that can.
pub(crate) async fn settle() {
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
}

/// The setters have the same names as these.
pub(crate) async fn universe(credentials: &dyn Credentials) -> Result<String, AuthError> {
    credentials.universe_domain().await
}
