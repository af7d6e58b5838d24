//! Client certificates: who a machine is, proved by its TLS connections (mutual TLS).

mod pem;
mod places;
mod provider;

use std::{fmt, path::Path, sync::Arc};

use crate::RedactedPath;
use gapi_transport::{Clock, SystemClock, Transport};
use secrecy::{ExposeSecret, SecretString};

pub(crate) use self::places::Paths;
#[cfg(feature = "external-account")]
pub(crate) use self::places::{read, workload};
use crate::{AuthError, AuthErrorKind, Environment, config};

/// Where Kubernetes Engine puts a workload's certificate, with its key in the same file.
const BUNDLE: &str =
    "/var/run/secrets/workload-spiffe-credentials/x509.credential-bundle.private-key.pem";

/// A client certificate and its private key, for connections that prove who the machine is (mutual TLS, certificate-based access).
///
/// ```no_run
/// # async fn example() -> Result<(), gapi_auth::AuthError> {
/// use gapi_auth::{ClientCertificate, Environment};
///
/// if let Some(certificate) = ClientCertificate::find(&Environment::system()).await? {
///     let transport = certificate.transport()?;
///     // `Client::builder().transport(transport).client_certificate(true)`, and for token requests `.transport(transport)` of the credentials.
/// #   let _ = transport;
/// }
/// # Ok(()) }
/// ```
///
/// `Debug` shows where it came from, and nothing of it.
#[derive(Clone)]
pub struct ClientCertificate {
    place: String,
    chain: String,
    key: SecretString,
}

/// What the environment says about using a certificate.
enum Use {
    Never,
    IfFound,
    Always(&'static str),
}

impl ClientCertificate {
    /// A certificate, with those above it if need be, and its private key (PKCS#8, PKCS#1 or SEC1, not encrypted), in PEM (RFC 7468).
    ///
    /// # Errors
    /// [`AuthErrorKind::Crypto`] when there is no certificate or not exactly one key.
    pub fn from_pem(chain: &str, key: &str) -> Result<Self, AuthError> {
        Self::at("client certificate", chain, "client certificate's key", key)
    }

    fn at(place: &str, chain: &str, key_place: &str, key: &str) -> Result<Self, AuthError> {
        Ok(Self {
            chain: pem::certificates(place, chain)?,
            key: pem::private_key(key_place, key)?,
            place: place.to_owned(),
        })
    }

    /// The certificate that this machine is set up with, if it is: as Google's other clients find it.
    ///
    /// 1. Whether to look: `GOOGLE_API_USE_CLIENT_CERTIFICATE`, else `CLOUDSDK_CONTEXT_AWARE_USE_CLIENT_CERTIFICATE`: `true` needs a certificate,
    ///    anything else forbids it. Unset, one is used if it is found.
    /// 2. The workload's certificate of the certificate configuration: `GOOGLE_API_CERTIFICATE_CONFIG`, else
    ///    `CLOUDSDK_CONTEXT_AWARE_CERTIFICATE_CONFIG_FILE_PATH`, else `certificate_config.json` in gcloud's folder.
    /// 3. The bundle that Kubernetes Engine gives to workloads.
    ///
    /// The files are read now; certificates are rotated, so look again from time to time. No network is touched.
    ///
    /// # Errors
    /// [`AuthErrorKind::NotFound`] when a certificate is demanded, or its configuration is named, and it is not there; [`AuthErrorKind::Config`] and
    /// [`AuthErrorKind::Crypto`] when what is there cannot be used. The text names the file.
    pub async fn find(environment: &Environment) -> Result<Option<Self>, AuthError> {
        Self::look(environment, None).await
    }

    /// As [`find`](Self::find), and at last asks the command that Endpoint Verification (SecureConnect) is set up with, in
    /// `~/.secureConnect/context_aware_metadata.json`: only where a certificate is demanded. It runs whatever program that file names.
    ///
    /// # Errors
    /// As [`find`](Self::find), and when the command fails.
    pub async fn find_with_command(environment: &Environment) -> Result<Option<Self>, AuthError> {
        Self::look(environment, Some(&SystemClock)).await
    }

    async fn look(
        environment: &Environment,
        command: Option<&dyn Clock>,
    ) -> Result<Option<Self>, AuthError> {
        let demanded_by = match Use::of(environment) {
            Use::Never => return Ok(None),
            Use::IfFound => None,
            Use::Always(variable) => Some(variable),
        };
        if let Some(paths) = places::find(environment)? {
            return Self::read(environment, &paths).map(Some);
        }
        if environment.is_file(BUNDLE) {
            return Self::bundle(environment).map(Some);
        }
        let Some(variable) = demanded_by else {
            return Ok(None);
        };
        if let Some(clock) = command
            && let Some(found) = provider::ask(environment, clock).await?
        {
            return Ok(Some(found));
        }
        Err(AuthError::new(
            AuthErrorKind::NotFound,
            format!("{variable} demands a client certificate, and there is none"),
        )
        .with_hint(if command.is_some() {
            "name a certificate configuration in GOOGLE_API_CERTIFICATE_CONFIG"
        } else {
            "name a certificate configuration in GOOGLE_API_CERTIFICATE_CONFIG, or allow the command of Endpoint Verification with `find_with_command`"
        }))
    }

    pub(crate) fn read(environment: &Environment, paths: &Paths) -> Result<Self, AuthError> {
        let chain = places::read(environment, &paths.certificate)?;
        let key = places::read(environment, &paths.key)?;
        let shown = |path: &Path| RedactedPath::new(path).to_string();
        Self::at(&shown(&paths.certificate), &chain, &shown(&paths.key), &key)
    }

    /// Read once, so that a rotation cannot pair an old certificate with a new key.
    fn bundle(environment: &Environment) -> Result<Self, AuthError> {
        let text = environment.read_text(BUNDLE).map_err(|error| {
            config::unreadable(Path::new(BUNDLE), error, "a bundle of certificate and key")
        })?;
        Self::at(BUNDLE, &text, BUNDLE, &text)
    }

    /// Where it came from.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// The certificate, and those above it, in PEM.
    pub fn chain(&self) -> &str {
        &self.chain
    }

    /// The private key in PEM: a secret.
    pub fn key(&self) -> &str {
        self.key.expose_secret()
    }

    /// The default transport, presenting this certificate to servers that ask for one.
    ///
    /// # Errors
    /// [`AuthErrorKind::Crypto`] when the certificate or the key cannot be used, or do not belong together.
    #[cfg(feature = "reqwest")]
    pub fn transport(&self) -> Result<Arc<dyn Transport>, AuthError> {
        gapi_transport::TransportOptions::new()
            .client_certificate(&self.chain, self.key.expose_secret())
            .build()
            .map_err(|error| {
                AuthError::new(AuthErrorKind::Crypto, format!("{}: {error}", self.place))
                    .with_source(error)
            })
    }

    /// Presenting certificates takes the transport over reqwest.
    #[cfg(not(feature = "reqwest"))]
    pub(crate) fn transport(&self) -> Result<Arc<dyn Transport>, AuthError> {
        Err(AuthError::new(
            AuthErrorKind::Unsupported,
            "certificates are presented by the transport over reqwest only",
        )
        .with_hint("turn on the feature `reqwest` of gapi-auth"))
    }
}

impl Use {
    fn of(environment: &Environment) -> Self {
        for variable in [
            "GOOGLE_API_USE_CLIENT_CERTIFICATE",
            "CLOUDSDK_CONTEXT_AWARE_USE_CLIENT_CERTIFICATE",
        ] {
            match environment.get(variable).as_deref().map(str::trim) {
                None | Some("") => {}
                Some(said) if said.eq_ignore_ascii_case("true") => return Self::Always(variable),
                Some(_) => return Self::Never,
            }
        }
        Self::IfFound
    }
}

impl fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientCertificate")
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}
