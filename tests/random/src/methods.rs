//! Methods: paths, parameters, bodies, and what the runtime does more with some.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::address::{self, Address};
use crate::maker::{Maker, Position};

/// What the methods of a document are, and where they are.
#[derive(Debug, Default)]
pub(crate) struct Made {
    /// The address of each method by its name, where it has one.
    pub(crate) addresses: BTreeMap<String, String>,
    /// Why the document has to be refused.
    pub(crate) refused: Option<&'static str>,
}

/// What methods can be besides calls.
pub(crate) const FEATURES: [&str; 12] = [
    "paging: query",
    "paging: body",
    "media: upload",
    "media: download",
    "operation: aip151",
    "operation: status",
    "repeating: requestId",
    "repeating: etag",
    "odd: body of a GET",
    "odd: parameter without type",
    "odd: parameter without location",
    "odd: unknown name in parameterOrder",
];

/// What can be wrong with a method.
pub(crate) const WRONG: [&str; 3] = [
    "schema that is not there",
    "undeclared path parameter",
    "unknown type",
];

/// The resources of a document.
pub(crate) fn resources(maker: &mut Maker, base: &Address, made: &mut Made) -> Map<String, Value> {
    let mut resources = Map::new();
    for _ in 0..maker.chance.between(1, 2) {
        let name = maker.name("resource name", &resources);
        let resource = resource(maker, base, &name, 2, made);
        resources.insert(name, resource);
    }
    if maker.chance.percent(25) {
        let operations = operations(maker, base, made);
        resources.insert("operations".to_owned(), operations);
    }
    resources
}

fn resource(maker: &mut Maker, base: &Address, path: &str, depth: usize, made: &mut Made) -> Value {
    let methods = methods(maker, base, path, made);
    let mut resource = json!({"methods": methods});
    if depth > 0 && maker.chance.percent(30) {
        let mut children = Map::new();
        let name = maker.name("resource name", &children);
        let child = self::resource(maker, base, &format!("{path}.{name}"), depth - 1, made);
        children.insert(name, child);
        resource["resources"] = Value::from(children);
        maker.count("resource: in a resource");
    }
    resource
}

/// Some methods of a resource, or of the document itself.
pub(crate) fn methods(
    maker: &mut Maker,
    base: &Address,
    resource: &str,
    made: &mut Made,
) -> Map<String, Value> {
    let mut methods = Map::new();
    for _ in 0..maker.chance.between(1, 3) {
        let name = maker.name("method name", &methods);
        let method = method(maker, base, resource, &name, made);
        methods.insert(name, method);
    }
    methods
}

fn method(maker: &mut Maker, base: &Address, resource: &str, name: &str, made: &mut Made) -> Value {
    let verb = *maker
        .chance
        .of(&["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]);
    maker.count(&format!("verb: {verb}"));
    let mut path = address::literal(&mut maker.chance);
    let mut parameters = Map::new();
    let mut order = Vec::new();
    for _ in 0..maker.chance.below(3) {
        let name = format!(
            "{}{}",
            maker
                .chance
                .of(&["name", "p.q", "Ünter", "1", "type", "a-b"]),
            parameters.len()
        );
        let plus = *maker.chance.of(&["", "+"]);
        maker.count(if plus == "+" {
            "path: {+x}"
        } else {
            "path: {x}"
        });
        path.push_str(&format!("{{{plus}{name}}}"));
        let end = *maker.chance.of(&["", ":verb", "/x"]);
        path.push_str(end);
        path.push('/');
        order.push(name.clone());
        let (ty, format) = *maker.chance.of(&[
            ("string", "byte"),
            ("string", ""),
            ("integer", "int32"),
            ("string", "int64"),
        ]);
        let mut parameter =
            json!({"type": ty, "format": format, "location": "path", "required": true});
        maker.facts(&mut parameter);
        parameters.insert(name, parameter);
    }
    let mut path = path.trim_end_matches('/').to_owned();
    for _ in 0..maker.chance.below(4) {
        let name = maker.name("parameter name", &parameters);
        let mut parameter = parameter(maker);
        maker.facts(&mut parameter);
        if maker.chance.percent(15) {
            parameter["required"] = json!(true);
            order.push(name.clone());
        }
        parameters.insert(name, parameter);
    }
    let mut method = json!({"id": maker.text("method id"), "httpMethod": verb});
    if maker.chance.percent(70) {
        method["description"] = json!(maker.text("description"));
    }
    if maker.chance.percent(70) {
        let response = maker.ty(Position::Response, 2);
        method["response"] = response;
    }
    if !matches!(verb, "GET" | "HEAD") && maker.chance.percent(60) {
        let request = maker.ty(Position::Request, 2);
        method["request"] = request;
    }
    if maker.chance.percent(40) {
        method["scopes"] = json!([
            maker.text("scope"),
            "https://www.googleapis.com/auth/cloud-platform"
        ]);
    }
    if maker.chance.percent(8) {
        method["deprecated"] = json!(true);
    }
    let feature = *maker.chance.of(&FEATURES);
    if maker.chance.percent(60) {
        self::feature(maker, feature, &mut method, &mut parameters, &mut order);
    }
    if maker.chance.percent(20) {
        maker.count("path: with a first slash");
        path.insert(0, '/');
    }
    let mut right = Some(path.strip_prefix('/').unwrap_or(&path).to_owned());
    if matches!(maker.rare, Some(("path", _))) {
        // Braces would be an expression, which is wrong in other ways.
        path = format!("a{}", maker.odd("path").replace(['{', '}'], "|"));
        right = address::is_valid_in_a_path(&path).then(|| path.clone());
        if right.is_none() {
            made.refused = Some("odd path");
        }
        parameters.retain(|_, parameter| parameter["location"] != "path");
        order.retain(|name| parameters.contains_key(name));
    } else if maker.chance.percent(1) {
        let wrong = *maker.chance.of(&WRONG);
        maker.count(&format!("wrong: {wrong}"));
        match wrong {
            "schema that is not there" => {
                method["response"] = json!({"$ref": "there is no such schema"});
            }
            "undeclared path parameter" => path.push_str("/{undeclared}"),
            _ => {
                let parameter = json!({"type": "tuple", "location": "query"});
                parameters.insert("wrong".to_owned(), parameter);
            }
        }
        right = None;
        made.refused = Some(wrong);
    }
    method["path"] = json!(path);
    method["parameterOrder"] = json!(order);
    method["parameters"] = Value::from(parameters);
    let full = if resource.is_empty() {
        name.to_owned()
    } else {
        format!("{resource}.{name}")
    };
    if let (Some(base), Some(path)) = (&base.base, right) {
        made.addresses.insert(full, format!("{base}{path}"));
    }
    method
}

fn parameter(maker: &mut Maker) -> Value {
    let mut parameter = match maker.chance.below(4) {
        0 => maker.enumeration(),
        1 => {
            maker.count("type: any as a parameter");
            json!({"type": "any"})
        }
        _ => maker.scalar(),
    };
    if parameter["type"] != "any" {
        let form = if parameter.get("enum").is_some() {
            "enum"
        } else {
            "scalar"
        };
        maker.count(&format!("type: {form} as a parameter"));
    }
    parameter["location"] = json!("query");
    if maker.chance.percent(25) {
        maker.count("parameter: repeated");
        parameter["repeated"] = json!(true);
    }
    parameter
}

fn feature(
    maker: &mut Maker,
    feature: &'static str,
    method: &mut Value,
    parameters: &mut Map<String, Value>,
    order: &mut Vec<String>,
) {
    let query = |ty: &str| json!({"type": ty, "location": "query"});
    let is_get = matches!(method["httpMethod"].as_str(), Some("GET" | "HEAD"));
    match feature {
        "paging: query" | "paging: body" => {
            let items = maker.ty(Position::Property, 1);
            let list = match maker.chance.below(3) {
                0 => json!({"type": "object", "additionalProperties": items}),
                _ => json!({"type": "array", "items": items}),
            };
            method["response"] = json!({"type": "object", "properties": {
                "items": list, "nextPageToken": {"type": "string"}, "unreachable": {"type": "array", "items": {"type": "string"}}}});
            if feature == "paging: query" {
                parameters.insert("pageToken".to_owned(), query("string"));
                parameters.insert("maxResults".to_owned(), query("integer"));
            } else if is_get {
                return;
            } else {
                method["request"] = json!({"type": "object", "properties": {
                    "pageToken": {"type": "string"}, "pageSize": {"type": "integer"}}});
            }
        }
        "media: upload" => {
            let sizes = ["", "10GB", "5497558138880", "1KB"];
            method["supportsMediaUpload"] = json!(true);
            method["mediaUpload"] = json!({"accept": [maker.odd("media range"), maker.text("media range"), "*/*"], "maxSize": maker.chance.of(&sizes),
                "protocols": {"simple": {"multipart": true, "path": "/upload/x"}, "resumable": {"multipart": true, "path": "/r/x"}}});
        }
        "media: download" => {
            method["supportsMediaDownload"] = json!(true);
            method["useMediaDownloadService"] = json!(maker.chance.percent(50));
        }
        "operation: aip151" => {
            method["response"] = json!({"type": "object", "properties": {
                "name": {"type": "string"}, "done": {"type": "boolean"}, "error": {"type": "any"}, "response": {"type": "any"}}});
        }
        "operation: status" => {
            method["response"] = json!({"type": "object", "properties": {
                "name": {"type": "string"}, "status": {"type": "string"}, "operationType": {"type": "string"}}});
        }
        "repeating: requestId" => {
            parameters.insert("requestId".to_owned(), query("string"));
        }
        "repeating: etag" => {
            parameters.insert(
                "ifGenerationMatch".to_owned(),
                json!({"type": "string", "format": "int64", "location": "query"}),
            );
            parameters.insert("etag".to_owned(), query("string"));
        }
        "odd: body of a GET" => {
            if !is_get {
                return;
            }
            method["request"] = json!({"type": "any"});
        }
        "odd: parameter without type" => {
            parameters.insert("untyped".to_owned(), json!({"location": "query"}));
        }
        "odd: parameter without location" => {
            parameters.insert("unplaced".to_owned(), json!({"type": "string"}));
        }
        _ => order.push("no such parameter".to_owned()),
    }
    maker.count(feature);
}

/// A resource whose methods poll and cancel what others start.
fn operations(maker: &mut Maker, base: &Address, made: &mut Made) -> Value {
    maker.count("operation: poll and cancel");
    maker.schemas.push("Operation".to_owned());
    let name = || json!({"name": {"type": "string", "location": "path", "required": true}});
    let mut method = |wire: &str, verb: &str, path: &str, ty: &str| {
        if let Some(base) = &base.base {
            made.addresses
                .insert(format!("operations.{wire}"), format!("{base}{path}"));
        }
        json!({"id": wire, "httpMethod": verb, "path": path, "parameters": name(), "response": {"$ref": ty}})
    };
    json!({"methods": {
        "get": method("get", "GET", "v1/operations/{name}", "Operation"),
        "cancel": method("cancel", "POST", "v1/operations/{name}:cancel", "Operation"),
        "start": method("start", "POST", "v1/things/{name}:start", "Operation"),
    }})
}
