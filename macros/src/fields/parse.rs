//! A struct and its `#[fields(..)]` attributes.

use heck::ToLowerCamelCase as _;
use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{
    Attribute, Error, Fields, Ident, Item, ItemStruct, LitStr, Path, Result, Type,
    ext::IdentExt as _, meta::ParseNestedMeta, spanned::Spanned as _,
};

use crate::names;
use crate::runtime::{self, Dependency};

/// A type that holds a part of a response.
pub(super) struct Part {
    pub(super) name: Ident,
    /// The schema, where it is known.
    pub(super) of: Option<Type>,
    /// What the derived code uses of gapi.
    pub(super) runtime: TokenStream,
    pub(super) fields: Vec<Field>,
    /// Fields that are not asked for.
    pub(super) skipped: Vec<Ident>,
}

/// A field that is asked for.
pub(super) struct Field {
    pub(super) ident: Ident,
    pub(super) ty: Type,
    /// The property, where no schema is given.
    pub(super) wire: String,
    /// The schema's field, where a schema is given.
    pub(super) schema_field: Ident,
    /// `Default::default()` replaces an absent value.
    pub(super) default: bool,
}

impl Part {
    pub(super) fn parse(tokens: TokenStream) -> Result<Self> {
        let whole = match syn::parse2::<Item>(tokens)? {
            Item::Struct(item) => item,
            other => {
                return Err(Error::new(
                    other.span(),
                    "`Fields` is derived for structs: a response is an object",
                ));
            }
        };
        if !whole.generics.params.is_empty() {
            return Err(Error::new(
                whole.generics.span(),
                "`Fields` is derived for types without parameters: one type, one mask",
            ));
        }
        let (of, package) = type_options(&whole.attrs)?;
        let runtime = match &package {
            Some(package) => quote!(#package::__private::fields),
            None => runtime(of.as_ref(), runtime::dependency(std::env::args()))?,
        };
        let mut part = Self {
            name: whole.ident.clone(),
            of,
            runtime,
            fields: Vec::new(),
            skipped: Vec::new(),
        };
        for field in named(&whole)? {
            let Some(ident) = field.ident.clone() else {
                continue;
            };
            let options = field_options(&field.attrs)?;
            if options.skip {
                part.skipped.push(ident);
                continue;
            }
            let plain = ident.unraw().to_string();
            let wire = match &options.rename {
                Some(rename) => rename.value(),
                None => plain.to_lower_camel_case(),
            };
            let schema_field = match &options.rename {
                Some(rename) => names::field(&rename.value(), rename.span()).ok_or_else(|| {
                    Error::new(rename.span(), "this is not the name of a property")
                })?,
                None => ident.clone(),
            };
            let is_same = |earlier: &Field| match part.of {
                Some(_) => earlier.schema_field == schema_field,
                None => earlier.wire == wire,
            };
            if part.fields.iter().any(is_same) {
                return Err(Error::new(
                    ident.span(),
                    format!("two fields hold the property {wire:?}"),
                ));
            }
            part.fields.push(Field {
                ident,
                ty: field.ty.clone(),
                wire,
                schema_field,
                default: options.default,
            });
        }
        if part.fields.is_empty() {
            return Err(Error::new(
                part.name.span(),
                "no field asks for anything, and an empty mask asks for everything",
            ));
        }
        Ok(part)
    }
}

/// Returns the path of what derived code uses: of the package, or of a generated module, which knows the package.
pub(super) fn runtime(of: Option<&Type>, dependency: Dependency) -> Result<TokenStream> {
    if let Dependency::Named(name) = &dependency {
        return Ok(quote!(::#name::__private::fields));
    }
    if let Some(Type::Path(schema)) = of
        && schema.path.segments.len() > 1
    {
        let mut module = schema.path.clone();
        module.segments.pop();
        return Ok(quote!(#module __gapi::fields));
    }
    if dependency == Dependency::Unknown {
        return Ok(quote!(::gapi::__private::fields));
    }
    let message = "this crate has no dependency on gapi: name the schema with its module, as in `#[fields(of = drive::File)]`, \
                   or the path of gapi, as in `#[fields(crate = library::gapi)]`";
    Err(Error::new(
        of.map_or_else(Span::call_site, Type::span),
        message,
    ))
}

fn named(whole: &ItemStruct) -> Result<impl Iterator<Item = &syn::Field>> {
    match &whole.fields {
        Fields::Named(fields) => Ok(fields.named.iter()),
        _ => Err(Error::new(
            whole.ident.span(),
            "`Fields` is derived for structs with named fields: names are what is asked for",
        )),
    }
}

fn type_options(attributes: &[Attribute]) -> Result<(Option<Type>, Option<Path>)> {
    let (mut of, mut runtime) = (None, None);
    for attribute in ours(attributes) {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("of") {
                once(&of, &meta)?;
                of = Some(meta.value()?.parse()?);
            } else if meta.path.is_ident("crate") {
                once(&runtime, &meta)?;
                runtime = Some(meta.value()?.call(Path::parse_mod_style)?);
            } else {
                return Err(
                    meta.error("a type has `of = path::of::Schema` and `crate = path::of::gapi`")
                );
            }
            Ok(())
        })?;
    }
    Ok((of, runtime))
}

#[derive(Default)]
struct FieldOptions {
    rename: Option<LitStr>,
    default: bool,
    skip: bool,
}

fn field_options(attributes: &[Attribute]) -> Result<FieldOptions> {
    let mut options = FieldOptions::default();
    for attribute in ours(attributes) {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("rename") {
                once(&options.rename, &meta)?;
                options.rename = Some(meta.value()?.parse()?);
            } else if meta.path.is_ident("default") {
                options.default = true;
            } else if meta.path.is_ident("skip") {
                options.skip = true;
            } else {
                return Err(meta.error("a field has `rename = \"..\"`, `default` and `skip`"));
            }
            Ok(())
        })?;
    }
    Ok(options)
}

fn ours(attributes: &[Attribute]) -> impl Iterator<Item = &Attribute> {
    attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("fields"))
}

fn once<T>(earlier: &Option<T>, meta: &ParseNestedMeta<'_>) -> Result<()> {
    match earlier {
        Some(_) => Err(meta.error("this is given twice")),
        None => Ok(()),
    }
}
