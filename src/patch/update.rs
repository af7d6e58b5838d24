//! The body of a method that takes changes of its resource.

use std::fmt;

use serde_json::Value;

use super::{Change, Patch, form};
use crate::{
    request::{
        Call,
        body::{Body, encode},
    },
    wire::Object,
};

/// The body of a method that merges what it is given, or has a mask: a [`Body`], or a [`Patch`].
pub struct Update<T: ?Sized>(pub(crate) Given<T>);

pub(crate) enum Given<T: ?Sized> {
    Body(Body<T>),
    Patch(Box<Patched>),
}

/// A patch on its way into a call.
#[derive(Clone)]
pub(crate) struct Patched {
    change: Change,
    /// The property of the body that has changed; empty for the body itself.
    within: &'static str,
    /// The code that makes a body of it, which programs without patches do not have.
    pub(crate) put: fn(&Self, &mut Call),
}

/// A message whose change can be the body of a method with the schema `T`: `T` itself, or what `T` holds beside a mask. Generated code implements it.
pub trait UpdateOf<T: ?Sized>: Object {
    /// The property of `T` that holds it; empty for `T` itself.
    const WITHIN: &'static str = "";
}

impl<T: Object> UpdateOf<T> for T {}

/// What can be the body of a method that merges what it is given, or has a mask: all that [`Body`] is made from, and a [`Patch`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the body of this method",
    label = "the body is a `{T}`, or a `Patch` of one",
    note = "a body is a `{T}`, a reference to one, a `serde_json::Value`, a `gapi::Body`, or a `gapi::Patch`"
)]
pub trait IntoUpdate<T: ?Sized> {
    /// The body.
    fn into_update(self) -> Update<T>;
}

#[diagnostic::do_not_recommend]
impl<T: ?Sized, B: Into<Body<T>>> IntoUpdate<T> for B {
    #[inline]
    fn into_update(self) -> Update<T> {
        Update(Given::Body(self.into()))
    }
}

impl<T: ?Sized, R: UpdateOf<T>> IntoUpdate<T> for Patch<R> {
    fn into_update(self) -> Update<T> {
        Update(Given::Patch(Box::new(Patched {
            change: self.change,
            within: R::WITHIN,
            put,
        })))
    }
}

impl<T: ?Sized, R: UpdateOf<T>> IntoUpdate<T> for &Patch<R> {
    fn into_update(self) -> Update<T> {
        self.clone().into_update()
    }
}

/// Sets the body of a call, and its mask.
fn put(patched: &Patched, call: &mut Call) {
    (call.body_type, call.base64) = (None, None);
    let form = form::of(&patched.change, patched.within, call.method);
    call.body = Some(match form {
        Ok(form) => {
            if let Some((name, values)) = form.parameter {
                call.values.retain(|(n, _)| *n != name);
                let values = values.into_iter().map(|value| (name, value));
                call.values.extend(values);
            }
            encode(serde_json::to_vec(&Value::Object(form.body)))
        }
        Err(why) => Err(why.into()),
    });
}

impl<T: ?Sized> fmt::Debug for Update<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Given::Body(body) => body.fmt(f),
            Given::Patch(patch) => f
                .debug_tuple("Patch")
                .field(&patch.change.difference.paths)
                .finish(),
        }
    }
}
