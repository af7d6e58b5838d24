//! Partial updates: what changed between two messages.

mod form;

use std::{fmt, marker::PhantomData};

use serde_json::Value;

use self::form::{Change, Difference, put};
use crate::{
    request::{Call, IntoUpdate, body::encode},
    value::FieldMask,
    wire::{Object, Wire as _},
};

/// The difference between two messages: the body of a partial update, and its mask.
///
/// ```no_run
/// # fn example<S: gapi::schema::Object>(before: S, mut after: S) {
/// let patch = gapi::Patch::between(&before, &after);
/// if !patch.is_empty() {
///     println!("changing {}", patch.mask());
///     // things().patch("name", patch).send(&client).await?;
/// }
/// # }
/// ```
///
/// Pass it to a method as the body. It takes the form that the documentation of the method names:
///
/// - A method with a mask gets the [`mask`](Self::mask), and the new values of the paths in it. Maps and lists are sent whole. The mask is
///   sent where the method has it: in a parameter (`updateMask`, `mask`, `updatePersonFields`, ...), unless you set the parameter
///   yourself, or in the body beside the resource. The paths are those that the method understands; for a document of Firestore, the
///   names of its fields.
/// - A method that merges the body gets a JSON merge patch (RFC 7396): the properties that changed, with a `null` for those removed,
///   also within maps. Lists are sent whole.
/// - A method that replaces the resource takes no patch, nor does one whose document does not state what it does: the call does not
///   compile. If you know that it merges, pass the [`merge_patch`](Self::merge_patch), or correct the document with an override.
///
/// A method whose body holds the resource beside the mask (Pub/Sub's `UpdateTopicRequest`) takes patches of the resource and of the whole
/// body.
///
/// An empty patch is not sent: the call fails with [`Usage`](crate::ErrorKind::Usage), because many services take an empty mask for all
/// properties. Check [`is_empty`](Self::is_empty) first.
///
/// Properties that are equal in both messages are omitted, so also those that only the server sets. [`include`](Self::include) sends such a
/// property nevertheless: an `etag`, for example, so that the server refuses the update if the resource has changed meanwhile.
///
/// `Debug` shows the mask, never a value.
#[derive(Clone)]
pub struct Patch<T> {
    change: Change,
    schema: PhantomData<fn() -> T>,
}

impl<T: Object> Patch<T> {
    /// Makes the patch that turns `old` into `new`.
    pub fn between(old: &T, new: &T) -> Self {
        let (old, new) = (
            serde_json::to_value(old.view()),
            serde_json::to_value(new.view()),
        );
        let mut change = Change {
            old: Value::Null,
            new: Value::Null,
            difference: Difference::default(),
            failure: None,
        };
        match (old, new) {
            (Ok(Value::Object(old)), Ok(Value::Object(new))) => {
                change.difference = Difference::of(&mut T::default(), &old, &new);
                change.old = Value::Object(old);
                change.new = Value::Object(new);
            }
            (Err(error), _) | (_, Err(error)) => change.failure = Some(error.to_string().into()),
            _ => change.failure = Some("a message is no JSON object".into()),
        }
        Self {
            change,
            schema: PhantomData,
        }
    }

    /// Returns whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.change.difference.paths.is_empty()
    }

    /// Returns the paths of the properties that changed: `description,settings.tier`.
    pub fn mask(&self) -> FieldMask {
        FieldMask::new(&self.change.difference.paths)
    }

    /// Returns the change as a JSON merge patch (RFC 7396).
    pub fn merge_patch(&self) -> Value {
        Value::Object(self.change.difference.merge.clone())
    }

    /// Adds the value of the property at `path` of the new message, although it did not change: `etag`, `settings.settingsVersion`. The
    /// mask does not name it. Adds nothing if the message has no such property.
    #[must_use]
    pub fn include(mut self, path: &str) -> Self {
        let names: Vec<&str> = path.split('.').collect();
        let value = names
            .iter()
            .try_fold(&self.change.new, |at, name| at.get(name));
        if let Some(value) = value.cloned() {
            let difference = &mut self.change.difference;
            for body in [&mut difference.merge, &mut difference.masked] {
                put(body, &names, &value);
            }
        }
        self
    }
}

/// A message whose change can be the body of a method with the schema `T`: `T` itself, or an object that `T` holds beside a mask.
/// Generated code implements it.
pub trait UpdateOf<T: ?Sized>: Object {
    /// The property of `T` that holds it; empty for `T` itself.
    const WITHIN: &'static str = "";
}

impl<T: Object> UpdateOf<T> for T {}

#[diagnostic::do_not_recommend]
impl<T: ?Sized, R: UpdateOf<T>> IntoUpdate<T> for Patch<R> {
    fn put(self, call: Call) -> Call {
        self.change.put(R::WITHIN, call)
    }
}

#[diagnostic::do_not_recommend]
impl<T: ?Sized, R: UpdateOf<T>> IntoUpdate<T> for &Patch<R> {
    fn put(self, call: Call) -> Call {
        self.change.put(R::WITHIN, call)
    }
}

impl Change {
    /// Sets the body of a call whose property `within` has changed, and its mask. `within` is empty for the body itself.
    fn put(&self, within: &'static str, mut call: Call) -> Call {
        (call.body_type, call.base64) = (None, None);
        call.body = Some(match form::of(self, within, call.method) {
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
        call
    }
}

impl<T> fmt::Debug for Patch<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Patch")
            .field(&self.change.difference.paths)
            .finish()
    }
}
