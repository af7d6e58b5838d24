//! Places for values that are read, and what is dropped there.
//!
//! A schema's struct has tens of fields, so dropping one takes much code, and the compiler copies that code to wherever one may be dropped. Readers
//! of every type can come to drop one, so they do it here, out of line.

/// Empties a field.
#[inline(never)]
pub(super) fn clear<T>(field: &mut Option<T>) {
    *field = None;
}

/// Gives a field a value.
#[inline]
pub(super) fn replace<T>(field: &mut Option<T>, value: T) {
    if std::mem::needs_drop::<T>() {
        drop_and_replace(field, value);
    } else {
        *field = Some(value);
    }
}

#[inline(never)]
fn drop_and_replace<T>(field: &mut Option<T>, value: T) {
    *field = Some(value);
}

/// Gives a field an empty value, to be filled where it is.
#[inline(never)]
pub(super) fn fresh<T: Default>(field: &mut Option<T>) -> &mut T {
    field.insert(T::default())
}

/// Adds an empty element to a list, to be filled where it is.
#[inline(never)]
pub(super) fn one_more<T: Default>(list: &mut Vec<T>) -> &mut T {
    let last = list.len();
    list.push(T::default());
    &mut list[last] // Just pushed.
}

/// Takes the last element off a list.
#[inline(never)]
pub(super) fn one_less<T>(list: &mut Vec<T>) {
    list.pop();
}
