//! `gapi diff`: what changed between two documents.

use std::path::PathBuf;
use std::process::ExitCode;

use console::Style;
use gapi_codegen::Source;
use gapi_codegen::diff::{self, Class, Diff};
use serde_json::json;

use crate::diagnostic::{Failure, Outcome, all};
use crate::doc_index;
use crate::page::Page;
use crate::print::{self, is_json};
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
    if is_json() {
        print::json(&json!({
            "name": diff.name,
            "version": diff.version,
            "revision": diff.revision,
            "class": class,
            "counts": counts,
            "changes": diff.changes,
        }))?;
    } else {
        text(&diff, &summary).print()?;
    }
    Ok(if fails {
        ExitCode::from(DENIED)
    } else {
        ExitCode::SUCCESS
    })
}

/// Returns one line for each change, the worst first, and a summary.
fn text(diff: &Diff, summary: &str) -> Page {
    let lines: Vec<[String; 2]> = diff
        .changes
        .iter()
        // Padded, so that places begin in one column, with any classes.
        .map(|change| [format!("{:9}", change.class), change.to_string()])
        .collect();
    let mut page = Page::new();
    page.styled(&lines, |class| match class.trim_end() {
        "breaking" => Style::new().red(),
        "additive" => Style::new().green(),
        _ => Style::new().dim(),
    });
    page.prose(0, summary);
    page
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

/// Reads a document. Two files of one name differ by their folders, so that the name is the whole of the argument.
fn source(spec: &str) -> Outcome<Source> {
    let Source { name, text } = doc_index::source(spec)?;
    let name = if spec == "-" { name } else { spec.to_owned() };
    Ok(Source::new(name, text))
}
