//! Tokens with fewer permissions, which credential access boundaries limit.

use std::{fmt, sync::Arc, time::SystemTime};

use gapi_transport::BoxFuture;
use http::{Uri, header::AUTHORIZATION};
use secrecy::SecretString;
use serde_json::{Map, Value, json};

use crate::{
    AuthError, AuthErrorKind, AuthHeaders, AuthRequest, Cached, Credentials, FetchContext, Scopes,
    Token, TokenSource,
    cache::FetchSettings,
    facade::setters,
    reach::check_endpoint,
    sts::{ACCESS_TOKEN, Exchange},
};

/// The scope of source tokens, unless the source has its own.
const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";

/// Credentials with fewer permissions. The Security Token Service exchanges a token of the source credentials for one that is limited by a
/// [credential access boundary](https://docs.cloud.google.com/iam/docs/downscoping-short-lived-credentials). Cloud Storage accepts these tokens.
///
/// A broker can give a client a [`token`](Self::token) that only reads one bucket for an hour:
///
/// ```no_run
/// # use gapi_auth::{AccessBoundary, AccessBoundaryRule, AuthorizedUser, Downscoped};
/// # async fn example() -> Result<(), gapi_auth::AuthError> {
/// # let source = AuthorizedUser::from_parts("", "", "");
/// let rule = AccessBoundaryRule::new("//storage.googleapis.com/projects/_/buckets/reports")
///     .permission("inRole:roles/storage.objectViewer")
///     .condition("resource.name.startsWith('projects/_/buckets/reports/objects/2026/')");
/// let credentials = Downscoped::new(source, AccessBoundary::new([rule]));
/// let token = credentials.token().await?;
/// # Ok(()) }
/// ```
///
/// Constructors send no requests. Tokens are cached as [`Cached`] describes. Clones share the cache; setters empty it. The source
/// credentials have a cache of their own.
#[derive(Clone)]
pub struct Downscoped(Cached<Source>);

impl Downscoped {
    /// Creates credentials of `source` that `boundary` limits.
    pub fn new(source: impl Credentials, boundary: AccessBoundary) -> Self {
        Self(Cached::new(Source::new(Arc::new(source), boundary)))
    }

    fn change(self, change: impl FnOnce(&mut Source)) -> Self {
        Self(self.0.change_source(change))
    }

    fn configure(self, change: impl FnOnce(&mut FetchSettings)) -> Self {
        Self(self.0.configure(change))
    }

    setters! {
        quota_project,
        ///
        /// The source credentials are offered it too.
        transport,
        clock,
        retry,
    }

    /// Sets the URL of the Security Token Service: https, or http on this machine. The default is `https://sts.UNIVERSE/v1/token`.
    #[must_use]
    pub fn token_url(self, url: impl Into<String>) -> Self {
        let url = url.into();
        self.change(|source| source.token_url = Some(url))
    }

    /// Fetches a new token to give away. It is not cached, and requests do not use it.
    ///
    /// # Errors
    /// [`AuthError`] if the source has no token, or if the Security Token Service cannot be reached or refuses.
    pub async fn token(&self) -> Result<Token, AuthError> {
        let source = self.0.source();
        source
            .token(&self.0.outside_fetch())
            .await
            .map_err(|error| error.with_credential(|| self.describe()))
    }
}

impl fmt::Debug for Downscoped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.source().fmt(f)
    }
}

impl Credentials for Downscoped {
    crate::credentials::forward!(common);

    fn universe_domain(&self) -> BoxFuture<'_, Result<String, AuthError>> {
        self.0.source().source.universe_domain()
    }
}

/// Credentials, and the boundary that limits them.
#[derive(Clone)]
struct Source {
    source: Arc<dyn Credentials>,
    boundary: AccessBoundary,
    token_url: Option<String>,
    quota_project: Option<String>,
}

impl Source {
    fn new(source: Arc<dyn Credentials>, boundary: AccessBoundary) -> Self {
        Self {
            source,
            boundary,
            token_url: None,
            quota_project: None,
        }
    }

    async fn token(&self, cx: &FetchContext) -> Result<Token, AuthError> {
        self.boundary.check()?;
        let token_url = match &self.token_url {
            Some(url) => url.clone(),
            None => format!(
                "https://sts.{}/v1/token",
                self.source.universe_domain().await?
            ),
        };
        check_endpoint("the token URL", &token_url)?;
        let url: Uri = token_url.parse().map_err(|error| {
            AuthError::new(AuthErrorKind::Config, "the token URL cannot be used").with_source(error)
        })?;
        let scopes = [SCOPE];
        let request =
            AuthRequest::new(&url, Scopes::Default(&scopes)).with_transport(cx.transport());
        let used = self.source.headers(&request).await?;
        match self.exchange(&token_url, &used, cx).await {
            // The source's token was revoked, which the source does not know yet.
            Err(error)
                if error.oauth_error() == Some("invalid_grant") && self.source.reject(&used) =>
            {
                let renewed = self.source.headers(&request).await?;
                self.exchange(&token_url, &renewed, cx).await
            }
            done => done,
        }
    }

    async fn exchange(
        &self,
        token_url: &str,
        used: &AuthHeaders,
        cx: &FetchContext,
    ) -> Result<Token, AuthError> {
        let subject_token = bearer(used)?;
        let exchange = Exchange {
            token_url,
            audience: None,
            scopes: &[],
            subject_token: secrecy::ExposeSecret::expose_secret(&subject_token),
            subject_token_type: ACCESS_TOKEN,
            options: Some(self.boundary.to_json()),
            client: None,
            metrics: None,
        };
        let asked_at = cx.clock().now();
        let mut response = exchange.send(&**cx.transport(), cx).await?;
        if response.expires_in.is_none() {
            // The token has the lifetime of the source's token.
            response.expires_in = used.expires_at().map(|expiry| remaining(expiry, asked_at));
        }
        Ok(response.into_token(asked_at))
    }
}

fn remaining(expiry: SystemTime, now: SystemTime) -> std::time::Duration {
    expiry.duration_since(now).unwrap_or_default()
}

/// Returns the access token in the source's headers.
fn bearer(headers: &AuthHeaders) -> Result<SecretString, AuthError> {
    headers
        .headers()
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok()?.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| SecretString::from(token))
        .ok_or_else(|| {
            AuthError::new(
                AuthErrorKind::Config,
                "the source has no access token, so there is nothing to limit",
            )
            .with_hint("API keys and anonymous requests cannot be downscoped")
        })
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Downscoped")
            .field("source", &self.source)
            .field("boundary", &self.boundary)
            .field("token_url", &self.token_url)
            .field("quota_project", &self.quota_project)
            .finish()
    }
}

impl TokenSource for Source {
    fn fetch<'a>(&'a self, cx: &'a FetchContext) -> BoxFuture<'a, Result<Token, AuthError>> {
        Box::pin(self.token(cx))
    }

    /// The boundary limits the token, not its scopes.
    fn is_scoped(&self) -> bool {
        false
    }

    fn check(&self, _: &AuthRequest<'_>) -> Result<(), AuthError> {
        self.boundary.check()
    }

    fn quota_project(&self) -> Option<&str> {
        self.quota_project.as_deref()
    }

    fn describe(&self) -> String {
        format!("{}, limited by an access boundary", self.source.describe())
    }
}

/// The maximum number of rules.
const RULES: usize = 10;

/// The limits of a token: the union of up to ten rules. Rules grant nothing that the source does not have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccessBoundary {
    rules: Vec<AccessBoundaryRule>,
}

/// One resource, and the permissions on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessBoundaryRule {
    resource: String,
    permissions: Vec<String>,
    condition: Option<Condition>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Condition {
    expression: String,
    title: Option<String>,
    description: Option<String>,
}

impl AccessBoundary {
    /// Creates a boundary of these rules.
    pub fn new(rules: impl IntoIterator<Item = AccessBoundaryRule>) -> Self {
        Self {
            rules: rules.into_iter().collect(),
        }
    }

    /// Refuses a boundary that the Security Token Service would refuse.
    fn check(&self) -> Result<(), AuthError> {
        let config = |message: String| Err(AuthError::new(AuthErrorKind::Config, message));
        if self.rules.is_empty() || self.rules.len() > RULES {
            return config(format!(
                "an access boundary has 1 to {RULES} rules, this one has {}",
                self.rules.len()
            ));
        }
        for rule in &self.rules {
            if !rule.resource.starts_with("//") {
                return config(format!(
                    "the resource {} of an access boundary is no full resource name: it begins with //",
                    rule.resource
                ));
            }
            if rule.permissions.is_empty() {
                return config(format!(
                    "an access boundary rule for {} allows nothing",
                    rule.resource
                ));
            }
            if let Some(odd) = rule
                .permissions
                .iter()
                .find(|permission| !permission.starts_with("inRole:"))
            {
                return config(format!(
                    "the permission {odd} of an access boundary is not a role: it begins with inRole:"
                ));
            }
        }
        Ok(())
    }

    fn to_json(&self) -> Value {
        let rules: Vec<_> = self.rules.iter().map(AccessBoundaryRule::to_json).collect();
        json!({"accessBoundary": {"accessBoundaryRules": rules}})
    }
}

impl AccessBoundaryRule {
    /// Creates a rule without permissions for a resource, such as `//storage.googleapis.com/projects/_/buckets/BUCKET`.
    pub fn new(resource: impl Into<String>) -> Self {
        Self {
            resource: resource.into(),
            permissions: Vec::new(),
            condition: None,
        }
    }

    /// Adds the permissions of a role, such as `inRole:roles/storage.objectViewer`.
    #[must_use]
    pub fn permission(mut self, permission: impl Into<String>) -> Self {
        self.permissions.push(permission.into());
        self
    }

    /// Sets a condition, a [CEL](https://github.com/google/cel-spec) expression, for example on the prefix of object names.
    #[must_use]
    pub fn condition(mut self, expression: impl Into<String>) -> Self {
        self.condition = Some(Condition {
            expression: expression.into(),
            title: None,
            description: None,
        });
        self
    }

    /// Sets the title and the description of the condition. Has no effect without a condition.
    #[must_use]
    pub fn described(mut self, title: impl Into<String>, description: impl Into<String>) -> Self {
        if let Some(condition) = &mut self.condition {
            condition.title = Some(title.into()).filter(|title| !title.is_empty());
            condition.description = Some(description.into()).filter(|text| !text.is_empty());
        }
        self
    }

    fn to_json(&self) -> Value {
        let mut rule = json!({
            "availablePermissions": self.permissions,
            "availableResource": self.resource,
        });
        if let Some(condition) = &self.condition {
            let mut fields = Map::new();
            fields.insert("expression".into(), Value::from(&*condition.expression));
            let optional = [
                ("title", &condition.title),
                ("description", &condition.description),
            ];
            for (name, text) in optional {
                if let Some(text) = text {
                    fields.insert(name.into(), Value::from(&**text));
                }
            }
            rule["availabilityCondition"] = Value::Object(fields);
        }
        rule
    }
}
