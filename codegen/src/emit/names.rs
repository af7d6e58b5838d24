//! Names in the tokens: identifiers, types, and paths from the module that uses them.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use crate::example::{self, Spelling};
use crate::model::{Api, Method, Resource, Type};

/// The names of one module.
pub(super) struct Names<'a> {
    api: &'a Api,
    /// The modules from the top to each method, and the constant of its table.
    entries: BTreeMap<&'a str, (Vec<&'a str>, &'a str)>,
    /// The patterns of parameters, each once, with their indices.
    patterns: BTreeMap<&'a str, usize>,
    /// The names in examples; `None` where docs have none.
    spelling: Option<Spelling<'a>>,
    pub(super) option: TokenStream,
    pub(super) string: TokenStream,
    pub(super) vec: TokenStream,
    pub(super) boxed: TokenStream,
    pub(super) into_iterator: TokenStream,
    pub(super) from: TokenStream,
    pub(super) as_ref: TokenStream,
}

impl<'a> Names<'a> {
    pub(super) fn new(api: &'a Api, spelling: Option<Spelling<'a>>) -> Names<'a> {
        let prelude = &api.prelude;
        let mut entries = BTreeMap::new();
        collect(&api.root, &mut Vec::new(), &mut entries);
        let patterns = patterns(api).into_iter().zip(0..).collect();
        Names {
            api,
            entries,
            patterns,
            spelling,
            option: path(prelude.option),
            string: path(prelude.string),
            vec: path(prelude.vec),
            boxed: path(prelude.boxed),
            into_iterator: path(prelude.into_iterator),
            from: path(prelude.from),
            as_ref: path(prelude.as_ref),
        }
    }

    /// Returns a type as it is written `depth` modules below the top.
    pub(super) fn ty(&self, ty: &Type, depth: usize) -> TokenStream {
        match ty {
            Type::String => self.string.clone(),
            Type::Bool => quote!(bool),
            Type::I32 => quote!(i32),
            Type::U32 => quote!(u32),
            Type::I64 => quote!(i64),
            Type::U64 => quote!(u64),
            Type::F32 => quote!(f32),
            Type::F64 => quote!(f64),
            Type::Bytes => quote!(__gapi::Bytes),
            Type::DateTime => quote!(__gapi::DateTime),
            Type::Date => quote!(__gapi::Date),
            Type::Duration => quote!(__gapi::Duration),
            Type::FieldMask => quote!(__gapi::FieldMask),
            Type::Any => quote!(__gapi::Value),
            Type::Named(id) => {
                let (up, name) = (up(depth), ident(&self.api.types[id.0].ident));
                quote!(#up #name)
            }
            Type::Boxed(id) => {
                let (boxed, inner) = (&self.boxed, self.ty(&Type::Named(*id), depth));
                quote!(#boxed<#inner>)
            }
            Type::List(item) => {
                let (vec, item) = (&self.vec, self.ty(item, depth));
                quote!(#vec<#item>)
            }
            Type::Map(value) => {
                let (string, value) = (&self.string, self.ty(value, depth));
                quote!(__gapi::BTreeMap<#string, #value>)
            }
        }
    }

    /// Returns the example of a method.
    pub(super) fn example(&self, method: &Method) -> Option<String> {
        let spelling = self.spelling.as_ref()?;
        Some(example::statements(self.api, spelling, method))
    }

    /// Returns the example of a method, if it is called in another form than the one in the docs of its resource.
    pub(super) fn own_example(
        &self,
        method: &Method,
        of_resource: Option<&Method>,
    ) -> Option<String> {
        let is_own = example::differs(method, of_resource?);
        is_own.then(|| self.example(method)).flatten()
    }

    /// Returns the constant of a scope.
    pub(super) fn scope(&self, index: usize) -> Ident {
        ident(&self.api.scopes[index].ident)
    }

    /// Returns the index of a pattern in the table of the API.
    pub(super) fn pattern(&self, pattern: &str) -> Option<usize> {
        self.patterns.get(pattern).copied()
    }

    /// Returns the constant of a method's table as it is written `depth` modules below the top.
    pub(super) fn entry(&self, method: &str, depth: usize) -> Option<TokenStream> {
        let (modules, entry) = self.entries.get(method)?;
        let (up, entry) = (up(depth), ident(entry));
        let modules = modules.iter().map(|module| ident(module));
        Some(quote!(#up #(#modules::)* #entry))
    }
}

/// Returns the patterns of parameters, sorted, each once.
pub(super) fn patterns(api: &Api) -> Vec<&str> {
    let parameters = api
        .root
        .all_methods()
        .flat_map(|method| method.required.iter().chain(&method.optional));
    let patterns: BTreeSet<&str> = parameters
        .filter_map(|parameter| parameter.notes.pattern.as_deref())
        .collect();
    patterns.into_iter().collect()
}

/// The module of methods without a resource.
pub(super) const ROOT_MODULE: &str = "methods";

fn collect<'a>(
    resource: &'a Resource,
    modules: &mut Vec<&'a str>,
    entries: &mut BTreeMap<&'a str, (Vec<&'a str>, &'a str)>,
) {
    for method in &resource.methods {
        let path = if modules.is_empty() {
            vec![ROOT_MODULE]
        } else {
            modules.clone()
        };
        entries.insert(&method.path_name, (path, &method.static_ident));
    }
    for child in &resource.resources {
        modules.push(&child.ident);
        collect(child, modules, entries);
        modules.pop();
    }
}

/// Returns the path to the top: `super::`, `depth` times.
pub(super) fn up(depth: usize) -> TokenStream {
    (0..depth).map(|_| quote!(super::)).collect()
}

/// Returns an identifier of the model, raw if it begins with `r#`.
pub(super) fn ident(name: &str) -> Ident {
    match name.strip_prefix("r#") {
        Some(name) => Ident::new_raw(name, Span::call_site()),
        None => Ident::new(name, Span::call_site()),
    }
}

/// Returns the tokens of a path: `Option` or `::std::option::Option`.
fn path(text: &str) -> TokenStream {
    let mut path = TokenStream::new();
    let absolute = text.starts_with("::");
    for (index, segment) in text.trim_start_matches("::").split("::").enumerate() {
        let segment = ident(segment);
        path.extend(if index > 0 || absolute {
            quote!(::#segment)
        } else {
            quote!(#segment)
        });
    }
    path
}
