//! The expression that builds a message. Each value is written through a borrow of its parent, so that the compiler infers its type from
//! the field that holds it.
//!
//! A value is an argument of a call that begins and ends where the value does, and whose function is at the property's name: so the
//! compiler points at both.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::{ToTokens as _, format_ident, quote, quote_spanned};
use syn::{Expr, ext::IdentExt as _, spanned::Spanned as _};

use super::parse::{Body, Message, Node, Value};
use crate::names;

/// Returns the expression that builds a message.
pub(super) fn body(runtime: &TokenStream, body: &Body) -> TokenStream {
    let first = runtime.clone().into_iter().next();
    let emit = Emit {
        runtime,
        hygiene: first.map_or_else(Span::call_site, |token| token.span()),
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
    let traits = emit.path(Span::call_site(), &quote!({ Begin as _, ConvertAny as _ }));
    quote!({
        #[allow(unused_imports)]
        use #traits;
        let mut #message: #schema = #start;
        {
            let #target = &mut #message;
            #fields
        }
        #message
    })
}

struct Emit<'a> {
    /// The path of the package.
    runtime: &'a TokenStream,
    /// The hygiene of the path: the locations of tokens add up to that of an expression if all have the same.
    hygiene: Span,
}

/// Makes a variable that the user's expressions cannot access.
fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// Returns a span without the user's variables.
fn at(span: Span) -> Span {
    Span::mixed_site().located_at(span)
}

fn name(of: &str, depth: usize) -> Ident {
    format_ident!("{of}{depth}", span = Span::mixed_site())
}

impl Emit<'_> {
    /// Returns the path of an item of `body_macro`, located at `span`.
    fn path(&self, span: Span, item: &TokenStream) -> TokenStream {
        let runtime = self.runtime.clone().into_iter().map(|mut token| {
            token.set_span(token.span().located_at(span));
            token
        });
        let runtime: TokenStream = runtime.collect();
        quote_spanned!(self.hygiene.located_at(span)=> #runtime::__private::body_macro::#item)
    }

    /// Returns a call of a function of `body_macro`.
    fn call(&self, span: Span, function: &str, arguments: &TokenStream) -> TokenStream {
        let span = self.hygiene.located_at(span);
        let function = Ident::new(function, span);
        let path = self.path(span, &quote!(#function));
        quote_spanned!(span=> #path(#arguments))
    }

    /// Returns the value that `function` gives to a place of the property `field`.
    fn given(
        &self,
        function: &str,
        place: &TokenStream,
        value: &Expr,
        field: &Ident,
    ) -> TokenStream {
        let mut tokens = value.to_token_stream().into_iter();
        let first = tokens.next().map_or(self.hygiene, |token| token.span());
        let last = tokens.last().map_or(first, |token| token.span());
        let (first, last) = (
            self.hygiene.located_at(first),
            self.hygiene.located_at(last),
        );
        let name = Ident::new(function, first);
        let path = self.path(first, &quote!(#name));
        let mut arguments = Group::new(Delimiter::Parenthesis, quote!(#place, #value));
        // Where the call ends.
        arguments.set_span(last);
        let given = quote_spanned!(last=> #path #arguments.convert());
        let is_property = function == "given";
        self.call(
            field.span(),
            if is_property { "property" } else { "part" },
            &given,
        )
    }

    fn base(&self, base: &Expr) -> TokenStream {
        self.call(base.span(), "base", &base.to_token_stream())
    }

    /// Sets the fields of the message that `target` borrows.
    fn fields(&self, target: &Ident, message: &Message, depth: usize) -> TokenStream {
        let set = |(field, value): &(Ident, Value)| self.field(target, field, value, depth);
        message.fields.iter().map(set).collect()
    }

    fn field(&self, target: &Ident, written: &Ident, value: &Value, depth: usize) -> TokenStream {
        let span = written.span();
        let (field, check) = self.rust_name(target, written);
        let set = match &value.node {
            Node::Expression(value) if field == "extra" => quote!(#target.#field = #value;),
            Node::Expression(value) => {
                let given = self.given("given", &quote!(&#target.#field), value, &field);
                quote!(#target.#field = #given;)
            }
            Node::Null => {
                let (name, camel) = names::of_field(&field);
                let arguments = quote!(&mut *#target, #name, #camel, |object| &object.#field);
                let null = self.call(span, "null_field", &arguments);
                quote!(#null;)
            }
            Node::Map(entries) if field == "extra" => {
                let map = name("target", depth);
                let entries = self.entries(&map, entries, &field, depth, &Nulls::Here);
                quote!({ let #map = &mut #target.#field; #entries })
            }
            // Without anything in it.
            _ if field == "extra" => TokenStream::new(),
            node => {
                let nulls = name("nulls", depth);
                let has_nulls = matches!(node, Node::Map(entries) if entries.iter().any(|(_, v)| matches!(v.node, Node::Null)));
                let place = quote!(&mut #target.#field);
                if !has_nulls {
                    let fill = self.fill(&place, value, &field, depth, &Nulls::Here);
                    return quote!(#check { #fill });
                }
                let fill = self.fill(&place, value, &field, depth, &Nulls::Owner(nulls.clone()));
                let (name, camel) = names::of_field(&field);
                let arguments = quote!(&mut *#target, #name, #camel, |object| &object.#field, key);
                let null = self.call(span, "null_entry", &arguments);
                quote!({
                    let mut #nulls = ::std::vec::Vec::<::std::string::String>::new();
                    { #fill }
                    for key in #nulls {
                        #null;
                    }
                })
            }
        };
        quote!(#check #set)
    }

    /// Returns the field of a property, and, if that is not its name as it is written, what reports it. Fields are in `snake_case` always.
    fn rust_name(&self, target: &Ident, written: &Ident) -> (Ident, Option<TokenStream>) {
        let span = written.span();
        let is_upper = |c: char| c.is_ascii_uppercase();
        let field = names::field(&written.unraw().to_string(), span);
        let Some(field) = field.filter(|_| written.to_string().contains(is_upper)) else {
            return (written.clone(), None);
        };
        let mut name = field.clone();
        name.set_span(at(span));
        let property = self.call(span, "empty", &quote!(&mut #target.#name));
        let check = quote_spanned!(at(span)=> #property.rust_name::<#name>());
        let check = quote!({
            #[allow(non_camel_case_types, dead_code)]
            struct #name;
            #check;
        });
        (name, Some(check))
    }

    /// Fills the place with a message, a map or a list, which belongs to the property `field`.
    fn fill(
        &self,
        place: &TokenStream,
        value: &Value,
        field: &Ident,
        depth: usize,
        nulls: &Nulls,
    ) -> TokenStream {
        let target = name("target", depth);
        let empty = self.call(field.span(), "empty", place);
        let begin = |method: &str| {
            let method = Ident::new(method, at(value.span));
            quote_spanned!(at(value.span)=> #empty.#method())
        };
        let (start, inner) = match &value.node {
            Node::Message(message) if message.base.is_none() && message.fields.is_empty() => {
                (begin("braces"), TokenStream::new())
            }
            Node::Message(message) => {
                let base = message.base.as_ref().map(|base| {
                    let base = self.base(base);
                    quote!(*#target = #base;)
                });
                let fields = self.fields(&target, message, depth + 1);
                (begin("message"), quote!(#base #fields))
            }
            Node::Map(entries) => (
                begin("map"),
                self.entries(&target, entries, field, depth, nulls),
            ),
            Node::List(items) => {
                let items = items
                    .iter()
                    .map(|item| self.item(&target, item, field, depth));
                (begin("list"), items.collect())
            }
            // The caller has set these.
            Node::Expression(_) | Node::Null => return TokenStream::new(),
        };
        if inner.is_empty() {
            quote!(let _ = #start;)
        } else {
            quote!(let #target = #start; #inner)
        }
    }

    fn item(&self, list: &Ident, item: &Value, field: &Ident, depth: usize) -> TokenStream {
        if let Node::Expression(value) = &item.node {
            let given = self.given("given_item", &quote!(&*#list), value, field);
            let push = self.call(field.span(), "push", &quote!(#given, &mut *#list));
            return quote!(#push;);
        }
        let place = name("item", depth);
        let none = self.call(item.span, "no_item", &quote!(&*#list));
        let fill = self.fill(&quote!(&mut #place), item, field, depth + 1, &Nulls::Here);
        let push = self.call(item.span, "push", &quote!(#place, &mut *#list));
        quote!({ let mut #place = #none; { #fill } #push; })
    }

    fn entries(
        &self,
        map: &Ident,
        entries: &[(Expr, Value)],
        field: &Ident,
        depth: usize,
        nulls: &Nulls,
    ) -> TokenStream {
        let entry = |(key, value): &(Expr, Value)| self.entry(map, key, value, field, depth, nulls);
        entries.iter().map(entry).collect()
    }

    fn entry(
        &self,
        map: &Ident,
        key: &Expr,
        value: &Value,
        field: &Ident,
        depth: usize,
        nulls: &Nulls,
    ) -> TokenStream {
        let (place, name) = (name("entry", depth), Ident::new("key", at(key.span())));
        match &value.node {
            Node::Expression(value) => {
                let given = self.given("given_entry", &quote!(&*#map), value, field);
                let put = self.call(field.span(), "put", &quote!(#given, #name, &mut *#map));
                quote!({ let #name = #key; #put; })
            }
            Node::Null => match nulls {
                Nulls::Owner(keys) => {
                    let put = self.call(value.span, "put_null", &quote!(#map, #key));
                    quote!(#keys.extend(#put);)
                }
                Nulls::Here => {
                    let map = Ident::new(&map.to_string(), at(value.span));
                    let put = self.call(value.span, "put_null_here", &quote!(#map, #key));
                    quote!(#put;)
                }
            },
            _ => {
                let none = self.call(value.span, "no_entry", &quote!(&*#map));
                let fill = self.fill(&quote!(&mut #place), value, field, depth + 1, &Nulls::Here);
                let put = self.call(value.span, "put", &quote!(#place, #name, &mut *#map));
                quote!({ let #name = #key; let mut #place = #none; { #fill } #put; })
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
