//! The path of the runtime: what the wrappers in package `gapi` put before the input, or what a derive finds.

use proc_macro2::{Ident, Punct, Span, TokenStream, TokenTree};

/// Returns the path of the runtime, which comes before the first semicolon, and the rest of the input.
pub(crate) fn split(
    macro_name: &str,
    tokens: TokenStream,
) -> syn::Result<(TokenStream, TokenStream)> {
    let missing = || {
        let message = format!(
            "call `gapi::{macro_name}!`: this macro wants the path of package `gapi` first"
        );
        syn::Error::new(Span::call_site(), message)
    };
    let mut tokens = tokens.into_iter();
    let mut runtime = TokenStream::new();
    for token in tokens.by_ref() {
        match token {
            TokenTree::Punct(punct) if is(&punct, ';') => return Ok((runtime, tokens.collect())),
            TokenTree::Punct(punct) if !is(&punct, ':') => return Err(missing()),
            TokenTree::Group(_) | TokenTree::Literal(_) => return Err(missing()),
            token => runtime.extend([token]),
        }
    }
    Err(missing())
}

fn is(punct: &Punct, c: char) -> bool {
    punct.as_char() == c
}

/// How the crate that is compiled names package `gapi`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Dependency {
    /// By this name.
    Named(Ident),
    /// Not at all: it may use another crate that re-exports it.
    Absent,
    /// What runs the macro is no compiler, but an editor for example.
    Unknown,
}

/// Finds package `gapi` among the dependencies that the compiler was started with.
pub(crate) fn dependency(arguments: impl Iterator<Item = String>) -> Dependency {
    let mut found = Dependency::Unknown;
    let mut is_dependency = false;
    for argument in arguments {
        let dependency = match argument.strip_prefix("--extern=") {
            Some(dependency) => dependency,
            None if is_dependency => &argument,
            // The arguments are in a file.
            None if argument.starts_with('@') => return Dependency::Unknown,
            None => "",
        };
        is_dependency = argument == "--extern";
        let Some((name, path)) = dependency.split_once('=') else {
            continue;
        };
        found = Dependency::Absent;
        let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
        let file = file.strip_prefix("lib").unwrap_or(file);
        // Options come before the name, as in `noprelude:name`.
        let name = name.rsplit(':').next().unwrap_or(name);
        if file.starts_with("gapi-") || file.starts_with("gapi.") {
            return Dependency::Named(Ident::new(name, Span::call_site()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dependency_is_found_by_its_file() {
        let of = |text: &str| dependency(text.split(' ').map(str::to_owned));
        let named = |name: &str| Dependency::Named(Ident::new(name, Span::call_site()));
        for (arguments, expected) in [
            (
                "rustc --extern gapi=/t/deps/libgapi-0a1b.rmeta",
                named("gapi"),
            ),
            (
                "rustc --extern other=/t/libother-1.rlib --extern google=/t/libgapi-0a1b.rlib",
                named("google"),
            ),
            (
                "rustc --extern=priv,noprelude:google=/t/libgapi.rlib",
                named("google"),
            ),
            (
                "rustc --extern gapi_auth=/t/libgapi_auth-1.rlib --extern proc_macro",
                Dependency::Absent,
            ),
            ("rustc @/t/arguments", Dependency::Unknown),
            ("rust-analyzer-proc-macro-srv", Dependency::Unknown),
        ] {
            assert_eq!(of(arguments), expected, "{arguments}");
        }
    }
}
