//! What can be said about one sending, apart from the API's own parameters.

use std::{borrow::Cow, fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{
    HeaderName, HeaderValue,
    header::{IF_MATCH, IF_NONE_MATCH},
};

/// The parameters that every API understands.
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

use crate::{RetryPolicy, method::Method, outlined_box::OutlinedBox, request::Call};

/// How one call is sent: time limits, headers, and the query parameters that every API understands.
///
/// The same setters are on [`PendingCall`](crate::PendingCall), [`Pages`](crate::Pages), [`Items`](crate::Items) and [`Download`](crate::Download);
/// [`Client::with_options`](crate::Client::with_options) makes a `CallOptions` the default of a client. What a call sets itself wins over a default.
///
/// `Debug` shows names, never values.
#[derive(Clone, Default)]
#[must_use = "options do nothing until they are given to a client or a call"]
// Most calls choose nothing, and options are moved and copied a lot.
pub struct CallOptions(Option<OutlinedBox<Chosen>>);

/// What options say.
#[derive(Clone)]
pub(crate) struct Chosen {
    pub(crate) timeout: Option<Duration>,
    pub(crate) attempt_timeout: Option<Duration>,
    pub(crate) answer_limit: Option<usize>,
    pub(crate) retry: Option<RetryPolicy>,
    pub(crate) idempotent: Option<bool>,
    pub(crate) request_id: Option<RequestId>,
    pub(crate) location: Option<String>,
    /// What compresses bodies. Code that few programs use is reached through what they set, so that others do not hold it.
    pub(crate) compress: Option<Compress>,
    /// What checks parameters against the patterns of the document.
    pub(crate) check_patterns: Option<CheckPatterns>,
    /// Status 304 is an answer.
    pub(crate) not_modified: bool,
    pub(crate) scopes: Option<Vec<String>>,
    pub(crate) quota_project: Option<HeaderValue>,
    headers: Vec<(HeaderName, HeaderValue)>,
    params: Vec<(Cow<'static, str>, String)>,
    /// The first mistake, reported when the call is sent.
    invalid: Option<String>,
    /// Set by batches; no default of a client.
    pub(crate) batch: InBatch,
}

impl Chosen {
    const NOTHING: Self = Self {
        timeout: None,
        attempt_timeout: None,
        answer_limit: None,
        retry: None,
        idempotent: None,
        request_id: None,
        location: None,
        compress: None,
        check_patterns: None,
        not_modified: false,
        scopes: None,
        quota_project: None,
        headers: Vec::new(),
        params: Vec::new(),
        invalid: None,
        batch: InBatch::No,
    };
}

/// What a request has to do with a batch.
#[derive(Clone, Default)]
pub(crate) enum InBatch {
    /// Nothing.
    #[default]
    No,
    /// It is a part of one.
    Part,
    /// It is one, of calls of these methods.
    Whole(Arc<[&'static Method]>),
}

impl InBatch {
    /// The methods of the parts of a batch.
    pub(crate) fn parts(&self) -> Option<Arc<[&'static Method]>> {
        match self {
            Self::Whole(methods) => Some(Arc::clone(methods)),
            Self::No | Self::Part => None,
        }
    }

    /// Whether the request is a part of a batch.
    pub(crate) fn is_part(&self) -> bool {
        matches!(self, Self::Part)
    }
}

/// Gives a body compressed; `None` where it stays as it is.
pub(crate) type Compress = fn(&[u8]) -> Result<Option<Bytes>, String>;

/// Says which parameter has a value that it must not have.
pub(crate) type CheckPatterns = fn(&Call) -> Result<(), String>;

/// What becomes of the parameter `requestId`.
#[derive(Clone)]
pub(crate) enum RequestId {
    /// It is not filled in.
    Off,
    /// This one is sent.
    Given(String),
}

/// The setters, once for all types that have options. The type has `fn options_mut(&mut self) -> &mut CallOptions`.
macro_rules! option_setters {
    () => {
        /// Limits the whole call, from its first poll to its end, whatever it waits for: credentials, media, a connection, redirects, retries with the waits between them, the
        /// response. A list has it for each page, a wait for an operation for each request, an upload by steps for each step. No limit unless set.
        ///
        /// Without one, a call never hangs before its request is sent: 60 s in which nothing gets on end it.
        pub fn timeout(mut self, limit: std::time::Duration) -> Self {
            self.options_mut().choose().timeout = Some(limit);
            self
        }

        /// Limits each attempt, from when a connection takes its request (if the [transport](crate::transport::Transport::reports_send_events) tells that; else from its start) to the end of the
        /// response, redirects included. Of a download, it limits the wait for the head and for each chunk.
        ///
        /// Unless set, it is 60 s, and one second more for every 64 KiB of an upload; for media of unknown length, 60 s without a byte.
        /// [`Duration::MAX`](std::time::Duration::MAX) stands for no limit.
        pub fn attempt_timeout(mut self, limit: std::time::Duration) -> Self {
            self.options_mut().choose().attempt_timeout = Some(limit);
            self
        }

        /// How the call is tried again when it fails; [`RetryPolicy`](crate::RetryPolicy) says what is tried again at all.
        pub fn retry(mut self, policy: $crate::RetryPolicy) -> Self {
            self.options_mut().choose().retry = Some(policy);
            self
        }

        /// Says whether the call may be sent again although the server may have carried it out already. Unless said, the method and the call decide: see
        /// [`RetryPolicy`](crate::RetryPolicy).
        ///
        /// `false` forbids only repeats of what may have had an effect. A call that had none is tried again nevertheless: one without a connection, and one that was refused for
        /// its rate. So are the steps of a transfer, which carry nothing out twice: beginning an upload session, sending a chunk of it again, and fetching the rest of a
        /// download that broke. [`RetryPolicy::none`](crate::RetryPolicy::none) allows one attempt of anything.
        pub fn idempotent(mut self, idempotent: bool) -> Self {
            self.options_mut().choose().idempotent = Some(idempotent);
            self
        }

        /// Sends this `requestId`, by which the server knows a request that comes again; `None` sends none.
        ///
        /// Unless said, a method that has this parameter gets a new UUID for each call, the same for all attempts. A method without it is reported when the
        /// call is sent.
        pub fn request_id(mut self, id: Option<&str>) -> Self {
            self.options_mut().choose().request_id = Some(id.into());
            self
        }

        /// The longest answer, in bytes, that is held in memory. 256 MiB unless set.
        pub fn answer_limit(mut self, bytes: usize) -> Self {
            self.options_mut().choose().answer_limit = Some(bytes);
            self
        }

        /// Sends a header with every HTTP request of the call; an earlier value of the same name is replaced. A name or value that HTTP does not
        /// allow is reported when the call is sent.
        ///
        /// Mark a secret value with [`HeaderValue::set_sensitive`](http::HeaderValue::set_sensitive): it then does not
        /// follow a redirect to another host, as `authorization` and `cookie` never do.
        pub fn header(
            mut self,
            name: impl AsRef<str>,
            value: impl TryInto<http::HeaderValue>,
        ) -> Self {
            self.options_mut()
                .set_header(name.as_ref(), value.try_into().ok());
            self
        }

        /// Carries out the call only if the resource still has this etag (`if-match`); else the server answers 412. The value is sent as given: with the quotes that
        /// the API's own etags have. One that the document calls bytes, such as that of an IAM policy, is sent as base64.
        pub fn if_match(mut self, etag: impl $crate::request::entity_tag::EntityTag) -> Self {
            let etag = etag.into_text();
            self.options_mut()
                .set_header("if-match", etag.try_into().ok());
            self
        }

        /// Sends the call to the API's endpoint in this location, such as `europe-west1`: a server there, and where the document has one, an endpoint that keeps data
        /// in the region. `global` stands for the API's usual endpoint. A location that the document does not have is reported with the ones that it has.
        ///
        /// An [`endpoint`](crate::ClientBuilder::endpoint) of the client, and an emulator, stay where they are.
        pub fn location(mut self, location: impl Into<String>) -> Self {
            self.options_mut().choose().location = Some(location.into());
            self
        }

        /// Sends the JSON body compressed (`content-encoding: gzip`). Answers are asked for with gzip, and decompressed, in any case.
        pub fn compress(mut self, compress: bool) -> Self {
            self.options_mut().choose().compress = Some(if compress {
                $crate::http::gzip
            } else {
                |_| Ok(None)
            });
            self
        }

        /// Checks the values of parameters against the patterns of the document before anything is sent. Off unless asked for: servers know better, and
        /// documents are behind them.
        pub fn check_patterns(mut self, check: bool) -> Self {
            self.options_mut().choose().check_patterns = Some(if check {
                $crate::http::check_patterns
            } else {
                |_| Ok(())
            });
            self
        }

        /// Adds a query parameter that the document does not know. It replaces a parameter of that name that the request has;
        /// given twice, it is sent twice.
        pub fn param(
            mut self,
            name: impl Into<std::borrow::Cow<'static, str>>,
            value: impl $crate::wire::Param,
        ) -> Self {
            self.options_mut()
                .add_param(name.into(), $crate::wire::Param::into_wire(value));
            self
        }

        /// Asks for a part of the answer only: `items(name,state),nextPageToken`.
        pub fn fields(mut self, mask: impl Into<String>) -> Self {
            self.options_mut().set_param("fields", mask.into());
            self
        }

        /// Counts the call against the quota of this user (`quotaUser`): any text of up to 40 characters.
        pub fn quota_user(mut self, user: impl Into<String>) -> Self {
            self.options_mut().set_param("quotaUser", user.into());
            self
        }

        /// Asks for an answer with or without line breaks and indentation (`prettyPrint`).
        pub fn pretty_print(mut self, pretty: bool) -> Self {
            self.options_mut()
                .set_param("prettyPrint", pretty.to_string());
            self
        }

        /// Marks the call in the server's traces (`trace`).
        pub fn trace(mut self, token: impl Into<String>) -> Self {
            self.options_mut().set_param("trace", token.into());
            self
        }

        /// Asks for another form of answer than `json` (`alt`): `media`, `csv`, `proto`, `sse`, as far as the method has it. Read such an answer
        /// with `raw` or `text`.
        pub fn alt(mut self, form: impl Into<String>) -> Self {
            self.options_mut().set_param("alt", form.into());
            self
        }

        /// Sends an API key as the query parameter `key`, besides the credentials.
        pub fn key(mut self, key: impl Into<String>) -> Self {
            self.options_mut().set_param("key", key.into());
            self
        }

        /// Asks for the first or second version of the error format (`$.xgafv`): `"1"` or `"2"`.
        pub fn xgafv(mut self, version: impl Into<String>) -> Self {
            self.options_mut().set_param("$.xgafv", version.into());
            self
        }

        /// Names the project that pays for the call (`x-goog-user-project`), instead of the one of the credentials.
        pub fn quota_project(mut self, project: impl AsRef<str>) -> Self {
            self.options_mut().set_quota_project(project.as_ref());
            self
        }

        /// Asks the credentials for a token with exactly these scopes, whatever scopes they were given.
        pub fn scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
            self.options_mut().choose().scopes = Some(scopes.into_iter().map(Into::into).collect());
            self
        }
    };
}
pub(crate) use option_setters;

impl CallOptions {
    /// Options with nothing set.
    pub fn new() -> Self {
        Self::default()
    }

    option_setters!();

    fn options_mut(&mut self) -> &mut Self {
        self
    }

    /// These options, and where they are silent, `defaults`.
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

    /// What is chosen.
    pub(crate) fn chosen(&self) -> &Chosen {
        static NOTHING: Chosen = Chosen::NOTHING;
        self.0.as_deref().unwrap_or(&NOTHING)
    }

    /// What is chosen, to choose more.
    pub(crate) fn choose(&mut self) -> &mut Chosen {
        self.0
            .get_or_insert_with(|| OutlinedBox::new(Chosen::NOTHING))
    }

    /// The same for further requests about what a first one did: without preconditions, without parameters that
    /// not every API knows, and without what was said about repeating it.
    pub(crate) fn for_polls(mut self) -> Self {
        if let Some(chosen) = &mut self.0 {
            chosen.idempotent = None;
            chosen
                .headers
                .retain(|(name, _)| *name != IF_MATCH && *name != IF_NONE_MATCH);
            chosen
                .params
                .retain(|(name, _)| EVERYWHERE.contains(&name.as_ref()));
        }
        self
    }

    pub(crate) fn headers(&self) -> impl Iterator<Item = (&HeaderName, &HeaderValue)> {
        self.chosen()
            .headers
            .iter()
            .map(|(name, value)| (name, value))
    }

    pub(crate) fn params(&self) -> impl Iterator<Item = (&str, &str)> {
        self.chosen()
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
        self.chosen().invalid.as_deref()
    }

    pub(crate) fn set_param(&mut self, name: &'static str, value: String) {
        let params = &mut self.choose().params;
        params.retain(|(n, _)| n != name);
        params.push((Cow::Borrowed(name), value));
    }

    pub(crate) fn add_param(&mut self, name: Cow<'static, str>, value: String) {
        self.choose().params.push((name, value));
    }

    pub(crate) fn set_header(&mut self, name: &str, value: Option<HeaderValue>) {
        let Ok(header) = HeaderName::try_from(name) else {
            return self.refuse(format!(
                "option `header`: {name:?} is not the name of an HTTP header"
            ));
        };
        let Some(value) = value else {
            return self.refuse(format!(
                "option `header`: the value of {name:?} holds characters that no header can carry"
            ));
        };
        let headers = &mut self.choose().headers;
        headers.retain(|(n, _)| *n != header);
        headers.push((header, value));
    }

    pub(crate) fn set_quota_project(&mut self, project: &str) {
        match HeaderValue::from_str(project) {
            Ok(value) => self.choose().quota_project = Some(value),
            Err(_) => self.refuse(format!(
                "option `quota_project`: {project:?} holds characters that no header can carry"
            )),
        }
    }

    pub(crate) fn remove_param(&mut self, name: &str) {
        if let Some(chosen) = &mut self.0 {
            chosen.params.retain(|(n, _)| n != name);
        }
    }

    pub(crate) fn refuse(&mut self, why: String) {
        self.choose().invalid.get_or_insert(why);
    }
}

impl Chosen {
    /// Takes from `defaults` what is not chosen.
    fn fill(&mut self, defaults: &Self) {
        self.timeout = self.timeout.or(defaults.timeout);
        self.attempt_timeout = self.attempt_timeout.or(defaults.attempt_timeout);
        self.answer_limit = self.answer_limit.or(defaults.answer_limit);
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
    fn shown(&self) -> &'static str {
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
        let chosen = self.chosen();
        let headers: Vec<_> = self.headers().map(|(name, _)| name.as_str()).collect();
        let params: Vec<_> = self.params().map(|(name, _)| name).collect();
        f.debug_struct("CallOptions")
            .field("timeout", &chosen.timeout)
            .field("attempt_timeout", &chosen.attempt_timeout)
            .field("answer_limit", &chosen.answer_limit)
            .field("retry", &chosen.retry)
            .field("idempotent", &chosen.idempotent)
            .field(
                "request_id",
                &chosen.request_id.as_ref().map(RequestId::shown),
            )
            .field("location", &chosen.location)
            .field("scopes", &chosen.scopes)
            .field("headers", &headers)
            .field("params", &params)
            .finish_non_exhaustive()
    }
}
