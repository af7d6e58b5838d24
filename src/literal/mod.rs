//! What `body!` expands to: values, lists and maps that find their place.

mod place;
mod value;

pub use self::{
    place::{Entries, Items, fresh, push, push_fresh, put, put_fresh, put_null, put_null_here},
    value::{Base, IntoProperty, IntoValue, base, property},
};
