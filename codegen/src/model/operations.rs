//! Long-running operations: which answers are one, and which method polls it.

use std::collections::BTreeSet;

use super::{
    Location, Method, Operation, OperationShape, Resource, Shape, Type, TypeDef, TypeId, Verb,
};

/// Decides the operations of all methods.
pub(super) fn resolve(root: &mut Resource, defs: &[TypeDef]) {
    let mut polls = Vec::new();
    collect(root, "", defs, &mut polls);
    assign(root, defs, &polls);
}

/// The shape of an operation, where the type is one.
///
/// AIP-151 operations have a name, tell when they are done, and end in an error or a response. Older APIs tell a status
/// and the type of the operation.
fn shape(ty: Option<&Type>, defs: &[TypeDef]) -> Option<(TypeId, OperationShape)> {
    let Some(Type::Named(id)) = ty else {
        return None;
    };
    let Shape::Object(fields) = &defs[id.0].shape else {
        return None;
    };
    let has = |names: &[&str]| {
        names
            .iter()
            .all(|name| fields.iter().any(|field| field.wire == *name))
    };
    if has(&["name", "done", "error", "response"]) {
        Some((*id, OperationShape::Aip151))
    } else if has(&["name", "status", "operationType"]) {
        Some((*id, OperationShape::Status))
    } else {
        None
    }
}

/// A method that gets an operation.
struct Poll {
    answer: TypeId,
    path_name: String,
    resource: Vec<String>,
    /// The segments of the path template before the operation itself.
    before: Vec<String>,
    /// The parameters that the caller's method must have too.
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
    let resource = resource.path.split('.').map(str::to_owned).collect();
    Some(Poll {
        answer,
        path_name: method.path_name.clone(),
        resource,
        before,
        shared,
    })
}

fn assign(resource: &mut Resource, defs: &[TypeDef], polls: &[Poll]) {
    let here: Vec<String> = resource.path.split('.').map(str::to_owned).collect();
    for method in &mut resource.methods {
        if let Some((answer, shape)) = shape(method.response.as_ref(), defs) {
            let poll = nearest(method, &here, answer, polls).map(|poll| poll.path_name.clone());
            method.operation = Some(Operation { shape, poll });
        }
    }
    for child in &mut resource.resources {
        assign(child, defs, polls);
    }
}

/// The poll method that can be called with the parameters of the method, and whose path and resource share most with
/// those of the method.
fn nearest<'p>(
    method: &Method,
    here: &[String],
    answer: TypeId,
    polls: &'p [Poll],
) -> Option<&'p Poll> {
    let has: BTreeSet<&str> = method
        .required
        .iter()
        .map(|parameter| &*parameter.wire)
        .collect();
    let path = segments(&method.path);
    polls
        .iter()
        .filter(|poll| {
            poll.answer == answer && poll.shared.iter().all(|name| has.contains(&**name))
        })
        .max_by_key(|poll| {
            let far = std::cmp::Reverse(poll.resource.len());
            (
                common(&path, &poll.before),
                common(here, &poll.resource),
                far,
                std::cmp::Reverse(&poll.path_name),
            )
        })
}

fn segments(path: &str) -> Vec<String> {
    path.split('/').map(str::to_owned).collect()
}

fn common(a: &[String], b: &[String]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}
