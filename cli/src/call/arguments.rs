//! The command line of one method, made from its document: required parameters by position or name, the others as flags.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, ArgMatches, Command};
use gapi_codegen::model::{Api, Location, Parameter, Type};
use gapi_codegen::suggest::nearest;
use gapi_dynamic::Method;
use heck::ToKebabCase as _;

use super::failure::{CallFailure, CallResult, Mistake};
use super::own_options::{self, OwnOptions};
use super::parameter_help::{help_of, value_name};
use super::requests::Parameters;
use crate::redact::{is_secret_name, text_of, without_secret};

/// The query parameters of all APIs that are flags of every method.
const GLOBALS: [(&str, &str); 7] = [
    (
        "fields",
        "The part of the response to return: items(name,state)",
    ),
    ("alt", "The form of the response, such as sse or csv"),
    ("quotaUser", "The user whose quota the call counts against"),
    ("prettyPrint", "Whether the response has line breaks"),
    (
        "trace",
        "A token that marks the call in the server's traces",
    ),
    (
        "userIp",
        "The address of the user whose quota the call counts against",
    ),
    ("$.xgafv", "The version of the error format: 1 or 2"),
];

/// Parameters that gapi sets, or that would put a secret into the process list: each with what to do instead.
const REFUSED: [(&str, &str); 6] = [
    (
        "access_token",
        "a secret does not belong into a command line; use --access-token-file, or the variable GAPI_ACCESS_TOKEN",
    ),
    (
        "oauth_token",
        "a secret does not belong into a command line; use --access-token-file, or the variable GAPI_ACCESS_TOKEN",
    ),
    (
        "key",
        "a secret does not belong into a command line; use --api-key-file, or the variable GAPI_API_KEY",
    ),
    ("uploadType", "--upload sets it"),
    ("upload_protocol", "--upload sets it"),
    ("callback", "the response has to be JSON"),
];

/// The arguments of a call: options, and the values of parameters by their names in the document.
#[derive(Debug)]
pub(super) struct MethodArguments {
    pub(super) options: OwnOptions,
    pub(super) parameters: Parameters,
}

/// Returns the flag of a parameter: `interval.startTime` is `interval-start-time`.
pub(crate) fn flag(wire: &str) -> String {
    wire.to_kebab_case()
}

/// Returns the command of a method. `global` are the names of the parameters that all methods of the API take.
pub(super) fn command(method: &Method, global: &[&str]) -> Command {
    let mut flags = own_flags();
    let model = method.model();
    let mut command = own_options::bare();
    for parameter in &model.required {
        command = command.arg(
            Arg::new(positional(&parameter.wire))
                .value_name(parameter.wire.clone())
                .help(help_of(method.api(), parameter))
                .help_heading("Arguments"),
        );
    }
    let required = model.required.iter().map(|parameter| (parameter, true));
    let optional = model.optional.iter().map(|parameter| (parameter, false));
    for (parameter, is_required) in required.chain(optional) {
        let flag = flag(&parameter.wire);
        if flags.contains(&flag) || flag.is_empty() {
            continue;
        }
        flags.push(flag.clone());
        command = command.arg(
            parameter_flag(method.api(), parameter, flag)
                .hide(is_required)
                .help_heading("Parameters"),
        );
    }
    for (wire, help) in GLOBALS {
        let flag = flag(wire);
        if global.contains(&wire) && !flags.contains(&flag) {
            command = command.arg(
                Arg::new(format!("parameter:{wire}"))
                    .long(flag)
                    .value_name("VALUE")
                    .help(help)
                    .help_heading("Parameters of all APIs"),
            );
        }
    }
    let command = own_options::add(command);
    irrelevant(method).into_iter().fold(command, |command, id| {
        command.mut_arg(id, |argument| argument.hide(true))
    })
}

/// Returns the flags of the own options.
pub(super) fn own_flags() -> Vec<String> {
    let own = own_options::command();
    own.get_arguments()
        .filter_map(Arg::get_long)
        .map(str::to_owned)
        .collect()
}

/// Returns the parameters that have no flag, because an own option or another parameter has it.
pub(super) fn without_flag(method: &Method) -> Vec<&Parameter> {
    let model = method.model();
    let mut taken = own_flags();
    taken.extend(model.required.iter().map(|parameter| flag(&parameter.wire)));
    let mut has_none = |parameter: &&Parameter| {
        let flag = flag(&parameter.wire);
        let is_taken = flag.is_empty() || taken.contains(&flag);
        taken.push(flag);
        is_taken
    };
    model.optional.iter().filter(|one| has_none(one)).collect()
}

/// Returns the own options that the method has no use for, which the help leaves out.
fn irrelevant(method: &Method) -> Vec<&'static str> {
    let model = method.model();
    let mut ids = Vec::new();
    for (is_useful, options) in [
        (
            model.request.is_some(),
            &["body", "set", "set_json", "set_file"][..],
        ),
        (model.upload.is_some(), &["upload", "upload_type"]),
        (model.download.is_some() || model.raw_response, &["media"]),
        (model.paging.is_some(), &["all", "limit", "pages"]),
        (model.operation.is_some(), &["wait", "deadline"]),
    ] {
        if !is_useful {
            ids.extend(options);
        }
    }
    ids
}

fn positional(wire: &str) -> String {
    format!("argument:{wire}")
}

fn parameter_flag(api: &Api, parameter: &Parameter, flag: String) -> Arg {
    let argument = Arg::new(format!("parameter:{}", parameter.wire))
        .long(flag)
        .value_name(value_name(api, &parameter.ty))
        .help(help_of(api, parameter));
    let argument = if parameter.repeated {
        argument.action(ArgAction::Append)
    } else {
        argument
    };
    if parameter.ty == Type::Bool {
        argument
            .num_args(0..=1)
            .require_equals(true)
            .default_missing_value("true")
    } else {
        argument
    }
}

/// Reads the words after the method's name. All mistakes are collected as far as the words can be read.
pub(super) fn read(
    method: &Method,
    command: Command,
    words: &[OsString],
) -> CallResult<MethodArguments> {
    let mut mistakes = unknown_flags(&command, words);
    if !mistakes.is_empty() {
        mistakes.dedup();
        return Err(CallFailure::usage(mistakes).hint(help_line(method)));
    }
    let words = attached(&command, words);
    let matches = command
        .no_binary_name(true)
        .args_override_self(false)
        .try_get_matches_from(&words)
        .map_err(|error| wrong(method, &words, &error))?;
    let options = OwnOptions::of(&matches).map_err(|error| wrong(method, &words, &error))?;
    let mut parameters = flags_of(&matches);
    positions_of(method, &words, &matches, &mut parameters, &mut mistakes);
    by_name(&options, &mut parameters, &mut mistakes);
    let model = method.model();
    for (name, instead) in REFUSED {
        // A part of the path is the name of a resource.
        let is_path = |one: &&Parameter| one.wire == name && one.location == Location::Path;
        if parameters.contains_key(name) && !model.required.iter().any(|one| is_path(&one)) {
            mistakes.push(Mistake::new(name, instead));
        }
    }
    if !mistakes.is_empty() {
        return Err(CallFailure::usage(mistakes).hint(help_line(method)));
    }
    Ok(MethodArguments {
        options,
        parameters,
    })
}

/// Returns the line that prints the help of a method.
pub(super) fn help_line(method: &Method) -> String {
    let (api, model) = (method.api(), method.model());
    format!(
        "gapi call {}:{} {} --help",
        api.name, api.version, model.path_name
    )
}

fn wrong(method: &Method, words: &[OsString], error: &clap::Error) -> Box<CallFailure> {
    let argument = match (error.kind(), error.get(ContextKind::InvalidArg)) {
        (ErrorKind::UnknownArgument, Some(ContextValue::String(argument))) => Some(argument),
        _ => None,
    };
    let mistake = match argument {
        Some(argument) => too_many(words, argument),
        None => {
            // clap's own label and usage are left to the help.
            let text = text_of(error);
            let message = text.trim_start_matches("error: ");
            let message = message.split("\n\nUsage:").next().unwrap_or_default();
            let message = message
                .split("\n\nFor more information")
                .next()
                .unwrap_or_default();
            let text = gapi_codegen::text::inert_lines(message);
            let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
            Mistake::new("", lines.collect::<Vec<_>>().join("; "))
        }
    };
    CallFailure::usage(vec![mistake]).hint(help_line(method))
}

/// Returns the mistake of a word that no parameter takes. What follows a `=` or the name of a secret, and JSON, may be a secret.
fn too_many(words: &[OsString], word: &str) -> Mistake {
    if matches!(word, "true" | "false") {
        let message = format!(
            "`{word}` is no argument: a boolean takes its value after `=`, as in --name={word}"
        );
        return Mistake::new("", message);
    }
    let name = without_secret(word.split('=').next().unwrap_or_default());
    let is_plain = |c: char| c.is_alphanumeric() || "-_./:@".contains(c);
    let mut pairs = words.windows(2);
    let is_value = pairs.any(|pair| pair[1] == word && is_secret_name(&pair[0].to_string_lossy()));
    let named = if !is_value && name.chars().all(is_plain) {
        format!("`{name}`")
    } else {
        "a word".to_owned()
    };
    Mistake::new(
        "",
        format!("{named} is one argument too many: the others are set by their names"),
    )
}

/// Returns the flags that are neither options nor parameters.
fn unknown_flags(command: &Command, words: &[OsString]) -> Vec<Mistake> {
    let longs: Vec<&str> = command
        .get_arguments()
        .filter_map(clap::Arg::get_long)
        .collect();
    let mut mistakes = Vec::new();
    let mut is_value = false;
    for word in words {
        let text = word.to_str().unwrap_or_default();
        if std::mem::take(&mut is_value) && !text.starts_with("--") {
            continue;
        }
        if text == "--" {
            break;
        }
        let Some(long) = text.strip_prefix("--") else {
            continue;
        };
        let (name, value) = long
            .split_once('=')
            .map_or((long, None), |(name, value)| (name, Some(value)));
        match command
            .get_arguments()
            .find(|argument| argument.get_long() == Some(name))
        {
            Some(argument) => {
                is_value = value.is_none()
                    && argument.get_action().takes_values()
                    && !argument.is_require_equals_set();
            }
            None => {
                let name = without_secret(name);
                let refused = REFUSED.iter().find(|(wire, _)| flag(wire) == flag(name));
                if let Some((_, instead)) = refused {
                    mistakes.push(Mistake::new(format!("--{name}"), *instead));
                    continue;
                }
                let kebab = flag(name);
                let nearest = nearest(&kebab, longs.iter().copied());
                mistakes.push(
                    Mistake::new(format!("--{name}"), "unknown option or parameter")
                        .nearest(nearest.into_iter().map(|name| format!("--{name}"))),
                );
            }
        }
    }
    mistakes
}

/// Joins a flag of the method and a value that begins with one dash, which is no option of gapi: `--page-token -abc`.
fn attached(command: &Command, words: &[OsString]) -> Vec<OsString> {
    let shorts: Vec<char> = command
        .get_arguments()
        .filter_map(clap::Arg::get_short)
        .collect();
    let is_dashed_value = |word: &OsString| {
        let text = word.to_str().unwrap_or_default();
        text.starts_with('-')
            && !text.starts_with("--")
            && text
                .chars()
                .nth(1)
                .is_some_and(|letter| !shorts.contains(&letter))
    };
    let is_flag = |word: &OsString| {
        let name = word.to_str().and_then(|text| text.strip_prefix("--"));
        name.is_some_and(|name| {
            command.get_arguments().any(|argument| {
                argument.get_long() == Some(name)
                    && argument.get_action().takes_values()
                    && !argument.is_require_equals_set()
            })
        })
    };
    let mut joined: Vec<OsString> = Vec::new();
    let mut words = words.iter().peekable();
    while let Some(word) = words.next() {
        if word == "--" {
            joined.push(word.clone());
            break;
        }
        let mut word = word.clone();
        if is_flag(&word)
            && let Some(value) = words.next_if(|next| is_dashed_value(next))
        {
            word.push("=");
            word.push(value);
        }
        joined.push(word);
    }
    joined.extend(words.cloned());
    joined
}

/// Returns the parameters that were given as flags.
fn flags_of(matches: &ArgMatches) -> Parameters {
    let given = matches.ids().filter_map(|id| {
        let wire = id.as_str().strip_prefix("parameter:")?;
        let values = matches.get_many::<String>(id.as_str())?.cloned().collect();
        Some((wire.to_owned(), values))
    });
    given.collect()
}

/// Gives the words to the required parameters that have no flag, in their order.
fn positions_of(
    method: &Method,
    given: &[OsString],
    matches: &ArgMatches,
    parameters: &mut Parameters,
    mistakes: &mut Vec<Mistake>,
) {
    let required = &method.model().required;
    let mut words = required.iter().filter_map(|parameter| {
        matches
            .get_one::<String>(&positional(&parameter.wire))
            .cloned()
    });
    let open: Vec<&Parameter> = required
        .iter()
        .filter(|parameter| !parameters.contains_key(&parameter.wire))
        .collect();
    for parameter in open {
        if let Some(word) = words.next() {
            parameters.insert(parameter.wire.clone(), vec![word]);
        }
    }
    for word in words {
        mistakes.push(too_many(given, &word));
    }
}

/// Adds the parameters of `-p NAME=VALUE`.
fn by_name(options: &OwnOptions, parameters: &mut Parameters, mistakes: &mut Vec<Mistake>) {
    let given: Vec<String> = parameters.keys().cloned().collect();
    for text in &options.param {
        match text.split_once('=') {
            // The `=` is a part of the value.
            Some((name, _)) if without_secret(name) != name => {
                let name = without_secret(name);
                mistakes.push(Mistake::new("-p", format!("expected `{name}=VALUE`")));
            }
            Some((name, _)) if given.iter().any(|other| other == name) => {
                mistakes.push(Mistake::new(name, "this parameter is given twice"));
            }
            Some((name, value)) => {
                parameters
                    .entry(name.to_owned())
                    .or_default()
                    .push(value.to_owned());
            }
            None => mistakes.push(Mistake::new("-p", "expected NAME=VALUE: a text has no `=`")),
        }
    }
}
