//! `cargo xtask pairs`: what `gapi diff` calls harmless leaves every public item of a module as it was.

mod items;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use gapi_codegen::diff::{self, Class};
use gapi_codegen::{Errors, Options, Source, generate};

use crate::workspace::{Failure, documents, read};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The folder of older documents.
    old: PathBuf,
    /// The folder of newer documents, which have the same file names.
    new: PathBuf,
}

/// True when every pair without a breaking change has a module in which all items of the older one are.
pub(crate) fn run(arguments: &Arguments) -> Result<bool, Failure> {
    let (mut pairs, mut breaking, mut wrong) = (0, 0, 0);
    for file in documents(&arguments.new)? {
        let name = file.file_name().unwrap_or_default();
        let before = arguments.old.join(name);
        if !before.is_file() {
            continue;
        }
        pairs += 1;
        let name = name.to_string_lossy();
        match lost(&source(&before)?, &source(&file)?) {
            Ok(None) => breaking += 1,
            Ok(Some(lost)) if lost.is_empty() => {}
            Ok(Some(lost)) => {
                wrong += 1;
                println!("{name}: nothing is breaking, and these are gone:");
                lost.iter().for_each(|item| println!("  {item}"));
            }
            Err(error) => {
                wrong += 1;
                println!("{name}: {error}");
            }
        }
    }
    let right = pairs - wrong;
    println!("{right}/{pairs} pairs agree, {breaking} of them with a breaking change");
    Ok(wrong == 0 && pairs > 0)
}

fn source(path: &Path) -> Result<Source, Failure> {
    let name = path.display().to_string();
    Ok(Source::new(name, String::from_utf8(read(path)?)?))
}

/// Returns the public items of the old module that the new one does not have; `None` where a change is breaking.
fn lost(old: &Source, new: &Source) -> Result<Option<Vec<String>>, Failure> {
    let diff = diff::sources(old, new).map_err(text)?;
    if diff.class() == Some(Class::Breaking) {
        return Ok(None);
    }
    let (was, is) = (items(old)?, items(new)?);
    Ok(Some(was.difference(&is).cloned().collect()))
}

/// Returns the public items of a document's module.
fn items(source: &Source) -> Result<BTreeSet<String>, Failure> {
    let generated = generate(source, &Options::new()).map_err(text)?;
    items::of(generated.tokens.clone())
}

fn text(errors: Errors) -> Failure {
    errors.to_string().into()
}
