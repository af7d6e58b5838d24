//! Which methods of the documents have page streams, item streams and waits, and why the others have none.
//!
//! How many there should be is counted in the documents, by nothing of the generator.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use gapi_codegen::model::Api;
use serde::Deserialize;
use serde_json::Value;

/// What became of the paged methods and the operations of one or more documents.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Streams {
    /// Paged methods, and those that have `pages` and `items`.
    pub(super) paged: usize,
    pub(super) pages: usize,
    pub(super) items: usize,
    /// Methods that start operations, and those that have `wait`.
    pub(super) operations: usize,
    pub(super) waits: usize,
    /// Methods of operations themselves that have `wait`: by them a wait is resumed.
    pub(super) resumes: usize,
    /// Methods that start jobs, and those that have `wait`.
    pub(super) jobs: usize,
    pub(super) job_waits: usize,
    /// The methods without one, by reason.
    pub(super) without: BTreeMap<&'static str, BTreeSet<String>>,
}

const NO_ITEMS: &str =
    "no items: no list of the response is the one that pages; name it in an override";
const NO_POLL: &str =
    "no wait: the document has no method that gets its operations; poll with another version's";
const NO_NAME: &str =
    "no wait: the operation has no name, because the response is the result already";
/// The jobs that can be waited for: documents, and the schema of each.
const JOBS: [(&str, &str); 9] = [
    ("batch.v1", "Job"),
    ("bigquery.v2", "Job"),
    ("dataflow.v1b3", "Job"),
    ("dataform.v1", "WorkflowInvocation"),
    ("dataproc.v1", "Job"),
    ("dataproc.v1beta2", "Job"),
    ("dlp.v2", "GooglePrivacyDlpV2DlpJob"),
    ("transcoder.v1", "Job"),
    ("workflowexecutions.v1", "Execution"),
];
const LOST: &str = "MISSING: neither reason holds";

impl Streams {
    /// Counts in a document, and compares with what was made of it.
    pub(super) fn of(name: &str, document: &Value, api: &Api) -> Self {
        let Ok(document) = Document::deserialize(document) else {
            return Self::default();
        };
        let made: BTreeMap<&str, _> = api
            .root
            .all_methods()
            .map(|method| (&*method.path_name, method))
            .collect();
        let mut streams = Self::default();
        document.tree.each("", &mut |path, resource, method| {
            let made = made.get(path).copied();
            let mut without = |reason: &'static str| {
                let all = streams.without.entry(reason).or_default();
                all.insert(format!("{name} {path}"));
            };
            if document.is_paged(method) {
                streams.paged += 1;
                match made.and_then(|method| method.paging.as_ref()) {
                    Some(paging) if paging.items.is_some() => {
                        streams.pages += 1;
                        streams.items += 1;
                    }
                    Some(_) => {
                        streams.pages += 1;
                        without(NO_ITEMS);
                    }
                    None => without(LOST),
                }
            }
            let waits = made
                .and_then(|method| method.operation.as_ref()?.poll.as_ref())
                .is_some();
            if method.starts_job(name) {
                streams.jobs += 1;
                streams.job_waits += usize::from(waits);
                if !waits {
                    without(LOST);
                }
                return;
            }
            let Some(form) = document.operation(method) else {
                return;
            };
            if is_of_operations(resource) {
                streams.resumes += usize::from(waits);
                return;
            }
            streams.operations += 1;
            if waits {
                streams.waits += 1;
            } else if form == Form::Nameless {
                without(NO_NAME);
            } else if !document.has_poll(method) {
                without(NO_POLL);
            } else {
                without(LOST);
            }
        });
        streams
    }

    pub(super) fn add(&mut self, more: Self) {
        self.paged += more.paged;
        self.pages += more.pages;
        self.items += more.items;
        self.operations += more.operations;
        self.waits += more.waits;
        self.resumes += more.resumes;
        self.jobs += more.jobs;
        self.job_waits += more.job_waits;
        for (reason, methods) in more.without {
            self.without.entry(reason).or_default().extend(methods);
        }
    }

    /// The counts, and the methods without, by name if asked for.
    pub(super) fn report(&self, by_name: bool) -> String {
        let mut text = format!(
            "{}/{} page streams, {}/{} item streams, {}/{} waits ({} more of operations themselves), {}/{} waits of jobs\n",
            self.pages,
            self.paged,
            self.items,
            self.paged,
            self.waits,
            self.operations,
            self.resumes,
            self.job_waits,
            self.jobs
        );
        for (reason, methods) in &self.without {
            let documents: BTreeSet<&str> = methods
                .iter()
                .filter_map(|method| method.split(' ').next())
                .collect();
            let (count, of) = (methods.len(), documents.len());
            let _ = writeln!(text, "  {count} methods of {of} documents: {reason}");
            if by_name {
                for method in methods {
                    let _ = writeln!(text, "    {method}");
                }
            }
        }
        text
    }

    /// Whether every exception has its reason.
    pub(super) fn is_complete(&self) -> bool {
        !self.without.contains_key(LOST)
    }
}

#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    schemas: BTreeMap<String, Schema>,
    #[serde(flatten)]
    tree: Tree,
}

#[derive(Deserialize)]
struct Schema {
    #[serde(default)]
    properties: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
struct Tree {
    #[serde(default)]
    methods: BTreeMap<String, Method>,
    #[serde(default)]
    resources: BTreeMap<String, Tree>,
}

#[derive(Deserialize)]
struct Method {
    #[serde(default)]
    parameters: BTreeMap<String, Value>,
    request: Option<Reference>,
    response: Option<Reference>,
    #[serde(rename = "httpMethod")]
    verb: Option<String>,
}

impl Method {
    fn starts_job(&self, document: &str) -> bool {
        let response = self
            .response
            .as_ref()
            .and_then(|schema| schema.name.as_deref());
        self.verb.as_deref() == Some("POST")
            && JOBS
                .iter()
                .any(|(name, schema)| *name == document && response == Some(schema))
    }
}

#[derive(Deserialize)]
struct Reference {
    #[serde(rename = "$ref")]
    name: Option<String>,
}

/// What an operation looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Named,
    Nameless,
}

impl Document {
    fn has(&self, reference: Option<&Reference>, property: &str) -> bool {
        reference
            .and_then(|reference| self.schemas.get(reference.name.as_ref()?))
            .is_some_and(|schema| schema.properties.contains_key(property))
    }

    fn is_paged(&self, method: &Method) -> bool {
        let tokens = ["pageToken", "nextPageToken"];
        let is_responded = tokens
            .iter()
            .any(|token| self.has(method.response.as_ref(), token));
        let is_asked = tokens.iter().any(|token| {
            method.parameters.contains_key(*token) || self.has(method.request.as_ref(), token)
        });
        is_responded && is_asked
    }

    fn operation(&self, method: &Method) -> Option<Form> {
        let has = |property| self.has(method.response.as_ref(), property);
        if has("done") && has("error") && has("response") {
            let form = if has("name") {
                Form::Named
            } else {
                Form::Nameless
            };
            return Some(form);
        }
        (has("name") && has("status") && has("operationType")).then_some(Form::Named)
    }

    /// Whether some method gets operations like the one that this method starts.
    fn has_poll(&self, method: &Method) -> bool {
        let response = |method: &Method| method.response.as_ref()?.name.clone();
        let mut found = false;
        self.tree.each("", &mut |path, resource, get| {
            found |= is_of_operations(resource)
                && path.ends_with(".get")
                && response(get) == response(method);
        });
        found
    }
}

impl Tree {
    /// Calls `visit` with the path of each method, the name of its resource, and the method.
    fn each(&self, at: &str, visit: &mut dyn FnMut(&str, &str, &Method)) {
        let resource = at.rsplit('.').next().unwrap_or_default();
        let join = |name: &str| {
            if at.is_empty() {
                name.to_owned()
            } else {
                format!("{at}.{name}")
            }
        };
        for (name, method) in &self.methods {
            visit(&join(name), resource, method);
        }
        for (name, child) in &self.resources {
            child.each(&join(name), visit);
        }
    }
}

fn is_of_operations(resource: &str) -> bool {
    resource.to_ascii_lowercase().ends_with("operations")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use gapi_codegen::{Options, Source, generate};
    use serde_json::json;

    use super::*;

    fn streams(name: &str, text: &str) -> Streams {
        let generated = generate(&Source::new(name, text), &Options::new()).expect("a module");
        let document: Value = serde_json::from_str(text).expect("JSON");
        Streams::of(name, &document, &generated.api)
    }

    #[test]
    fn every_vendored_document_has_all_its_streams() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../discovery-docs");
        let mut all = Streams::default();
        for file in crate::workspace::documents(&folder).expect("documents") {
            let name = crate::workspace::stem(&file);
            let text = std::fs::read_to_string(&file).expect("a document");
            all.add(streams(&name, &text));
        }
        assert!(all.is_complete(), "{}", all.report(true));
        assert_eq!(
            (all.pages, all.waits),
            (all.paged, all.operations),
            "{}",
            all.report(true)
        );
        assert!(all.pages > 300 && all.waits > 700, "{}", all.report(true));
        assert!(
            all.jobs > 0 && all.job_waits == all.jobs,
            "{}",
            all.report(true)
        );
        // Its page is a table: rows and columns are lists of their own.
        let without: Vec<&String> = all.without.values().flatten().collect();
        assert_eq!(
            without,
            ["apigee.v1 organizations.environments.securityStats.queryTabularStats"]
        );
        assert_eq!(all.items, all.paged - 1);
    }

    #[test]
    fn exceptions_have_their_reasons() {
        let document = json!({
            "kind": "discovery#restDescription", "name": "a", "version": "v1", "rootUrl": "https://a.example/",
            "schemas": {
                "Operation": {"id": "Operation", "type": "object", "properties": {
                    "name": {"type": "string"}, "done": {"type": "boolean"},
                    "error": {"type": "any"}, "response": {"type": "any"}}},
                "Run": {"id": "Run", "type": "object", "properties": {
                    "done": {"type": "boolean"}, "error": {"type": "any"}, "response": {"type": "any"}}},
                "Page": {"id": "Page", "type": "object", "properties": {"nextPageToken": {"type": "string"}}},
            },
            "methods": {
                "start": {"id": "a.start", "httpMethod": "POST", "path": "s", "response": {"$ref": "Operation"}},
                "run": {"id": "a.run", "httpMethod": "POST", "path": "r", "response": {"$ref": "Run"}},
                "list": {"id": "a.list", "httpMethod": "GET", "path": "l", "response": {"$ref": "Page"},
                    "parameters": {"pageToken": {"type": "string", "location": "query"}}},
            },
        });
        let streams = streams("a.v1", &document.to_string());
        assert_eq!((streams.paged, streams.pages, streams.items), (1, 1, 0));
        assert_eq!((streams.operations, streams.waits), (2, 0));
        assert!(streams.is_complete());
        assert_eq!(
            streams.report(true),
            format!(
                "1/1 page streams, 0/1 item streams, 0/2 waits (0 more of operations themselves), 0/0 waits of jobs\n  \
                 1 methods of 1 documents: {NO_ITEMS}\n    a.v1 list\n  \
                 1 methods of 1 documents: {NO_POLL}\n    a.v1 start\n  \
                 1 methods of 1 documents: {NO_NAME}\n    a.v1 run\n"
            )
        );
    }
}
