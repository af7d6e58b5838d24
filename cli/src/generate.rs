//! `gapi generate`: a module as a file of its own.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::diagnostic::{Failure, Outcome};
use crate::print::{self, is_json, note, quoted};
use crate::selection_args::SelectionArgs;
use crate::{doc_index, file};

/// Write the module of a document to a file
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The document: a path, a name and version such as `sqladmin:v1` that discovery-docs/index.json lists, here or in a folder above, or `-` for the standard input stream
    spec: String,
    /// The file to write; `-` is the standard output stream
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    #[command(flatten)]
    selection: SelectionArgs,
    /// Write nothing, and fail when FILE is not what would be written
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let Arguments {
        spec,
        output,
        selection,
        check,
    } = arguments;
    let to_stdout = output == Path::new("-");
    if *check && to_stdout {
        let failure = Failure::usage("--check needs a file to look at");
        return Err(failure.help("name the file with -o FILE").into());
    }
    let generated = selection.generate(&doc_index::source(spec)?, module(output))?;
    let text = generated.to_module_file().map_err(Failure::from)?;
    if to_stdout {
        return print::code(&text);
    }
    let counts = generated.statistics;
    let report = |status: &str, text: &str| {
        if !is_json() {
            note(text);
            return Ok(());
        }
        print::json(&json!({
            "file": output.to_string_lossy(),
            "status": status,
            "methods": counts.methods,
            "schemas": counts.schemas,
        }))
    };
    let same = file::holds(output, &text).map_err(|error| Failure::io("read", output, &error))?;
    match (check, same) {
        (_, true) => report("same", &format!("{} is up to date", output.display())),
        (true, false) => {
            let stale = if output.exists() { "stale" } else { "missing" };
            let failure = Failure::new(format!("{} is {stale}", output.display()));
            Err(failure
                .help(format!("run `{}`", arguments.command()))
                .into())
        }
        (false, false) => {
            file::replace(output, &text).map_err(|error| Failure::io("write", output, &error))?;
            let text = format!(
                "wrote {}: {} of {} methods, {} of {} schemas",
                output.display(),
                counts.methods,
                counts.document_methods,
                counts.schemas,
                counts.document_schemas
            );
            report("written", &text)
        }
    }
}

impl Arguments {
    /// The command that writes the file.
    fn command(&self) -> String {
        let mut words = vec!["gapi".to_owned(), "generate".to_owned(), quoted(&self.spec)];
        let mut option = |name: &str, values: &[String]| {
            if !values.is_empty() {
                words.push(name.to_owned());
                words.extend(values.iter().map(|value| quoted(value)));
            }
        };
        let text = |path: &PathBuf| path.to_string_lossy().into_owned();
        option("-o", &[text(&self.output)]);
        option("--methods", &self.selection.methods);
        option("--types", &self.selection.types);
        option(
            "--overrides",
            self.selection.overrides.as_ref().map(text).as_slice(),
        );
        if self.selection.runtime != "::gapi" {
            option("--runtime", std::slice::from_ref(&self.selection.runtime));
        }
        words.join(" ")
    }
}

/// Returns the name of the module that a file has: `drive` for `src/drive.rs` and `src/drive/mod.rs`.
fn module(file: &Path) -> Option<String> {
    let named = if file.ends_with("mod.rs") {
        file.parent()?
    } else {
        file
    };
    let name = named.file_stem()?.to_str()?;
    syn::parse_str::<syn::Ident>(name)
        .is_ok()
        .then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::module;

    #[test]
    fn a_file_names_its_module() {
        let module = |file| module(Path::new(file));
        assert_eq!(module("src/drive.rs").as_deref(), Some("drive"));
        assert_eq!(module("src/drive/mod.rs").as_deref(), Some("drive"));
        for file in ["-", "mod.rs", "drive.v3.rs", "/", "src/type.rs"] {
            assert_eq!(module(file), None, "{file}");
        }
    }
}
