//! An issuer behind a transport, a clock that a test sets, and errors on demand.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use gapi_fakes::{Reply, Request as Recorded, Service};
use gapi_transport::{Body, BoxFuture, ManualClock, Transport, TransportError, TransportErrorKind};
use http::{Request, Response};

/// 2026-11-22 05:20:00 UTC.
pub(crate) const NOW: u64 = 1_795_324_800;

pub(crate) fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

pub(crate) fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::new(at(NOW)))
}

/// A transport to a fake service, without sockets, so that manual time can pass. What is queued comes first.
#[derive(Clone)]
pub(crate) struct Direct {
    service: Arc<dyn Service>,
    faults: Arc<Mutex<VecDeque<Fault>>>,
    recorded: Arc<Mutex<Vec<Recorded>>>,
}

pub(crate) enum Fault {
    Reset,
    Respond(Reply),
}

impl Direct {
    pub(crate) fn new(service: impl Service) -> Self {
        Self {
            service: Arc::new(service),
            faults: Arc::default(),
            recorded: Arc::default(),
        }
    }

    pub(crate) fn next(&self, fault: Fault) {
        self.faults.lock().expect("faults").push_back(fault);
    }

    pub(crate) fn recorded(&self) -> Vec<Recorded> {
        self.recorded.lock().expect("seen").clone()
    }

    pub(crate) fn shared(&self) -> Arc<dyn Transport> {
        Arc::new(self.clone())
    }
}

impl std::fmt::Debug for Direct {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Direct")
    }
}

impl Transport for Direct {
    fn send(
        &self,
        request: Request<Body>,
    ) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let request = Recorded {
                method: head.method,
                path: head.uri.path().to_owned(),
                query: head.uri.query().map(str::to_owned),
                headers: head.headers,
                body: body.collect(1 << 20).await.expect("a body"),
            };
            self.recorded.lock().expect("seen").push(request.clone());
            // All callers that share a fetch wait for it.
            tokio::task::yield_now().await;
            let fault = self.faults.lock().expect("faults").pop_front();
            let reply = match fault {
                Some(Fault::Reset) => {
                    let error = TransportError::new(TransportErrorKind::Reset, "reset");
                    return Err(error);
                }
                Some(Fault::Respond(reply)) => reply,
                None => self.service.respond(&request),
            };
            let mut response = Response::new(Body::from(reply.body.to_vec()));
            *response.status_mut() = reply.status;
            *response.headers_mut() = reply.headers;
            Ok(response)
        })
    }
}
