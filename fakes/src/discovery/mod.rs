//! A judge of requests: routes them by a Discovery document, and refuses what the document does not know, as Google's servers do.

mod check;
mod template;

use std::collections::BTreeMap;

use http::Method as Verb;
use serde_json::Value;

use self::template::Template;
use crate::{Request, rpc::RpcError};

/// The part of a Discovery document that requests are judged by.
#[derive(Clone, Debug)]
pub struct Document {
    methods: Vec<Method>,
    /// Parameters of every method, such as `alt` and `fields`.
    common: Parameters,
    schemas: Value,
}

type Parameters = BTreeMap<String, Value>;

/// A method of the document.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Method {
    /// The method's id, such as `sql.instances.list`.
    pub id: String,
    /// The scopes of which a caller needs one.
    pub scopes: Vec<String>,
    verb: String,
    template: Template,
    /// The path with every segment spelt out: it distinguishes methods whose templates are `v1/{+name}`.
    flat: Template,
    parameters: Parameters,
    request: Option<Value>,
}

/// A request, taken apart by the document.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Call<'a> {
    /// The method that is called.
    pub method: &'a Method,
    /// The values of path parameters, decoded.
    pub path: BTreeMap<String, String>,
    /// The values of query parameters, decoded; the last one where one is repeated.
    pub query: BTreeMap<String, String>,
}

impl Document {
    /// Reads a document.
    ///
    /// # Errors
    /// When it is not JSON.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        let document: Value = serde_json::from_str(text)?;
        let prefix = document["servicePath"].as_str().unwrap_or_default();
        let mut methods = Vec::new();
        collect(&document, prefix, &mut methods);
        Ok(Self {
            methods,
            common: parameters(&document),
            schemas: document["schemas"].clone(),
        })
    }

    /// Finds the method that a request calls, if the document has it.
    pub fn route(&self, request: &Request) -> Option<Call<'_>> {
        let path = request.path.trim_start_matches('/');
        // The more of a template is literal, the more special it is.
        self.methods
            .iter()
            .filter(|method| method.verb == request.method.as_str())
            .filter(|method| method.flat.matches(path).is_some())
            .filter_map(|method| Some((method, method.template.matches(path)?)))
            .max_by_key(|(method, _)| method.flat.literals())
            .map(|(method, path)| Call {
                method,
                path,
                query: request.query_pairs().into_iter().collect(),
            })
    }

    /// Checks the query and the body of a routed request, and returns the body (`{}` where there is none).
    ///
    /// # Errors
    /// A 400 that names every unknown name and every wrong value.
    pub fn check(&self, call: &Call<'_>, request: &Request) -> Result<Value, RpcError> {
        let mut violations = Vec::new();
        self.check_query(call, request, &mut violations);
        let body = self.check_body(call, request, &mut violations);
        if violations.is_empty() {
            Ok(body)
        } else {
            Err(RpcError::bad_request(&violations))
        }
    }

    fn check_query(
        &self,
        call: &Call<'_>,
        request: &Request,
        violations: &mut Vec<(String, String)>,
    ) {
        let mut known: Vec<String> = Vec::new();
        for (name, value) in request.query_pairs() {
            let parameter = call
                .method
                .parameters
                .get(&name)
                .filter(|parameter| parameter["location"] == "query")
                .or_else(|| self.common.get(&name));
            let Some(parameter) = parameter else {
                let text = format!(
                    "Invalid JSON payload received. Unknown name \"{name}\": Cannot bind query parameter. Field '{name}' could not be found in request message."
                );
                violations.push((String::new(), text));
                continue;
            };
            if parameter["repeated"] != true && known.contains(&name) {
                let text = format!(
                    "Invalid value at '{name}': the parameter is not repeated, but given twice."
                );
                violations.push((name.clone(), text));
            }
            if let Err(expected) = check::text(parameter, &value) {
                let text = format!("Invalid value at '{name}' ({expected}), \"{value}\"");
                violations.push((name.clone(), text));
            }
            known.push(name);
        }
        for (name, parameter) in &call.method.parameters {
            if parameter["location"] == "query"
                && parameter["required"] == true
                && !known.contains(name)
            {
                violations.push((name.clone(), format!("Required parameter: {name}")));
            }
        }
    }

    fn check_body(
        &self,
        call: &Call<'_>,
        request: &Request,
        violations: &mut Vec<(String, String)>,
    ) -> Value {
        let empty = Value::Object(serde_json::Map::new());
        let Some(schema) = &call.method.request else {
            if !request.body.is_empty() {
                violations.push((String::new(), "Request body is not allowed.".to_owned()));
            }
            return empty;
        };
        if request.body.is_empty() {
            return empty;
        }
        let is_json = request
            .header("content-type")
            .is_some_and(|kind| kind.starts_with("application/json"));
        match request.json() {
            Ok(body) if is_json => {
                check::value(&self.schemas, schema, &body, "", violations);
                body
            }
            Ok(_) => {
                violations.push((
                    String::new(),
                    "Invalid content type: send application/json.".to_owned(),
                ));
                empty
            }
            Err(error) => {
                violations.push((
                    String::new(),
                    format!("Invalid JSON payload received. {error}"),
                ));
                empty
            }
        }
    }
}

fn parameters(value: &Value) -> Parameters {
    value["parameters"]
        .as_object()
        .map(|map| {
            map.iter()
                .map(|(name, p)| (name.clone(), p.clone()))
                .collect()
        })
        .unwrap_or_default()
}

fn collect(resource: &Value, prefix: &str, methods: &mut Vec<Method>) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    for method in resource["methods"]
        .as_object()
        .into_iter()
        .flat_map(|map| map.values())
    {
        let path = text(&method["path"]);
        methods.push(Method {
            id: text(&method["id"]),
            scopes: method["scopes"]
                .as_array()
                .into_iter()
                .flatten()
                .map(text)
                .collect(),
            verb: match text(&method["httpMethod"]) {
                verb if verb.is_empty() => Verb::GET.to_string(),
                verb => verb,
            },
            template: Template::parse(&format!("{prefix}{path}")),
            flat: Template::parse(&format!(
                "{prefix}{}",
                method["flatPath"].as_str().unwrap_or(&path)
            )),
            parameters: parameters(method),
            request: method.get("request").cloned(),
        });
    }
    for resource in resource["resources"]
        .as_object()
        .into_iter()
        .flat_map(|map| map.values())
    {
        collect(resource, prefix, methods);
    }
}
