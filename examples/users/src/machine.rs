//! Where a program runs: on a machine of Google Cloud, or beside an embedded metadata server.

use gapi::{Client, Credentials, auth::Environment};
use gapi_fakes::{
    Reply, Request, Routes, Server,
    metadata::{MetadataServer, Platform},
};
use serde_json::json;

use crate::Failure;

/// A machine with a service account, and the Cloud SQL Admin API that its tokens are good for.
#[derive(Debug)]
pub struct Machine {
    embedded: Option<Server>,
}

impl Machine {
    /// This one, if the program is given `--real`; else one that is part of the program.
    ///
    /// # Errors
    /// When no server can be started.
    pub async fn find(platform: Platform) -> Result<Self, Failure> {
        if std::env::args().any(|argument| argument == "--real") {
            return Ok(Self { embedded: None });
        }
        let metadata = MetadataServer::new("example-123")?.on(platform);
        let tokens = metadata.clone();
        let api = move |request: &Request| match request.bearer() {
            Some(token) if tokens.accepts(token) => Reply::json(
                200,
                &json!({"kind": "sql#instancesList", "items": [{"name": "orders", "state": "RUNNABLE"}]}),
            ),
            _ => Reply::json(
                401,
                &json!({"error": {"code": 401, "message": "no token", "status": "UNAUTHENTICATED"}}),
            ),
        };
        let routes = Routes::new()
            .at("/computeMetadata/", metadata)
            .at("/v1/", api);
        Ok(Self {
            embedded: Some(Server::start(routes).await?),
        })
    }

    /// What credentials see of it.
    pub fn environment(&self) -> Environment {
        match &self.embedded {
            Some(server) => {
                Environment::new().var("GCE_METADATA_HOST", server.address().to_string())
            }
            None => Environment::system(),
        }
    }

    /// A client of its API.
    ///
    /// # Errors
    /// When no client can be made.
    pub fn client(&self, credentials: impl Credentials) -> Result<Client, Failure> {
        let builder = Client::builder().credentials(credentials);
        let builder = match &self.embedded {
            Some(server) => builder.endpoint(server.url()),
            None => builder,
        };
        Ok(builder.build()?)
    }
}
