//! A box for large values in many types.

use std::{
    fmt,
    mem::{self, ManuallyDrop},
    ops::{Deref, DerefMut},
};

/// A box that is dropped and cloned by functions that are not inlined. The compiler copies the drop code of a [`Box`] to each place that
/// may drop one, also into programs; of this one it copies a call.
pub(crate) struct OutlinedBox<T>(ManuallyDrop<Option<Box<T>>>);

impl<T> OutlinedBox<T> {
    pub(crate) fn new(content: T) -> Self {
        Self(ManuallyDrop::new(Some(Box::new(content))))
    }
}

impl<T> Drop for OutlinedBox<T> {
    #[inline(never)]
    fn drop(&mut self) {
        let content = mem::replace(&mut self.0, ManuallyDrop::new(None));
        drop(ManuallyDrop::into_inner(content));
    }
}

const EMPTY: &str = "it is empty only when it is gone";

impl<T> Deref for OutlinedBox<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        self.0.as_ref().expect(EMPTY)
    }
}

impl<T> DerefMut for OutlinedBox<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        self.0.as_mut().expect(EMPTY)
    }
}

impl<T: Clone> Clone for OutlinedBox<T> {
    #[inline(never)]
    fn clone(&self) -> Self {
        Self::new(T::clone(self))
    }
}

impl<T: fmt::Debug> fmt::Debug for OutlinedBox<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        T::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn the_content_is_dropped_once() {
        let content = Arc::new(());
        let kept = OutlinedBox::new(content.clone());
        let copy = kept.clone();
        assert_eq!(Arc::strong_count(&content), 3);
        drop(kept);
        assert_eq!(Arc::strong_count(&copy), 2);
        drop(copy);
        assert_eq!(Arc::strong_count(&content), 1);
    }
}
