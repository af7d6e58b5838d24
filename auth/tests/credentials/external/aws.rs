//! Identities of AWS.

use gapi_auth::{
    AuthError, AuthErrorKind, AwsCredentials, AwsSupplier, Environment, ExternalAccount,
    SupplierContext,
};
use gapi_transport::BoxFuture;
use serde_json::{Value, json};

use super::support::*;

const ROOT: &str = "http://169.254.169.254/latest";

fn source() -> Value {
    json!({
        "environment_id": "aws1",
        "region_url": format!("{ROOT}/meta-data/placement/availability-zone"),
        "url": format!("{ROOT}/meta-data/iam/security-credentials"),
        "regional_cred_verification_url": "https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15",
    })
}

fn account(source: Value, environment: Environment, google: &Google) -> ExternalAccount {
    let mut file = configuration(source);
    file["subject_token_type"] = json!("urn:ietf:params:aws:token-type:aws4_request");
    ExternalAccount::from_json(&file.to_string())
        .expect("a configuration")
        .environment(environment)
        .transport(google.shared())
        .clock(clock())
}

/// A metadata server, which gives this for the availability zone, the role and its keys.
fn metadata(zone: &'static str, role: &'static str, keys: Value) -> Google {
    Google::acting(move |recorded| {
        let text = match recorded.uri.path() {
            "/latest/meta-data/placement/availability-zone" => zone.to_owned(),
            "/latest/meta-data/iam/security-credentials"
            | "/latest/meta-data/iam/security-credentials/" => role.to_owned(),
            path if path.starts_with("/latest/meta-data/") => keys.to_string(),
            _ => return None,
        };
        Some(Ok(response(200, &text)))
    })
}

fn keys() -> Value {
    json!({"Code": "Success", "AccessKeyId": "AKIDEXAMPLE", "SecretAccessKey": "secret", "Token": "temporary"})
}

/// The signed request that was exchanged.
fn signed(google: &Google) -> Value {
    let last = google.recorded().pop().expect("an exchange");
    decode(&last.form()["subject_token"]).parse().expect("JSON")
}

fn header<'a>(signed: &'a Value, name: &str) -> &'a str {
    let headers = signed["headers"].as_array().expect("headers");
    let header = headers.iter().find(|header| header["key"] == name);
    header.expect(name)["value"].as_str().expect("text")
}

#[tokio::test]
async fn the_request_is_good_for_this_provider_only() {
    let google = metadata("us-east-2b", "role", keys());
    ask(&account(source(), Environment::new(), &google))
        .await
        .expect("a token");
    let signed = signed(&google);
    assert!(header(&signed, "Authorization").contains(
        "SignedHeaders=host;x-amz-date;x-amz-security-token;x-goog-cloud-target-resource"
    ));
    assert_eq!(header(&signed, "x-goog-cloud-target-resource"), POOL);
    assert_eq!(header(&signed, "host"), "sts.us-east-2.amazonaws.com");
    assert_eq!(header(&signed, "x-amz-date"), "20261122T052000Z");
    assert_eq!(signed["method"], "POST");
    assert_eq!(
        signed["url"],
        "https://sts.us-east-2.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15"
    );
}

#[tokio::test]
async fn what_the_environment_has_is_not_asked_for() {
    let environment = Environment::new()
        .var("AWS_DEFAULT_REGION", "eu-west-1")
        .var("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
        .var("AWS_SECRET_ACCESS_KEY", "secret");
    let google = Google::default();
    ask(&account(source(), environment.clone(), &google))
        .await
        .expect("a token");
    assert_eq!(google.recorded().len(), 1);
    assert_eq!(
        header(&signed(&google), "host"),
        "sts.eu-west-1.amazonaws.com"
    );
    // The region alone, and the keys alone.
    let google = metadata("us-east-2b", "role", keys());
    ask(&account(
        source(),
        environment
            .clone()
            .var("AWS_REGION", "eu-west-2")
            .unset("AWS_ACCESS_KEY_ID"),
        &google,
    ))
    .await
    .expect("a token");
    assert_eq!(google.count("availability-zone"), 0);
    assert_eq!(google.count("security-credentials"), 2);
    assert_eq!(
        header(&signed(&google), "host"),
        "sts.eu-west-2.amazonaws.com"
    );
    let google = metadata("us-east-2b", "role", keys());
    ask(&account(
        source(),
        environment.unset("AWS_DEFAULT_REGION"),
        &google,
    ))
    .await
    .expect("a token");
    assert_eq!(google.count("availability-zone"), 1);
    assert_eq!(google.count("security-credentials"), 0);
}

#[tokio::test]
async fn the_session_token_goes_with_every_request() {
    let mut source = source();
    source["imdsv2_session_token_url"] = json!(format!("{ROOT}/api/token"));
    let google = Google::acting(|recorded| match recorded.uri.path() {
        "/latest/api/token" => {
            assert_eq!(recorded.method, http::Method::PUT);
            assert_eq!(
                recorded.header("x-aws-ec2-metadata-token-ttl-seconds"),
                "300"
            );
            Some(Ok(response(200, "session\n")))
        }
        path if path.starts_with("/latest/") => {
            let is_known = recorded
                .headers
                .get("x-aws-ec2-metadata-token")
                .is_some_and(|token| token == "session");
            let text = match path {
                _ if !is_known => return Some(Ok(response(401, ""))),
                "/latest/meta-data/placement/availability-zone" => "us-east-2b".to_owned(),
                "/latest/meta-data/iam/security-credentials" => "role".to_owned(),
                _ => keys().to_string(),
            };
            Some(Ok(response(200, &text)))
        }
        _ => None,
    });
    ask(&account(source, Environment::new(), &google))
        .await
        .expect("a token");
    assert_eq!(google.count("/api/token"), 1);
}

#[tokio::test]
async fn a_slash_at_the_end_of_the_url_is_no_slash_too_many() {
    let mut source = source();
    source["url"] = json!(format!("{ROOT}/meta-data/iam/security-credentials/"));
    let google = metadata("us-east-2b", "role", keys());
    ask(&account(source, Environment::new(), &google))
        .await
        .expect("a token");
    assert_eq!(google.count("/security-credentials/role"), 1);
}

#[tokio::test]
async fn metadata_servers_that_give_nothing_are_explained() {
    for (zone, role, keys, expected) in [
        ("nowhere", "role", keys(), "availability zone"),
        ("us-east-2b", "", keys(), "no role"),
        ("us-east-2b", "../../etc", keys(), "no role"),
        ("us-east-2b", "role", json!({}), "`AccessKeyId`"),
        ("us-east-2b", "role", json!([]), "JSON object"),
    ] {
        let google = metadata(zone, role, keys);
        let error = ask(&account(source(), Environment::new(), &google))
            .await
            .expect_err(expected);
        assert!(error.to_string().contains(expected), "{expected}: {error}");
        assert_eq!(google.count("sts.googleapis.com"), 0);
    }
    let google = Google::acting(|_| Some(Ok(response(404, ""))));
    let error = ask(&account(source(), Environment::new(), &google))
        .await
        .expect_err("no instance");
    assert!(error.to_string().contains("AWS_ACCESS_KEY_ID"), "{error}");
    assert!(!error.is_transient());
    let mut bare = source();
    bare["region_url"] = Value::Null;
    bare["url"] = Value::Null;
    let error = ask(&account(bare, Environment::new(), &Google::default()))
        .await
        .expect_err("nothing to ask");
    assert_eq!(error.kind(), AuthErrorKind::Config);
    assert!(error.to_string().contains("AWS_REGION"), "{error}");
}

#[tokio::test]
async fn a_region_cannot_change_the_host() {
    for region in [
        "evil.example/",
        "us-east-1.evil.example",
        "US-EAST-1",
        "a@b",
    ] {
        let environment = Environment::new()
            .var("AWS_REGION", region)
            .var("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
            .var("AWS_SECRET_ACCESS_KEY", "secret");
        let google = Google::default();
        let error = ask(&account(source(), environment, &google))
            .await
            .expect_err(region);
        assert_eq!(error.kind(), AuthErrorKind::Config);
        assert!(google.recorded().is_empty());
    }
}

/// Keys that the program has.
#[derive(Debug)]
struct Own;

impl AwsSupplier for Own {
    fn credentials<'a>(
        &'a self,
        _: &'a SupplierContext<'a>,
    ) -> BoxFuture<'a, Result<AwsCredentials, AuthError>> {
        Box::pin(async { Ok(AwsCredentials::new("AKIDOWN", "secret").session_token("t")) })
    }

    fn region<'a>(
        &'a self,
        _: &'a SupplierContext<'a>,
    ) -> BoxFuture<'a, Result<String, AuthError>> {
        Box::pin(async { Ok(String::from("ap-southeast-1")) })
    }
}

#[tokio::test]
async fn a_supplier_of_the_programs_own() {
    let google = Google::default();
    let account = ExternalAccount::with_aws_supplier(POOL, Own)
        .transport(google.shared())
        .clock(clock());
    ask(&account).await.expect("a token");
    let signed = signed(&google);
    assert!(
        header(&signed, "Authorization")
            .contains("Credential=AKIDOWN/20261122/ap-southeast-1/sts/aws4_request")
    );
    assert_eq!(
        google.recorded()[0].form()["subject_token_type"],
        "urn:ietf:params:aws:token-type:aws4_request"
    );
}
