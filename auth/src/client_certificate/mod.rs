//! Client certificates, which identify a machine in TLS connections (mutual TLS).

mod config_files;

#[cfg(any(feature = "rustls", feature = "external-account"))]
use std::sync::Arc;
use std::{fmt, path::Path};

#[cfg(any(feature = "rustls", feature = "external-account"))]
use gapi_transport::Transport;
use gapi_transport::{Clock, SystemClock};
use secrecy::{ExposeSecret, SecretString};

pub(crate) use self::config_files::Paths;
#[cfg(feature = "external-account")]
pub(crate) use self::config_files::{read, workload};
use crate::{AuthError, AuthErrorKind, Environment, RedactedPath, config, pem};

/// The file in which Kubernetes Engine gives workloads a certificate and its key.
const BUNDLE: &str =
    "/var/run/secrets/workload-spiffe-credentials/x509.credential-bundle.private-key.pem";

/// A client certificate and its private key, for connections that identify the machine (mutual TLS, certificate-based access).
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
/// `Debug` shows only its origin.
#[derive(Clone)]
pub struct ClientCertificate {
    origin: String,
    chain: String,
    key: SecretString,
}

/// Whether to use a certificate, as the environment has it.
enum Use {
    Never,
    IfFound,
    Always(&'static str),
}

impl ClientCertificate {
    /// Reads a certificate chain and its private key (PKCS#8, PKCS#1 or SEC1, not encrypted) in PEM (RFC 7468).
    ///
    /// # Errors
    /// [`AuthErrorKind::Crypto`] if there is no certificate, or not exactly one key.
    pub fn from_pem(chain: &str, key: &str) -> Result<Self, AuthError> {
        Self::at("client certificate", chain, "client certificate's key", key)
    }

    fn at(name: &str, chain: &str, key_name: &str, key: &str) -> Result<Self, AuthError> {
        Ok(Self {
            chain: pem::certificates(name, chain)?,
            key: pem::private_key(key_name, key)?,
            origin: name.to_owned(),
        })
    }

    /// Finds the certificate of this machine, as Google's other clients do.
    ///
    /// 1. Whether to look: `GOOGLE_API_USE_CLIENT_CERTIFICATE`, else `CLOUDSDK_CONTEXT_AWARE_USE_CLIENT_CERTIFICATE`: `true` requires a certificate,
    ///    other values forbid it. By default a certificate is used if it is found.
    /// 2. The workload's certificate in the certificate configuration: `GOOGLE_API_CERTIFICATE_CONFIG`, else
    ///    `CLOUDSDK_CONTEXT_AWARE_CERTIFICATE_CONFIG_FILE_PATH`, else `certificate_config.json` in gcloud's folder.
    /// 3. The bundle that Kubernetes Engine gives to workloads.
    ///
    /// The files are read at once and no requests are sent. Certificates are rotated, so call this again from time to time.
    ///
    /// # Errors
    /// [`AuthErrorKind::NotFound`] if a required certificate or a named configuration is missing; [`AuthErrorKind::Config`] and
    /// [`AuthErrorKind::Crypto`] if a file cannot be used. The text names the file.
    pub async fn find(environment: &Environment) -> Result<Option<Self>, AuthError> {
        Self::look(environment, None).await
    }

    /// Finds a certificate as [`find`](Self::find) does. If one is required and not found, runs the command of Endpoint Verification
    /// (SecureConnect), any program that `~/.secureConnect/context_aware_metadata.json` names.
    ///
    /// # Errors
    /// As [`find`](Self::find), and if the command fails.
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
        if let Some(paths) = config_files::find(environment)? {
            return Self::read(environment, &paths).map(Some);
        }
        if environment.is_file(BUNDLE) {
            return Self::bundle(environment).map(Some);
        }
        let Some(variable) = demanded_by else {
            return Ok(None);
        };
        if let Some(clock) = command
            && let Some((name, text)) = config_files::run_command(environment, clock).await?
        {
            return Self::at(&name, &text, &name, &text).map(Some);
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
        let chain = config_files::read(environment, &paths.certificate)?;
        let key = config_files::read(environment, &paths.key)?;
        let name = |path: &Path| RedactedPath::new(path).to_string();
        Self::at(&name(&paths.certificate), &chain, &name(&paths.key), &key)
    }

    /// Reads the file once, so that a rotation cannot pair an old certificate with a new key.
    fn bundle(environment: &Environment) -> Result<Self, AuthError> {
        let text = environment.read_text(BUNDLE).map_err(|error| {
            config::unreadable(Path::new(BUNDLE), error, "a bundle of certificate and key")
        })?;
        Self::at(BUNDLE, &text, BUNDLE, &text)
    }

    /// Returns the file that it came from, or a description.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Returns the certificate chain in PEM.
    pub fn chain(&self) -> &str {
        &self.chain
    }

    /// Returns the private key in PEM, which is a secret.
    pub fn key(&self) -> &str {
        self.key.expose_secret()
    }

    /// Returns the default transport with this certificate, which it presents to servers that request one.
    ///
    /// # Errors
    /// [`AuthErrorKind::Crypto`] if the certificate or the key cannot be used, or if they do not match.
    #[cfg(feature = "rustls")]
    pub fn transport(&self) -> Result<Arc<dyn Transport>, AuthError> {
        gapi_transport::TransportOptions::new()
            .client_certificate(&self.chain, self.key.expose_secret())
            .build()
            .map_err(|error| {
                AuthError::new(AuthErrorKind::Crypto, format!("{}: {error}", self.origin))
                    .with_source(error)
            })
    }

    /// Only the default transport presents certificates.
    #[cfg(all(not(feature = "rustls"), feature = "external-account"))]
    pub(crate) fn transport(&self) -> Result<Arc<dyn Transport>, AuthError> {
        Err(AuthError::new(
            AuthErrorKind::Unsupported,
            "certificates are presented by the default transport only",
        )
        .with_hint("turn on the feature `rustls` of gapi-auth"))
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
                Some(value) if value.eq_ignore_ascii_case("true") => return Self::Always(variable),
                Some(_) => return Self::Never,
            }
        }
        Self::IfFound
    }
}

impl fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientCertificate")
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}
