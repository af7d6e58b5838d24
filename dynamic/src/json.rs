//! The response of a method whose types are not compiled in.

use std::borrow::Cow;
use std::fmt;
use std::sync::OnceLock;

use bytes::Bytes;
use gapi::FromResponse;
use gapi::discovery::Method;
use serde::de::{DeserializeOwned, Deserializer as _, Error as _, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::tables;

/// A response as the server sent it: its bytes, with the order of keys and all digits of numbers.
///
/// ```
/// # let page = gapi_dynamic::Json::parse(r#"{"items": [{"name": "db-1"}], "total": 12345678901234567890123}"#)?;
/// assert_eq!(page.get("total").map(|number| number.get()), Some("12345678901234567890123"));
/// let value = page.value()?;
/// assert_eq!(value["items"][0]["name"], "db-1");
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// `Debug` shows the length only.
#[derive(Clone, Default)]
pub struct Json {
    bytes: Bytes,
    /// The property `error`, once it was asked for.
    error: OnceLock<Option<Value>>,
}

impl Json {
    /// Reads one JSON value.
    ///
    /// # Errors
    /// The parser's error when `text` is not one JSON value.
    pub fn parse(text: impl Into<Bytes>) -> Result<Self, serde_json::Error> {
        let bytes = text.into();
        serde_json::from_slice::<IgnoredAny>(&bytes)?;
        Ok(Self::of(bytes))
    }

    pub(crate) fn of(bytes: Bytes) -> Self {
        Self {
            bytes,
            error: OnceLock::new(),
        }
    }

    /// Returns the bytes: JSON text, or the content of a method whose responses are bytes of any type; none of an empty response.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// Returns the bytes without a copy.
    #[must_use]
    pub fn into_bytes(self) -> Bytes {
        self.bytes
    }

    /// Returns whether the response is empty: status 204, `null`, or a method without a response.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Returns the response as a value; `null` if it is empty. A value sorts keys, and numbers have the precision of `f64`.
    ///
    /// # Errors
    /// The parser's error when the bytes are not JSON, or nested too deeply.
    pub fn value(&self) -> Result<Value, serde_json::Error> {
        self.to()
    }

    /// Returns the response as a type of your own; an empty one is read as `null`.
    ///
    /// # Errors
    /// The parser's error when the response has another form.
    pub fn to<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_slice(if self.bytes.is_empty() {
            b"null"
        } else {
            &self.bytes
        })
    }

    /// Returns the text of a property as it was sent; `None` if the response is no object, or has no such property.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&RawValue> {
        self.properties(|key| key == name)?
            .pop()
            .map(|(_, raw)| raw)
    }

    /// Returns the properties of an object, in the order of the server; none if the response is no object.
    #[must_use]
    pub fn entries(&self) -> Vec<(Cow<'_, str>, &RawValue)> {
        self.properties(|_| true).unwrap_or_default()
    }

    fn properties(&self, wanted: impl Fn(&str) -> bool) -> Option<Vec<(Cow<'_, str>, &RawValue)>> {
        properties(&self.bytes, wanted)
    }

    /// Returns the entries of the list or the map in a property; `None` if it is neither. An entry of a map is an object with `key`
    /// and `value`.
    pub(crate) fn entries_of(&self, name: &str) -> Option<Vec<Self>> {
        let raw = self.get(name)?.get();
        let part = |raw: &str| Self::of(self.bytes.slice_ref(raw.as_bytes()));
        if raw.starts_with('{') {
            let pair = |(key, value): (Cow<'_, str>, &RawValue)| {
                let key = Value::from(&*key);
                Self::of(format!(r#"{{"key":{key},"value":{}}}"#, value.get()).into())
            };
            return Some(part(raw).entries().into_iter().map(pair).collect());
        }
        let elements: Vec<&RawValue> = serde_json::from_str(raw).ok()?;
        Some(elements.into_iter().map(|one| part(one.get())).collect())
    }
}

/// Returns the properties of a JSON object that are wanted, in their order and as often as they occur; `None` if the text is no object.
pub fn properties(
    json: &[u8],
    wanted: impl Fn(&str) -> bool,
) -> Option<Vec<(Cow<'_, str>, &RawValue)>> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    deserializer.deserialize_map(Properties(wanted)).ok()
}

/// Reads the properties that are wanted.
struct Properties<F>(F);

impl<'de, F: Fn(&str) -> bool> Visitor<'de> for Properties<F> {
    type Value = Vec<(Cow<'de, str>, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        #[derive(Deserialize)]
        struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

        let mut all = Vec::new();
        while let Some(Key(key)) = map.next_key()? {
            if (self.0)(&key) {
                all.push((key, map.next_value()?));
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(all)
    }
}

fn json_starts_with(json: &[u8], byte: u8) -> bool {
    json.trim_ascii_start().first() == Some(&byte)
}

/// An object, whose content is not read.
struct AnyObject;

impl<'de> Deserialize<'de> for AnyObject {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Properties(|_: &str| false))?;
        Ok(Self)
    }
}

impl FromResponse for Json {
    fn empty() -> Option<Self> {
        Some(Self::default())
    }

    fn decode(body: &[u8]) -> Result<Self, serde_json::Error> {
        Self::parse(Bytes::copy_from_slice(body))
    }

    fn decode_of(method: &'static Method, body: &[u8]) -> Result<Self, serde_json::Error> {
        if !method.has_response {
            return Ok(Self::default());
        }
        if tables::facts(method).is_some_and(|facts| facts.raw_response) {
            return Ok(Self::of(Bytes::copy_from_slice(body)));
        }
        let json = Self::decode(body)?;
        // The document declares an object with properties, in place of which some methods send a list of such objects.
        if !method.may_be_empty && !json_starts_with(body, b'[') {
            serde_json::from_slice::<AnyObject>(body)?;
        }
        Ok(json)
    }

    fn decode_page(body: &[u8], token: &str) -> Result<(Self, Option<String>), serde_json::Error> {
        serde_json::from_slice::<AnyObject>(body)?;
        let page = Self::decode(body)?;
        let next = match page.get(token).map(RawValue::get) {
            None | Some("null") => None,
            Some(text) => Some(serde_json::from_str(text).map_err(|_| {
                serde_json::Error::custom(format_args!(
                    "{token:?} is no text, so that the next page cannot be asked for"
                ))
            })?),
        };
        Ok((page, next))
    }

    fn error(&self) -> Option<&Value> {
        let read = || serde_json::from_str(self.get("error")?.get()).ok();
        self.error.get_or_init(read).as_ref()
    }

    fn text_of(&self, field: &str) -> Option<String> {
        serde_json::from_str(self.get(field)?.get()).ok()
    }

    fn misfits(&self, property: &str) -> bool {
        self.get(property).is_some_and(|raw| raw.get() != "null")
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.bytes.is_empty() {
            return serializer.serialize_unit();
        }
        let raw: &RawValue =
            serde_json::from_slice(&self.bytes).map_err(serde::ser::Error::custom)?;
        raw.serialize(serializer)
    }
}

impl PartialEq for Json {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Json({} bytes)", self.bytes.len())
    }
}
