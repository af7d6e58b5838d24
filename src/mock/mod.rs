//! Tests without a network: a transport that responds by rules, one that records, and one that replays a recording.
//!
//! | you want | use |
//! |---|---|
//! | to set the response of each method, and to check the calls | [`Mock`], [`Reply`], [`MockCall`] |
//! | to record the requests of a program, without its secrets | [`Recorder`] |
//! | to run the program with the recorded responses | [`Replay`] |
//!
#![cfg_attr(all(feature = "macros", feature = "auth"), doc = "```")]
#![cfg_attr(not(all(feature = "macros", feature = "auth")), doc = "```ignore")]
//! use gapi::mock::{Mock, Reply};
//! gapi::api! { mod tasks = "tasks:v1" { tasklists.{get, list} }; }
//!
//! # fn main() -> Result<(), gapi::Error> { tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(async {
//! let mock = Mock::new()
//!     // By request: typed, for its parameters.
//!     .respond(tasks::tasklists().get("a"), gapi::body!(tasks::TaskList { title: "Groceries" }))
//!     // By method: any JSON, a status, a fault, or several in order.
//!     .on("tasks.tasklists.list", Reply::sequence([Reply::status(503), Reply::json(serde_json::json!({"items": []}))]));
//! let client = mock.client();
//!
//! let list = tasks::tasklists().get("a").send(&client).await?;
//! assert_eq!(list.title.as_deref(), Some("Groceries"));
//! assert_eq!(mock.calls()[0].parameter("tasklist"), Some("a"));
//! # Ok(()) }) }
//! ```

mod recording;
mod replay;
mod reply;
mod transport;

use std::{
    fmt,
    sync::{Arc, Mutex},
};

use gapi_transport::{Clock, SystemClock, lock};
use serde_json::Value;

use self::reply::{MockResponse, ReplyKind};
pub use self::{
    replay::{Recorder, Replay},
    reply::{IntoReply, Reply},
    transport::MockCall,
};
use crate::{Client, Request, request::Call, wire::Wire};

/// A [`Transport`](gapi_transport::Transport) that responds by rules, and records the calls.
///
/// The first rule that matches a call and has a response left is used. A call that no rule matches is an error of kind
/// [`Usage`](crate::ErrorKind::Usage), which describes the call and the rules. Each part of a batch is a call of its own.
///
/// Clones share rules and calls.
#[derive(Clone)]
pub struct Mock(Arc<MockState>);

struct MockState {
    rules: Mutex<Vec<Rule>>,
    calls: Mutex<Vec<MockCall>>,
    clock: Arc<dyn Clock>,
}

impl Mock {
    /// Returns a mock without rules, for which each call is unexpected.
    pub fn new() -> Self {
        Self::with_clock(Arc::new(SystemClock))
    }

    /// Returns a mock that uses `clock` for its delays, and for the waits of its [`client`](Self::client).
    pub fn with_clock(clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(MockState {
            rules: Mutex::default(),
            calls: Mutex::default(),
            clock,
        }))
    }

    /// Adds a rule: calls that match `matcher` get `reply`.
    ///
    /// A matcher is the id of a method (`"sql.instances.list"`, `sqladmin::instances::List::METHOD`), or a request, which matches calls of its
    /// method with its parameters and its body. `"*"` matches all calls.
    #[must_use]
    pub fn on(self, matcher: impl Into<Matcher>, reply: impl IntoReply) -> Self {
        self.add(matcher, reply);
        self
    }

    /// Adds a rule: calls that match `request` get `response`, which has the type of the method's response.
    #[must_use]
    pub fn respond<R: Request<Response: Wire>>(self, request: R, response: R::Response) -> Self {
        self.on(request, Reply::value(&response))
    }

    /// Adds a rule to a mock that is in use already.
    pub fn add(&self, matcher: impl Into<Matcher>, reply: impl IntoReply) {
        lock(&self.0.rules).push(Rule {
            matcher: matcher.into(),
            reply: reply.into_reply(),
            used: 0,
        });
    }

    /// Returns a client without credentials that uses this mock, and does not wait between attempts.
    pub fn client(&self) -> Client {
        Client::of_mock(Arc::new(self.clone()), Arc::clone(&self.0.clock))
    }

    /// Returns the calls so far, including unexpected ones, in order.
    pub fn calls(&self) -> Vec<MockCall> {
        lock(&self.0.calls).clone()
    }

    /// Returns the calls of one method so far.
    pub fn calls_of(&self, method: &str) -> Vec<MockCall> {
        let mut calls = self.calls();
        calls.retain(|call| call.method() == method);
        calls
    }

    /// Returns descriptions of the rules that were never used: calls that a test expected.
    pub fn unused(&self) -> Vec<String> {
        let rules = lock(&self.0.rules);
        let unused = rules.iter().filter(|rule| rule.is_unused());
        unused.map(ToString::to_string).collect()
    }
}

impl Default for Mock {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Mock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rules: Vec<_> = lock(&self.0.rules)
            .iter()
            .map(ToString::to_string)
            .collect();
        f.debug_struct("Mock")
            .field("rules", &rules)
            .field("calls", &lock(&self.0.calls).len())
            .finish_non_exhaustive()
    }
}

impl Reply {
    /// Returns a success without content, which is the response of methods without one.
    pub fn empty() -> Self {
        Self::text(204, "")
    }

    /// Returns a success with this value of a schema.
    pub fn value<T: Wire>(value: &T) -> Self {
        match crate::wire::to_vec(value).map(|written| written.text) {
            Ok(text) => Self::bytes("application/json; charset=UTF-8", text),
            Err(error) => Self::broken(format!("the response cannot be encoded: {error}")),
        }
    }
}

/// Which calls a rule of a [`Mock`] matches: those of a method, by its id, or those of a request. Made by `into`.
///
/// `Debug` and `Display` show names, never a value.
#[derive(Clone, Debug)]
pub struct Matcher(MatcherKind);

#[derive(Clone, Debug)]
enum MatcherKind {
    Method(String),
    Request(Box<Call>),
}

impl From<&str> for Matcher {
    fn from(method: &str) -> Self {
        Self(MatcherKind::Method(method.to_owned()))
    }
}

impl From<String> for Matcher {
    fn from(method: String) -> Self {
        Self(MatcherKind::Method(method))
    }
}

impl<R: Request> From<R> for Matcher {
    fn from(request: R) -> Self {
        Self(MatcherKind::Request(Box::new(request.into_call())))
    }
}

impl Matcher {
    fn matches(&self, call: &MockCall) -> bool {
        match &self.0 {
            MatcherKind::Method(id) => id == "*" || id == call.method(),
            MatcherKind::Request(wanted) => {
                wanted.method.id == call.method()
                    && wanted
                        .parameters()
                        .all(|(name, value)| call.parameters().any(|given| given == (name, value)))
                    && wanted
                        .body()
                        .is_none_or(|body| same_json(body, call.body()))
            }
        }
    }
}

fn same_json(left: &[u8], right: &[u8]) -> bool {
    let value = |text| serde_json::from_slice::<Value>(text).ok();
    left == right || value(left).is_some_and(|left| Some(left) == value(right))
}

impl fmt::Display for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            MatcherKind::Method(id) => f.write_str(id),
            MatcherKind::Request(call) => {
                f.write_str(call.method.id)?;
                // Parameters of the path name resources; others may be secret.
                let query: Vec<_> = call.query().map(|(name, _)| name).collect();
                for (name, value) in call.parameters() {
                    if query.contains(&name) {
                        write!(f, " {name}=..")?;
                    } else {
                        write!(f, " {name}={value:?}")?;
                    }
                }
                match call.body() {
                    Some(body) => write!(f, " with its body of {} bytes", body.len()),
                    None => Ok(()),
                }
            }
        }
    }
}

/// A matcher, its responses, and how often it was used.
struct Rule {
    matcher: Matcher,
    reply: Reply,
    used: usize,
}

impl Rule {
    /// Returns the response to `call`, if the rule matches and has one left.
    fn take(&mut self, call: &MockCall) -> Option<MockResponse> {
        if !self.matcher.matches(call) {
            return None;
        }
        let response = next(&mut self.reply, call)?;
        self.used += 1;
        Some(response)
    }

    /// Returns whether a response of the rule was never used.
    fn is_unused(&self) -> bool {
        match &self.reply.0 {
            ReplyKind::Sequence(left) => !left.is_empty(),
            _ => self.used == 0,
        }
    }
}

fn next(reply: &mut Reply, call: &MockCall) -> Option<MockResponse> {
    match &mut reply.0 {
        ReplyKind::One(one) => Some(one.clone()),
        ReplyKind::With(respond) => next(&mut respond(call), call),
        ReplyKind::Sequence(replies) => loop {
            let first = replies.front_mut()?;
            // A nested sequence is used up first.
            if let ReplyKind::Sequence(_) = &first.0 {
                if let Some(one) = next(first, call) {
                    return Some(one);
                }
                replies.pop_front();
                continue;
            }
            let mut first = replies.pop_front()?;
            return next(&mut first, call);
        },
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.matcher)?;
        match &self.reply.0 {
            ReplyKind::Sequence(left) if left.is_empty() => f.write_str(" (used up)"),
            ReplyKind::Sequence(left) => write!(f, " ({} left)", left.len()),
            _ => Ok(()),
        }
    }
}
