//! The public items of a module, each as one line of text.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Fields, File, ImplItem, Item, Signature, Visibility};

use crate::workspace::Failure;

/// Returns every public item with its signature, without docs, bodies and values. Names of arguments are left out: no call spells them.
pub(super) fn of(module: TokenStream) -> Result<BTreeSet<String>, Failure> {
    let file: File = syn::parse2(module)?;
    let mut found = BTreeSet::new();
    collect("", &file.items, &mut found);
    Ok(found)
}

fn collect(path: &str, items: &[Item], found: &mut BTreeSet<String>) {
    for item in items {
        match item {
            Item::Mod(module) if is_public(&module.vis) => {
                let path = format!("{path}{}::", module.ident);
                found.insert(format!("mod {path}"));
                if let Some((_, items)) = &module.content {
                    collect(&path, items, found);
                }
            }
            Item::Struct(item) if is_public(&item.vis) => {
                let name = format!("{path}{}{}", item.ident, text(&item.generics));
                found.insert(format!("struct {name}"));
                fields(&name, &item.fields, found);
            }
            Item::Enum(item) if is_public(&item.vis) => {
                let name = format!("{path}{}{}", item.ident, text(&item.generics));
                found.insert(format!("enum {name}"));
                for variant in &item.variants {
                    let fields = text(&variant.fields);
                    found.insert(format!("variant {name}::{}{fields}", variant.ident));
                }
            }
            Item::Fn(item) if is_public(&item.vis) => {
                found.insert(format!("{path}{}", signature(&item.sig)));
            }
            Item::Const(item) if is_public(&item.vis) => {
                found.insert(format!("const {path}{}: {}", item.ident, text(&item.ty)));
            }
            Item::Type(item) if is_public(&item.vis) => {
                found.insert(format!("type {path}{} = {}", item.ident, text(&item.ty)));
            }
            Item::Use(item) if is_public(&item.vis) => {
                found.insert(format!("use {path}{}", text(&item.tree)));
            }
            Item::Impl(item) => {
                let trait_ = item.trait_.as_ref().map(|(path, _)| text(path));
                let of = trait_
                    .map(|name| format!("{name} for "))
                    .unwrap_or_default();
                let name = format!("impl {path}{of}{}", text(&item.self_ty));
                if item.trait_.is_some() {
                    found.insert(name.clone());
                }
                for part in &item.items {
                    match part {
                        ImplItem::Fn(part) if is_public(&part.vis) => {
                            found.insert(format!("{name}: {}", signature(&part.sig)));
                        }
                        ImplItem::Const(part) if is_public(&part.vis) => {
                            found.insert(format!("{name}: const {}", part.ident));
                        }
                        ImplItem::Type(part) => {
                            found.insert(format!("{name}: {} = {}", part.ident, text(&part.ty)));
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
}

fn fields(of: &str, fields: &Fields, found: &mut BTreeSet<String>) {
    for field in fields.iter().filter(|field| is_public(&field.vis)) {
        let name = field.ident.as_ref().map(ToString::to_string);
        let name = name.unwrap_or_default();
        found.insert(format!("field {of}.{name}: {}", text(&field.ty)));
    }
}

fn signature(of: &Signature) -> String {
    let inputs: Vec<String> = of
        .inputs
        .iter()
        .map(|input| match input {
            syn::FnArg::Typed(input) => text(&input.ty),
            receiver @ syn::FnArg::Receiver(_) => text(receiver),
        })
        .collect();
    let (name, generics, output) = (&of.ident, text(&of.generics), text(&of.output));
    let bounds = text(&of.generics.where_clause);
    format!(
        "fn {name}{generics}({}) {output} {bounds}",
        inputs.join(", ")
    )
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// Tokens with the names of the prelude short: where a schema has such a name, the module spells the path.
fn text(tokens: &impl ToTokens) -> String {
    let mut text = tokens.to_token_stream().to_string();
    for module in ["option", "string", "vec", "boxed", "result", "convert"] {
        text = text.replace(&format!(":: std :: {module} :: "), "");
    }
    text
}
