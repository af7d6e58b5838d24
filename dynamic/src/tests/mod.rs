//! Tests of the crate, in one binary.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod checks;
mod excerpts;
mod random;
mod sending;
mod sharing;

use serde_json::{Value, json};

use crate::Service;

/// Returns a vendored document.
fn document(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../discovery-docs");
    std::fs::read_to_string(format!("{folder}/{name}.json")).unwrap()
}

fn service(name: &str) -> Service {
    Service::from_json(document(name)).unwrap()
}

/// Returns a small document with this key.
fn small(key: &str, value: Value) -> String {
    let mut document = json!({
        "kind": "discovery#restDescription", "name": "things", "version": "v1", "revision": "20260101",
        "rootUrl": "https://things.googleapis.com/", "servicePath": "", "batchPath": "batch",
        "parameters": {"fields": {"type": "string", "location": "query"}},
        "schemas": {
            "Thing": {"type": "object", "properties": {
                "name": {"type": "string"}, "size": {"type": "string", "format": "int64"}, "password": {"type": "string"},
                "state": {"type": "string", "enum": ["ON", "OFF"]}, "labels": {"type": "object", "additionalProperties": {"type": "string"}},
                "parts": {"type": "array", "items": {"$ref": "Thing"}}, "made": {"type": "string", "format": "date-time"}}},
            "Things": {"type": "object", "properties": {
                "items": {"type": "object", "additionalProperties": {"$ref": "Thing"}}, "nextPageToken": {"type": "string"}}},
        },
        "resources": {"things": {"methods": {
            "insert": {"id": "things.insert", "httpMethod": "POST", "path": "things/{thing}", "parameterOrder": ["thing"],
                "parameters": {"thing": {"type": "string", "required": true, "location": "path"},
                    "count": {"type": "integer", "format": "int32", "location": "query"},
                    "view": {"type": "string", "enum": ["BASIC", "FULL"], "location": "query"},
                    "tag": {"type": "string", "repeated": true, "location": "query"}},
                "request": {"$ref": "Thing"}, "response": {"$ref": "Thing"}},
            "list": {"id": "things.list", "httpMethod": "GET", "path": "things",
                "parameters": {"pageToken": {"type": "string", "location": "query"}, "maxResults": {"type": "integer", "format": "uint32", "location": "query"}},
                "response": {"$ref": "Things"}},
            "delete": {"id": "things.delete", "httpMethod": "DELETE", "path": "things/{thing}",
                "parameters": {"thing": {"type": "string", "required": true, "location": "path"}}},
        }}},
    });
    document[key] = value;
    document.to_string()
}
