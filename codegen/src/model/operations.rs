//! Long-running operations and jobs: which responses are one, which method polls it, and which one cancels it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::draft::Draft;
use super::jobs;
use super::{Job, Location, Operation, OperationShape, Resource, Type, TypeDef, TypeId, Verb};
use crate::{Document, Errors};

/// The methods that get an operation or a job, and the types that are jobs.
pub(super) struct Operations {
    polls: Vec<Poll>,
    jobs: BTreeMap<TypeId, Job>,
    /// The methods that get a job.
    gets: Vec<Get>,
}

impl Operations {
    pub(super) fn of(
        root: &Resource<Draft<'_>>,
        document: &Document,
        defs: &[TypeDef],
        errors: &mut Errors,
    ) -> Self {
        let methods: Vec<&Draft<'_>> = root.all_methods().collect();
        let reading = || {
            let mut all = methods.iter().copied();
            std::iter::from_fn(move || {
                all.find(|method| method.wire == "get" && method.verb == Verb::Get)
            })
        };
        let polls = reading()
            .filter(|method| method.resource.to_ascii_lowercase().ends_with("operations"))
            .filter_map(|method| Poll::of(method, &methods, defs));
        let jobs: BTreeMap<TypeId, Job> = jobs::of(document, defs, errors)
            .into_iter()
            .filter_map(|(name, job)| {
                let is = |def: &TypeDef| def.schema.as_deref() == Some(&*name);
                Some((TypeId(defs.iter().position(is)?), job))
            })
            .collect();
        let gets = reading().filter_map(|method| {
            Some(Get {
                job: job_of(method, &jobs)?,
                path_name: method.path_name.clone(),
                cancel: cancel(method, &methods),
            })
        });
        Self {
            polls: polls.collect(),
            gets: gets.collect(),
            jobs,
        }
    }

    /// The operation that a method responds with.
    pub(super) fn operation(&self, method: &Draft<'_>, defs: &[TypeDef]) -> Option<Operation> {
        self.job(method).or_else(|| self.polled(method, defs))
    }

    /// A method that responds with a job starts one, or gets it. A change of one starts none.
    fn job(&self, method: &Draft<'_>) -> Option<Operation> {
        let id = job_of(method, &self.jobs)?;
        let itself = self
            .gets
            .iter()
            .find(|get| get.path_name == method.path_name);
        if itself.is_none() && method.verb != Verb::Post {
            return None;
        }
        let here = split(&method.path_name, '.');
        let of_job = self.gets.iter().filter(|get| get.job == id);
        let nearest = of_job.max_by_key(|get| {
            (
                common(&here, &split(&get.path_name, '.')),
                Reverse(&get.path_name),
            )
        });
        Some(Operation {
            shape: OperationShape::Job(self.jobs[&id].clone()),
            poll: itself.or(nearest).map(|get| get.path_name.clone()),
            cancel: itself.and_then(|get| get.cancel.clone()),
        })
    }

    fn polled(&self, method: &Draft<'_>, defs: &[TypeDef]) -> Option<Operation> {
        let (response, shape) = shape(method.response.as_ref(), defs)?;
        let itself = self
            .polls
            .iter()
            .find(|poll| poll.path_name == method.path_name);
        let has: BTreeSet<&str> = method.required.iter().map(|p| &*p.wire).collect();
        let shares = |poll: &Poll| poll.shared.iter().all(|name| has.contains(&**name));
        let poll = itself
            .or_else(|| nearest(method, response, &self.polls, shares))
            .or_else(|| {
                let has_address = has_address(response, &shape, defs);
                nearest(method, response, &self.polls, |_| has_address)
            });
        Some(Operation {
            poll: poll.map(|poll| poll.path_name.clone()),
            cancel: itself.and_then(|poll| poll.cancel.clone()),
            shape,
        })
    }
}

/// A method that gets a job.
struct Get {
    job: TypeId,
    path_name: String,
    cancel: Option<String>,
}

fn job_of(method: &Draft<'_>, jobs: &BTreeMap<TypeId, Job>) -> Option<TypeId> {
    match method.response {
        Some(Type::Named(id)) if jobs.contains_key(&id) => Some(id),
        _ => None,
    }
}

/// Returns the shape of an operation, where the type is one.
///
/// AIP-151 operations have a name, `done`, and an error or a response at the end. Those of older APIs have a status and the
/// type of the operation.
fn shape(ty: Option<&Type>, defs: &[TypeDef]) -> Option<(TypeId, OperationShape)> {
    let Some(Type::Named(id)) = ty else {
        return None;
    };
    if has(*id, &["name", "done", "error", "response"], defs) {
        Some((*id, OperationShape::Aip151))
    } else if has(*id, &["name", "status", "operationType"], defs) {
        Some((*id, OperationShape::Status))
    } else {
        None
    }
}

/// Whether a type has all these properties.
fn has(id: TypeId, names: &[&str], defs: &[TypeDef]) -> bool {
    let fields = defs[id.0].fields();
    names
        .iter()
        .all(|name| fields.iter().any(|field| field.wire == *name))
}

/// A method that gets an operation.
struct Poll {
    response: TypeId,
    path_name: String,
    cancel: Option<String>,
    resource: String,
    /// The segments of the path template before the operation itself.
    before: Vec<String>,
    /// The parameters that locate the operation, besides its name.
    shared: BTreeSet<String>,
}

impl Poll {
    fn of(method: &Draft<'_>, all: &[&Draft<'_>], defs: &[TypeDef]) -> Option<Self> {
        let (response, _) = shape(method.response.as_ref(), defs)?;
        let mut before: Vec<&str> = split(&method.path, '/');
        let last = before.pop()?;
        let operation = last
            .strip_prefix('{')?
            .strip_suffix('}')?
            .trim_start_matches('+');
        if before
            .last()
            .is_some_and(|segment| segment.eq_ignore_ascii_case("operations"))
        {
            before.pop();
        }
        let path = method
            .required
            .iter()
            .filter(|parameter| parameter.location == Location::Path);
        Some(Self {
            response,
            path_name: method.path_name.clone(),
            cancel: cancel(method, all),
            resource: method.resource.clone(),
            before: before.into_iter().map(str::to_owned).collect(),
            shared: path
                .map(|parameter| parameter.wire.clone())
                .filter(|wire| *wire != operation)
                .collect(),
        })
    }
}

/// The method beside `get` that cancels what it gets: it takes the same path, and then `cancel`.
fn cancel(get: &Draft<'_>, all: &[&Draft<'_>]) -> Option<String> {
    let paths = [":cancel", "/cancel"].map(|end| format!("{}{end}", get.path));
    let found = all.iter().find(|method| {
        method.resource == get.resource
            && method.wire == "cancel"
            && method.verb == Verb::Post
            && paths.contains(&method.path)
    })?;
    Some(found.path_name.clone())
}

/// Whether an operation contains its own address: its full name, or its URL.
fn has_address(id: TypeId, shape: &OperationShape, defs: &[TypeDef]) -> bool {
    *shape == OperationShape::Aip151 || has(id, &["selfLink"], defs)
}

/// Of the poll methods that can be called, the one whose path and resource share most with those of the method.
fn nearest<'p>(
    method: &Draft<'_>,
    response: TypeId,
    polls: &'p [Poll],
    is_callable: impl Fn(&Poll) -> bool,
) -> Option<&'p Poll> {
    let (path, here) = (split(&method.path, '/'), split(&method.resource, '.'));
    polls
        .iter()
        .filter(|poll| poll.response == response && is_callable(poll))
        .max_by_key(|poll| {
            let resource = split(&poll.resource, '.');
            (
                common(&path, &poll.before),
                common(&here, &resource),
                Reverse(resource.len()),
                Reverse(&poll.path_name),
            )
        })
}

fn split(text: &str, separator: char) -> Vec<&str> {
    text.split(separator).collect()
}

fn common(a: &[&str], b: &[impl AsRef<str>]) -> usize {
    a.iter()
        .zip(b)
        .take_while(|(a, b)| **a == b.as_ref())
        .count()
}
