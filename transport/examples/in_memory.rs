//! A transport of one's own, which responds from memory, and one that wraps any other and logs what is sent.
//!
//! ```sh
//! cargo run -p gapi-transport --example in_memory
//! ```

use std::error::Error;

use gapi_transport::{Body, BoxFuture, Transport, TransportError};
use http::{Request, Response};

/// Responds to each request with its own body.
#[derive(Debug)]
struct Echo;

impl Transport for Echo {
    fn send(
        &self,
        request: Request<Body>,
    ) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        Box::pin(async move { Ok(Response::new(request.into_body())) })
    }
}

/// Logs each request and its response, without headers and bodies, which may have secrets.
#[derive(Debug)]
struct Logged<T>(T);

impl<T: Transport> Transport for Logged<T> {
    fn send(
        &self,
        request: Request<Body>,
    ) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        Box::pin(async move {
            let (method, path) = (request.method().clone(), request.uri().path().to_owned());
            let result = self.0.send(request).await;
            match &result {
                Ok(response) => println!("{method} {path}: {}", response.status()),
                Err(error) => println!("{method} {path}: {error}"),
            }
            result
        })
    }

    fn reports_send_events(&self) -> bool {
        self.0.reports_send_events()
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let transport = Logged(Echo);
    let request = Request::post("https://example.com/things").body(Body::from("hello"))?;
    let response = transport.send(request).await?;
    let body = response.into_body().collect(1024).await?;
    assert_eq!(body, "hello");
    Ok(())
}
