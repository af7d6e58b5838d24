//! Types of a program that hold a part of a response.

// Some of it is used by what macros expand to.
mod read;

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::Value;

pub(crate) use self::read::page_from_slice;
#[doc(hidden)]
pub use self::read::{EXPECTED, Field, FieldSlot, page};
use crate::{
    value::{Date, DateTime, Duration, FieldMask},
    wire::{Object, OpenEnum, Pairs, PartPlace, Properties, Selection, View, Wire},
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
/// `#[fields(rename = "dataDiskSizeGb")]` allows a field another name, `#[fields(skip)]` excludes it, and `#[fields(crate = path)]` on the
/// type sets the path of gapi if it is not `::gapi`.
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
pub trait Part<Whole> {}

impl<T: Leaf> Part<T> for T {}
impl<T> Part<T> for Value {}
impl<E: OpenEnum> Part<E> for String {}
impl<T, U: Part<T>> Part<Vec<T>> for Vec<U> {}
impl<T, U: Part<T>> Part<BTreeMap<String, T>> for BTreeMap<String, U> {}
impl<T, U: Part<T>> Part<T> for Option<U> {}
// An entry of a map.
impl<T, U: Part<T>> Part<(String, T)> for (String, U) {}
