//! The help of a method, made from its document.

use gapi_codegen::describe;
use gapi_codegen::model::{Api, OperationShape};
use gapi_dynamic::{Method, Service};

use super::arguments::flag;
use super::failure::{CallFailure, CallResult, Exit};
use crate::diagnostic::Outcome;
use crate::print::{print, quoted};

/// Lines after the options.
const STATUSES: &str = "Exit status: 0 done; 1 the API returned an error, or the operation failed; 2 wrong arguments, nothing was sent; 4 no valid \
credentials; 5 no document; 6 no usable response; 7 a local file; 130 interrupted.";

fn printed(outcome: Outcome) -> CallResult {
    outcome.map_err(|failures| CallFailure::of(Exit::File, failures))
}

/// Prints the options that no document has.
pub(super) fn print_own(own: clap::Command) -> CallResult {
    let mut command = own
        .about("Call a method of an API")
        .override_usage("gapi call [OPTIONS] API[:VERSION] METHOD [ARGUMENTS] [--PARAMETER VALUE]...\n       gapi call [OPTIONS] METHOD_ID [ARGUMENTS] [--PARAMETER VALUE]...")
        .after_help(format!(
            "`gapi list --remote` has the APIs, `gapi methods API` the methods, `gapi call API METHOD --help` the parameters of one.\n\n{STATUSES}"
        ));
    printed(print(&command.render_long_help().to_string()))
}

/// Prints the methods of an API; without `--help`, one has to be named.
pub(super) fn print_methods(service: &Service, wants_help: bool) -> CallResult {
    let spec = format!("{}:{}", service.name(), service.version());
    if !wants_help {
        return Err(CallFailure::mistake("", format!("name a method of {spec}"))
            .hint(format!("gapi methods {spec}")));
    }
    let lines: Vec<String> = service
        .methods()
        .iter()
        .map(|method| format!("{:6} {}\n", method.verb, method.name))
        .collect();
    printed(print(&lines.concat()))
}

/// Prints the help of one method.
pub(super) fn print_method(
    service: &Service,
    method: &Method,
    command: clap::Command,
) -> CallResult {
    printed(print(&text(service, method, command)))
}

pub(super) fn text(service: &Service, method: &Method, command: clap::Command) -> String {
    let (api, model) = (method.api(), method.model());
    let spec = format!("{}:{}", api.name, api.version);
    let arguments: Vec<String> = model
        .required
        .iter()
        .map(|parameter| format!("<{}>", parameter.wire))
        .collect();
    let words = [vec![spec.clone(), model.path_name.clone()], arguments].concat();
    let usage = format!("gapi call {} [OPTIONS]", words.join(" "));
    let description = describe::method(api, model, 0);
    let mut about = format!("{spec} {}\n{}\n", description.name, description.http);
    if model.deprecated {
        about.push_str("Deprecated.\n");
    }
    if !model.description.trim().is_empty() {
        about.push_str(&format!("\n{}\n", model.description.trim()));
    }
    let mut after = String::new();
    if let Some(body) = &description.body {
        after.push_str(&format!(
            "Body:\n{:#}\n`gapi show {spec} {} --body --depth 3` prints more of it.\n\n",
            body.json, model.path_name
        ));
    }
    let hidden = super::arguments::without_flag(method);
    if !hidden.is_empty() {
        let lines: Vec<String> = hidden
            .iter()
            .map(|parameter| {
                format!(
                    "-p {}=VALUE  {}",
                    parameter.wire,
                    describe::one_line(&parameter.description)
                )
            })
            .collect();
        after.push_str(&format!(
            "Parameters without a flag, which belongs to an option or to another parameter:\n{}\n",
            indented(&lines)
        ));
    }
    let abilities = abilities(service, method);
    if !abilities.is_empty() {
        after.push_str(&format!("Abilities:\n{}\n", indented(&abilities)));
    }
    if !description.scopes.is_empty() {
        after.push_str(&format!(
            "Scopes, any one of which is enough:\n{}\n",
            indented(&description.scopes)
        ));
    }
    after.push_str(&format!(
        "Examples:\n{}\n{STATUSES}",
        indented(&examples(method, &spec))
    ));
    let inert = |text: &str| gapi_codegen::text::inert_lines(text).into_owned();
    let mut command = command
        .about(inert(&about))
        .override_usage(inert(&usage))
        .after_help(inert(&after));
    command.render_help().to_string()
}

fn indented(lines: &[String]) -> String {
    lines.iter().map(|line| format!("  {line}\n")).collect()
}

/// Returns what can be done beside sending one request.
fn abilities(service: &Service, method: &Method) -> Vec<String> {
    let model = method.model();
    let mut lines = Vec::new();
    match &model.paging {
        Some(paging) if paging.items.is_some() => {
            lines.push("--all, --limit N: the entries of all pages, or so many of them".to_owned());
        }
        Some(_) => lines.push("--pages: all pages".to_owned()),
        None => {}
    }
    match &model.operation {
        Some(operation) if operation.shape == OperationShape::Aip151 => {
            lines.push(
                "--wait, --wait=response: it starts an operation, which can be waited for"
                    .to_owned(),
            );
        }
        Some(_) => lines.push("--wait: it starts an operation, which can be waited for".to_owned()),
        None => {}
    }
    if model.upload.is_some() {
        lines.push("--upload FILE: it takes media".to_owned());
    }
    if model.download.is_some() {
        lines.push("--media -o FILE: it has media to download".to_owned());
    } else if model.operation.is_some() {
        let beside = media_beside(service, &model.path_name);
        if !beside.is_empty() {
            let names = beside.join(" or ");
            lines.push(format!(
                "for the media itself: {names}, with --media -o FILE"
            ));
        }
    }
    if model.raw_response {
        lines.push("-o FILE: the response is bytes".to_owned());
    }
    lines
}

/// Returns the methods of the same resource that have media to download.
fn media_beside(service: &Service, path_name: &str) -> Vec<String> {
    let resource = |name: &str| {
        name.rsplit_once('.')
            .map_or("", |(resource, _)| resource)
            .to_owned()
    };
    let names = service.methods().iter().map(|entry| entry.name.clone());
    let beside = names.filter(|name| resource(name) == resource(path_name));
    let has_media = |name: &String| {
        let method = service.find(name);
        method.is_ok_and(|method| method.model().download.is_some())
    };
    beside.filter(has_media).collect()
}

/// Returns three command lines with the method.
fn examples(method: &Method, spec: &str) -> Vec<String> {
    let model = method.model();
    let words: Vec<String> = model
        .required
        .iter()
        .map(|parameter| quoted(&parameter.wire.to_uppercase()))
        .collect();
    let mut first = format!("gapi call {spec} {}", model.path_name);
    for word in &words {
        first.push(' ');
        first.push_str(word);
    }
    let mut lines = vec![match &model.request {
        Some(_) => format!("{first} --body @body.json"),
        None => first.clone(),
    }];
    if let Some(set) = model
        .request
        .as_ref()
        .and_then(|ty| first_property(method.api(), ty))
    {
        lines.push(format!("{first} --set {set}"));
    }
    match (&model.paging, &model.operation) {
        (Some(paging), _) if paging.items.is_some() => {
            lines.push(format!(
                "{first} --all --format value --columns {}",
                first_column(method)
            ));
        }
        (_, Some(_)) => lines.push(format!("{first} --wait --deadline 10m")),
        _ if model.download.is_some() => lines.push(format!("{first} --media -o FILE")),
        _ if model.upload.is_some() => lines.push(format!("{first} --upload FILE")),
        _ => {
            if let Some(parameter) = model.optional.first() {
                lines.push(format!("{first} --{}=VALUE", flag(&parameter.wire)));
            }
        }
    }
    lines.push(format!("{first} --dry-run=curl"));
    lines.truncate(4);
    lines
}

fn first_property(api: &Api, ty: &gapi_codegen::model::Type) -> Option<String> {
    let (_, fields) = super::field_path::resolved(api, ty);
    let field = fields?
        .iter()
        .find(|field| !field.notes.read_only && super::field_path::is_scalar(api, &field.ty))?;
    Some(quoted(&format!("{}=VALUE", field.wire)))
}

fn first_column(method: &Method) -> String {
    let columns = super::columns::usual(method.api(), &super::mode::entry_type(method));
    columns
        .into_iter()
        .next()
        .map_or_else(|| "name".to_owned(), |column| column.title)
}
