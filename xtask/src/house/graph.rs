//! Circles of files, and imports that go up.

use std::collections::{BTreeMap, BTreeSet};

/// Which file imports which.
pub(super) type Edges = BTreeMap<String, BTreeSet<String>>;

/// Returns the circles of files: every set of at least two files each of which reaches all others. Largest first.
pub(super) fn circles(edges: &Edges) -> Vec<Vec<String>> {
    let mut search = Components {
        edges,
        next: 0,
        index: BTreeMap::new(),
        low: BTreeMap::new(),
        stack: Vec::new(),
        circles: Vec::new(),
    };
    for file in edges.keys() {
        if !search.index.contains_key(file.as_str()) {
            search.visit(file);
        }
    }
    let mut circles = search.circles;
    circles.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    circles
}

/// Tarjan's algorithm.
struct Components<'a> {
    edges: &'a Edges,
    next: usize,
    index: BTreeMap<&'a str, usize>,
    low: BTreeMap<&'a str, usize>,
    stack: Vec<&'a str>,
    circles: Vec<Vec<String>>,
}

impl<'a> Components<'a> {
    fn visit(&mut self, file: &'a str) {
        let index = self.next;
        self.next += 1;
        self.index.insert(file, index);
        self.low.insert(file, index);
        self.stack.push(file);
        for target in self.edges.get(file).into_iter().flatten() {
            let target = target.as_str();
            if !self.index.contains_key(target) {
                self.visit(target);
                self.lower(file, self.low[target]);
            } else if self.stack.contains(&target) {
                self.lower(file, self.index[target]);
            }
        }
        if self.low[file] == index
            && let Some(start) = self.stack.iter().position(|other| *other == file)
        {
            let mut circle: Vec<String> = self.stack.drain(start..).map(str::to_owned).collect();
            if circle.len() > 1 {
                circle.sort();
                self.circles.push(circle);
            }
        }
    }

    fn lower(&mut self, file: &'a str, to: usize) {
        if let Some(low) = self.low.get_mut(file) {
            *low = (*low).min(to);
        }
    }
}

/// The modules of one crate from the lowest floor to the highest.
#[derive(Debug, Default)]
pub(super) struct Floors {
    /// Module paths such as `client/prepared`, with the number of their floor.
    modules: BTreeMap<String, usize>,
}

impl Floors {
    /// Adds `module` to the floor `number`; false where it is listed already.
    pub(super) fn add(&mut self, module: &str, number: usize) -> bool {
        self.modules.insert(module.to_owned(), number).is_none()
    }

    /// Returns the floor of a file, given by its path without `.rs`: the longest listed module that contains it.
    fn of(&self, file: &str) -> Option<usize> {
        let mut module = file;
        loop {
            if let Some(number) = self.modules.get(module) {
                return Some(*number);
            }
            module = module.rsplit_once('/')?.0;
        }
    }

    /// Returns what contradicts the list: files on no floor, listed modules without a file, imports from a higher floor.
    pub(super) fn violations(&self, files: &BTreeSet<String>, edges: &Edges) -> Vec<String> {
        let mut violations = Vec::new();
        for file in files {
            if self.of(module_of(file)).is_none() {
                violations.push(format!("{file} is on no floor"));
            }
        }
        for module in self.modules.keys() {
            let within = format!("{module}/");
            let exists = files
                .iter()
                .map(|file| module_of(file))
                .any(|file| file == module || file.starts_with(&within));
            if !exists {
                violations.push(format!("the floors list {module}, which is no module"));
            }
        }
        for (from, targets) in edges {
            for to in targets {
                if let (Some(low), Some(high)) = (self.of(module_of(from)), self.of(module_of(to)))
                    && low < high
                {
                    violations.push(format!("{from} (floor {low}) imports {to} (floor {high})"));
                }
            }
        }
        violations
    }
}

/// `client/mod.rs` is the module `client`, `redact.rs` is `redact`.
fn module_of(file: &str) -> &str {
    let path = file.strip_suffix(".rs").unwrap_or(file);
    path.strip_suffix("/mod").unwrap_or(path)
}
