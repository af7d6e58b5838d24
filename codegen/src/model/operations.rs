//! Long-running operations and jobs: which responses are one, which method polls it, and which one cancels it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::jobs::{self, Job};
use super::{
    Api, Location, Method, Operation, OperationShape, Resource, Shape, Type, TypeDef, TypeId, Verb,
};
use crate::{Document, Errors};

/// Decides the operations of all methods.
pub(super) fn resolve(api: &mut Api, document: &Document, errors: &mut Errors) {
    let mut polls = Vec::new();
    collect(&api.root, "", &api.types, &mut polls);
    let mut operations = BTreeSet::new();
    assign(&mut api.root, &api.types, &polls, &mut operations);
    let jobs = jobs::of(document, &api.types, errors);
    let jobs: BTreeMap<TypeId, Job> = jobs
        .into_iter()
        .filter_map(|(name, job)| {
            let is = |def: &TypeDef| def.schema.as_deref() == Some(&*name);
            Some((TypeId(api.types.iter().position(is)?), job))
        })
        .collect();
    if !jobs.is_empty() {
        let mut gets = Vec::new();
        collect_gets(&api.root, &jobs, &mut gets);
        assign_jobs(&mut api.root, &jobs, &gets, &mut operations);
    }
    for id in operations {
        api.types[id.0].is_operation = true;
    }
}

/// A method that gets a job.
struct Get {
    job: TypeId,
    path_name: String,
    cancel: Option<String>,
}

fn job_of(method: &Method, jobs: &BTreeMap<TypeId, Job>) -> Option<TypeId> {
    match method.response {
        Some(Type::Named(id)) if jobs.contains_key(&id) => Some(id),
        _ => None,
    }
}

fn collect_gets(resource: &Resource, jobs: &BTreeMap<TypeId, Job>, gets: &mut Vec<Get>) {
    for method in &resource.methods {
        if let Some(job) = job_of(method, jobs)
            && method.wire == "get"
            && method.verb == Verb::Get
        {
            gets.push(Get {
                job,
                path_name: method.path_name.clone(),
                cancel: cancel(resource, method),
            });
        }
    }
    for child in &resource.resources {
        collect_gets(child, jobs, gets);
    }
}

/// What answers with a job starts one, or gets it. A change of one is no beginning.
fn assign_jobs(
    resource: &mut Resource,
    jobs: &BTreeMap<TypeId, Job>,
    gets: &[Get],
    operations: &mut BTreeSet<TypeId>,
) {
    for method in &mut resource.methods {
        let Some(id) = job_of(method, jobs) else {
            continue;
        };
        let itself = gets.iter().find(|get| get.path_name == method.path_name);
        if itself.is_none() && method.verb != Verb::Post {
            continue;
        }
        let here: Vec<String> = method.path_name.split('.').map(str::to_owned).collect();
        let nearest = gets.iter().filter(|get| get.job == id).max_by_key(|get| {
            let there: Vec<String> = get.path_name.split('.').map(str::to_owned).collect();
            (common(&here, &there), Reverse(&get.path_name))
        });
        method.operation = Some(Operation {
            shape: OperationShape::Job(jobs[&id].clone()),
            poll: itself.or(nearest).map(|get| get.path_name.clone()),
            cancel: itself.and_then(|get| get.cancel.clone()),
        });
        operations.insert(id);
    }
    for child in &mut resource.resources {
        assign_jobs(child, jobs, gets, operations);
    }
}

/// The shape of an operation, where the type is one.
///
/// AIP-151 operations have a name, tell when they are done, and end in an error or a response. Older APIs tell a status
/// and the type of the operation.
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
    let Shape::Object(fields) = &defs[id.0].shape else {
        return false;
    };
    names
        .iter()
        .all(|name| fields.iter().any(|field| field.wire == *name))
}

/// A method that gets an operation.
struct Poll {
    answer: TypeId,
    path_name: String,
    cancel: Option<String>,
    resource: Vec<String>,
    /// The segments of the path template before the operation itself.
    before: Vec<String>,
    /// The parameters that say where the operation is, besides its name.
    shared: BTreeSet<String>,
}

fn collect(resource: &Resource, name: &str, defs: &[TypeDef], polls: &mut Vec<Poll>) {
    if name.to_ascii_lowercase().ends_with("operations") {
        let gets = resource
            .methods
            .iter()
            .filter(|method| method.wire == "get" && method.verb == Verb::Get);
        polls.extend(gets.filter_map(|method| poll(resource, method, defs)));
    }
    for child in &resource.resources {
        collect(child, &child.wire, defs, polls);
    }
}

fn poll(resource: &Resource, method: &Method, defs: &[TypeDef]) -> Option<Poll> {
    let (answer, _) = shape(method.response.as_ref(), defs)?;
    let mut before = segments(&method.path);
    let last = before.pop()?;
    let operation = last
        .strip_prefix('{')?
        .strip_suffix('}')?
        .trim_start_matches('+')
        .to_owned();
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
    let shared = path
        .map(|parameter| parameter.wire.clone())
        .filter(|wire| *wire != operation)
        .collect();
    Some(Poll {
        answer,
        path_name: method.path_name.clone(),
        cancel: cancel(resource, method),
        resource: resource.path.split('.').map(str::to_owned).collect(),
        before,
        shared,
    })
}

/// The method beside `get` that cancels what it gets: it takes the same path, and then `cancel`.
fn cancel(resource: &Resource, get: &Method) -> Option<String> {
    let paths = [":cancel", "/cancel"].map(|end| format!("{}{end}", get.path));
    let found = resource.methods.iter().find(|method| {
        method.wire == "cancel" && method.verb == Verb::Post && paths.contains(&method.path)
    })?;
    Some(found.path_name.clone())
}

fn assign(
    resource: &mut Resource,
    defs: &[TypeDef],
    polls: &[Poll],
    operations: &mut BTreeSet<TypeId>,
) {
    let here: Vec<String> = resource.path.split('.').map(str::to_owned).collect();
    for method in &mut resource.methods {
        if let Some((answer, shape)) = shape(method.response.as_ref(), defs) {
            let itself = polls.iter().find(|poll| poll.path_name == method.path_name);
            let poll = itself
                .or_else(|| {
                    let has: BTreeSet<&str> = method
                        .required
                        .iter()
                        .map(|parameter| &*parameter.wire)
                        .collect();
                    nearest(method, &here, answer, polls, |poll| {
                        poll.shared.iter().all(|name| has.contains(&**name))
                    })
                })
                .or_else(|| {
                    nearest(method, &here, answer, polls, |_| {
                        tells_where(answer, &shape, defs)
                    })
                });
            method.operation = Some(Operation {
                shape,
                poll: poll.map(|poll| poll.path_name.clone()),
                cancel: itself.and_then(|poll| poll.cancel.clone()),
            });
            operations.insert(answer);
        }
    }
    for child in &mut resource.resources {
        assign(child, defs, polls, operations);
    }
}

/// Whether an operation itself says where it is: by its full name, or by its URL.
fn tells_where(id: TypeId, shape: &OperationShape, defs: &[TypeDef]) -> bool {
    *shape == OperationShape::Aip151 || has(id, &["selfLink"], defs)
}

/// Of the poll methods that can be called, the one whose path and resource share most with those of the method.
fn nearest<'p>(
    method: &Method,
    here: &[String],
    answer: TypeId,
    polls: &'p [Poll],
    can_be_called: impl Fn(&Poll) -> bool,
) -> Option<&'p Poll> {
    let path = segments(&method.path);
    polls
        .iter()
        .filter(|poll| poll.answer == answer && can_be_called(poll))
        .max_by_key(|poll| {
            (
                common(&path, &poll.before),
                common(here, &poll.resource),
                Reverse(poll.resource.len()),
                Reverse(&poll.path_name),
            )
        })
}

fn segments(path: &str) -> Vec<String> {
    path.split('/').map(str::to_owned).collect()
}

fn common(a: &[String], b: &[String]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}
