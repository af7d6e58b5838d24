//! Tokens from a source of one's own, in the cache that all credentials of this crate share: a thousand callers, one token request.
//!
//! ```sh
//! cargo run -p gapi-auth --example own_source
//! ```

use std::{
    error::Error,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use futures_util::future::try_join_all;
use gapi_auth::{AuthRequest, Credentials, Scopes, Token, from_fn};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let requests = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&requests);
    // In place of a broker, a sidecar or a secret manager.
    let credentials = from_fn(move || {
        let number = counter.fetch_add(1, Ordering::SeqCst) + 1;
        async move {
            tokio::time::sleep(Duration::from_millis(20)).await;
            let expiry = SystemTime::now() + Duration::from_secs(3600);
            Ok(Token::new(format!("token-{number}")).expires_at(expiry))
        }
    });

    let url = "https://www.googleapis.com/drive/v3/about".parse()?;
    let request = AuthRequest::new(&url, Scopes::Default(&[]));
    let callers = (0..1000).map(|_| credentials.headers(&request));
    let headers = try_join_all(callers).await?;
    let count = requests.load(Ordering::SeqCst);
    println!("{} callers, {count} token request", headers.len());

    // A server rejected the token: the next caller gets another one. Debug output has no token.
    credentials.reject(&headers[0]);
    println!("{:?}", credentials.headers(&request).await?);
    assert_eq!(requests.load(Ordering::SeqCst), 2);
    Ok(())
}
