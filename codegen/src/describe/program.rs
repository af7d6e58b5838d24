//! A first program: it calls one method and prints what comes back.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::snippet::{indented, pattern};
use crate::example::{Spelling, argument, body, request};
use crate::model::{Api, Field, Method, Parameter, Shape, Type, Verb};

/// The properties by which people know an entry, the best first.
const NAMES: [&str; 6] = ["name", "displayName", "title", "summary", "email", "id"];

/// Who a program acts as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// Whom Application Default Credentials find, else the user who signed in with `gapi auth login`.
    Found,
    /// The user who signed in with `gapi auth login`.
    SignedIn,
    /// The service account of this key file.
    ServiceAccount(String),
}

/// What a program is like.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Program {
    /// The name of package gapi in the program: `gapi`.
    pub runtime: String,
    /// Without async.
    pub blocking: bool,
    /// Who it acts as.
    pub identity: Identity,
    /// What the module has, as patterns. Without any, the method alone.
    pub patterns: Vec<String>,
    /// The words before its arguments on the command line: `cargo run --`.
    pub command: String,
}

impl Default for Program {
    fn default() -> Self {
        Self {
            runtime: "gapi".to_owned(),
            blocking: false,
            identity: Identity::Found,
            patterns: Vec::new(),
            command: "cargo run --".to_owned(),
        }
    }
}

/// Returns the method that a first program calls: of these, or of all, a list with as few arguments as possible, of the resource with the most
/// methods. Only an API without anything to read has one that changes something.
#[must_use]
pub fn first_method<'a>(api: &'a Api, names: Option<&BTreeSet<&str>>) -> Option<&'a Method> {
    let is_candidate =
        |method: &&Method| names.is_none_or(|names| names.contains(method.path_name.as_str()));
    let resource = |method: &Method| {
        let parts = method.path_name.rsplit_once('.');
        parts.map(|(resource, _)| resource.to_owned())
    };
    let beside = |method: &Method| {
        let own = resource(method);
        let methods = api.root.all_methods();
        methods.filter(|other| resource(other) == own).count()
    };
    let risk = |method: &Method| match method.verb {
        Verb::Get if !method.raw_response => 0,
        Verb::Get | Verb::Head => 1,
        Verb::Post => 2,
        Verb::Put | Verb::Patch => 3,
        Verb::Delete => 4,
    };
    let candidates = api.root.all_methods().filter(is_candidate);
    candidates.min_by_key(|method| {
        let paging = method.paging.as_ref();
        let is_list = paging.is_some_and(|paging| paging.items.is_some());
        (
            method.deprecated,
            risk(method),
            !is_list,
            words(api, method).len(),
            method.wire != if is_list { "list" } else { "get" },
            Reverse(beside(method)),
        )
    })
}

/// Returns the parameters that a program takes from its command line, in capitals: `PROJECT`.
#[must_use]
pub fn words(api: &Api, method: &Method) -> Vec<String> {
    let taken = method
        .required
        .iter()
        .filter(|parameter| is_word(api, parameter));
    taken.map(|parameter| capitals(&parameter.ident)).collect()
}

/// Returns a Rust source file that calls a method of an API.
#[must_use]
pub fn program(api: &Api, method: &Method, options: &Program) -> String {
    let names = Spelling::of(api);
    let (module, runtime) = (names.module(), &options.runtime);
    let spec = format!("{}:{}", api.name, api.version);
    let is_name = |text: &str| {
        api.root
            .all_methods()
            .any(|method| method.path_name == text)
    };
    let patterns = match options.patterns.as_slice() {
        [] => pattern(&method.path_name),
        patterns => {
            let spelled = patterns.iter().map(|text| match is_name(text) {
                true => pattern(text),
                false => text.clone(),
            });
            spelled.collect::<Vec<_>>().join(", ")
        }
    };
    let head = if options.blocking {
        "fn main()"
    } else {
        "#[tokio::main]\nasync fn main()"
    };
    let credentials = match &options.identity {
        Identity::Found => format!("{runtime}::auth::default()?"),
        Identity::SignedIn => "user".to_owned(),
        Identity::ServiceAccount(file) => {
            format!("{runtime}::auth::ServiceAccount::from_file({file:?})?")
        }
    };
    let before = match options.identity {
        Identity::Found => {
            "    // A key file, your own login, or the service account of the machine.\n".to_owned()
        }
        Identity::SignedIn => format!(
            "    let user = {runtime}::auth::AuthorizedUser::signed_in()?\n        \
             .ok_or(\"no user is signed in: run `gapi auth login`\")?;\n"
        ),
        Identity::ServiceAccount(_) => String::new(),
    };
    format!(
        "//! Calls `{}` of {}.\n\n{runtime}::api! {{\n    mod {module} = {spec:?} {{ {patterns} }};\n}}\n\n\
         {head} -> Result<(), Box<dyn std::error::Error>> {{\n{before}    \
         let client = {runtime}::Client::new({credentials});\n\n{}    Ok(())\n}}\n",
        method.id,
        title(api),
        indented(&statements(api, &names, method, options)),
    )
}

fn title(api: &Api) -> String {
    let title = super::one_line(&api.title);
    if title.is_empty() {
        format!("{}:{}", api.name, api.version)
    } else {
        format!("the {title}")
    }
}

/// Returns the statements after the client.
fn statements(api: &Api, names: &Spelling<'_>, method: &Method, options: &Program) -> String {
    let mut text = String::new();
    let words = words(api, method);
    if !words.is_empty() {
        text.push_str("let mut arguments = std::env::args().skip(1);\n");
    }
    let usage = format!("usage: {} {}", options.command, words.join(" "));
    let mut arguments = Vec::new();
    for parameter in &method.required {
        if is_word(api, parameter) {
            let name = local(&parameter.ident);
            text.push_str(&format!(
                "let {name} = arguments.next().ok_or({usage:?})?;\n"
            ));
            arguments.push(if parameter.repeated {
                format!("[{name}]")
            } else {
                name
            });
        } else if let Some(default) = default(parameter) {
            arguments.push(format!("{default:?}"));
        } else {
            arguments.push(argument(api, names, parameter));
        }
    }
    if let Some(body) = body(api, names, method) {
        text.push_str(&format!("let body = {body};\n"));
        arguments.push("body".to_owned());
    }
    text.push_str(&request(api, names, method, &arguments.join(", ")));
    let items = method.paging.as_ref().map(|paging| paging.items.as_ref());
    text.push_str(&match items {
        Some(Some(items)) if items.map => {
            each(options, "items", "(name, _)", "println!(\"{name}\");")
        }
        Some(Some(items)) => each(options, "items", "item", &print(api, "item", &items.ty)),
        Some(None) => each(options, "pages", "page", "println!(\"{page:?}\");"),
        None => {
            let sent = if options.blocking {
                format!(
                    "{}::blocking::block_on(request.send(&client))?",
                    options.runtime
                )
            } else {
                "request.send(&client).await?".to_owned()
            };
            match &method.response {
                Some(ty) => format!("let response = {sent};\n{}\n", print(api, "response", ty)),
                None => format!("{sent};\nprintln!(\"done\");\n"),
            }
        }
    });
    text
}

/// Returns the statements that print each one of many.
fn each(options: &Program, many: &str, one: &str, print: &str) -> String {
    if options.blocking {
        let runtime = &options.runtime;
        return format!(
            "for entry in {runtime}::blocking::iter(request.{many}(&client)) {{\n    \
             let {one} = entry?;\n    {print}\n}}\n"
        );
    }
    format!(
        "let mut {many} = request.{many}(&client);\n\
         while let Some({one}) = {many}.try_next().await? {{\n    {print}\n}}\n"
    )
}

/// Returns the statement that prints a value: its name where it has one.
fn print(api: &Api, variable: &str, ty: &Type) -> String {
    let fields: &[Field] = match ty {
        Type::Named(id) | Type::Boxed(id) => match &api.types[id.0].shape {
            Shape::Object(fields) if !api.types[id.0].is_raw() => fields,
            _ => &[],
        },
        Type::String => return format!("println!(\"{{{variable}}}\");"),
        _ => &[],
    };
    let named = NAMES.iter().find_map(|name| {
        fields
            .iter()
            .find(|field| field.wire == *name && field.ty == Type::String && !field.secret)
    });
    match named {
        Some(field) => format!(
            "println!(\"{{}}\", {variable}.{}.unwrap_or_default());",
            field.ident
        ),
        None => format!("println!(\"{{{variable}:?}}\");"),
    }
}

/// Returns the default of a text parameter, such as `me` for the user.
fn default(parameter: &Parameter) -> Option<&str> {
    let default = parameter.notes.default.as_deref()?;
    (parameter.ty == Type::String && !parameter.repeated).then_some(default)
}

/// Whether the user has to name the value of a parameter.
fn is_word(api: &Api, parameter: &Parameter) -> bool {
    let is_text = match &parameter.ty {
        Type::String => true,
        Type::Named(id) => matches!(api.types[id.0].shape, Shape::Alias(Type::String)),
        _ => false,
    };
    is_text && default(parameter).is_none()
}

fn capitals(ident: &str) -> String {
    ident
        .trim_start_matches("r#")
        .trim_matches('_')
        .to_uppercase()
}

/// Returns a local variable for a parameter. The program has others, whose names are not taken.
fn local(ident: &str) -> String {
    match ident {
        "arguments" | "client" | "body" | "request" | "user" => format!("{ident}_"),
        _ => ident.to_owned(),
    }
}
