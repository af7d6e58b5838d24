//! With both backends of jsonwebtoken in one program, its global functions panic at their first use. gapi-auth has its own provider, so that it
//! signs and verifies all the same.

use std::error::Error;

use gapi_auth::{
    AuthRequest, Credentials, IdTokenCheck, IdTokenVerifier, Scopes, ServiceAccount, Signer,
};
use gapi_fakes::{
    Google, Server,
    id_tokens::{EcKey, IdTokenIssuer},
};
use serde_json::json;

/// Signs and verifies.
pub async fn check() -> Result<(), Box<dyn Error>> {
    global_functions_panic();
    let google = Google::start().await?;
    let robot = ServiceAccount::from_json(&google.key_json())?;

    // RS256: an assertion that the token endpoint verifies.
    let url = "https://sqladmin.googleapis.com/".parse()?;
    let scopes = ["https://www.googleapis.com/auth/cloud-platform"];
    robot
        .headers(&AuthRequest::new(&url, Scopes::Default(&scopes)))
        .await?;
    assert_eq!(robot.signer().sign(b"message").await?.bytes().len(), 256);
    println!("signed: RS256");

    // RS256: an ID token of another server.
    let token = robot.id_token(google.url()).token().await?;
    let verifier = IdTokenVerifier::google([google.url()]).keys_url(format!(
        "{}{}",
        google.url(),
        IdTokenIssuer::KEYS_PATH
    ));
    verifier.verify(token.secret()).await?;
    let error = verifier.verify(&format!("{}A", token.secret())).await;
    assert_ne!(error.expect_err("changed").check(), IdTokenCheck::Config);
    println!("verified: RS256");

    // ES256, as Identity-Aware Proxy signs.
    let key = EcKey::generate()?;
    let keys = json!({"keys": [key.jwk("1")]});
    let server = Server::start(move |_: &_| gapi_fakes::Reply::json(200, &keys)).await?;
    let claims = json!({"iss": "i", "aud": "a", "sub": "s", "iat": 0, "exp": 32_503_680_000_u64});
    let token = key.sign(&json!({"alg": "ES256", "kid": "1"}), &claims)?;
    IdTokenVerifier::new(server.url(), ["i"], ["a"])
        .verify(&token)
        .await?;
    println!("verified: ES256");
    println!("two backends: no panic");
    Ok(())
}

/// Otherwise there is nothing to be careful about, and this program proves nothing.
fn global_functions_panic() {
    let sign = || {
        let key = jsonwebtoken::EncodingKey::from_secret(b"secret")?;
        jsonwebtoken::encode(&jsonwebtoken::Header::default(), &json!({}), &key)
    };
    std::panic::set_hook(Box::new(|_| {}));
    let outcome = std::panic::catch_unwind(sign);
    let _ = std::panic::take_hook();
    assert!(
        outcome.is_err(),
        "both backends are on, so this should have panicked"
    );
    println!("jsonwebtoken::encode panics here");
}
