//! Which calls a mock answers with what.

use std::fmt;

use serde_json::Value;

use super::{
    MockCall, Reply,
    reply::{Kind, One},
};
use crate::{Request, request::Call};

/// What a rule of a [`Mock`](super::Mock) fits: a method by its id, or a request. Made by `into`.
///
/// `Debug` and `Display` show names, never a value.
#[derive(Clone, Debug)]
pub struct Matcher(Fits);

#[derive(Clone, Debug)]
enum Fits {
    Method(String),
    Request(Box<Call>),
}

impl From<&str> for Matcher {
    fn from(method: &str) -> Self {
        Self(Fits::Method(method.to_owned()))
    }
}

impl From<String> for Matcher {
    fn from(method: String) -> Self {
        Self(Fits::Method(method))
    }
}

impl<R: Request> From<R> for Matcher {
    fn from(request: R) -> Self {
        Self(Fits::Request(Box::new(request.into_call())))
    }
}

impl Matcher {
    fn fits(&self, call: &MockCall) -> bool {
        match &self.0 {
            Fits::Method(id) => id == "*" || id == call.method(),
            Fits::Request(wanted) => {
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
            Fits::Method(id) => f.write_str(id),
            Fits::Request(call) => {
                f.write_str(call.method.id)?;
                // Parameters of the path name resources; others may hold anything.
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

/// A matcher, what it answers, and how often it has.
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

    /// The answer to `call`, if the rule fits and has one left.
    pub(super) fn take(&mut self, call: &MockCall) -> Option<One> {
        if !self.matcher.fits(call) {
            return None;
        }
        let one = next(&mut self.reply, call)?;
        self.used += 1;
        Some(one)
    }

    /// Whether something of the rule never answered.
    pub(super) fn is_unused(&self) -> bool {
        match &self.reply.0 {
            Kind::Sequence(left) => !left.is_empty(),
            _ => self.used == 0,
        }
    }
}

fn next(reply: &mut Reply, call: &MockCall) -> Option<One> {
    match &mut reply.0 {
        Kind::One(one) => Some(one.clone()),
        Kind::With(answer) => next(&mut answer(call), call),
        Kind::Sequence(replies) => loop {
            let first = replies.front_mut()?;
            // A sequence within a sequence is used up first.
            if let Kind::Sequence(_) = &first.0 {
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
            Kind::Sequence(left) if left.is_empty() => f.write_str(" (used up)"),
            Kind::Sequence(left) => write!(f, " ({} left)", left.len()),
            _ => Ok(()),
        }
    }
}
