//! The sources hold what the lists promise, and each way around the checks is noticed.

use std::path::Path;

use super::graph::{Edges, Floors, circles};
use super::lists::{Allowed, Unwanted};
use super::measured::{Lists, Measured, text, twins};
use super::modules::Crate;
use super::words::{Location, Search, prose_words, words};
use super::{CRATES, imports, links, lists, page_words, trip};
use crate::workspace::root;

/// Returns the imports of a crate whose files are given as text.
fn edges(files: &[(&str, &str)]) -> Edges {
    let sources = files
        .iter()
        .map(|(file, text)| ((*file).to_owned(), (*text).to_owned()))
        .collect();
    imports::edges(&Crate::read(&sources).expect("a crate"))
}

const HIGH: &str = "
pub struct Thing;
pub trait Act { fn act(&self) {} }
pub enum Choice { One, Two }
pub fn run() {}
pub mod with {}
";

/// Whether `low.rs` with this text imports `high.rs`.
fn imports_high(low: &str) -> bool {
    let root = "
pub mod high;
pub mod low;
pub use names::Renamed;
extern crate self as own;
mod names { pub use crate::high::Thing as Renamed; pub use super::high::*; }
";
    let edges = edges(&[("lib.rs", root), ("low.rs", low), ("high.rs", HIGH)]);
    assert!(edges["high.rs"].is_empty(), "{edges:?}");
    edges["low.rs"].contains("high.rs")
}

#[test]
fn every_form_of_a_path_is_an_import() {
    for low in [
        "use crate::high::Thing;",
        "use super::high::Thing;",
        "use crate::{high::{Thing, run}};",
        "use crate::high::Thing as Other;",
        "use crate::high as upper; fn f() { upper::run() }",
        "use crate::high::{self}; fn f() { high::run() }",
        // Globs: of a module, of what exports it again, of an enum; for a trait's methods alone.
        "use crate::high::*; fn f() { run() }",
        "use crate::names::*; fn f(_: &Thing) {}",
        "use crate::high::Choice::*;",
        "use crate::high::*; fn f<T: Copy>(t: T) { t.act() }",
        // Names that others export again.
        "use crate::Renamed;",
        "fn f(_: crate::Renamed) {}",
        "use crate::names::Thing;",
        "pub use crate::high::Thing; fn f(_: Thing) {}",
        "pub(crate) use crate::high::run as start; fn f() { start() }",
        "fn f() { own::high::run() }",
        // Paths in expressions, types, bounds, patterns, implementations, attributes.
        "fn f() { crate::high::run() }",
        "fn f() -> Option<crate::high::Thing> { None }",
        "fn f<T: crate::high::Act>(_: T) {}",
        "fn f<T>(_: T) where T: crate::high::Act {}",
        "fn f(_: impl crate::high::Act) {}",
        "fn f(_: &dyn crate::high::Act) {}",
        "fn f<T>(t: T) { <T as crate::high::Act>::act(&t) }",
        "struct Low; impl crate::high::Act for Low {}",
        "impl crate::high::Thing {}",
        "type Alias = crate::high::Thing;",
        "fn f(x: X) { match x { crate::high::Choice::One => {} _ => {} } }",
        "struct Low { thing: crate::high::Thing }",
        "const RUN: fn() = crate::high::run;",
        "#[serde(with = \"crate::high::with\")] struct Low;",
        "#[derive(crate::high::Derive)] struct Low;",
        // Macros: their bodies and what is given to them.
        "macro_rules! run { () => { $crate::high::run() } }",
        "macro_rules! run { () => { crate::high::run() } }",
        "macro_rules! run { () => { super::high::run() } }",
        "fn f() { println!(\"{}\", crate::high::run()) }",
        "fn f() { each!(crate::high) }",
        // Modules in the file.
        "mod inner { use super::super::high::run; }",
        "mod inner { fn f() { super::super::high::run() } }",
        "mod inner { use super::*; fn f() { run() } } use crate::high::run;",
        "use crate::high; mod inner { fn f() { super::high::run() } }",
        "fn f() { use crate::high::run; run() }",
        "fn f() { use crate::high as h; h::run() }",
    ] {
        assert!(imports_high(low), "{low}");
    }
}

#[test]
fn what_names_nothing_of_a_file_is_no_import() {
    for low in [
        "pub use crate::high::Thing;",
        "pub use crate::high::*;",
        "use crate::high;",
        "pub(in crate::low) fn f() {}",
        "use high::Thing;",
        "fn f(high: X) { high.run() }",
        "/// See [`crate::high::Thing`].\nfn f() {}",
        "#[cfg(test)] mod tests { use crate::high::Thing; }",
        "#[cfg(test)] use crate::high::Thing;",
        "struct Low; impl Low { #[cfg(test)] fn f() { crate::high::run() } }",
        "fn f() { other::high::run() }",
    ] {
        assert!(!imports_high(low), "{low}");
    }
}

#[test]
fn files_are_found_as_rustc_finds_them() {
    let edges = edges(&[
        (
            "lib.rs",
            "mod folder; #[path = \"odd/name.rs\"] mod renamed; mod inline { mod deep; }",
        ),
        ("folder/mod.rs", "mod child; pub struct Above;"),
        (
            "folder/child.rs",
            "use super::Above; use crate::renamed::Odd;",
        ),
        ("odd/name.rs", "pub struct Odd;"),
        ("inline/deep.rs", "use crate::folder::Above;"),
        ("bin/tool.rs", "mod part; use part::Part;"),
        ("bin/part.rs", "pub struct Part;"),
    ]);
    assert!(edges["folder/child.rs"].contains("folder/mod.rs"));
    assert!(edges["folder/child.rs"].contains("odd/name.rs"));
    assert!(edges["inline/deep.rs"].contains("folder/mod.rs"));
    assert!(edges["bin/tool.rs"].contains("bin/part.rs"));
    assert!(edges["folder/mod.rs"].is_empty());
}

#[test]
fn a_name_may_be_a_module_and_a_function() {
    let of = |user| {
        let files = [
            ("lib.rs", "mod docs; mod user; fn docs() {}"),
            ("docs.rs", "pub fn run() {}"),
            ("user.rs", user),
        ];
        edges(&files)["user.rs"].iter().cloned().collect::<Vec<_>>()
    };
    assert_eq!(of("use super::docs; fn f() { docs::run() }"), ["docs.rs"]);
    assert_eq!(of("use super::docs; fn f() { docs() }"), ["lib.rs"]);
    assert_eq!(of("fn f() { super::docs() }"), ["lib.rs"]);
}

#[test]
fn circles_are_found_whole() {
    let edges = edges(&[
        ("lib.rs", "mod a; mod b; mod c; mod d; mod e;"),
        ("a.rs", "pub struct A(crate::b::B);"),
        ("b.rs", "pub struct B(crate::c::C);"),
        ("c.rs", "pub struct C(Box<crate::d::D>);"),
        ("d.rs", "pub fn d() -> crate::a::A {} pub struct D;"),
        ("e.rs", "use crate::a::A;"),
    ]);
    assert_eq!(circles(&edges), [["a.rs", "b.rs", "c.rs", "d.rs"]]);
}

#[test]
fn a_lower_floor_imports_no_higher_one() {
    let page = "```text floors\nsrc: values <\n  http request/build < lib\n```";
    let floors = &lists::floors(page).expect("floors")["src"];
    let edges = edges(&[
        ("lib.rs", "mod values; mod http; mod request;"),
        ("values.rs", "use crate::http::send;"),
        ("http/mod.rs", "pub fn send() { crate::values::f() }"),
        ("request/mod.rs", "mod build;"),
        ("request/build.rs", "use crate::http::send;"),
    ]);
    let files = edges.keys().cloned().collect();
    assert_eq!(
        floors.violations(&files, &edges),
        [
            "request/mod.rs is on no floor",
            "values.rs (floor 1) imports http/mod.rs (floor 2)"
        ]
    );
    let mut floors = Floors::default();
    floors.add("gone", 1);
    let violations = floors.violations(&files, &Edges::new());
    assert!(violations.contains(&"the floors list gone, which is no module".to_owned()));
    assert!(lists::floors("```text floors\nsrc: a b < a\n```").is_err());
}

const GLOSSARY: &str = "
## Words that are not used

| not used | where | instead |
|---|---|---|
| replyword, replywords | everywhere | response |
| gleam | names | light |
| oddfile | files | file |
| goes off | text | fails |

## More
";

fn search<'a>(path: &'a str, unwanted: &'a Unwanted, allowed: &'a Allowed) -> Search<'a> {
    Search {
        path,
        unwanted,
        allowed,
        found: Vec::new(),
    }
}

fn found(source: &str) -> Vec<(usize, Location, String)> {
    let unwanted = Unwanted::parse(GLOSSARY).expect("a glossary");
    let allowed = Allowed::parse("word low: gleam_of_dawn: a name of others").expect("exceptions");
    search("low/oddfile.rs", &unwanted, &allowed)
        .rust(source, false)
        .into_iter()
        .map(|found| (found.line, found.location, found.word))
        .collect()
}

#[test]
fn unwanted_words_are_found_wherever_they_are() {
    let source = r##"//! A replyword.

/// It goes
/// off, and the gleam is no name.
fn take_Replywords(gleam: u8) -> GleamKind {
    // Replyword
    let gleam_of_dawn = 'x';
    let text = r#"replyword "goes off" \"#;
    let other = "gleam \" replywords";
}

#[cfg(test)]
mod tests {
    fn replyword() {}
}
"##;
    let expected = [
        (1, Location::Name, "oddfile"),
        (1, Location::Doc, "replyword"),
        (3, Location::Doc, "goes off"),
        (5, Location::Name, "replywords"),
        (5, Location::Name, "gleam"),
        (5, Location::Name, "gleam"),
        (6, Location::Comment, "replyword"),
        (8, Location::Text, "replyword"),
        (8, Location::Text, "goes off"),
        (9, Location::Text, "replywords"),
    ];
    let expected: Vec<_> = expected
        .into_iter()
        .map(|(line, location, word)| (line, location, word.to_owned()))
        .collect();
    assert_eq!(found(source), expected);
    let unwanted = Unwanted::parse(GLOSSARY).expect("a glossary");
    let allowed = Allowed::default();
    let page = search("x.md", &unwanted, &allowed).page("It goes\noff.\n");
    assert_eq!(page.len(), 1);
}

#[test]
fn identifiers_and_texts_are_split_into_words() {
    assert_eq!(
        words("HTTPHealthCheck_of2"),
        ["http", "health", "check", "of2"]
    );
    assert_eq!(words("r2D"), ["r2", "d"]);
    let words: Vec<String> = prose_words("It's `a_b`.")
        .into_iter()
        .map(|(_, word)| word)
        .collect();
    assert_eq!(words, ["it", "s", "a", "b"]);
}

#[test]
fn a_type_name_exists_once() {
    let sources = [("lib.rs", "mod a; mod b; struct One;"), ("a.rs", "struct Two; type Own = u8;"), (
        "b.rs",
        "enum Two {} trait One {} #[cfg(unix)] struct Own; #[cfg(not(unix))] struct Own; mod tests {}",
    )]
    .map(|(file, text)| (file.to_owned(), text.to_owned()));
    let read = Crate::read(&sources.into()).expect("a crate");
    let allowed = Allowed::parse("type src: Own: a convention").expect("exceptions");
    let names: Vec<String> = twins("src", &read.types, &allowed)
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(names, ["One", "Two"]);
}

#[test]
fn a_trip_that_is_not_true_is_noticed() {
    let untrue = |trip: &str| {
        let trip = lists::trip(&format!("```text trip\n{trip}\n```")).expect("a trip");
        trip::untrue(&trip, &|path: &Path| match path.to_str() {
            Some("a.rs") => {
                Ok("struct A; impl A { fn send(&self) { run(1) } } fn end() {}".to_owned())
            }
            Some("b.rs") => Ok("macro_rules! m { () => { fn run() { $x.end() } } }".to_owned()),
            _ => Err("no such file".into()),
        })
        .expect("files that parse")
    };
    assert_eq!(untrue("a.rs: A::send\nb.rs: run"), [""; 0]);
    assert_eq!(
        untrue("a.rs: send\na.rs: end"),
        ["a.rs: send does not name end"]
    );
    assert_eq!(untrue("a.rs: B::send"), ["a.rs has no function B::send"]);
    assert_eq!(untrue("c.rs: send"), ["c.rs does not exist"]);
    assert_eq!(
        untrue("a.rs: send\nb.rs: run\na.rs: end"),
        ["the trip returns to a.rs"]
    );
}

#[test]
fn the_sources_are_as_the_lists_promise() {
    let root = root();
    let lists = Lists::read(&root).expect("the lists");
    let mut failures = String::new();
    for (name, folder) in CRATES {
        let measured = Measured::of(name, folder, &root, &lists).expect(name);
        if !measured.is_sound() {
            failures.push_str(&measured.summary());
            failures.push('\n');
            measured.details(&mut failures).expect("a text");
        }
    }
    assert!(
        failures.is_empty(),
        "`cargo xtask house --words` has the details:\n{failures}"
    );
    let words = page_words(&root, &lists).expect("pages");
    assert!(words.is_empty(), "{words:?}");
}

#[test]
fn the_links_of_pages_lead_somewhere() {
    let links = links::broken(&root()).expect("pages");
    assert!(links.is_empty(), "{}", links.join("\n"));
}

#[test]
fn the_trip_of_a_call_is_true() {
    let root = root();
    let page = text(&root.join("docs/architecture.md")).expect("the page");
    let trip = lists::trip(&page).expect("a trip");
    let untrue = trip::untrue(&trip, &|file| text(&root.join(file))).expect("files that parse");
    assert!(untrue.is_empty(), "{}", untrue.join("\n"));
}
