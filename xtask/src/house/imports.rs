//! Resolves the paths of a crate to the files that define what they name.

use std::collections::BTreeSet;

use super::graph::Edges;
use super::modules::Crate;
use super::paths::Named;

/// What a path names.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Definition {
    Module(usize),
    /// An item, by its file.
    Item(String),
}

/// Returns the edges from each file to the files that define what it names. A name that is only exported again makes no edge.
pub(super) fn edges(tree: &Crate) -> Edges {
    let mut edges = Edges::new();
    for file in &tree.files {
        edges.entry(file.clone()).or_default();
    }
    for (id, module) in tree.modules.iter().enumerate() {
        let mut targets = BTreeSet::new();
        for import in module.imports.values().flatten() {
            if !import.exported
                && let Some(Definition::Item(file)) =
                    tree.path(id, &import.path, true, &mut Visited::new())
            {
                targets.insert(file);
            }
        }
        for named in &module.named {
            if let Some(file) = tree.named(id, named) {
                targets.insert(file);
            }
        }
        for glob in module.globs.iter().filter(|glob| !glob.exported) {
            targets.extend(tree.glob(id, &glob.path));
        }
        targets.remove(&module.file);
        edges
            .entry(module.file.clone())
            .or_default()
            .extend(targets);
    }
    edges
}

/// Names that are being looked up, so that imports of each other end.
type Visited = BTreeSet<(usize, String)>;

impl Crate {
    fn named(&self, id: usize, named: &Named) -> Option<String> {
        if named.is_macro && named.segments.len() <= 2 {
            let name = named.segments.last()?;
            let files = self.macros.get(name);
            if let Some(file) = files.and_then(BTreeSet::first) {
                return Some(file.clone());
            }
        }
        match self.path(id, &named.segments, false, &mut Visited::new())? {
            Definition::Item(file) => Some(file),
            // A macro or an attribute makes paths of it.
            Definition::Module(module) if named.segments.len() > 1 && !named.is_scope => {
                Some(self.modules[module].file.clone())
            }
            Definition::Module(_) => None,
        }
    }

    /// Returns the files that a glob import makes use of without naming them: those of the traits that it brings, and the module's own
    /// where the module has no other names.
    fn glob(&self, id: usize, path: &[String]) -> BTreeSet<String> {
        let mut files = BTreeSet::new();
        match self.path(id, path, true, &mut Visited::new()) {
            Some(Definition::Module(target)) => {
                let module = &self.modules[target];
                if !module.traits.is_empty() {
                    files.insert(module.file.clone());
                }
                let uses = |named: &Named| {
                    let first = named.segments.first();
                    first.is_some_and(|first| {
                        self.lookup(target, first, true, &mut Visited::new())
                            .is_some()
                    })
                };
                if !self.modules[id].named.iter().any(uses) {
                    files.insert(module.file.clone());
                }
            }
            // The variants of an enum.
            Some(Definition::Item(file)) => {
                files.insert(file);
            }
            None => {}
        }
        files
    }

    /// Resolves a path that module `id` has. Its last name may be a module and an item at once; `module` decides.
    fn path(
        &self,
        id: usize,
        segments: &[String],
        module: bool,
        visited: &mut Visited,
    ) -> Option<Definition> {
        let last = segments.len().checked_sub(1)?;
        let mut at = id;
        // Whether the path names a module of this crate so far.
        let mut inside = false;
        for (index, segment) in segments.iter().enumerate() {
            let target = match segment.as_str() {
                "crate" => Definition::Module(self.roots[at]),
                "self" => Definition::Module(at),
                "super" => Definition::Module(self.modules[at].parent?),
                "Self" => return None,
                name => match self.lookup(at, name, index == last && !module, visited) {
                    Some(target) => target,
                    // The name of another crate's item, exported again.
                    None if self.modules[at].imports.contains_key(name) => return None,
                    // Made by a macro that the module calls, or exported to the root by one.
                    None if inside => {
                        let exported = self.macros.get(name).and_then(BTreeSet::first);
                        let file = exported.unwrap_or(&self.modules[at].file);
                        return Some(Definition::Item(file.clone()));
                    }
                    None if self.own_names.contains(name) => Definition::Module(self.roots[at]),
                    None => return None,
                },
            };
            match target {
                Definition::Item(_) => return Some(target),
                Definition::Module(module) => at = module,
            }
            inside = true;
        }
        Some(Definition::Module(at))
    }

    /// Looks a name up in a module. A name may be a module and an item at once; with `last`, where a path ends, the item is meant.
    fn lookup(
        &self,
        id: usize,
        name: &str,
        last: bool,
        visited: &mut Visited,
    ) -> Option<Definition> {
        let module = &self.modules[id];
        let child = module
            .children
            .get(name)
            .map(|child| Definition::Module(*child));
        if !last && child.is_some() {
            return child;
        }
        if module.items.contains(name) {
            return Some(Definition::Item(module.file.clone()));
        }
        if !visited.insert((id, name.to_owned())) {
            return child;
        }
        let mut found = None;
        for import in module.imports.get(name).into_iter().flatten() {
            match self.path(id, &import.path, !last, visited) {
                Some(Definition::Item(file)) if last => {
                    found = Some(Definition::Item(file));
                    break;
                }
                other => found = found.or(other),
            }
        }
        if found.is_none() && !module.imports.contains_key(name) && child.is_none() {
            for glob in &module.globs {
                if let Some(Definition::Module(target)) = self.path(id, &glob.path, true, visited)
                    && target != id
                {
                    found = self.lookup(target, name, last, visited);
                }
                if found.is_some() {
                    break;
                }
            }
        }
        visited.remove(&(id, name.to_owned()));
        found.or(child)
    }
}
