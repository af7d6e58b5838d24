//! Schemas: of every form, in cycles, and deeper than rustc walks.

use serde_json::{Map, Value, json};

use crate::maker::{Maker, Position};

/// What types can be built of so many of that rustc gives up.
pub(crate) const DEEP: [&str; 4] = ["ring", "rings of lists", "chain of maps", "lists in lists"];

/// All schemas of a document.
pub(crate) fn all(maker: &mut Maker) -> Map<String, Value> {
    let mut schemas = Map::new();
    for _ in 0..maker.chance.between(2, 6) {
        let name = maker.name("schema name", &schemas);
        schemas.insert(name, Value::Null);
    }
    maker.schemas = schemas.keys().cloned().collect();
    let names = maker.schemas.clone();
    for (index, name) in names.iter().enumerate() {
        schemas[name] = schema(maker, &names, index);
    }
    if maker.chance.percent(50) {
        let name = maker.chance.of(&names).clone();
        cycle(maker, &name, &mut schemas);
    }
    if maker.chance.percent(30) {
        maker.count("schema: raw body");
        maker.schemas.push("HttpBody".to_owned());
        schemas.insert(
            "HttpBody".to_owned(),
            json!({"type": "object", "properties": {
                "contentType": {"type": "string"}, "data": {"type": "string", "format": "byte"},
                "extensions": {"type": "array", "items": {"type": "any"}}}}),
        );
    }
    if maker.chance.percent(3) {
        deep(maker, &mut schemas);
    }
    schemas
}

fn schema(maker: &mut Maker, names: &[String], index: usize) -> Value {
    let mut schema = match maker.chance.below(10) {
        0..6 => {
            maker.count("type: object as a schema");
            maker.object(2)
        }
        // Only to a schema before it, so that no name means itself.
        6 if index > 0 => {
            maker.count("type: $ref as a schema");
            json!({"$ref": names[maker.chance.below(index)]})
        }
        // A name for a list of a schema before it, and so on.
        7 => {
            maker.count("type: array as a schema");
            let items = if index > 0 && maker.chance.percent(50) {
                json!({"$ref": names[maker.chance.below(index)]})
            } else {
                maker.object(1)
            };
            json!({"type": "array", "items": items})
        }
        _ => {
            let known = std::mem::take(&mut maker.schemas);
            let schema = maker.ty(Position::Schema, 1);
            maker.schemas = known;
            schema
        }
    };
    if maker.chance.percent(50) {
        schema["description"] = json!(maker.text("description"));
    }
    if schema.get("$ref").is_none() && maker.chance.percent(60) {
        schema["id"] = json!(names[index]);
    }
    schema
}

/// Makes a schema hold itself, in position or in a list.
fn cycle(maker: &mut Maker, name: &str, schemas: &mut Map<String, Value>) {
    let Some(properties) = schemas[name]
        .get_mut("properties")
        .and_then(Value::as_object_mut)
    else {
        return;
    };
    let itself = json!({"$ref": name});
    let (form, ty) = match maker.chance.below(3) {
        0 => ("in position", itself),
        1 => ("in a list", json!({"type": "array", "items": itself})),
        _ => (
            "in an object of its own",
            json!({"type": "object", "properties": {"inner": itself}}),
        ),
    };
    properties.insert("itself".to_owned(), ty);
    maker.count(&format!("cycle: {form}"));
}

/// Types that are too deep for the recursion limit that rustc has.
fn deep(maker: &mut Maker, schemas: &mut Map<String, Value>) {
    let form = *maker.chance.of(&DEEP);
    maker.count(&format!("deep: {form}"));
    let count = maker.chance.between(34, 50);
    let reference = |index: usize| json!({"$ref": format!("Deep{index:02}")});
    for index in 0..count {
        let next = (index + 1) % count;
        let ty = match form {
            "ring" => reference(next),
            "rings of lists" => json!({"type": "array", "items": reference(next)}),
            "chain of maps" if next == 0 => json!({"type": "string"}),
            "chain of maps" => json!({"type": "object", "additionalProperties": reference(next)}),
            _ => {
                let text = json!({"type": "string"});
                let lists =
                    (0..count + 8).fold(text, |inner, _| json!({"type": "array", "items": inner}));
                schemas.insert(
                    "Deep".to_owned(),
                    json!({"type": "object", "properties": {"x": lists}}),
                );
                return;
            }
        };
        schemas.insert(
            format!("Deep{index:02}"),
            json!({"type": "object", "properties": {"next": ty}}),
        );
    }
}
