//! The depth of the types of a module for rustc, which searches all fields of each to prove that it is `Send` and `Sync`.
//!
//! Each wrapper is a step of that search, and no type is searched twice. A search of more steps than the crate's recursion
//! limit ends with E0275.

use super::components::components;
use super::{Api, Shape, Type, TypeDef};

/// The limit of crates without `recursion_limit`.
const DEFAULT_LIMIT: usize = 128;

/// The steps left for what is below the deepest type (its own fields: text, numbers, any JSON), and for the futures of the program around it.
const MARGIN: usize = 24;

/// The requirement of a module on its crate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Depth {
    /// Where the deepest search begins, as a place in the document.
    pub(crate) path: String,
    pub(crate) steps: usize,
    /// The recursion limit that is enough.
    pub(crate) limit: usize,
}

/// What the module asks for, where the limit of a crate that sets none is not enough.
pub(crate) fn of(api: &Api) -> Option<Depth> {
    let graph = Graph::of(&api.types);
    let bounds = graph.bounds();
    let fits = |steps: usize| steps + MARGIN <= DEFAULT_LIMIT;
    // The bound is far above the depth where many types hold each other; the depth takes longer to find.
    let starts = (0..bounds.len()).filter(|start| !fits(bounds[*start]));
    let mut search = graph.search();
    let deepest = starts.map(|start| (search.depth(start), start));
    let (steps, start) = deepest.max_by_key(|(steps, start)| (*steps, usize::MAX - *start))?;
    let mut limit = DEFAULT_LIMIT;
    while steps + MARGIN > limit {
        limit *= 2;
    }
    (limit > DEFAULT_LIMIT).then(|| Depth {
        path: api.types[start].path.clone(),
        steps,
        limit,
    })
}

/// Of each type: what it holds, in order, and in how many steps rustc gets there.
struct Graph(Vec<Vec<(usize, usize)>>);

impl Graph {
    fn of(defs: &[TypeDef]) -> Self {
        let edges = |def: &TypeDef| match &def.shape {
            // A field is an `Option`.
            Shape::Object(fields) => fields
                .iter()
                .filter_map(|field| edge(&field.ty, 1))
                .collect(),
            Shape::Alias(ty) => edge(ty, 0).into_iter().collect(),
            Shape::Enum(_) => Vec::new(),
        };
        let mut graph = Self(defs.iter().map(edges).collect());
        // Lists of lists of texts lead to no type, and are deep all the same.
        for (from, def) in defs.iter().enumerate() {
            let own = match &def.shape {
                Shape::Object(fields) => fields.iter().map(|field| 1 + leaf(&field.ty)).max(),
                Shape::Alias(ty) => Some(leaf(ty)),
                Shape::Enum(_) => None,
            };
            let end = graph.0.len();
            if let Some(own) = own.filter(|own| *own > 1) {
                graph.0.push(Vec::new());
                graph.0[from].push((end, own));
            }
        }
        graph
    }

    /// At least the depth of each type: a search through types that hold each other passes each of them once at most.
    fn bounds(&self) -> Vec<usize> {
        let component = components(&self.0, |(to, _)| *to);
        let count = component.iter().max().map_or(0, |last| last + 1);
        let mut members = vec![Vec::new(); count];
        for (node, component) in component.iter().enumerate() {
            members[*component].push(node);
        }
        let mut bounds: Vec<usize> = Vec::with_capacity(count);
        for (index, members) in members.iter().enumerate() {
            let (mut inside, mut below) = (0, 0);
            for node in members {
                let mut widest = 0;
                for (to, steps) in &self.0[*node] {
                    if component[*to] == index {
                        widest = widest.max(*steps);
                    } else {
                        below = below.max(steps + bounds[component[*to]]);
                    }
                }
                inside += widest;
            }
            bounds.push(inside + below);
        }
        component.into_iter().map(|index| bounds[index]).collect()
    }

    fn search(&self) -> DepthSearch<'_> {
        DepthSearch {
            graph: self,
            visited: vec![usize::MAX; self.0.len()],
        }
    }
}

/// Walks as rustc does.
struct DepthSearch<'a> {
    graph: &'a Graph,
    /// The last start that led to each type.
    visited: Vec<usize>,
}

impl DepthSearch<'_> {
    /// The most steps from a type.
    fn depth(&mut self, start: usize) -> usize {
        let mut deepest = 0;
        let mut open = vec![(start, 0, 0)];
        self.visited[start] = start;
        while let Some((node, depth, done)) = open.last_mut() {
            deepest = deepest.max(*depth);
            let Some((to, steps)) = self.graph.0[*node].get(*done) else {
                open.pop();
                continue;
            };
            *done += 1;
            let below = *depth + steps;
            if self.visited[*to] != start {
                self.visited[*to] = start;
                open.push((*to, below, 0));
            }
        }
        deepest
    }
}

/// The type that a type leads to, and the steps to it after `before`.
fn edge(ty: &Type, before: usize) -> Option<(usize, usize)> {
    match ty {
        Type::Named(id) => Some((id.0, before + 1)),
        // `Box`, `Unique`, the type.
        Type::Boxed(id) => Some((id.0, before + 3)),
        Type::List(inner) | Type::Map(inner) => edge(inner, before + WRAPPER),
        _ => None,
    }
}

/// The steps of the lists and maps around a scalar.
fn leaf(ty: &Type) -> usize {
    match ty {
        Type::List(inner) | Type::Map(inner) => WRAPPER + leaf(inner),
        _ => 0,
    }
}

/// `Vec`, `RawVec`, `PhantomData`; or `BTreeMap`, `Option`, `NodeRef`.
const WRAPPER: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Document, Source};

    /// The steps of the deepest search from any type, however few.
    fn deepest(api: &Api) -> usize {
        let graph = Graph::of(&api.types);
        let mut search = graph.search();
        (0..graph.0.len())
            .map(|start| search.depth(start))
            .max()
            .unwrap_or_default()
    }

    fn api(schemas: &str) -> Api {
        let text = format!(
            r#"{{"kind": "discovery#restDescription", "name": "a", "version": "v1", "rootUrl": "https://a/", "schemas": {schemas}}}"#
        );
        let document = Document::read(&Source::new("a.json", text), None).unwrap();
        super::super::lower(&document).unwrap()
    }

    /// Schemas `C000`, `C001`, ..., each with a property of the next; the last one of `last`.
    fn chain(length: usize, property: &str, last: &str) -> String {
        let schema = |index: usize| {
            let next = format!(r#"{{"$ref": "C{:03}"}}"#, index + 1);
            let ty = if index + 1 == length {
                last.to_owned()
            } else {
                property.replace("NEXT", &next)
            };
            format!(
                r#""C{index:03}": {{"type": "object", "properties": {{"a": {{"type": "string"}}, "x": {ty}}}}}"#
            )
        };
        let schemas: Vec<String> = (0..length).map(schema).collect();
        format!("{{{}}}", schemas.join(", "))
    }

    #[test]
    fn steps_are_those_of_rustc() {
        // What rustc takes of each form was tried: hops of 2, 4, 5 and 5 steps.
        let text = r#"{"type": "string"}"#;
        assert_eq!(deepest(&api(&chain(10, "NEXT", text))), 18);
        assert_eq!(deepest(&api(&chain(10, "NEXT", r#"{"$ref": "C000"}"#))), 36);
        let list = r#"{"type": "array", "items": NEXT}"#;
        assert_eq!(deepest(&api(&chain(10, list, text))), 45);
        let map = r#"{"type": "object", "additionalProperties": NEXT}"#;
        assert_eq!(deepest(&api(&chain(10, map, text))), 45);
        let nested = format!(
            "{}{text}{}",
            r#"{"type": "array", "items": "#.repeat(40),
            "}".repeat(40)
        );
        assert_eq!(deepest(&api(&format!(r#"{{"A": {nested}}}"#))), 120);
    }

    #[test]
    fn what_is_too_deep_says_what_to_write() {
        let cycle = |length| of(&api(&chain(length, "NEXT", r#"{"$ref": "C000"}"#)));
        assert_eq!(cycle(26), None);
        let depth = cycle(40).unwrap();
        assert_eq!(
            (&*depth.path, depth.steps, depth.limit),
            ("schemas.C000", 156, 256)
        );
        assert_eq!(cycle(1_000).unwrap().limit, 4_096);
        // Many types that hold each other are not deep for that alone.
        let star: Vec<String> = (0..200)
            .map(|index| {
                format!(
                    r#""B{index}": {{"type": "object", "properties": {{"x": {{"$ref": "A"}}}}}}"#
                )
            })
            .collect();
        let rays: Vec<String> = (0..200)
            .map(|index| format!(r#""b{index}": {{"$ref": "B{index}"}}"#))
            .collect();
        let star = format!(
            r#"{{"A": {{"type": "object", "properties": {{{}}}}}, {}}}"#,
            rays.join(", "),
            star.join(", ")
        );
        assert_eq!(of(&api(&star)), None);
    }
}
