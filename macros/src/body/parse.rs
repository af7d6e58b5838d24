//! The input of `body!`.

use proc_macro2::Span;
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
    pub(super) fields: Vec<(Ident, Node)>,
    pub(super) base: Option<Expr>,
}

/// A value.
pub(super) enum Node {
    Expression(Expr),
    Null(Span),
    Message(Message),
    Map(Vec<(Expr, Node)>),
    List(Vec<Node>),
}

impl Parse for Body {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
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
            message.base = Some(input.parse()?);
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
            Node::Expression(syn::parse_quote!(#name))
        } else {
            return Err(input.error(format!("expected `:` and the value of `{name}`")));
        };
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

fn map(input: ParseStream<'_>) -> Result<Node> {
    let mut entries: Vec<(Expr, Node)> = Vec::new();
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

fn value(input: ParseStream<'_>) -> Result<Node> {
    if input.is_empty() {
        return Err(input.error("expected a value"));
    }
    if input.peek(token::Brace) {
        let content;
        braced!(content in input);
        return object(&content);
    }
    if input.peek(token::Bracket) && bracket_is_all(input)? {
        let content;
        bracketed!(content in input);
        return list(&content);
    }
    let ahead = input.fork();
    if let Ok(name) = ahead.parse::<Ident>()
        && name == "null"
        && at_end(&ahead)
    {
        input.parse::<Ident>()?;
        return Ok(Node::Null(name.span()));
    }
    input.parse().map(Node::Expression)
}

fn list(input: ParseStream<'_>) -> Result<Node> {
    let mut items = Vec::new();
    while !input.is_empty() {
        let item = value(input)?;
        if let Node::Null(span) = item {
            return Err(Error::new(span, "a list cannot hold `null`"));
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
