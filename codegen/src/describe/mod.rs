//! Descriptions of methods: HTTP line, arguments, body, response, scopes, and a program with a call.
//!
//! All of it comes from the model, so that names are those of the generated code.

#[cfg(feature = "emit")]
mod program;
mod skeleton;
#[cfg(feature = "emit")]
mod snippet;

#[cfg(feature = "emit")]
pub use program::{Identity, Program, first_method, program, words};
use serde::Serialize;
use serde_json::Value;

use crate::example::Spelling;
use crate::model::{Api, Location, Method, Parameter};
use crate::prose::{first_sentence, retries};
use crate::{Error, suggest};

/// A method in one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Summary {
    /// `instances.list`, what selections match.
    pub name: String,
    /// `sql.instances.list`
    pub id: String,
    /// `GET v1/projects/{project}/instances`
    pub http: String,
    /// The first sentence of the description, in one line.
    pub summary: String,
    /// Marked deprecated.
    pub deprecated: bool,
}

/// The description of a method.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Description {
    /// `sqladmin:v1`
    pub api: String,
    /// `instances.list`, what selections match.
    pub name: String,
    /// `sql.instances.list`
    pub id: String,
    /// `GET https://sqladmin.googleapis.com/v1/projects/{project}/instances`
    pub http: String,
    /// The description in the document.
    pub description: String,
    /// Marked deprecated.
    pub deprecated: bool,
    /// Arguments in their order, then setters by name.
    pub parameters: Vec<Argument>,
    /// The body of a request.
    pub body: Option<Body>,
    /// The type of the response as it is written in the module; `None` where the response is empty.
    pub response: Option<String>,
    /// The methods of the request besides `send`: `pages`, `items`.
    pub paging: Vec<&'static str>,
    /// The response is a long-running operation.
    pub operation: bool,
    /// Media can be uploaded.
    pub upload: bool,
    /// Media can be downloaded.
    pub download: bool,
    /// When a call is retried, in one line.
    pub retries: String,
    /// The scopes, any one of which is enough.
    pub scopes: Vec<String>,
    /// A Rust source file that calls the method.
    #[cfg(feature = "emit")]
    pub snippet: String,
}

/// One parameter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Argument {
    /// The argument or setter: `max_results`
    pub name: String,
    /// `maxResults`
    pub wire: String,
    /// `path` or `query`
    pub location: &'static str,
    /// The type of one value.
    #[serde(rename = "type")]
    pub ty: String,
    /// A positional argument, not a setter.
    pub required: bool,
    /// Takes any number of values.
    pub repeated: bool,
    /// What it means.
    pub description: String,
    /// `default 50`, `at most 100`, `matches ^a$`
    pub notes: Vec<String>,
    /// Values of an enum.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// Marked deprecated.
    pub deprecated: bool,
}

/// The body of a request.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Body {
    /// Its type as it is written in the module.
    #[serde(rename = "type")]
    pub ty: String,
    /// An expression with everything that a request may set.
    pub rust: String,
    /// The same as JSON.
    pub json: Value,
}

/// Returns every method in one line, in the order of the tree.
#[must_use]
pub fn methods(api: &Api) -> Vec<Summary> {
    api.root
        .all_methods()
        .map(|method| Summary {
            name: method.path_name.clone(),
            id: method.id.clone(),
            http: format!("{} {}{}", verb(method), api.service_path, method.path),
            summary: one_line(&first_sentence(&method.description)),
            deprecated: method.deprecated,
        })
        .collect()
}

/// Finds a method by its name in selections or by its id.
///
/// # Errors
///
/// Returns an error with the nearest names, if there is none.
pub fn find<'a>(api: &'a Api, name: &str) -> Result<&'a Method, Error> {
    let mut methods = api.root.all_methods();
    if let Some(method) = methods.find(|method| method.path_name == name || method.id == name) {
        return Ok(method);
    }
    let names: Vec<&str> = api
        .root
        .all_methods()
        .flat_map(|method| [method.path_name.as_str(), method.id.as_str()])
        .collect();
    let error = Error::new(
        format!("{}:{}", api.name, api.version),
        format!("there is no method `{name}`"),
    );
    let nearest = suggest::did_you_mean(&suggest::nearest(name, names));
    Err(match nearest {
        Some(hint) => error.help(hint),
        None => error.help(format!(
            "`gapi methods {}:{}` lists all {}",
            api.name,
            api.version,
            api.root.method_count()
        )),
    })
}

/// Describes a method of an API. `depth` is the number of levels of objects that a body shows below the first.
#[must_use]
pub fn method(api: &Api, method: &Method, depth: usize) -> Description {
    let names = Spelling::of(api);
    let required = method.required.iter().map(|parameter| (parameter, true));
    let optional = method.optional.iter().map(|parameter| (parameter, false));
    let paging = match &method.paging {
        None => vec![],
        Some(paging) if paging.items.is_some() => vec!["pages", "items"],
        Some(_) => vec!["pages"],
    };
    Description {
        api: format!("{}:{}", api.name, api.version),
        name: method.path_name.clone(),
        id: method.id.clone(),
        http: format!(
            "{} {}{}{}",
            verb(method),
            api.root_url,
            api.service_path,
            method.path
        ),
        description: method.description.clone(),
        deprecated: method.deprecated,
        parameters: required
            .chain(optional)
            .map(|(parameter, required)| argument(api, &names, parameter, required))
            .collect(),
        body: method.request.as_ref().map(|ty| Body {
            ty: names.ty(ty),
            rust: skeleton::rust(api, &names, ty, depth),
            json: skeleton::json(api, ty, depth),
        }),
        response: method.response.as_ref().map(|ty| {
            if method.raw_response {
                "gapi::HttpBody".to_owned()
            } else {
                names.ty(ty)
            }
        }),
        paging,
        operation: method.operation.is_some(),
        upload: method.upload.is_some(),
        download: method.download.is_some(),
        retries: retries(method),
        scopes: method
            .scopes
            .iter()
            .filter_map(|index| api.scopes.get(*index))
            .map(|scope| scope.url.clone())
            .collect(),
        #[cfg(feature = "emit")]
        snippet: snippet::snippet(api, &names, method),
    }
}

fn argument(api: &Api, names: &Spelling<'_>, parameter: &Parameter, required: bool) -> Argument {
    Argument {
        name: parameter.ident.trim_start_matches("r#").to_owned(),
        wire: parameter.wire.clone(),
        location: match parameter.location {
            Location::Path => "path",
            Location::Query => "query",
        },
        ty: names.ty(&parameter.ty),
        required,
        repeated: parameter.repeated,
        description: parameter.description.clone(),
        notes: parameter.notes.in_words(),
        values: api
            .enum_values(&parameter.ty)
            .into_iter()
            .map(String::from)
            .collect(),
        deprecated: parameter.deprecated,
    }
}

fn verb(method: &Method) -> String {
    format!("{:?}", method.verb).to_uppercase()
}

/// Returns a text without line breaks.
#[must_use]
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
