//! The mask that asks for parts of an answer.

use std::any::TypeId;

/// A `fields` mask that is being written.
#[derive(Debug, Default)]
#[doc(hidden)]
pub struct Selection {
    text: String,
    /// The types whose parts are being written.
    open: Vec<TypeId>,
}

impl Selection {
    /// The parts of `T`, in parentheses. A type within itself has no finite mask, so there all of it is asked for.
    pub fn nested<T: 'static>(&mut self, parts: fn(&mut Self)) {
        let id = TypeId::of::<T>();
        if self.open.contains(&id) {
            return;
        }
        self.open.push(id);
        self.text.push('(');
        parts(self);
        self.text.push(')');
        self.open.pop();
    }

    /// A part by its name, and what is asked for below it.
    pub fn part(&mut self, name: &str, below: fn(&mut Self)) {
        if !self.text.is_empty() && !self.text.ends_with('(') {
            self.text.push(',');
        }
        self.text.push_str(name);
        below(self);
    }

    /// What is asked for below each entry of a map.
    pub(super) fn entries(&mut self, below: fn(&mut Self)) {
        let before = self.text.len();
        self.text.push_str("/*");
        below(self);
        if self.text.len() == before + 2 {
            self.text.truncate(before);
        }
    }

    /// The mask.
    pub fn into_text(self) -> String {
        self.text
    }
}
