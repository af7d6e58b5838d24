//! Service accounts whose key is elsewhere.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use gapi_auth::{
    AuthError, AuthErrorKind, AuthRequest, Credentials, Scopes, ServiceAccount, Signature, Signer,
};
use gapi_fakes::{Reply, Request, keys::ServiceAccount as Account};
use gapi_transport::BoxFuture;
use http::Uri;
use serde_json::json;

use super::{
    service_account::{assertion, claims, part},
    support::{Direct, clock},
};

/// A key management service with the key of an account.
#[derive(Clone, Debug)]
struct Kms {
    account: Arc<Account>,
    /// The id of its key that it reports before it signs.
    own_key_id: Option<String>,
    /// Returns the id of the key of the signature with this number.
    key_id_with: fn(&Account, usize) -> Option<String>,
    signed: Arc<AtomicUsize>,
}

impl Kms {
    fn new(key_id_with: fn(&Account, usize) -> Option<String>) -> Self {
        Self {
            account: Arc::new(Account::new("robot", "example-123").expect("an account")),
            own_key_id: None,
            key_id_with,
            signed: Arc::default(),
        }
    }

    fn robot(&self, network: &Direct) -> ServiceAccount {
        ServiceAccount::with_signer(self.account.email(), self.clone())
            .transport(network.shared())
            .clock(clock())
    }
}

impl Signer for Kms {
    fn sign<'a>(&'a self, message: &'a [u8]) -> BoxFuture<'a, Result<Signature, AuthError>> {
        Box::pin(async {
            let number = self.signed.fetch_add(1, Ordering::SeqCst) + 1;
            let bytes = self.account.sign_bytes(message).expect("signed");
            Ok(Signature::new(
                bytes,
                (self.key_id_with)(&self.account, number),
            ))
        })
    }

    fn email(&self) -> BoxFuture<'_, Result<String, AuthError>> {
        Box::pin(async { Ok(self.account.email().to_owned()) })
    }

    fn key_id(&self) -> Option<String> {
        self.own_key_id.clone()
    }
}

/// Checks the signature of a token against the key of `account`.
#[track_caller]
fn verify(account: &Account, token: &str) {
    let jwk = account.jwk();
    let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).expect("base64url");
    let number = |name: &str| decode(jwk[name].as_str().expect("a number"));
    let key = RsaPublicKeyComponents {
        n: number("n"),
        e: number("e"),
    };
    let (signed, signature) = token.rsplit_once('.').expect("three parts");
    key.verify(
        &RSA_PKCS1_2048_8192_SHA256,
        signed.as_bytes(),
        &decode(signature),
    )
    .expect("signed with the key");
}

fn network() -> Direct {
    Direct::new(|_: &Request| Reply::json(200, &json!({"access_token": "t", "expires_in": 3600})))
}

async fn ask(robot: &ServiceAccount) -> Result<String, AuthError> {
    let url = Uri::from_static("https://storage.googleapis.com/");
    let request = AuthRequest::new(&url, Scopes::Default(&["x"]));
    let headers = robot.headers(&request).await?;
    let value = headers.headers()["authorization"].to_str().expect("text");
    Ok(value.trim_start_matches("Bearer ").to_owned())
}

#[tokio::test]
async fn a_key_elsewhere_signs_the_assertions_of_a_delegated_user() {
    let mut kms = Kms::new(|_, _| None);
    kms.own_key_id = Some(kms.account.key_id().to_owned());
    let network = network();
    let robot = kms
        .robot(&network)
        .scopes(["x"])
        .subject("jane@example.com");
    assert_eq!(robot.email(), kms.account.email());
    assert_eq!(ask(&robot).await.expect("a token"), "t");
    let token = assertion(&network.recorded()[0]);
    verify(&kms.account, &token);
    assert_eq!(part(&token, 0)["kid"], kms.account.key_id());
    let claims = claims(&token);
    assert_eq!(
        (&claims["iss"], &claims["sub"]),
        (&json!(kms.account.email()), &json!("jane@example.com"))
    );
    assert_eq!(claims["aud"], "https://oauth2.googleapis.com/token");
    assert_eq!(kms.signed.load(Ordering::SeqCst), 1);
    assert!(!format!("{robot:?}").contains("PRIVATE"));
}

#[tokio::test]
async fn a_key_that_is_named_only_afterwards_is_in_the_header_too() {
    let kms = Kms::new(|account, _| Some(account.key_id().to_owned()));
    let robot = kms.robot(&network()).self_signed(true);
    let token = ask(&robot).await.expect("a token");
    verify(&kms.account, &token);
    assert_eq!(part(&token, 0)["kid"], kms.account.key_id());
    // It is remembered, also by what signs URLs.
    let copy = robot.clone().audience("https://pubsub.googleapis.com/");
    ask(&copy).await.expect("a token");
    assert_eq!(kms.signed.load(Ordering::SeqCst), 3);
    let signer = robot.signer();
    assert_eq!(signer.key_id().as_deref(), Some(kms.account.key_id()));
    let email = signer.email().await.expect("an address");
    assert_eq!(email, kms.account.email());
}

#[tokio::test]
async fn a_signer_that_never_uses_one_key_twice_is_refused() {
    let kms = Kms::new(|_, number| Some(format!("key-{number}")));
    let network = network();
    let error = ask(&kms.robot(&network)).await.expect_err("no header");
    assert_eq!(error.kind(), AuthErrorKind::Crypto, "{error}");
    assert!(network.recorded().is_empty());
}

#[tokio::test]
async fn id_tokens_and_failures_are_those_of_the_signer() {
    let kms = Kms::new(|_, _| None);
    let network = network();
    let credentials = kms.robot(&network).id_token("https://hello.example.com");
    credentials
        .token()
        .await
        .expect_err("this network gives none");
    let token = assertion(&network.recorded()[0]);
    assert_eq!(part(&token, 0).get("kid"), None);
    assert_eq!(
        claims(&token)["target_audience"],
        "https://hello.example.com"
    );

    #[derive(Debug)]
    struct Broken;
    impl Signer for Broken {
        fn sign<'a>(&'a self, _: &'a [u8]) -> BoxFuture<'a, Result<Signature, AuthError>> {
            Box::pin(async { Err(AuthError::new(AuthErrorKind::Other, "the key is disabled")) })
        }

        fn email(&self) -> BoxFuture<'_, Result<String, AuthError>> {
            Box::pin(async { Ok(String::from("robot@example.com")) })
        }
    }
    let robot = ServiceAccount::with_signer("robot@example.com", Broken);
    let error = ask(&robot.transport(network.shared()))
        .await
        .expect_err("it is");
    assert!(
        error
            .to_string()
            .starts_with("service account robot@example.com: the key is disabled"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_signer_that_is_silent_is_named() {
    #[derive(Debug)]
    struct Silent;
    impl Signer for Silent {
        fn sign<'a>(&'a self, _: &'a [u8]) -> BoxFuture<'a, Result<Signature, AuthError>> {
            Box::pin(std::future::pending())
        }

        fn email(&self) -> BoxFuture<'_, Result<String, AuthError>> {
            Box::pin(async { Ok(String::from("robot@example.com")) })
        }
    }
    let robot = ServiceAccount::with_signer("robot@example.com", Silent);
    let error = ask(&robot).await.expect_err("silence");
    let own_key_id = "the signer of robot@example.com gave no signature";
    assert!(error.to_string().contains(own_key_id), "{error}");
}
