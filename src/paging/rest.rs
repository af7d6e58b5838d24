//! What is left of a page.

/// Entries that nobody has taken yet, in their order.
///
/// A trait of its own, and no more than this: whatever else an iterator does with entries, it drops some on the way, and the compiler copies the
/// code that drops a schema to wherever one may be dropped.
pub(super) trait Rest<T>: Send {
    /// Takes the next one.
    fn next(&mut self) -> Option<T>;

    /// How many there are.
    fn len(&self) -> usize;
}

/// All entries of a page.
pub(super) fn of<T: Send + 'static>(mut entries: Vec<T>) -> Box<dyn Rest<T>> {
    entries.reverse();
    Box::new(Reversed(entries))
}

/// The last one is the next.
struct Reversed<T>(Vec<T>);

impl<T: Send> Rest<T> for Reversed<T> {
    fn next(&mut self) -> Option<T> {
        self.0.pop()
    }

    fn len(&self) -> usize {
        self.0.len()
    }
}
