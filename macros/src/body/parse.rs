//! The input of `body!`.

use proc_macro2::Span;
use quote::ToTokens as _;
use syn::{
    Error, Expr, Ident, LitStr, Path, Result, Token, braced, bracketed,
    ext::IdentExt as _,
    parenthesized,
    parse::{Parse, ParseStream},
    spanned::Spanned as _,
    token,
};

/// `Type { .. }`
pub(super) struct Body {
    pub(super) schema: Path,
    pub(super) message: Message,
}

/// The properties of a message.
#[derive(Default)]
pub(super) struct Message {
    pub(super) fields: Vec<(Ident, Value)>,
    pub(super) base: Option<Expr>,
}

/// A value.
pub(super) struct Value {
    /// All of it, where it is in braces or brackets.
    pub(super) span: Span,
    pub(super) node: Node,
}

/// The form of a value.
pub(super) enum Node {
    Expression(Expr),
    Null,
    Message(Message),
    Map(Vec<(Expr, Value)>),
    List(Vec<Value>),
}

impl From<Expr> for Value {
    fn from(expression: Expr) -> Self {
        Self {
            span: expression.span(),
            node: Node::Expression(expression),
        }
    }
}

impl Parse for Body {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        if input.is_empty() || input.peek(token::Brace) {
            return Err(input.error("expected the type of the message: `Type { name: value }`"));
        }
        let schema = input.call(Path::parse_mod_style)?;
        if !input.peek(token::Brace) {
            return Err(input.error("expected the message's properties: `Type { name: value }`"));
        }
        let content;
        braced!(content in input);
        if !input.is_empty() {
            return Err(input.error("expected nothing behind the message"));
        }
        match object(&content)? {
            Node::Message(message) => Ok(Self { schema, message }),
            _ => Err(Error::new(
                schema.span(),
                "a message has properties, which are written without quotes",
            )),
        }
    }
}

/// The content of braces: a message or a map.
fn object(input: ParseStream<'_>) -> Result<Node> {
    if input.peek(LitStr) || input.peek(token::Paren) {
        map(input)
    } else {
        message(input).map(Node::Message)
    }
}

fn message(input: ParseStream<'_>) -> Result<Message> {
    let mut message = Message::default();
    while !input.is_empty() {
        if input.peek(Token![..]) {
            input.parse::<Token![..]>()?;
            let base: Expr = input.parse()?;
            // The properties that are not set are absent anyway.
            let is_default =
                base.to_token_stream().to_string().replace(' ', "") == "Default::default()";
            message.base = (!is_default).then_some(base);
            if !input.is_empty() {
                return Err(input.error("`..` and its base come last"));
            }
            break;
        }
        if input.peek(LitStr) {
            return Err(input.error(
                "a key in quotes belongs to a map, but the properties before it make this a message",
            ));
        }
        let name = property(input)?;
        if message.fields.iter().any(|(earlier, _)| *earlier == name) {
            return Err(Error::new(name.span(), format!("`{name}` is set twice")));
        }
        let value = if input.peek(Token![:]) {
            input.parse::<Token![:]>()?;
            value(input)?
        } else if at_end(input) {
            let variable: Expr = syn::parse_quote!(#name);
            variable.into()
        } else {
            return Err(input.error(format!("expected `:` and the value of `{name}`")));
        };
        if name == "extra" {
            extra(&value)?;
        }
        message.fields.push((name, value));
        comma(input)?;
    }
    Ok(message)
}

/// The name of a property. A keyword needs no `r#`: nothing else is possible here, and many properties are named `type`.
fn property(input: ParseStream<'_>) -> Result<Ident> {
    if input.peek(Ident) || !input.peek(Ident::peek_any) {
        return input.parse();
    }
    let keyword = input.call(Ident::parse_any)?;
    match keyword.to_string().as_str() {
        name @ ("self" | "Self" | "super" | "crate" | "_") => Err(Error::new(
            keyword.span(),
            format!("no property is called `{name}`"),
        )),
        name => Ok(Ident::new_raw(name, keyword.span())),
    }
}

/// Checks the value of `extra`, which is a map always.
fn extra(value: &Value) -> Result<()> {
    let message = match &value.node {
        Node::Message(Message { fields, base }) if !fields.is_empty() || base.is_some() => {
            "the keys in `extra` are JSON names, in quotes"
        }
        Node::List(_) | Node::Null => "`extra` is a map: `{ \"key\": value }`",
        _ => return Ok(()),
    };
    Err(Error::new(value.span, message))
}

fn map(input: ParseStream<'_>) -> Result<Node> {
    let mut entries: Vec<(Expr, Value)> = Vec::new();
    let mut literals: Vec<String> = Vec::new();
    while !input.is_empty() {
        let key: Expr = if input.peek(token::Paren) {
            let content;
            parenthesized!(content in input);
            content.parse()?
        } else if input.peek(LitStr) {
            let literal: LitStr = input.parse()?;
            if literals.contains(&literal.value()) {
                let message = format!("{:?} is set twice", literal.value());
                return Err(Error::new(literal.span(), message));
            }
            literals.push(literal.value());
            syn::parse_quote!(#literal)
        } else {
            return Err(
                input.error("the keys of a map are texts in quotes, or expressions in parentheses")
            );
        };
        if !input.peek(Token![:]) {
            return Err(input.error("expected `:` and the value of the entry"));
        }
        input.parse::<Token![:]>()?;
        entries.push((key, value(input)?));
        comma(input)?;
    }
    Ok(Node::Map(entries))
}

fn value(input: ParseStream<'_>) -> Result<Value> {
    if input.is_empty() {
        return Err(input.error("expected a value"));
    }
    if input.peek(token::Brace) {
        let content;
        let span = braced!(content in input).span.join();
        let node = object(&content)?;
        return Ok(Value { span, node });
    }
    if input.peek(token::Bracket) && bracket_is_all(input)? {
        let content;
        let span = bracketed!(content in input).span.join();
        let node = list(&content)?;
        return Ok(Value { span, node });
    }
    let ahead = input.fork();
    if let Ok(name) = ahead.parse::<Ident>()
        && name == "null"
        && at_end(&ahead)
    {
        input.parse::<Ident>()?;
        return Ok(Value {
            span: name.span(),
            node: Node::Null,
        });
    }
    input.parse().map(Expr::into)
}

fn list(input: ParseStream<'_>) -> Result<Node> {
    let mut items = Vec::new();
    while !input.is_empty() {
        let item = value(input)?;
        if matches!(item.node, Node::Null) {
            return Err(Error::new(item.span, "a list cannot hold `null`"));
        }
        items.push(item);
        if input.peek(Token![;]) {
            return Err(input.error(
                "a list is written item by item; for a repeated one, write `vec![item; count]`",
            ));
        }
        comma(input)?;
    }
    Ok(Node::List(items))
}

/// Whether the brackets at hand are the whole value, rather than the begin of an expression such as `[a, b].concat()`.
fn bracket_is_all(input: ParseStream<'_>) -> Result<bool> {
    let ahead = input.fork();
    let _content;
    bracketed!(_content in ahead);
    Ok(at_end(&ahead))
}

fn at_end(input: ParseStream<'_>) -> bool {
    input.is_empty() || input.peek(Token![,])
}

fn comma(input: ParseStream<'_>) -> Result<()> {
    if input.is_empty() {
        return Ok(());
    }
    if !input.peek(Token![,]) {
        return Err(input.error("expected `,`"));
    }
    input.parse::<Token![,]>().map(|_| ())
}
