//! One API: everything that the printers need, decided.
//!
//! Identifiers are final (keywords are raw, clashes are resolved). Texts are those of the document, not yet Markdown.

use super::{Endpoint, Resource, Shape, Type, TypeDef};

/// One API: one document.
#[derive(Clone, Debug)]
pub struct Api {
    /// `sqladmin`
    pub name: String,
    /// `v1`
    pub version: String,
    /// `20261018`
    pub revision: String,
    /// The human name.
    pub title: String,
    /// What the API is for.
    pub description: String,
    /// Where the service is documented.
    pub documentation_link: Option<String>,
    /// With a trailing slash.
    pub root_url: String,
    /// Empty or with a trailing slash.
    pub service_path: String,
    /// `batch`
    pub batch_path: String,
    /// With a trailing slash.
    pub mtls_root_url: Option<String>,
    /// Bodies are inside `{"data": ...}`.
    pub data_wrapper: bool,
    /// Sorted by URL. Constants of the module `scope`.
    pub scopes: Vec<Scope>,
    /// Regional endpoints, sorted by location.
    pub endpoints: Vec<Endpoint>,
    /// Every type that the module defines, in the order of printing (schemas sorted by name, each followed by the types made from its inline parts).
    pub types: Vec<TypeDef>,
    /// The methods at the top of the document (one API of the corpus has any) and the top resources.
    pub root: Resource,
    /// How the names of the prelude have to be written, because a generated type hides some of them.
    pub prelude: Prelude,
}

impl Api {
    /// Returns the values of an enum as they are in JSON; none of any other type.
    #[must_use]
    pub fn enum_values(&self, ty: &Type) -> Vec<&str> {
        match ty {
            Type::Named(id) | Type::Boxed(id) => match &self.types[id.0].shape {
                Shape::Enum(variants) => variants.iter().map(|one| one.wire.as_str()).collect(),
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }
}

/// One OAuth scope.
#[derive(Clone, Debug)]
pub struct Scope {
    /// `CLOUD_PLATFORM`
    pub ident: String,
    /// `https://www.googleapis.com/auth/cloud-platform`
    pub url: String,
    /// What it allows.
    pub description: String,
}

/// Names of Rust's prelude that generated code uses, as they have to be written in this module: short, or by full path
/// where a generated type has the same name.
#[derive(Clone, Debug)]
pub struct Prelude {
    /// `Option` or `::std::option::Option`
    pub option: &'static str,
    /// `String`
    pub string: &'static str,
    /// `Vec`
    pub vec: &'static str,
    /// `Box`
    pub boxed: &'static str,
    /// `IntoIterator`
    pub into_iterator: &'static str,
    /// `From`
    pub from: &'static str,
    /// `AsRef`
    pub as_ref: &'static str,
    // `Self` needs no entry: no generated type can have that name.
}
