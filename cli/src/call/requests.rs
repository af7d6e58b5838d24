//! The request of a call, made from parameters and body.

use std::collections::BTreeMap;

use gapi::{Client, Download};
use gapi_codegen::model::TokenIn;
use gapi_dynamic::{Method, Request, Service};
use gapi_transport::redact::is_secret_property;
use serde::Serialize;

use super::format::Format;
use crate::print::quoted;

/// The values of parameters, by their names in the document.
pub(super) type Parameters = BTreeMap<String, Vec<String>>;

/// Makes the request of the parameters and the body.
pub(super) fn request(
    method: &Method,
    unchecked: bool,
    parameters: &Parameters,
    body: Option<&impl Serialize>,
) -> Request {
    let mut request = method.call();
    for (name, values) in parameters {
        request = match values.as_slice() {
            [value] => request.set(name, value.clone()),
            values => request.all(name, values.iter().cloned()),
        };
    }
    if let Some(body) = body {
        request = request.body(body);
    }
    if unchecked {
        request.unchecked()
    } else {
        request
    }
}

/// Asks for pages that are no larger than the limit.
pub(super) fn limit_pages(method: &Method, limit: u64, parameters: &mut Parameters) {
    let model = method.model();
    let Some(TokenIn::Query(size)) = model.paging.as_ref().and_then(|paging| paging.size.clone())
    else {
        return;
    };
    let parameter = model
        .optional
        .iter()
        .find(|parameter| parameter.wire == size);
    let maximum = parameter.and_then(|parameter| parameter.notes.maximum.as_ref()?.parse().ok());
    let given = parameters
        .get(&size)
        .and_then(|values| values.first()?.parse::<u64>().ok());
    // Without a maximum in the document, only a small page is sure to be allowed.
    let wanted = match (given, maximum) {
        (Some(given), _) => limit.min(given),
        (None, Some(maximum)) => limit.min(maximum),
        (None, None) if limit <= 100 => limit,
        (None, None) => return,
    };
    parameters.insert(size, vec![wanted.to_string()]);
}

/// Returns the download of a method's media; with the format `raw`, of the bytes that are stored, which may be compressed.
pub(super) fn download(request: Request, client: &Client, format: Format) -> Download {
    let download = request.download(client);
    match format {
        Format::Raw => download.read_compressed(),
        _ => download,
    }
}

/// Returns the command that waits for an operation.
pub(super) fn wait_command(
    service: &Service,
    method: &Method,
    parameters: &Parameters,
    name: &str,
) -> Option<String> {
    let poll = method.model().operation.as_ref()?.poll.clone()?;
    let poll = service.find(&poll).ok()?;
    // The command is for a terminal, and for logs.
    if poll
        .model()
        .required
        .iter()
        .any(|parameter| is_secret_property(&parameter.wire))
    {
        return None;
    }
    let words: Vec<String> = poll
        .model()
        .required
        .iter()
        .enumerate()
        .map(|(index, parameter)| {
            let is_last = index + 1 == poll.model().required.len();
            let given = parameters
                .get(&parameter.wire)
                .and_then(|values| values.first());
            match given {
                Some(value) if !is_last => quoted(value),
                _ => quoted(name),
            }
        })
        .collect();
    let spec = format!("{}:{}", service.name(), service.version());
    Some(format!(
        "gapi call {spec} {} {} --wait",
        poll.model().path_name,
        words.join(" ")
    ))
}
