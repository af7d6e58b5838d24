//! Passes generated code to the compiler as text.
//!
//! Inside a macro, `proc-macro2` keeps tokens in the compiler, and every list is built by calls across the macro's
//! border. Generation in `proc-macro2`'s own representation with one text at the end is faster for large documents.

use std::str::FromStr as _;
use std::sync::{Mutex, MutexGuard, PoisonError};

use gapi_codegen::{Errors, Options, Source};
use proc_macro2::{Ident, LexError, Span, TokenStream, TokenTree, fallback};

/// Replaces the runtime's path in the text, because `$crate` cannot be written as text.
const RUNTIME: &str = "__gapi_runtime";

/// One expansion at a time: the representation is chosen for the whole process, and an IDE may expand on many threads.
static EXPANSION: Mutex<()> = Mutex::new(());

/// Generated code as text.
pub(super) struct Text {
    /// The content of the module, with [`RUNTIME`] for the runtime's path.
    code: String,
    /// The docs of the module, as Markdown.
    pub(super) docs: String,
    /// What is wrong with the document.
    pub(super) warnings: Errors,
}

/// Waits until no other thread expands.
pub(super) fn lock() -> MutexGuard<'static, ()> {
    EXPANSION.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs the generator outside of the compiler.
pub(super) fn generate(source: &Source, options: Options) -> Result<Text, Errors> {
    let _outside = Outside::enter();
    let runtime = TokenStream::from_iter([TokenTree::from(Ident::new(RUNTIME, Span::call_site()))]);
    let generated = gapi_codegen::generate(source, &options.runtime(runtime))?;
    Ok(Text {
        code: generated.tokens.to_string(),
        docs: generated.docs,
        warnings: generated.warnings,
    })
}

impl Text {
    /// The content of the module as the compiler's tokens, with the path of the runtime as the user's crate knows it.
    ///
    /// Only the module's own `use` has the path, so that no group has to be opened.
    pub(super) fn tokens(&self, runtime: &TokenStream) -> Result<TokenStream, LexError> {
        let mut tokens = TokenStream::new();
        for token in TokenStream::from_str(&self.code)? {
            match token {
                TokenTree::Ident(ident) if ident == RUNTIME => tokens.extend(runtime.clone()),
                token => tokens.extend([token]),
            }
        }
        Ok(tokens)
    }
}

/// `proc-macro2`'s own representation, until it is dropped.
struct Outside;

impl Outside {
    fn enter() -> Self {
        fallback::force();
        Self
    }
}

impl Drop for Outside {
    fn drop(&mut self) {
        fallback::unforce();
    }
}
