//! Makes text of tokens.

use crate::{Error, Generated};

/// A module as a file of its own.
///
/// # Errors
///
/// When the tokens are not a valid file.
pub fn module_file(generated: &Generated) -> Result<String, Error> {
    let file = syn::parse2(generated.tokens.clone()).map_err(|error| Error::new("", error.to_string()))?;
    Ok(prettyplease::unparse(&file))
}
