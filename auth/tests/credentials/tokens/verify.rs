//! Verifying ID tokens: each check fails alone, and keys are fetched as seldom as can be.

use std::{sync::Arc, time::Duration};

use gapi_auth::{IdTokenCheck, IdTokenError, IdTokenVerifier};
use gapi_fakes::{
    Reply,
    id_tokens::{EcKey, IdTokenIssuer},
};
use gapi_transport::ManualClock;
use serde_json::{Value, json};

use super::support::*;

const AUDIENCE: &str = "https://hello.example.com";
const EMAIL: &str = "robot@example-123.iam.gserviceaccount.com";

struct Scene {
    issuer: IdTokenIssuer,
    network: Direct,
    clock: Arc<ManualClock>,
    verifier: IdTokenVerifier,
}

fn scene() -> Scene {
    let issuer = IdTokenIssuer::new().expect("an issuer");
    let network = Direct::new(issuer.clone());
    let clock = clock();
    let verifier = IdTokenVerifier::google([AUDIENCE, "client-1"])
        .transport(network.shared())
        .clock(clock.clone());
    Scene {
        issuer,
        network,
        clock,
        verifier,
    }
}

fn claims() -> Value {
    json!({
        "iss": "https://accounts.google.com", "aud": AUDIENCE, "azp": EMAIL, "sub": "1001", "email": EMAIL, "email_verified": true,
        "hd": "example.com", "nonce": "n-1", "iat": NOW - 60, "exp": NOW + 3540,
    })
}

/// The claims with one of them changed, or taken out.
fn but(name: &str, value: Value) -> Value {
    let mut claims = claims();
    let fields = claims.as_object_mut().expect("an object");
    if value.is_null() {
        fields.remove(name);
    } else {
        fields.insert(name.to_owned(), value);
    }
    claims
}

impl Scene {
    async fn check(&self, claims: &Value) -> Result<(), IdTokenCheck> {
        let token = self.issuer.sign(claims).expect("signed");
        self.verifier
            .verify(&token)
            .await
            .map(drop)
            .map_err(|error| error.check())
    }

    fn fetches(&self) -> usize {
        self.network.recorded().len()
    }
}

fn refused(result: Result<gapi_auth::IdTokenClaims, IdTokenError>) -> IdTokenError {
    result.expect_err("refused")
}

#[tokio::test]
async fn a_good_token_gives_its_claims() {
    let scene = scene();
    let token = scene.issuer.sign(&claims()).expect("signed");
    let padded = format!(" {token}\n");
    let claims = scene.verifier.verify(&padded).await.expect("accepted");
    assert_eq!(claims.subject(), "1001");
    assert_eq!(claims.issuer(), "https://accounts.google.com");
    assert_eq!(claims.audiences(), [AUDIENCE]);
    assert_eq!(claims.authorized_party(), Some(EMAIL));
    assert_eq!(claims.email(), Some(EMAIL));
    assert!(claims.email_verified());
    assert_eq!(claims.hosted_domain(), Some("example.com"));
    assert_eq!(claims.nonce(), Some("n-1"));
    assert_eq!(
        (claims.issued_at(), claims.expires_at()),
        (at(NOW - 60), at(NOW + 3540))
    );
    assert_eq!(claims.get("iat"), Some(&json!(NOW - 60)));
    let recorded = &scene.network.recorded()[0];
    assert_eq!(recorded.path, IdTokenIssuer::KEYS_PATH);
    assert!(!recorded.headers.contains_key("authorization"));
    assert!(
        !format!("{claims:?}").contains("robot@"),
        "claims are personal"
    );
}

#[tokio::test]
async fn every_claim_is_checked() {
    let scene = scene();
    use IdTokenCheck::*;
    for (claims, outcome) in [
        (but("iss", json!("accounts.google.com")), Ok(())),
        (
            but("iss", json!("https://accounts.google.com.evil.example")),
            Err(Issuer),
        ),
        (but("iss", Value::Null), Err(Form)),
        (but("aud", json!("client-1")), Ok(())),
        (but("aud", json!(["x", "client-1"])), Ok(())),
        (but("aud", json!("client-2")), Err(Audience)),
        (but("aud", json!(format!("{AUDIENCE}/"))), Err(Audience)),
        (but("aud", json!([])), Err(Audience)),
        (but("aud", Value::Null), Err(Form)),
        (but("sub", Value::Null), Err(Form)),
        // The clocks may differ by ten seconds.
        (but("exp", json!(NOW - 9)), Ok(())),
        (but("exp", json!(NOW - 10)), Err(Expiry)),
        (but("exp", json!("never")), Err(Form)),
        (but("exp", Value::Null), Err(Form)),
        (but("iat", json!(NOW + 10)), Ok(())),
        (but("iat", json!(NOW + 11)), Err(IssuedAt)),
        (but("iat", Value::Null), Err(Form)),
        (but("nbf", json!(NOW + 10)), Ok(())),
        (but("nbf", json!(NOW + 60)), Err(IssuedAt)),
        (but("nbf", json!("tomorrow")), Err(Form)),
        (but("nbf", json!(-1)), Err(Form)),
        (but("nbf", json!(1e300)), Err(Form)),
    ] {
        assert_eq!(scene.check(&claims).await, outcome, "{claims}");
    }
    assert_eq!(scene.fetches(), 1, "one key set for all");
}

#[tokio::test]
async fn a_verifier_can_be_stricter() {
    let strict = |change: fn(IdTokenVerifier) -> IdTokenVerifier| {
        let mut scene = scene();
        scene.verifier = change(scene.verifier);
        scene
    };
    let scene = strict(|v| v.hosted_domain("EXAMPLE.com"));
    assert_eq!(scene.check(&claims()).await, Ok(()));
    for hd in [json!("example.org"), Value::Null] {
        let outcome = scene.check(&but("hd", hd)).await;
        assert_eq!(outcome, Err(IdTokenCheck::HostedDomain));
    }
    let scene = strict(|v| v.emails(["other@example.com"]).emails([EMAIL]));
    assert_eq!(scene.check(&claims()).await, Ok(()));
    for claims in [
        but("email", json!("robot@evil.example")),
        but("email", Value::Null),
        but("email_verified", json!(false)),
        but("email_verified", Value::Null),
    ] {
        assert_eq!(
            scene.check(&claims).await,
            Err(IdTokenCheck::Email),
            "{claims}"
        );
    }
    let scene = strict(|v| v.nonce("n-1"));
    assert_eq!(scene.check(&claims()).await, Ok(()));
    for nonce in [json!("n-2"), Value::Null] {
        assert_eq!(
            scene.check(&but("nonce", nonce)).await,
            Err(IdTokenCheck::Nonce)
        );
    }
    let scene = strict(|v| v.clock_skew(Duration::ZERO));
    assert_eq!(
        scene.check(&but("exp", json!(NOW))).await,
        Err(IdTokenCheck::Expiry)
    );
    assert_eq!(scene.check(&but("exp", json!(NOW + 1))).await, Ok(()));
}

#[tokio::test]
async fn a_verifier_without_an_audience_is_a_mistake() {
    for audiences in [vec![], vec![""], vec!["a", ""]] {
        let error = refused(IdTokenVerifier::google(audiences).verify("a.b.c").await);
        assert_eq!(error.check(), IdTokenCheck::Config);
    }
}

#[tokio::test]
async fn an_algorithm_is_the_keys_not_the_tokens() {
    let scene = scene();
    let kid = scene.issuer.key_id();
    let sign = |header: Value| scene.issuer.sign_with(&header, &claims()).expect("signed");
    let check = async |token: &str| refused(scene.verifier.verify(token).await).check();
    for alg in ["none", "None", "HS256", "RS512", "PS256", ""] {
        let token = sign(json!({"alg": alg, "kid": kid}));
        assert_eq!(check(&token).await, IdTokenCheck::Algorithm, "{alg}");
    }
    assert_eq!(
        check(&sign(json!({"kid": kid}))).await,
        IdTokenCheck::Algorithm
    );
    // An RSA key is no elliptic-curve key, even if the token declares one.
    let token = sign(json!({"alg": "ES256", "kid": kid}));
    assert_eq!(check(&token).await, IdTokenCheck::Algorithm);
    // A MAC keyed with the public key would be easy to make.
    let forged = sign(json!({"alg": "HS256", "kid": kid}));
    assert_eq!(check(&forged).await, IdTokenCheck::Algorithm);
    let extended = sign(json!({"alg": "RS256", "kid": kid, "crit": ["b64"], "b64": false}));
    assert_eq!(check(&extended).await, IdTokenCheck::Form);
}

#[tokio::test]
async fn a_token_that_was_changed_is_refused_and_never_displayed() {
    let scene = scene();
    let token = scene.issuer.sign(&claims()).expect("signed");
    let [header, body, signature] = token.split('.').collect::<Vec<_>>()[..] else {
        panic!("three parts")
    };
    let other = scene
        .issuer
        .sign(&but("sub", json!("1002")))
        .expect("signed");
    let other_body = other.split('.').nth(1).expect("a body");
    let big = "a".repeat(40_000);
    for (changed, check) in [
        (
            format!("{header}.{other_body}.{signature}"),
            IdTokenCheck::Signature,
        ),
        (format!("{header}.{body}."), IdTokenCheck::Signature),
        (
            format!("{header}.{body}.{}", &signature[..signature.len() - 2]),
            IdTokenCheck::Signature,
        ),
        (format!("{header}.{body}"), IdTokenCheck::Form),
        (format!("{header}.{body}.{signature}.x"), IdTokenCheck::Form),
        (format!("{header}.{body}.{signature}=="), IdTokenCheck::Form),
        (format!("!{header}.{body}.{signature}"), IdTokenCheck::Form),
        (format!("e30.{body}.{signature}"), IdTokenCheck::Algorithm),
        (format!("W10.{body}.{signature}"), IdTokenCheck::Form),
        (String::new(), IdTokenCheck::Form),
        (
            format!("{header}.{body}.{signature}{big}"),
            IdTokenCheck::Form,
        ),
    ] {
        let error = refused(scene.verifier.verify(&changed).await);
        assert_eq!(error.check(), check, "{error}");
        let displayed = format!("{error} {error:?}");
        assert!(
            !displayed.contains(&body[..20]) && !displayed.contains(&signature[..20]),
            "{displayed}"
        );
        assert!(!error.is_transient());
    }
    let long = but("aud", json!(format!("x\n{}", "y".repeat(500))));
    let token = scene.issuer.sign(&long).expect("signed");
    let error = refused(scene.verifier.verify(&token).await).to_string();
    assert!(error.len() < 300 && !error.contains('\n'), "{error}");
    assert!(error.contains("client-1"), "who it should be for: {error}");
}

#[tokio::test]
async fn identity_aware_proxy_signs_with_p_256() {
    let key = EcKey::generate().expect("a key");
    let set = json!({"keys": [
        key.jwk("iap-1"),
        {"kty": "OKP", "crv": "Ed25519", "kid": "other", "x": "AA"},
        {"kty": "RSA", "kid": "iap-1", "use": "enc", "n": "AA", "e": "AQAB"},
    ]});
    let network = Direct::new(move |_: &gapi_fakes::Request| Reply::json(200, &set));
    let audience = "/projects/123/apps/example-123";
    let verifier = IdTokenVerifier::iap([audience])
        .emails(["jane@example.com"])
        .transport(network.shared())
        .clock(clock());
    let mut claims = but("iss", json!("https://cloud.google.com/iap"));
    claims["aud"] = json!(audience);
    claims["email"] = json!("jane@example.com");
    claims
        .as_object_mut()
        .expect("an object")
        .remove("email_verified");
    let header = json!({"alg": "ES256", "kid": "iap-1", "typ": "JWT"});
    let token = key.sign(&header, &claims).expect("signed");
    let read = verifier.verify(&token).await.expect("accepted");
    assert_eq!(read.email(), Some("jane@example.com"));
    assert_eq!(network.recorded()[0].path, "/iap/verify/public_key-jwk");
    let forger = EcKey::generate().expect("a key");
    let forged = forger.sign(&header, &claims).expect("signed");
    let check = refused(verifier.verify(&forged).await).check();
    assert_eq!(check, IdTokenCheck::Signature);
    claims["iss"] = json!("https://accounts.google.com");
    let token = key.sign(&header, &claims).expect("signed");
    let check = refused(verifier.verify(&token).await).check();
    assert_eq!(check, IdTokenCheck::Issuer);
}

#[tokio::test]
async fn keys_are_cached_as_long_as_the_issuer_allows() {
    let scene = scene();
    scene.issuer.set_max_age(1000);
    assert_eq!(scene.check(&claims()).await, Ok(()));
    scene.clock.advance(Duration::from_secs(899));
    assert_eq!(scene.check(&claims()).await, Ok(()));
    assert_eq!(scene.fetches(), 1);
    // The last tenth: callers continue while one fetch is in progress.
    scene.clock.advance(Duration::from_secs(1));
    for _ in 0..20 {
        assert_eq!(scene.check(&claims()).await, Ok(()));
        tokio::task::yield_now().await;
    }
    assert_eq!(scene.fetches(), 2);
    // A refresh that fails costs nothing while the keys are good.
    scene.clock.advance(Duration::from_secs(950));
    scene.network.next(Fault::Reset);
    for _ in 0..20 {
        assert_eq!(scene.check(&claims()).await, Ok(()));
        tokio::task::yield_now().await;
    }
    assert_eq!(scene.fetches(), 3);
    // Keys whose time is over are not used, not even when there are no others.
    scene.clock.advance(Duration::from_secs(100));
    scene.network.next(Fault::Reset);
    let token = scene.issuer.sign(&claims()).expect("signed");
    let error = refused(scene.verifier.verify(&token).await);
    assert_eq!(error.check(), IdTokenCheck::Certificates);
    assert!(error.is_transient(), "{error}");
    scene.clock.advance(Duration::from_secs(1));
    assert_eq!(
        scene.check(&claims()).await,
        Ok(()),
        "and all is well again"
    );
    assert_eq!(scene.fetches(), 5);
}

#[tokio::test]
async fn a_clock_that_is_set_back_keeps_no_key_alive() {
    let scene = scene();
    scene.issuer.set_max_age(1000);
    assert_eq!(scene.check(&claims()).await, Ok(()));
    scene.clock.advance(Duration::from_secs(1001));
    scene.clock.set_wall(at(NOW));
    scene.issuer.rotate(false).expect("another key");
    assert_eq!(scene.check(&claims()).await, Ok(()));
    assert_eq!(scene.fetches(), 2);
}

#[tokio::test]
async fn a_new_key_is_fetched_once_and_forged_tokens_cause_no_storm() {
    let scene = scene();
    assert_eq!(scene.check(&claims()).await, Ok(()));
    let another = IdTokenIssuer::new().expect("an issuer");
    another.rotate(false).expect("another key");
    let forged = another.sign(&claims()).expect("signed");
    for _ in 0..10 {
        let error = refused(scene.verifier.verify(&forged).await);
        assert_eq!(error.check(), IdTokenCheck::Key);
        assert!(!error.is_transient());
    }
    assert_eq!(scene.fetches(), 1, "the keys are less than a minute old");
    scene.clock.advance(Duration::from_secs(60));
    for _ in 0..10 {
        let error = refused(scene.verifier.verify(&forged).await);
        assert_eq!(error.check(), IdTokenCheck::Key);
    }
    assert_eq!(scene.fetches(), 2);
    scene.issuer.rotate(true).expect("another key");
    scene.clock.advance(Duration::from_secs(60));
    assert_eq!(scene.check(&claims()).await, Ok(()));
    assert_eq!(scene.fetches(), 3);
    // An outage during a token with an unknown key costs the known ones nothing.
    scene.clock.advance(Duration::from_secs(60));
    scene
        .network
        .next(Fault::Respond(Reply::html(502, "<html>")));
    refused(scene.verifier.verify(&forged).await);
    assert_eq!(scene.check(&claims()).await, Ok(()));
    assert_eq!(scene.fetches(), 4);
}

#[tokio::test]
async fn a_crowd_causes_one_fetch() {
    let scene = scene();
    let token = scene.issuer.sign(&claims()).expect("signed");
    let crowd: Vec<_> = (0..500)
        .map(|_| {
            let (verifier, token) = (scene.verifier.clone(), token.clone());
            tokio::spawn(async move { verifier.verify(&token).await.map(drop) })
        })
        .collect();
    for caller in crowd {
        caller.await.expect("no panic").expect("accepted");
    }
    assert_eq!(scene.fetches(), 1);
}

#[tokio::test]
async fn a_crowd_shares_a_failure() {
    let scene = scene();
    scene.network.next(Fault::Reset);
    let token = scene.issuer.sign(&claims()).expect("signed");
    let crowd: Vec<_> = (0..100)
        .map(|_| {
            let (verifier, token) = (scene.verifier.clone(), token.clone());
            tokio::spawn(async move { verifier.verify(&token).await.map(drop) })
        })
        .collect();
    for caller in crowd {
        let error = caller.await.expect("no panic").expect_err("no keys");
        assert_eq!(error.check(), IdTokenCheck::Certificates);
    }
    assert_eq!(scene.fetches(), 1);
}

#[tokio::test]
async fn responses_that_are_no_key_set_are_an_outage() {
    for reply in [
        Reply::new(500),
        Reply::html(200, "<html>"),
        Reply::json(200, &json!({})),
        Reply::json(200, &json!({"keys": []})),
        Reply::json(200, &json!({"keys": [{"kty": "RSA", "kid": "x"}]})),
        Reply::redirect(302, "https://evil.example/keys"),
    ] {
        let scene = scene();
        scene.network.next(Fault::Respond(reply.clone()));
        let token = scene.issuer.sign(&claims()).expect("signed");
        let error = refused(scene.verifier.verify(&token).await);
        assert_eq!(error.check(), IdTokenCheck::Certificates, "{reply:?}");
        assert!(error.is_transient(), "{error}");
        assert_eq!(scene.fetches(), 1);
    }
    let scene = scene();
    let verifier = scene.verifier.clone().keys_url("http://keys.example.com/");
    let token = scene.issuer.sign(&claims()).expect("signed");
    let error = refused(verifier.verify(&token).await);
    assert_eq!(error.check(), IdTokenCheck::Certificates);
    assert!(
        !error.is_transient() && error.to_string().contains("https"),
        "{error}"
    );
    assert_eq!(scene.fetches(), 0);
}

#[tokio::test]
async fn tokens_and_keys_that_are_almost_right_are_refused_in_silence() {
    use crate::mutate::{CANARY, bytes, changed, shows_canary};
    use gapi_fakes::noise::{Noise, seeds};
    let mut claims = claims();
    claims["sub"] = json!(CANARY);
    claims["name"] = json!(CANARY);
    let scene = scene();
    let token = scene.issuer.sign(&claims).expect("signed");
    for seed in seeds(100) {
        let mut noise = Noise::new(seed);
        let changed = String::from_utf8_lossy(&bytes(&token, &mut noise)).into_owned();
        match scene.verifier.verify(&changed).await {
            // White space around it is no part of it.
            Ok(_) => assert_eq!(changed.trim(), token),
            Err(error) => assert!(!shows_canary(&format!("{error} {error:?}")), "{error}"),
        }
    }
    let keys = scene.issuer.keys().to_string();
    for seed in seeds(30) {
        let mut noise = Noise::new(seed);
        let body = String::from_utf8_lossy(&changed(&keys, &mut noise)).into_owned();
        let network = Direct::new(move |_: &gapi_fakes::Request| Reply::text(200, body.clone()));
        let verifier = IdTokenVerifier::google([AUDIENCE])
            .transport(network.shared())
            .clock(scene.clock.clone());
        match verifier.verify(&token).await {
            Ok(verified) => assert_eq!(verified.subject(), CANARY),
            Err(error) => assert!(!shows_canary(&format!("{error} {error:?}")), "{error}"),
        }
    }
}
