//! Methods: the functions that make requests, and the requests.

use proc_macro2::TokenStream;
use quote::quote;

use super::docs::{self, Docs, code};
use super::names::{Names, ident};
use super::schema::deprecated;
use super::table;
use crate::model::{Api, Items, MaskOf, Method, Parameter, Patching, Shape, Type};

/// The handle's function that makes the request.
pub(super) fn constructor(
    api: &Api,
    method: &Method,
    depth: usize,
    names: &Names<'_>,
) -> TokenStream {
    make(api, method, depth, names, Some(quote!(self,)))
}

/// The same for a method at the top, which no handle leads to.
pub(super) fn function(api: &Api, method: &Method, names: &Names<'_>) -> TokenStream {
    make(api, method, 1, names, None)
}

fn make(
    api: &Api,
    method: &Method,
    depth: usize,
    names: &Names<'_>,
    receiver: Option<TokenStream>,
) -> TokenStream {
    let scopes = format!("{}scope", "super::".repeat(depth));
    let doc = docs::method(api, method, &scopes).attribute();
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

/// Which schemas hold what their method changes: their methods take changes of either.
pub(super) fn updates(api: &Api) -> TokenStream {
    let mut seen = std::collections::BTreeSet::new();
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
        if resource == *body || !seen.insert((*body, resource)) {
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

/// The table entry, the request, its setters and what it can do.
pub(super) fn request(method: &Method, depth: usize, names: &Names<'_>) -> TokenStream {
    let entry = table::method(method, depth, names);
    let (name, id) = (ident(&method.type_ident), &method.id);
    let doc = Docs::default()
        .paragraph(&format!("A request of {}.", code(id)))
        .attribute();
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
    let paging = method
        .paging
        .as_ref()
        .map(|paging| pages(&response, paging.items.as_ref(), depth, names));
    let media = media(method, &response, names);
    let wait = method
        .operation
        .as_ref()
        .and_then(|operation| operation.poll.as_ref())
        .map(|_| {
            quote! {
                #[doc = "Sends the request, and waits for the operation that it starts."]
                #[inline]
                pub fn wait(self, client: &__gapi::Client) -> __gapi::Wait<#response> {
                    __gapi::Wait::new(client, self.0)
                }
            }
        });
    let result = &names.result;
    quote! {
        #entry
        #doc
        #deprecated
        #[derive(Clone, Debug)]
        #[must_use = "a request does nothing until it is sent"]
        pub struct #name(__gapi::Call);
        impl #name {
            #[doc = "The id of the method in the Discovery document."]
            pub const METHOD: &'static str = #id;
            #(#setters)*
            #[doc = "Sends the request: await the response, or set options first."]
            #[inline]
            pub fn send(self, client: &__gapi::Client) -> __gapi::PendingCall<#response> {
                __gapi::PendingCall::new(client, self.0)
            }
            #paging
            #media
            #wait
            #[doc = "What would be sent, without credentials."]
            #[doc = ""]
            #[doc = "# Errors"]
            #[doc = ""]
            #[doc = "When a parameter cannot stand in the path, or the body cannot be encoded."]
            #[inline]
            pub fn to_http(&self) -> #result<__gapi::HttpRequest, __gapi::Error> {
                self.0.to_http()
            }
        }
        impl __gapi::Request for #name {
            type Response = #response;
            #[inline]
            fn call(&self) -> &__gapi::Call {
                &self.0
            }
            #[inline]
            fn into_call(self) -> __gapi::Call {
                self.0
            }
        }
    }
}

fn pages(
    response: &TokenStream,
    items: Option<&Items>,
    depth: usize,
    names: &Names<'_>,
) -> TokenStream {
    let each = items.map(|items| {
        let (field, ty) = (ident(&items.ident), names.ty(&items.ty, depth));
        let string = &names.string;
        let (how, item) = if items.map {
            (quote!(map), quote!((#string, #ty)))
        } else {
            (quote!(list), ty)
        };
        quote! {
            #[doc = "The items of all pages."]
            #[inline]
            pub fn items(self, client: &__gapi::Client) -> __gapi::Items<#response, #item> {
                __gapi::Items::#how(client, self.0, |page| page.#field.take())
            }
        }
    });
    quote! {
        #[doc = "All pages, each fetched when it is asked for."]
        #[inline]
        pub fn pages(self, client: &__gapi::Client) -> __gapi::Pages<#response> {
            __gapi::Pages::new(client, self.0)
        }
        #each
    }
}

/// What sends media, and what fetches it.
fn media(method: &Method, response: &TokenStream, names: &Names<'_>) -> TokenStream {
    let into = &names.into;
    let upload = method.upload.as_ref().map(|_| {
        quote! {
            #[doc = "The request with media to upload."]
            #[inline]
            pub fn upload(self, media: impl #into<__gapi::Media>) -> __gapi::Upload<#response> {
                __gapi::Upload::new(self.0, media)
            }
        }
    });
    let download = method.download.map(|_| {
        quote! {
            #[doc = "Asks for the media itself: await all of it, or take it as it comes."]
            #[inline]
            pub fn download(self, client: &__gapi::Client) -> __gapi::Download {
                __gapi::Download::new(client, self.0)
            }
        }
    });
    quote!(#upload #download)
}

/// A function that sets an optional parameter.
fn setter(parameter: &Parameter, depth: usize, names: &Names<'_>) -> TokenStream {
    let doc = docs::parameter(parameter).attribute();
    let deprecated = deprecated(parameter.deprecated);
    let (name, ty) = (ident(&parameter.ident), accepted(parameter, depth, names));
    let argument = if parameter.repeated {
        quote!(values)
    } else {
        quote!(value)
    };
    let with = with(parameter, &argument, depth, names);
    quote! {
        #doc
        #deprecated
        #[inline]
        pub fn #name(self, #argument: #ty) -> Self {
            Self(self.0 #with)
        }
    }
}

/// The type of an argument: numbers and booleans by value, the rest by what converts into it.
fn accepted(parameter: &Parameter, depth: usize, names: &Names<'_>) -> TokenStream {
    let (into, into_iterator) = (&names.into, &names.into_iterator);
    let ty = names.ty(&parameter.ty, depth);
    let one = if is_copied(&parameter.ty) {
        ty
    } else {
        quote!(impl #into<#ty>)
    };
    if parameter.repeated {
        quote!(impl #into_iterator<Item = #one>)
    } else {
        one
    }
}

/// The call that keeps the value of an argument.
fn with(
    parameter: &Parameter,
    argument: &impl quote::ToTokens,
    depth: usize,
    names: &Names<'_>,
) -> TokenStream {
    let wire = &parameter.wire;
    let into = &names.into;
    let ty = names.ty(&parameter.ty, depth);
    match (parameter.repeated, is_copied(&parameter.ty)) {
        (true, true) => quote!(.with_all(#wire, #argument)),
        (true, false) => quote!(.with_all(#wire, #argument.into_iter().map(#into::<#ty>::into))),
        (false, true) => quote!(.with(#wire, #argument)),
        (false, false) => quote!(.with(#wire, #argument.into())),
    }
}

/// Numbers and booleans.
fn is_copied(ty: &Type) -> bool {
    matches!(
        ty,
        Type::Bool | Type::I32 | Type::U32 | Type::I64 | Type::U64 | Type::F32 | Type::F64
    )
}
