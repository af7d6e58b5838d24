//! Signatures are those of OpenSSL, for keys in all forms.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, jwk::Jwk};
use serde::Deserialize;
use serde_json::Value;

use super::{SigningKey, check, verifies};
use crate::pem::Block;

fn vectors() -> Value {
    serde_json::from_str(include_str!(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/vectors/signatures.json"
    )))
    .expect("recorded signatures")
}

fn text(value: &Value) -> &str {
    value.as_str().expect("text")
}

fn bytes(value: &Value) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text(value)).expect("base64url")
}

fn private_key(algorithm: Algorithm, pem: &Value) -> Option<SigningKey> {
    let der = Block::find(text(pem))?.der()?;
    SigningKey::from_der(algorithm, &der).ok()
}

fn public_key(jwk: &Value) -> DecodingKey {
    let jwk = Jwk::deserialize(jwk).expect("a JWK");
    DecodingKey::from_jwk(&jwk).expect("a key")
}

#[test]
fn signatures_are_those_of_openssl() {
    check().expect("a provider");
    let all = vectors();
    let rsa = &all["rsa"];
    let message = text(&rsa["message"]).as_bytes();
    for form in ["pkcs1", "pkcs8"] {
        let key = private_key(Algorithm::RS256, &rsa[form]).expect(form);
        let signature = key.sign(message).expect(form);
        assert_eq!(signature, bytes(&rsa["signature"]), "{form}");
    }
    let ec = &all["ec"];
    for form in ["sec1", "pkcs8"] {
        let key = private_key(Algorithm::ES256, &ec[form]).expect(form);
        // One number in 128 of a signature is shorter than 32 bytes.
        for _ in 0..200 {
            let signature = key.sign(message).expect(form);
            assert_eq!(signature.len(), 64);
            let verified = verifies(
                Algorithm::ES256,
                &public_key(&ec["jwk"]),
                message,
                &signature,
            );
            assert_eq!(verified, Ok(true), "{form}");
        }
    }
}

#[test]
fn signatures_of_openssl_are_verified_and_changed_ones_are_not() {
    let all = vectors();
    let (rsa, ec) = (&all["rsa"], &all["ec"]);
    let mut cases = vec![(Algorithm::RS256, rsa, &rsa["signature"])];
    let of_curve = ec["signatures"].as_object().expect("signatures");
    cases.extend(of_curve.values().map(|one| (Algorithm::ES256, ec, one)));
    assert_eq!(cases.len(), 5);
    for (algorithm, key, signature) in cases {
        let (public, signature) = (public_key(&key["jwk"]), bytes(signature));
        let message = text(&key["message"]).as_bytes();
        let verified = |message: &[u8], signature: &[u8]| {
            verifies(algorithm, &public, message, signature).expect("a known algorithm")
        };
        assert!(verified(message, &signature), "{algorithm:?}");
        assert!(!verified(b"another message", &signature));
        assert!(!verified(message, &signature[1..]));
        assert!(!verified(message, &[&signature[..], &[0]].concat()));
        assert!(!verified(message, &[]));
        for index in [0, signature.len() / 2, signature.len() - 1] {
            let mut changed = signature.clone();
            changed[index] ^= 1;
            assert!(!verified(message, &changed), "{algorithm:?} {index}");
        }
    }
}

#[test]
fn keys_and_algorithms_that_do_not_fit_are_refused() {
    let all = vectors();
    let (rsa, ec) = (&all["rsa"], &all["ec"]);
    for (algorithm, pem) in [
        (Algorithm::RS256, &ec["pkcs8"]),
        (Algorithm::ES256, &rsa["pkcs8"]),
        (Algorithm::ES256, &all["p384"]),
        (Algorithm::RS384, &rsa["pkcs8"]),
        (Algorithm::HS256, &rsa["pkcs8"]),
    ] {
        assert!(private_key(algorithm, pem).is_none(), "{algorithm:?}");
    }
    assert!(SigningKey::from_der(Algorithm::RS256, b"").is_err());
    assert!(SigningKey::from_der(Algorithm::ES256, &[0x30, 0x80]).is_err());
    for (algorithm, jwk) in [
        (Algorithm::RS256, &ec["jwk"]),
        (Algorithm::ES256, &rsa["jwk"]),
        (Algorithm::HS256, &rsa["jwk"]),
    ] {
        let outcome = verifies(algorithm, &public_key(jwk), b"", &[0; 64]);
        assert!(outcome.is_err(), "{algorithm:?}");
    }
}
