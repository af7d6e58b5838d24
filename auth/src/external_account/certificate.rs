//! X.509 certificates: the chain is the subject token, and the TLS connection proves possession of the key.

use std::{path::Path, sync::Arc};

use base64::{Engine, engine::general_purpose::STANDARD};
use gapi_transport::Transport;
use secrecy::SecretString;
use serde_json::Value;

use crate::RedactedPath;
use crate::redacted_path::NamedPath;
use crate::{
    AuthError, AuthErrorKind, ClientCertificate, Environment,
    client_certificate::{Paths, read, workload},
    config::Fields,
    reach::Reach,
};

/// What errors call the files.
pub(super) const WHAT: &str = "the certificate";

/// The files of the certificate, its key and its chain.
#[derive(Clone, Debug)]
pub(super) struct Certificate {
    /// The certificate configuration, unless it is the default one.
    config: Option<NamedPath>,
    trust_chain: Option<NamedPath>,
}

impl Certificate {
    /// Reads the field `certificate` of a credential source.
    pub(super) fn read(mut fields: Fields) -> Result<Self, AuthError> {
        let config = fields.named_path("certificate_config_location")?;
        match (&config, fields.flag("use_default_certificate_config")?) {
            (Some(_), true) => {
                return Err(fields.error(
                    "`certificate_config_location` and `use_default_certificate_config` exclude each other",
                ));
            }
            (None, false) => {
                return Err(fields.error(
                    "neither `certificate_config_location` nor `use_default_certificate_config` is given",
                ));
            }
            _ => {}
        }
        Ok(Self {
            config,
            trust_chain: fields.named_path("trust_chain_path")?,
        })
    }

    /// Returns the chain as a subject token: a JSON list of base64 DER, the leaf first.
    pub(super) fn chain(&self, reach: &Reach) -> Result<SecretString, AuthError> {
        let environment = reach.files(WHAT)?;
        let paths = self.paths(environment)?;
        let leaf = read(environment, &paths.certificate)?;
        let leaf = certificates(&paths.certificate, &leaf)?;
        // The file may contain more than the leaf; the chain has its own file.
        let Some(leaf) = leaf.into_iter().next() else {
            return Err(missing(&paths.certificate));
        };
        let mut chain = vec![leaf];
        if let Some(path) = &self.trust_chain {
            let above = certificates(path, &read(environment, path)?)?;
            for (index, certificate) in above.into_iter().enumerate() {
                match (certificate == chain[0], index) {
                    (false, _) => chain.push(certificate),
                    // The file of the chain may begin with the leaf.
                    (true, 0) => {}
                    (true, _) => {
                        return Err(AuthError::new(
                            AuthErrorKind::Config,
                            format!(
                                "{}: the leaf certificate is not the first one",
                                RedactedPath::new(path)
                            ),
                        )
                        .with_hint("order the chain from the leaf to the root"));
                    }
                }
            }
        }
        Ok(SecretString::from(Value::from(chain).to_string()))
    }

    /// Returns a transport that presents the certificate. The files are read each time, because certificates are rotated.
    pub(super) fn transport(&self, reach: &Reach) -> Result<Arc<dyn Transport>, AuthError> {
        let environment = reach.files(WHAT)?;
        ClientCertificate::read(environment, &self.paths(environment)?)?.transport()
    }

    /// Returns the files that the certificate configuration names.
    fn paths(&self, environment: &Environment) -> Result<Paths, AuthError> {
        workload(environment, self.config.as_deref())
    }
}

/// Returns the certificates of a PEM text (RFC 7468) as base64 DER.
fn certificates(path: &Path, pem: &str) -> Result<Vec<String>, AuthError> {
    let mut found = Vec::new();
    for block in pem.split("-----BEGIN CERTIFICATE-----").skip(1) {
        let body = block.split("-----END CERTIFICATE-----").next();
        let text: String = body
            .unwrap_or_default()
            .chars()
            .filter(|c| !c.is_whitespace())
            .collect();
        // Encoded again, so that only valid base64 is sent.
        let der = STANDARD
            .decode(&text)
            .ok()
            .filter(|der| der.first() == Some(&0x30));
        let Some(der) = der else {
            return Err(AuthError::new(
                AuthErrorKind::Crypto,
                format!(
                    "{}: a certificate in it is damaged",
                    RedactedPath::new(path)
                ),
            ));
        };
        found.push(STANDARD.encode(der));
    }
    if found.is_empty() {
        return Err(missing(path));
    }
    Ok(found)
}

fn missing(path: &Path) -> AuthError {
    AuthError::new(
        AuthErrorKind::Crypto,
        format!("{}: there is no certificate in it", RedactedPath::new(path)),
    )
    .with_hint("it begins with -----BEGIN CERTIFICATE-----")
}
