//! The command with what the documents add to it at this point of the line.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::{Arg, Command};
use clap_complete::engine::{ArgValueCandidates, CompletionCandidate};

use super::bash;
use super::catalog::{Catalog, CatalogMethod, CatalogParameter};
use crate::call;
use crate::documents;

/// The arguments that are documents, each with its verb.
const DOCUMENTS: [(&str, &str); 8] = [
    ("diff", "old"),
    ("diff", "new"),
    ("expand", "input"),
    ("fetch", "names"),
    ("generate", "spec"),
    ("init", "api"),
    ("methods", "api"),
    ("show", "words"),
];

/// Returns the command for the words of the shell.
pub(super) fn command(command: Command) -> Command {
    let words: Vec<OsString> = std::env::args_os()
        .skip_while(|word| word != "--")
        .skip(1)
        .collect();
    let (mut words, _) = bash::current(words, bash::index());
    words.pop();
    let command = DOCUMENTS.into_iter().fold(command, |command, (verb, id)| {
        command.mut_subcommand(verb, |command| {
            command.mut_arg(id, |argument| argument.add(candidates(apis)))
        })
    });
    match words.get(1) {
        Some(word) if word == "show" && words.len() > 2 => {
            let api = words[2].to_str().unwrap_or_default().to_owned();
            let methods =
                move || documents::path_of(&api).and_then(|path| catalog(&path, Some(&api)));
            let names = move || methods().map_or_else(Vec::new, |catalog| catalog.names());
            command.mut_subcommand("show", |command| {
                command.mut_arg("words", |argument| argument.add(candidates(names)))
            })
        }
        Some(word) if word == "call" => {
            let call = call_command(&words[2..]);
            command.mut_subcommand("call", |_| call)
        }
        _ => command,
    }
}

fn candidates(list: impl Fn() -> Vec<String> + Send + Sync + 'static) -> ArgValueCandidates {
    ArgValueCandidates::new(move || list().into_iter().map(CompletionCandidate::new).collect())
}

/// Returns the names of APIs: of the project, the cache, and Google's list if it was fetched.
fn apis() -> Vec<String> {
    let mut names: Vec<String> = documents::known().iter().map(ToString::to_string).collect();
    names.sort();
    names.dedup();
    names
}

/// Returns the command of `gapi call`, of which these words are typed.
fn call_command(words: &[OsString]) -> Command {
    let own = call::own_command().name("call");
    let Some(typed) = call::typed(words) else {
        return own;
    };
    let (api, method) = typed;
    let own = match (&api, &method) {
        (None, Some(_)) => own,
        _ => own.arg(Arg::new("api").add(candidates(apis))),
    };
    let Some(document) = api.as_deref().map_or_else(
        || method.as_deref().and_then(documents::path_of_id),
        documents::path_of,
    ) else {
        return own;
    };
    let Some(catalog) = catalog(&document, api.as_deref()) else {
        return own;
    };
    let found = method.as_deref().and_then(|name| catalog.find(name));
    let names = catalog.names();
    let own = own.arg(Arg::new("method").add(candidates(move || names.clone())));
    match found {
        Some(method) => with_parameters(own, method),
        None => own,
    }
}

fn catalog(document: &Path, api: Option<&str>) -> Option<Catalog> {
    let cache: Option<PathBuf> = documents::library(documents::Policy::new(true, false))
        .folder()
        .map(Path::to_owned);
    Catalog::of(document, cache.as_deref()).or_else(|| {
        documents::unpack(api?)?;
        Catalog::of(document, cache.as_deref())
    })
}

fn with_parameters(mut command: Command, method: &CatalogMethod) -> Command {
    let own: Vec<String> = command
        .get_arguments()
        .filter_map(Arg::get_long)
        .map(str::to_owned)
        .collect();
    for parameter in &method.required {
        command = command.arg(valued(
            Arg::new(format!("argument:{}", parameter.name)),
            parameter,
        ));
    }
    for parameter in method.required.iter().chain(&method.optional) {
        let flag = call::flag(&parameter.name);
        if flag.is_empty() || own.contains(&flag) {
            continue;
        }
        let argument = Arg::new(format!("parameter:{}", parameter.name))
            .long(flag)
            .action(clap::ArgAction::Append);
        command = command.arg(if parameter.is_flag {
            argument
                .num_args(0..=1)
                .require_equals(true)
                .value_parser(["true", "false"])
        } else {
            valued(argument, parameter)
        });
    }
    command
}

fn valued(argument: Arg, parameter: &CatalogParameter) -> Arg {
    if parameter.values.is_empty() {
        return argument;
    }
    let values = parameter.values.clone();
    argument.add(candidates(move || values.clone()))
}
