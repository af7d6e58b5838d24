//! Compares names and types in Rust, which may differ even where the wire is the same.

use std::collections::BTreeMap;

use super::Rule;
use super::comparison::Comparison;
use crate::json_path;
use crate::model::{Api, Items, Method, Resource, Shape, Type};
use crate::prose::retries;

impl Comparison {
    /// Compares the spelling in Rust, where no other change explains the difference.
    pub(super) fn surface(&mut self, old: &Api, new: &Api) {
        let (was, is) = (spellings(old), spellings(new));
        for ((at, item), before) in &was {
            let Some(after) = is
                .get(&(at.clone(), *item))
                .filter(|after| *after != before)
            else {
                continue;
            };
            if !self.changes.is_broken(at) {
                let message = format!("in Rust, `{before}` became `{after}`");
                self.changes.push(Rule::Spelling, at, message);
            }
        }
        let (was, is) = (methods(old), methods(new));
        for (at, method) in &was {
            if let Some(now) = is.get(at) {
                self.pages(at, (old, method), (new, now));
                self.operation(at, method, now);
                self.retries(at, method, now);
            }
        }
    }

    fn pages(
        &mut self,
        at: &str,
        (old_api, old): (&Api, &Method),
        (new_api, new): (&Api, &Method),
    ) {
        self.offered(
            at,
            (old.paging.is_some(), new.paging.is_some()),
            (Rule::PagesGone, "no longer comes in pages: `pages` is gone"),
            (Rule::PagesNew, "comes in pages: `pages` is new"),
        );
        let (Some(was), Some(is)) = (&old.paging, &new.paging) else {
            return;
        };
        self.offered(
            at,
            (was.items.is_some(), is.items.is_some()),
            (Rule::PagesGone, "`items` is gone"),
            (Rule::PagesNew, "`items` is new"),
        );
        let spelled = |api: &Api, items: &Items| {
            let ty = spelled(api, &items.ty);
            if items.map {
                format!("(String, {ty})")
            } else {
                ty
            }
        };
        if let (Some(was), Some(is)) = (&was.items, &is.items) {
            let (was, is) = (spelled(old_api, was), spelled(new_api, is));
            if was != is {
                let message = format!("`items` gives `{is}`, and gave `{was}`");
                self.changes.push(Rule::PagesGone, at, message);
            }
        }
    }

    /// Compares retries.
    fn retries(&mut self, at: &str, old: &Method, new: &Method) {
        if old.retries() != new.retries() && !self.changes.is_broken(at) {
            let message = format!("{} Before: {}", retries(new), retries(old));
            self.changes.push(Rule::Retries, at, message);
        }
    }

    fn operation(&mut self, at: &str, old: &Method, new: &Method) {
        let polled = |method: &Method| {
            method
                .operation
                .as_ref()
                .is_some_and(|operation| operation.poll.is_some())
        };
        self.offered(
            at,
            (polled(old), polled(new)),
            (
                Rule::WaitGone,
                "no longer starts an operation that can be waited for",
            ),
            (Rule::WaitNew, "starts an operation that can be waited for"),
        );
    }
}

/// Returns every method by its path in the document.
pub(super) fn methods(api: &Api) -> BTreeMap<String, &Method> {
    fn collect<'a>(at: &str, resource: &'a Resource, all: &mut BTreeMap<String, &'a Method>) {
        for method in &resource.methods {
            let at = json_path::join(&json_path::join(at, "methods"), &method.wire);
            all.insert(at, method);
        }
        for child in &resource.resources {
            collect(
                &json_path::join(&json_path::join(at, "resources"), &child.wire),
                child,
                all,
            );
        }
    }
    let mut all = BTreeMap::new();
    collect("", &api.root, &mut all);
    all
}

/// The kind of a name: a property and the type that is made for it have one path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Item {
    Scope,
    Resource,
    Method,
    Value,
    Type,
    Variant,
}

/// The spelling in Rust by the path in the document.
type Spellings = BTreeMap<(String, Item), String>;

fn spellings(api: &Api) -> Spellings {
    let mut all = Spellings::new();
    for scope in &api.scopes {
        let at = json_path::join("auth.oauth2.scopes", &scope.url);
        all.insert((at, Item::Scope), format!("scope::{}", scope.ident));
    }
    resources("", &api.root, &mut all);
    for (at, method) in methods(api) {
        spell_method(api, &at, method, &mut all);
    }
    for def in &api.types {
        all.insert((def.path.clone(), Item::Type), def.ident.clone());
        match &def.shape {
            Shape::Object(fields) => {
                let at = json_path::join(&def.path, "properties");
                for field in fields {
                    let text = format!("{}: Option<{}>", field.ident, spelled(api, &field.ty));
                    all.insert((json_path::join(&at, &field.wire), Item::Value), text);
                }
            }
            Shape::Enum(variants) => {
                let at = json_path::join(&def.path, "enum");
                for variant in variants {
                    let text = format!("{}::{}", def.ident, variant.ident);
                    all.insert((json_path::join(&at, &variant.wire), Item::Variant), text);
                }
            }
            Shape::Alias(ty) => {
                let text = format!("type {} = {}", def.ident, spelled(api, ty));
                all.insert((def.path.clone(), Item::Type), text);
            }
        }
    }
    all
}

fn resources(at: &str, resource: &Resource, all: &mut Spellings) {
    for child in &resource.resources {
        let at = json_path::join(&json_path::join(at, "resources"), &child.wire);
        all.insert((at.clone(), Item::Resource), child.ident.clone());
        resources(&at, child, all);
    }
}

fn spell_method(api: &Api, at: &str, method: &Method, all: &mut Spellings) {
    let text = format!("{}() -> {}", method.ident, method.type_ident);
    all.insert((at.to_owned(), Item::Method), text);
    let at_parameters = json_path::join(at, "parameters");
    for parameter in &method.required {
        // An argument's name is no part of a call.
        let at = json_path::join(&at_parameters, &parameter.wire);
        all.insert((at, Item::Value), spelled(api, &parameter.ty));
    }
    for parameter in &method.optional {
        let text = format!("{}({})", parameter.ident, spelled(api, &parameter.ty));
        all.insert(
            (
                json_path::join(&at_parameters, &parameter.wire),
                Item::Value,
            ),
            text,
        );
    }
    for (key, ty) in [("request", &method.request), ("response", &method.response)] {
        if let Some(ty) = ty {
            all.insert((json_path::join(at, key), Item::Value), spelled(api, ty));
        }
    }
}

/// Returns a type as Rust spells it.
fn spelled(api: &Api, ty: &Type) -> String {
    match ty {
        Type::Named(id) => api.types[id.0].ident.clone(),
        Type::Boxed(id) => format!("Box<{}>", api.types[id.0].ident),
        Type::List(item) => format!("Vec<{}>", spelled(api, item)),
        Type::Map(value) => format!("BTreeMap<String, {}>", spelled(api, value)),
        Type::Any => "Value".to_owned(),
        Type::Bool => "bool".to_owned(),
        Type::I32 => "i32".to_owned(),
        Type::U32 => "u32".to_owned(),
        Type::I64 => "i64".to_owned(),
        Type::U64 => "u64".to_owned(),
        Type::F32 => "f32".to_owned(),
        Type::F64 => "f64".to_owned(),
        scalar => format!("{scalar:?}"),
    }
}
