//! `gapi methods`: the methods of an API, one in a line.

use gapi_codegen::describe::{self, Summary};
use gapi_codegen::{Selection, select};
use serde_json::json;

use crate::diagnostic::{Failure, Outcome, all};
use crate::doc_index;
use crate::documents::{self, Policy};
use crate::page;

/// List the methods of an API
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The document: a path, a name and version such as `sqladmin:v1`, or `-` for the standard input stream
    #[arg(value_name = "API", index = 1)]
    api: String,
    /// Only methods that have this in their name, HTTP line or summary, or those of a pattern: `instances.*`, `instances.{list,get}`, `projects.**`
    #[arg(index = 2)]
    word: Option<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let found =
        documents::named(&arguments.api, Policy::system()).map_err(|error| error.failure)?;
    let api = doc_index::lower(&found.source)?;
    let word = arguments.word.as_deref().unwrap_or_default();
    let lower = word.to_lowercase();
    let has = |text: &str| text.to_lowercase().contains(&lower);
    let selected = if word.contains(['*', '{']) {
        let selection = Selection::parse([word]).map_err(all)?;
        Some(select::named(&api, &selection).map_err(all)?.0)
    } else {
        None
    };
    let methods: Vec<Summary> = describe::methods(&api)
        .into_iter()
        .filter(|method| match &selected {
            Some(names) => names.contains(method.name.as_str()),
            None => [&method.name, &method.id, &method.http, &method.summary]
                .into_iter()
                .any(|text| has(text)),
        })
        .collect();
    let none = if api.root.method_count() == 0 {
        Failure::new(format!("{} has no methods", arguments.api))
    } else {
        Failure::new(format!("no method of {} has `{word}`", arguments.api))
            .help(format!("`gapi methods {}` lists all", arguments.api))
    };
    let objects = json!(methods);
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
    page::list(&objects, &lines, none)
}
