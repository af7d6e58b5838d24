//! The parts of a document: texts, names, schemas.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::chance::Chance;
use crate::text;

/// Makes the parts of one document, and counts what they are.
#[derive(Debug)]
pub(crate) struct Maker {
    pub(crate) chance: Chance,
    pub(crate) forms: BTreeMap<String, usize>,
    /// The names of the schemas.
    pub(crate) schemas: Vec<String>,
    /// What is odd about a text that only few documents can have, because it makes most of them wrong.
    pub(crate) rare: Option<(&'static str, usize)>,
}

/// Types and formats of scalars; the last formats are in no table.
pub(crate) const SCALARS: [(&str, &str); 19] = [
    ("string", ""),
    ("string", "byte"),
    ("string", "date-time"),
    ("string", "google-datetime"),
    ("string", "date"),
    ("string", "google-duration"),
    ("string", "google-fieldmask"),
    ("string", "int64"),
    ("string", "uint64"),
    ("integer", ""),
    ("integer", "int32"),
    ("integer", "uint32"),
    ("integer", "int64"),
    ("number", ""),
    ("number", "float"),
    ("number", "double"),
    ("boolean", ""),
    ("string", "uuid"),
    ("integer", "int8"),
];

/// Where a type is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Position {
    Schema,
    Property,
    Parameter,
    Request,
    Response,
}

impl Position {
    pub(crate) const ALL: [Position; 5] = [
        Position::Schema,
        Position::Property,
        Position::Parameter,
        Position::Request,
        Position::Response,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Position::Schema => "schema",
            Position::Property => "property",
            Position::Parameter => "parameter",
            Position::Request => "request",
            Position::Response => "response",
        }
    }
}

/// What a type can be, where every position may have it.
pub(crate) const TYPES: [&str; 8] = [
    "scalar", "enum", "any", "array", "object", "map", "$ref", "nothing",
];

impl Maker {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            chance: Chance::new(seed),
            forms: BTreeMap::new(),
            schemas: Vec::new(),
            rare: rare(seed),
        }
    }

    pub(crate) fn count(&mut self, form: &str) {
        *self.forms.entry(form.to_owned()).or_default() += 1;
    }

    /// A text of a description, which may be odd.
    pub(crate) fn text(&mut self, kind: &'static str) -> String {
        if self.chance.percent(35) {
            return self.odd(kind);
        }
        let words = self.chance.between(1, 4);
        let words: Vec<&str> = (0..words).map(|_| *self.chance.of(&text::WORDS)).collect();
        words.join(" ")
    }

    /// A text with one thing odd about it.
    pub(crate) fn odd(&mut self, kind: &'static str) -> String {
        let (class, examples) = match self.rare {
            Some((rare, class)) if rare == kind => text::ODD[class],
            _ => *self.chance.of(&text::ODD),
        };
        self.count(&format!("text: {class} in a {kind}"));
        let odd = *self.chance.of(examples);
        let [before, after] = [(), ()].map(|()| {
            if self.chance.percent(60) {
                *self.chance.of(&text::WORDS)
            } else {
                ""
            }
        });
        // `digits first` has to come first.
        match class {
            "digits first" => format!("{odd}{after}"),
            _ => format!("{before}{odd}{after}"),
        }
    }

    /// A name that `taken` has not.
    pub(crate) fn name(&mut self, kind: &'static str, taken: &Map<String, Value>) -> String {
        loop {
            let name = match self.chance.below(10) {
                0 | 1 => self.odd(kind),
                2 | 3 => (*self.chance.of(&text::KNOWN)).to_owned(),
                _ => (*self.chance.of(&text::WORDS)).to_owned(),
            };
            if !name.is_empty() && !taken.contains_key(&name) {
                return name;
            }
        }
    }

    /// A type of any form.
    pub(crate) fn ty(&mut self, position: Position, depth: usize) -> Value {
        let mut ty = *self.chance.of(&TYPES);
        if depth == 0 && matches!(ty, "array" | "object" | "map") {
            ty = "scalar";
        }
        if ty == "$ref" && self.schemas.is_empty() {
            ty = "any";
        }
        self.count(&format!("type: {ty} as a {}", position.name()));
        let mut schema = match ty {
            "scalar" => self.scalar(),
            "enum" => self.enumeration(),
            "any" => json!({"type": "any"}),
            "array" => {
                let items = self.ty(Position::Property, depth - 1);
                json!({"type": "array", "items": items})
            }
            "object" => self.object(depth - 1),
            "map" => {
                let values = match self.chance.below(6) {
                    0 => json!(true),
                    _ => self.ty(Position::Property, depth - 1),
                };
                json!({"type": "object", "additionalProperties": values})
            }
            "$ref" => json!({"$ref": self.chance.of(&self.schemas)}),
            _ => json!({}),
        };
        self.facts(&mut schema);
        schema
    }

    pub(crate) fn scalar(&mut self) -> Value {
        let (ty, format) = *self.chance.of(&SCALARS);
        self.count(&format!("format: {ty} {format}"));
        match format {
            "" => json!({"type": ty}),
            format => json!({"type": ty, "format": format}),
        }
    }

    pub(crate) fn enumeration(&mut self) -> Value {
        let count = self.chance.between(1, 5);
        let values: Vec<String> = (0..count)
            .map(|_| {
                if self.chance.percent(20) {
                    (*self.chance.of(&text::KNOWN)).to_owned()
                } else {
                    self.text("enum value")
                }
            })
            .collect();
        let mut schema = json!({"type": "string", "enum": values});
        if self.chance.percent(60) {
            let about: Vec<String> = values
                .iter()
                .map(|_| self.text("enum description"))
                .collect();
            schema["enumDescriptions"] = json!(about);
        }
        if self.chance.percent(20) {
            let marks: Vec<bool> = values.iter().map(|_| self.chance.percent(30)).collect();
            schema["enumDeprecated"] = json!(marks);
        }
        schema
    }

    pub(crate) fn object(&mut self, depth: usize) -> Value {
        let mut properties = Map::new();
        for _ in 0..self.chance.between(1, 5) {
            let name = self.name("property name", &properties);
            let ty = self.ty(Position::Property, depth);
            properties.insert(name, ty);
        }
        json!({"type": "object", "properties": properties})
    }

    /// Keys that may be beside every type.
    pub(crate) fn facts(&mut self, schema: &mut Value) {
        if self.chance.percent(50) {
            schema["description"] = json!(self.text("description"));
        }
        if self.chance.percent(15) {
            schema["default"] = json!(self.text("default"));
        }
        if self.chance.percent(10) {
            schema["minimum"] = json!(self.text("range"));
            schema["maximum"] = json!(self.text("range"));
        }
        if self.chance.percent(10) {
            schema["pattern"] = json!(self.text("pattern"));
        }
        for (key, percent) in [("readOnly", 10), ("deprecated", 8)] {
            if self.chance.percent(percent) {
                self.count(&format!("fact: {key}"));
                schema[key] = json!(true);
            }
        }
    }
}

/// Three of fifty documents, so that each kind is odd in each way once in seven hundred.
fn rare(seed: u64) -> Option<(&'static str, usize)> {
    let kind = match seed % 50 {
        7 => "service path",
        23 => "root",
        41 => "path",
        _ => return None,
    };
    let class = usize::try_from(seed / 50).unwrap_or_default();
    Some((kind, class % text::ODD.len()))
}
