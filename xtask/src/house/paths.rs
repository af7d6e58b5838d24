//! Finds the paths in the tokens of an item: in expressions, types, patterns, bounds, attributes and macros alike.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A path as it is written, such as `crate::client::Client` or `Client`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) segments: Vec<String>,
    /// `name!(..)`: names a macro.
    pub(super) is_macro: bool,
    /// `pub(in crate::client)`: names no more than a scope.
    pub(super) is_scope: bool,
}

/// The paths of some tokens.
#[derive(Default)]
pub(super) struct Paths {
    pub(super) named: Vec<Named>,
    /// `use` within functions.
    pub(super) imports: Vec<syn::UseTree>,
}

impl Paths {
    /// Collects every path of `tokens`: in expressions, types, patterns, bounds, attributes and the bodies of macros.
    pub(super) fn scan(&mut self, tokens: TokenStream) {
        let trees: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while at < trees.len() {
            at = match &trees[at] {
                TokenTree::Group(group) => {
                    let attribute = group.delimiter() == Delimiter::Bracket && at > 0;
                    if attribute && (is_punct(&trees, at - 1, '#') || is_punct(&trees, at - 1, '!'))
                    {
                        self.attribute_texts(group.stream());
                    }
                    self.scan(group.stream());
                    at + 1
                }
                TokenTree::Ident(_) => self.word(&trees, at),
                _ => at + 1,
            };
        }
    }

    fn word(&mut self, trees: &[TokenTree], at: usize) -> usize {
        let first = word(trees, at).unwrap_or_default();
        if first == "use" && !is_punct(trees, at + 1, '<') {
            return self.local_use(trees, at);
        }
        let follows_path = at >= 2 && is_punct(trees, at - 1, ':') && is_punct(trees, at - 2, ':');
        let field =
            at >= 1 && is_punct(trees, at - 1, '.') && !(at >= 2 && is_punct(trees, at - 2, '.'));
        let lifetime = at >= 1 && is_punct(trees, at - 1, '\'');
        let variable = at >= 1 && is_punct(trees, at - 1, '$') && first != "crate";
        let mut segments = vec![first];
        let mut next = at + 1;
        while is_punct(trees, next, ':') && is_punct(trees, next + 1, ':') {
            let Some(segment) = word(trees, next + 2) else {
                break;
            };
            segments.push(segment);
            next += 3;
        }
        if follows_path || field || lifetime || variable || is_declaration(trees, at) {
            return next;
        }
        let is_macro = is_punct(trees, next, '!') && !is_punct(trees, next + 1, '=');
        let is_scope = at >= 1 && word(trees, at - 1).is_some_and(|before| before == "in");
        let keyword = segments.len() == 1 && KEYWORDS.contains(&segments[0].as_str());
        if !keyword {
            self.named.push(Named {
                segments,
                is_macro,
                is_scope,
            });
        }
        next
    }

    /// A `use` within a function, which counts as one of the module.
    fn local_use(&mut self, trees: &[TokenTree], at: usize) -> usize {
        let end = (at..trees.len())
            .find(|index| is_punct(trees, *index, ';'))
            .unwrap_or(trees.len() - 1);
        let tokens: TokenStream = trees[at..=end].iter().cloned().collect();
        if let Ok(import) = syn::parse2::<syn::ItemUse>(tokens) {
            self.imports.push(import.tree);
        }
        end + 1
    }

    /// Paths in texts of attributes, as in `#[serde(with = "crate::text")]`.
    fn attribute_texts(&mut self, tokens: TokenStream) {
        let trees: Vec<TokenTree> = tokens.into_iter().collect();
        if word(&trees, 0).is_some_and(|name| name == "doc") {
            return;
        }
        for tree in trees {
            match tree {
                TokenTree::Group(group) => self.attribute_texts(group.stream()),
                TokenTree::Literal(literal) => {
                    let text = literal.to_string();
                    let path = syn::parse_str::<syn::LitStr>(&text)
                        .ok()
                        .and_then(|text| text.parse::<syn::Path>().ok());
                    if let Some(path) = path.filter(|path| path.segments.len() > 1) {
                        let segments = path.segments.iter().map(|part| plain(&part.ident));
                        self.named.push(Named {
                            segments: segments.collect(),
                            is_macro: false,
                            is_scope: false,
                        });
                    }
                }
                TokenTree::Ident(_) | TokenTree::Punct(_) => {}
            }
        }
    }
}

/// Words after which a name is declared.
const DECLARING: &[&str] = &[
    "fn", "let", "mut", "struct", "enum", "union", "trait", "type", "const", "static", "mod", "ref",
];

/// Words that name nothing when they are alone.
const KEYWORDS: &[&str] = &[
    "as", "async", "await", "box", "break", "const", "continue", "crate", "dyn", "else", "enum",
    "extern", "false", "fn", "for", "if", "impl", "in", "let", "loop", "match", "mod", "move",
    "mut", "pub", "ref", "return", "self", "Self", "static", "struct", "super", "trait", "true",
    "type", "unsafe", "use", "where", "while", "yield",
];

/// Whether the word at `at` is a name that is declared there: an item's, a variable's, a field's.
fn is_declaration(trees: &[TokenTree], at: usize) -> bool {
    let introduced =
        at >= 1 && word(trees, at - 1).is_some_and(|before| DECLARING.contains(&before.as_str()));
    let typed = is_punct(trees, at + 1, ':') && !is_punct(trees, at + 2, ':');
    introduced || typed
}

fn is_punct(trees: &[TokenTree], at: usize, punct: char) -> bool {
    matches!(trees.get(at), Some(TokenTree::Punct(found)) if found.as_char() == punct)
}

pub(super) fn word(trees: &[TokenTree], at: usize) -> Option<String> {
    match trees.get(at) {
        Some(TokenTree::Ident(ident)) => Some(plain(ident)),
        _ => None,
    }
}

/// Returns a name without `r#`.
pub(super) fn plain(ident: &proc_macro2::Ident) -> String {
    let name = ident.to_string();
    name.strip_prefix("r#").map_or(name.clone(), str::to_owned)
}
