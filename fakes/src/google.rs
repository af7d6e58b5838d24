//! One server that is enough for most examples and tests.

use std::io;

use crate::{Routes, Server, cloud_sql::CloudSql, keys::ServiceAccount, oauth::TokenEndpoint};

/// A server with the token endpoint at `/token` and the Cloud SQL Admin API, and a service account that both know.
/// The project [`Google::PROJECT`] has a few instances.
#[derive(Debug)]
pub struct Google {
    server: Server,
    account: ServiceAccount,
    tokens: TokenEndpoint,
    cloud_sql: CloudSql,
}

impl Google {
    /// The project that exists from the start.
    pub const PROJECT: &str = "example-123";

    /// Starts the server. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// When no port can be bound or no key can be made.
    pub async fn start() -> io::Result<Self> {
        let account = ServiceAccount::new("robot", Self::PROJECT)?;
        let tokens = TokenEndpoint::new();
        tokens.register(&account);
        let cloud_sql = CloudSql::new(&tokens)?;
        cloud_sql.add_samples(Self::PROJECT);
        let routes = Routes::new()
            .at("/token", tokens.clone())
            .at("/v1/", cloud_sql.clone());
        Ok(Self {
            server: Server::start(routes).await?,
            account,
            tokens,
            cloud_sql,
        })
    }

    /// The root URL, without a slash at the end.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// The token endpoint's URL.
    pub fn token_url(&self) -> String {
        format!("{}/token", self.server.url())
    }

    /// The account's key file; its `token_uri` is this server's.
    pub fn key_json(&self) -> String {
        self.account.key_json(&self.token_url())
    }

    /// A token of the service account with these scopes, without any request: for examples and tests of other ways to sign in.
    ///
    /// # Errors
    /// When the machine gives no randomness.
    pub fn issue_token(&self, scopes: &[&str]) -> io::Result<String> {
        self.tokens.issue(self.account.email(), scopes)
    }

    /// The service account.
    pub fn account(&self) -> &ServiceAccount {
        &self.account
    }

    /// The server: its log and faults.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// The token endpoint.
    pub fn tokens(&self) -> &TokenEndpoint {
        &self.tokens
    }

    /// The Cloud SQL Admin API.
    pub fn cloud_sql(&self) -> &CloudSql {
        &self.cloud_sql
    }
}
