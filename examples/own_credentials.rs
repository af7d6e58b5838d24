//! Credentials of your own: a function that obtains tokens, and a type that makes headers.
//!
//! ```sh
//! cargo run --example own_credentials
//! ```

use std::{
    error::Error,
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

use gapi::{
    Client, Credentials,
    auth::{AuthError, AuthHeaders, AuthRequest, Token, from_fn},
    transport::BoxFuture,
};
use gapi_fakes::Google;

gapi::api! {
    /// The Cloud SQL Admin API.
    mod sqladmin = "discovery-docs/sqladmin.v1.json" { instances.list };
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let google = Arc::new(Google::start().await?);

    // A broker, a side-car, a command: anything that returns tokens. The function runs when a token is needed, once for all who wait.
    let broker = Arc::clone(&google);
    let from_broker = from_fn(move || {
        let token = broker.issue_token(&[sqladmin::scope::SQLSERVICE_ADMIN]);
        async {
            let token = token.map_err(|error| {
                AuthError::new(gapi::auth::AuthErrorKind::Other, error.to_string())
            })?;
            println!("the broker gives a token");
            Ok(Token::new(token).expires_at(SystemTime::now() + Duration::from_secs(3600)))
        }
    });
    let client = Client::builder()
        .credentials(from_broker)
        .endpoint(google.url())
        .build()?;
    for _ in 0..3 {
        println!("  {} instances", count(&client).await?);
    }

    // Headers that no cache knows: the same client, under another identity.
    let header = google.issue_token(&[sqladmin::scope::CLOUD_PLATFORM])?;
    let client = client.with_credentials(FromGateway(header));
    println!(
        "with headers of a gateway\n  {} instances",
        count(&client).await?
    );
    Ok(())
}

async fn count(client: &Client) -> Result<usize, gapi::Error> {
    let page = sqladmin::instances()
        .list(Google::PROJECT)
        .send(client)
        .await?;
    Ok(page.items.unwrap_or_default().len())
}

/// A gateway in front of the API wants a header of its own.
struct FromGateway(String);

impl Credentials for FromGateway {
    fn headers<'a>(
        &'a self,
        _: &'a AuthRequest<'a>,
    ) -> BoxFuture<'a, Result<AuthHeaders, AuthError>> {
        Box::pin(async { AuthHeaders::bearer(&self.0) })
    }

    fn describe(&self) -> String {
        "the gateway's token".into()
    }
}

impl fmt::Debug for FromGateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FromGateway")
    }
}
