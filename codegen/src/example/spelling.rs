//! How an example spells types, and which fields and values it shows.

use crate::model::{self, Api, Field, Type, TypeId, Variant};

/// The names of a module for code beside it.
pub(crate) struct Spelling<'a> {
    api: &'a Api,
    module: String,
    /// The path of the runtime.
    #[cfg(feature = "emit")]
    runtime: String,
}

impl<'a> Spelling<'a> {
    /// Returns the names where the module has the name of its API, and the runtime that of its package.
    pub(crate) fn of(api: &'a Api) -> Self {
        Self {
            api,
            module: model::module_name(&api.name),
            #[cfg(feature = "emit")]
            runtime: "gapi".to_owned(),
        }
    }

    /// Returns the names where the module and the runtime have these.
    #[cfg(feature = "emit")]
    pub(crate) fn in_module(api: &'a Api, module: &str, runtime: &str) -> Self {
        Self {
            api,
            module: module.to_owned(),
            runtime: runtime.to_owned(),
        }
    }

    /// `sqladmin`
    #[cfg(feature = "emit")]
    pub(crate) fn module(&self) -> &str {
        &self.module
    }

    /// `gapi`
    #[cfg(feature = "emit")]
    pub(crate) fn runtime(&self) -> &str {
        &self.runtime
    }

    /// `sqladmin::DatabaseInstance`
    pub(crate) fn named(&self, id: TypeId) -> String {
        format!("{}::{}", self.module, self.api.types[id.0].ident)
    }

    /// Returns a type in code where the names of the prelude are known.
    pub(crate) fn ty(&self, ty: &Type) -> String {
        match ty {
            Type::Bool => "bool".to_owned(),
            Type::I32 => "i32".to_owned(),
            Type::U32 => "u32".to_owned(),
            Type::I64 => "i64".to_owned(),
            Type::U64 => "u64".to_owned(),
            Type::F32 => "f32".to_owned(),
            Type::F64 => "f64".to_owned(),
            Type::String => "String".to_owned(),
            Type::Any => "serde_json::Value".to_owned(),
            Type::Bytes | Type::DateTime | Type::Date | Type::Duration | Type::FieldMask => {
                format!("gapi::value::{ty:?}")
            }
            Type::Named(id) => self.named(*id),
            Type::Boxed(id) => format!("Box<{}>", self.named(*id)),
            Type::List(item) => format!("Vec<{}>", self.ty(item)),
            Type::Map(value) => format!("BTreeMap<String, {}>", self.ty(value)),
        }
    }

    /// Returns a type before `::default()`.
    pub(crate) fn turbofish(&self, ty: &Type) -> String {
        match ty {
            Type::Named(id) => self.named(*id),
            Type::List(_) => "Vec".to_owned(),
            Type::Map(_) => "std::collections::BTreeMap".to_owned(),
            ty => self.ty(ty),
        }
    }
}

/// Returns the fields that a request may set.
pub(crate) fn settable(fields: &[Field]) -> impl Iterator<Item = &Field> {
    fields
        .iter()
        .filter(|field| !field.notes.read_only && !field.deprecated)
}

/// Returns the value to show: not `UNSPECIFIED`, if there is another.
pub(crate) fn likely(variants: &[Variant]) -> Option<&Variant> {
    let is_vague = |variant: &&Variant| {
        let wire = &variant.wire;
        variant.deprecated || wire.ends_with("UNSPECIFIED") || wire.starts_with("UNKNOWN")
    };
    let meaningful = variants.iter().find(|variant| !is_vague(variant));
    meaningful.or_else(|| variants.iter().find(|variant| !variant.deprecated))
}
