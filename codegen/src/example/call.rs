//! A call of a method, in a few statements.

use super::spelling::Spelling;
use super::values;
use crate::model::{Api, Method, Resource};

/// The length of a line from which on calls have lines of their own.
const WIDTH: usize = 80;

/// What an example does with its request, the simplest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum CallForm {
    Send,
    Wait,
    Items,
    Pages,
    Stream,
    Download,
    Upload,
}

impl CallForm {
    fn of(method: &Method) -> Self {
        match &method.paging {
            Some(paging) if paging.items.is_some() => Self::Items,
            Some(_) => Self::Pages,
            None if method.upload.is_some() => Self::Upload,
            None if method.download.is_some() => Self::Download,
            None if method.is_streamed() => Self::Stream,
            None if waits(method) => Self::Wait,
            None => Self::Send,
        }
    }
}

/// Whether the method starts what can be waited for. One that polls only reports it.
fn waits(method: &Method) -> bool {
    let operation = method.operation.as_ref();
    let poll = operation.and_then(|operation| operation.poll.as_ref());
    poll.is_some_and(|poll| *poll != method.path_name)
}

/// Returns the method that the docs of a resource call: one that is only sent, if there is any.
pub(crate) fn of_resource(resource: &Resource) -> Option<&Method> {
    // A body is the part of a call that is least obvious.
    let rank = |method: &&Method| match method.wire.as_str() {
        "create" | "insert" => 0,
        "get" => 1,
        _ => 2,
    };
    let methods = resource.methods.iter();
    methods.min_by_key(|method| (method.deprecated, CallForm::of(method), rank(method)))
}

/// Whether a method is called in another form than the one in the docs of its resource.
pub(crate) fn differs(method: &Method, of_resource: &Method) -> bool {
    CallForm::of(method) != CallForm::of(of_resource)
}

/// Returns a call with a `client`, where errors are those of the runtime. Each line ends with a line break.
pub(crate) fn statements(api: &Api, names: &Spelling<'_>, method: &Method) -> String {
    let mut text = String::new();
    let mut arguments: Vec<String> = method
        .required
        .iter()
        .map(|parameter| values::argument(api, names, parameter))
        .collect();
    if let Some(body) = values::body(api, names, method) {
        text.push_str(&format!("let body = {body};\n"));
        arguments.push("body".to_owned());
    }
    text.push_str(&request(api, names, method, &arguments.join(", ")));
    let wait = if waits(method) { ".wait()" } else { "" };
    text.push_str(&match CallForm::of(method) {
        CallForm::Send => response(method, "response", "send(&client)"),
        CallForm::Wait => response(method, "operation", "send(&client).wait()"),
        CallForm::Items => each("item", "items", "items(&client)"),
        CallForm::Pages => each("page", "pages", "pages(&client)"),
        CallForm::Stream => each("element", "elements", "send(&client).stream()"),
        CallForm::Download => "let content = request.download(&client).bytes().await?;\n\
             println!(\"{} bytes\", content.len());\n"
            .to_owned(),
        CallForm::Upload => {
            let media = format!("{}::Media::file(\"my-file\")", names.runtime());
            let call = format!("upload(media).send(&client){wait}");
            format!(
                "let media = {media};\n{}",
                response(method, "response", &call)
            )
        }
    });
    text
}

/// Returns the statements that print a response, or await that there is none.
fn response(method: &Method, name: &str, call: &str) -> String {
    if method.response.is_none() {
        return format!("request.{call}.await?;\n");
    }
    format!("let {name} = request.{call}.await?;\nprintln!(\"{{{name}:?}}\");\n")
}

/// Returns the statements that print each one of many.
fn each(one: &str, many: &str, call: &str) -> String {
    format!(
        "let mut {many} = request.{call};\n\
         while let Some({one}) = {many}.try_next().await? {{\n    println!(\"{{{one}:?}}\");\n}}\n"
    )
}

/// Returns the statement that makes the request.
pub(crate) fn request(api: &Api, names: &Spelling<'_>, method: &Method, arguments: &str) -> String {
    let (module, name) = (names.module(), &method.ident);
    let path = match handles(&api.root, &method.path_name).as_deref() {
        None | Some([]) => format!("methods::{name}"),
        Some(handles) => format!("{}().{name}", handles.join("().")),
    };
    let statement = format!("let request = {module}::{path}({arguments});\n");
    if statement.len() <= WIDTH {
        return statement;
    }
    let calls = path.replace("().", "()\n    .");
    format!("let request = {module}::{calls}({arguments});\n")
}

/// Returns the accessors from a resource to the method of this path.
fn handles<'a>(resource: &'a Resource, path: &str) -> Option<Vec<&'a str>> {
    if resource.methods.iter().any(|method| method.wire == path) {
        return Some(Vec::new());
    }
    // Names of resources may contain dots.
    resource.resources.iter().find_map(|child| {
        let rest = path.strip_prefix(&child.wire)?.strip_prefix('.')?;
        let mut handles = handles(child, rest)?;
        handles.insert(0, &child.ident);
        Some(handles)
    })
}
