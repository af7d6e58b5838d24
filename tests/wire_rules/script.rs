//! A transport that responds by a script and records the requests.

use std::{
    collections::VecDeque,
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use gapi::{
    Client, RetryPolicy,
    auth::Anonymous,
    transport::{Body, BoxFuture, Transport, TransportError, TransportErrorKind},
};
use http::{HeaderMap, Method, Request, Response};

/// A request as it went out.
#[derive(Clone)]
pub(crate) struct Recorded {
    pub(crate) method: Method,
    pub(crate) url: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Recorded {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|v| v.to_str().expect("text"))
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("a JSON body")
    }

    /// The URL behind its host.
    pub(crate) fn target(&self) -> &str {
        let rest = self.url.split_once("://").expect("absolute").1;
        &rest[rest.find('/').expect("a path")..]
    }
}

/// What comes back.
pub(crate) enum Step {
    Respond(Response<Body>),
    Late(Duration, Response<Body>),
    Fail(TransportErrorKind),
    Hang,
}

/// A response with a JSON body.
pub(crate) fn json(status: u16, body: &str) -> Step {
    response(
        status,
        &[("content-type", "application/json; charset=UTF-8")],
        body,
    )
}

pub(crate) fn response(status: u16, headers: &[(&str, &str)], body: &str) -> Step {
    let mut builder = Response::builder().status(status);
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    Step::Respond(
        builder
            .body(Body::from(body.to_owned()))
            .expect("a response"),
    )
}

pub(crate) fn redirect(status: u16, location: &str) -> Step {
    response(status, &[("location", location)], "")
}

type Rule = Box<dyn Fn(&Recorded) -> Step + Send + Sync>;

pub(crate) struct Script {
    recorded: Mutex<Vec<Recorded>>,
    rule: Rule,
    /// How many requests still find no connection.
    unread: AtomicUsize,
}

impl Script {
    /// Responds by `rule`.
    pub(crate) fn new(rule: impl Fn(&Recorded) -> Step + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self {
            recorded: Mutex::default(),
            rule: Box::new(rule),
            unread: AtomicUsize::new(0),
        })
    }

    /// Sends these responses in order. One request more fails the test.
    pub(crate) fn steps(steps: impl IntoIterator<Item = Step>) -> Arc<Self> {
        let steps: Mutex<VecDeque<Step>> = Mutex::new(steps.into_iter().collect());
        Self::new(move |recorded| {
            let step = steps.lock().expect("lock").pop_front();
            step.unwrap_or_else(|| {
                panic!("one request too many: {} {}", recorded.method, recorded.url)
            })
        })
    }

    /// Responds to all requests with an empty object.
    pub(crate) fn empty() -> Arc<Self> {
        Self::new(|_| json(200, "{}"))
    }

    /// Gives no connection so often, before anything is read, and then empty objects.
    pub(crate) fn unread(times: usize) -> Arc<Self> {
        Arc::new(Self {
            unread: AtomicUsize::new(times),
            recorded: Mutex::default(),
            rule: Box::new(|_| json(200, "{}")),
        })
    }

    pub(crate) fn recorded(&self) -> Vec<Recorded> {
        self.recorded.lock().expect("lock").clone()
    }

    /// The only request that was sent.
    pub(crate) fn only(&self) -> Recorded {
        let recorded = self.recorded();
        assert_eq!(recorded.len(), 1, "requests");
        recorded.into_iter().next().expect("one")
    }

    /// A client without credentials that talks to this script.
    pub(crate) fn client(self: &Arc<Self>) -> Client {
        self.builder()
            .credentials(Anonymous)
            .build()
            .expect("a client")
    }

    /// One attempt for each call, as most tests count them.
    pub(crate) fn builder(self: &Arc<Self>) -> gapi::ClientBuilder {
        Client::builder()
            .transport(Arc::<Self>::clone(self))
            .retry(RetryPolicy::none())
    }

    /// A client that tries again as clients do, always after the longest wait.
    pub(crate) fn retrying(self: &Arc<Self>) -> gapi::ClientBuilder {
        self.builder()
            .credentials(Anonymous)
            .retry(RetryPolicy::new())
            .jitter(|| 1.0)
    }
}

impl Transport for Script {
    fn send(
        &self,
        request: Request<Body>,
    ) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        let less = |left: usize| left.checked_sub(1);
        let order = (Ordering::Relaxed, Ordering::Relaxed);
        if self.unread.fetch_update(order.0, order.1, less).is_ok() {
            let none = TransportError::new(TransportErrorKind::Connect, "no connection");
            return Box::pin(async move { Err(none) });
        }
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let recorded = Recorded {
                method: head.method,
                url: head.uri.to_string(),
                headers: head.headers,
                body: body.collect(1 << 30).await?,
            };
            let step = (self.rule)(&recorded);
            self.recorded.lock().expect("lock").push(recorded);
            match step {
                Step::Respond(response) => Ok(response),
                Step::Late(wait, response) => {
                    tokio::time::sleep(wait).await;
                    Ok(response)
                }
                Step::Fail(kind) => Err(TransportError::new(kind, "as the script says")),
                Step::Hang => std::future::pending().await,
            }
        })
    }
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Script")
    }
}
