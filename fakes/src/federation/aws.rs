//! Keys of AWS, and requests that are signed with them (Signature Version 4).

use std::{collections::BTreeMap, fmt};

use aws_lc_rs::{digest, hmac};
use percent_encoding::percent_decode_str;
use serde_json::Value;

/// An access key of AWS, and whose it is. `Debug` shows its ID only.
#[derive(Clone)]
pub struct AwsKeys {
    /// The key's ID.
    pub id: String,
    /// The key.
    pub secret: String,
    /// The token that goes with a temporary key.
    pub session_token: Option<String>,
    /// Whose it is, as `GetCallerIdentity` names it.
    pub arn: String,
}

impl AwsKeys {
    /// Whose key signed the request in `token`, which has to be meant for `audience`.
    pub(super) fn verify(known: &[Self], token: &str, audience: &str) -> Result<String, String> {
        let request = percent_decode_str(token)
            .decode_utf8()
            .ok()
            .and_then(|json| serde_json::from_str::<Value>(&json).ok())
            .ok_or("The subject token is no percent-encoded JSON.")?;
        let headers: BTreeMap<String, String> = request["headers"]
            .as_array()
            .ok_or("The request has no headers.")?
            .iter()
            .filter_map(|header| {
                let name = header["key"].as_str()?.to_ascii_lowercase();
                Some((name, header["value"].as_str()?.to_owned()))
            })
            .collect();
        let header = |name: &str| headers.get(name).map(String::as_str).unwrap_or_default();
        let authorization = header("authorization");
        let part = |name: &str| {
            let (_, rest) = authorization.split_once(name)?;
            rest.split(',').next().map(str::trim)
        };
        let parts = (
            part("Credential="),
            part("SignedHeaders="),
            part("Signature="),
        );
        let (Some(credential), Some(signed), Some(signature)) = parts else {
            return Err("The request is not signed.".into());
        };
        let (id, scope) = credential
            .split_once('/')
            .ok_or("The credential has no scope.")?;
        let keys = known
            .iter()
            .find(|keys| keys.id == id)
            .ok_or("The key is not known.")?;
        if keys.session_token.as_deref().unwrap_or_default() != header("x-amz-security-token") {
            return Err("The security token is not the key's.".into());
        }
        if header("x-goog-cloud-target-resource") != audience {
            return Err("The request is meant for another provider.".into());
        }
        let url = request["url"].as_str().unwrap_or_default();
        let (host, query) = url
            .strip_prefix("https://")
            .and_then(|rest| rest.split_once('?'))
            .ok_or("The request has no query.")?;
        let host = host.trim_end_matches('/');
        if host != header("host") || !host.starts_with("sts.") || !host.ends_with(".amazonaws.com")
        {
            return Err("The request is not for AWS.".into());
        }
        let mut pairs: Vec<_> = query.split('&').collect();
        pairs.sort_unstable();
        if pairs != ["Action=GetCallerIdentity", "Version=2011-06-15"] {
            return Err("The request asks for something else.".into());
        }
        let mut canonical = format!("POST\n/\n{}\n", pairs.join("&"));
        for name in signed.split(';') {
            canonical.push_str(&format!("{name}:{}\n", header(name)));
        }
        canonical.push_str(&format!("\n{signed}\n{}", hex(hash(b"").as_ref())));
        let to_sign = format!(
            "AWS4-HMAC-SHA256\n{}\n{scope}\n{}",
            header("x-amz-date"),
            hex(hash(canonical.as_bytes()).as_ref())
        );
        let key = scope
            .split('/')
            .fold(format!("AWS4{}", keys.secret).into_bytes(), |key, part| {
                mac(&key, part)
            });
        if hex(&mac(&key, &to_sign)) != signature {
            return Err("The signature does not match.".into());
        }
        Ok(keys.arn.clone())
    }
}

fn hash(bytes: &[u8]) -> digest::Digest {
    digest::digest(&digest::SHA256, bytes)
}

fn mac(key: &[u8], message: &str) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    hmac::sign(&key, message.as_bytes()).as_ref().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl fmt::Debug for AwsKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AwsKeys")
            .field("id", &self.id)
            .field("arn", &self.arn)
            .finish_non_exhaustive()
    }
}
