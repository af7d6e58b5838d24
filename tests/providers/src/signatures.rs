//! Signatures of OpenSSL, and those that gapi makes and verifies with keys in every form.

use std::sync::{Arc, Mutex};

use gapi::{
    auth::{
        AuthErrorKind, AuthRequest, Credentials, GdchServiceAccount, IdTokenCheck, IdTokenVerifier,
        Scopes, ServiceAccount, Signer as _,
    },
    transport::{Body, BoxFuture, Transport, TransportError},
};
use serde_json::{Value, json};

use crate::Failure;

fn vectors() -> Result<Value, Failure> {
    Ok(serde_json::from_str(include_str!(
        "../../../auth/tests/vectors/signatures.json"
    ))?)
}

fn text(value: &Value) -> Result<&str, Failure> {
    value.as_str().ok_or_else(|| "no text".into())
}

fn service_account(pem: &Value) -> String {
    json!({
        "type": "service_account", "client_email": "robot@example-123.iam.gserviceaccount.com", "private_key_id": "1",
        "private_key": pem, "token_uri": "https://oauth2.googleapis.com/token",
    })
    .to_string()
}

fn gdch(pem: &Value) -> String {
    json!({
        "type": "gdch_service_account", "format_version": "1", "project": "p", "name": "robot", "private_key_id": "1",
        "private_key": pem, "token_uri": "https://identity.example.com/authenticate",
    })
    .to_string()
}

/// Responds with one body, and holds the body of the last request.
#[derive(Clone, Debug)]
struct Fixed {
    response: String,
    request: Arc<Mutex<Vec<u8>>>,
}

impl Fixed {
    fn new(response: &Value) -> Self {
        Self {
            response: response.to_string(),
            request: Arc::default(),
        }
    }
}

impl Transport for Fixed {
    fn send(
        &self,
        request: http::Request<Body>,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        Box::pin(async move {
            let body = request.into_body().collect(1 << 20).await?;
            *self.request.lock().expect("no panic") = body.to_vec();
            Ok(http::Response::new(Body::from(self.response.clone())))
        })
    }
}

fn verifier(key: &Value, issuer: &str, audience: &str) -> IdTokenVerifier {
    IdTokenVerifier::new("https://keys.example.com/", [issuer], [audience])
        .transport(Fixed::new(&json!({"keys": [key]})))
}

/// Signs and verifies.
pub async fn check() -> Result<(), Failure> {
    let all = vectors()?;
    let (rsa, ec) = (&all["rsa"], &all["ec"]);
    for form in ["pkcs1", "pkcs8"] {
        let account = ServiceAccount::from_json(&service_account(&rsa[form]))?;
        let signature = account
            .signer()
            .sign(text(&rsa["message"])?.as_bytes())
            .await?;
        assert_eq!(
            base64url(signature.bytes()),
            text(&rsa["signature"])?,
            "{form}"
        );
        println!("signed: RS256, {form}");
    }
    for form in ["sec1", "pkcs8"] {
        let network =
            Fixed::new(&json!({"access_token": "t", "expires_in": 3600, "token_type": "Bearer"}));
        let account = GdchServiceAccount::from_json(&gdch(&ec[form]))?
            .audience("https://api.example.com")
            .transport(network.clone());
        let url = "https://api.example.com/".parse()?;
        account
            .headers(&AuthRequest::new(&url, Scopes::Default(&[])))
            .await?;
        let request: Value = serde_json::from_slice(&network.request.lock().expect("no panic"))?;
        let issuer = "system:serviceaccount:p:robot";
        verifier(
            &ec["jwk"],
            issuer,
            "https://identity.example.com/authenticate",
        )
        .verify(text(&request["subject_token"])?)
        .await?;
        println!("signed and verified: ES256, {form}");
    }
    let mut signatures = vec![(rsa, &rsa["signature"])];
    let of_curve = ec["signatures"].as_object().ok_or("no signatures")?;
    signatures.extend(of_curve.values().map(|signature| (ec, signature)));
    for (key, signature) in signatures {
        let verifier = verifier(&key["jwk"], "https://issuer.example.com", "audience");
        let (message, signature) = (text(&key["message"])?, text(signature)?);
        verifier.verify(&format!("{message}.{signature}")).await?;
        let (first, rest) = signature.split_at(1);
        let first = if first == "A" { "B" } else { "A" };
        let changed = verifier.verify(&format!("{message}.{first}{rest}")).await;
        let check = changed.expect_err("a changed signature").check();
        assert_eq!(check, IdTokenCheck::Signature);
    }
    println!("verified: RS256 and ES256 of OpenSSL");
    Ok(())
}

/// Every use reports the features.
pub fn check_without_provider() -> Result<(), Failure> {
    let all = vectors()?;
    let errors = [
        ServiceAccount::from_json(&service_account(&all["rsa"]["pkcs8"])).err(),
        GdchServiceAccount::from_json(&gdch(&all["ec"]["sec1"])).err(),
    ];
    for error in errors {
        let error = error.ok_or("there is no provider")?;
        assert_eq!(error.kind(), AuthErrorKind::Crypto);
        let text = error.to_string();
        assert!(
            text.contains("`aws-lc-rs`") && text.contains("`ring`"),
            "{text}"
        );
    }
    println!("no signature: an error names the features");
    Ok(())
}

fn base64url(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for part in bytes.chunks(3) {
        let number = part
            .iter()
            .chain(&[0, 0])
            .take(3)
            .fold(0, |number, byte| number << 8 | u32::from(*byte));
        for index in 0..=part.len() {
            let digit = number >> (18 - 6 * index) & 63;
            text.push(char::from(ALPHABET[digit as usize]));
        }
    }
    text
}
