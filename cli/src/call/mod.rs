//! `gapi call`: any method of any API, at run time.

mod arguments;
mod body;
mod client;
mod columns;
mod destination;
mod failure;
mod field_path;
mod format;
mod help;
mod identity;
mod invocation;
mod mode;
mod observe;
mod own_options;
mod parameter_help;
mod preview;
#[cfg(all(test, checkout))]
mod random_words;
mod requests;
mod secrets;
mod sending;
#[cfg(all(test, checkout))]
mod survey;
#[cfg(all(test, checkout))]
mod tests;
mod tokens;
mod words;
mod yaml;

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

use gapi_dynamic::{DiagnosticKind, Hosts, Service};

use crate::documents::{self, Policy};
use crate::print::{Colours, note};
use failure::{CallFailure, CallResult, Exit, Mistake};
use invocation::Invocation;
use own_options::ErrorFormat;
use words::Words;

pub(crate) use arguments::flag;

/// The properties of a document that decide where requests go.
const ADDRESSES: [&str; 5] = [
    "rootUrl",
    "servicePath",
    "batchPath",
    "mtlsRootUrl",
    "endpoints",
];

/// Call a method of an API: `gapi call sqladmin:v1 instances.list PROJECT`
#[derive(Debug, clap::Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Arguments {
    /// The API, the method, its arguments, and options
    #[arg(
        value_name = "WORDS",
        trailing_var_arg = true,
        allow_hyphen_values = true
    )]
    pub(crate) words: Vec<OsString>,
}

/// Returns the words after `gapi call`, which depend on documents, and so are read here and not by the command as a whole.
pub(crate) fn words() -> Option<Vec<OsString>> {
    let mut words = std::env::args_os().skip(1);
    (words.next()? == "call").then(|| words.collect())
}

/// Returns the command with gapi's own options, for the help.
pub(crate) fn own_command() -> clap::Command {
    own_options::command()
}

/// Returns the API and the method among the words that are typed so far; `None` if they cannot be read.
pub(crate) fn typed(words: &[OsString]) -> Option<(Option<String>, Option<String>)> {
    let words = Words::of(words, &own_options::command()).ok()?;
    Some((words.api, words.method))
}

/// Calls a method. The status is that of the documentation.
pub(crate) fn run(words: &[OsString]) -> ExitCode {
    let format = error_format(words);
    match call(words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if failure.exit != Exit::Done {
                report(&failure, format);
            }
            ExitCode::from(failure.exit as u8)
        }
    }
}

/// Prints a failure to the standard error stream.
fn report(failure: &CallFailure, format: ErrorFormat) {
    let text = match format {
        ErrorFormat::Text => failure.text(),
        ErrorFormat::Json => failure.json().to_string(),
    };
    // A closed stream is no error.
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Returns whether an option is set to `value`, before the words are read as a whole.
fn is_set_to(words: &[OsString], option: &str, value: &str) -> bool {
    let texts: Vec<&str> = words::options(words).collect();
    let attached = |text: &&str| text.strip_prefix(option) == Some(&format!("={value}"));
    texts.iter().any(attached) || texts.windows(2).any(|pair| pair == [option, value])
}

/// Returns the form of errors, which has to be known when the words cannot be read.
fn error_format(words: &[OsString]) -> ErrorFormat {
    let is_json = words::options(words).any(|word| word == "--json");
    if is_json || is_set_to(words, "--error-format", "json") {
        ErrorFormat::Json
    } else {
        ErrorFormat::Text
    }
}

fn call(words: &[OsString]) -> CallResult {
    colours(words);
    let own = own_options::command();
    let words = Words::of(words, &own)?;
    let wants_help = words.has(&["--help", "-h"]);
    let Some(service) = service(&words, wants_help)? else {
        return help::print_own(own);
    };
    let Some(name) = &words.method else {
        return help::print_methods(&service, wants_help);
    };
    let method = service.find(name).map_err(|errors| {
        let mut failure = failure(&errors);
        if errors
            .iter()
            .all(|error| error.kind == DiagnosticKind::Document)
        {
            failure.exit = Exit::NoDocument;
            return failure.hint("correct the document, or fetch it again with --refresh");
        }
        let spec = format!("{}:{}", service.name(), service.version());
        if let Some(joined) = with_dots(&service, name, &words.rest) {
            let mistake = Mistake::new(&spec, format!("there is no method `{name}`"));
            failure = CallFailure::usage(vec![mistake.nearest([joined])]);
        }
        failure.hint(format!("gapi methods {spec}"))
    })?;
    let global: Vec<&str> = service.global_parameters().collect();
    let command = arguments::command(&method, &global);
    if wants_help {
        return help::print_method(&service, &method, command);
    }
    let arguments = arguments::read(&method, command, &words.rest)?;
    Invocation::new(&service, &method, arguments)?.run()
}

/// Returns the method whose name was given in several words, before or after which options may be: `instances list`.
fn with_dots(service: &Service, name: &str, rest: &[OsString]) -> Option<String> {
    let words: Vec<&str> = rest.iter().filter_map(|word| word.to_str()).collect();
    (0..words.len()).find_map(|start| {
        let mut joined = name.to_owned();
        words[start..].iter().find_map(|word| {
            joined = format!("{joined}.{word}");
            service.find(&joined).is_ok().then(|| joined.clone())
        })
    })
}

/// Turns colours off or on, before the first text is printed.
fn colours(words: &[OsString]) {
    for (when, colours) in [("never", Colours::Never), ("always", Colours::Always)] {
        if is_set_to(words, "--color", when) {
            colours.apply();
        }
    }
}

/// Finds the document, and reads it. Without any name there is none.
fn service(words: &Words, wants_help: bool) -> CallResult<Option<Service>> {
    if words.api.is_none() && words.method.is_none() {
        if wants_help {
            return Ok(None);
        }
        return Err(CallFailure::mistake("", "name an API and a method")
            .hint("gapi call sqladmin:v1 instances.list PROJECT; `gapi list` has the APIs, `gapi call --help` the options"));
    }
    let policy = Policy::new(words.has(&["--offline"]), words.has(&["--refresh"]))
        .quiet(words.has(&["--quiet", "-q"]));
    let verbose = words.has(&["--verbose", "-v"]);
    let found = match (&words.api, &words.method) {
        (Some(api), _) => documents::named(api, policy),
        (None, Some(id)) => documents::with_method(id),
        (None, None) => return Ok(None),
    };
    let found = found.map_err(|error| {
        let exit = if error.is_usage {
            Exit::Usage
        } else {
            Exit::NoDocument
        };
        CallFailure::of(exit, vec![error.failure])
    })?;
    let origin = found.origin;
    let has_endpoint = words.has_value("--endpoint-url");
    let universe = gapi_auth::Environment::system().get("GOOGLE_CLOUD_UNIVERSE_DOMAIN");
    let hosts = match universe {
        _ if has_endpoint => Hosts::Any,
        Some(universe) => Hosts::Universe(universe),
        None => Hosts::Google,
    };
    let service = Service::from_source(found.source, &hosts).map_err(|errors| {
        let is_address = errors.iter().any(|error| {
            error.kind == DiagnosticKind::Host || ADDRESSES.contains(&error.path.as_str())
        });
        let mut failure = failure(&errors);
        if is_address {
            return failure.hint("credentials are sent to hosts of googleapis.com only; name the endpoint with --endpoint-url if you mean it");
        }
        failure.exit = Exit::NoDocument;
        failure.hint(match &words.api {
            Some(api) if documents::is_path(api) => "correct the document",
            _ => "fetch the document again with --refresh",
        })
    })?;
    if verbose {
        note(&format!(
            "document: {origin}, revision {}",
            service.revision()
        ));
    }
    Ok(Some(service))
}

/// Returns mistakes of the library as those of the command line.
fn failure(errors: &gapi_dynamic::Diagnostics) -> Box<CallFailure> {
    CallFailure::usage(errors.iter().map(mistake).collect())
}

fn mistake(error: &gapi_dynamic::Diagnostic) -> Mistake {
    let message = match &error.expected {
        Some(expected) => format!("{}; expected {expected}", error.message),
        None => error.message.clone(),
    };
    Mistake::new(error.path.clone(), message).nearest(error.nearest.iter().cloned())
}
