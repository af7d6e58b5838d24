//! `gapi diff`: what changed between two documents.

use std::io::{IsTerminal as _, Read as _};
use std::path::PathBuf;
use std::process::ExitCode;

use gapi_codegen::diff::{self, Class, Diff};
use gapi_codegen::{Source, lookup};
use serde_json::json;

use crate::diagnostic::all;
use crate::diagnostic::{Failure, Outcome};
use crate::doc_index::here;
use crate::print::{self, print};
use crate::selection_args::overrides;

/// The exit status of a comparison that found what is denied.
const DENIED: u8 = 3;

/// Show what changed between two documents, and whether it breaks programs
///
/// A change is breaking when a program that was written for the old document may no longer compile or may mean something else on the
/// wire, additive when there is more than before (or a warning of deprecation), docs-only when nothing but text changed.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit status: 0 when nothing was found that --deny names, 3 when something was, 1 when a document cannot be read, \
                        2 when the arguments are wrong.\n\n\
                        In CI: git show main:discovery-docs/drive.v3.json | gapi diff - drive:v3"
)]
pub(crate) struct Arguments {
    /// The document as it was: a path, a name and version such as `sqladmin:v1`, or `-` for the standard input stream
    old: String,
    /// The document as it is, in the same way
    new: String,
    /// Fail when there is a change of this class or a worse one
    #[arg(long, value_enum, default_value_t = Deny::Breaking, value_name = "CLASS")]
    deny: Deny,
    /// Leave out changes that are better than this class
    #[arg(long, value_enum, default_value_t = Show::DocsOnly, value_name = "CLASS")]
    show: Show,
    /// Correct both documents with an override file
    #[arg(long, value_name = "FILE")]
    overrides: Option<PathBuf>,
    /// Correct the new document with this override file instead
    #[arg(long, value_name = "FILE")]
    new_overrides: Option<PathBuf>,
    /// Print one JSON object; `rule` is the reason for the class of a change
    #[arg(long)]
    json: bool,
}

/// The class that makes a comparison fail.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Deny {
    Nothing,
    Breaking,
    Additive,
    DocsOnly,
}

/// The least class that a comparison prints.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Show {
    Breaking,
    Additive,
    DocsOnly,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome<ExitCode> {
    if arguments.old == "-" && arguments.new == "-" {
        let failure = Failure::new("both documents cannot come from the standard input stream");
        return Err(failure.help("name a file for one of them").into());
    }
    let (old, new) = (source(&arguments.old)?, source(&arguments.new)?);
    let overrides = |path: &Option<PathBuf>| path.as_deref().map(overrides).transpose();
    let both = overrides(&arguments.overrides)?;
    let for_new = overrides(&arguments.new_overrides)?;
    let for_new = for_new.as_ref().or(both.as_ref());
    let mut diff = diff::corrected((&old, both.as_ref()), (&new, for_new)).map_err(all)?;
    print::warn(
        std::mem::take(&mut diff.warnings)
            .into_iter()
            .map(Failure::from),
    );
    let denied = match arguments.deny {
        Deny::Nothing => None,
        Deny::Breaking => Some(Class::Breaking),
        Deny::Additive => Some(Class::Additive),
        Deny::DocsOnly => Some(Class::DocsOnly),
    };
    let fails = denied.is_some_and(|denied| diff.class().is_some_and(|class| class >= denied));
    let least = match arguments.show {
        Show::Breaking => Class::Breaking,
        Show::Additive => Class::Additive,
        Show::DocsOnly => Class::DocsOnly,
    };
    let summary = summary(&diff);
    let counts = json!({
        "breaking": diff.count(Class::Breaking),
        "additive": diff.count(Class::Additive),
        "docs-only": diff.count(Class::DocsOnly),
    });
    let class = diff.class();
    diff.changes.retain(|change| change.class >= least);
    if arguments.json {
        print::json(&json!({
            "name": diff.name,
            "version": diff.version,
            "revision": diff.revision,
            "class": class,
            "counts": counts,
            "changes": diff.changes,
        }))?;
    } else {
        print(&text(&diff, &summary))?;
    }
    Ok(if fails {
        ExitCode::from(DENIED)
    } else {
        ExitCode::SUCCESS
    })
}

/// Returns one line for each change, the worst first, and a summary.
fn text(diff: &Diff, summary: &str) -> String {
    let lines = diff.changes.iter().map(|change| {
        // Padded, so that places begin in one column.
        format!("{:9}  {change}\n", change.class)
    });
    let mut text: String = lines.collect();
    text.push_str(summary);
    text.push('\n');
    text
}

/// `sqladmin:v1, revision 20261018 -> 20261105: 2 breaking, 1 docs-only`
fn summary(diff: &Diff) -> String {
    let revision = &diff.revision;
    let revisions = if revision.old == revision.new {
        revision.new.clone()
    } else {
        format!("{} -> {}", revision.old, revision.new)
    };
    format!(
        "{}:{}, revision {revisions}: {diff}",
        diff.name, diff.version
    )
}

/// Reads a document by its path, by name and version, or from the standard input stream.
fn source(spec: &str) -> Outcome<Source> {
    if spec != "-" {
        let located = lookup::document(&here()?, spec).map_err(Failure::from)?;
        // Two files of one name differ by their folders.
        return Ok(Source::new(spec, located.source.text));
    }
    let mut stdin = std::io::stdin();
    if stdin.is_terminal() {
        eprintln!("reading a document from the standard input stream");
    }
    let mut text = String::new();
    stdin
        .read_to_string(&mut text)
        .map_err(|error| Failure::new(format!("cannot read the standard input stream: {error}")))?;
    Ok(Source::new("(standard input)", text))
}
