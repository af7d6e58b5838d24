//! What a call does beside sending one request: all pages, media, waiting. Contradictions are found before anything is sent.

use std::ffi::OsString;

use gapi_codegen::model::{OperationShape, Type};
use gapi_dynamic::Method;

use super::columns::EntryType;
use super::failure::Mistake;
use super::format::Format;
use super::own_options::{Awaited, OwnOptions};

/// The form of a call.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Mode {
    /// One request, one response.
    One,
    /// One request, whose response is printed element by element.
    Stream,
    /// The entries of all pages, or so many of them.
    Entries(Option<u64>),
    /// All pages.
    Pages,
    /// Media instead of JSON.
    Media,
    /// Media in the request.
    Upload(OsString),
    /// The end of an operation.
    Wait(Awaited),
}

/// What the parameter `alt` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Json,
    /// JSON in events.
    Events,
    /// Bytes that only their reader knows.
    Other,
}

impl Form {
    fn of(alt: Option<&str>, mistakes: &mut Vec<Mistake>) -> Self {
        match alt {
            None | Some("json") => Self::Json,
            Some("sse") => Self::Events,
            Some("media") => {
                mistakes.push(Mistake::new("alt", "--media asks for the media"));
                Self::Other
            }
            Some(_) => Self::Other,
        }
    }
}

/// Decides the mode and the format; `alt` is the parameter of this name.
pub(super) fn of(
    method: &Method,
    options: &OwnOptions,
    alt: Option<&str>,
    mistakes: &mut Vec<Mistake>,
) -> (Mode, Format) {
    let form = Form::of(alt, mistakes);
    let mode = mode(method, options, mistakes);
    let format = format(method, &mode, form, options, mistakes);
    let has_elements = method.model().paging.is_none() && has_json(method);
    let mode =
        if mode == Mode::One && format == Format::Jsonl && (has_elements || form == Form::Events) {
            Mode::Stream
        } else {
            mode
        };
    (mode, format)
}

/// Whether the responses are JSON.
fn has_json(method: &Method) -> bool {
    let model = method.model();
    model.response.is_some() && !model.raw_response
}

fn mode(method: &Method, options: &OwnOptions, mistakes: &mut Vec<Mistake>) -> Mode {
    let model = method.model();
    let lists = [
        ("--all", options.all),
        ("--limit", options.limit.is_some()),
        ("--pages", options.pages),
    ];
    let list = lists
        .into_iter()
        .find_map(|(name, is_given)| is_given.then_some(name));
    let mut modes: Vec<(&str, Mode)> = Vec::new();
    if let Some(name) = list {
        match &model.paging {
            None => mistakes.push(Mistake::new(
                name,
                "the method returns no pages: its response is complete",
            )),
            Some(paging) if paging.items.is_none() && !options.pages => {
                mistakes.push(Mistake::new(
                    name,
                    "the document does not name the entries of the pages; use --pages",
                ));
            }
            Some(_) => {}
        }
        modes.push((
            name,
            if options.pages {
                Mode::Pages
            } else {
                Mode::Entries(options.limit)
            },
        ));
    }
    if options.media {
        if model.download.is_none() && !model.raw_response {
            mistakes.push(Mistake::new(
                "--media",
                "the method has no media to download",
            ));
        }
        modes.push(("--media", Mode::Media));
    }
    if let Some(file) = &options.upload {
        if model.upload.is_none() {
            mistakes.push(Mistake::new("--upload", "the method takes no media"));
        }
        modes.push(("--upload", Mode::Upload(file.clone())));
    }
    if let Some(awaited) = options.wait {
        match &model.operation {
            None => mistakes.push(Mistake::new(
                "--wait",
                "the method starts no operation: its work is done when it responds",
            )),
            Some(operation) if operation.poll.is_none() => mistakes.push(Mistake::new(
                "--wait",
                "the document has no method that returns the state of the operation",
            )),
            Some(operation)
                if awaited == Awaited::Response && operation.shape != OperationShape::Aip151 =>
            {
                mistakes.push(Mistake::new(
                    "--wait",
                    "these operations have no response; --wait prints the operation",
                ));
            }
            Some(_) => {}
        }
        modes.push(("--wait", Mode::Wait(awaited)));
    }
    for pair in modes.windows(2) {
        mistakes.push(Mistake::new(
            pair[1].0,
            format!("not together with {}", pair[0].0),
        ));
    }
    let only_media = model.response.is_none() && model.download.is_some();
    match modes.into_iter().next() {
        Some((_, mode)) => mode,
        None if only_media => Mode::Media,
        None => Mode::One,
    }
}

fn format(
    method: &Method,
    mode: &Mode,
    form: Form,
    options: &OwnOptions,
    mistakes: &mut Vec<Mistake>,
) -> Format {
    let format = match options.format {
        Some(format) => format,
        None if form == Form::Events => Format::Jsonl,
        None if form == Form::Other => Format::Raw,
        None if !options.columns.is_empty() && !options.json => Format::Table,
        None if *mode == Mode::Pages => Format::Jsonl,
        None => Format::Json,
    };
    if !options.columns.is_empty() && !format.is_tabular() {
        mistakes.push(Mistake::new(
            "--columns",
            "only the formats table, csv and value have columns",
        ));
    }
    let is_possible = match form {
        Form::Json => true,
        Form::Events => matches!(format, Format::Jsonl | Format::Raw),
        Form::Other => format == Format::Raw,
    };
    if !is_possible {
        mistakes.push(Mistake::new(
            "--format",
            "with this `alt` the response is not one JSON value: events are printed as jsonl or raw, all else as raw",
        ));
    }
    let is_list = matches!(mode, Mode::Entries(_) | Mode::Pages);
    if format == Format::Raw && is_list {
        mistakes.push(Mistake::new(
            "--format",
            "raw is the bytes of one response; jsonl has one line for each entry",
        ));
    }
    if *mode == Mode::Pages && format != Format::Jsonl && format != Format::Raw {
        mistakes.push(Mistake::new("--format", "pages are printed as jsonl"));
    }
    let is_media = *mode == Mode::Media || method.model().raw_response;
    if is_media && options.format.is_some_and(|format| format != Format::Raw) {
        mistakes.push(Mistake::new("--format", "media has no form but raw"));
    }
    if matches!(mode, Mode::Wait(_)) && format == Format::Raw {
        mistakes.push(Mistake::new(
            "--format",
            "raw is the bytes of one response, not of an operation",
        ));
    }
    format
}

/// Returns the type of what the columns are of: the entries of a list, else the response.
pub(super) fn entry_type(method: &Method) -> EntryType {
    let model = method.model();
    let items = model
        .paging
        .as_ref()
        .and_then(|paging| paging.items.as_ref());
    match items {
        Some(items) if items.map => EntryType::Keyed(items.ty.clone()),
        Some(items) => EntryType::Plain(items.ty.clone()),
        None => EntryType::Plain(model.response.clone().unwrap_or(Type::Any)),
    }
}
