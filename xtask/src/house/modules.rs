//! The modules of one crate as its sources declare them: items, imports and the paths that each module names.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, Item, UseTree};

use crate::Failure;

/// The sources of a crate: path below its `src` folder, and text.
pub(super) type Sources = BTreeMap<String, String>;

/// A path as it is written, such as `crate::client::Client` or `Client`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) segments: Vec<String>,
    /// `name!(..)`: names a macro.
    pub(super) called: bool,
}

#[derive(Debug)]
pub(super) struct Import {
    pub(super) path: Vec<String>,
    /// A name that is exported again is no use of it.
    pub(super) exported: bool,
}

#[derive(Debug, Default)]
pub(super) struct Module {
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
    pub(super) modules: Vec<Module>,
    /// The root that each module belongs to.
    pub(super) roots: Vec<usize>,
    /// Macros by example, with their files.
    pub(super) macros: BTreeMap<String, BTreeSet<String>>,
    pub(super) types: BTreeSet<TypeName>,
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
        self.modules.push(Module {
            file: file.to_owned(),
            parent,
            folder: folder.to_owned(),
            ..Module::default()
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

    /// Collects every path of `tokens`: in expressions, types, patterns, bounds, attributes and the bodies of macros.
    fn scan(&mut self, id: usize, tokens: TokenStream) {
        let trees: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while at < trees.len() {
            at = match &trees[at] {
                TokenTree::Group(group) => {
                    let attribute = group.delimiter() == Delimiter::Bracket && at > 0;
                    if attribute && (is_punct(&trees, at - 1, '#') || is_punct(&trees, at - 1, '!'))
                    {
                        self.scan_attribute_texts(id, group.stream());
                    }
                    self.scan(id, group.stream());
                    at + 1
                }
                TokenTree::Ident(_) => self.scan_word(id, &trees, at),
                _ => at + 1,
            };
        }
    }

    fn scan_word(&mut self, id: usize, trees: &[TokenTree], at: usize) -> usize {
        let first = word(trees, at).unwrap_or_default();
        if first == "use" && !is_punct(trees, at + 1, '<') {
            return self.scan_use(id, trees, at);
        }
        let follows_path = at >= 2 && is_punct(trees, at - 1, ':') && is_punct(trees, at - 2, ':');
        let field =
            at >= 1 && is_punct(trees, at - 1, '.') && !(at >= 2 && is_punct(trees, at - 2, '.'));
        let lifetime = at >= 1 && is_punct(trees, at - 1, '\'');
        let variable = at >= 1 && is_punct(trees, at - 1, '$') && first != "crate";
        let mut segments = vec![first];
        let mut next = at + 1;
        while is_punct(trees, next, ':') && is_punct(trees, next + 1, ':') {
            let Some(segment) = word(trees, next + 2) else {
                break;
            };
            segments.push(segment);
            next += 3;
        }
        if follows_path || field || lifetime || variable || self.is_declaration(trees, at) {
            return next;
        }
        let called = is_punct(trees, next, '!') && !is_punct(trees, next + 1, '=');
        let keyword = segments.len() == 1 && KEYWORDS.contains(&segments[0].as_str());
        if !keyword {
            self.modules[id].named.push(Named { segments, called });
        }
        next
    }

    /// Whether the word at `at` is a name that is declared there: an item's, a variable's, a field's.
    #[expect(clippy::unused_self, reason = "beside the function that it belongs to")]
    fn is_declaration(&self, trees: &[TokenTree], at: usize) -> bool {
        let introduced = at >= 1
            && word(trees, at - 1).is_some_and(|before| DECLARING.contains(&before.as_str()));
        let typed = is_punct(trees, at + 1, ':') && !is_punct(trees, at + 2, ':');
        introduced || typed
    }

    /// A `use` within a function, which counts as one of the module.
    fn scan_use(&mut self, id: usize, trees: &[TokenTree], at: usize) -> usize {
        let end = (at..trees.len())
            .find(|index| is_punct(trees, *index, ';'))
            .unwrap_or(trees.len() - 1);
        let tokens: TokenStream = trees[at..=end].iter().cloned().collect();
        if let Ok(import) = syn::parse2::<syn::ItemUse>(tokens) {
            self.import(id, &import.tree, false);
        }
        end + 1
    }

    /// Paths in texts of attributes, as in `#[serde(with = "crate::text")]`.
    fn scan_attribute_texts(&mut self, id: usize, tokens: TokenStream) {
        let trees: Vec<TokenTree> = tokens.into_iter().collect();
        if word(&trees, 0).is_some_and(|name| name == "doc") {
            return;
        }
        for tree in trees {
            match tree {
                TokenTree::Group(group) => self.scan_attribute_texts(id, group.stream()),
                TokenTree::Literal(literal) => {
                    let text = literal.to_string();
                    let path = syn::parse_str::<syn::LitStr>(&text)
                        .ok()
                        .and_then(|text| text.parse::<syn::Path>().ok());
                    if let Some(path) = path.filter(|path| path.segments.len() > 1) {
                        let segments = path.segments.iter().map(|part| plain(&part.ident));
                        self.modules[id].named.push(Named {
                            segments: segments.collect(),
                            called: false,
                        });
                    }
                }
                TokenTree::Ident(_) | TokenTree::Punct(_) => {}
            }
        }
    }
}

/// Words after which a name is declared.
const DECLARING: &[&str] = &[
    "fn", "let", "mut", "struct", "enum", "union", "trait", "type", "const", "static", "mod", "ref",
];

/// Words that name nothing when they are alone.
const KEYWORDS: &[&str] = &[
    "as", "async", "await", "box", "break", "const", "continue", "crate", "dyn", "else", "enum",
    "extern", "false", "fn", "for", "if", "impl", "in", "let", "loop", "match", "mod", "move",
    "mut", "pub", "ref", "return", "self", "Self", "static", "struct", "super", "trait", "true",
    "type", "unsafe", "use", "where", "while", "yield",
];

fn is_punct(trees: &[TokenTree], at: usize, punct: char) -> bool {
    matches!(trees.get(at), Some(TokenTree::Punct(found)) if found.as_char() == punct)
}

fn word(trees: &[TokenTree], at: usize) -> Option<String> {
    match trees.get(at) {
        Some(TokenTree::Ident(ident)) => Some(plain(ident)),
        _ => None,
    }
}

/// Returns a name without `r#`.
fn plain(ident: &proc_macro2::Ident) -> String {
    let name = ident.to_string();
    name.strip_prefix("r#").map_or(name.clone(), str::to_owned)
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
