//! The JSON form of a user's credentials, in gcloud's files, in the output of google-auth's `to_json`, and in token stores.

use std::time::SystemTime;

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

use crate::{
    AuthError,
    config::{Fields, wipe},
};

const NEEDED: &str =
    "a user's credentials are needed, as `gcloud auth application-default login` writes them";

/// A user's grant to a client.
#[derive(Clone, Default)]
pub(crate) struct UserInfo {
    pub(crate) client_id: String,
    pub(crate) client_secret: Option<SecretString>,
    pub(crate) refresh_token: Option<SecretString>,
    /// The last access token, which is valid until `expiry`.
    pub(crate) token: Option<SecretString>,
    pub(crate) expiry: Option<SystemTime>,
    pub(crate) id_token: Option<SecretString>,
    /// A proof of reauthentication.
    pub(crate) rapt_token: Option<SecretString>,
    /// The scopes that refreshes request; if empty, the server decides.
    pub(crate) scopes: Vec<String>,
    pub(crate) granted_scopes: Option<Vec<String>>,
    pub(crate) token_uri: Option<String>,
    pub(crate) revoke_uri: Option<String>,
    pub(crate) quota_project_id: Option<String>,
    pub(crate) account: Option<String>,
    pub(crate) universe_domain: Option<String>,
    /// Unknown fields, which are preserved.
    pub(crate) extra: Map<String, Value>,
}

/// The field with the time of the sign-in, in seconds since 1970. Of several accounts the last one to sign in is used.
const SIGNED_IN_AT: &str = "signed_in_at";

impl UserInfo {
    /// Records when the user signed in.
    pub(crate) fn set_signed_in_at(&mut self, now: SystemTime) {
        let seconds = now
            .duration_since(SystemTime::UNIX_EPOCH)
            .map_or(0, |age| age.as_secs());
        self.extra
            .insert(SIGNED_IN_AT.to_owned(), Value::from(seconds));
    }

    /// Returns when the user signed in; 0 if that is not recorded.
    pub(crate) fn signed_in_at(&self) -> u64 {
        self.extra
            .get(SIGNED_IN_AT)
            .and_then(Value::as_u64)
            .unwrap_or_default()
    }

    /// Reads the text of a file. `name` names it in errors.
    pub(crate) fn parse(name: &str, text: &str) -> Result<Self, AuthError> {
        let mut fields = Fields::parse(name, text, NEEDED)?;
        check_type(&mut fields)?;
        Ok(Self {
            client_id: fields.required("client_id")?,
            client_secret: fields.secret("client_secret")?,
            refresh_token: fields.secret("refresh_token")?,
            token: fields.secret("token")?,
            expiry: time(&mut fields, "expiry")?,
            // oauth2client wrote the decoded claims, which are not needed.
            id_token: match fields.peek("id_token") {
                Some(_) => fields.secret("id_token")?,
                None => None,
            },
            rapt_token: fields.secret("rapt_token")?,
            scopes: fields.list("scopes")?,
            granted_scopes: match fields.has("granted_scopes") {
                true => Some(fields.list("granted_scopes")?),
                false => None,
            },
            token_uri: fields.text("token_uri")?,
            revoke_uri: fields.text("revoke_uri")?,
            quota_project_id: fields.text("quota_project_id")?,
            account: fields.text("account")?,
            universe_domain: fields.text("universe_domain")?,
            extra: fields.into_rest(),
        })
    }

    /// Returns the JSON text of the grant, including secrets. `parse` reads it.
    pub(crate) fn to_json(&self) -> SecretString {
        let mut fields = self.extra.clone();
        let mut put = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                fields.insert(name.to_owned(), value);
            }
        };
        let text = |text: &Option<String>| text.as_deref().map(Value::from);
        let secret = |secret: &Option<SecretString>| {
            secret
                .as_ref()
                .map(|secret| Value::from(secret.expose_secret()))
        };
        put("type", Some(Value::from("authorized_user")));
        put("client_id", Some(Value::from(self.client_id.as_str())));
        put("client_secret", secret(&self.client_secret));
        put("refresh_token", secret(&self.refresh_token));
        put("token", secret(&self.token));
        let expiry = self.expiry.and_then(|at| Timestamp::try_from(at).ok());
        put("expiry", expiry.map(|at| Value::from(at.to_string())));
        put("id_token", secret(&self.id_token));
        put("rapt_token", secret(&self.rapt_token));
        let scopes = Some(&self.scopes).filter(|scopes| !scopes.is_empty());
        put("scopes", scopes.map(|scopes| Value::from(scopes.clone())));
        put(
            "granted_scopes",
            self.granted_scopes.clone().map(Value::from),
        );
        put("token_uri", text(&self.token_uri));
        put("revoke_uri", text(&self.revoke_uri));
        put("quota_project_id", text(&self.quota_project_id));
        put("account", text(&self.account));
        put("universe_domain", text(&self.universe_domain));
        let mut json = Value::Object(fields);
        let text = SecretString::from(json.to_string());
        wipe(&mut json);
        text
    }
}

/// Refuses other kinds of files. google-auth's `to_json` writes no type.
fn check_type(fields: &mut Fields) -> Result<(), AuthError> {
    match fields.text("type")?.as_deref() {
        Some("authorized_user") => Ok(()),
        None if fields.has("installed") || fields.has("web") => Err(fields
            .unsupported("this is an OAuth client's secret, which no user has authorized yet")
            .with_hint("let the user sign in, with a flow that is given this file")),
        None => Ok(()),
        Some("service_account") => Err(fields
            .unsupported("this is a service account's key, not a user's credentials")
            .with_hint("read it with `ServiceAccount::from_file`")),
        Some(_) => Err(fields.unsupported("the field `type` is not `authorized_user`")),
    }
}

/// Reads a time as google-auth writes it: UTC with a `Z`, with or without fractions. Older versions omitted the `Z`.
fn time(fields: &mut Fields, name: &str) -> Result<Option<SystemTime>, AuthError> {
    let Some(text) = fields.text(name)? else {
        return Ok(None);
    };
    let time = text.parse::<Timestamp>().or_else(|_| {
        text.parse::<DateTime>()
            .and_then(|time| TimeZone::UTC.to_timestamp(time))
    });
    match time {
        Ok(time) => Ok(Some(time.into())),
        Err(_) => Err(fields.error(format_args!(
            "the field `{name}` is not a time such as 2030-01-31T12:00:00Z"
        ))),
    }
}
