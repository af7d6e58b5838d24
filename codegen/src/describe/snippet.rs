//! A program with a call of a method.

use super::spelling::{Spelling, likely, settable};
use crate::model::{Api, Field, Method, Parameter, Shape, Type};

/// Returns a Rust source file with a function that calls the method.
pub(super) fn snippet(api: &Api, names: &Spelling<'_>, method: &Method) -> String {
    let module = names.module();
    let spec = format!("{}:{}", api.name, api.version);
    let pattern = pattern(&method.path_name);
    let mut text = format!("gapi::api! {{\n    mod {module} = {spec:?} {{ {pattern} }};\n}}\n\n");
    // Underscores are for the module's sake; `self` alone is no name anywhere.
    let plain = method.ident.trim_end_matches('_');
    let name = match syn::parse_str::<syn::Ident>(plain) {
        Ok(_) => plain,
        Err(_) => method.ident.as_str(),
    };
    text.push_str(&format!(
        "pub async fn {name}(client: &gapi::Client) -> Result<(), gapi::Error> {{\n"
    ));
    let mut arguments: Vec<String> = method
        .required
        .iter()
        .map(|parameter| argument(api, names, parameter))
        .collect();
    if let Some(ty) = &method.request {
        text.push_str(&format!("    let body = {};\n", body(api, names, ty)));
        arguments.push("body".to_owned());
    }
    let handles: String = handles(api, method)
        .iter()
        .map(|handle| format!("{handle}::"))
        .collect();
    let call = match handles.trim_end_matches("::") {
        "" => format!("{module}::methods::{}", method.ident),
        path => format!("{module}::{}().{}", path.replace("::", "()."), method.ident),
    };
    text.push_str(&format!(
        "    let request = {call}({});\n",
        arguments.join(", ")
    ));
    text.push_str(match (&method.paging, &method.response) {
        (Some(paging), _) if paging.items.is_some() => {
            "    let mut items = request.items(client);\n    \
             while let Some(item) = items.try_next().await? {\n        println!(\"{item:?}\");\n    }\n    Ok(())\n"
        }
        (Some(_), _) => {
            "    let mut pages = request.pages(client);\n    \
             while let Some(page) = pages.try_next().await? {\n        println!(\"{page:?}\");\n    }\n    Ok(())\n"
        }
        (None, Some(_)) => {
            "    let response = request.send(client).await?;\n    println!(\"{response:?}\");\n    Ok(())\n"
        }
        (None, None) => "    request.send(client).await\n",
    });
    text.push_str("}\n");
    text
}

/// Returns the accessors from the top to the method's resource.
fn handles(api: &Api, method: &Method) -> Vec<String> {
    let mut handles = Vec::new();
    let mut resource = &api.root;
    let mut left = method.path_name.as_str();
    // Spelling of resources may hold anything, so the tree is walked rather than the name split.
    while let Some(child) = resource.resources.iter().find(|child| {
        left.strip_prefix(&child.wire)
            .is_some_and(|rest| rest.starts_with('.') && rest[1..].len() >= method.wire.len())
            && child
                .all_methods()
                .any(|other| other.path_name == method.path_name)
    }) {
        handles.push(child.ident.clone());
        left = &left[child.wire.len() + 1..];
        resource = child;
    }
    handles
}

/// Returns the name of the method in selections.
fn pattern(path_name: &str) -> String {
    // Comments and a byte order mark are no part of an identifier, so that the whole of it counts.
    let is_plain = |segment: &str| {
        syn::parse_str::<syn::Ident>(segment)
            .is_ok_and(|ident| ident == segment && !segment.starts_with("r#"))
    };
    let quoted = path_name.split('.').map(|segment| {
        if is_plain(segment) {
            segment.to_owned()
        } else {
            format!("{segment:?}")
        }
    });
    quoted.collect::<Vec<_>>().join(".")
}

/// Returns a value for a positional argument.
fn argument(api: &Api, names: &Spelling<'_>, parameter: &Parameter) -> String {
    let one = match &parameter.ty {
        Type::Bool => "true".to_owned(),
        Type::I32 | Type::U32 | Type::I64 | Type::U64 => "1".to_owned(),
        Type::F32 | Type::F64 => "1.0".to_owned(),
        Type::DateTime => "\"2026-01-31T12:00:00Z\"".to_owned(),
        Type::Date => "\"2026-01-31\"".to_owned(),
        Type::Duration => "\"60s\"".to_owned(),
        Type::Named(id) => match &api.types[id.0].shape {
            Shape::Enum(variants) => match likely(variants) {
                Some(variant) => format!("{}::{}", names.named(*id), variant.ident),
                None => "\"\"".to_owned(),
            },
            _ => format!("{:?}", example(parameter)),
        },
        _ => format!("{:?}", example(parameter)),
    };
    if parameter.repeated {
        format!("[{one}]")
    } else {
        one
    }
}

/// Returns a possible text for a path: `projects/my-project/locations/my-location` for a pattern of that form.
fn example(parameter: &Parameter) -> String {
    let pattern = parameter.notes.pattern.as_deref().unwrap_or_default();
    let inner = pattern.trim_start_matches('^').trim_end_matches('$');
    let words: Vec<&str> = inner.split('/').filter(|word| !word.is_empty()).collect();
    let is_word = |word: &str| {
        word.chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
    };
    // `[^/]+` contains a slash.
    let inner = inner.replace("[^/]+", "*").replace("[^/]*", "*");
    let parts: Vec<&str> = inner.split('/').collect();
    let readable = !words.is_empty() && parts.iter().all(|part| *part == "*" || is_word(part));
    if !readable {
        return format!(
            "my-{}",
            parameter.wire.rsplit('.').next().unwrap_or_default()
        );
    }
    let mut text = Vec::new();
    let mut before = "name";
    for part in parts {
        if part == "*" {
            text.push(format!("my-{}", before.strip_suffix('s').unwrap_or(before)));
        } else {
            text.push(part.to_owned());
            before = part;
        }
    }
    text.join("/")
}

/// Returns a body with a few of its texts and numbers.
fn body(api: &Api, names: &Spelling<'_>, ty: &Type) -> String {
    let fields = match ty {
        Type::Named(id) => match &api.types[id.0].shape {
            Shape::Object(fields) => fields,
            _ => return format!("{}::default()", names.turbofish(ty)),
        },
        _ => return format!("{}::default()", names.turbofish(ty)),
    };
    // Names come first; `kind`, `etag` and `id` are set by servers.
    let rank = |field: &&Field| match field.wire.as_str() {
        "name" | "displayName" | "title" | "summary" => 0,
        "description" => 1,
        _ => 2,
    };
    let mut simple: Vec<&Field> = settable(fields)
        .filter(|field| !matches!(field.wire.as_str(), "kind" | "etag" | "id"))
        .filter(|field| match field.ty {
            Type::String => !field.secret,
            Type::I32 | Type::U32 | Type::I64 | Type::U64 => true,
            _ => false,
        })
        .collect();
    simple.sort_by_key(rank);
    let lines: String = simple
        .into_iter()
        .take(2)
        .map(|field| {
            let value = match field.ty {
                Type::String => format!("{:?}.into()", format!("my-{}", field.wire)),
                _ => "1".to_owned(),
            };
            format!("        {}: Some({value}),\n", field.ident)
        })
        .collect();
    let name = names.turbofish(ty);
    if lines.is_empty() {
        format!("{name}::default()")
    } else {
        format!("{name} {{\n{lines}        ..Default::default()\n    }}")
    }
}
