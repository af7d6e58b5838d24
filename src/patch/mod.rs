//! Partial updates: what changed between two messages.

mod difference;
mod form;
mod update;

use std::{fmt, marker::PhantomData, sync::Arc};

use serde_json::{Map, Value};

use self::difference::Difference;
pub(crate) use self::update::Given;
pub use self::update::{IntoUpdate, Update, UpdateOf};
use crate::{
    value::FieldMask,
    wire::{Object, Wire as _},
};

/// What turns one message into another: the body of a partial update, and its mask.
///
/// ```no_run
/// # fn example<S: gapi::Object>(before: S, mut after: S) {
/// let patch = gapi::Patch::between(&before, &after);
/// if !patch.is_empty() {
///     println!("changing {}", patch.mask());
///     // things().patch("name", patch).send(&client).await?;
/// }
/// # }
/// ```
///
/// Given to a method as its body, it takes the form that the method understands. Which one that is stands in the method's documentation:
///
/// - One with a mask gets the [`mask`](Self::mask), and the new values of what the mask names. Maps and lists travel whole. The mask goes where the method
///   has it: into a parameter (`updateMask`, `mask`, `updatePersonFields`, ...), unless you set the parameter yourself, or into the body beside the
///   resource. The paths are those that the method understands; for a document of Firestore, the names of its fields.
/// - One that merges gets a JSON merge patch (RFC 7396): what changed, with a `null` for what is gone, also within maps. Lists travel whole.
/// - A method that replaces the resource takes none, and neither does one whose document does not say what it does: the call does not compile. Where you know
///   better, give it the [`merge_patch`](Self::merge_patch), or correct the document with an override.
///
/// A method whose body holds the resource beside the mask (Pub/Sub's `UpdateTopicRequest`) takes changes of either: of the resource, or of the whole body.
///
/// A patch in which nothing changed is not sent: the call is an error of kind [`Usage`](crate::ErrorKind::Usage), because an empty mask means everything to
/// many services. Ask [`is_empty`](Self::is_empty) first.
///
/// What is the same in both messages is left out, also what only the server may set. [`keep`](Self::keep) sends such a value all the same: an `etag`, say, so that
/// the server refuses if somebody else changed the resource meanwhile.
///
/// `Debug` shows the mask, never a value.
#[derive(Clone)]
pub struct Patch<T> {
    change: Change,
    schema: PhantomData<fn() -> T>,
}

/// A change, whatever the schema.
#[derive(Clone)]
pub(crate) struct Change {
    old: Value,
    new: Value,
    difference: Difference,
    /// What could not be encoded.
    failure: Option<Arc<str>>,
}

impl<T: Object> Patch<T> {
    /// What `old` lacks to be `new`.
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

    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.change.difference.paths.is_empty()
    }

    /// The paths of what changed: `description,settings.tier`.
    pub fn mask(&self) -> FieldMask {
        FieldMask::new(&self.change.difference.paths)
    }

    /// The change as a JSON merge patch (RFC 7396).
    pub fn merge_patch(&self) -> Value {
        Value::Object(self.change.difference.merge.clone())
    }

    /// Sends the value of the property at `path` of the new message too, though it did not change: `etag`, `settings.settingsVersion`. The mask
    /// does not name it. A path where the message has nothing adds nothing.
    #[must_use]
    pub fn keep(mut self, path: &str) -> Self {
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

/// Sets a value deep inside; what changed on the way there stays.
fn put(body: &mut Map<String, Value>, path: &[&str], value: &Value) {
    match path {
        [] => {}
        [last] => {
            body.entry(*last).or_insert_with(|| value.clone());
        }
        [first, rest @ ..] => {
            let inner = body
                .entry(*first)
                .or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}

impl<T> fmt::Debug for Patch<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Patch")
            .field(&self.change.difference.paths)
            .finish()
    }
}
