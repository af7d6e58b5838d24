//! Values for the arguments and the body of an example.

use super::spelling::{Spelling, likely, settable};
use crate::model::names::snake;
use crate::model::{Api, Field, Method, Parameter, Shape, TokenIn, Type};

/// Returns a value for a positional argument.
pub(crate) fn argument(api: &Api, names: &Spelling<'_>, parameter: &Parameter) -> String {
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
        return mine(parameter.wire.rsplit('.').next().unwrap_or_default());
    }
    let mut text = Vec::new();
    let mut before = "name";
    for part in parts {
        if part == "*" {
            text.push(mine(before.strip_suffix('s').unwrap_or(before)));
        } else {
            text.push(part.to_owned());
            before = part;
        }
    }
    text.join("/")
}

/// Returns a value that a name suggests: `my-calendar-id` of `calendarId`.
fn mine(name: &str) -> String {
    format!("my-{}", snake(name).trim_matches('_').replace('_', "-"))
}

/// Returns a body with the properties that matter first.
pub(crate) fn body(api: &Api, names: &Spelling<'_>, method: &Method) -> Option<String> {
    let ty = method.request.as_ref()?;
    let name = names.turbofish(ty);
    let fields = match ty {
        Type::Named(id) => api.types[id.0].fields(),
        _ => &[],
    };
    // The runtime sets what pages need.
    let is_paging = |field: &Field| {
        let slot = Some(TokenIn::Body(field.wire.clone()));
        let paging = method.paging.as_ref();
        paging.is_some_and(|paging| Some(&paging.token) == slot.as_ref() || paging.size == slot)
    };
    // `kind`, `etag` and `id` are set by servers.
    let mut simple: Vec<(u8, &Field, String)> = settable(fields)
        .filter(|field| !matches!(field.wire.as_str(), "kind" | "etag" | "id") && !is_paging(field))
        .filter_map(|field| Some((rank(field), field, simple(field)?)))
        .collect();
    simple.sort_by_key(|(rank, ..)| *rank);
    // One is enough if none of them matters.
    let most = simple
        .first()
        .map_or(0, |(rank, ..)| 1 + usize::from(*rank < 3));
    let lines: String = simple
        .iter()
        .filter(|(rank, ..)| *rank < 3 || most == 1)
        .take(most)
        .map(|(_, field, value)| format!("    {}: Some({value}),\n", field.ident))
        .collect();
    Some(if lines.is_empty() {
        format!("{name}::default()")
    } else {
        format!("{name} {{\n{lines}    ..Default::default()\n}}")
    })
}

/// Returns how little a property matters, from 0 to 3.
fn rank(field: &Field) -> u8 {
    match field.wire.as_str() {
        _ if field.description.starts_with("Required") => 0,
        "name" | "displayName" | "title" | "summary" => 1,
        "description" => 2,
        _ => 3,
    }
}

/// Returns a value of a property that is a text, a number or a list of texts.
fn simple(field: &Field) -> Option<String> {
    let text = format!("{:?}.into()", mine(&field.wire));
    match &field.ty {
        Type::String if !field.secret => Some(text),
        Type::List(item) if **item == Type::String && !field.secret => {
            Some(format!("vec![{text}]"))
        }
        Type::I32 | Type::U32 | Type::I64 | Type::U64 => Some("1".to_owned()),
        _ => None,
    }
}
