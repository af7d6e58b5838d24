//! Finds the function of a call, and runs it.

use std::{
    io::{BufRead as _, BufWriter, Write as _},
    process::ExitCode,
};

use bytes::Bytes;
use gapi::{
    CallOptions, Client, Response, RetryPolicy,
    auth::{AccessToken, Anonymous},
    schema::Wire,
    transport::BoxFuture,
};
use serde_json::{Value, json};

use crate::{Arguments, Check, Fault, Line, arguments::decode, recorder::Recorder};

/// A call that is being made.
pub type Sending = BoxFuture<'static, Result<Response<Bytes>, gapi::Error>>;

/// A document, and what the glue made for it.
#[derive(Clone, Copy, Debug)]
pub struct Document {
    /// `sqladmin.v1`
    pub name: &'static str,
    /// Its functions.
    pub table: Table,
}

/// The functions of a document.
#[derive(Clone, Copy, Debug)]
pub enum Table {
    /// One per method.
    Calls(&'static [Entry]),
    /// One per schema that a method responds with, by its name.
    Responses(&'static [(&'static str, RoundTrip)]),
}

/// Decodes a value and encodes it again: [`round_trip`] of a type.
pub type RoundTrip = fn(&Value) -> Result<Value, Fault>;

/// Makes a call.
pub type Make = fn(Arguments<'_>) -> Result<Sending, Fault>;

/// A method.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Resource path and name: `instances.list`.
    pub path: &'static str,
    /// `sql.instances.list`
    pub id: &'static str,
    /// Makes the call.
    pub call: Make,
}

/// Decodes a value as `T`, and encodes it again.
///
/// # Errors
/// When it is not of this type, or holds what the type does not know.
pub fn round_trip<T: Wire + Check>(value: &Value) -> Result<Value, Fault> {
    let value: T = decode("response", value)?;
    let mut text = Vec::new();
    value
        .write(&mut serde_json::Serializer::new(&mut text))
        .and_then(|()| serde_json::from_slice(&text))
        .map_err(|error| Fault::new(error.to_string()))
}

/// Makes a call, and gives the request that was sent, as JSON.
///
/// # Errors
/// When there is no such method, or something of the call has no place in it.
pub fn request(documents: &[Document], line: &Line) -> Result<Value, Fault> {
    sent(line, find(documents, line)?)
}

/// Makes a call with `make`, and gives the first request.
pub(crate) fn sent(
    line: &Line,
    make: impl FnOnce(Arguments<'_>) -> Result<Sending, Fault>,
) -> Result<Value, Fault> {
    let recorder = Recorder::default();
    let client = client(line, &recorder).map_err(|error| Fault::new(error.to_string()))?;
    let sending = make(Arguments::new(line, &client))?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .map_err(|error| Fault::new(error.to_string()))?;
    runtime
        .block_on(sending)
        .map_err(|error| Fault::new(error.to_string()))?;
    recorder
        .take()
        .ok_or_else(|| Fault::new("nothing was sent"))
}

fn find(documents: &[Document], line: &Line) -> Result<Make, Fault> {
    let document = documents
        .iter()
        .find(|document| document.name == line.doc)
        .ok_or_else(|| Fault::new(format!("no document {}", line.doc)))?;
    let Table::Calls(entries) = document.table else {
        return Err(Fault::new("a table of responses, where calls are wanted"));
    };
    let wanted = |entry: &&Entry| match (&line.path, &line.method) {
        (Some(path), _) => entry.path == path,
        (None, Some(id)) => entry.id == id,
        (None, None) => false,
    };
    let entry = entries.iter().find(wanted);
    let name = line.path.as_ref().or(line.method.as_ref());
    entry.map(|entry| entry.call).ok_or_else(|| {
        Fault::new(format!(
            "{} has no method {}",
            line.doc,
            name.map_or("", String::as_str)
        ))
    })
}

fn client(line: &Line, recorder: &Recorder) -> Result<Client, gapi::Error> {
    // The reference client fills in no request id, and one attempt is what is recorded.
    let options = CallOptions::new()
        .request_id(None)
        .retry(RetryPolicy::none());
    let mut builder = Client::builder()
        .transport(std::sync::Arc::new(recorder.clone()))
        .options(options);
    builder = match &line.token {
        Some(token) => {
            let mut token = AccessToken::new(token);
            if let Some(project) = &line.quota_project {
                token = token.quota_project(project);
            }
            if let Some(universe) = &line.universe_domain {
                token = token.universe_domain(universe);
            }
            builder.credentials(token)
        }
        None => builder.credentials(Anonymous),
    };
    if let Some(key) = &line.api_key {
        builder = builder.api_key(key);
    }
    if let Some(endpoint) = &line.api_endpoint {
        builder = builder.endpoint(endpoint);
    }
    if let Some(universe) = &line.universe_domain {
        builder = builder.universe_domain(universe);
    }
    builder.build()
}

/// One line of JSON out for each line in, from standard input to standard output.
///
/// For a table of calls a line is a [`Line`], and the output is the (first) request or `{"error": ...}`. For a
/// table of responses a line is `{"doc", "schema", "value"}`, and the output is `{"value": ...}` or `{"error": ...}`.
#[must_use]
pub fn main(documents: &[Document]) -> ExitCode {
    let mut out = BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let written = line.and_then(|line| writeln!(out, "{}", response(documents, &line)));
        if let Err(error) = written {
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
    }
    match out.flush() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn response(documents: &[Document], text: &str) -> Value {
    let is_calls = documents
        .first()
        .is_some_and(|document| matches!(document.table, Table::Calls(_)));
    let outcome = if is_calls {
        made(documents, text)
    } else {
        decoded(documents, text)
    };
    outcome.unwrap_or_else(|fault| json!({"error": fault.to_string()}))
}

fn made(documents: &[Document], text: &str) -> Result<Value, Fault> {
    let line: Line =
        serde_json::from_str(text).map_err(|error| Fault::new(format!("the line: {error}")))?;
    let mut response =
        request(documents, &line).unwrap_or_else(|fault| json!({"error": fault.to_string()}));
    if let Some(echo) = line.echo {
        response["echo"] = echo;
    }
    Ok(response)
}

fn decoded(documents: &[Document], text: &str) -> Result<Value, Fault> {
    let line: Value =
        serde_json::from_str(text).map_err(|error| Fault::new(format!("the line: {error}")))?;
    let document = documents
        .iter()
        .find(|document| line["doc"] == document.name)
        .ok_or_else(|| Fault::new(format!("no document {}", line["doc"])))?;
    let Table::Responses(responses) = document.table else {
        return Err(Fault::new("a table of calls, where responses are wanted"));
    };
    let (_, round_trip) = responses
        .iter()
        .find(|(schema, _)| line["schema"] == *schema)
        .ok_or_else(|| Fault::new(format!("no schema {}", line["schema"])))?;
    Ok(json!({"value": round_trip(&line["value"])?}))
}
