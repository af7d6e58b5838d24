//! Signatures of the machine's account.

use std::sync::{Arc, Mutex};

use base64::{Engine, engine::general_purpose::STANDARD};
use gapi_auth::Credentials;
use gapi_transport::{Body, BoxFuture, Transport, TransportError};
use http::{Request, Response};
use serde_json::json;

use super::super::machine::Machine;

/// IAM, which signs by adding `signed `.
#[derive(Debug, Default)]
struct Iam(Mutex<Vec<(String, String)>>);

impl Transport for Iam {
    fn send(
        &self,
        request: Request<Body>,
    ) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let token = head.headers["authorization"].to_str().expect("text");
            let recorded = (head.uri.to_string(), token.replace("Bearer ", ""));
            self.0.lock().expect("seen").push(recorded);
            let body = body.collect(1 << 20).await.expect("a body");
            let body: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
            let payload = STANDARD.decode(body["payload"].as_str().expect("text"));
            let signed = [b"signed ", payload.expect("base64").as_slice()].concat();
            let response = json!({"keyId": "key-1", "signedBlob": STANDARD.encode(signed)});
            Ok(Response::new(Body::from(response.to_string())))
        })
    }
}

#[tokio::test]
async fn iam_signs_for_the_machines_account() {
    let (machine, iam) = (Machine::new(), Arc::new(Iam::default()));
    let signer = machine.credentials().api_transport(iam.clone()).signer();
    let signer = signer.expect("a machine signs");
    assert!(machine.recorded().is_empty());
    let email = signer.email().await.expect("an address");
    let signature = signer.sign(b"this").await.expect("a signature");
    assert_eq!(signature.bytes(), b"signed this");
    assert_eq!(signature.key_id(), Some("key-1"));
    let recorded = iam.0.lock().expect("seen").clone();
    let [(url, token)] = &recorded[..] else {
        panic!("one request: {}", recorded.len())
    };
    let expected = format!(
        "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/{email}:signBlob"
    );
    assert_eq!(*url, expected);
    assert!(machine.server.accepts(token));
}
