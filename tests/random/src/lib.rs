//! Discovery documents made at random over the whole grammar, and what must hold for each.
//!
//! A document is the same for the same seed. Its maker knows where its methods are and whether it has to be refused, by other code than
//! the generator's.

mod address;
mod chance;
mod maker;
mod methods;
mod schemas;
mod text;
mod trial;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use maker::{Maker, Position, SCALARS, TYPES};
pub use trial::{Outcome, Trial, trial};

/// A document, and what is known of it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Random {
    /// The document.
    pub document: Value,
    /// The address of each method, by resource path and name; path parameters are expressions as in the document.
    pub addresses: BTreeMap<String, String>,
    /// Why the document has to be refused, if it has to be.
    pub refused: Option<&'static str>,
    /// How often each form occurs in it.
    pub forms: BTreeMap<String, usize>,
}

/// The document of a seed.
#[must_use]
pub fn document(seed: u64) -> Random {
    let mut maker = Maker::new(seed);
    let mut document = Map::new();
    document.insert("kind".to_owned(), json!("discovery#restDescription"));
    for (key, kind) in [
        ("name", "name"),
        ("version", "version"),
        ("revision", "revision"),
        ("title", "title"),
        ("description", "description"),
        ("documentationLink", "documentation link"),
    ] {
        let text = maker.text(kind);
        document.insert(key.to_owned(), Value::from(text));
    }
    let base = address::spell(&mut maker, &mut document);
    let mut made = methods::Made::default();
    let mut schemas = schemas::all(&mut maker);
    let resources = methods::resources(&mut maker, &base, &mut made);
    if resources.contains_key("operations") {
        schemas.insert(
            "Operation".to_owned(),
            json!({"type": "object", "properties": {"name": {"type": "string"}, "done": {"type": "boolean"},
                "error": {"type": "any"}, "response": {"type": "object", "additionalProperties": {"type": "any"}}}}),
        );
    }
    if maker.chance.percent(20) {
        maker.count("resource: none");
        let methods = methods::methods(&mut maker, &base, "", &mut made);
        document.insert("methods".to_owned(), Value::from(methods));
    }
    document.insert("schemas".to_owned(), Value::from(schemas));
    document.insert("resources".to_owned(), Value::from(resources));
    let scope = maker.text("scope");
    let about = maker.text("description");
    document.insert(
        "auth".to_owned(),
        json!({"oauth2": {"scopes": {scope: {"description": about}}}}),
    );
    if maker.chance.percent(20) {
        maker.count("odd: keys of which nothing is made");
        document.insert("version_module".to_owned(), json!("True"));
        document.insert("labels".to_owned(), json!({"a": 1}));
        document.insert("features".to_owned(), json!(["dataWrapper", 3]));
    }
    Random {
        document: Value::from(document),
        refused: made.refused.or(base.base.is_none().then_some("address")),
        addresses: made.addresses,
        forms: maker.forms,
    }
}

/// Every form that documents have; a thousand of them have each.
#[must_use]
pub fn forms() -> BTreeSet<String> {
    let types = Position::ALL.into_iter().flat_map(|position| {
        let of_parameters = ["scalar", "enum", "any"];
        let is_there =
            move |ty: &&str| position != Position::Parameter || of_parameters.contains(ty);
        let types = TYPES.into_iter().filter(is_there);
        types.map(move |ty| format!("type: {ty} as a {}", position.name()))
    });
    let formats = SCALARS.map(|(ty, format)| format!("format: {ty} {format}"));
    let texts = text::KINDS.into_iter().flat_map(|kind| {
        let classes = text::ODD.into_iter();
        classes.map(move |(class, _)| format!("text: {class} in a {kind}"))
    });
    let verbs = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"];
    let others = [
        "cycle: in position",
        "cycle: in a list",
        "cycle: in an object of its own",
        "fact: readOnly",
        "fact: deprecated",
        "odd: keys of which nothing is made",
        "operation: poll and cancel",
        "parameter: repeated",
        "path: {x}",
        "path: {+x}",
        "path: with a first slash",
        "resource: in a resource",
        "resource: none",
        "schema: raw body",
    ];
    types
        .chain(formats)
        .chain(texts)
        .chain(verbs.map(|verb| format!("verb: {verb}")))
        .chain(address::SPELLINGS.map(|spelling| format!("address: {spelling}")))
        .chain(schemas::DEEP.map(|form| format!("deep: {form}")))
        .chain(methods::FEATURES.map(str::to_owned))
        .chain(methods::WRONG.map(|wrong| format!("wrong: {wrong}")))
        .chain(others.map(str::to_owned))
        .collect()
}
