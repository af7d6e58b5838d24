//! The expression that builds a message: places are borrowed one inside the other, so that the compiler takes every type from the
//! field that holds it.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{Expr, spanned::Spanned as _};

use super::parse::{Body, Message, Node};
use crate::names;

/// The expression.
pub(super) fn body(runtime: &TokenStream, body: &Body) -> TokenStream {
    let emit = Emit {
        runtime: quote!(#runtime::__private::body_macro),
    };
    let schema = &body.schema;
    let start = match &body.message.base {
        Some(base) => emit.base(base),
        None => quote_spanned!(schema.span()=> ::core::default::Default::default()),
    };
    if body.message.fields.is_empty() {
        return quote!({ let __message: #schema = #start; __message });
    }
    let place = name("place", 0);
    let message = local("message");
    let fields = emit.fields(&place, &body.message, 1);
    quote!({
        let mut #message: #schema = #start;
        {
            let #place = &mut #message;
            #fields
        }
        #message
    })
}

struct Emit {
    /// Where the functions are.
    runtime: TokenStream,
}

/// A variable that the user's expressions cannot see.
fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// The same variable, which errors show at `span`.
fn at(variable: &Ident, span: Span) -> Ident {
    Ident::new(&variable.to_string(), variable.span().located_at(span))
}

fn name(of: &str, depth: usize) -> Ident {
    format_ident!("{of}{depth}", span = Span::mixed_site())
}

impl Emit {
    fn base(&self, base: &Expr) -> TokenStream {
        let runtime = &self.runtime;
        quote_spanned!(base.span()=> #runtime::base(#base))
    }

    /// Sets the fields of the message at `place`.
    fn fields(&self, place: &Ident, message: &Message, depth: usize) -> TokenStream {
        let runtime = &self.runtime;
        let set = |(field, value): &(Ident, Node)| match value {
            Node::Expression(value) => {
                let property = quote_spanned!(value.span()=> #runtime::property(#value));
                quote!(#place.#field = #property;)
            }
            Node::Null(_) => {
                let (name, camel) = names::of_field(field);
                quote!(#runtime::null_field(&mut *#place, #name, #camel, |object| &object.#field);)
            }
            value if field == "extra" => {
                let inner = self.fill(quote!(&mut #place.#field), value, depth, &Nulls::Here);
                quote!({ #inner })
            }
            value => {
                let fresh = quote_spanned!(field.span()=> #runtime::fresh(&mut #place.#field));
                let nulls = name("nulls", depth);
                let has_nulls = matches!(value, Node::Map(entries) if entries.iter().any(|(_, v)| matches!(v, Node::Null(_))));
                if !has_nulls {
                    let inner = self.fill(fresh, value, depth, &Nulls::Here);
                    return quote!({ #inner });
                }
                let inner = self.fill(fresh, value, depth, &Nulls::Owner(nulls.clone()));
                let (name, camel) = names::of_field(field);
                quote!({
                    let mut #nulls = ::std::vec::Vec::<::std::string::String>::new();
                    { #inner }
                    for key in #nulls {
                        #runtime::null_entry(&mut *#place, #name, #camel, |object| &object.#field, key);
                    }
                })
            }
        };
        message.fields.iter().map(set).collect()
    }

    /// Fills what `start` gives with a message, a map or a list.
    fn fill(&self, start: TokenStream, value: &Node, depth: usize, nulls: &Nulls) -> TokenStream {
        let runtime = &self.runtime;
        let place = name("place", depth);
        let inner: TokenStream = match value {
            Node::Message(message) => {
                let base = message.base.as_ref().map(|base| {
                    let base = self.base(base);
                    quote!(*#place = #base;)
                });
                let fields = self.fields(&place, message, depth + 1);
                quote!(#base #fields)
            }
            Node::Map(entries) => entries
                .iter()
                .map(|(key, value)| self.entry(&place, key, value, depth, nulls))
                .collect(),
            Node::List(items) => {
                let item = |item: &Node| match item {
                    Node::Expression(item) => {
                        let place = at(&place, item.span());
                        quote_spanned!(item.span()=> #runtime::push(#place, #item);)
                    }
                    item => {
                        let fresh = quote!(#runtime::push_fresh(#place));
                        let inner = self.fill(fresh, item, depth + 1, &Nulls::Here);
                        quote!({ #inner })
                    }
                };
                items.iter().map(item).collect()
            }
            // The caller has set these.
            Node::Expression(_) | Node::Null(_) => TokenStream::new(),
        };
        if inner.is_empty() {
            quote!(let _ = #start;)
        } else {
            quote!(let #place = #start; #inner)
        }
    }

    fn entry(
        &self,
        place: &Ident,
        key: &Expr,
        value: &Node,
        depth: usize,
        nulls: &Nulls,
    ) -> TokenStream {
        let runtime = &self.runtime;
        match value {
            Node::Expression(value) => {
                let place = at(place, key.span());
                quote_spanned!(value.span()=> #runtime::put(#place, #key, #value);)
            }
            Node::Null(span) => match nulls {
                Nulls::Owner(keys) => {
                    quote_spanned!(*span=> #keys.extend(#runtime::put_null(#place, #key));)
                }
                Nulls::Here => {
                    let place = at(place, *span);
                    quote_spanned!(*span=> #runtime::put_null_here(#place, #key);)
                }
            },
            value => {
                let fresh = quote_spanned!(key.span()=> #runtime::put_fresh(#place, #key));
                let inner = self.fill(fresh, value, depth + 1, &Nulls::Here);
                quote!({ #inner })
            }
        }
    }
}

/// Where an entry's `null` goes.
enum Nulls {
    /// Into the map itself, which must be one of JSON values.
    Here,
    /// Into this list of keys, for the message that has the map.
    Owner(Ident),
}
