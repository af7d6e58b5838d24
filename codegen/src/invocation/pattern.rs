//! The patterns of a selection, as tokens.
//!
//! ```text
//! pattern := path | "type" NAME
//! path    := segment ("." segment)*
//! segment := NAME | STRING | "*" | "**" | "{" path,* "}"
//! ```

use proc_macro2::extra::DelimSpan;
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::ext::IdentExt as _;
use syn::parse::ParseStream;
use syn::{Error, LitStr, Result, Token};

/// The most paths that the braces of one pattern may give.
const MOST: usize = 10_000;

const NAME: &str = "expected a resource or method: a name, a string such as \"Patient-everything\", `*`, `**` or `{...}`";

/// One pattern, with its tokens.
#[derive(Clone, Debug)]
pub struct SelectionPattern {
    /// What it selects.
    pub kind: PatternKind,
    /// Where errors point: the pattern, or its part in the innermost braces.
    pub tokens: TokenStream,
}

/// What a pattern selects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PatternKind {
    /// Methods: `instances.list`, `instances.*`, `projects.**`, `fhir."Patient-everything"`, as
    /// [`Selection::parse`](crate::Selection::parse) reads them. Braces are multiplied out.
    Methods(String),
    /// A schema.
    Type(String),
}

impl SelectionPattern {
    /// Reads patterns up to the end; a comma may follow the last.
    pub(super) fn parse_all(stream: ParseStream<'_>) -> Result<Vec<Self>> {
        let mut patterns = Vec::new();
        while !stream.is_empty() {
            // `type` may be a resource too.
            if stream.peek(Token![type]) && !stream.peek2(Token![.]) {
                patterns.push(schema(stream)?);
            } else {
                patterns.extend(PatternPath::parse(stream)?.into_iter().map(Self::from));
            }
            comma(stream)?;
        }
        Ok(patterns)
    }
}

/// One spelling of a pattern, without braces.
#[derive(Clone, Default)]
struct PatternPath {
    segments: Vec<String>,
    tokens: TokenStream,
}

impl From<PatternPath> for SelectionPattern {
    fn from(path: PatternPath) -> Self {
        Self {
            kind: PatternKind::Methods(path.segments.join(".")),
            tokens: path.tokens,
        }
    }
}

impl PatternPath {
    /// `instances.{list, get}`, with every spelling that the braces give.
    fn parse(stream: ParseStream<'_>) -> Result<Vec<Self>> {
        let mut paths = vec![Self::default()];
        loop {
            if stream.peek(syn::token::Brace) {
                let (brace, alternatives) = braces(stream, Self::alternatives)?;
                let join = |path: &Self, end: &Self| Self {
                    segments: [&path.segments[..], &end.segments[..]].concat(),
                    tokens: end.tokens.clone(),
                };
                paths = paths
                    .iter()
                    .flat_map(|path| alternatives.iter().map(move |end| join(path, end)))
                    .take(MOST + 1)
                    .collect();
                if paths.len() > MOST {
                    return Err(Error::new(
                        brace.join(),
                        format!("these braces give more than {MOST} patterns"),
                    ));
                }
            } else {
                let (text, tokens) = segment(stream)?;
                for path in &mut paths {
                    path.segments.push(text.clone());
                    path.tokens.extend(tokens.clone());
                }
            }
            if !stream.peek(Token![.]) {
                return Ok(paths);
            }
            let dot = stream.parse::<Token![.]>()?;
            for path in &mut paths {
                dot.to_tokens(&mut path.tokens);
            }
        }
    }

    /// The paths in braces.
    fn alternatives(stream: ParseStream<'_>, brace: DelimSpan) -> Result<Vec<Self>> {
        let mut paths = Vec::new();
        while !stream.is_empty() {
            paths.extend(Self::parse(stream)?);
            comma(stream)?;
        }
        if paths.is_empty() {
            return Err(Error::new(
                brace.join(),
                "these braces are empty; name methods, or write `*` for all",
            ));
        }
        Ok(paths)
    }
}

/// Reads the content of braces. After an error the rest of it is skipped, so that reading continues after the braces.
pub(super) fn braces<T>(
    stream: ParseStream<'_>,
    read: impl FnOnce(ParseStream<'_>, DelimSpan) -> Result<T>,
) -> Result<(DelimSpan, T)> {
    let inner;
    let brace = syn::braced!(inner in stream).span;
    match read(&inner, brace) {
        Ok(value) => Ok((brace, value)),
        Err(error) => {
            inner.parse::<TokenStream>()?;
            Err(error)
        }
    }
}

/// A comma, unless this is the end.
fn comma(stream: ParseStream<'_>) -> Result<()> {
    if !stream.is_empty() {
        if !stream.peek(Token![,]) {
            let message = if stream.peek(Token![:]) {
                "names are separated by `.`, as in `files.list`"
            } else if stream.peek(syn::token::Brace) {
                "expected `.` before the braces, as in `files.{list, get}`"
            } else if stream.peek(syn::token::Paren) {
                "methods are selected without parentheses"
            } else {
                "expected `,` between patterns"
            };
            return Err(stream.error(message));
        }
        stream.parse::<Token![,]>()?;
    }
    Ok(())
}

/// `type Service`
fn schema(stream: ParseStream<'_>) -> Result<SelectionPattern> {
    let mut tokens = stream.parse::<Token![type]>()?.into_token_stream();
    let (name, token) = name(stream, "expected the name of a schema after `type`")?;
    tokens.extend([token]);
    Ok(SelectionPattern {
        kind: PatternKind::Type(name),
        tokens,
    })
}

/// A name, a string or stars.
fn segment(stream: ParseStream<'_>) -> Result<(String, TokenStream)> {
    if stream.peek(Token![*]) {
        let mut tokens = stream.parse::<Token![*]>()?.into_token_stream();
        let mut text = String::from("*");
        if stream.peek(Token![*]) {
            stream.parse::<Token![*]>()?.to_tokens(&mut tokens);
            text.push('*');
        }
        return Ok((text, tokens));
    }
    let (name, token) = name(stream, NAME)?;
    let plain = name.chars().all(|c| c.is_alphanumeric() || c == '_');
    Ok((
        if plain { name } else { format!("\"{name}\"") },
        token.into(),
    ))
}

/// A name, keywords included, or a string.
fn name(stream: ParseStream<'_>, expected: &str) -> Result<(String, TokenTree)> {
    if stream.peek(LitStr) {
        let literal: LitStr = stream.parse()?;
        let text = literal.value();
        if text.is_empty() || text.contains('"') {
            return Err(Error::new(
                literal.span(),
                "this cannot be the name of anything",
            ));
        }
        return Ok((text, literal.token().into()));
    }
    if stream.peek(Ident::peek_any) {
        let ident = stream.call(Ident::parse_any)?;
        return Ok((ident.unraw().to_string(), ident.into()));
    }
    Err(stream.error(expected))
}
