//! The web server flow.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use gapi_auth::{
    AuthError, AuthErrorKind, AuthorizedUser, ClientSecrets, Credentials, Flow,
    PendingAuthorization,
};
use gapi_transport::TransportErrorKind;
use serde_json::json;

use super::endpoint::{Endpoint, ask, bearer, clock, response};

pub(crate) const REDIRECT: &str = "https://app.example/cb";

pub(crate) fn flow(endpoint: &Endpoint) -> Flow {
    Flow::new(ClientSecrets::new("client-1", "secret-1"), ["a", "b"])
        .redirect_uri(REDIRECT)
        .transport(endpoint.shared())
        .clock(clock())
}

/// The parameters of a URL, in order.
pub(crate) fn parameters(url: &str) -> Vec<(String, String)> {
    let (_, query) = url.split_once('?').expect("a query");
    let decode = |text: &str| {
        percent_encoding::percent_decode_str(text)
            .decode_utf8()
            .expect("UTF-8")
            .into_owned()
    };
    query
        .split('&')
        .map(|pair| pair.split_once('=').expect("name=value"))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

pub(crate) fn parameter(url: &str, name: &str) -> Option<String> {
    let mut values = parameters(url).into_iter().filter(|(own, _)| own == name);
    let value = values.next().map(|(_, value)| value);
    assert!(values.next().is_none(), "{name} once");
    value
}

pub(crate) fn granting(fields: serde_json::Value) -> Endpoint {
    let mut reply = json!({"access_token": "access-1", "expires_in": 3600, "refresh_token": "refresh-1", "token_type": "Bearer"});
    for (name, value) in fields.as_object().expect("an object") {
        reply[name] = value.clone();
    }
    Endpoint::new([Ok(response(200, &reply.to_string()))])
}

#[test]
fn the_url_has_all_parameters() {
    let flow = flow(&Endpoint::default())
        .prompt("consent")
        .login_hint("ann@example.com")
        .hd("example.com")
        .include_granted_scopes(true)
        .parameter("enable_granular_consent", "true")
        .parameter("enable_granular_consent", "false");
    let (url, pending) = flow.authorization_url().expect("a URL");
    assert!(
        url.starts_with("https://accounts.google.com/o/oauth2/v2/auth?"),
        "{url}"
    );
    let names: Vec<_> = parameters(&url).into_iter().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        [
            "response_type",
            "client_id",
            "redirect_uri",
            "scope",
            "state",
            "code_challenge",
            "code_challenge_method",
            "access_type",
            "prompt",
            "login_hint",
            "hd",
            "include_granted_scopes",
            "enable_granular_consent"
        ]
    );
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", "client-1"),
        ("redirect_uri", REDIRECT),
        ("scope", "a b"),
        ("code_challenge_method", "S256"),
        ("access_type", "offline"),
        ("prompt", "consent"),
        ("login_hint", "ann@example.com"),
        ("hd", "example.com"),
        ("include_granted_scopes", "true"),
        ("enable_granular_consent", "false"),
    ] {
        assert_eq!(parameter(&url, name).as_deref(), Some(value));
    }
    assert_eq!(parameter(&url, "state").as_deref(), Some(pending.state()));
    assert!(pending.state().len() >= 43);
    let (other, _) = flow.authorization_url().expect("a URL");
    assert_ne!(parameter(&url, "state"), parameter(&other, "state"));
    assert_ne!(
        parameter(&url, "code_challenge"),
        parameter(&other, "code_challenge")
    );
    let (plain, _) = flow
        .pkce(false)
        .access_type("online")
        .authorization_url()
        .expect("a URL");
    assert_eq!(parameter(&plain, "code_challenge"), None);
    assert_eq!(parameter(&plain, "access_type").as_deref(), Some("online"));
}

#[test]
fn what_cannot_be_asked_is_refused() {
    let flow = flow(&Endpoint::default());
    let refused = |flow: Flow| flow.authorization_url().expect_err("refused").to_string();
    for uri in [
        "http://app.example/cb",
        "http://127.0.0.1.evil.example/",
        "javascript:x",
        "urn:other",
        "/cb",
        "",
        "https://app.example/#x",
    ] {
        let error = refused(flow.clone().redirect_uri(uri));
        assert!(error.contains("redirect URI"), "{uri}: {error}");
    }
    for uri in [
        "http://localhost:8080/cb",
        "http://127.0.0.1/",
        "http://[::1]:9/x",
        "com.example.app:/cb",
        "urn:ietf:wg:oauth:2.0:oob",
        "urn:ietf:wg:oauth:2.0:oob:auto",
    ] {
        flow.clone()
            .redirect_uri(uri)
            .authorization_url()
            .expect(uri);
    }
    let error = refused(flow.clone().parameter("state", "mine"));
    assert!(error.contains("`state`"), "{error}");
    let none: [&str; 0] = [];
    let error = refused(Flow::new(ClientSecrets::new("c", "s"), none).redirect_uri(REDIRECT));
    assert!(error.contains("no scopes"), "{error}");
    let error = refused(Flow::new(ClientSecrets::new("c", "s"), ["a"]));
    assert!(error.contains("no redirect URI"), "{error}");
    let client = ClientSecrets::new("c", "s").token_uri("http://login.example/token");
    let error = refused(Flow::new(client, ["a"]).redirect_uri(REDIRECT));
    assert!(error.contains("token URI"), "{error}");
}

#[tokio::test]
async fn a_code_becomes_credentials_after_a_night_in_a_session() {
    let endpoint = granting(json!({"scope": "a openid"}));
    let flow = flow(&endpoint);
    let (url, pending) = flow.authorization_url().expect("a URL");
    let session = serde_json::to_string(&pending).expect("serialized");
    let pending: PendingAuthorization = serde_json::from_str(&session).expect("the same");
    assert_eq!(pending.scopes(), ["a", "b"]);
    let callback = format!(
        "{REDIRECT}?state={}&iss=https%3A%2F%2Faccounts.google.com&code=4%2Fcode&scope=a+openid&authuser=0",
        pending.state()
    );
    let user = flow.exchange(pending, &callback).await.expect("a user");
    let recorded = &endpoint.recorded()[0];
    assert_eq!(recorded.uri, "https://oauth2.googleapis.com/token");
    let form = recorded.form();
    assert_eq!(form["grant_type"], "authorization_code");
    assert_eq!(form["code"], "4/code");
    assert_eq!(form["redirect_uri"], REDIRECT);
    assert_eq!(
        (form["client_id"].as_str(), form["client_secret"].as_str()),
        ("client-1", "secret-1")
    );
    // The verifier is the one whose digest was in the URL.
    use sha2::Digest;
    let challenge = URL_SAFE_NO_PAD.encode(sha2::Sha256::digest(&form["code_verifier"]));
    assert_eq!(
        parameter(&url, "code_challenge").as_deref(),
        Some(challenge.as_str())
    );
    assert!((43..=128).contains(&form["code_verifier"].len()));
    // Less was granted than was asked for, which is the user's right.
    assert_eq!(user.granted_scopes(), ["a", "openid"]);
    assert!(!user.has_scopes(["b"]));
    assert_eq!(bearer(&ask(&user).await.expect("a token")), "access-1");
    assert_eq!(
        endpoint.recorded().len(),
        1,
        "the token of the exchange is used"
    );
}

async fn exchange(flow: &Flow, query: &str) -> Result<AuthorizedUser, AuthError> {
    let (_, pending) = flow.authorization_url().expect("a URL");
    let query = query.replace("STATE", pending.state());
    flow.exchange(pending, &format!("{REDIRECT}?{query}")).await
}

#[tokio::test]
async fn only_responses_to_this_authorization_are_believed() {
    let endpoint = Endpoint::default();
    let flow = flow(&endpoint);
    for query in [
        "code=x",
        "state=&code=x",
        "state=other&code=x",
        "state=STATEx&code=x",
        "state=other&error=access_denied",
        "state=STATE",
        "state=STATE&state=STATE&code=x",
        "state=STATE&state=other&code=x",
        "state=STATE&code=x&code=y",
        "state=STATE&code=x&iss=https://evil.example",
        "state=STATE&code=x&iss=https://accounts.google.com/",
        "state=STATE&code=x&iss=",
        "state=STATE&error=access_denied&iss=https://evil.example",
        "code=x#state=STATE",
        "",
    ] {
        let error = exchange(&flow, query).await.expect_err(query);
        assert_eq!(error.kind(), AuthErrorKind::Callback, "{query}: {error}");
    }
    assert!(endpoint.recorded().is_empty());
    // One browser's response to another one's authorization, and a record of another client.
    let (_, mine) = flow.authorization_url().expect("a URL");
    let (_, theirs) = flow.authorization_url().expect("a URL");
    let callback = format!("?code=x&state={}", theirs.state());
    let error = flow
        .exchange(mine.clone(), &callback)
        .await
        .expect_err("mixed up");
    assert_eq!(error.kind(), AuthErrorKind::Callback);
    let other = Flow::new(ClientSecrets::new("other", "s"), ["a"]);
    let callback = format!("?code=x&state={}", mine.state());
    let error = other
        .exchange(mine, &callback)
        .await
        .expect_err("another client");
    assert_eq!(error.kind(), AuthErrorKind::Callback);
}

#[tokio::test]
async fn the_server_of_the_authorization_uri_is_the_issuer_unless_one_is_named() {
    let client = || {
        ClientSecrets::new("c", "s")
            .auth_uri("https://login.example/auth")
            .token_uri("https://login.example/token")
    };
    let endpoint = Endpoint::default();
    let flow = Flow::new(client(), ["a"])
        .redirect_uri(REDIRECT)
        .transport(endpoint.shared());
    exchange(&flow, "state=STATE&code=x&iss=https://login.example")
        .await
        .expect("its own");
    exchange(&flow, "state=STATE&code=x&iss=https://login.example:444")
        .await
        .expect_err("another port");
    exchange(&flow, "state=STATE&code=x&iss=http://login.example")
        .await
        .expect_err("another scheme");
    let named = flow.issuer("https://id.example/tenant");
    exchange(&named, "state=STATE&code=x&iss=https://id.example/tenant")
        .await
        .expect("the one");
    exchange(&named, "state=STATE&code=x&iss=https://login.example")
        .await
        .expect_err("not the one");
}

#[tokio::test]
async fn refusals_are_distinguished() {
    let flow = flow(&Endpoint::default());
    for (query, kind, word) in [
        (
            "state=STATE&error=access_denied",
            AuthErrorKind::Denied,
            "denied",
        ),
        (
            "state=STATE&error=admin_policy_enforced",
            AuthErrorKind::Denied,
            "administrator",
        ),
        (
            "state=STATE&error=org_internal",
            AuthErrorKind::Denied,
            "policy",
        ),
        (
            "state=STATE&error=login_required",
            AuthErrorKind::SignInRequired,
            "prompt=none",
        ),
        (
            "state=STATE&error=invalid_scope&error_description=no+such+scope",
            AuthErrorKind::OAuth,
            "no such scope",
        ),
        (
            "state=STATE&error=redirect_uri_mismatch",
            AuthErrorKind::OAuth,
            "register the redirect URI",
        ),
    ] {
        let error = exchange(&flow, query).await.expect_err(query);
        assert_eq!(error.kind(), kind, "{query}");
        assert!(error.to_string().contains(word), "{query}: {error}");
        assert!(query.contains(error.oauth_error().expect("a code")));
    }
}

#[tokio::test(start_paused = true)]
async fn a_code_is_sent_again_only_if_it_never_arrived() {
    let system = || std::sync::Arc::new(gapi_transport::SystemClock);
    let endpoint = Endpoint::new([
        Err(TransportErrorKind::Connect),
        Err(TransportErrorKind::Connect),
    ]);
    exchange(&flow(&endpoint).clock(system()), "state=STATE&code=x")
        .await
        .expect("the third time");
    assert_eq!(endpoint.recorded().len(), 3);
    let endpoint = Endpoint::new([Err(TransportErrorKind::Reset)]);
    exchange(&flow(&endpoint).clock(system()), "state=STATE&code=x")
        .await
        .expect_err("it may have arrived");
    assert_eq!(endpoint.recorded().len(), 1);
}

/// A JSON web token whose signature is not checked.
fn id_token(claims: &serde_json::Value) -> String {
    let part = |json: &serde_json::Value| URL_SAFE_NO_PAD.encode(json.to_string());
    format!("{}.{}.c2ln", part(&json!({"alg": "RS256"})), part(claims))
}

#[tokio::test]
async fn an_id_token_names_the_account_and_belongs_to_the_authorization() {
    let ask_with = |endpoint: &Endpoint| {
        Flow::new(ClientSecrets::new("c", "s"), ["openid", "email"])
            .redirect_uri(REDIRECT)
            .transport(endpoint.shared())
    };
    let endpoint = granting(
        json!({"id_token": id_token(&json!({"nonce": "forged", "email": "eve@example.com"}))}),
    );
    let error = exchange(&ask_with(&endpoint), "state=STATE&code=x")
        .await
        .expect_err("another nonce");
    assert_eq!(error.kind(), AuthErrorKind::Callback);

    let (url, pending) = ask_with(&endpoint).authorization_url().expect("a URL");
    let nonce = parameter(&url, "nonce").expect("a nonce");
    let endpoint = granting(
        json!({"id_token": id_token(&json!({"nonce": nonce, "email": "ann@example.com"}))}),
    );
    let callback = format!("?code=x&state={}", pending.state());
    let user = ask_with(&endpoint)
        .exchange(pending, &callback)
        .await
        .expect("a user");
    assert_eq!(user.account_name(), Some("ann@example.com"));
    assert_eq!(user.describe(), "user ann@example.com");
    assert_eq!(user.store_key().account, "ann@example.com");
}

#[tokio::test]
async fn incremental_consent_keeps_the_first_refresh_token() {
    let first = granting(json!({"scope": "a"}));
    let user = exchange(&flow(&first), "state=STATE&code=x")
        .await
        .expect("a user");
    let second = Endpoint::new([Ok(response(
        200,
        r#"{"access_token":"t","expires_in":3600,"scope":"a b"}"#,
    ))]);
    let more = flow(&second).include_granted_scopes(true).previous(&user);
    let user = exchange(&more, "state=STATE&code=y").await.expect("more");
    assert!(user.has_scopes(["a", "b"]));
    assert!(user.to_json().contains("refresh-1"));
}

#[tokio::test]
async fn all_scopes_can_be_insisted_on() {
    let endpoint = granting(json!({"scope": "a"}));
    let error = exchange(&flow(&endpoint).require_scopes(true), "state=STATE&code=x")
        .await
        .expect_err("less");
    assert_eq!(error.kind(), AuthErrorKind::Denied);
    assert!(error.to_string().contains("did not grant b"), "{error}");
}
