//! `gapi show`: the description of an API, a resource, a type or a method.

mod overview;
mod schema;

use gapi_codegen::describe::{self, Argument, Description};
use gapi_codegen::model::{Api, Method};
use gapi_codegen::suggest::{did_you_mean, nearest};
use serde_json::json;

use crate::diagnostic::{Failure, Outcome};
use crate::doc_index;
use crate::documents::{self, Found};
use crate::page::Page;
use crate::print::{self, is_json};

/// Show the description of an API, a resource, a type, or a method with a program that calls it
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples: gapi show sqladmin:v1\n          gapi show sqladmin:v1 instances\n          gapi show sqladmin:v1 DatabaseInstance\n          \
                  gapi show sqladmin:v1 instances.list\n          gapi show sql.instances.list\n          gapi show sqladmin:v1 instances.insert --body"
)]
pub(crate) struct Arguments {
    /// An API, such as `sqladmin:v1`, a path, or `-` for the standard input stream, with the name of a method, resource or type after it; or the id of a method
    #[arg(value_name = "API [NAME]", num_args = 1..=2, required = true)]
    words: Vec<String>,
    /// Print the JSON body of the method alone, with all properties that a request may set
    #[arg(long)]
    body: bool,
    /// How many levels of objects a body shows below the first
    #[arg(long, default_value_t = 0, value_name = "LEVELS")]
    depth: usize,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let (found, name) = match arguments.words.as_slice() {
        [word] if documents::is_id(word) => (documents::with_method(word), Some(word)),
        [id, _] if documents::is_id(id) => {
            let failure = Failure::usage(format!(
                "{id} is the id of a method, and nothing follows it"
            ));
            return Err(failure
                .help("an API comes first: `gapi show sqladmin:v1 instances.list`")
                .into());
        }
        [spec, name] => (
            documents::named(spec, documents::Policy::system()),
            Some(name),
        ),
        [spec] => (documents::named(spec, documents::Policy::system()), None),
        _ => return Err(Failure::usage("name one method").into()),
    };
    let Found { source, .. } = found.map_err(|error| error.failure)?;
    let api = doc_index::lower(&source)?;
    let Some(name) = name else {
        return show(
            arguments,
            || overview::api(&api),
            || overview::api_json(&api),
        );
    };
    if let Ok(method) = describe::find(&api, name) {
        return show_method(arguments, &api, method);
    }
    if let Some(resource) = overview::find(&api.root, name) {
        let (text, json) = overview::resource(&api, resource);
        return show(arguments, || text, || json);
    }
    if let Some(def) = schema::find(&api, name) {
        return show(
            arguments,
            || schema::text(&api, def),
            || schema::json(&api, def),
        );
    }
    Err(unknown(&api, name).into())
}

fn show(
    arguments: &Arguments,
    text: impl FnOnce() -> Page,
    json: impl FnOnce() -> serde_json::Value,
) -> Outcome {
    if arguments.body {
        return Err(Failure::usage("only a method has a body").into());
    }
    if is_json() {
        print::json(&json())
    } else {
        text().print()
    }
}

fn show_method(arguments: &Arguments, api: &Api, method: &Method) -> Outcome {
    let description = describe::method(api, method, arguments.depth);
    if arguments.body {
        return match &description.body {
            Some(body) => print::json(&body.json),
            None => Err(Failure::new(format!("{} has no body", description.name)).into()),
        };
    }
    if is_json() {
        return print::json(&json!(description));
    }
    text(&description).print()
}

/// Returns the error of a name that is no method, resource or type, with the nearest ones.
fn unknown(api: &Api, name: &str) -> Failure {
    let methods = api
        .root
        .all_methods()
        .flat_map(|method| [method.path_name.as_str(), method.id.as_str()]);
    let names = methods
        .chain(overview::names(api))
        .chain(schema::names(api));
    let spec = format!("{}:{}", api.name, api.version);
    let failure = Failure::new(format!(
        "{spec}: there is no method, resource or type `{name}`"
    ));
    match did_you_mean(&nearest(name, names)) {
        Some(question) => failure.help(question),
        None => failure.help(format!("`gapi show {spec}` lists what there is")),
    }
}

/// Returns the description as text.
fn text(method: &Description) -> Page {
    let mut page = Page::new();
    page.title(&format!("{} {}", method.api, method.name));
    page.line(&method.http);
    if method.deprecated {
        page.line("Deprecated.");
    }
    if !method.description.is_empty() {
        page.line("");
        page.prose(0, method.description.trim());
    }
    let (required, optional): (Vec<_>, Vec<_>) = method
        .parameters
        .iter()
        .partition(|parameter| parameter.required);
    parameters(&mut page, "Arguments:", &required);
    parameters(&mut page, "Setters:", &optional);
    if let Some(body) = &method.body {
        page.title(&format!("Body: {}", body.ty));
        page.code(&body.rust);
        page.title("Body as JSON:");
        page.code(&format!("{:#}", body.json));
    }
    let response = method.response.as_deref().unwrap_or("empty");
    page.title(&format!("Response: {response}"));
    for name in &method.paging {
        page.prose(4, &format!("`{name}` follows its pages"));
    }
    for (can, what) in [
        (method.operation, "it is a long-running operation"),
        (method.download, "media can be downloaded"),
        (method.upload, "media can be uploaded"),
    ] {
        if can {
            page.prose(4, what);
        }
    }
    page.line("");
    page.prose(0, &method.retries);
    if !method.scopes.is_empty() {
        page.title(if method.scopes.len() > 1 {
            "Any one of the scopes:"
        } else {
            "Scope:"
        });
        page.prose(4, &method.scopes.join("\n"));
    }
    page.title("Example:");
    page.code(&method.snippet);
    page
}

fn parameters(page: &mut Page, title: &str, parameters: &[&Argument]) {
    if parameters.is_empty() {
        return;
    }
    page.title(title);
    for parameter in parameters {
        let mut facts = vec![parameter.location.to_owned()];
        if parameter.wire != parameter.name {
            facts.push(format!("`{}` on the wire", parameter.wire));
        }
        if parameter.deprecated {
            facts.push("deprecated".to_owned());
        }
        facts.extend(parameter.notes.iter().cloned());
        let many = if parameter.repeated {
            ", any number"
        } else {
            ""
        };
        page.entry(
            4,
            &format!(
                "{}: {}{many} ({})",
                parameter.name,
                parameter.ty,
                facts.join(", ")
            ),
        );
        let description = describe::one_line(&parameter.description);
        if !description.is_empty() {
            page.prose(8, &description);
        }
        if !parameter.values.is_empty() {
            page.prose(8, &format!("Values: {}", parameter.values.join(", ")));
        }
    }
}
