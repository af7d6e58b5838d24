//! AWS identities: a signed `GetCallerIdentity` request, which Google sends to AWS to identify the signer.

mod metadata;
mod sigv4;

use std::sync::Arc;

use http::Uri;
use percent_encoding::{AsciiSet, utf8_percent_encode};
use secrecy::SecretString;
use serde_json::json;

use self::{
    metadata::{Metadata, check_region},
    sigv4::{SigningRequest, sign},
};
use super::{
    settings::FederationSettings,
    supplier::{AwsSupplier, SupplierContext},
};
use crate::{
    AuthError, AuthErrorKind,
    oauth::RESERVED,
    reach::{Named, Purpose},
};

/// The token type of a signed request.
pub(super) const TOKEN_TYPE: &str = "urn:ietf:params:aws:token-type:aws4_request";
/// The default URL that Google sends the signed request to.
const VERIFICATION_URL: &str =
    "https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15";
/// Characters that Google's servers expect percent-encoded in a subject token.
const ENCODED: &AsciiSet = &RESERVED.remove(b'/');

/// Where keys and region come from, and the URL that verifies them.
#[derive(Clone, Debug)]
pub(super) struct Aws {
    verification_url: Named,
    keys: AwsKeys,
}

#[derive(Clone, Debug)]
enum AwsKeys {
    /// The environment's variables, else the instance's metadata server.
    Machine(Metadata),
    Own(Arc<dyn AwsSupplier>),
}

impl Aws {
    pub(super) fn with_supplier(supplier: Arc<dyn AwsSupplier>) -> Self {
        Self {
            verification_url: Named::constant(VERIFICATION_URL),
            keys: AwsKeys::Own(supplier),
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
            keys: AwsKeys::Machine(Metadata {
                region_url,
                credentials_url,
                session_token_url,
            }),
        }
    }

    pub(super) fn kind(&self) -> &'static str {
        match self.keys {
            AwsKeys::Machine(_) => "aws",
            AwsKeys::Own(_) => "programmatic",
        }
    }

    /// Refuses hosts that do not belong to AWS.
    pub(super) fn check(&self, settings: &FederationSettings) -> Result<(), AuthError> {
        if let AwsKeys::Machine(metadata) = &self.keys {
            metadata.check(settings)?;
        }
        self.url(settings, "us-east-1").map(drop)
    }

    /// Returns the URL of the request to sign.
    fn url(&self, settings: &FederationSettings, region: &str) -> Result<String, AuthError> {
        check_region(region)?;
        let url = self
            .verification_url
            .with(|url| url.replace("{region}", region));
        let url = settings.url(Purpose::AwsSts, "the AWS verification URL", &url)?;
        Ok(url.into_owned())
    }

    /// Returns the signed request as a subject token: percent-encoded JSON.
    pub(super) async fn sign(&self, cx: &SupplierContext<'_>) -> Result<SecretString, AuthError> {
        let (region, keys) = match &self.keys {
            AwsKeys::Machine(metadata) => metadata.region_and_keys(cx).await?,
            AwsKeys::Own(supplier) => (supplier.region(cx).await?, supplier.credentials(cx).await?),
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
        let signed = sign(&SigningRequest {
            method: "POST",
            uri: &uri,
            // Signed, so that the request cannot be used with another provider.
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
