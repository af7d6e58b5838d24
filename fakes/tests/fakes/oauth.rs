//! The token endpoint: what it accepts, and how it refuses.

use crate::client::{self, Received, call, claims, exchange, header, now, send, token};
use gapi_fakes::{Google, keys::ServiceAccount};
use serde_json::{Value, json};

const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";
const LIST: &str = "/v1/projects/example-123/instances";

/// The error's code and description.
fn error(response: &Received) -> (u16, String, String) {
    let body = response.json();
    let text = |name: &str| body[name].as_str().unwrap().to_owned();
    (response.status, text("error"), text("error_description"))
}

/// Exchanges good claims with one of them replaced.
async fn with_claim(google: &Google, name: &str, value: Value) -> Received {
    let account = google.account();
    let mut claims = claims(account, SCOPE);
    claims[name] = value;
    exchange(google, &account.sign(&header(account), &claims).unwrap()).await
}

#[tokio::test]
async fn issues_tokens_that_the_api_accepts() {
    let google = Google::start().await.unwrap();
    let response = with_claim(&google, "aud", json!(google.token_url())).await;
    assert_eq!(response.status, 200);
    let body = response.json();
    assert_eq!(
        (&body["expires_in"], &body["token_type"]),
        (&json!(3599), &json!("Bearer"))
    );
    let token = body["access_token"].as_str().unwrap();
    assert_eq!(
        google.tokens().grant(token).unwrap().account,
        google.account().email()
    );
    assert_eq!(call(&google, token, "GET", LIST, None).await.status, 200);
    assert_eq!(
        (google.tokens().requests(), google.tokens().issued()),
        (1, 1)
    );
    assert_eq!(google.tokens().claims()[0]["scope"], SCOPE);
}

#[tokio::test]
async fn refuses_wrong_claims() {
    let google = Google::start().await.unwrap();
    let timeframe = "Invalid JWT: Token must be a short-lived token (60 minutes)";
    for (name, value, code, text) in [
        (
            "aud",
            json!("https://example.com/token"),
            "invalid_grant",
            "Invalid JWT: Failed audience check",
        ),
        (
            "iss",
            json!("unknown@example.com"),
            "invalid_grant",
            "Invalid grant: account not found",
        ),
        ("iat", json!(now() + 3000), "invalid_grant", timeframe),
        ("exp", json!(now() + 4000), "invalid_grant", timeframe),
        ("exp", json!(now() - 10), "invalid_grant", timeframe),
        ("exp", json!("soon"), "invalid_grant", "Invalid JWT: exp"),
        ("scope", json!(""), "invalid_scope", "Invalid OAuth scope"),
        (
            "scope",
            json!("everything"),
            "invalid_scope",
            "Invalid OAuth scope",
        ),
    ] {
        let (status, error, description) = error(&with_claim(&google, name, value).await);
        assert_eq!((status, error.as_str()), (400, code), "{name}");
        assert!(description.starts_with(text), "{name}: {description}");
    }
    assert_eq!(google.tokens().issued(), 0);
}

#[tokio::test]
async fn refuses_forgeries() {
    let google = Google::start().await.unwrap();
    let account = google.account();
    let forger = ServiceAccount::with_own_key("robot", Google::PROJECT).unwrap();
    let claims = claims(account, SCOPE);
    let good = account.sign(&header(account), &claims).unwrap();
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let (head, _) = signed.split_once('.').unwrap();
    let other = account
        .sign(&json!({}), &json!({"iss": account.email(), "scope": "x"}))
        .unwrap();
    let swapped = format!("{head}.{}.{signature}", other.split('.').nth(1).unwrap());
    for (assertion, text) in [
        (
            forger.sign(&header(account), &claims).unwrap(),
            "Invalid JWT Signature.",
        ),
        (
            account.sign(&header(&forger), &claims).unwrap(),
            "Invalid JWT Signature.",
        ),
        (swapped, "Invalid JWT Signature."),
        (
            account.sign(&json!({"alg": "none"}), &claims).unwrap(),
            "Invalid JWT: alg",
        ),
        (
            format!("{good}=="),
            "Invalid JWT: the signature is not base64url",
        ),
        ("a.b".to_owned(), "Invalid JWT: a JWS has three parts"),
    ] {
        let (status, error, description) = error(&exchange(&google, &assertion).await);
        assert_eq!((status, error.as_str()), (400, "invalid_grant"));
        assert!(description.starts_with(text), "{description}");
    }
}

#[tokio::test]
async fn refuses_wrong_requests() {
    let google = Google::start().await.unwrap();
    let form = ("content-type", "application/x-www-form-urlencoded");
    for (headers, body, code) in [
        (vec![form], "grant_type=password", "unsupported_grant_type"),
        (vec![form], "assertion=x", "invalid_request"),
        (
            vec![form],
            "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer",
            "invalid_request",
        ),
        (vec![], "grant_type=x&assertion=x", "invalid_request"),
        (vec![form], "grant_type=x&grant_type=y", "invalid_request"),
    ] {
        let response = send(&google.url(), "POST", "/token", &headers, body)
            .await
            .unwrap();
        assert_eq!(error(&response).1, code, "{body}");
    }
}

#[tokio::test]
async fn delegation_needs_permission_for_every_scope() {
    let google = Google::start().await.unwrap();
    let refused = with_claim(&google, "sub", json!("ann@example.com")).await;
    let (status, code, text) = error(&refused);
    assert_eq!((status, code.as_str()), (401, "unauthorized_client"));
    assert!(text.starts_with("Client is unauthorized to retrieve access tokens using this method"));
    google
        .tokens()
        .allow_subject("ann@example.com", ["https://www.googleapis.com/auth/drive"]);
    assert_eq!(
        with_claim(&google, "sub", json!("ann@example.com"))
            .await
            .status,
        401
    );
    google.tokens().allow_subject("ann@example.com", [SCOPE]);
    let allowed = with_claim(&google, "sub", json!("ann@example.com"))
        .await
        .json();
    let grant = google
        .tokens()
        .grant(allowed["access_token"].as_str().unwrap())
        .unwrap();
    assert_eq!(grant.subject.as_deref(), Some("ann@example.com"));
}

#[tokio::test]
async fn a_wrong_clock_is_visible_in_the_date() {
    let google = Google::start().await.unwrap();
    google.tokens().set_clock(-86_400);
    let response = with_claim(&google, "typ", json!("JWT")).await;
    assert_eq!(error(&response).1, "invalid_grant");
    let (ours, theirs) = (
        response.header("date").unwrap(),
        client::get(&google.url(), "/x").await,
    );
    assert_ne!(&ours[..16], &theirs.header("date").unwrap()[..16]);
}

#[tokio::test]
async fn the_api_refuses_tokens_as_google_does() {
    let google = Google::start().await.unwrap();
    let reason = |response: &Received| {
        (
            response.status,
            response.json()["error"]["details"][0]["reason"].clone(),
        )
    };
    assert_eq!(
        reason(&client::get(&google.url(), LIST).await),
        (401, json!("CREDENTIALS_MISSING"))
    );
    let refused = call(&google, "unknown", "GET", LIST, None).await;
    assert_eq!(reason(&refused), (401, json!("ACCESS_TOKEN_EXPIRED")));
    assert!(
        refused
            .header("www-authenticate")
            .unwrap()
            .contains("invalid_token")
    );

    let good = token(&google, SCOPE).await;
    google.tokens().revoke_all();
    assert_eq!(call(&google, &good, "GET", LIST, None).await.status, 401);
    let good = token(&google, SCOPE).await;
    google.tokens().set_clock(4000);
    assert_eq!(call(&google, &good, "GET", LIST, None).await.status, 401);
    google.tokens().set_clock(0);
    assert_eq!(call(&google, &good, "GET", LIST, None).await.status, 200);

    let narrow = token(&google, "https://www.googleapis.com/auth/drive").await;
    let refused = call(&google, &narrow, "GET", LIST, None).await;
    assert_eq!(
        reason(&refused),
        (403, json!("ACCESS_TOKEN_SCOPE_INSUFFICIENT"))
    );
    assert!(
        refused
            .header("www-authenticate")
            .unwrap()
            .contains("sqlservice.admin")
    );
}

#[tokio::test]
async fn self_signed_tokens_are_accepted_for_their_audience() {
    let google = Google::start().await.unwrap();
    let account = google.account();
    for (audience, status) in [
        ("https://sqladmin.googleapis.com/".to_owned(), 200),
        (format!("{}/", google.url()), 200),
        ("https://drive.googleapis.com/".to_owned(), 401),
    ] {
        let claims = json!({"iss": account.email(), "sub": account.email(), "aud": audience, "iat": now(), "exp": now() + 3600});
        let jwt = account.sign(&header(account), &claims).unwrap();
        assert_eq!(
            call(&google, &jwt, "GET", LIST, None).await.status,
            status,
            "{audience}"
        );
    }
    let claims = json!({"iss": account.email(), "sub": account.email(), "scope": SCOPE, "iat": now(), "exp": now() + 3600});
    let jwt = account.sign(&header(account), &claims).unwrap();
    assert_eq!(call(&google, &jwt, "GET", LIST, None).await.status, 200);
    assert_eq!(google.tokens().requests(), 0);
}
