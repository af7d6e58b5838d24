//! Files of type `gdch_service_account`.

use secrecy::ExposeSecret;

use super::{
    NEEDED,
    key::SigningKey,
    source::{Identity, Source},
};
use crate::{
    AuthError, AuthErrorKind,
    config::Fields,
    reach::{Named, Reach},
};

/// Reads a file's text; `place` names it in errors.
pub(super) fn read(place: &str, text: &str, reach: Reach) -> Result<Source, AuthError> {
    let mut fields = Fields::parse(place, text, NEEDED)?;
    fields.check_type("gdch_service_account")?;
    let version = fields.required("format_version")?;
    if version != "1" {
        return Err(AuthError::new(
            AuthErrorKind::Unsupported,
            format!("{place}: this format version is not known; 1 is"),
        ));
    }
    let key = fields.required_secret("private_key")?;
    let identity = Identity {
        name: fields.required("name")?,
        project: fields.required("project")?,
        key_id: fields.required("private_key_id")?,
        token_uri: Named::by_file(fields.required("token_uri")?),
        ca_cert_path: fields.named_path("ca_cert_path")?,
        key: SigningKey::from_pem(place, key.expose_secret())?,
    };
    Ok(Source::new(identity, reach))
}
