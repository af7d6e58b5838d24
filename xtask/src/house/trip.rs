//! Checks the trip of a call, a list of files and functions, against the sources.

use std::collections::BTreeSet;
use std::path::Path;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{ImplItem, Item, TraitItem, Type};

use crate::workspace::Failure;

/// The most files of a trip.
const MOST_FILES: usize = 15;

/// Returns what is not true of the trip: functions that do not exist or do not name the next one, files that it returns to, too many files.
pub(super) fn untrue(
    trip: &[(String, String)],
    source: &dyn Fn(&Path) -> Result<String, Failure>,
) -> Result<Vec<String>, Failure> {
    let mut untrue = Vec::new();
    let mut files: Vec<&str> = Vec::new();
    for (index, (file, function)) in trip.iter().enumerate() {
        if files.last() != Some(&file.as_str()) {
            if files.contains(&file.as_str()) {
                untrue.push(format!("the trip returns to {file}"));
            }
            files.push(file);
        }
        let Ok(text) = source(Path::new(file)) else {
            untrue.push(format!("{file} does not exist"));
            continue;
        };
        let parsed = syn::parse_file(&text).map_err(|error| format!("{file}: {error}"))?;
        let bodies = bodies(&parsed.items, function);
        if bodies.is_empty() {
            untrue.push(format!("{file} has no function {function}"));
            continue;
        }
        if let Some((_, next)) = trip.get(index + 1) {
            let name = last_segment(next);
            if !bodies.iter().any(|body| names(body.clone(), name)) {
                untrue.push(format!("{file}: {function} does not name {name}"));
            }
        }
    }
    let distinct: BTreeSet<&str> = files.into_iter().collect();
    if distinct.len() > MOST_FILES {
        untrue.push(format!("the trip has {} files", distinct.len()));
    }
    Ok(untrue)
}

fn last_segment(function: &str) -> &str {
    function.rsplit("::").next().unwrap_or(function)
}

/// Returns the bodies of the functions called `wanted`: `name`, or `Type::name` for one of an implementation or trait.
fn bodies(items: &[Item], wanted: &str) -> Vec<TokenStream> {
    let (of, name) = match wanted.rsplit_once("::") {
        Some((of, name)) => (Some(of), name),
        None => (None, wanted),
    };
    let mut found = Vec::new();
    for item in items {
        match item {
            Item::Fn(item) if of.is_none() && item.sig.ident == name => {
                found.push(item.block.to_token_stream());
            }
            Item::Impl(item) if of.is_none_or(|of| is_type(&item.self_ty, of)) => {
                for item in &item.items {
                    if let ImplItem::Fn(item) = item
                        && item.sig.ident == name
                    {
                        found.push(item.block.to_token_stream());
                    }
                }
            }
            Item::Trait(item) if of.is_none_or(|of| item.ident == of) => {
                for item in &item.items {
                    if let TraitItem::Fn(item) = item
                        && item.sig.ident == name
                    {
                        found.push(item.default.to_token_stream());
                    }
                }
            }
            Item::Mod(item) => {
                let items = item.content.as_ref().map(|(_, items)| items.as_slice());
                found.extend(bodies(items.unwrap_or_default(), wanted));
            }
            Item::Macro(item) => in_macro(item.mac.tokens.clone(), name, &mut found),
            _ => {}
        }
    }
    found
}

fn is_type(found: &Type, wanted: &str) -> bool {
    match found {
        Type::Path(found) => {
            let last = found.path.segments.last();
            last.is_some_and(|segment| segment.ident == wanted)
        }
        Type::Reference(found) => is_type(&found.elem, wanted),
        _ => false,
    }
}

/// Finds `fn name .. { body }` in the tokens of a macro.
fn in_macro(tokens: TokenStream, name: &str, found: &mut Vec<TokenStream>) {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, tree) in trees.iter().enumerate() {
        match tree {
            TokenTree::Ident(word) if word == "fn" => {
                let is_wanted =
                    matches!(trees.get(at + 1), Some(TokenTree::Ident(found)) if found == name);
                let body = trees[at..].iter().find_map(|tree| match tree {
                    TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                        Some(group.stream())
                    }
                    _ => None,
                });
                found.extend(body.filter(|_| is_wanted));
            }
            TokenTree::Group(group) => in_macro(group.stream(), name, found),
            _ => {}
        }
    }
}

/// Whether the tokens have the identifier `name`.
fn names(tokens: TokenStream, name: &str) -> bool {
    tokens.into_iter().any(|tree| match tree {
        TokenTree::Ident(word) => word == name,
        TokenTree::Group(group) => names(group.stream(), name),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}
