//! Pointers to large values in many types.

use std::{
    fmt,
    mem::{self, ManuallyDrop},
    ops::{Deref, DerefMut},
    sync::Arc,
};

/// A pointer that is dropped and cloned by functions that are not inlined. The compiler copies the drop code of a [`Box`] to each place
/// that may drop one, also into programs; of this one it copies a call.
pub(crate) struct Outlined<P>(ManuallyDrop<Option<P>>);

/// An outlined [`Box`].
pub(crate) type OutlinedBox<T> = Outlined<Box<T>>;

/// An outlined [`Arc`], whose value is copied when one of several clones changes it.
pub(crate) type OutlinedArc<T> = Outlined<Arc<T>>;

impl<T> OutlinedBox<T> {
    pub(crate) fn new(content: T) -> Self {
        Self(ManuallyDrop::new(Some(Box::new(content))))
    }
}

impl<T> OutlinedArc<T> {
    pub(crate) fn new(content: T) -> Self {
        Self(ManuallyDrop::new(Some(Arc::new(content))))
    }
}

impl<P> Drop for Outlined<P> {
    #[inline(never)]
    fn drop(&mut self) {
        let content = mem::replace(&mut self.0, ManuallyDrop::new(None));
        drop(ManuallyDrop::into_inner(content));
    }
}

const EMPTY: &str = "it is empty only when it is gone";

impl<P: Deref> Deref for Outlined<P> {
    type Target = P::Target;

    #[inline]
    fn deref(&self) -> &P::Target {
        self.0.as_ref().expect(EMPTY)
    }
}

impl<T> DerefMut for OutlinedBox<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        self.0.as_mut().expect(EMPTY)
    }
}

impl<T: Clone> DerefMut for OutlinedArc<T> {
    #[inline(never)]
    fn deref_mut(&mut self) -> &mut T {
        Arc::make_mut(self.0.as_mut().expect(EMPTY))
    }
}

impl<P: Clone> Clone for Outlined<P> {
    #[inline(never)]
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<P: Deref<Target: fmt::Debug>> fmt::Debug for Outlined<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn the_content_is_dropped_once() {
        let content = Arc::new(());
        let first = OutlinedBox::new(content.clone());
        let copy = first.clone();
        assert_eq!(Arc::strong_count(&content), 3);
        drop(first);
        assert_eq!(Arc::strong_count(&copy), 2);
        drop(copy);
        assert_eq!(Arc::strong_count(&content), 1);
    }

    #[test]
    fn clones_share_a_value_until_one_changes() {
        let mut first = OutlinedArc::new(1);
        let second = first.clone();
        assert!(std::ptr::eq(&raw const *first, &raw const *second));
        *first = 2;
        assert_eq!((*first, *second), (2, 1));
    }
}
