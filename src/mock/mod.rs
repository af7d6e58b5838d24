//! Tests without a network: a transport that answers by rules, one that records, and one that plays a recording.
//!
//! | you want | look at |
//! |---|---|
//! | to say what each method answers, and to see what was called | [`Mock`], [`Reply`], [`MockCall`] |
//! | to record a program's traffic once, without its secrets | [`Recorder`] |
//! | to run the program again from the recording | [`Replay`] |
//!
#![cfg_attr(all(feature = "macros", feature = "auth"), doc = "```")]
#![cfg_attr(not(all(feature = "macros", feature = "auth")), doc = "```ignore")]
//! use gapi::mock::{Mock, Reply};
//! gapi::api! { mod tasks = "tasks:v1" { tasklists.{get, list} }; }
//!
//! # fn main() -> Result<(), gapi::Error> { tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(async {
//! let mock = Mock::new()
//!     // By request: typed, for the parameters that it has.
//!     .answer(tasks::tasklists().get("a"), gapi::body!(tasks::TaskList { title: "Groceries" }))
//!     // By method: any JSON, a status, a fault, or one after the other.
//!     .on("tasks.tasklists.list", Reply::sequence([Reply::status(503), Reply::json(serde_json::json!({"items": []}))]));
//! let client = mock.client();
//!
//! let list = tasks::tasklists().get("a").send(&client).await?;
//! assert_eq!(list.title.as_deref(), Some("Groceries"));
//! assert_eq!(mock.calls()[0].parameter("tasklist"), Some("a"));
//! # Ok(()) }) }
//! ```

mod batch;
mod called;
mod play;
mod record;
mod reply;
mod rule;
mod send;
mod tape;

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use gapi_transport::{Clock, SystemClock};

use self::rule::Rule;
pub use self::{called::MockCall, play::Replay, record::Recorder, reply::Reply, rule::Matcher};
use crate::{Client, Request, wire::Wire};

/// A [`Transport`](gapi_transport::Transport) that answers by rules, and remembers what it was asked.
///
/// Rules are tried in the order of their making; the first one that fits and has an answer left answers. A call that no rule fits is an error of kind
/// [`Usage`](crate::ErrorKind::Usage), which says what came and what was expected. The parts of a batch are calls of their own.
///
/// Clones share rules and calls.
#[derive(Clone)]
pub struct Mock(Arc<State>);

struct State {
    rules: Mutex<Vec<Rule>>,
    calls: Mutex<Vec<MockCall>>,
    clock: Arc<dyn Clock>,
}

impl Mock {
    /// A mock without rules: every call is unexpected.
    pub fn new() -> Self {
        Self::with_clock(Arc::new(SystemClock))
    }

    /// A mock whose delays pass on `clock`, as do the waits of its [`client`](Self::client).
    pub fn with_clock(clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(State {
            rules: Mutex::default(),
            calls: Mutex::default(),
            clock,
        }))
    }

    /// Adds a rule: what fits `matcher` gets `reply`.
    ///
    /// A matcher is the id of a method (`"sql.instances.list"`, `sqladmin::instances::List::METHOD`), or a request, which fits calls of its method
    /// with the parameters and the body that it has. `"*"` fits everything.
    #[must_use]
    pub fn on(self, matcher: impl Into<Matcher>, reply: impl Into<Reply>) -> Self {
        self.add(matcher, reply);
        self
    }

    /// Adds a rule for a request, with an answer of the type that its method answers.
    #[must_use]
    pub fn answer<R: Request<Response: Wire>>(self, request: R, answer: R::Response) -> Self {
        self.on(request, Reply::value(&answer))
    }

    /// Adds a rule to a mock that is in use.
    pub fn add(&self, matcher: impl Into<Matcher>, reply: impl Into<Reply>) {
        lock(&self.0.rules).push(Rule::new(matcher.into(), reply.into()));
    }

    /// A client without credentials that talks to this mock, and waits for nothing between attempts.
    pub fn client(&self) -> Client {
        Client::of_mock(Arc::new(self.clone()), Arc::clone(&self.0.clock))
    }

    /// The calls so far, unexpected ones included, in the order of arrival.
    pub fn calls(&self) -> Vec<MockCall> {
        lock(&self.0.calls).clone()
    }

    /// The calls of one method so far.
    pub fn calls_of(&self, method: &str) -> Vec<MockCall> {
        let mut calls = self.calls();
        calls.retain(|call| call.method() == method);
        calls
    }

    /// The rules that never answered, in words: what a test expected and did not see.
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

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Reply {
    /// A success with nothing in it, as methods without an answer give.
    pub fn empty() -> Self {
        Self::text(204, "")
    }

    /// A success with an answer as the document types it.
    pub fn value<T: Wire>(answer: &T) -> Self {
        match crate::wire::to_vec(answer).map(|written| written.text) {
            Ok(text) => Self::bytes("application/json; charset=UTF-8", text),
            Err(error) => Self::broken(format!("the answer cannot be encoded: {error}")),
        }
    }
}
