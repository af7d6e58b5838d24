//! POST policies: uploads by HTML forms.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{
    bucket_url::{BucketUrl, Style, signature_setters},
    signature::{ALGORITHM, CredentialScope, check_lifetime, config, hex},
};
use crate::{AuthError, Signer};

/// A [POST policy](https://docs.cloud.google.com/storage/docs/xml-api/post-object-forms) of Cloud Storage (V4): uploads by an HTML
/// form, or any `multipart/form-data` request, without an account.
///
/// ```
/// # async fn example(robot: &impl gapi_auth::Signer) -> Result<(), gapi_auth::AuthError> {
/// use gapi_auth::PostPolicy;
///
/// let form = PostPolicy::new("my-bucket", "avatars/jane.png")
///     .field("content-type", "image/png")
///     .content_length(1..=2_000_000)
///     .sign(robot)
///     .await?;
/// for (name, value) in form.fields() {
///     // <input type="hidden" name="{name}" value="{value}">, and the file as the last one, named `file`.
/// }
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct PostPolicy {
    bucket_url: BucketUrl,
    object: String,
    expires_in: Duration,
    valid_from: Option<SystemTime>,
    conditions: Vec<Value>,
    fields: Vec<(String, String)>,
}

impl PostPolicy {
    /// Creates a policy for uploads of one object.
    pub fn new(bucket: impl Into<String>, object: impl Into<String>) -> Self {
        Self {
            bucket_url: BucketUrl::new(bucket.into()),
            object: object.into(),
            expires_in: Duration::from_secs(60 * 60),
            valid_from: None,
            conditions: Vec::new(),
            fields: Vec::new(),
        }
    }

    signature_setters!();

    /// Adds a field with exactly this value: `acl`, `content-type`, `success_action_redirect`, `x-goog-meta-NAME`, ... Fields whose names
    /// begin with `x-ignore-` are not part of the policy.
    #[must_use]
    pub fn field(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.fields.push((name.into(), value.into()));
        self
    }

    /// Adds a field that the user fills in with a value that begins with `prefix`. An empty prefix allows any value.
    #[must_use]
    pub fn starts_with(mut self, field: impl Into<String>, prefix: impl Into<String>) -> Self {
        let field = format!("${}", field.into());
        self.conditions
            .push(json!(["starts-with", field, prefix.into()]));
        self
    }

    /// Sets the allowed size of the file in bytes.
    #[must_use]
    pub fn content_length(mut self, range: std::ops::RangeInclusive<u64>) -> Self {
        let (from, to) = range.into_inner();
        self.conditions
            .push(json!(["content-length-range", from, to]));
        self
    }

    /// Returns the form, signed by `signer`, which needs the permission to create the object.
    ///
    /// # Errors
    /// [`AuthErrorKind::Config`](crate::AuthErrorKind::Config) if Cloud Storage would not accept the form; the errors of the signer.
    pub async fn sign(&self, signer: &(impl Signer + ?Sized)) -> Result<SignedPost, AuthError> {
        let resolved = self.bucket_url.resolve()?;
        if self.object.is_empty() {
            return Err(config("the name of the object is empty"));
        }
        let seconds = check_lifetime(self.expires_in)?;
        let email = signer.email().await?;
        let scope = CredentialScope::new(&email, self.valid_from.unwrap_or_else(SystemTime::now))?;
        let own = [
            ("x-goog-date", &*scope.time),
            ("x-goog-credential", &scope.credential),
            ("x-goog-algorithm", ALGORITHM),
        ];
        let policy = STANDARD.encode(self.policy(&own, &scope.after(seconds)?)?);
        let signature = signer.sign(policy.as_bytes()).await?;
        let mut fields = vec![(String::from("key"), self.object.clone())];
        fields.extend(self.fields.iter().cloned());
        fields.extend(own.map(|(name, value)| (name.to_owned(), value.to_owned())));
        fields.push((String::from("x-goog-signature"), hex(signature.bytes())));
        fields.push((String::from("policy"), policy));
        Ok(SignedPost {
            url: format!("{}{}/", resolved.root, resolved.bucket),
            fields,
        })
    }

    /// Returns the text of the policy: JSON in ASCII.
    fn policy(&self, own: &[(&str, &str)], expiration: &str) -> Result<String, AuthError> {
        let field = |name: &str, value: &str| json!({name: value});
        let mut conditions = self.conditions.clone();
        for (name, value) in &self.fields {
            let name = name.to_ascii_lowercase();
            let taken = own.iter().any(|(own, _)| *own == name);
            if taken
                || matches!(
                    &*name,
                    "key" | "bucket" | "policy" | "x-goog-signature" | "file"
                )
            {
                return Err(config(format!(
                    "the form's field `{name}` is set by the policy itself"
                )));
            }
            if !name.starts_with("x-ignore-") {
                conditions.push(field(&name, value));
            }
        }
        conditions.push(field("bucket", &self.bucket_url.bucket));
        conditions.push(field("key", &self.object));
        conditions.extend(own.iter().map(|(name, value)| field(name, value)));
        let policy = json!({"conditions": conditions, "expiration": expiration});
        Ok(in_ascii(&policy.to_string()))
    }
}

/// Returns JSON with `\u` escapes for characters other than ASCII, as Cloud Storage requires.
fn in_ascii(json: &str) -> String {
    use std::fmt::Write;
    let mut text = String::with_capacity(json.len());
    for character in json.chars() {
        if character.is_ascii() {
            text.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            // Writing to a string cannot fail.
            let _ = write!(text, "\\u{unit:04x}");
        }
    }
    text
}

/// The URL of a form, and its fields in the order to send them. The file is the last field, named `file`. `Debug` shows no values.
#[derive(Clone)]
pub struct SignedPost {
    url: String,
    fields: Vec<(String, String)>,
}

impl SignedPost {
    /// Returns the `action` of the form.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the names and values of the fields. They are secrets until they expire.
    pub fn fields(&self) -> &[(String, String)] {
        &self.fields
    }
}

impl fmt::Debug for PostPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields: Vec<_> = self.fields.iter().map(|(name, _)| name).collect();
        f.debug_struct("PostPolicy")
            .field("bucket_url", &self.bucket_url)
            .field("object", &self.object)
            .field("expires_in", &self.expires_in)
            .field("valid_from", &self.valid_from)
            .field("fields", &fields)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for SignedPost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields: Vec<_> = self.fields.iter().map(|(name, _)| name).collect();
        f.debug_struct("SignedPost")
            .field("url", &self.url)
            .field("fields", &fields)
            .finish()
    }
}
