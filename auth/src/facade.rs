//! Constructors and setters that the credential types have in common.
//!
//! A type that uses them wraps a [`Cached`](crate::Cached) source in field `0` and has two functions:
//! `change`, which changes the settings of the source, and `configure`, which changes how tokens are fetched.

/// The named setters. Documentation before a name is added to the common one.
macro_rules! setters {
    ($($(#[$doc:meta])* $setter:ident),+ $(,)?) => {
        $($crate::facade::setters!(@$setter $(#[$doc])*);)+
    };
    (@scopes $(#[$doc:meta])*) => {
        /// Sets the scopes to request, which replace the scopes that requests offer. An empty list, `[""; 0]`, removes them.
        $(#[$doc])*
        #[must_use = "returns the changed value"]
        pub fn scopes(self, scopes: impl $crate::IntoScopes) -> Self {
            let scopes = scopes.into_scopes();
            self.change(|settings| settings.scopes = scopes)
        }
    };
    (@subject $(#[$doc:meta])*) => {
        /// Acts for this user of a Google Workspace domain (domain-wide delegation).
        ///
        /// Needs [`scopes`](Self::scopes), because administrators authorize exact scopes.
        $(#[$doc])*
        #[must_use = "returns the changed value"]
        pub fn subject(self, user: impl Into<String>) -> Self {
            let user = user.into();
            self.change(|settings| settings.subject = Some(user))
        }
    };
    (@quota_project $(#[$doc:meta])*) => {
        /// Sets the project that is billed for quota: the header `x-goog-user-project`.
        $(#[$doc])*
        #[must_use = "returns the changed value"]
        pub fn quota_project(self, project: impl Into<String>) -> Self {
            let project = project.into();
            self.change(|settings| settings.quota_project = Some(project))
        }
    };
    (@universe_domain $(#[$doc:meta])*) => {
        /// Sets the universe, such as `googleapis.com`.
        $(#[$doc])*
        #[must_use = "returns the changed value"]
        pub fn universe_domain(self, domain: impl Into<String>) -> Self {
            let domain = $crate::reach::Named::by_program(domain);
            self.change(|settings| settings.universe_domain = domain.into())
        }
    };
    (@audience $(#[$doc:meta])*) => {
        /// Sets the audience of tokens.
        $(#[$doc])*
        #[must_use = "returns the changed value"]
        pub fn audience(self, audience: impl Into<String>) -> Self {
            let audience = audience.into();
            self.change(|settings| settings.audience = Some(audience))
        }
    };
    (@token_uri $(#[$doc:meta])*) => {
        /// Sets the token endpoint that exchanges assertions: an https URL, or http on this machine.
        $(#[$doc])*
        #[must_use = "returns the changed value"]
        pub fn token_uri(self, uri: impl Into<String>) -> Self {
            let uri = $crate::reach::Named::by_program(uri);
            self.change(|settings| settings.token_uri = uri)
        }
    };
    (@token_url $(#[$doc:meta])*) => {
        /// Sets the URL of the Security Token Service: https, or http on this machine.
        $(#[$doc])*
        #[must_use = "returns the changed value"]
        pub fn token_url(self, url: impl Into<String>) -> Self {
            let url = $crate::reach::Named::by_program(url);
            self.change(|settings| settings.token_url = url.into())
        }
    };
    (@iam_endpoint $(#[$doc:meta])*) => {
        /// Sets the root of the IAM Service Account Credentials API: an https URL without a path, or http on this machine.
        ///
        /// The default is `https://iamcredentials.` and the universe.
        $(#[$doc])*
        #[must_use = "returns the changed value"]
        pub fn iam_endpoint(self, root: impl Into<String>) -> Self {
            let root = root.into();
            self.change(|settings| settings.set_iam_endpoint(root.trim_end_matches('/')))
        }
    };
    (@url_policy $(#[$doc:meta])*) => {
        /// Sets which hosts, files and programs the file may name.
        ///
        /// Use [`UrlPolicy::untrusted`](crate::UrlPolicy::untrusted) for a file that others may have written.
        $(#[$doc])*
        #[must_use = "returns the changed value"]
        pub fn url_policy(self, policy: $crate::UrlPolicy) -> Self {
            self.configure(|settings| settings.url_policy = policy)
        }
    };
    (@environment $(#[$doc:meta])*) => {
        /// Sets where environment variables and files are read and programs run: this machine by default.
        $(#[$doc])*
        #[must_use = "returns the changed value"]
        pub fn environment(self, environment: $crate::Environment) -> Self {
            self.configure(|settings| settings.environment = environment)
        }
    };
    (@transport $(#[$doc:meta])*) => {
        /// Sends token requests through `transport` instead of the transport that requests offer.
        $(#[$doc])*
        #[must_use = "returns the changed value"]
        pub fn transport(self, transport: impl gapi_transport::Transport) -> Self {
            self.configure(|settings| settings.transport = Some(std::sync::Arc::new(transport)))
        }
    };
    (@clock $(#[$doc:meta])*) => {
        /// Reads the time from `clock` instead of the system's clock.
        $(#[$doc])*
        #[must_use = "returns the changed value"]
        pub fn clock(self, clock: impl gapi_transport::Clock) -> Self {
            let clock: std::sync::Arc<dyn gapi_transport::Clock> = std::sync::Arc::new(clock);
            self.configure(|settings| settings.clock = clock.into())
        }
    };
    (@retry $(#[$doc:meta])*) => {
        /// Sets how token requests are retried after transient errors.
        $(#[$doc])*
        #[must_use = "returns the changed value"]
        pub fn retry(self, policy: $crate::TokenRetryPolicy) -> Self {
            self.configure(|settings| settings.retry = policy.into())
        }
    };
}
pub(crate) use setters;

/// `change` and `configure` of a type that wraps a source read from a file, and its `Debug`, which is the source's.
///
/// The settings are the source itself, or a field of it.
#[cfg(any(
    feature = "service-account",
    feature = "authorized-user",
    feature = "impersonation"
))]
macro_rules! cached_facade {
    ($facade:ident, $settings:ty $(, $field:ident)?) => {
        impl $facade {
            fn change(self, change: impl FnOnce(&mut $settings)) -> Self {
                Self(self.0.change_source(|source| change(&mut (*source)$(.$field)?)))
            }

            fn configure(self, change: impl FnOnce(&mut $crate::reach::Reach)) -> Self {
                Self(self.0.reaching(change))
            }
        }

        impl std::fmt::Debug for $facade {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.source().fmt(f)
            }
        }
    };
}
#[cfg(any(
    feature = "service-account",
    feature = "authorized-user",
    feature = "impersonation"
))]
pub(crate) use cached_facade;

/// Constructors from a credentials file of type `$type`. `$read` reads the text, and `$needed` is a hint for files that
/// cannot be read. Errors call a text without a file `$label`.
#[cfg(feature = "impersonation")]
macro_rules! file_constructors {
    ($facade:ident, $type:literal, $label:literal, $read:path, $needed:expr) => {
        #[doc = concat!("Reads a file of type `", $type, "`.")]
        ///
        /// # Errors
        /// [`AuthErrorKind::NotFound`](crate::AuthErrorKind::NotFound) if the file does not exist;
        /// [`AuthErrorKind::Config`](crate::AuthErrorKind::Config), [`AuthErrorKind::Unsupported`](crate::AuthErrorKind::Unsupported) or
        /// [`AuthErrorKind::Crypto`](crate::AuthErrorKind::Crypto) if it cannot be used. The text names the file and the field.
        pub fn from_file(path: impl AsRef<std::path::Path>) -> Result<Self, $crate::AuthError> {
            let path = path.as_ref();
            let instead = concat!(stringify!($facade), "::from_json");
            let text = $crate::config::read_text(path, $needed, instead)?;
            let name = $crate::RedactedPath::new(path).to_string();
            Self::read(&name, &text, &$crate::reach::Reach::trusted())
        }

        /// Reads the text of such a file.
        ///
        /// # Errors
        /// As [`from_file`](Self::from_file).
        pub fn from_json(text: &str) -> Result<Self, $crate::AuthError> {
            Self::read($label, text, &$crate::reach::Reach::trusted())
        }

        /// Reads the text of a file that errors call `name`.
        pub(crate) fn read(
            name: &str,
            text: &str,
            reach: &$crate::reach::Reach,
        ) -> Result<Self, $crate::AuthError> {
            $read(name, text, reach.clone()).map(|source| Self(Cached::of_file(source)))
        }
    };
}
#[cfg(feature = "impersonation")]
pub(crate) use file_constructors;
