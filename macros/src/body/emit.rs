//! The expression that builds a message. Each value is written through a borrow of its parent, so that the compiler infers its type from
//! the field that holds it.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{Expr, spanned::Spanned as _};

use super::parse::{Body, Message, Node};
use crate::names;

/// Returns the expression that builds a message.
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
    let target = name("target", 0);
    let message = local("message");
    let fields = emit.fields(&target, &body.message, 1);
    quote!({
        let mut #message: #schema = #start;
        {
            let #target = &mut #message;
            #fields
        }
        #message
    })
}

struct Emit {
    /// The path of the functions of `body_macro`.
    runtime: TokenStream,
}

/// Makes a variable that the user's expressions cannot access.
fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// Returns the same variable with the location `span` for errors.
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

    /// Sets the fields of the message that `target` borrows.
    fn fields(&self, target: &Ident, message: &Message, depth: usize) -> TokenStream {
        let runtime = &self.runtime;
        let set = |(field, value): &(Ident, Node)| match value {
            Node::Expression(value) => {
                let property = quote_spanned!(value.span()=> #runtime::property(#value));
                quote!(#target.#field = #property;)
            }
            Node::Null(_) => {
                let (name, camel) = names::of_field(field);
                quote!(#runtime::null_field(&mut *#target, #name, #camel, |object| &object.#field);)
            }
            value if field == "extra" => {
                let inner = self.fill(quote!(&mut #target.#field), value, depth, &Nulls::Here);
                quote!({ #inner })
            }
            value => {
                let fresh = quote_spanned!(field.span()=> #runtime::fresh(&mut #target.#field));
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
                        #runtime::null_entry(&mut *#target, #name, #camel, |object| &object.#field, key);
                    }
                })
            }
        };
        message.fields.iter().map(set).collect()
    }

    /// Fills the value of `start` with a message, a map or a list.
    fn fill(&self, start: TokenStream, value: &Node, depth: usize, nulls: &Nulls) -> TokenStream {
        let runtime = &self.runtime;
        let target = name("target", depth);
        let inner: TokenStream = match value {
            Node::Message(message) => {
                let base = message.base.as_ref().map(|base| {
                    let base = self.base(base);
                    quote!(*#target = #base;)
                });
                let fields = self.fields(&target, message, depth + 1);
                quote!(#base #fields)
            }
            Node::Map(entries) => entries
                .iter()
                .map(|(key, value)| self.entry(&target, key, value, depth, nulls))
                .collect(),
            Node::List(items) => {
                let item = |item: &Node| match item {
                    Node::Expression(item) => {
                        let target = at(&target, item.span());
                        quote_spanned!(item.span()=> #runtime::push(#target, #item);)
                    }
                    item => {
                        let fresh = quote!(#runtime::push_fresh(#target));
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
            quote!(let #target = #start; #inner)
        }
    }

    fn entry(
        &self,
        target: &Ident,
        key: &Expr,
        value: &Node,
        depth: usize,
        nulls: &Nulls,
    ) -> TokenStream {
        let runtime = &self.runtime;
        match value {
            Node::Expression(value) => {
                let target = at(target, key.span());
                quote_spanned!(value.span()=> #runtime::put(#target, #key, #value);)
            }
            Node::Null(span) => match nulls {
                Nulls::Owner(keys) => {
                    quote_spanned!(*span=> #keys.extend(#runtime::put_null(#target, #key));)
                }
                Nulls::Here => {
                    let target = at(target, *span);
                    quote_spanned!(*span=> #runtime::put_null_here(#target, #key);)
                }
            },
            value => {
                let fresh = quote_spanned!(key.span()=> #runtime::put_fresh(#target, #key));
                let inner = self.fill(fresh, value, depth + 1, &Nulls::Here);
                quote!({ #inner })
            }
        }
    }
}

/// The target of an entry's `null`.
enum Nulls {
    /// The map itself, which must have JSON values.
    Here,
    /// This list of keys, for the message that has the map.
    Owner(Ident),
}
