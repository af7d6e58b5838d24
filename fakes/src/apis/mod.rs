//! Small versions of APIs, each judged by its vendored Discovery document: BigQuery, Calendar with batches, Pub/Sub, Sheets and Gmail.

mod batch;
mod bigquery;
mod calendar;
pub(crate) mod checked;
mod gmail;
mod pubsub;
mod query;
mod sheets;

use std::io;

use futures_util::future::BoxFuture;

pub use batch::Batches;

use self::checked::Checked;
use crate::{Routes, Server, keys::ServiceAccount, oauth::TokenEndpoint};

/// One server with all of them, a token endpoint at `/token`, and a service account that may use them.
#[derive(Debug)]
pub struct Apis {
    server: Server,
    account: ServiceAccount,
    tokens: TokenEndpoint,
    batches: Batches,
}

impl Apis {
    /// The project of the service account.
    pub const PROJECT: &str = "example-123";

    /// Starts the server. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// When no port can be bound or no key can be made.
    pub fn start() -> BoxFuture<'static, io::Result<Self>> {
        Box::pin(async {
            let account = ServiceAccount::new("robot", Self::PROJECT)?;
            let tokens = TokenEndpoint::new();
            tokens.register(&account);
            let calendar = Checked::new(
                include_str!("../../../discovery-docs/calendar.v3.json"),
                &tokens,
                calendar::respond,
            )?;
            let batches = Batches::new("/calendar/v3/", 50, calendar.clone());
            let routes = Routes::new()
                .at("/token", tokens.clone())
                .at("/calendar/v3/", calendar)
                .at("/batch/calendar/v3", batches.clone())
                .at(
                    "/bigquery/v2/",
                    Checked::new(
                        include_str!("../../../discovery-docs/bigquery.v2.json"),
                        &tokens,
                        bigquery::respond,
                    )?,
                )
                .at(
                    "/v1/projects/",
                    Checked::new(
                        include_str!("../../../discovery-docs/pubsub.v1.json"),
                        &tokens,
                        pubsub::respond,
                    )?,
                )
                .at(
                    "/v4/spreadsheets",
                    Checked::new(
                        include_str!("../../../discovery-docs/sheets.v4.json"),
                        &tokens,
                        sheets::respond,
                    )?,
                )
                .at(
                    "/gmail/v1/",
                    Checked::new(
                        include_str!("../../../discovery-docs/gmail.v1.json"),
                        &tokens,
                        gmail::respond,
                    )?,
                );
            Ok(Self {
                server: Server::start(routes).await?,
                account,
                tokens,
                batches,
            })
        })
    }

    /// The root URL, without a slash at the end.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// The account's key file; its `token_uri` is this server's.
    pub fn key_json(&self) -> String {
        self.account
            .key_json(&format!("{}/token", self.server.url()))
    }

    /// The server: its log and faults.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// The token endpoint.
    pub fn tokens(&self) -> &TokenEndpoint {
        &self.tokens
    }

    /// Calendar's endpoint for batches.
    pub fn batches(&self) -> &Batches {
        &self.batches
    }
}
