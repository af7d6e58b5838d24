//! Options of a call, apart from the parameters of its method.

use std::{borrow::Cow, fmt, sync::Arc, time::Duration};

use http::{
    HeaderName, HeaderValue,
    header::{CONTENT_LENGTH, IF_MATCH, IF_NONE_MATCH, TRANSFER_ENCODING},
};

use super::option_setters::{CheckPatterns, Compress, OnDemand, option_setters};
use crate::{RetryPolicy, method::Method, outlined_box::OutlinedBox};

/// The query parameters of all APIs.
const EVERYWHERE: [&str; 10] = [
    "$.xgafv",
    "access_token",
    "alt",
    "fields",
    "key",
    "oauth_token",
    "prettyPrint",
    "quotaUser",
    "trace",
    "userIp",
];

/// Options of a call: time limits, headers, retries, and the query parameters of all APIs.
///
/// The same setters are on [`PendingCall`](crate::PendingCall), [`Pages`](crate::Pages), [`Items`](crate::Items) and [`Download`](crate::Download);
/// [`Client::with_options`](crate::Client::with_options) sets defaults of a client. An option of the call overrides a default.
///
/// `Debug` shows names, never values.
#[derive(Clone, Default)]
#[must_use = "options do nothing until they are given to a client or a call"]
// Boxed, because most calls set no option, and options are moved and cloned a lot.
pub struct CallOptions(Option<OutlinedBox<OptionSet>>);

/// The values of options.
#[derive(Clone)]
pub(crate) struct OptionSet {
    pub(crate) timeout: Option<Duration>,
    pub(crate) attempt_timeout: Option<Duration>,
    pub(crate) response_limit: Option<usize>,
    pub(crate) retry: Option<RetryPolicy>,
    pub(crate) idempotent: Option<bool>,
    pub(crate) request_id: Option<RequestId>,
    pub(crate) location: Option<String>,
    pub(crate) compress: OnDemand<Compress>,
    pub(crate) check_patterns: OnDemand<CheckPatterns>,
    /// Whether status 304 is a success.
    pub(crate) not_modified: bool,
    pub(crate) scopes: Option<Vec<String>>,
    pub(crate) quota_project: Option<HeaderValue>,
    headers: Vec<(HeaderName, HeaderValue)>,
    params: Vec<(Cow<'static, str>, String)>,
    /// The first mistake, reported when the call is sent.
    invalid: Option<String>,
    /// Set by batches, never by a client.
    pub(crate) batch: InBatch,
}

impl OptionSet {
    const EMPTY: Self = Self {
        timeout: None,
        attempt_timeout: None,
        response_limit: None,
        retry: None,
        idempotent: None,
        request_id: None,
        location: None,
        compress: OnDemand::Unset,
        check_patterns: OnDemand::Unset,
        not_modified: false,
        scopes: None,
        quota_project: None,
        headers: Vec::new(),
        params: Vec::new(),
        invalid: None,
        batch: InBatch::No,
    };
}

/// The role of a request in a batch.
#[derive(Clone, Default)]
pub(crate) enum InBatch {
    /// None.
    #[default]
    No,
    /// A part of one.
    Part,
    /// The request of a batch with calls of these methods.
    Whole(Arc<[&'static Method]>),
}

impl InBatch {
    /// Returns the methods of the parts of a batch.
    pub(crate) fn parts(&self) -> Option<Arc<[&'static Method]>> {
        match self {
            Self::Whole(methods) => Some(Arc::clone(methods)),
            Self::No | Self::Part => None,
        }
    }

    /// Returns whether the request is a part of a batch.
    pub(crate) fn is_part(&self) -> bool {
        matches!(self, Self::Part)
    }
}

/// The option for the parameter `requestId`.
#[derive(Clone)]
pub(crate) enum RequestId {
    /// None is sent.
    Off,
    /// This one is sent in all attempts.
    Given(String),
}

impl CallOptions {
    /// Creates options with nothing set.
    pub fn new() -> Self {
        Self::default()
    }

    option_setters!();

    /// Returns these options, taking unset values from `defaults`.
    pub fn or(self, defaults: &Self) -> Self {
        match (self.0, &defaults.0) {
            (None, _) => defaults.clone(),
            (own, None) => Self(own),
            (Some(mut own), Some(defaults)) => {
                own.fill(defaults);
                Self(Some(own))
            }
        }
    }

    /// Returns the values that are set.
    pub(crate) fn get(&self) -> &OptionSet {
        static EMPTY: OptionSet = OptionSet::EMPTY;
        self.0.as_deref().unwrap_or(&EMPTY)
    }

    /// Returns the values for changes.
    pub(crate) fn get_mut(&mut self) -> &mut OptionSet {
        self.0
            .get_or_insert_with(|| OutlinedBox::new(OptionSet::EMPTY))
    }

    /// Returns the options for polling requests after a first one: without preconditions, without parameters of single APIs, and
    /// without `idempotent`.
    pub(crate) fn for_polls(mut self) -> Self {
        if let Some(options) = &mut self.0 {
            options.idempotent = None;
            options
                .headers
                .retain(|(name, _)| *name != IF_MATCH && *name != IF_NONE_MATCH);
            options
                .params
                .retain(|(name, _)| EVERYWHERE.contains(&name.as_ref()));
        }
        self
    }

    pub(crate) fn headers(&self) -> impl Iterator<Item = (&HeaderName, &HeaderValue)> {
        self.get().headers.iter().map(|(name, value)| (name, value))
    }

    pub(crate) fn params(&self) -> impl Iterator<Item = (&str, &str)> {
        self.get()
            .params
            .iter()
            .map(|(name, value)| (name.as_ref(), value.as_str()))
    }

    pub(crate) fn has_param(&self, name: &str) -> bool {
        self.params().any(|(n, _)| n == name)
    }

    pub(crate) fn get_param(&self, name: &str) -> Option<&str> {
        self.params()
            .find_map(|(n, value)| (n == name).then_some(value))
    }

    pub(crate) fn invalid(&self) -> Option<&str> {
        self.get().invalid.as_deref()
    }

    pub(crate) fn set_param(&mut self, name: &'static str, value: impl Into<Option<String>>) {
        let params = &mut self.get_mut().params;
        params.retain(|(n, _)| n != name);
        params.extend(value.into().map(|value| (Cow::Borrowed(name), value)));
    }

    pub(crate) fn add_param(&mut self, name: Cow<'static, str>, value: String) {
        self.get_mut().params.push((name, value));
    }

    pub(crate) fn set_header(&mut self, name: &str, value: Option<HeaderValue>) {
        let Ok(header) = HeaderName::try_from(name) else {
            return self.refuse(format!(
                "option `header`: {name:?} is not the name of an HTTP header"
            ));
        };
        if [CONTENT_LENGTH, TRANSFER_ENCODING].contains(&header) {
            return self.refuse(format!(
                "option `header`: {name:?} is set by the connection"
            ));
        }
        let Some(value) = value else {
            return self.refuse(format!(
                "option `header`: the value of {name:?} holds characters that no header can carry"
            ));
        };
        let headers = &mut self.get_mut().headers;
        headers.retain(|(n, _)| *n != header);
        headers.push((header, value));
    }

    pub(crate) fn set_quota_project(&mut self, project: &str) {
        match HeaderValue::from_str(project) {
            Ok(value) => self.get_mut().quota_project = Some(value),
            Err(_) => self.refuse(format!(
                "option `quota_project`: {project:?} holds characters that no header can carry"
            )),
        }
    }

    pub(crate) fn remove_param(&mut self, name: &str) {
        if let Some(options) = &mut self.0 {
            options.params.retain(|(n, _)| n != name);
        }
    }

    pub(crate) fn refuse(&mut self, why: String) {
        self.get_mut().invalid.get_or_insert(why);
    }
}

impl OptionSet {
    /// Takes from `defaults` the values that are not set.
    fn fill(&mut self, defaults: &Self) {
        self.timeout = self.timeout.or(defaults.timeout);
        self.attempt_timeout = self.attempt_timeout.or(defaults.attempt_timeout);
        self.response_limit = self.response_limit.or(defaults.response_limit);
        self.compress = self.compress.or(defaults.compress);
        self.check_patterns = self.check_patterns.or(defaults.check_patterns);
        self.not_modified |= defaults.not_modified;
        self.idempotent = self.idempotent.or(defaults.idempotent);
        or(&mut self.retry, &defaults.retry);
        or(&mut self.location, &defaults.location);
        or(&mut self.request_id, &defaults.request_id);
        or(&mut self.scopes, &defaults.scopes);
        or(&mut self.quota_project, &defaults.quota_project);
        or(&mut self.invalid, &defaults.invalid);
        let own = self.headers.len();
        for (name, value) in &defaults.headers {
            if !self.headers[..own].iter().any(|(n, _)| n == name) {
                self.headers.push((name.clone(), value.clone()));
            }
        }
        let own = self.params.len();
        for (name, value) in &defaults.params {
            if !self.params[..own].iter().any(|(n, _)| n == name) {
                self.params.push((name.clone(), value.clone()));
            }
        }
    }
}

fn or<T: Clone>(own: &mut Option<T>, default: &Option<T>) {
    if own.is_none() {
        own.clone_from(default);
    }
}

impl RequestId {
    fn redacted(&self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Given(_) => "given",
        }
    }
}

impl From<Option<&str>> for RequestId {
    fn from(id: Option<&str>) -> Self {
        id.map_or(Self::Off, |id| Self::Given(id.to_owned()))
    }
}

impl fmt::Debug for CallOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let options = self.get();
        let headers: Vec<_> = self.headers().map(|(name, _)| name.as_str()).collect();
        let params: Vec<_> = self.params().map(|(name, _)| name).collect();
        f.debug_struct("CallOptions")
            .field("timeout", &options.timeout)
            .field("attempt_timeout", &options.attempt_timeout)
            .field("response_limit", &options.response_limit)
            .field("retry", &options.retry)
            .field("idempotent", &options.idempotent)
            .field(
                "request_id",
                &options.request_id.as_ref().map(RequestId::redacted),
            )
            .field("location", &options.location)
            .field("scopes", &options.scopes)
            .field("headers", &headers)
            .field("params", &params)
            .finish_non_exhaustive()
    }
}
