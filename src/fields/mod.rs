//! Types of a program that hold a part of an answer.

mod listed;
// Some of it is for what macros expand to.
#[cfg_attr(not(feature = "macros"), allow(dead_code, unreachable_pub))]
mod read;

pub use self::listed::Listed;
#[cfg_attr(not(feature = "macros"), allow(unreachable_pub))]
pub use self::read::Properties;
pub(crate) use self::read::{Besides, page_from_slice, read_part};
#[cfg(feature = "macros")]
#[doc(hidden)]
pub use self::read::{EXPECTED, Field, Slot, page};
use crate::wire::{Pairs, Selection, View, Wire};

/// A type of your own that holds a part of an answer: its fields say what is asked for (`fields=...`), and what is read.
///
/// Derive it, and give it to `select` of a [`PendingCall`](crate::PendingCall), [`Pages`](crate::Pages) or [`Items`](crate::Items).
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
/// A field is named as the field of the schema. `of` names the schema, so that the compiler checks names and types; without it, properties are
/// the fields' names in `camelCase`.
///
/// | field | absent or null in the answer |
/// |---|---|
/// | `Option<T>` | `None` |
/// | `Vec<T>`, `BTreeMap<String, T>` | empty: servers leave out empty lists |
/// | with `#[fields(default)]` | `Default::default()` |
/// | any other | an error of kind [`Decode`](crate::ErrorKind::Decode) that names it |
///
/// `#[fields(rename = "dataDiskSizeGb")]` gives a field a name of your own, `#[fields(skip)]` leaves it out, and `#[fields(crate = path)]` on the type tells
/// where gapi is, when it is not `::gapi`.
pub trait Fields: Wire + Send + Sized + 'static {
    /// The parts, as the parameter `fields` takes them: `files(id,name),nextPageToken`.
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

    /// Reads the properties of one object; `None` after an error, which `properties` keeps.
    #[doc(hidden)]
    fn read_properties(properties: &mut dyn Properties) -> Option<Self>;

    /// The value of the field at `index`.
    #[doc(hidden)]
    fn property(&self, index: usize) -> Option<View<'_>>;
}

impl<T: Fields> Pairs for T {
    fn each(&self, to: &mut dyn FnMut(&str, View<'_>) -> bool) {
        for (index, name) in T::NAMES.iter().enumerate() {
            if let Some(value) = self.property(index)
                && !to(name, value)
            {
                return;
            }
        }
    }

    fn count(&self) -> Option<usize> {
        None
    }
}

/// A place for a part of any type.
#[doc(hidden)]
pub trait PartPlace {
    /// Reads the part. What goes wrong is with `properties`.
    fn read(&mut self, properties: &mut dyn Properties);
}

impl<T: Fields> PartPlace for Option<T> {
    fn read(&mut self, properties: &mut dyn Properties) {
        *self = T::read_properties(properties);
    }
}
