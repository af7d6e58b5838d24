//! Partial updates: what changed between two messages.

mod difference;

use std::{fmt, marker::PhantomData, sync::Arc};

use bytes::Bytes;
use serde_json::{Map, Value};

use self::difference::Difference;
use crate::{
    call::body::{Body, Encoded, Masked},
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
/// Given to a method as its body, it takes the form that the method understands:
///
/// - One with a parameter `updateMask` gets the [`mask`](Self::mask) there, unless you set the parameter yourself, and the new values of what the
///   mask names. Maps and lists travel whole.
/// - Any other gets a JSON merge patch (RFC 7396): what changed, with a `null` for what is gone, also within maps. Lists travel whole.
///
/// What is the same in both messages is left out, also what only the server may set. [`keep`](Self::keep) sends such a value all the same: an `etag`, say, so that
/// the server refuses if somebody else changed the resource meanwhile.
///
/// `Debug` shows the mask, never a value.
#[derive(Clone)]
pub struct Patch<T> {
    new: Value,
    difference: Difference,
    /// What could not be encoded.
    failure: Option<Arc<str>>,
    schema: PhantomData<fn() -> T>,
}

impl<T: Object> Patch<T> {
    /// What `old` lacks to be `new`.
    pub fn between(old: &T, new: &T) -> Self {
        let (old, new) = (
            serde_json::to_value(old.view()),
            serde_json::to_value(new.view()),
        );
        let mut patch = Self {
            new: Value::Null,
            difference: Difference::default(),
            failure: None,
            schema: PhantomData,
        };
        match (old, new) {
            (Ok(Value::Object(old)), Ok(Value::Object(new))) => {
                patch.difference = Difference::of(&mut T::default(), &old, &new);
                patch.new = Value::Object(new);
            }
            (Err(error), _) | (_, Err(error)) => patch.failure = Some(error.to_string().into()),
            _ => patch.failure = Some("a message is no JSON object".into()),
        }
        patch
    }

    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.difference.paths.is_empty()
    }

    /// The paths of what changed: `description,settings.tier`.
    pub fn mask(&self) -> FieldMask {
        FieldMask::new(&self.difference.paths)
    }

    /// The change as a JSON merge patch (RFC 7396).
    pub fn merge_patch(&self) -> Value {
        Value::Object(self.difference.merge.clone())
    }

    /// Sends the value of the property at `path` of the new message too, though it did not change: `etag`, `settings.settingsVersion`. The mask
    /// does not name it. A path where the message has nothing adds nothing.
    #[must_use]
    pub fn keep(mut self, path: &str) -> Self {
        let names: Vec<&str> = path.split('.').collect();
        let value = names.iter().try_fold(&self.new, |at, name| at.get(name));
        if let Some(value) = value {
            for body in [&mut self.difference.merge, &mut self.difference.masked] {
                put(body, &names, value);
            }
        }
        self
    }

    fn encode(&self, body: &Map<String, Value>) -> Encoded {
        match &self.failure {
            Some(failure) => Err(Arc::clone(failure)),
            None => serde_json::to_vec(body)
                .map(Bytes::from)
                .map_err(|error| error.to_string().into()),
        }
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

impl<T: Object> From<&Patch<T>> for Body<T> {
    fn from(patch: &Patch<T>) -> Self {
        let masked = Masked {
            encoded: patch.encode(&patch.difference.masked),
            mask: patch.mask(),
        };
        Self::of_patch(patch.encode(&patch.difference.merge), masked)
    }
}

impl<T: Object> From<Patch<T>> for Body<T> {
    fn from(patch: Patch<T>) -> Self {
        Self::from(&patch)
    }
}

impl<T> fmt::Debug for Patch<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Patch")
            .field(&self.difference.paths)
            .finish()
    }
}
