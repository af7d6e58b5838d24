//! Two small libraries, whose differences are known.

use super::difference::{between, may_break};
use super::surface::Surface;
use crate::process::{nightly_rustdoc, succeed};

/// Returns the surface of a library with this text.
fn surface(text: &str) -> Surface {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("small.rs");
    std::fs::write(&file, text).expect("a file");
    let mut rustdoc = nightly_rustdoc();
    rustdoc
        .args([
            "--edition=2024",
            "-Zunstable-options",
            "--output-format=json",
        ])
        .arg(&file)
        .arg("-o")
        .arg(folder.path());
    succeed(&mut rustdoc).expect("rustdoc");
    let json = std::fs::read(folder.path().join("small.json")).expect("JSON");
    Surface::read(&json).expect("a surface")
}

const OLD: &str = "
mod inner {
    pub struct Literal { pub a: u8 }
    pub struct Opaque { pub a: u8, hidden: u8 }
    #[non_exhaustive] pub struct Open { pub a: u8 }
    pub enum Closed { A }
    #[non_exhaustive] pub enum Growing { A, B { x: u8 } }
    pub trait Act { type Out; fn act(&self); fn rest(&self) {} }
    impl Literal { pub fn get(&self, at: usize) -> u8 { self.a } pub fn gone(&self) {} }
    impl Clone for Literal { fn clone(&self) -> Self { Literal { a: self.a } } }
    pub fn plain<T>(_: T) {}
    pub fn bound<T: Copy>(_: T) {}
}
pub use inner::*;
pub mod named { pub use crate::inner::Literal as Other; }
pub fn removed() {}
pub const LIMIT: u8 = 1;
";

#[test]
fn what_breaks_programs_is_found_and_what_is_new_passes() {
    // Private modules, names of parameters and values are of no interest.
    let same = OLD
        .replace("inner", "other")
        .replace("at: usize", "index: usize")
        .replace("= 1;", "= 2;");
    assert_eq!(between(&surface(OLD), &surface(&same)), []);

    let new = OLD
        .replace("pub fn removed() {}", "pub fn added() {}")
        .replace("fn plain<T>", "fn plain<T: Send>")
        .replace("Literal { pub a: u8 }", "Literal { pub a: u8, pub b: u8 }")
        .replace("Literal { a: self.a }", "Literal { a: self.a, b: 0 }")
        .replace("Opaque { pub a: u8,", "Opaque { pub a: u8, pub b: u8,")
        .replace(
            "Open { pub a: u8 }",
            "Open { pub a: u8, pub b: std::rc::Rc<u8> }",
        )
        .replace("Closed { A }", "Closed { A, B }")
        .replace("Growing { A,", "Growing { A, C,")
        .replace(
            "fn act(&self);",
            "fn act(&self); fn must(&self); fn may(&self) {}",
        )
        .replace(" pub fn gone(&self) {}", " pub fn new() {}");
    let found = between(&surface(OLD), &surface(&new));
    let texts = |is_breaking| {
        let found = found
            .iter()
            .filter(move |found| found.is_breaking == is_breaking);
        found.map(|found| found.text.as_str()).collect::<Vec<_>>()
    };
    let part = "added to what programs write or match as a whole";
    assert_eq!(
        texts(true),
        [
            "removed: function small::Literal::gone".to_owned(),
            "removed: function small::named::Other::gone".to_owned(),
            "changed: function small::plain".to_owned(),
            "removed: function small::removed".to_owned(),
            "removed: impl Send for small::Open".to_owned(),
            "removed: impl Sync for small::Open".to_owned(),
            format!("{part}: field small::Literal.b"),
            format!("{part}: field small::named::Other.b"),
            format!("{part}: function small::Act::must"),
            format!("{part}: variant small::Closed::B"),
        ]
    );
    assert_eq!(
        texts(false),
        [
            "added: field small::Opaque.b",
            "added: field small::Open.b",
            "added: function small::Act::may",
            "added: function small::Literal::new",
            "added: function small::added",
            "added: function small::named::Other::new",
            "added: impl !Send for small::Open",
            "added: impl !Sync for small::Open",
            "added: variant small::Growing::C",
        ]
    );
}

#[test]
fn versions_promise_compatibility() {
    assert!(!may_break("0.1.0", "0.1.9"));
    assert!(may_break("0.1.9", "0.2.0"));
    assert!(!may_break("1.1.0", "1.2.0"));
    assert!(may_break("1.2.0", "2.0.0"));
}
