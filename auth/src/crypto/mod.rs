//! Signatures of JSON web tokens (RFC 7515): the keys and traits of jsonwebtoken, over the crypto provider of rustls.

mod der;
#[cfg(test)]
mod tests;

use jsonwebtoken::{
    Algorithm, AlgorithmFamily, DecodingKey, DecodingKeyKind, EncodingKey,
    crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils},
    errors::{Error, ErrorKind, new_error},
    signature,
};
use rustls::{
    SignatureScheme,
    pki_types::{PrivateKeyDer, SignatureVerificationAlgorithm, alg_id},
};

use crate::{AuthError, AuthErrorKind};

/// The provider of gapi, which is called by name and never installed: that of the process, which `encode` and `decode` of jsonwebtoken
/// use, belongs to the program. Programs that do not verify contain no verifier.
static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: signer,
    verifier_factory: verifier,
    key_utils: KeyUtils::new_unimplemented(),
};

/// Checks that there is a crypto provider.
///
/// # Errors
/// [`AuthErrorKind::Crypto`] if there is none.
pub(crate) fn check() -> Result<(), AuthError> {
    gapi_transport::crypto::provider()
        .map(drop)
        .map_err(|error| {
            AuthError::new(AuthErrorKind::Crypto, error.to_string()).with_source(error)
        })
}

/// A private key for one algorithm. It is wiped from memory when dropped.
pub(crate) struct SigningKey {
    algorithm: Algorithm,
    key: EncodingKey,
}

impl SigningKey {
    /// Reads PKCS#8, PKCS#1 or SEC 1 in DER. The error is that of the provider, which may refuse a size or a curve.
    pub(crate) fn from_der(algorithm: Algorithm, der: &[u8]) -> Result<Self, Error> {
        let key = match algorithm.family() {
            AlgorithmFamily::Ec => EncodingKey::from_ec_der(der),
            _ => EncodingKey::from_rsa_der(der),
        };
        let key = Self { algorithm, key };
        // Only signing checks the key.
        key.sign(b"")?;
        Ok(key)
    }

    /// Returns the signature of `message`.
    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let signer = (PROVIDER.signer_factory)(&self.algorithm, &self.key)?;
        signer
            .try_sign(message)
            .map_err(|error| new_error(ErrorKind::Signing(error.to_string())))
    }
}

/// Returns whether `signature` is that of `message`. The error means that the provider does not know the algorithm.
pub(crate) fn verifies(
    algorithm: Algorithm,
    key: &DecodingKey,
    message: &[u8],
    signature: &[u8],
) -> Result<bool, Error> {
    let verifier = (PROVIDER.verifier_factory)(&algorithm, key)?;
    Ok(verifier.verify(message, &signature.to_vec()).is_ok())
}

fn unsupported() -> Error {
    new_error(ErrorKind::UnsupportedAlgorithm)
}

/// An error of rustls, of which no text contains a key.
fn of_provider(error: impl ToString) -> Error {
    new_error(ErrorKind::Provider(error.to_string()))
}

#[derive(Debug)]
struct RustlsSigner {
    algorithm: Algorithm,
    signer: Box<dyn rustls::sign::Signer>,
}

fn signer(algorithm: &Algorithm, key: &EncodingKey) -> Result<Box<dyn JwtSigner>, Error> {
    let scheme = match algorithm {
        Algorithm::RS256 => SignatureScheme::RSA_PKCS1_SHA256,
        Algorithm::ES256 => SignatureScheme::ECDSA_NISTP256_SHA256,
        _ => return Err(unsupported()),
    };
    let der = PrivateKeyDer::try_from(key.as_bytes())
        .map_err(of_provider)?
        .clone_key();
    let provider = gapi_transport::crypto::provider().map_err(of_provider)?;
    let signer = provider
        .key_provider
        .load_private_key(der)
        .map_err(of_provider)?
        .choose_scheme(&[scheme])
        .ok_or_else(unsupported)?;
    Ok(Box::new(RustlsSigner {
        algorithm: *algorithm,
        signer,
    }))
}

impl signature::Signer<Vec<u8>> for RustlsSigner {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, signature::Error> {
        let signature = self
            .signer
            .sign(message)
            .map_err(signature::Error::from_source)?;
        match self.algorithm {
            Algorithm::ES256 => der::fixed_from_asn1(&signature).ok_or_else(signature::Error::new),
            _ => Ok(signature),
        }
    }
}

impl JwtSigner for RustlsSigner {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

struct RustlsVerifier {
    algorithm: Algorithm,
    verification: &'static dyn SignatureVerificationAlgorithm,
    key: Vec<u8>,
}

fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>, Error> {
    let (key_id, signature_id) = match algorithm {
        Algorithm::RS256 => (alg_id::RSA_ENCRYPTION, alg_id::RSA_PKCS1_SHA256),
        Algorithm::ES256 => (alg_id::ECDSA_P256, alg_id::ECDSA_SHA256),
        _ => return Err(unsupported()),
    };
    if key.family() != algorithm.family() {
        return Err(new_error(ErrorKind::InvalidAlgorithm));
    }
    let provider = gapi_transport::crypto::provider().map_err(of_provider)?;
    let verification = provider
        .signature_verification_algorithms
        .all
        .iter()
        .find(|one| one.public_key_alg_id() == key_id && one.signature_alg_id() == signature_id)
        .ok_or_else(unsupported)?;
    let key = match key.kind() {
        DecodingKeyKind::SecretOrDer(der) => der.clone(),
        DecodingKeyKind::RsaModulusExponent { n, e } => der::rsa_public_key(n, e),
    };
    Ok(Box::new(RustlsVerifier {
        algorithm: *algorithm,
        verification: *verification,
        key,
    }))
}

impl signature::Verifier<Vec<u8>> for RustlsVerifier {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), signature::Error> {
        let asn1;
        let signature = match self.algorithm {
            Algorithm::ES256 => {
                asn1 = der::asn1_from_fixed(signature).ok_or_else(signature::Error::new)?;
                &asn1
            }
            _ => signature,
        };
        self.verification
            .verify_signature(&self.key, message, signature)
            .map_err(|_| signature::Error::new())
    }
}

impl JwtVerifier for RustlsVerifier {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}
