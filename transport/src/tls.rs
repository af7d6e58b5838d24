//! TLS of the default transport: the crypto provider, root certificates, and a client certificate.

use std::sync::Arc;

use rustls::{
    ClientConfig, ConfigBuilder, Error, RootCertStore, WantsVerifier,
    client::WantsClientCert,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use rustls_platform_verifier::Verifier;

use crate::{TransportError, TransportErrorKind, crypto};

type WithoutRoots = ConfigBuilder<ClientConfig, WantsVerifier>;
type WithoutIdentity = ConfigBuilder<ClientConfig, WantsClientCert>;

/// The certificates of a transport.
#[derive(Clone, Default)]
pub(crate) struct Tls {
    identity: Option<Pem<WithoutIdentity, ClientConfig>>,
    only_roots: Option<Pem<WithoutRoots, WithoutIdentity>>,
}

/// PEM text and the code that reads it, which programs without such text do not contain.
struct Pem<I, O> {
    text: Vec<u8>,
    apply: fn(I, &[u8]) -> Result<O, TransportError>,
}

impl<I, O> Clone for Pem<I, O> {
    fn clone(&self) -> Self {
        Self {
            text: self.text.clone(),
            apply: self.apply,
        }
    }
}

impl Tls {
    /// Sets the certificate chain and the private key to present.
    pub(crate) fn set_identity(&mut self, chain: &[u8], key: &[u8]) {
        self.identity = Some(Pem {
            text: [chain, b"\n", key].concat(),
            apply: with_identity,
        });
    }

    /// Sets the roots to trust instead of the system's.
    pub(crate) fn set_only_roots(&mut self, certificates: &[u8]) {
        self.only_roots = Some(Pem {
            text: certificates.to_vec(),
            apply: with_roots,
        });
    }

    pub(crate) fn has_identity(&self) -> bool {
        self.identity.is_some()
    }

    pub(crate) fn has_only_roots(&self) -> bool {
        self.only_roots.is_some()
    }

    /// Reads the certificates, and the system's roots unless others are set. Clones of the configuration share them and the sessions.
    pub(crate) fn config(&self) -> Result<ClientConfig, TransportError> {
        let provider = crypto::provider()?;
        let builder = ClientConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(|error| no_client(&error, "").with_source(error))?;
        let builder = match &self.only_roots {
            Some(pem) => (pem.apply)(builder, &pem.text)?,
            None => {
                let verifier = Verifier::new(provider).map_err(|error| {
                    no_client(&error, "; install root certificates (most systems call the package ca-certificates), or name a file of them in SSL_CERT_FILE")
                        .with_source(error)
                })?;
                builder
                    .dangerous()
                    .with_custom_certificate_verifier(Arc::new(verifier))
            }
        };
        let mut config = match &self.identity {
            Some(pem) => (pem.apply)(builder, &pem.text)?,
            None => builder.with_no_client_auth(),
        };
        config.alpn_protocols = vec![
            #[cfg(feature = "http2")]
            b"h2".to_vec(),
            b"http/1.1".to_vec(),
        ];
        Ok(config)
    }
}

fn with_identity(builder: WithoutIdentity, pem: &[u8]) -> Result<ClientConfig, TransportError> {
    let chain = certificates(pem, "the client certificate cannot be used")?;
    let key = PrivateKeyDer::from_pem_slice(pem)
        .map_err(|error| tls("the key of the client certificate cannot be used", error))?;
    builder
        .with_client_auth_cert(chain, key)
        .map_err(|error| tls("the client certificate or its key cannot be used", error))
}

fn with_roots(builder: WithoutRoots, pem: &[u8]) -> Result<WithoutIdentity, TransportError> {
    let unusable = "the root certificates cannot be used";
    let mut roots = RootCertStore::empty();
    for certificate in certificates(pem, unusable)? {
        roots
            .add(certificate)
            .map_err(|error| tls(unusable, error))?;
    }
    if roots.is_empty() {
        return Err(TransportError::new(
            TransportErrorKind::Tls,
            "there is no root certificate in the PEM text",
        ));
    }
    Ok(builder.with_root_certificates(roots))
}

fn certificates(
    pem: &[u8],
    unusable: &str,
) -> Result<Vec<CertificateDer<'static>>, TransportError> {
    CertificateDer::pem_slice_iter(pem)
        .collect::<Result<_, _>>()
        .map_err(|error| tls(unusable, error))
}

fn tls(message: &str, error: impl std::error::Error + Send + Sync + 'static) -> TransportError {
    TransportError::new(TransportErrorKind::Tls, format!("{message}: {error}")).with_source(error)
}

fn no_client(error: &Error, remedy: &str) -> TransportError {
    let why = error.to_string();
    // The prefix of all errors for which rustls has no kind.
    let why = why.trim_start_matches("unexpected error: ");
    let message = format!("the HTTP client cannot be built: {why}{remedy}");
    TransportError::new(TransportErrorKind::NoClient, message)
}
