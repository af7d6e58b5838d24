//! The input of `gapi::api!`, for the macro and for `gapi expand`.
//!
//! ```text
//! module := attribute* visibility "mod" NAME "=" DOCUMENT [ "{" pattern,* "}" ] [ "overrides" FILE ] ";"?
//! ```

#![allow(
    missing_debug_implementations,
    reason = "the types of syn have none without more features"
)]

mod expand;
mod pattern;

#[cfg(test)]
mod tests;

use proc_macro2::extra::DelimSpan;
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use syn::ext::IdentExt as _;
use syn::parse::{ParseStream, Parser as _};
use syn::{Attribute, Error, LitStr, Result, Token, Visibility};

pub use pattern::{PatternKind, SelectionPattern};

/// Attributes that a module can have, beside those with a path.
const ATTRIBUTES: [&str; 9] = [
    "doc",
    "cfg",
    "cfg_attr",
    "allow",
    "expect",
    "warn",
    "deny",
    "forbid",
    "deprecated",
];

mod keyword {
    syn::custom_keyword!(overrides);
}

/// The modules of one call.
#[derive(Default)]
pub struct Invocation {
    /// The modules that could be read.
    pub modules: Vec<Module>,
    /// The others.
    pub broken: Vec<Broken>,
}

/// The start of a module.
pub struct Header {
    /// Outer attributes, docs among them.
    pub attributes: Vec<Attribute>,
    /// `pub`, `pub(crate)` or nothing.
    pub visibility: Visibility,
    /// Its name.
    pub name: Ident,
}

/// One module.
pub struct Module {
    /// Everything up to the name.
    pub header: Header,
    /// A path, or `name:version`.
    pub document: LitStr,
    /// The selection; all of the document when absent.
    pub selection: Option<Vec<SelectionPattern>>,
    /// The override file.
    pub overrides: Option<LitStr>,
}

/// A module that cannot be generated.
pub struct Broken {
    /// The part that could be read; with its name, an empty module can replace the module.
    pub header: Option<Header>,
    /// The error, at its token.
    pub error: Error,
}

impl Invocation {
    /// Reads the input of the macro; what cannot be read is in `broken`.
    #[must_use]
    pub fn parse(tokens: TokenStream) -> Self {
        let mut invocation = Self::default();
        let read = |stream: ParseStream<'_>| {
            invocation.read(stream);
            Ok(())
        };
        if let Err(error) = read.parse2(tokens) {
            invocation.broken.push(Broken {
                header: None,
                error,
            });
        }
        invocation
    }

    fn read(&mut self, stream: ParseStream<'_>) {
        while !stream.is_empty() {
            let mut header = None;
            match Module::parse(stream, &mut header) {
                Ok(mut module) => {
                    self.check_attributes(&mut module.header);
                    self.add(module);
                }
                Err(error) => {
                    self.broken.push(Broken { header, error });
                    skip_module(stream);
                }
            }
        }
    }

    /// Attributes that no module can have are an error; the module is made without them.
    fn check_attributes(&mut self, header: &mut Header) {
        let is_known = |attribute: &Attribute| match attribute.path().get_ident() {
            Some(name) => ATTRIBUTES.iter().any(|known| name == known),
            None => true,
        };
        let attributes = std::mem::take(&mut header.attributes);
        let (known, unknown): (Vec<_>, Vec<_>) = attributes.into_iter().partition(is_known);
        header.attributes = known;
        self.broken.extend(unknown.iter().map(|attribute| {
            let message = if attribute.path().is_ident("overrides") {
                "overrides come after the document and the selection: `mod NAME = \"DOCUMENT\" { .. } overrides \"FILE\";`".to_owned()
            } else {
                format!("a module can have the attributes {}", ATTRIBUTES.join(", "))
            };
            let error = Error::new_spanned(attribute, message);
            Broken {
                header: None,
                error,
            }
        }));
    }

    /// Two modules of one name are an error, unless a `cfg` may choose between them.
    fn add(&mut self, module: Module) {
        let same = self
            .modules
            .iter()
            .find(|other| other.header.name == module.header.name);
        match same {
            Some(other) if !(other.header.is_conditional() && module.header.is_conditional()) => {
                let name = &module.header.name;
                let message = format!(
                    "there is a module `{name}` in this call already; give one of the two another name"
                );
                self.broken.push(Broken {
                    header: None,
                    error: Error::new(name.span(), message),
                });
            }
            _ => self.modules.push(module),
        }
    }
}

impl Header {
    /// Whether a `cfg` decides if the module is there.
    fn is_conditional(&self) -> bool {
        self.conditions().next().is_some()
    }

    /// The `cfg` attributes.
    pub fn conditions(&self) -> impl Iterator<Item = &Attribute> {
        self.attributes
            .iter()
            .filter(|attribute| attribute.path().is_ident("cfg"))
    }
}

impl Module {
    /// `header` is set as soon as the name is known.
    fn parse(stream: ParseStream<'_>, header: &mut Option<Header>) -> Result<Self> {
        let attributes = stream.call(Attribute::parse_outer)?;
        let visibility: Visibility = stream.parse()?;
        if !stream.peek(Token![mod]) {
            return Err(stream.error("expected a module: `pub mod NAME = \"DOCUMENT\";`"));
        }
        stream.parse::<Token![mod]>()?;
        let (name, dashed) = module_name(stream)?;
        let mut end = name.span();
        *header = Some(Header {
            attributes,
            visibility,
            name,
        });
        if let Some(error) = dashed {
            return Err(error);
        }
        if !stream.peek(Token![=]) {
            return Err(here(
                stream,
                end,
                "expected `= \"DOCUMENT\"` after the module's name",
            ));
        }
        stream.parse::<Token![=]>()?;
        if !stream.peek(LitStr) {
            return Err(here(
                stream,
                end,
                "the document has to be a string literal: a path relative to Cargo.toml such as \"discovery-docs/tasks.v1.json\", \
                 or a name and version such as \"tasks:v1\"",
            ));
        }
        let document: LitStr = stream.parse()?;
        end = document.span();
        let mut selection = None;
        if stream.peek(syn::token::Brace) {
            let (brace, patterns) = pattern::braces(stream, patterns)?;
            end = brace.close();
            selection = Some(patterns);
        }
        let mut overrides = None;
        if stream.peek(keyword::overrides) {
            end = stream.parse::<keyword::overrides>()?.span;
            if !stream.peek(LitStr) {
                return Err(here(
                    stream,
                    end,
                    "expected the path of an override file after `overrides`, as a string literal",
                ));
            }
            let file: LitStr = stream.parse()?;
            end = file.span();
            overrides = Some(file);
        }
        // The last module needs none, as the last item of any list.
        if !stream.peek(Token![;]) && !stream.is_empty() {
            let message = match (&selection, &overrides) {
                (_, Some(_)) => "expected `;` after the module",
                (Some(_), None) => "expected `;` or `overrides \"FILE\"` after the selection",
                (None, None) => {
                    "expected `;`, a selection in braces or `overrides \"FILE\"` after the document"
                }
            };
            return Err(here(stream, end, message));
        }
        stream.parse::<Option<Token![;]>>()?;
        match header.take() {
            Some(header) => Ok(Self {
                header,
                document,
                selection,
                overrides,
            }),
            None => Err(Error::new(end, "a module has a name")),
        }
    }
}

/// The patterns in the braces.
fn patterns(stream: ParseStream<'_>, brace: DelimSpan) -> Result<Vec<SelectionPattern>> {
    let patterns = SelectionPattern::parse_all(stream)?;
    if patterns.is_empty() {
        let message = "this selection is empty; name methods such as `instances.list` or `instances.*`, or schemas as in \
                       `type NAME`, or remove the braces to select everything";
        return Err(Error::new(brace.join(), message));
    }
    Ok(patterns)
}

/// The name of a module; of one with dashes, the name with underscores, and the error.
fn module_name(stream: ParseStream<'_>) -> Result<(Ident, Option<Error>)> {
    let name: Ident = stream.parse()?;
    let mut text = name.to_string();
    while stream.peek(Token![-]) {
        stream.parse::<Token![-]>()?;
        let next = stream.call(Ident::parse_any)?;
        text = format!("{text}_{next}");
    }
    if name == text {
        return Ok((name, None));
    }
    let error = Error::new(
        name.span(),
        format!("a module has no dashes in its name: `{text}`"),
    );
    Ok((Ident::new(&text, name.span()), Some(error)))
}

/// An error at the next token, or at `end` where there is none.
fn here(stream: ParseStream<'_>, end: Span, message: &str) -> Error {
    let span = stream
        .fork()
        .parse::<TokenTree>()
        .map_or(end, |token| match token {
            TokenTree::Group(group) => group.span_open(),
            token => token.span(),
        });
    // A new module starts here: what is missing belongs to the end of the last one.
    let next_module =
        stream.peek(Token![#]) || stream.peek(Token![pub]) || stream.peek(Token![mod]);
    Error::new(if next_module { end } else { span }, message)
}

/// Skips to the next module: past the next semicolon, or to the next `mod` with what belongs to it.
fn skip_module(stream: ParseStream<'_>) {
    while !stream.is_empty() {
        if stream.peek(Token![;]) {
            let _: Result<Token![;]> = stream.parse();
            return;
        }
        if stream.peek(Token![#]) || stream.peek(Token![pub]) || stream.peek(Token![mod]) {
            return;
        }
        let _: Result<TokenTree> = stream.parse();
    }
}
