//! The modules of one crate as its sources declare them: items, imports and the paths that each module names.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, Item, UseTree};

use super::paths::{Named, Paths, plain, word};
use crate::workspace::Failure;

/// The sources of a crate: path below its `src` folder, and text.
pub(super) type Sources = BTreeMap<String, String>;

#[derive(Debug)]
pub(super) struct Import {
    pub(super) path: Vec<String>,
    /// A name that is exported again is no use of it.
    pub(super) exported: bool,
}

#[derive(Debug, Default)]
pub(super) struct SourceModule {
    pub(super) file: String,
    pub(super) parent: Option<usize>,
    pub(super) children: HashMap<String, usize>,
    pub(super) items: BTreeSet<String>,
    pub(super) traits: BTreeSet<String>,
    pub(super) imports: HashMap<String, Vec<Import>>,
    pub(super) globs: Vec<Import>,
    pub(super) named: Vec<Named>,
    /// Where its files are, below `src`.
    folder: String,
}

/// A name that the crate gives to a type.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TypeName {
    pub(super) name: String,
    pub(super) file: String,
    /// Path of the inline module, where there is one.
    pub(super) within: String,
}

#[derive(Debug, Default)]
pub(super) struct Crate {
    /// The first ones are the roots.
    pub(super) modules: Vec<SourceModule>,
    /// The root that each module belongs to.
    pub(super) roots: Vec<usize>,
    /// Macros by example, with their files.
    pub(super) macros: BTreeMap<String, BTreeSet<String>>,
    pub(super) types: BTreeSet<TypeName>,
    /// Names by which the crate calls itself: `extern crate self as name`.
    pub(super) own_names: BTreeSet<String>,
    /// Files that are compiled without `cfg(test)`.
    pub(super) files: BTreeSet<String>,
}

impl Crate {
    /// Reads the modules that are reached from `lib.rs`, `main.rs` and `bin/*.rs`.
    pub(super) fn read(sources: &Sources) -> Result<Self, Failure> {
        let mut this = Self::default();
        for root in sources.keys() {
            let is_root = root == "lib.rs" || root == "main.rs";
            if is_root || (root.starts_with("bin/") && root.matches('/').count() == 1) {
                let folder = root.rsplit_once('/').map_or("", |(folder, _)| folder);
                let id = this.module(root, None, folder);
                this.file(id, sources)?;
            }
        }
        Ok(this)
    }

    fn module(&mut self, file: &str, parent: Option<usize>, folder: &str) -> usize {
        let id = self.modules.len();
        self.modules.push(SourceModule {
            file: file.to_owned(),
            parent,
            folder: folder.to_owned(),
            ..SourceModule::default()
        });
        self.roots
            .push(parent.map_or(id, |parent| self.roots[parent]));
        self.files.insert(file.to_owned());
        id
    }

    fn file(&mut self, id: usize, sources: &Sources) -> Result<(), Failure> {
        let file = self.modules[id].file.clone();
        let text = sources
            .get(&file)
            .ok_or_else(|| format!("{file} is declared, but does not exist"))?;
        let parsed = syn::parse_file(text).map_err(|error| format!("{file}: {error}"))?;
        self.items(id, parsed.items, sources, "")
    }

    fn items(
        &mut self,
        id: usize,
        items: Vec<Item>,
        sources: &Sources,
        within: &str,
    ) -> Result<(), Failure> {
        for item in items {
            if attributes(&item).iter().any(is_test) {
                continue;
            }
            match item {
                Item::Mod(module) => self.child(id, module, sources, within)?,
                Item::Use(import) => {
                    let exported = !matches!(import.vis, syn::Visibility::Inherited);
                    self.import(id, &import.tree, exported);
                }
                Item::Macro(definition) if definition.mac.path.is_ident("macro_rules") => {
                    if let Some(name) = &definition.ident {
                        let name = plain(name);
                        let file = self.modules[id].file.clone();
                        self.macros.entry(name).or_default().insert(file);
                    }
                    self.scan(id, definition.mac.tokens);
                }
                Item::ExternCrate(own) if own.ident == "self" => {
                    let renamed = own.rename.as_ref();
                    self.own_names.extend(renamed.map(|(_, name)| plain(name)));
                }
                other => {
                    self.declare(id, &other, within);
                    self.scan(id, without_tests(other).into_token_stream());
                }
            }
        }
        Ok(())
    }

    fn child(
        &mut self,
        id: usize,
        module: syn::ItemMod,
        sources: &Sources,
        within: &str,
    ) -> Result<(), Failure> {
        let name = plain(&module.ident);
        let parent = &self.modules[id];
        let (parent_file, parent_folder) = (parent.file.clone(), parent.folder.clone());
        let below = joined(&parent_folder, &name);
        for attribute in &module.attrs {
            self.scan(id, attribute.to_token_stream());
        }
        let child = if let Some((_, items)) = module.content {
            let child = self.module(&parent_file, Some(id), &below);
            let within = format!("{within}{name}::");
            self.items(child, items, sources, &within)?;
            child
        } else if let Some(path) = module.attrs.iter().find_map(path_attribute) {
            let folder = parent_file
                .rsplit_once('/')
                .map_or("", |(folder, _)| folder);
            let file = joined(folder, &path);
            let folder = file
                .rsplit_once('/')
                .map_or("", |(folder, _)| folder)
                .to_owned();
            let child = self.module(&file, Some(id), &folder);
            self.file(child, sources)?;
            child
        } else {
            let inside = format!("{below}/mod.rs");
            let file = if sources.contains_key(&inside) {
                inside
            } else {
                format!("{below}.rs")
            };
            let child = self.module(&file, Some(id), &below);
            self.file(child, sources)?;
            child
        };
        self.modules[id].children.insert(name, child);
        Ok(())
    }

    fn declare(&mut self, id: usize, item: &Item, within: &str) {
        let (name, is_type) = match item {
            Item::Const(item) => (&item.ident, false),
            Item::Enum(item) => (&item.ident, true),
            Item::Fn(item) => (&item.sig.ident, false),
            Item::Static(item) => (&item.ident, false),
            Item::Struct(item) => (&item.ident, true),
            Item::Trait(item) => (&item.ident, true),
            Item::TraitAlias(item) => (&item.ident, true),
            Item::Type(item) => (&item.ident, true),
            Item::Union(item) => (&item.ident, true),
            _ => return,
        };
        let name = plain(name);
        let module = &mut self.modules[id];
        if matches!(item, Item::Trait(_)) {
            module.traits.insert(name.clone());
        }
        if is_type && name != "_" {
            self.types.insert(TypeName {
                name: name.clone(),
                file: module.file.clone(),
                within: within.to_owned(),
            });
        }
        module.items.insert(name);
    }

    /// Adds the paths of an item to its module.
    fn scan(&mut self, id: usize, tokens: TokenStream) {
        let mut paths = Paths::default();
        paths.scan(tokens);
        self.modules[id].named.append(&mut paths.named);
        for tree in &paths.imports {
            self.import(id, tree, false);
        }
    }

    fn import(&mut self, id: usize, tree: &UseTree, exported: bool) {
        let module = &mut self.modules[id];
        leaves(tree, &mut Vec::new(), &mut |path, name| {
            let import = Import {
                path: path.to_vec(),
                exported,
            };
            match name {
                Some(name) => module.imports.entry(name).or_default().push(import),
                None => module.globs.push(import),
            }
        });
    }
}

fn joined(folder: &str, name: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in name.split('/') {
        match part {
            ".." => drop(parts.pop()),
            "." | "" => {}
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Calls `found` with the path and the name of each leaf; a glob has no name.
fn leaves(
    tree: &UseTree,
    path: &mut Vec<String>,
    found: &mut dyn FnMut(&[String], Option<String>),
) {
    match tree {
        UseTree::Path(part) => {
            path.push(plain(&part.ident));
            leaves(&part.tree, path, found);
            path.pop();
        }
        UseTree::Name(name) => {
            let name = plain(&name.ident);
            if name == "self" {
                found(path, path.last().cloned());
            } else {
                path.push(name.clone());
                found(path, Some(name));
                path.pop();
            }
        }
        UseTree::Rename(rename) => {
            let name = plain(&rename.ident);
            let renamed = plain(&rename.rename);
            if name == "self" {
                found(path, Some(renamed));
            } else {
                path.push(name);
                found(path, Some(renamed));
                path.pop();
            }
        }
        UseTree::Glob(_) => found(path, None),
        UseTree::Group(group) => {
            for tree in &group.items {
                leaves(tree, path, found);
            }
        }
    }
}

fn path_attribute(attribute: &Attribute) -> Option<String> {
    let syn::Meta::NameValue(pair) = &attribute.meta else {
        return None;
    };
    if !pair.path.is_ident("path") {
        return None;
    }
    syn::parse2::<syn::LitStr>(pair.value.to_token_stream())
        .ok()
        .map(|text| text.value())
}

/// Whether an attribute is `cfg(test)` or `cfg(all(test, ..))`.
fn is_test(attribute: &Attribute) -> bool {
    let syn::Meta::List(list) = &attribute.meta else {
        return false;
    };
    if !list.path.is_ident("cfg") {
        return false;
    }
    let tokens: Vec<TokenTree> = list.tokens.clone().into_iter().collect();
    match tokens.as_slice() {
        [TokenTree::Ident(name)] => name == "test",
        [TokenTree::Ident(name), TokenTree::Group(group)] if name == "all" => {
            word(&group.stream().into_iter().collect::<Vec<_>>(), 0)
                .is_some_and(|name| name == "test")
        }
        _ => false,
    }
}

/// Removes functions of implementations and traits that only tests have.
fn without_tests(mut item: Item) -> Item {
    match &mut item {
        Item::Impl(item) => item.items.retain(|item| {
            let attributes = match item {
                syn::ImplItem::Fn(item) => &item.attrs,
                syn::ImplItem::Const(item) => &item.attrs,
                syn::ImplItem::Type(item) => &item.attrs,
                syn::ImplItem::Macro(item) => &item.attrs,
                _ => return true,
            };
            !attributes.iter().any(is_test)
        }),
        Item::Trait(item) => item.items.retain(|item| match item {
            syn::TraitItem::Fn(item) => !item.attrs.iter().any(is_test),
            _ => true,
        }),
        _ => {}
    }
    item
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::ExternCrate(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::ForeignMod(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::TraitAlias(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Union(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}
