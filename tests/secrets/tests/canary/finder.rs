//! Finds the public types of a crate by reading its sources.
//!
//! `unreachable_pub` is on in this workspace, so what says `pub` is reachable. Types that a macro makes are found as
//! `pub struct NAME` among the tokens of its call, and as names that are re-exported without having been found.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use proc_macro2::{TokenStream, TokenTree};
use syn::{Attribute, File, Ident, Item, UseTree, Visibility};

/// The names of all public structs, enums and unions of the crate whose root file is `root`.
pub(crate) fn public_types(root: &Path) -> Result<BTreeSet<String>, String> {
    let mut found = Found::default();
    let directory = root.parent().ok_or("the root file has no directory")?;
    found.file(root, directory)?;
    // Traits and macros are no types; what is defined under another name has that name covered.
    let defined = |name: &String| found.others.contains(name) || found.foreign.contains(name);
    let mut types = found.types.clone();
    types.extend(found.exported.iter().filter(|name| !defined(name)).cloned());
    Ok(types)
}

#[derive(Default)]
struct Found {
    types: BTreeSet<String>,
    /// Public traits and type aliases.
    others: BTreeSet<String>,
    /// Re-exported from within the crate.
    exported: BTreeSet<String>,
    /// Re-exported from another crate.
    foreign: BTreeSet<String>,
}

impl Found {
    /// Reads a file whose modules are in `directory`.
    fn file(&mut self, path: &Path, directory: &Path) -> Result<(), String> {
        let place = path.display();
        let text = fs::read_to_string(path).map_err(|error| format!("{place}: {error}"))?;
        let file: File = syn::parse_file(&text).map_err(|error| format!("{place}: {error}"))?;
        self.items(&file.items, directory)
    }

    fn items(&mut self, items: &[Item], directory: &Path) -> Result<(), String> {
        for item in items {
            match item {
                Item::Struct(item) => self.add(&item.vis, &item.ident),
                Item::Enum(item) => self.add(&item.vis, &item.ident),
                Item::Union(item) => self.add(&item.vis, &item.ident),
                Item::Trait(item) => self.add_other(&item.ident),
                Item::Type(item) => self.add_other(&item.ident),
                Item::Macro(item) => self.tokens(item.mac.tokens.clone()),
                Item::Use(item) if is_public(&item.vis) => self.exports(&item.tree, None),
                Item::Mod(item) if !is_test(&item.attrs) => {
                    let name = item.ident.to_string();
                    let name = name.trim_start_matches("r#");
                    let inner = directory.join(name);
                    match &item.content {
                        Some((_, items)) => self.items(items, &inner)?,
                        None => self.file(&module_file(directory, name)?, &inner)?,
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn add(&mut self, visibility: &Visibility, name: &Ident) {
        if is_public(visibility) {
            self.types.insert(name.to_string());
        }
    }

    fn add_other(&mut self, name: &Ident) {
        self.others.insert(name.to_string());
    }

    /// `pub struct NAME` within a macro's call or definition.
    fn tokens(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        for window in tokens.windows(3) {
            if let [
                TokenTree::Ident(public),
                TokenTree::Ident(kind),
                TokenTree::Ident(name),
            ] = window
                && public == "pub"
                && (kind == "struct" || kind == "enum" || kind == "union")
            {
                self.types.insert(name.to_string());
            }
        }
        for token in tokens {
            if let TokenTree::Group(group) = token {
                self.tokens(group.stream());
            }
        }
    }

    /// The type-like names of a `pub use`. `root` is the path's first name.
    fn exports(&mut self, tree: &UseTree, root: Option<&Ident>) {
        match tree {
            UseTree::Path(path) => self.exports(&path.tree, root.or(Some(&path.ident))),
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.exports(tree, root);
                }
            }
            UseTree::Name(name) => self.export(&name.ident, root),
            // The name inside the crate is what is defined, and found.
            UseTree::Rename(rename) => self.export(&rename.ident, root),
            UseTree::Glob(_) => {}
        }
    }

    fn export(&mut self, name: &Ident, root: Option<&Ident>) {
        let name = name.to_string();
        if name.starts_with(char::is_uppercase) && name.contains(char::is_lowercase) {
            let foreign = root.is_some_and(|root| FOREIGN.contains(&root.to_string().as_str()));
            let names = if foreign {
                &mut self.foreign
            } else {
                &mut self.exported
            };
            names.insert(name);
        }
    }
}

/// Crates whose types are re-exported as they are: `Debug` of those is not ours.
const FOREIGN: [&str; 7] = [
    "std",
    "serde",
    "serde_json",
    "bytes",
    "http",
    "gapi_auth",
    "gapi_transport",
];

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// Whether an item is compiled in tests only.
fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .parse_args::<Ident>()
                .is_ok_and(|name| name == "test")
    })
}

fn module_file(directory: &Path, name: &str) -> Result<PathBuf, String> {
    let candidates = [
        directory.join(format!("{name}.rs")),
        directory.join(name).join("mod.rs"),
    ];
    candidates
        .iter()
        .find(|path| path.exists())
        .cloned()
        .ok_or_else(|| format!("no file for module {name} in {}", directory.display()))
}

#[test]
fn finds_what_is_public_and_only_that() {
    let file: File = syn::parse_str(
        "pub struct A; struct B; pub(crate) enum C {} pub enum D {}
         mod inner { pub struct Eagle; #[cfg(test)] mod tests { pub struct F; } }
         make! { pub struct G { x: u8 } }
         pub use inner::{Eagle, Made, helper, CONSTANT}; pub use serde_json::Value; pub use crate::Thing as Renamed;
         pub trait Made2 {} pub use self::Made2;",
    )
    .expect("Rust");
    let mut found = Found::default();
    found
        .items(&file.items, Path::new("/nowhere"))
        .expect("no files are needed");
    assert_eq!(
        found.types.iter().collect::<Vec<_>>(),
        ["A", "D", "Eagle", "G"]
    );
    assert_eq!(
        found.exported.iter().collect::<Vec<_>>(),
        ["Eagle", "Made", "Made2", "Thing"]
    );
    assert!(found.others.contains("Made2") && found.foreign.contains("Value"));
}
