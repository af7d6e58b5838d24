//! The tables of methods, which the runtime reads: the same as those that generated code has, made from the model once.
//!
//! Calls hold references to tables for as long as they live, so tables are never freed. There is one for each method of each document
//! that was asked for, however often the document is opened.

use std::collections::hash_map::RandomState;
use std::collections::{HashMap, HashSet};
use std::hash::BuildHasher as _;
use std::sync::{LazyLock, Mutex, OnceLock, PoisonError, RwLock};

use gapi::discovery as table;
use gapi_codegen::model;

type Cell = &'static OnceLock<&'static table::Method>;

/// The tables of one document.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    shared: OnceLock<Shared>,
    cells: Mutex<HashMap<String, Cell>>,
}

/// The parts of the table of an API that are the same for all of its methods.
#[derive(Debug)]
struct Shared {
    scopes: &'static [&'static str],
    endpoints: &'static [table::Endpoint],
}

/// What the table of a method does not have.
#[derive(Debug)]
pub(crate) struct Facts {
    /// Whether the response is bytes of any type.
    pub(crate) raw_response: bool,
    /// The names of the properties of the response.
    pub(crate) properties: Vec<&'static str>,
}

/// Identifies the bytes of a document: its length and two keyed hashes, which no document can be made to fit.
type Key = (usize, u64, u64);

/// Returns the tables of the document with this text.
pub(crate) fn of_document(text: &str) -> &'static Tables {
    static KEYS: LazyLock<[RandomState; 2]> =
        LazyLock::new(|| [RandomState::new(), RandomState::new()]);
    static KNOWN: Mutex<Option<HashMap<Key, &'static Tables>>> = Mutex::new(None);
    let [first, second] = &*KEYS;
    let key = (text.len(), first.hash_one(text), second.hash_one(text));
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    known
        .get_or_insert_default()
        .entry(key)
        .or_insert_with(|| Box::leak(Box::default()))
}

/// By the address of a table, which is never freed.
static FACTS: RwLock<Option<HashMap<usize, &'static Facts>>> = RwLock::new(None);

/// Returns what the table of a method does not have, if it was made here.
pub(crate) fn facts(method: &'static table::Method) -> Option<&'static Facts> {
    let known = FACTS.read().unwrap_or_else(PoisonError::into_inner);
    known.as_ref()?.get(&address(method)).copied()
}

fn address(method: &'static table::Method) -> usize {
    std::ptr::from_ref(method) as usize
}

impl Tables {
    /// Returns the cell of a method, which is empty until its table is made.
    pub(crate) fn cell(&self, path_name: &str) -> Cell {
        let mut cells = self.cells.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(cell) = cells.get(path_name) {
            return cell;
        }
        let cell: Cell = Box::leak(Box::default());
        cells.insert(path_name.to_owned(), cell);
        cell
    }

    /// Returns the number of methods that have a cell.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.cells.lock().map_or(0, |cells| cells.len())
    }

    /// Returns the table of a method, which is made the first time.
    pub(crate) fn table(&self, api: &model::Api, method: &model::Method) -> &'static table::Method {
        self.cell(&method.path_name).get_or_init(|| {
            let made: &'static table::Method = Box::leak(Box::new(self.make(api, method)));
            let properties = match &method.response {
                Some(model::Type::Named(id)) => match &api.types[id.0].shape {
                    model::Shape::Object(fields) => fields.iter().map(|f| text(&f.wire)).collect(),
                    _ => Vec::new(),
                },
                _ => Vec::new(),
            };
            let facts: &'static Facts = Box::leak(Box::new(Facts {
                raw_response: method.raw_response,
                properties,
            }));
            let mut known = FACTS.write().unwrap_or_else(PoisonError::into_inner);
            known.get_or_insert_default().insert(address(made), facts);
            made
        })
    }

    fn make(&self, api: &model::Api, method: &model::Method) -> table::Method {
        let mut patterns: Vec<&'static str> = Vec::new();
        let mut indices = Vec::new();
        let required = method.required.iter().map(|parameter| (parameter, true));
        let optional = method.optional.iter().map(|parameter| (parameter, false));
        let mut ranges = Vec::new();
        let mut parameters = Vec::new();
        for (parameter, is_required) in required.chain(optional) {
            if let Some(pattern) = &parameter.notes.pattern {
                let pattern = text(pattern);
                let known = patterns.iter().position(|known| *known == pattern);
                let index = known.unwrap_or_else(|| {
                    patterns.push(pattern);
                    patterns.len() - 1
                });
                // No document has as many parameters or patterns.
                if let (Ok(parameter), Ok(pattern)) =
                    (parameters.len().try_into(), index.try_into())
                {
                    indices.push((parameter, pattern));
                }
            }
            if let (Some([minimum, maximum]), Ok(index)) =
                (parameter.range(), parameters.len().try_into())
            {
                ranges.push((index, text(minimum), text(maximum)));
            }
            parameters.push(self::parameter(parameter, is_required));
        }
        let scopes = method
            .scopes
            .iter()
            .filter_map(|index| api.scopes.get(*index));
        let mut made = table::Method::new(
            self.api(api, patterns),
            verb(method.verb),
            text(&method.id),
            text(&method.path),
        )
        .with_parameters(list(parameters))
        .with_patterns(list(indices))
        .with_ranges(list(ranges))
        .with_scopes(texts(scopes.map(|scope| &scope.url)))
        .with_preconditions(list(method.preconditions.iter().map(slot).collect()));
        made.has_response = method.response.is_some();
        made.may_be_empty = method.response.is_some() && method.may_be_empty;
        made.api_version = method.api_version.as_deref().map(text);
        made.paging = method.paging.as_ref().map(paging);
        made.upload = method.upload.as_ref().map(upload);
        made.download = method
            .download
            .map(|download| table::MediaDownload::new(download.service));
        made.operation = method
            .operation
            .as_ref()
            .map(|operation| self.operation(operation));
        made.idempotent = method.idempotent;
        made.request_id = method.request_id;
        made.patching = patching(&method.patching);
        made
    }

    fn api(&self, api: &model::Api, patterns: Vec<&'static str>) -> &'static table::Api {
        let shared = self.shared.get_or_init(|| Shared {
            scopes: texts(api.scopes.iter().map(|scope| &scope.url)),
            endpoints: list(
                api.endpoints
                    .iter()
                    .map(|endpoint| {
                        table::Endpoint::new(text(&endpoint.location), text(&endpoint.url))
                    })
                    .collect(),
            ),
        });
        let mut made = table::Api::new(
            text(&api.name),
            text(&api.version),
            text(&api.revision),
            text(&api.root_url),
        )
        .with_service_path(text(&api.service_path))
        .with_batch_path(text(&api.batch_path))
        .with_scopes(shared.scopes)
        .with_endpoints(shared.endpoints)
        .with_patterns(list(patterns));
        made.mtls_root_url = api.mtls_root_url.as_deref().map(text);
        made.data_wrapper = api.data_wrapper;
        Box::leak(Box::new(made))
    }

    fn operation(&self, operation: &model::Operation) -> table::Operation {
        let made = match &operation.shape {
            model::OperationShape::Aip151 => table::Operation::aip151(),
            model::OperationShape::Status => table::Operation::status(),
            model::OperationShape::Job(job) => {
                let parameters = job.parameters.iter();
                let shape = table::JobShape::new(text(&job.state), text(&job.name))
                    .with_succeeded(texts(&job.succeeded))
                    .with_failed(texts(&job.failed))
                    .with_error(text(job.error.as_deref().unwrap_or_default()))
                    .with_parameters(list(
                        parameters
                            .map(|(name, path)| (text(name), text(path)))
                            .collect(),
                    ));
                table::Operation::job(Box::leak(Box::new(shape)))
            }
        };
        let cell = |name: &Option<String>| Some(self.cell(name.as_deref()?));
        made.linked(cell(&operation.poll), cell(&operation.cancel))
    }
}

/// Returns a text that is never freed, once for each text.
pub(crate) fn text(text: &str) -> &'static str {
    static KNOWN: Mutex<Option<HashSet<&'static str>>> = Mutex::new(None);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let known = known.get_or_insert_default();
    if let Some(known) = known.get(text) {
        return known;
    }
    let made: &'static str = Box::leak(text.into());
    known.insert(made);
    made
}

fn list<T>(items: Vec<T>) -> &'static [T] {
    if items.is_empty() {
        return &[];
    }
    Box::leak(items.into_boxed_slice())
}

fn texts<'a>(items: impl IntoIterator<Item = &'a String>) -> &'static [&'static str] {
    list(items.into_iter().map(|item| text(item)).collect())
}

fn verb(verb: model::Verb) -> table::Verb {
    match verb {
        model::Verb::Get => table::Verb::Get,
        model::Verb::Post => table::Verb::Post,
        model::Verb::Put => table::Verb::Put,
        model::Verb::Patch => table::Verb::Patch,
        model::Verb::Delete => table::Verb::Delete,
        model::Verb::Head => table::Verb::Head,
    }
}

fn parameter(parameter: &model::Parameter, is_required: bool) -> table::Parameter {
    let name = text(&parameter.wire);
    let made = match parameter.location {
        model::Location::Path => table::Parameter::path(name),
        model::Location::Query if is_required => table::Parameter::query(name).required(),
        model::Location::Query => table::Parameter::query(name),
    };
    if parameter.repeated {
        made.repeated()
    } else {
        made
    }
}

fn slot(slot: &model::TokenIn) -> table::Slot {
    match slot {
        model::TokenIn::Query(name) => table::Slot::Query(text(name)),
        model::TokenIn::Body(name) => table::Slot::Body(text(name)),
    }
}

fn paging(paging: &model::Paging) -> table::Paging {
    let mut made = table::Paging::new(slot(&paging.token), text(&paging.next));
    made.size = paging.size.as_ref().map(slot);
    made.items = paging.items.as_ref().map(|items| text(&items.wire));
    made
}

fn upload(upload: &model::Upload) -> table::MediaUpload {
    let mut made = table::MediaUpload::new().with_accept(texts(&upload.accept));
    made.max_size = upload.max_size;
    made.simple = upload.simple;
    made.resumable = upload.resumable;
    made
}

fn patching(patching: &model::Patching) -> Option<&'static table::Patching> {
    let made = match patching {
        model::Patching::Refused(_) => return None,
        model::Patching::Merge => table::Patching::Merge,
        model::Patching::Mask { at, of } => {
            let of = match of {
                model::MaskOf::Body => table::MaskOf::Body,
                model::MaskOf::Property(name) => table::MaskOf::Property(text(name)),
                model::MaskOf::Entries(name) => table::MaskOf::Entries(text(name)),
                model::MaskOf::Names(name) => table::MaskOf::Names(text(name)),
                model::MaskOf::Cleared => table::MaskOf::Cleared,
            };
            table::Patching::Mask(slot(at), of)
        }
    };
    Some(Box::leak(Box::new(made)))
}
