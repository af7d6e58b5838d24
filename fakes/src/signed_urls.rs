//! Cloud Storage for callers with a signed URL: it recomputes what was signed from the request as it came.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use aws_lc_rs::{
    digest::{SHA256, digest},
    signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey},
};
use bytes::Bytes;
use http::Method;

use crate::{Reply, Request, Service, keys::ServiceAccount, lock::lock, time::Civil};

/// Objects that may be read, written and deleted with URLs that one service account signed (V4). Clones are the same objects.
#[derive(Clone)]
pub struct SignedStorage {
    account: ServiceAccount,
    objects: Arc<Mutex<BTreeMap<String, Bytes>>>,
}

impl SignedStorage {
    /// No objects, and an account whose signatures count.
    pub fn new(account: &ServiceAccount) -> Self {
        Self {
            account: account.clone(),
            objects: Arc::default(),
        }
    }

    /// The text of the XML API's `Code`, where the signature does not hold.
    fn check(&self, request: &Request) -> Result<(), &'static str> {
        let query = request.query.as_deref().unwrap_or_default();
        let pairs = request.query_pairs();
        let parameter = |name: &str| {
            let found = pairs.iter().find(|(key, _)| key == name);
            found
                .map(|(_, value)| value.as_str())
                .ok_or("InvalidArgument")
        };
        if parameter("X-Goog-Algorithm")? != "GOOG4-RSA-SHA256" {
            return Err("InvalidArgument");
        }
        let (time, seconds) = (parameter("X-Goog-Date")?, parameter("X-Goog-Expires")?);
        let (email, scope) = parameter("X-Goog-Credential")?
            .split_once('/')
            .ok_or("InvalidArgument")?;
        if email != self.account.email() {
            return Err("AccessDenied");
        }
        let seconds: u64 = seconds.parse().map_err(|_| "InvalidArgument")?;
        if seconds == 0 || seconds > 604_800 {
            return Err("InvalidArgument");
        }
        // Such times sort as text does.
        let now = SystemTime::now();
        let earliest = now
            .checked_sub(Duration::from_secs(seconds))
            .unwrap_or(UNIX_EPOCH);
        if Civil::from(earliest).basic().as_str() > time {
            return Err("ExpiredToken");
        }
        if Civil::from(now + Duration::from_secs(15 * 60))
            .basic()
            .as_str()
            < time
        {
            return Err("AccessDenied");
        }
        let signed_headers = parameter("X-Goog-SignedHeaders")?;
        let (unsigned, signature) = query
            .rsplit_once("&X-Goog-Signature=")
            .ok_or("InvalidArgument")?;
        let canonical = canonical(request, unsigned, signed_headers)?;
        let to_sign = format!(
            "GOOG4-RSA-SHA256\n{time}\n{scope}\n{}",
            hex(digest(&SHA256, canonical.as_bytes()).as_ref())
        );
        let signature = unhex(signature).ok_or("InvalidArgument")?;
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, self.account.public_key())
            .verify(to_sign.as_bytes(), &signature)
            .map_err(|_| "SignatureDoesNotMatch")
    }
}

/// What has to have been signed: verb, path and query as they came, the named headers, and the payload's hash.
fn canonical(request: &Request, query: &str, names: &str) -> Result<String, &'static str> {
    let mut lines = String::new();
    for name in names.split(';') {
        let value = match (name, request.header(name)) {
            // Signed without the port.
            ("host", Some(host)) => host.split(':').next().unwrap_or(host),
            (_, Some(value)) => value,
            (_, None) => return Err("SignatureDoesNotMatch"),
        };
        let words: Vec<_> = value.split_ascii_whitespace().collect();
        lines.push_str(&format!("{name}:{}\n", words.join(" ")));
    }
    let payload = request
        .header("x-goog-content-sha256")
        .unwrap_or("UNSIGNED-PAYLOAD");
    Ok(format!(
        "{}\n{}\n{query}\n{lines}\n{names}\n{payload}",
        request.method, request.path
    ))
}

impl Service for SignedStorage {
    fn respond(&self, request: &Request) -> Reply {
        if let Err(code) = self.check(request) {
            let status = if code == "InvalidArgument" || code == "ExpiredToken" {
                400
            } else {
                403
            };
            let xml =
                format!("<?xml version='1.0' encoding='UTF-8'?><Error><Code>{code}</Code></Error>");
            return Reply::new(status).body("application/xml; charset=UTF-8", xml);
        }
        let mut objects = lock(&self.objects);
        match request.method {
            Method::PUT => {
                objects.insert(request.path.clone(), request.body.clone());
                Reply::new(200)
            }
            Method::GET | Method::HEAD => match objects.get(&request.path) {
                Some(object) => Reply::new(200).body("application/octet-stream", object.clone()),
                None => Reply::new(404),
            },
            Method::DELETE => Reply::new(if objects.remove(&request.path).is_some() {
                204
            } else {
                404
            }),
            _ => Reply::new(405),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes().chunks_exact(2);
    if !digits.remainder().is_empty() {
        return None;
    }
    digits
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

impl fmt::Debug for SignedStorage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedStorage")
            .field("account", &self.account)
            .field("objects", &lock(&self.objects).len())
            .finish()
    }
}
