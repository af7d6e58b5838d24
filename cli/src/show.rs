//! `gapi show`: the description of a method.

use gapi_codegen::Source;
use gapi_codegen::describe::{self, Argument, Description};
use gapi_codegen::model::Api;
use serde_json::{Value, json};

use crate::diagnostic::{Failure, Outcome};
use crate::doc_index::{self, DocIndex};
use crate::print::{self, print};

/// Show the description of a method, and a program that calls it
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples: gapi show sqladmin:v1 instances.list\n          gapi show sql.instances.list"
)]
pub(crate) struct Arguments {
    /// The method's id; or a document, with the method after it
    #[arg(value_name = "[API] METHOD", num_args = 1..=2, required = true)]
    words: Vec<String>,
    /// How many levels of objects a body shows below the first
    #[arg(long, default_value_t = 0, value_name = "LEVELS")]
    depth: usize,
    /// Print a JSON object
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let (api, name) = match arguments.words.as_slice() {
        [spec, method] => (doc_index::api(spec)?, method),
        [id] => (by_id(id)?, id),
        _ => return Err(Failure::new("name one method").into()),
    };
    let method = describe::find(&api, name).map_err(Failure::from)?;
    let description = describe::method(&api, method, arguments.depth);
    if arguments.json {
        return print::json(&json!(description));
    }
    print(&text(&description))
}

/// Returns the API that has a method with this id.
fn by_id(id: &str) -> Outcome<Api> {
    let library = DocIndex::find()?;
    let quoted = Value::from(id).to_string();
    let mut found = Vec::new();
    for entry in &library.index.documents {
        let text = library.text(entry)?;
        // Most documents need no second look.
        if text.contains(&quoted) {
            let api = doc_index::lower(&Source::new(&entry.file, text))?;
            if api.root.all_methods().any(|method| method.id == id) {
                found.push((entry.spec(), api));
            }
        }
    }
    let several = found.len() > 1;
    match found.pop() {
        Some((_, api)) if !several => Ok(api),
        Some((spec, _)) => {
            let mut specs: Vec<String> = found.into_iter().map(|(spec, _)| spec).collect();
            specs.push(spec);
            let failure = Failure::new(format!("{id} is a method of {}", specs.join(" and of ")));
            Err(failure
                .help(format!("name one of them: `gapi show {} {id}`", specs[0]))
                .into())
        }
        None => {
            let failure = Failure::new(format!(
                "no available document has a method with the id `{id}`"
            ));
            Err(failure
                .help("name the document too: `gapi show sqladmin:v1 instances.list`; `gapi list` lists the available ones")
                .into())
        }
    }
}

/// Returns the description as text.
fn text(method: &Description) -> String {
    let mut text = format!("{} {}\n{}\n", method.api, method.name, method.http);
    if method.deprecated {
        text.push_str("Deprecated.\n");
    }
    if !method.description.is_empty() {
        text.push_str(&format!("\n{}\n", method.description.trim()));
    }
    let (required, optional): (Vec<_>, Vec<_>) = method
        .parameters
        .iter()
        .partition(|parameter| parameter.required);
    parameters(&mut text, "Arguments", &required);
    parameters(&mut text, "Setters", &optional);
    if let Some(body) = &method.body {
        text.push_str(&format!("\nBody: {}\n", body.ty));
        text.push_str(&indented(&body.rust));
        text.push_str("\nBody as JSON:\n");
        text.push_str(&indented(&format!("{:#}", body.json)));
    }
    let response = method.response.as_deref().unwrap_or("empty");
    text.push_str(&format!("\nResponse: {response}\n"));
    let mut can: Vec<String> = method
        .paging
        .iter()
        .map(|name| format!("`{name}` follows its pages"))
        .collect();
    if method.operation {
        can.push("it is a long-running operation".to_owned());
    }
    if method.download {
        can.push("media can be downloaded".to_owned());
    }
    if method.upload {
        can.push("media can be uploaded".to_owned());
    }
    if !can.is_empty() {
        text.push_str(&indented(&can.join("\n")));
    }
    text.push_str(&format!("\n{}\n", method.retries));
    if !method.scopes.is_empty() {
        let any = if method.scopes.len() > 1 {
            "Any one of the scopes"
        } else {
            "Scope"
        };
        text.push_str(&format!("\n{any}:\n"));
        text.push_str(&indented(&method.scopes.join("\n")));
    }
    text.push_str("\nExample:\n");
    text.push_str(&indented(&method.snippet));
    text
}

fn parameters(text: &mut String, title: &str, parameters: &[&Argument]) {
    if parameters.is_empty() {
        return;
    }
    text.push_str(&format!("\n{title}:\n"));
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
        text.push_str(&format!(
            "    {}: {}{many} ({})\n",
            parameter.name,
            parameter.ty,
            facts.join(", ")
        ));
        let description = describe::one_line(&parameter.description);
        if !description.is_empty() {
            text.push_str(&format!("        {description}\n"));
        }
        if !parameter.values.is_empty() {
            text.push_str(&format!(
                "        Values: {}\n",
                parameter.values.join(", ")
            ));
        }
    }
}

fn indented(text: &str) -> String {
    text.lines()
        .map(|line| match line {
            "" => "\n".to_owned(),
            line => format!("    {line}\n"),
        })
        .collect()
}
