//! What goes over the wire is what google-auth sends, which `tests/recorded/record.py` records. Differences on purpose:
//!
//! - fields that google-auth sends as null or empty are left out;
//! - times in assertions are ten seconds earlier, for servers whose clocks are behind;
//! - the session token of AWS metadata is asked for once, not twice;
//! - the request signed for AWS is signed with `x-goog-cloud-target-resource`, so that it is good for one provider only;
//! - `GOOGLE_EXTERNAL_ACCOUNT_IMPERSONATED_EMAIL` and `GOOGLE_EXTERNAL_ACCOUNT_ID` name the service account where one is impersonated.

use std::sync::{Arc, Mutex};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use gapi_auth::{
    AccessBoundary, AccessBoundaryRule, AccessToken, AuthError, AuthHeaders, AuthRequest,
    Credentials, Downscoped, Environment, ExternalAccount, ExternalAccountAuthorizedUser,
    IdTokenCredentials, Impersonated, ProgramOutput,
};
use gapi_transport::BoxFuture;
use serde_json::{Map, Value, json};

use super::support::*;

fn cases(text: &str) -> Vec<Value> {
    let cases: Value = serde_json::from_str(text).expect("recorded cases");
    cases.as_array().expect("a list").clone()
}

/// What was sent, in the form in which it is recorded.
fn sent(google: &Google) -> Vec<Value> {
    google.recorded().iter().map(record).collect()
}

fn record(recorded: &Recorded) -> Value {
    let compared = [
        "content-type",
        "authorization",
        "x-goog-api-client",
        "metadata",
        "x-aws-ec2-metadata-token",
        "x-aws-ec2-metadata-token-ttl-seconds",
    ];
    let headers: Map<_, _> = compared
        .into_iter()
        .filter(|name| recorded.headers.contains_key(*name))
        .map(|name| (name.to_owned(), Value::from(header(recorded, name))))
        .collect();
    let mut record = json!({
        "method": recorded.method.as_str(), "url": url(&recorded.uri), "headers": headers,
    });
    if recorded.body.is_empty() {
        return record;
    }
    let (name, mut fields) = if recorded.header("content-type") == "application/json" {
        ("json", recorded.json())
    } else {
        ("form", json!(recorded.form()))
    };
    explain(&mut fields);
    record[name] = fields;
    record
}

/// Without the slash of a URI whose path is empty.
fn url(uri: &http::Uri) -> String {
    uri.to_string()
}

fn header(recorded: &Recorded, name: &str) -> String {
    let value = recorded.header(name);
    if name != "x-goog-api-client" {
        // The double numbers its tokens; the recorded one does not.
        let is_numbered = value.starts_with("Bearer granted-");
        return (if is_numbered { "Bearer granted" } else { value }).to_owned();
    }
    let words = value
        .split(' ')
        .filter(|word| !word.starts_with("gl-rust/") && !word.starts_with("auth/"));
    words.collect::<Vec<_>>().join(" ")
}

/// Options, signed requests and JSON web tokens, as their content.
fn explain(fields: &mut Value) {
    let fields = fields.as_object_mut().expect("an object");
    for name in ["options", "subject_token", "assertion", "payload"] {
        let Some(Value::String(text)) = fields.get(name) else {
            continue;
        };
        let plain = decode(text);
        let value =
            if let Ok(json @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str(&plain) {
                json
            } else if text.starts_with("eyJ") {
                let part = |number: usize| -> Value {
                    let part = text.split('.').nth(number).expect("a part");
                    let bytes = URL_SAFE_NO_PAD.decode(part).expect("base64url");
                    serde_json::from_slice(&bytes).expect("JSON")
                };
                json!({"header": part(0), "claims": part(1)})
            } else {
                continue;
            };
        fields.insert(name.to_owned(), value);
    }
}

/// Takes out what differs on purpose.
fn normal(mut requests: Vec<Value>) -> Vec<Value> {
    let mut sessions = 0;
    requests.retain(|request| {
        let is_session = request["url"]
            .as_str()
            .is_some_and(|url| url.ends_with("/latest/api/token"));
        sessions += usize::from(is_session);
        !is_session || sessions == 1
    });
    for request in &mut requests {
        for body in ["json", "form"] {
            let Some(fields) = request.get_mut(body).and_then(Value::as_object_mut) else {
                continue;
            };
            fields.retain(|_, value| !value.is_null());
            if let Some(scopes) = fields.get_mut("scope").and_then(Value::as_array_mut) {
                scopes.sort_by_key(ToString::to_string);
            }
            for name in ["payload", "subject_token"] {
                if let Some(token) = fields.get_mut(name) {
                    normal_token(token);
                }
            }
        }
    }
    requests
}

fn normal_token(token: &mut Value) {
    let claims = match token.get("claims") {
        Some(_) => token.get_mut("claims"),
        None => Some(&mut *token),
    };
    if let Some(claims) = claims.and_then(Value::as_object_mut)
        && claims.contains_key("iat")
    {
        let iat = claims["iat"].as_u64().expect("a time");
        assert!(iat == NOW || iat == NOW - 10, "{iat}");
        assert_eq!(claims["exp"].as_u64().expect("a time") - iat, 3600);
        claims.remove("iat");
        claims.remove("exp");
    }
    for header in token
        .get_mut("headers")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        if header["key"] == "Authorization" {
            let text = header["value"].as_str().expect("text");
            let (credential, rest) = text.split_once(", SignedHeaders=").expect("a signature");
            let (signed, _) = rest.split_once(", Signature=").expect("a signature");
            let signed = signed.replace(";x-goog-cloud-target-resource", "");
            header["value"] = json!([credential, signed]);
        }
    }
}

#[track_caller]
fn assert_same(case: &Value, google: &Google) {
    let wanted = case["requests"].as_array().expect("requests").clone();
    let (wanted, sent) = (normal(wanted), normal(sent(google)));
    assert_eq!(
        serde_json::to_string_pretty(&sent).expect("JSON"),
        serde_json::to_string_pretty(&wanted).expect("JSON"),
        "{}",
        case["name"]
    );
}

/// A user with a token, as the recording's source.
#[derive(Debug)]
struct User;

impl Credentials for User {
    fn headers<'a>(
        &'a self,
        _: &'a AuthRequest<'a>,
    ) -> BoxFuture<'a, Result<AuthHeaders, AuthError>> {
        Box::pin(async { AuthHeaders::bearer("source-token") })
    }

    fn metrics(&self) -> Option<&'static str> {
        Some("cred-type/u")
    }
}

#[tokio::test]
async fn impersonation() {
    for case in cases(include_str!("../../recorded/impersonated.json")) {
        let google = Google::default();
        let input = &case["input"];
        let credentials = match input.get("file") {
            Some(file) => Impersonated::from_json(&file.to_string()).expect("a file"),
            None => {
                let delegates = input["delegates"].as_array().cloned().unwrap_or_default();
                let mut credentials = Impersonated::new(User, TARGET)
                    .delegates(delegates.iter().map(|email| email.as_str().expect("text")));
                if let Some(lifetime) = input["lifetime"].as_u64() {
                    credentials = credentials.lifetime(std::time::Duration::from_secs(lifetime));
                }
                if let Some(subject) = input["subject"].as_str() {
                    credentials = credentials.subject(subject);
                }
                credentials
            }
        };
        let credentials = credentials
            .scopes(SCOPES)
            .transport(google.shared())
            .clock(clock());
        match case["name"].as_str().expect("a name") {
            name if name.starts_with("ID token") => {
                let source = credentials.id_tokens().expect("a source");
                let tokens = IdTokenCredentials::new(source, "https://run.example")
                    .transport(google.shared())
                    .clock(clock());
                ask(&tokens).await.expect("a token");
            }
            "signature" => {
                let signer = credentials.signer().expect("a signer");
                let signature = signer.sign(b"message").await.expect("a signature");
                assert_eq!(
                    (signature.bytes(), signature.key_id()),
                    (&b"signature"[..], Some("key-1"))
                );
            }
            _ => {
                ask(&credentials).await.expect("a token");
            }
        }
        assert_same(&case, &google);
    }
}

#[tokio::test]
async fn federation() {
    let ran: Arc<Mutex<Vec<Value>>> = Arc::default();
    for case in cases(include_str!("../../recorded/external_account.json")) {
        let input = &case["input"];
        let texts = input["texts"].as_object().expect("texts").clone();
        let google = Google::acting(move |recorded| {
            let text = texts.get(&url(&recorded.uri))?.as_str().expect("text");
            Some(Ok(response(200, text)))
        });
        let mut environment = Environment::new();
        for (path, text) in input["files"].as_object().expect("files") {
            environment = environment.file(path, text.as_str().expect("text"));
        }
        for (name, value) in input["variables"].as_object().expect("variables") {
            environment = environment.var(name, value.as_str().expect("text"));
        }
        if let Some(printed) = input["printed"].as_str() {
            let (printed, ran) = (printed.to_owned(), ran.clone());
            environment = environment.program("/bin/token", move |program| {
                let text = |text: &std::ffi::OsString| text.to_string_lossy().into_owned();
                let mut command = vec![text(program.program())];
                command.extend(program.arguments().iter().map(text));
                let variables: Map<_, _> = program
                    .variables()
                    .iter()
                    .map(|(name, value)| (name.clone(), Value::from(text(value))))
                    .collect();
                ran.lock()
                    .expect("ran")
                    .push(json!({"command": command, "variables": variables}));
                Ok(ProgramOutput::new(0, printed.as_bytes()))
            });
        }
        let file = input["file"].to_string();
        let credentials = ExternalAccount::from_json(&file)
            .expect("a configuration")
            .scopes(SCOPES)
            .environment(environment)
            .transport(google.shared())
            .clock(clock());
        let name = case["name"].as_str().expect("a name");
        ask(&credentials).await.expect(name);
        assert_same(&case, &google);
        if let Some(program) = case.get("program") {
            let mut program = program.clone();
            let variables = program["variables"].as_object_mut().expect("variables");
            variables.remove("GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES");
            if input["file"]
                .get("service_account_impersonation_url")
                .is_some()
            {
                variables.insert("GOOGLE_EXTERNAL_ACCOUNT_ID".into(), TARGET.into());
                variables.insert(
                    "GOOGLE_EXTERNAL_ACCOUNT_IMPERSONATED_EMAIL".into(),
                    TARGET.into(),
                );
            }
            assert_eq!(ran.lock().expect("ran").pop(), Some(program));
        }
    }
}

#[tokio::test]
async fn workforce_users() {
    for case in cases(include_str!(
        "../../recorded/external_account_authorized_user.json"
    )) {
        let google = Google::default();
        let credentials =
            ExternalAccountAuthorizedUser::from_json(&case["input"]["file"].to_string())
                .expect("a file")
                .transport(google.shared())
                .clock(clock());
        if case["name"] == "revoke" {
            credentials.revoke().await.expect("revoked");
        } else {
            ask(&credentials).await.expect("a token");
        }
        assert_same(&case, &google);
    }
}

#[tokio::test]
async fn access_boundaries() {
    let [case] = &cases(include_str!("../../recorded/downscoped.json"))[..] else {
        panic!("one case")
    };
    let google = Google::default();
    let rules = [
        AccessBoundaryRule::new("//storage.googleapis.com/projects/_/buckets/b")
            .permission("inRole:roles/storage.objectViewer")
            .condition("resource.name.startsWith('projects/_/buckets/b/objects/x')")
            .described("x", "only x"),
        AccessBoundaryRule::new("//storage.googleapis.com/projects/_/buckets/c")
            .permission("inRole:roles/storage.objectViewer")
            .permission("inRole:roles/storage.objectCreator"),
    ];
    let credentials = Downscoped::new(AccessToken::new("source-token"), AccessBoundary::new(rules))
        .transport(google.shared())
        .clock(clock());
    ask(&credentials).await.expect("a token");
    assert_same(case, &google);
}

#[cfg(feature = "gdch")]
#[tokio::test]
async fn distributed_cloud() {
    let [case] = &cases(include_str!("../../recorded/gdch.json"))[..] else {
        panic!("one case")
    };
    let google = Google::default();
    let mut file = case["input"]["file"].clone();
    file["private_key"] = Value::from(super::gdch::key().pem.clone());
    let credentials = gapi_auth::GdchServiceAccount::from_json(&file.to_string())
        .expect("a file")
        .audience(case["input"]["audience"].as_str().expect("text"))
        .transport(google.shared())
        .clock(clock());
    ask(&credentials).await.expect("a token");
    assert_same(case, &google);
}
