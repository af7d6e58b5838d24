//! The setters of options, which all types that have options share; and the code that only programs contain which use an option for it.

use std::io::Write as _;

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};

use super::Call;

/// The compiler's error for `check_patterns`. No type implements it.
#[cfg(not(feature = "patterns"))]
#[diagnostic::on_unimplemented(
    message = "this function needs the feature `patterns` of gapi",
    label = "`cargo add gapi --features patterns`"
)]
pub trait PatternsFeature<'a> {
    /// Returns a value of any type.
    fn returns<R>() -> R;
}

/// Defines the setters in a type whose [`CallOptions`](crate::CallOptions) are the field `$field`; without a field, in that type itself.
macro_rules! option_setters {
    ($($field:tt).*) => {
        /// Sets all options that `options` sets.
        pub fn options(mut self, options: $crate::CallOptions) -> Self {
            let own = &mut self$(.$field)*;
            *own = options.or(own);
            self
        }

        /// Limits the whole call, from its first poll to its end: credentials, media, connections, redirects, retries with their
        /// delays, and the response. It applies to each page of a list, each request of a wait for an operation, and each step of a
        /// resumable upload. Unlimited by default.
        ///
        /// Even an unlimited call fails after 60 s without progress before its request is sent.
        pub fn timeout(mut self, limit: std::time::Duration) -> Self {
            self$(.$field)*.get_mut().timeout = Some(limit);
            self
        }

        /// Limits each attempt, from when a connection takes its request to the end of the response, redirects included. It begins
        /// earlier, with the attempt, if the [transport](crate::transport::Transport::reports_send_events) reports no events. For a
        /// download, it limits the wait for the head and for each chunk.
        ///
        /// The default is 60 s, plus one second for every 64 KiB of an upload; for media of unknown length, 60 s without a byte.
        /// [`Duration::MAX`](std::time::Duration::MAX) means no limit.
        pub fn attempt_timeout(mut self, limit: std::time::Duration) -> Self {
            self$(.$field)*.get_mut().attempt_timeout = Some(limit);
            self
        }

        /// Sets how often and when the call is retried. [`RetryPolicy`](crate::RetryPolicy) describes which failures are retried.
        pub fn retry(mut self, policy: $crate::RetryPolicy) -> Self {
            self$(.$field)*.get_mut().retry = Some(policy);
            self
        }

        /// Sets whether the call may be repeated although the server may have carried it out. By default the method and the call
        /// decide: see [`RetryPolicy`](crate::RetryPolicy).
        ///
        /// `false` forbids only repeats of calls that may have had an effect. Calls without a connection, and calls that were refused
        /// for their rate, are still retried. So are the steps of a transfer, which have no effect of their own: the start of an
        /// upload session, a chunk, and the rest of an interrupted download. [`RetryPolicy::none`](crate::RetryPolicy::none) allows
        /// one attempt in all cases.
        pub fn idempotent(mut self, idempotent: bool) -> Self {
            self$(.$field)*.get_mut().idempotent = Some(idempotent);
            self
        }

        /// Sets the `requestId`, by which the server recognizes a repeated request; `None` sends none.
        ///
        /// By default, a method with this parameter gets a new UUID for each call, the same for all attempts. For a method without
        /// it, sending the call is an error.
        pub fn request_id(mut self, id: Option<&str>) -> Self {
            self$(.$field)*.get_mut().request_id = Some(id.into());
            self
        }

        /// Limits the response in memory, in bytes. 256 MiB by default.
        pub fn response_limit(mut self, bytes: usize) -> Self {
            self$(.$field)*.get_mut().response_limit = Some(bytes);
            self
        }

        /// Sets a header of every HTTP request of the call; an earlier value of the same name is replaced. With a name or value that
        /// HTTP does not allow, sending the call is an error.
        ///
        /// Mark a secret value with [`HeaderValue::set_sensitive`](http::HeaderValue::set_sensitive): like `authorization` and
        /// `cookie`, it is then not sent to another host after a redirect.
        pub fn header(
            mut self,
            name: impl AsRef<str>,
            value: impl TryInto<http::HeaderValue>,
        ) -> Self {
            self$(.$field)*
                .set_header(name.as_ref(), value.try_into().ok());
            self
        }

        /// Makes the call conditional on the resource's etag (`if-match`): if it is another one, the server responds with 412. The
        /// value is sent as given, with the quotes of the API's own etags. Bytes, such as the etag of an IAM policy, are sent as
        /// base64.
        pub fn if_match(mut self, etag: impl $crate::request::EntityTag) -> Self {
            let etag = etag.into_text();
            self$(.$field)*
                .set_header("if-match", etag.try_into().ok());
            self
        }

        /// Sends the call to the API's endpoint in this location, such as `europe-west1`. If the document has several, it is the one
        /// that retains data in the region. `global` is the API's usual endpoint. For a location that is not in the document,
        /// sending the call is an error that lists those that are.
        ///
        /// An [`endpoint`](crate::ClientBuilder::endpoint) of the client, and an emulator, take precedence.
        pub fn location<M>(
            mut self,
            location: impl $crate::request::argument::Argument<String, M>,
        ) -> Self {
            self$(.$field)*.get_mut().location = location.into_option();
            self
        }

        /// Sets whether the JSON body is compressed (`content-encoding: gzip`). Responses are always requested with gzip, and decoded.
        pub fn compress(mut self, compress: bool) -> Self {
            self$(.$field)*.get_mut().compress = $crate::request::option_setters::OnDemand::of(
                compress,
                $crate::request::option_setters::gzip,
            );
            self
        }

        /// Sets whether the values of parameters are checked against the patterns, minimums and maximums of the document before the
        /// call is sent. Off by default, because documents can be older than the servers.
        #[cfg(feature = "patterns")]
        pub fn check_patterns(mut self, check: bool) -> Self {
            self$(.$field)*.get_mut().check_patterns =
                $crate::request::option_setters::OnDemand::of(
                    check,
                    $crate::request::patterns::check,
                );
            self
        }

        #[cfg(not(feature = "patterns"))]
        #[allow(missing_docs)]
        #[doc(hidden)]
        pub fn check_patterns(self, _: bool) -> Self
        where
            for<'a> Self: $crate::request::option_setters::PatternsFeature<'a>,
        {
            <Self as $crate::request::option_setters::PatternsFeature<'static>>::returns()
        }

        /// Adds a query parameter that is not in the document. It replaces the request's parameter of that name; given twice, it is
        /// sent twice.
        pub fn param(
            mut self,
            name: impl Into<std::borrow::Cow<'static, str>>,
            value: impl $crate::wire::Param,
        ) -> Self {
            self$(.$field)*
                .add_param(name.into(), $crate::wire::Param::into_wire(value));
            self
        }

        /// Requests a part of the response only: `items(name,state),nextPageToken`.
        pub fn fields<M>(mut self, mask: impl $crate::request::argument::Argument<String, M>) -> Self {
            self$(.$field)*.set_param("fields", mask.into_option());
            self
        }

        /// Counts the call against the quota of this user (`quotaUser`): any text of up to 40 characters.
        pub fn quota_user<M>(mut self, user: impl $crate::request::argument::Argument<String, M>) -> Self {
            self$(.$field)*.set_param("quotaUser", user.into_option());
            self
        }

        /// Sets whether the response has line breaks and indentation (`prettyPrint`).
        pub fn pretty_print(mut self, pretty: bool) -> Self {
            self$(.$field)*
                .set_param("prettyPrint", pretty.to_string());
            self
        }

        /// Sets a token that marks the call in the server's traces (`trace`).
        pub fn trace<M>(mut self, token: impl $crate::request::argument::Argument<String, M>) -> Self {
            self$(.$field)*.set_param("trace", token.into_option());
            self
        }

        /// Requests another format than `json` (`alt`), such as `media`, `csv`, `proto` or `sse`, if the method has it. Read such a
        /// response with `raw` or `text`.
        pub fn alt<M>(mut self, form: impl $crate::request::argument::Argument<String, M>) -> Self {
            self$(.$field)*.set_param("alt", form.into_option());
            self
        }

        /// Sends an API key as the query parameter `key`, in addition to the credentials.
        pub fn key<M>(mut self, key: impl $crate::request::argument::Argument<String, M>) -> Self {
            self$(.$field)*.set_param("key", key.into_option());
            self
        }

        /// Sets the version of the error format (`$.xgafv`): `"1"` or `"2"`.
        pub fn xgafv<M>(mut self, version: impl $crate::request::argument::Argument<String, M>) -> Self {
            self$(.$field)*.set_param("$.xgafv", version.into_option());
            self
        }

        /// Sets the project that pays for the call (`x-goog-user-project`), instead of that of the credentials.
        pub fn quota_project(mut self, project: impl AsRef<str>) -> Self {
            self$(.$field)*.set_quota_project(project.as_ref());
            self
        }

        /// Sets the exact scopes of the token for the call, in place of the scopes of the credentials.
        pub fn scopes(mut self, scopes: impl gapi_auth::IntoScopes) -> Self {
            self$(.$field)*.get_mut().scopes =
                Some(scopes.into_scopes());
            self
        }
    };
}
pub(crate) use option_setters;

/// An option with a function that carries it out. The setter names the function, so that the linker drops it from programs that
/// never call the setter.
#[derive(Clone, Copy)]
pub(crate) enum OnDemand<F> {
    Unset,
    Off,
    On(F),
}

/// Compresses a body.
pub(crate) type Compress = fn(&[u8]) -> Result<Bytes, String>;

/// Returns an error for a parameter whose value does not match its pattern.
pub(crate) type CheckPatterns = fn(&Call) -> Result<(), String>;

impl<F: Copy> OnDemand<F> {
    pub(crate) fn of(enabled: bool, function: F) -> Self {
        if enabled {
            Self::On(function)
        } else {
            Self::Off
        }
    }

    /// Returns this option, or `default` if it is unset.
    pub(super) fn or(self, default: Self) -> Self {
        match self {
            Self::Unset => default,
            set => set,
        }
    }

    /// Returns the function if the option is on.
    pub(crate) fn get(self) -> Option<F> {
        match self {
            Self::On(function) => Some(function),
            Self::Unset | Self::Off => None,
        }
    }
}

/// Returns `body` compressed with gzip.
pub(crate) fn gzip(body: &[u8]) -> Result<Bytes, String> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let compressed = encoder.write_all(body).and_then(|()| encoder.finish());
    compressed
        .map(Bytes::from)
        .map_err(|error| format!("the body cannot be compressed: {error}"))
}
