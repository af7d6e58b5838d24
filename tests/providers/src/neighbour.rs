//! Another crate of the program, which uses rustls with ring and jsonwebtoken with its Rust backend, as if it was alone.

use std::panic::catch_unwind;

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use rustls::ClientConfig;
use serde_json::{Value, json};

use crate::Failure;

/// `agrees`: gapi turns on no provider of rustls, or the same one. `differs`: it turns on another one, so that rustls cannot select any.
/// `installs`: the program selects one.
pub fn check(expected: &str) -> Result<(), Failure> {
    let key = EncodingKey::from_secret(b"secret")?;
    let claims = json!({"sub": "1001", "exp": 32_503_680_000_u64});
    let token = jsonwebtoken::encode(&Header::default(), &claims, &key)?;
    let decoded = jsonwebtoken::decode::<Value>(
        &token,
        &DecodingKey::from_secret(b"secret")?,
        &Validation::new(Algorithm::HS256),
    )?;
    assert_eq!(decoded.claims, claims);
    println!("the neighbour's jsonwebtoken works");

    if expected == "installs" {
        rustls::crypto::ring::default_provider()
            .install_default()
            .map_err(|_| "a provider is installed already")?;
    }
    std::panic::set_hook(Box::new(|_| {}));
    let works = catch_unwind(ClientConfig::builder).is_ok();
    let _ = std::panic::take_hook();
    assert_eq!(works, expected != "differs", "ClientConfig::builder");
    println!(
        "the neighbour's ClientConfig::builder() {}",
        if works { "works" } else { "panics" }
    );
    Ok(())
}
