//! Files of type `external_account_authorized_user`.

use super::{NEEDED, source::Source};
use crate::{AuthError, config::Fields, sts::ClientAuth};

/// Reads a file's text; `place` names it in errors.
pub(super) fn read(place: &str, text: &str) -> Result<Source, AuthError> {
    let mut fields = Fields::parse(place, text, NEEDED)?;
    fields.check_type("external_account_authorized_user")?;
    let client = ClientAuth {
        id: fields.required("client_id")?,
        secret: fields.required_secret("client_secret")?,
    };
    let mut source = Source::new(client, fields.required_secret("refresh_token")?);
    source.audience = fields.text("audience")?;
    if let Some(url) = fields.text("token_url")? {
        source.token_url = url;
    }
    source.revoke_url = fields.text("revoke_url")?;
    source.quota_project = fields.text("quota_project_id")?;
    if let Some(universe) = fields.text("universe_domain")? {
        source.universe_domain = universe;
    }
    Ok(source)
}
