//! What a service account sends is what google-auth sends, which `tests/recorded/record.py` records. Differences on purpose:
//!
//! - times in assertions are ten seconds earlier, for servers whose clocks are behind;
//! - IAM gets the kind of a request for an ID token (`x-goog-api-client`) in other universes too.

use gapi_auth::{AuthRequest, Credentials, Scopes, ServiceAccount};
use gapi_fakes::{Reply, Request, id_tokens::IdTokenIssuer, keys::ServiceAccount as Account};
use http::Uri;
use serde_json::{Map, Value, json};

use super::{service_account::part, support::*};

const CASES: &str = include_str!("../../recorded/service_account.json");
const EMAIL: &str = "robot@example-123.iam.gserviceaccount.com";

/// The content of a JSON web token, at the time of the recorded one.
fn explained(token: &str) -> Value {
    let mut claims = part(token, 1);
    assert_eq!(
        (&claims["iat"], &claims["exp"]),
        (&json!(NOW - 10), &json!(NOW + 3590))
    );
    claims["iat"] = json!(NOW);
    claims["exp"] = json!(NOW + 3600);
    let mut header = part(token, 0);
    header["kid"] = json!("key-1");
    json!({"header": header, "claims": claims})
}

fn recorded_form(request: &Request) -> Value {
    let mut headers = Map::new();
    for name in ["content-type", "authorization", "x-goog-api-client"] {
        let Some(value) = request.header(name) else {
            continue;
        };
        let value = match value.strip_prefix("Bearer ey") {
            Some(_) => explained(&value["Bearer ".len()..]),
            None => value
                .split(' ')
                .filter(|word| !word.starts_with("gl-rust/") && !word.starts_with("auth/"))
                .collect::<Vec<_>>()
                .join(" ")
                .into(),
        };
        headers.insert(name.to_owned(), value);
    }
    let mut record = json!({"method": request.method.as_str(), "headers": headers});
    if record["headers"]["content-type"] == "application/json" {
        // Only google-auth's other requests have it.
        if let Some(headers) = record["headers"].as_object_mut() {
            headers.remove("x-goog-api-client");
        }
        record["json"] = request.json().expect("JSON");
    } else {
        let form: Map<_, _> = request
            .form()
            .into_iter()
            .map(|(name, value)| {
                let is_token = name == "assertion";
                let value = if is_token {
                    explained(&value)
                } else {
                    value.into()
                };
                (name, value)
            })
            .collect();
        record["form"] = form.into();
    }
    record
}

fn texts(input: &Value, name: &str) -> Vec<String> {
    let list = input[name].as_array().into_iter().flatten();
    list.map(|text| text.as_str().expect("text").to_owned())
        .collect()
}

fn account(input: &Value) -> ServiceAccount {
    let account = Account::new("robot", "example-123").expect("an account");
    let mut robot =
        ServiceAccount::from_json(&account.key_json("https://oauth2.googleapis.com/token"))
            .expect("a service account")
            .scopes(texts(input, "scopes"))
            .self_signed(input["self_signed"] == true);
    let text = |name: &str| input[name].as_str();
    if let Some(subject) = text("subject") {
        robot = robot.subject(subject);
    }
    if let Some(uri) = text("token_uri") {
        robot = robot.token_uri(uri);
    }
    if let Some(universe) = text("universe_domain") {
        robot = robot.universe_domain(universe);
    }
    for (name, value) in input["claims"].as_object().into_iter().flatten() {
        robot = robot.claim(name, value.clone());
    }
    robot
}

#[tokio::test]
async fn requests_are_google_auths() {
    let cases: Vec<Value> = serde_json::from_str(CASES).expect("recorded cases");
    assert_eq!(cases.len(), 10);
    let issuer = IdTokenIssuer::new().expect("an issuer");
    let url = Uri::from_static("https://drive.googleapis.com/drive/v3/files");
    for case in cases {
        let name = case["name"].as_str().expect("a name");
        let token = issuer
            .sign(&json!({"iat": NOW, "exp": NOW + 3600}))
            .expect("signed");
        let network = Direct::new(move |_: &Request| {
            Reply::json(
                200,
                &json!({"access_token": "granted", "expires_in": 3600, "id_token": token, "token": token}),
            )
        });
        let robot = account(&case["input"])
            .transport(network.shared())
            .clock(clock());
        assert_eq!(robot.email(), EMAIL);
        let request = AuthRequest::new(&url, Scopes::Default(&[]));
        let headers = match case["input"]["id_token"].as_str() {
            Some(audience) => robot.id_token(audience).headers(&request).await,
            None => robot.headers(&request).await,
        };
        let headers = headers.unwrap_or_else(|error| panic!("{name}: {error}"));
        let expected = &case["requests"][0];
        if let Some(bearer) = expected.get("bearer") {
            let value = headers.headers()["authorization"].to_str().expect("text");
            assert_eq!(&explained(&value["Bearer ".len()..]), bearer, "{name}");
            assert!(network.recorded().is_empty(), "{name}");
        } else {
            let [request] = &network.recorded()[..] else {
                panic!("{name}: one request")
            };
            let mut expected = expected.clone();
            let url = expected.as_object_mut().expect("an object").remove("url");
            let url: Uri = url
                .expect("a URL")
                .as_str()
                .expect("text")
                .parse()
                .expect("a URL");
            assert_eq!(request.path, url.path(), "{name}");
            assert_eq!(recorded_form(request), expected, "{name}");
        }
        if let Some(usage) = case["usage"].as_str() {
            assert_eq!(robot.metrics(), Some(usage), "{name}");
        }
    }
}
