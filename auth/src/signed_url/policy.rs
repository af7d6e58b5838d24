//! POST policies: what a browser's form may upload.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{ALGORITHM, check_lifetime, config, hex, place::Place, stamp::Stamp};
use crate::{AuthError, Signer};

/// A [POST policy](https://docs.cloud.google.com/storage/docs/xml-api/post-object-forms) of Cloud Storage (V4): what an HTML form, or
/// any `multipart/form-data` request, may upload without an account.
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
    place: Place,
    object: String,
    expires_in: Duration,
    valid_from: Option<SystemTime>,
    conditions: Vec<Value>,
    fields: Vec<(String, String)>,
}

impl PostPolicy {
    /// Uploads of one object.
    pub fn new(bucket: impl Into<String>, object: impl Into<String>) -> Self {
        Self {
            place: Place::new(bucket.into()),
            object: object.into(),
            expires_in: Duration::from_secs(60 * 60),
            valid_from: None,
            conditions: Vec::new(),
            fields: Vec::new(),
        }
    }

    /// How long the form may be used: an hour unless set, seven days at most.
    #[must_use]
    pub fn expires_in(mut self, lifetime: Duration) -> Self {
        self.expires_in = lifetime;
        self
    }

    /// When the lifetime begins: the time of signing unless set.
    #[must_use]
    pub fn valid_from(mut self, time: SystemTime) -> Self {
        self.valid_from = Some(time);
        self
    }

    /// A field of the form with exactly this value: `acl`, `content-type`, `success_action_redirect`, `x-goog-meta-NAME`, ... Fields
    /// whose name begins with `x-ignore-` are not part of the policy.
    #[must_use]
    pub fn field(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.fields.push((name.into(), value.into()));
        self
    }

    /// A field that the form's user fills in, with a value that begins so; an empty text allows any.
    #[must_use]
    pub fn starts_with(mut self, field: impl Into<String>, prefix: impl Into<String>) -> Self {
        let field = format!("${}", field.into());
        self.conditions
            .push(json!(["starts-with", field, prefix.into()]));
        self
    }

    /// How many bytes the file may have.
    #[must_use]
    pub fn content_length(mut self, range: std::ops::RangeInclusive<u64>) -> Self {
        let (from, to) = range.into_inner();
        self.conditions
            .push(json!(["content-length-range", from, to]));
        self
    }

    /// As [`SignedUrl::virtual_hosted`](super::SignedUrl::virtual_hosted).
    #[must_use]
    pub fn virtual_hosted(mut self) -> Self {
        self.place.virtual_hosted();
        self
    }

    /// As [`SignedUrl::bucket_bound_host`](super::SignedUrl::bucket_bound_host).
    #[must_use]
    pub fn bucket_bound_host(mut self, host: impl Into<String>) -> Self {
        self.place.bound_to(host.into());
        self
    }

    /// As [`SignedUrl::endpoint`](super::SignedUrl::endpoint).
    #[must_use]
    pub fn endpoint(mut self, endpoint: impl Into<String>) -> Self {
        self.place.endpoint(endpoint.into());
        self
    }

    /// As [`SignedUrl::universe_domain`](super::SignedUrl::universe_domain).
    #[must_use]
    pub fn universe_domain(mut self, domain: impl Into<String>) -> Self {
        self.place.universe_domain(domain.into());
        self
    }

    /// The form, signed by `signer`, which needs the right to create the object.
    ///
    /// # Errors
    /// [`AuthErrorKind::Config`](crate::AuthErrorKind::Config) for what Cloud Storage would not accept; the signer's errors.
    pub async fn sign(&self, signer: &(impl Signer + ?Sized)) -> Result<SignedPost, AuthError> {
        let located = self.place.locate()?;
        if self.object.is_empty() {
            return Err(config("the name of the object is empty"));
        }
        let seconds = check_lifetime(self.expires_in)?;
        let email = signer.email().await?;
        let stamp = Stamp::new(&email, self.valid_from.unwrap_or_else(SystemTime::now))?;
        let own = [
            ("x-goog-date", &*stamp.time),
            ("x-goog-credential", &stamp.credential),
            ("x-goog-algorithm", ALGORITHM),
        ];
        let policy = STANDARD.encode(self.policy(&own, &stamp.after(seconds)?)?);
        let signature = signer.sign(policy.as_bytes()).await?;
        let mut fields = vec![(String::from("key"), self.object.clone())];
        fields.extend(self.fields.iter().cloned());
        fields.extend(own.map(|(name, value)| (name.to_owned(), value.to_owned())));
        fields.push((String::from("x-goog-signature"), hex(signature.bytes())));
        fields.push((String::from("policy"), policy));
        Ok(SignedPost {
            url: format!("{}{}/", located.root, located.bucket),
            fields,
        })
    }

    /// The policy's text: JSON in ASCII.
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
        conditions.push(field("bucket", &self.place.bucket));
        conditions.push(field("key", &self.object));
        conditions.extend(own.iter().map(|(name, value)| field(name, value)));
        let policy = json!({"conditions": conditions, "expiration": expiration});
        Ok(in_ascii(&policy.to_string()))
    }
}

/// JSON with everything beyond ASCII as `\u` escapes, as Cloud Storage wants it.
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

/// Where a form is sent, and its fields in the order to send them; the file comes last, named `file`. `Debug` shows no values.
#[derive(Clone)]
pub struct SignedPost {
    url: String,
    fields: Vec<(String, String)>,
}

impl SignedPost {
    /// The form's `action`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The form's fields: name and value. They are worth a token until they expire.
    pub fn fields(&self) -> &[(String, String)] {
        &self.fields
    }
}

impl fmt::Debug for PostPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields: Vec<_> = self.fields.iter().map(|(name, _)| name).collect();
        f.debug_struct("PostPolicy")
            .field("place", &self.place)
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
