//! One server that is enough for most examples and tests.

use std::io;

use futures_util::future::BoxFuture;

use crate::{
    Canned, Routes, Server,
    cloud_sql::CloudSql,
    compute::Compute,
    drive::Drive,
    federation::{IamCredentials, SecurityTokenService},
    id_tokens::{CloudRunService, IdTokenIssuer},
    keys::ServiceAccount,
    oauth::{AuthorizationServer, TokenEndpoint},
};

/// A server with a token endpoint, an authorization server for users, the Cloud SQL Admin API, a small Compute Engine, Drive, a little of Calendar and BigQuery, and
/// a service account and two OAuth clients that it knows. At `/hello` is a Cloud Run service that the account may call, and at
/// [`IdTokenIssuer::KEYS_PATH`] are the keys of its ID tokens.
/// The Security Token Service and the IAM Service Account Credentials API are there too, and a second service account, without a
/// key in anybody's hands, that [`iam`](Google::iam) lets others act as.
/// The project [`Google::PROJECT`] has a few instances, Drive a few files.
#[derive(Debug)]
pub struct Google {
    server: Server,
    account: ServiceAccount,
    tokens: TokenEndpoint,
    cloud_sql: CloudSql,
    compute: Compute,
    users: AuthorizationServer,
    id_tokens: IdTokenIssuer,
    sts: SecurityTokenService,
    iam: IamCredentials,
    deployer: ServiceAccount,
    drive: Drive,
}

impl Google {
    /// The project that exists from the start.
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
            let id_tokens = IdTokenIssuer::new()?;
            tokens.set_id_tokens(&id_tokens);
            let sts = SecurityTokenService::new(&tokens);
            let iam = IamCredentials::new(&tokens);
            let deployer = ServiceAccount::new("deployer", Self::PROJECT)?;
            iam.add(&deployer);
            tokens.register(&deployer);
            let cloud_sql = CloudSql::new(&tokens)?;
            cloud_sql.add_samples(Self::PROJECT);
            let compute = Compute::new(&tokens, Self::PROJECT);
            let drive = Drive::new(&tokens)?;
            drive.add_samples();
            let users = AuthorizationServer::new(&tokens);
            users.register(
                Self::WEB_CLIENT,
                "web-secret",
                &["http://localhost/oauth2callback"],
            );
            users.register(
                Self::INSTALLED_CLIENT,
                "installed-secret",
                &["http://localhost/", "http://127.0.0.1/", "http://[::1]/"],
            );
            let mut routes = Routes::new()
                .at("/v1/", cloud_sql.clone())
                .at("/compute/v1/", compute.clone())
                .at("/v1/token", sts.clone())
                .at("/v1/oauthtoken", sts.clone())
                .at("/v1/revoke", sts.clone())
                .at(IamCredentials::PATH, iam.clone())
                .at("/drive/v3/", drive.clone())
                .at("/upload/drive/v3/", drive.clone())
                .at("/calendar/v3/", Canned::calendar(&tokens)?)
                .at("/bigquery/v2/", Canned::bigquery(&tokens)?)
                .at(IdTokenIssuer::KEYS_PATH, id_tokens.clone())
                .at("/hello", CloudRunService::new(&id_tokens));
            for path in AuthorizationServer::PATHS {
                routes = routes.at(path, users.clone());
            }
            Ok(Self {
                server: Server::start(routes).await?,
                account,
                tokens,
                cloud_sql,
                compute,
                users,
                id_tokens,
                sts,
                iam,
                deployer,
                drive,
            })
        })
    }

    /// A client for web apps, with the redirect URI `http://localhost/oauth2callback` at every port.
    pub const WEB_CLIENT: &str = "web.apps.example.com";
    /// A client for installed apps and for devices.
    pub const INSTALLED_CLIENT: &str = "installed.apps.example.com";

    /// The `client_secret.json` of [`WEB_CLIENT`](Self::WEB_CLIENT).
    pub fn web_client_json(&self) -> String {
        self.users
            .client_secret_json(&self.url(), "web", Self::WEB_CLIENT)
    }

    /// The `client_secret.json` of [`INSTALLED_CLIENT`](Self::INSTALLED_CLIENT).
    pub fn installed_client_json(&self) -> String {
        self.users
            .client_secret_json(&self.url(), "installed", Self::INSTALLED_CLIENT)
    }

    /// The server at which users sign in.
    pub fn users(&self) -> &AuthorizationServer {
        &self.users
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

    /// The Security Token Service; it is at [`sts_url`](Self::sts_url).
    pub fn sts(&self) -> &SecurityTokenService {
        &self.sts
    }

    /// The Security Token Service's URL.
    pub fn sts_url(&self) -> String {
        format!("{}/v1/token", self.server.url())
    }

    /// The IAM Service Account Credentials API.
    pub fn iam(&self) -> &IamCredentials {
        &self.iam
    }

    /// A service account without a key: other accounts impersonate it.
    pub fn deployer(&self) -> &ServiceAccount {
        &self.deployer
    }

    /// The token endpoint.
    pub fn tokens(&self) -> &TokenEndpoint {
        &self.tokens
    }

    /// Drive.
    pub fn drive(&self) -> &Drive {
        &self.drive
    }

    /// The Cloud SQL Admin API.
    pub fn cloud_sql(&self) -> &CloudSql {
        &self.cloud_sql
    }

    /// Who issues ID tokens to the service account.
    pub fn id_tokens(&self) -> &IdTokenIssuer {
        &self.id_tokens
    }

    /// Compute Engine.
    pub fn compute(&self) -> &Compute {
        &self.compute
    }
}
