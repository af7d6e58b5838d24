//! `gapi methods`: the methods of an API, one in a line.

use gapi_codegen::describe::{self, Summary};
use serde_json::json;

use crate::diagnostic::{Failure, Outcome};
use crate::doc_index;
use crate::documents::{self, Policy};
use crate::print::{self, print, table};

/// List the methods of an API
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The document: a path, or a name and version such as `sqladmin:v1`
    #[arg(value_name = "API", index = 1)]
    api: String,
    /// Only methods that have this in their name, HTTP line or summary
    #[arg(index = 2)]
    word: Option<String>,
    /// Print a JSON array
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let found =
        documents::named(&arguments.api, Policy::system()).map_err(|error| error.failure)?;
    let api = doc_index::lower(&found.source)?;
    let word = arguments.word.as_deref().unwrap_or_default();
    let lower = word.to_lowercase();
    let has = |text: &str| text.to_lowercase().contains(&lower);
    let methods: Vec<Summary> = describe::methods(&api)
        .into_iter()
        .filter(|method| {
            [&method.name, &method.id, &method.http, &method.summary]
                .into_iter()
                .any(|text| has(text))
        })
        .collect();
    if arguments.json {
        return print::json(&json!(methods));
    }
    if api.root.method_count() == 0 {
        return Err(Failure::new(format!("{} has no methods", arguments.api)).into());
    }
    if methods.is_empty() {
        let failure = Failure::new(format!("no method of {} has `{word}`", arguments.api));
        return Err(failure
            .help(format!("`gapi methods {}` lists all", arguments.api))
            .into());
    }
    let lines: Vec<[String; 3]> = methods
        .into_iter()
        .map(|method| {
            let mark = if method.deprecated {
                "(deprecated) "
            } else {
                ""
            };
            [
                method.name,
                method.http,
                format!("{mark}{}", method.summary),
            ]
        })
        .collect();
    print(&table(&lines))
}
