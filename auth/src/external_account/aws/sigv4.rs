//! AWS Signature Version 4 of requests with a body in one piece.

use std::{collections::BTreeMap, fmt::Write as _, time::SystemTime};

use hmac::{Hmac, KeyInit, Mac};
use http::Uri;
use jiff::Timestamp;
use percent_encoding::{percent_decode_str, utf8_percent_encode};
use secrecy::{ExposeSecret, zeroize::Zeroizing};
use sha2::{Digest, Sha256};

use crate::{
    AuthError, AuthErrorKind, external_account::supplier::AwsCredentials, oauth::RESERVED,
};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// A request to sign, and the keys to sign it with.
pub(super) struct SigningRequest<'a> {
    pub(super) method: &'a str,
    pub(super) uri: &'a Uri,
    /// Headers to sign besides `host`, `x-amz-date` and `x-amz-security-token`.
    pub(super) headers: &'a [(&'a str, &'a str)],
    pub(super) body: &'a [u8],
    pub(super) keys: &'a AwsCredentials,
    pub(super) region: &'a str,
    pub(super) service: &'a str,
    pub(super) time: SystemTime,
}

/// Returns all headers of the signed request, with `Authorization`.
pub(super) fn sign(
    signing: &SigningRequest<'_>,
) -> Result<BTreeMap<String, Zeroizing<String>>, AuthError> {
    let timestamp = Timestamp::try_from(signing.time)
        .map_err(|_| AuthError::new(AuthErrorKind::Crypto, "this machine's clock shows no year"))?;
    let time = timestamp.strftime("%Y%m%dT%H%M%SZ").to_string();
    let day = &time[..8];

    let mut headers = headers(signing, &time);
    let signed = headers.keys().cloned().collect::<Vec<_>>().join(";");
    let mut canonical = Zeroizing::new(format!(
        "{}\n{}\n{}\n",
        signing.method,
        path(signing.uri),
        query(signing.uri)
    ));
    for (name, value) in &headers {
        canonical.push_str(name);
        canonical.push(':');
        canonical.push_str(value);
        canonical.push('\n');
    }
    canonical.push('\n');
    canonical.push_str(&signed);
    canonical.push('\n');
    canonical.push_str(&hex(&Sha256::digest(signing.body)));

    let scope = format!("{day}/{}/{}/aws4_request", signing.region, signing.service);
    let hashed = hex(&Sha256::digest(canonical.as_bytes()));
    let to_sign = format!("{ALGORITHM}\n{time}\n{scope}\n{hashed}");
    let signature = hex(&*mac(&*key(signing, day)?, &to_sign)?);
    let authorization = format!(
        "{ALGORITHM} Credential={}/{scope}, SignedHeaders={signed}, Signature={signature}",
        signing.keys.access_key_id
    );
    headers.insert(String::from("Authorization"), Zeroizing::new(authorization));
    Ok(headers)
}

/// Returns the headers to sign in their order.
fn headers(signing: &SigningRequest<'_>, time: &str) -> BTreeMap<String, Zeroizing<String>> {
    let mut headers: BTreeMap<String, Zeroizing<String>> = BTreeMap::new();
    let mut put = |name: &str, value: &str| {
        // Runs of spaces are collapsed; values of one name are joined.
        let value = value.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
        headers
            .entry(name.to_ascii_lowercase())
            .and_modify(|old| {
                old.push(',');
                old.push_str(&value);
            })
            .or_insert_with(|| Zeroizing::new(value.clone()));
    };
    let authority = signing.uri.authority().map_or("", |host| host.as_str());
    put("host", authority);
    put("x-amz-date", time);
    if let Some(token) = &signing.keys.session_token {
        put("x-amz-security-token", token.expose_secret());
    }
    for (name, value) in signing.headers {
        put(name, value);
    }
    headers
}

/// Returns the path, encoded once more, as all services but S3 expect. An empty path is `/`.
fn path(uri: &Uri) -> String {
    match uri.path() {
        "" => String::from("/"),
        path => {
            let segments: Vec<_> = path
                .split('/')
                .map(|segment| utf8_percent_encode(segment, RESERVED).to_string())
                .collect();
            segments.join("/")
        }
    }
}

/// Returns the sorted pairs of the query.
fn query(uri: &Uri) -> String {
    let encode = |text: &str| {
        let plain: Vec<u8> = percent_decode_str(text).collect();
        percent_encoding::percent_encode(&plain, RESERVED).to_string()
    };
    let mut pairs: Vec<_> = uri
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (encode(name), encode(value)))
        .collect();
    pairs.sort_unstable();
    let pairs: Vec<_> = pairs
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    pairs.join("&")
}

/// Derives the key for one day, region and service.
fn key(signing: &SigningRequest<'_>, day: &str) -> Result<Code, AuthError> {
    let secret = Zeroizing::new(format!("AWS4{}", signing.keys.secret()));
    let day = mac(secret.as_bytes(), day)?;
    let region = mac(&*day, signing.region)?;
    let service = mac(&*region, signing.service)?;
    mac(&*service, "aws4_request")
}

/// A message authentication code, which may be the next key.
type Code = Zeroizing<[u8; 32]>;

fn mac(key: &[u8], message: &str) -> Result<Code, AuthError> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(|_| {
        AuthError::new(
            AuthErrorKind::Crypto,
            "the secret access key cannot be used",
        )
    })?;
    mac.update(message.as_bytes());
    Ok(Zeroizing::new(mac.finalize().into_bytes().into()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing into a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Compares signatures with those of botocore, which `auth/tests/recorded/record.py` records.
#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use serde_json::Value;

    use super::*;

    /// 2015-08-30 12:36:00 UTC, the time of AWS's own test vectors.
    const NOW: Duration = Duration::from_secs(1_440_938_160);

    #[test]
    fn signatures_are_those_of_botocore() {
        let cases: Value = serde_json::from_str(include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/recorded/aws_sigv4.json"
        )))
        .expect("recorded cases");
        let cases = cases.as_array().expect("a list");
        assert!(cases.len() > 10, "{}", cases.len());
        for case in cases {
            let text = |name: &str| case[name].as_str().expect(name);
            let mut keys =
                AwsCredentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
            if let Some(token) = case["token"].as_str() {
                keys = keys.session_token(token);
            }
            let headers: Vec<_> = case["headers"]
                .as_object()
                .expect("headers")
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str().expect("text")))
                .collect();
            let signed = sign(&SigningRequest {
                method: text("method"),
                uri: &text("url").parse().expect("a URL"),
                headers: &headers,
                body: text("body").as_bytes(),
                keys: &keys,
                region: text("region"),
                service: text("service"),
                time: SystemTime::UNIX_EPOCH + NOW,
            })
            .expect("a signature");
            assert_eq!(
                &*signed["Authorization"],
                text("authorization"),
                "{}",
                text("name")
            );
            assert_eq!(&*signed["x-amz-date"], text("date"), "{}", text("name"));
        }
    }

    #[test]
    fn the_secret_is_not_in_what_is_sent() {
        let keys = AwsCredentials::new("AKIDEXAMPLE", "canary-secret").session_token("temporary");
        let uri = Uri::from_static("https://sts.us-east-2.amazonaws.com/");
        let signed = sign(&SigningRequest {
            method: "POST",
            uri: &uri,
            headers: &[],
            body: b"",
            keys: &keys,
            region: "us-east-2",
            service: "sts",
            time: SystemTime::UNIX_EPOCH + NOW,
        })
        .expect("a signature");
        assert!(!format!("{signed:?}").contains("canary"));
        assert!(!format!("{keys:?}").contains("canary"));
    }
}
