//! Identities of AWS: a signed request that asks AWS who signed it, which Google sends on (`GetCallerIdentity`).

mod credentials;
mod metadata;
mod region;
mod sigv4;

use std::{fmt, sync::Arc};

use gapi_transport::BoxFuture;
use http::Uri;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::SecretString;
use serde_json::json;

pub use self::credentials::AwsCredentials;
use self::{
    metadata::Metadata,
    sigv4::{Signing, sign},
};
use super::{settings::Settings, supplier::SupplierContext};
use crate::{
    AuthError, AuthErrorKind,
    reach::{Named, Purpose},
};

/// The type of the token that a signed request is.
pub(super) const TOKEN_TYPE: &str = "urn:ietf:params:aws:token-type:aws4_request";
/// What Google sends the signed request to, unless a configuration says otherwise.
const VERIFICATION_URL: &str =
    "https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15";
/// What Google's servers find percent-encoded in a subject token.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/');

/// Gives keys of AWS and the region, where neither the environment nor the instance's metadata server does: in ECS, EKS, or with a
/// profile of the AWS SDK.
///
/// It is asked once for each exchange, and never twice at once.
pub trait AwsSupplier: fmt::Debug + Send + Sync + 'static {
    /// Keys that are valid now.
    ///
    /// # Errors
    /// [`AuthError`]; where [`AuthError::is_transient`] holds, it is asked again.
    fn credentials<'a>(
        &'a self,
        cx: &'a SupplierContext<'a>,
    ) -> BoxFuture<'a, Result<AwsCredentials, AuthError>>;

    /// The region whose Security Token Service is asked, such as `us-east-2`.
    ///
    /// # Errors
    /// As [`credentials`](Self::credentials).
    fn region<'a>(
        &'a self,
        cx: &'a SupplierContext<'a>,
    ) -> BoxFuture<'a, Result<String, AuthError>>;
}

/// Where keys and region come from, and who is asked whose they are.
#[derive(Clone, Debug)]
pub(super) struct Aws {
    verification_url: Named,
    keys: Keys,
}

#[derive(Clone, Debug)]
enum Keys {
    /// The environment's variables, else the instance's metadata server.
    Machine(Metadata),
    Own(Arc<dyn AwsSupplier>),
}

impl Aws {
    pub(super) fn with_supplier(supplier: Arc<dyn AwsSupplier>) -> Self {
        Self {
            verification_url: Named::constant(VERIFICATION_URL),
            keys: Keys::Own(supplier),
        }
    }

    pub(super) fn from_config(
        region_url: Option<Named>,
        credentials_url: Option<Named>,
        session_token_url: Option<Named>,
        verification_url: Named,
    ) -> Self {
        Self {
            verification_url,
            keys: Keys::Machine(Metadata {
                region_url,
                credentials_url,
                session_token_url,
            }),
        }
    }

    pub(super) fn kind(&self) -> &'static str {
        match self.keys {
            Keys::Machine(_) => "aws",
            Keys::Own(_) => "programmatic",
        }
    }

    /// Refuses hosts that are none of AWS.
    pub(super) fn check(&self, settings: &Settings) -> Result<(), AuthError> {
        if let Keys::Machine(metadata) = &self.keys {
            metadata.check(settings)?;
        }
        self.url(settings, "us-east-1").map(drop)
    }

    /// The URL of the request to sign.
    fn url(&self, settings: &Settings, region: &str) -> Result<String, AuthError> {
        region::check(region)?;
        let url = self
            .verification_url
            .with(|url| url.replace("{region}", region));
        let url = settings.url(Purpose::AwsSts, "the AWS verification URL", &url)?;
        Ok(url.into_owned())
    }

    /// The signed request as a subject token: JSON, percent-encoded.
    pub(super) async fn sign(&self, cx: &SupplierContext<'_>) -> Result<SecretString, AuthError> {
        let (region, keys) = match &self.keys {
            Keys::Machine(metadata) => metadata.ask(cx).await?,
            Keys::Own(supplier) => (supplier.region(cx).await?, supplier.credentials(cx).await?),
        };
        let url = self.url(cx.settings, &region)?;
        let uri: Uri = url.parse().map_err(|error| {
            AuthError::new(
                AuthErrorKind::Config,
                "the AWS verification URL cannot be used",
            )
            .with_source(error)
        })?;
        let host = uri.host().unwrap_or_default();
        let service = host.split('.').next().unwrap_or_default();
        let signed = sign(&Signing {
            method: "POST",
            uri: &uri,
            // Signed, so that nobody can use the request with another provider.
            headers: &[("x-goog-cloud-target-resource", &cx.settings.audience)],
            body: b"",
            keys: &keys,
            region: &region,
            service: service.strip_suffix("-fips").unwrap_or(service),
            time: cx.clock().now(),
        })?;
        let mut headers: Vec<_> = signed
            .iter()
            .map(|(name, value)| json!({"key": name, "value": &**value}))
            .collect();
        headers.sort_by_key(|header| header["key"].to_string());
        let request = json!({"headers": headers, "method": "POST", "url": url});
        Ok(SecretString::from(
            utf8_percent_encode(&request.to_string(), ENCODED).to_string(),
        ))
    }
}
