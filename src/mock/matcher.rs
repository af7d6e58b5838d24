//! The rules of a mock.

use std::fmt;

use serde_json::Value;

use super::{
    MockCall, Reply,
    reply::{MockResponse, ReplyKind},
};
use crate::{Request, request::Call};

/// Which calls a rule of a [`Mock`](super::Mock) matches: those of a method, by its id, or those of a request. Made by `into`.
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
pub(super) struct Rule {
    matcher: Matcher,
    reply: Reply,
    used: usize,
}

impl Rule {
    pub(super) fn new(matcher: Matcher, reply: Reply) -> Self {
        Self {
            matcher,
            reply,
            used: 0,
        }
    }

    /// Returns the response to `call`, if the rule matches and has one left.
    pub(super) fn take(&mut self, call: &MockCall) -> Option<MockResponse> {
        if !self.matcher.matches(call) {
            return None;
        }
        let response = next(&mut self.reply, call)?;
        self.used += 1;
        Some(response)
    }

    /// Returns whether a response of the rule was never used.
    pub(super) fn is_unused(&self) -> bool {
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
