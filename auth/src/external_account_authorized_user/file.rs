//! Files of type `external_account_authorized_user`.

use super::{NEEDED, source::Source};
use crate::{AuthError, config::Fields, reach::Reach, sts::ClientAuth};

/// Reads a file's text; `place` names it in errors.
pub(super) fn read(place: &str, text: &str, reach: Reach) -> Result<Source, AuthError> {
    let mut fields = Fields::parse(place, text, NEEDED)?;
    fields.check_type("external_account_authorized_user")?;
    let client = ClientAuth {
        id: fields.required("client_id")?,
        secret: fields.required_secret("client_secret")?,
    };
    let mut source = Source::new(client, fields.required_secret("refresh_token")?, reach);
    source.audience = fields.text("audience")?;
    if let Some(url) = fields.named("token_url")? {
        source.token_url = url;
    }
    source.revoke_url = fields.named("revoke_url")?;
    source.quota_project = fields.text("quota_project_id")?;
    if let Some(universe) = fields.named("universe_domain")? {
        source.universe_domain = universe;
    }
    Ok(source)
}
