//! Service accounts with keys made at run time, so that no private key is ever stored with the sources.

use std::{
    fmt, io,
    sync::{Arc, Mutex},
};

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der},
    rand::{SecureRandom, SystemRandom},
    rsa::{KeyPair, KeySize},
    signature::{KeyPair as _, RSA_PKCS1_SHA256},
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde_json::{Value, json};

use crate::lock::lock;

/// A service account with one key. `Debug` shows no key.
#[derive(Clone)]
pub struct ServiceAccount {
    email: String,
    project: String,
    key_id: String,
    key: Arc<Key>,
}

struct Key {
    pair: KeyPair,
    pem: String,
    public: Vec<u8>,
}

/// Making an RSA key takes long in a debug build; one per process is enough where the key itself is not what is tested.
static SHARED: Mutex<Option<Arc<Key>>> = Mutex::new(None);

impl ServiceAccount {
    /// An account of `project` named `name`, with this process's shared key.
    ///
    /// # Errors
    /// When the machine gives no randomness.
    pub fn new(name: &str, project: &str) -> io::Result<Self> {
        let mut shared = lock(&SHARED);
        let key = match &*shared {
            Some(key) => Arc::clone(key),
            None => Arc::clone(shared.insert(Arc::new(Key::generate()?))),
        };
        drop(shared);
        Self::with_key(name, project, key)
    }

    /// An account with a key of its own: the same name with another key is a forger.
    ///
    /// # Errors
    /// When the machine gives no randomness.
    pub fn with_own_key(name: &str, project: &str) -> io::Result<Self> {
        Self::with_key(name, project, Arc::new(Key::generate()?))
    }

    fn with_key(name: &str, project: &str, key: Arc<Key>) -> io::Result<Self> {
        Ok(Self {
            email: format!("{name}@{project}.iam.gserviceaccount.com"),
            project: project.to_owned(),
            key_id: random_hex::<20>()?,
            key,
        })
    }

    /// The account's e-mail address: the issuer of its assertions.
    pub fn email(&self) -> &str {
        &self.email
    }

    /// The project that the account lives in.
    pub fn project(&self) -> &str {
        &self.project
    }

    /// The key's id, which assertions carry as `kid`.
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// The private key: PKCS#8 in PEM.
    pub fn private_key(&self) -> &str {
        &self.key.pem
    }

    /// The public key in PEM, for servers that verify assertions themselves.
    pub fn public_key_pem(&self) -> String {
        pem("PUBLIC KEY", &self.key.public)
    }

    /// The public key as a JSON Web Key (RFC 7517).
    pub fn jwk(&self) -> Value {
        // RFC 8017's RSAPublicKey: a sequence of modulus and exponent.
        let (modulus, exponent) = numbers(self.key.pair.public_key().as_ref());
        json!({
            "kty": "RSA", "alg": "RS256", "use": "sig", "kid": self.key_id,
            "n": URL_SAFE_NO_PAD.encode(modulus), "e": URL_SAFE_NO_PAD.encode(exponent),
        })
    }

    /// The public key: X.509 `SubjectPublicKeyInfo` in DER.
    pub(crate) fn public_key(&self) -> &[u8] {
        &self.key.public
    }

    /// The key file, as the Cloud console offers it for download, with `token_uri` in it.
    pub fn key_json(&self, token_uri: &str) -> String {
        let file = json!({
            "type": "service_account",
            "project_id": self.project,
            "private_key_id": self.key_id,
            "private_key": self.key.pem,
            "client_email": self.email,
            "client_id": "100000000000000000001",
            "auth_uri": "https://accounts.google.com/o/oauth2/auth",
            "token_uri": token_uri,
            "auth_provider_x509_cert_url": "https://www.googleapis.com/oauth2/v1/certs",
            "client_x509_cert_url": format!("https://www.googleapis.com/robot/v1/metadata/x509/{}", self.email.replace('@', "%40")),
            "universe_domain": "googleapis.com",
        });
        format!("{file:#}")
    }

    /// A JWS in compact form over any header and claims, signed with RS256: for tests that need a wrong one.
    ///
    /// # Errors
    /// When signing fails.
    pub fn sign(&self, header: &Value, claims: &Value) -> io::Result<String> {
        let text = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(header.to_string()),
            URL_SAFE_NO_PAD.encode(claims.to_string())
        );
        let signature = self.sign_bytes(text.as_bytes())?;
        Ok(format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    /// The RS256 signature of `message`.
    ///
    /// # Errors
    /// When signing fails.
    pub fn sign_bytes(&self, message: &[u8]) -> io::Result<Vec<u8>> {
        let mut signature = vec![0; self.key.pair.public_modulus_len()];
        self.key
            .pair
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                message,
                &mut signature,
            )
            .map_err(|_| io::Error::other("cannot sign"))?;
        Ok(signature)
    }
}

impl fmt::Debug for ServiceAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceAccount")
            .field("email", &self.email)
            .field("key_id", &self.key_id)
            .finish_non_exhaustive()
    }
}

impl Key {
    fn generate() -> io::Result<Self> {
        let failed = |_| io::Error::other("cannot make an RSA key");
        let pair = KeyPair::generate(KeySize::Rsa2048).map_err(failed)?;
        let private: Pkcs8V1Der<'_> = pair.as_der().map_err(failed)?;
        let public: PublicKeyX509Der<'_> = pair.public_key().as_der().map_err(failed)?;
        Ok(Self {
            pem: pem("PRIVATE KEY", private.as_ref()),
            public: public.as_ref().to_vec(),
            pair,
        })
    }
}

/// The two numbers of a DER sequence of two positive integers, without leading zeros.
fn numbers(der: &[u8]) -> (&[u8], &[u8]) {
    let (sequence, _) = content(der);
    let (first, rest) = content(sequence);
    let (second, _) = content(rest);
    let positive = |number: &[u8]| number.iter().take_while(|byte| **byte == 0).count();
    (&first[positive(first)..], &second[positive(second)..])
}

/// The content of the DER value that `der` begins with, and what follows it.
fn content(der: &[u8]) -> (&[u8], &[u8]) {
    let (length, start) = match der[1] {
        short @ 0..0x80 => (usize::from(short), 2),
        long => {
            let bytes = usize::from(long & 0x7f);
            let length = der[2..2 + bytes]
                .iter()
                .fold(0, |length, byte| length << 8 | usize::from(*byte));
            (length, 2 + bytes)
        }
    };
    der[start..].split_at(length)
}

/// A part of a JWS in compact form: base64url without padding, and nothing else.
pub fn decode_part(part: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(part).ok()
}

/// RFC 7468: the label, and base64 in lines of 64.
fn pem(label: &str, der: &[u8]) -> String {
    let mut text = format!("-----BEGIN {label}-----\n");
    for (index, character) in STANDARD.encode(der).chars().enumerate() {
        if index > 0 && index % 64 == 0 {
            text.push('\n');
        }
        text.push(character);
    }
    text.push_str(&format!("\n-----END {label}-----\n"));
    text
}

/// `N` random bytes in hexadecimal.
pub(crate) fn random_hex<const N: usize>() -> io::Result<String> {
    let mut bytes = [0; N];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| io::Error::other("no randomness"))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
