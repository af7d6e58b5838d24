//! Crypto providers belong to the process: credentials use the one of rustls, need none of jsonwebtoken, and install neither.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use gapi_auth::{
    AuthErrorKind, ClientCertificate, IdTokenCheck, IdTokenError, IdTokenVerifier, ServiceAccount,
    Signer,
};
use gapi_fakes::id_tokens::IdTokenIssuer;
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey,
    crypto::{CryptoProvider as OfJsonwebtoken, JwtSigner, JwtVerifier, KeyUtils},
    errors::{Error, ErrorKind, new_error},
};
use rcgen::{CertificateParams, KeyPair};
use rustls::{
    crypto::{CryptoProvider, KeyProvider, WebPkiSupportedAlgorithms, aws_lc_rs},
    pki_types::PrivateKeyDer,
    sign::SigningKey,
};
use serde_json::{Value, json};

use super::support::*;

/// What is installed in a process, which is one of [`CASES`].
const INSTALLED: &str = "GAPI_TEST_PROVIDERS";
const CASES: [&str; 5] = [
    "none",
    "jsonwebtoken's fails",
    "rustls's is another",
    "rustls's fails",
    "both fail",
];
const AUDIENCE: &str = "https://hello.example.com";

static LOADED: AtomicUsize = AtomicUsize::new(0);

/// Loads keys as aws-lc-rs does, and counts them.
#[derive(Debug)]
struct Counting;

impl KeyProvider for Counting {
    fn load_private_key(
        &self,
        der: PrivateKeyDer<'static>,
    ) -> Result<Arc<dyn SigningKey>, rustls::Error> {
        LOADED.fetch_add(1, Ordering::SeqCst);
        aws_lc_rs::default_provider()
            .key_provider
            .load_private_key(der)
    }
}

/// Loads no key.
#[derive(Debug)]
struct Failing;

impl KeyProvider for Failing {
    fn load_private_key(
        &self,
        _: PrivateKeyDer<'static>,
    ) -> Result<Arc<dyn SigningKey>, rustls::Error> {
        Err(rustls::Error::General(String::from("no keys here")))
    }
}

fn no_signer(_: &Algorithm, _: &EncodingKey) -> Result<Box<dyn JwtSigner>, Error> {
    Err(new_error(ErrorKind::RsaFailedSigning))
}

fn no_verifier(_: &Algorithm, _: &DecodingKey) -> Result<Box<dyn JwtVerifier>, Error> {
    Err(new_error(ErrorKind::InvalidSignature))
}

static FAILS: OfJsonwebtoken = OfJsonwebtoken {
    signer_factory: no_signer,
    verifier_factory: no_verifier,
    key_utils: KeyUtils::new_unimplemented(),
};

fn install(case: &str) {
    let of_rustls = match case {
        "rustls's is another" => Some(CryptoProvider {
            key_provider: &Counting,
            ..aws_lc_rs::default_provider()
        }),
        "rustls's fails" | "both fail" => Some(CryptoProvider {
            key_provider: &Failing,
            signature_verification_algorithms: WebPkiSupportedAlgorithms {
                all: &[],
                mapping: &[],
            },
            ..aws_lc_rs::default_provider()
        }),
        _ => None,
    };
    if let Some(provider) = of_rustls {
        provider.install_default().expect("the first one");
    }
    if matches!(case, "jsonwebtoken's fails" | "both fail") {
        FAILS.install_default().expect("the first one");
    }
}

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../vectors/signatures.json")).expect("JSON")
}

/// Returns the signature of the account with this key.
async fn signature(pem: &Value, message: &[u8]) -> Result<Vec<u8>, AuthErrorKind> {
    let key = json!({
        "type": "service_account", "client_email": "robot@example-123.iam.gserviceaccount.com", "private_key": pem,
        "token_uri": "https://oauth2.googleapis.com/token",
    });
    let account = ServiceAccount::from_json(&key.to_string()).map_err(|error| error.kind())?;
    let signature = account.signer().sign(message).await;
    Ok(signature.expect("a signature").bytes().to_vec())
}

async fn verify() -> Result<(), IdTokenError> {
    let issuer = IdTokenIssuer::new().expect("an issuer");
    let claims = json!({
        "iss": "https://accounts.google.com", "aud": AUDIENCE, "sub": "1001", "iat": NOW - 60, "exp": NOW + 3540,
    });
    let verifier = IdTokenVerifier::google([AUDIENCE])
        .transport(Direct::new(issuer.clone()).shared())
        .clock(clock());
    let token = issuer.sign(&claims).expect("a token");
    verifier.verify(&token).await.map(drop)
}

fn present_certificate() -> Result<(), AuthErrorKind> {
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new([String::from("client")]).expect("parameters");
    let certificate = params.self_signed(&key).expect("a certificate");
    ClientCertificate::from_pem(&certificate.pem(), &key.serialize_pem())
        .expect("PEM")
        .transport()
        .map(drop)
        .map_err(|error| error.kind())
}

/// One of the processes; without the variable this is no test.
#[tokio::test]
async fn child() {
    let Some(case) = std::env::var_os(INSTALLED) else {
        return;
    };
    let case = case.to_str().expect("text");
    install(case);
    let vectors = vectors();
    let rsa = &vectors["rsa"];
    let message = rsa["message"].as_str().expect("text").as_bytes();
    let signed = [
        signature(&rsa["pkcs1"], message).await,
        signature(&rsa["pkcs8"], message).await,
    ];
    let verified = verify().await.map_err(|error| error.check());
    if case.ends_with("fails") && case.starts_with("rustls") || case == "both fail" {
        assert_eq!(
            signed,
            [Err(AuthErrorKind::Crypto), Err(AuthErrorKind::Crypto)]
        );
        assert_eq!(verified, Err(IdTokenCheck::Config));
        assert_eq!(present_certificate(), Err(AuthErrorKind::Crypto));
    } else {
        use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
        let expected = rsa["signature"].as_str().expect("text");
        for signature in signed {
            assert_eq!(URL_SAFE_NO_PAD.encode(signature.expect("signed")), expected);
        }
        assert_eq!(verified, Ok(()));
        assert_eq!(present_certificate(), Ok(()));
    }
    assert_eq!(
        LOADED.load(Ordering::SeqCst) > 0,
        case == "rustls's is another"
    );
    assert_eq!(
        CryptoProvider::get_default().is_some(),
        case.starts_with("rustls") || case == "both fail"
    );
    let own = OfJsonwebtoken::try_get_default();
    assert_eq!(
        own.is_some(),
        case.starts_with("jsonwebtoken") || case == "both fail"
    );
    println!("CHECKED={case}");
}

#[test]
fn a_process_with_any_providers_keeps_them() {
    for case in CASES {
        let output = std::process::Command::new(std::env::current_exe().expect("this program"))
            .args(["tokens::providers::child", "--exact", "--nocapture"])
            .env(INSTALLED, case)
            .output()
            .expect("a process");
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(
            text.contains(&format!("CHECKED={case}")),
            "{case}: {text}{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}
