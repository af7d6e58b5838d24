//! Finds the public types of a crate by reading its sources.
//!
//! `unreachable_pub` is on in this workspace, so all that is `pub` is reachable. Types that a macro makes are found as
//! `pub struct NAME` among the tokens of its call, and as names that are re-exported without having been found.

use std::{
    collections::{BTreeMap, BTreeSet},
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
    let defined = |name: &String| found.others.contains(name) || found.external.contains(name);
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
    external: BTreeSet<String>,
}

impl Found {
    /// Reads a file whose modules are in `directory`.
    fn file(&mut self, path: &Path, directory: &Path) -> Result<(), String> {
        let at = path.display();
        let text = fs::read_to_string(path).map_err(|error| format!("{at}: {error}"))?;
        let file: File = syn::parse_file(&text).map_err(|error| format!("{at}: {error}"))?;
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
            let external = root.is_some_and(|root| EXTERNAL.contains(&root.to_string().as_str()));
            let names = if external {
                &mut self.external
            } else {
                &mut self.exported
            };
            names.insert(name);
        }
    }
}

/// Crates whose types are re-exported as they are: `Debug` of those is not ours.
const EXTERNAL: [&str; 7] = [
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
    assert!(found.others.contains("Made2") && found.external.contains("Value"));
}

/// What takes a path: the public functions of crates, and the properties of files; and what may be the name of a variable that does.
#[derive(Default)]
pub(crate) struct Paths {
    /// As `crate::Type::function`.
    pub(crate) functions: BTreeSet<String>,
    pub(crate) properties: BTreeSet<String>,
    /// Texts such as `SOME_NAME`.
    pub(crate) capitals: BTreeSet<String>,
    /// Files in which `Path::display` is called.
    pub(crate) displayed_otherwise: BTreeSet<PathBuf>,
    /// The functions with a path that each macro of a crate defines.
    macros: BTreeMap<String, Vec<String>>,
    /// The macros that are called in an `impl` of a type, as `crate::Type::`.
    calls: Vec<(String, String)>,
}

/// Types that hold a path or a part of one.
const PATHS: [&str; 4] = ["Path", "PathBuf", "OsStr", "OsString"];

impl Paths {
    /// Adds the crate called `name` whose root file is `root`.
    pub(crate) fn add(&mut self, name: &str, root: &Path) -> Result<(), String> {
        let directory = root.parent().ok_or("the root file has no directory")?;
        self.file(name, root, directory)?;
        self.expand();
        Ok(())
    }

    /// Adds the functions that macros define in an `impl`.
    fn expand(&mut self) {
        let macros = std::mem::take(&mut self.macros);
        for (ty, name) in std::mem::take(&mut self.calls) {
            let functions = macros.get(&name).into_iter().flatten();
            self.functions
                .extend(functions.map(|function| format!("{ty}{function}")));
        }
    }

    fn file(&mut self, krate: &str, path: &Path, directory: &Path) -> Result<(), String> {
        let at = path.display();
        let text = fs::read_to_string(path).map_err(|error| format!("{at}: {error}"))?;
        let file: File = syn::parse_file(&text).map_err(|error| format!("{at}: {error}"))?;
        self.items(krate, &file.items, directory, path)
    }

    fn items(
        &mut self,
        krate: &str,
        items: &[Item],
        directory: &Path,
        path: &Path,
    ) -> Result<(), String> {
        for item in items {
            match item {
                Item::Mod(item) if is_test(&item.attrs) => continue,
                Item::Mod(item) => {
                    let name = item.ident.to_string();
                    let name = name.trim_start_matches("r#");
                    let inner = directory.join(name);
                    match &item.content {
                        Some((_, items)) => self.items(krate, items, &inner, path)?,
                        None => self.file(krate, &module_file(directory, name)?, &inner)?,
                    }
                    continue;
                }
                Item::Fn(item) if is_public(&item.vis) => {
                    self.function(&format!("{krate}::"), &item.sig);
                }
                Item::Impl(block) if block.trait_.is_none() => {
                    let syn::Type::Path(ty) = &*block.self_ty else {
                        continue;
                    };
                    let ty = ty.path.segments.last().map(|last| last.ident.to_string());
                    let ty = format!("{krate}::{}::", ty.unwrap_or_default());
                    for item in &block.items {
                        match item {
                            syn::ImplItem::Fn(item) if is_public(&item.vis) => {
                                self.function(&ty, &item.sig);
                            }
                            syn::ImplItem::Macro(item) => {
                                let name = item.mac.path.segments.last();
                                let name = name.map(|name| name.ident.to_string());
                                self.calls.push((ty.clone(), name.unwrap_or_default()));
                            }
                            _ => {}
                        }
                    }
                }
                Item::Macro(item) => {
                    if let Some(name) = &item.ident {
                        let functions = functions_with_path(item.mac.tokens.clone());
                        self.macros.insert(name.to_string(), functions);
                    }
                }
                Item::Trait(item) if is_public(&item.vis) => {
                    let ty = format!("{krate}::{}::", item.ident);
                    for item in &item.items {
                        if let syn::TraitItem::Fn(item) = item {
                            self.function(&ty, &item.sig);
                        }
                    }
                }
                _ => {}
            }
            self.tokens(quote::ToTokens::to_token_stream(item), path);
        }
        Ok(())
    }

    fn function(&mut self, ty: &str, signature: &syn::Signature) {
        use quote::ToTokens;
        let given = signature.inputs.to_token_stream();
        let bounds = signature.generics.to_token_stream();
        let limits = signature.generics.where_clause.to_token_stream();
        if [given, bounds, limits].into_iter().any(names_path) {
            self.functions.insert(format!("{ty}{}", signature.ident));
        }
    }

    /// Names in capitals, and the names that readers of files take as paths.
    fn tokens(&mut self, tokens: TokenStream, path: &Path) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        for (at, token) in tokens.iter().enumerate() {
            match token {
                TokenTree::Literal(literal) => {
                    let text = literal.to_string();
                    let name = text.trim_matches('"');
                    let is_capital =
                        |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
                    if text.starts_with('"')
                        && name.contains('_')
                        && name.contains(char::is_alphabetic)
                        && name.chars().all(is_capital)
                    {
                        self.capitals.insert(name.to_owned());
                    }
                }
                TokenTree::Group(group) => {
                    let method = at.checked_sub(1).map(|before| tokens[before].to_string());
                    let is_invoked = at >= 2 && tokens[at - 2].to_string() == ".";
                    match method.as_deref() {
                        Some("named_path" | "required_path") if is_invoked => {
                            let taken = group.stream().to_string();
                            if let Some(name) = taken
                                .strip_prefix('"')
                                .and_then(|rest| rest.strip_suffix('"'))
                            {
                                self.properties.insert(name.to_owned());
                            }
                        }
                        Some("display") if is_invoked && group.stream().is_empty() => {
                            self.displayed_otherwise.insert(path.to_owned());
                        }
                        _ => {}
                    }
                    self.tokens(group.stream(), path);
                }
                TokenTree::Ident(_) | TokenTree::Punct(_) => {}
            }
        }
    }
}

/// The names in `pub fn NAME(...)` whose parameters name a path.
fn functions_with_path(tokens: TokenStream) -> Vec<String> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut found = Vec::new();
    for window in tokens.windows(4) {
        if let [
            TokenTree::Ident(public),
            TokenTree::Ident(function),
            TokenTree::Ident(name),
            TokenTree::Group(parameters),
        ] = window
            && public == "pub"
            && function == "fn"
            && names_path(parameters.stream())
        {
            found.push(name.to_string());
        }
    }
    for token in tokens {
        if let TokenTree::Group(group) = token {
            found.extend(functions_with_path(group.stream()));
        }
    }
    found
}

#[test]
fn finds_functions_that_macros_define() {
    let file: File = syn::parse_str(
        "impl A { constructors!(A); } macro_rules! constructors { ($t:ident) => {
             pub fn open(path: impl AsRef<Path>) -> Self { Self } fn hidden(path: &Path) {} pub fn text(text: &str) {} } }",
    )
    .expect("Rust");
    let mut found = Paths::default();
    let nowhere = Path::new("/nowhere");
    found
        .items("k", &file.items, nowhere, nowhere)
        .expect("no files are needed");
    found.expand();
    assert_eq!(found.functions.iter().collect::<Vec<_>>(), ["k::A::open"]);
}

fn names_path(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(name) => PATHS.contains(&name.to_string().as_str()),
        TokenTree::Group(group) => names_path(group.stream()),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}
