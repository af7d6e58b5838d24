//! Methods: their tables, the functions that make requests, and the requests.

use proc_macro2::TokenStream;
use quote::quote;

use super::docs;
use super::names::{Names, ident};
use super::schema::deprecated;
use super::table;
use crate::model::{Api, Items, MaskOf, Method, Parameter, Patching, Shape, Type};

/// Returns the function of a handle that makes the request. `of_resource` is the method in the example of its resource.
pub(super) fn constructor(
    api: &Api,
    method: &Method,
    of_resource: Option<&Method>,
    depth: usize,
    names: &Names<'_>,
) -> TokenStream {
    let example = names.own_example(method, of_resource);
    make(api, method, depth, names, example, Some(quote!(self,)))
}

/// Returns the function that makes the request of a method without a resource.
pub(super) fn function(
    api: &Api,
    method: &Method,
    of_resource: Option<&Method>,
    names: &Names<'_>,
) -> TokenStream {
    let example = names.own_example(method, of_resource);
    make(api, method, 1, names, example, None)
}

fn make(
    api: &Api,
    method: &Method,
    depth: usize,
    names: &Names<'_>,
    example: Option<String>,
    receiver: Option<TokenStream>,
) -> TokenStream {
    let scopes = format!("{}scope", "super::".repeat(depth));
    let doc = docs::method(api, method, &scopes)
        .example(example)
        .attribute();
    let deprecated = deprecated(method.deprecated);
    let (name, request, entry) = (
        ident(&method.ident),
        ident(&method.type_ident),
        ident(&method.static_ident),
    );
    let arguments = method.required.iter().map(|parameter| {
        let (name, ty) = (ident(&parameter.ident), accepted(parameter, depth, names));
        quote!(#name: #ty,)
    });
    let values = method
        .required
        .iter()
        .map(|parameter| with(parameter, &ident(&parameter.ident), depth, names));
    let is_update = !matches!(method.patching, Patching::Refused(_));
    let body = method.request.as_ref().map(|ty| {
        let ty = names.ty(ty, depth);
        if is_update {
            quote!(body: impl __gapi::IntoUpdate<#ty>)
        } else {
            quote!(body: impl __gapi::IntoBody<#ty>)
        }
    });
    let with_body = method.request.as_ref().map(|_| {
        if is_update {
            quote!(.with_update(body))
        } else {
            quote!(.with_body(body.into_body()))
        }
    });
    quote! {
        #doc
        #deprecated
        #[inline]
        pub fn #name(#receiver #(#arguments)* #body) -> #request {
            #request(__gapi::Call::new(&#entry) #(#values)* #with_body)
        }
    }
}

/// Returns the schemas that hold the object that their method changes. The method takes patches of both.
pub(super) fn updates(api: &Api) -> TokenStream {
    let mut done = std::collections::BTreeSet::new();
    let updates = api.root.all_methods().filter_map(|method| {
        let (Patching::Mask { of, .. }, Some(Type::Named(body))) =
            (&method.patching, &method.request)
        else {
            return None;
        };
        let (MaskOf::Property(property), Shape::Object(fields)) = (of, &api.types[body.0].shape)
        else {
            return None;
        };
        let field = fields.iter().find(|field| field.wire == *property)?;
        let (Type::Named(resource) | Type::Boxed(resource)) = field.ty else {
            return None;
        };
        if resource == *body || !done.insert((*body, resource)) {
            return None;
        }
        let ident = |id: crate::model::TypeId| ident(&api.types[id.0].ident);
        let (body, resource) = (ident(*body), ident(resource));
        Some(quote! {
            impl __gapi::UpdateOf<#body> for #resource {
                const WITHIN: &'static str = #property;
            }
        })
    });
    quote!(#(#updates)*)
}

/// Returns the table, the request, its functions and its setters. `handle` is the path before the function that makes the request.
pub(super) fn request(
    method: &Method,
    handle: &str,
    depth: usize,
    names: &Names<'_>,
) -> TokenStream {
    let entry = table::method(method, depth, names);
    let (name, id) = (ident(&method.type_ident), &method.id);
    let doc = docs::request(method, handle).attribute();
    let deprecated = deprecated(method.deprecated);
    let setters = method
        .optional
        .iter()
        .map(|parameter| setter(parameter, depth, names));
    let response = match &method.response {
        Some(_) if method.raw_response => quote!(__gapi::HttpBody),
        Some(ty) => names.ty(ty, depth),
        None => quote!(()),
    };
    let mut features = Vec::new();
    if let Some(paging) = &method.paging {
        features.push(quote!(pages));
        features.extend(
            paging
                .items
                .as_ref()
                .map(|items| self::items(items, depth, names)),
        );
    }
    features.extend(method.upload.as_ref().map(|_| quote!(upload)));
    features.extend(method.download.map(|_| quote!(download)));
    let setters = (!method.optional.is_empty()).then(|| quote!(impl #name { #(#setters)* }));
    quote! {
        #entry
        #doc
        #deprecated
        #[derive(Clone, Debug)]
        #[must_use = "a request does nothing until it is sent"]
        pub struct #name(__gapi::Call);
        __gapi::request!(#name #id: #response #(, #features)*);
        #setters
    }
}

/// Returns the feature `items` of a request.
fn items(items: &Items, depth: usize, names: &Names<'_>) -> TokenStream {
    let (field, ty) = (ident(&items.ident), names.ty(&items.ty, depth));
    let string = &names.string;
    if items.map {
        quote!(items(map #field: (#string, #ty)))
    } else {
        quote!(items(list #field: #ty))
    }
}

/// Returns a function that sets an optional parameter.
fn setter(parameter: &Parameter, depth: usize, names: &Names<'_>) -> TokenStream {
    let doc = docs::parameter(parameter).attribute();
    let deprecated = deprecated(parameter.deprecated);
    let (name, ty) = (ident(&parameter.ident), names.ty(&parameter.ty, depth));
    let wire = &parameter.wire;
    let (argument, accepted, with) = if parameter.repeated {
        (quote!(values), quote!(Arguments), quote!(with_list))
    } else {
        (quote!(value), quote!(Argument), quote!(with_optional))
    };
    // With a space, because `0.` is a number.
    quote! {
        #doc
        #deprecated
        #[inline]
        pub fn #name<M>(self, #argument: impl __gapi::#accepted<#ty, M>) -> Self {
            Self(self.0 .#with(#wire, #argument))
        }
    }
}

/// Returns the type of a required argument: numbers and booleans by value, and other types by conversion.
fn accepted(parameter: &Parameter, depth: usize, names: &Names<'_>) -> TokenStream {
    let into_iterator = &names.into_iterator;
    let ty = names.ty(&parameter.ty, depth);
    let one = if is_copied(&parameter.ty) {
        ty
    } else {
        quote!(impl __gapi::Required<#ty>)
    };
    if parameter.repeated {
        quote!(impl #into_iterator<Item = #one>)
    } else {
        one
    }
}

/// Returns the call that sets a required parameter to an argument.
fn with(
    parameter: &Parameter,
    argument: &impl quote::ToTokens,
    depth: usize,
    names: &Names<'_>,
) -> TokenStream {
    let wire = &parameter.wire;
    let ty = names.ty(&parameter.ty, depth);
    match (parameter.repeated, is_copied(&parameter.ty)) {
        (true, true) => quote!(.with_all(#wire, #argument)),
        (true, false) => {
            quote!(.with_all(#wire, #argument.into_iter().map(__gapi::Required::<#ty>::into_required)))
        }
        (false, true) => quote!(.with(#wire, #argument)),
        (false, false) => quote!(.with(#wire, __gapi::Required::<#ty>::into_required(#argument))),
    }
}

/// Returns whether a type is a number or a boolean.
fn is_copied(ty: &Type) -> bool {
    matches!(
        ty,
        Type::Bool | Type::I32 | Type::U32 | Type::I64 | Type::U64 | Type::F32 | Type::F64
    )
}
