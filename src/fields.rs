//! Types of a program that hold a part of a response: what they select, and how they are read.

use std::{borrow::Cow, collections::BTreeMap, fmt};

use bytes::Bytes;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

use crate::{
    value::{Date, DateTime, Duration, FieldMask},
    wire::{
        Besides, Container, Expected, Nullable, Object, Open, OpenEnum, Pairs, PartPlace, Place,
        Properties, Property, Scalar, Selection, View, Wire, made, make_absent, refuse, slice,
    },
};

/// A type of your own that holds a part of a response. Its fields define the mask that is sent (`fields=...`), and what is read.
///
/// Derive it, and pass it to `select` of a [`PendingCall`](crate::PendingCall), [`Pages`](crate::Pages) or [`Items`](crate::Items).
///
#[cfg_attr(all(feature = "macros", feature = "auth"), doc = "```no_run")]
#[cfg_attr(not(all(feature = "macros", feature = "auth")), doc = "```ignore")]
/// gapi::api! { mod drive = "drive:v3" { files.list }; }
///
/// #[derive(gapi::Fields)]
/// #[fields(of = drive::FileList)]
/// struct Page {
///     files: Vec<FileLite>,
/// }
///
/// #[derive(gapi::Fields)]
/// #[fields(of = drive::File)]
/// struct FileLite {
///     id: String,
///     name: Option<String>,
///     size: Option<i64>,
/// }
///
/// # async fn example(client: gapi::Client) -> Result<(), gapi::Error> {
/// // Asks for `files(id,name,size)`.
/// let page = drive::files().list().send(&client).select::<Page>().await?;
/// // Asks for `files(id,name,size),nextPageToken`, page after page.
/// let mut files = drive::files().list().items(&client).select::<FileLite>();
/// while let Some(file) = files.try_next().await? {
///     println!("{} {:?}", file.id, file.name);
/// }
/// # Ok(()) }
/// # fn main() {}
/// ```
///
/// Fields have the names of the schema's fields. `of` names the schema, so that the compiler checks names and types; without it, the
/// properties are the fields' names in `camelCase`.
///
/// | field | absent or null in the response |
/// |---|---|
/// | `Option<T>` | `None` |
/// | `Vec<T>`, `BTreeMap<String, T>` | empty: servers omit empty lists |
/// | with `#[fields(default)]` | `Default::default()` |
/// | any other | an error of kind [`Decode`](crate::ErrorKind::Decode) that names it |
///
/// `#[fields(rename = "dataDiskSizeGb")]` allows a field another name, and `#[fields(skip)]` excludes it. gapi is found under any name that
/// Cargo.toml gives it, and through the module of `of`; `#[fields(crate = path)]` on the type sets its path where neither is there.
pub trait Fields: Wire + Send + Sized + 'static {
    /// Returns the mask of this type for the parameter `fields`: `files(id,name),nextPageToken`.
    fn mask() -> String {
        let mut selection = Selection::default();
        Self::select_parts(&mut selection);
        selection.into_text()
    }

    /// The names of the properties, in the order of the fields.
    #[doc(hidden)]
    const NAMES: &'static [&'static str];

    /// Adds the parts to a mask.
    #[doc(hidden)]
    fn select_parts(selection: &mut Selection);

    /// Reads the properties of one object, or returns `None` after an error, which `properties` stores.
    #[doc(hidden)]
    fn read_properties(properties: &mut dyn Properties) -> Option<Self>;

    /// Returns the value of the field at `index`.
    #[doc(hidden)]
    fn property(&self, index: usize) -> Option<View<'_>>;
}

impl<T: Fields> Pairs for T {
    fn each(&self, visit: &mut dyn FnMut(&str, View<'_>) -> bool) {
        for (index, name) in T::NAMES.iter().enumerate() {
            if let Some(value) = self.property(index)
                && !visit(name, value)
            {
                return;
            }
        }
    }

    fn count(&self) -> Option<usize> {
        None
    }
}

impl<T: Fields> PartPlace for Option<T> {
    fn read(&mut self, properties: &mut dyn Properties) {
        *self = T::read_properties(properties);
    }
}

/// A type that is its own and only part: a generated struct or enum, or a scalar.
#[doc(hidden)]
pub trait Leaf {}

impl<T: Object> Leaf for T {}

macro_rules! leaf {
    ($($type:ty)*) => { $(impl Leaf for $type {})* };
}

leaf!(bool i32 u32 i64 u64 f32 f64 String Bytes Date DateTime Duration FieldMask);

/// A type that can hold a value, or a part of a value, of the type `Whole` of a document. `#[derive(Fields)]` checks it.
///
/// Every type holds itself; a type with `#[derive(Fields)]` holds the schema that it is a part of; lists and maps hold lists and maps of
/// what their items hold; a `String` holds an enum, and a [`Value`] anything.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot hold `{Whole}`, which the document declares here",
    label = "the document has `{Whole}`",
    note = "use that type, or one with `#[derive(gapi::Fields)] #[fields(of = {Whole})]`; lists stay lists, and any of them may be an `Option`"
)]
pub trait Part<Whole> {
    /// The same type. Without this bound the compiler does not know it, and reports one error only.
    #[doc(hidden)]
    type Itself;
}

impl<T: Leaf> Part<T> for T {
    type Itself = Self;
}
impl<T> Part<T> for Value {
    type Itself = Self;
}
impl<E: OpenEnum> Part<E> for String {
    type Itself = Self;
}
impl<T, U: Part<T>> Part<Vec<T>> for Vec<U> {
    type Itself = Self;
}
impl<T, U: Part<T>> Part<BTreeMap<String, T>> for BTreeMap<String, U> {
    type Itself = Self;
}
impl<T, U: Part<T>> Part<T> for Option<U> {
    type Itself = Self;
}
// An entry of a map.
impl<T, U: Part<T>> Part<(String, T)> for (String, U) {
    type Itself = Self;
}

/// The type of a field as the derived code uses it: if it cannot be read, the compiler reports nothing but that.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from a response",
    label = "this is not the type of a property",
    note = "a part of an object is a struct with `#[derive(gapi::Fields)]`; other properties are of the types in the generated module",
    note = "both may be in `Vec`, `BTreeMap<String, _>` and `Option`; `serde_json::Value` holds anything"
)]
pub trait Readable {
    /// The same type.
    type Itself: Field;

    /// Returns the slot of a property that was not read yet.
    fn slot() -> FieldSlot<Self::Itself>;

    /// Adds the property to a mask.
    fn select(selection: &mut Selection);

    /// Returns the same value.
    fn from_itself(itself: Self::Itself) -> Self;

    /// Returns the value as it is written, if there is one.
    fn view(&self) -> Option<View<'_>>;
}

#[diagnostic::do_not_recommend]
impl<T: Field> Readable for T {
    type Itself = Self;

    #[inline]
    fn slot() -> FieldSlot<Self> {
        FieldSlot(None)
    }

    #[inline]
    fn select(selection: &mut Selection) {
        <T::Value as Wire>::select(selection);
    }

    #[inline]
    fn from_itself(itself: Self) -> Self {
        itself
    }

    #[inline]
    fn view(&self) -> Option<View<'_>> {
        self.value().map(Wire::view)
    }
}

#[diagnostic::do_not_recommend]
impl<T> Readable for T
where
    for<'a> (): Never<'a>,
{
    type Itself = FieldMask;

    fn slot() -> FieldSlot<FieldMask> {
        <()>::returns()
    }

    fn select(_: &mut Selection) {
        <()>::returns::<()>();
    }

    fn from_itself(_: FieldMask) -> Self {
        <()>::returns()
    }

    fn view(&self) -> Option<View<'_>> {
        <()>::returns()
    }
}

/// No type implements it. Of a trait with one impl for all types, the compiler reports the bounds of that impl, and knows its associated
/// types although they are not met. A second impl, which is never used, prevents both.
#[doc(hidden)]
pub trait Never<'a> {
    /// Returns a value of any type.
    fn returns<R>() -> R;
}

/// The type of a field: a value, or an option of one.
#[doc(hidden)]
pub trait Field: Sized {
    /// The type of the value.
    type Value: Wire;

    /// Makes the field of a value.
    fn from_value(value: Self::Value) -> Self;

    /// Returns the value, if there is one.
    fn value(&self) -> Option<&Self::Value>;

    /// Makes the field of an absent value, or returns `None` if a value is required.
    fn missing() -> Option<Self>;
}

impl<T: Wire> Field for T {
    type Value = T;

    fn from_value(value: T) -> Self {
        value
    }

    fn value(&self) -> Option<&T> {
        Some(self)
    }

    fn missing() -> Option<Self> {
        let mut place = None;
        make_absent(&mut place);
        place
    }
}

impl<T: Wire> Field for Option<T> {
    type Value = T;

    fn from_value(value: T) -> Self {
        Some(value)
    }

    fn value(&self) -> Option<&T> {
        self.as_ref()
    }

    fn missing() -> Option<Self> {
        Some(None)
    }
}

/// A field while its object is read.
#[doc(hidden)]
#[derive(Debug)]
pub struct FieldSlot<F: Field>(Option<F::Value>);

impl<F: Field> FieldSlot<F> {
    /// Reads the current value.
    pub fn read(&mut self, properties: &mut dyn Properties) {
        properties.value(&mut self.0, F::missing().is_some());
    }

    /// Returns the field. If it is required and there was no value, reports that to `properties`, and returns `None`.
    pub fn take(self, properties: &mut dyn Properties, owner: &str, name: &str) -> Option<F> {
        let field = self.0.map(F::from_value).or_else(F::missing);
        if field.is_none() {
            properties.fail(format_args!(
                "the property {name:?} is missing, which `{owner}` needs; an `Option` or `#[fields(default)]` makes it optional"
            ));
        }
        field
    }

    /// Returns the field, or its default.
    #[must_use]
    pub fn take_or_default(self) -> F
    where
        F: Default,
    {
        self.0.map(F::from_value).unwrap_or_default()
    }
}

/// The JSON that a part is read from, for messages.
pub const EXPECTED: Expected = Expected::unquoted("an object");

/// Reads a response as a part, and the text of its property `token` besides.
///
/// # Errors
/// When it is no object, a property has another type or is missing, or the text is not JSON.
#[doc(hidden)]
pub fn page<T: Fields>(body: &[u8], token: &str) -> Result<(T, Option<String>), serde_json::Error> {
    let (mut part, mut text) = (None, None);
    slice(
        body,
        &mut PagePlace {
            part: &mut part,
            token,
            text: &mut text,
        },
    )?;
    Ok((made(part, EXPECTED)?, text))
}

/// A place for a page.
struct PagePlace<'a> {
    part: &'a mut dyn PartPlace,
    token: &'a str,
    text: &'a mut Option<String>,
}

impl Place for PagePlace<'_> {
    fn take(&mut self, _: Scalar<'_>) -> bool {
        false
    }

    fn open(&mut self, container: Container) -> Option<Open<'_>> {
        let besides = Besides {
            name: self.token,
            text: self.text,
        };
        match container {
            Container::Map => Some(Open::Part(self.part, Some(besides))),
            Container::List => None,
        }
    }

    fn expected(&self) -> Expected {
        EXPECTED
    }
}

/// Reads the property `list` of a response as a `T`, and the text of its property `token`.
pub(crate) fn page_from_slice<T: Wire>(
    body: &[u8],
    list: &str,
    token: &str,
) -> Result<(Option<T>, Option<String>), serde_json::Error> {
    let (mut entries, mut text) = (None, None);
    let properties: [(&str, &mut dyn Property); 2] = [(list, &mut entries), (token, &mut text)];
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    (&mut deserializer).deserialize_map(ListAndToken(properties))?;
    deserializer.end()?;
    Ok((entries, text))
}

/// Reads two properties of an object, and skips the others.
struct ListAndToken<'a>([(&'a str, &'a mut dyn Property); 2]);

impl<'de> Visitor<'de> for ListAndToken<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            match self.0.iter_mut().find(|(name, _)| *name == key) {
                Some((_, property)) => {
                    let property = &mut **property;
                    let expected = property.expected();
                    let keeps = true;
                    let misfits = map.next_value_seed(Nullable { property, keeps })?;
                    // Elements of another type are skipped, but a page without its list or its token is useless.
                    refuse(expected, &misfits)?;
                }
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}
