//! Sends a call, and prints what comes back.

use std::cell::RefCell;
use std::ffi::OsStr;
use std::io::IsTerminal as _;
use std::path::Path;
use std::time::Duration;

use gapi::{Client, Media, Progress};
use gapi_codegen::model::TokenIn;
use gapi_dynamic::{Json, Method, Request};
use indicatif::{ProgressBar, ProgressStyle};

use super::arguments::flag;
use super::columns::{entries_of, property, text_of};
use super::failure::{CallFailure, CallResult, Exit};
use super::format::{Format, Printer};
use super::mode::Mode;
use super::own_options::Awaited;
use super::requests;
use crate::print::{note, quoted};

/// A call that is ready to be sent.
pub(super) struct Ready<'a> {
    pub(super) client: Client,
    pub(super) method: &'a Method,
    pub(super) request: Request,
    pub(super) mode: Mode,
    pub(super) printer: Printer,
    pub(super) quiet: bool,
    pub(super) upload_type: Option<String>,
    pub(super) deadline: Option<Duration>,
    /// What continues the work after an interruption, once it has begun.
    pub(super) resume: &'a RefCell<Option<String>>,
    /// Returns the command that waits for an operation of this name.
    pub(super) wait_command: &'a dyn Fn(&str) -> Option<String>,
}

impl Ready<'_> {
    /// Sends the call and prints its result.
    pub(super) async fn send(mut self) -> CallResult {
        match self.mode.clone() {
            Mode::One => self.one().await?,
            Mode::Stream => self.stream().await?,
            Mode::Media => self.media().await?,
            Mode::Upload(file) => self.upload(&file).await?,
            Mode::Entries(limit) => self.all(limit).await?,
            Mode::Pages => self.pages().await?,
            Mode::Wait(awaited) => self.wait(awaited).await?,
        }
        self.printer.finish()
    }

    async fn one(&mut self) -> CallResult {
        let call = self.request.clone().send(&self.client);
        if self.printer.format() == Format::Raw {
            let body = call.raw().await?.into_inner();
            self.printer.raw(&body)?;
            // Other bytes than JSON have no next page.
            self.note_rest(std::str::from_utf8(&body).unwrap_or_default());
            return Ok(());
        }
        let response = call.await?;
        self.print(&response)
    }

    /// Prints one response, and where its list or operation continues.
    fn print(&mut self, response: &Json) -> CallResult {
        if response.is_empty() {
            return Ok(());
        }
        if self.method.model().raw_response {
            return self.printer.raw(response.bytes());
        }
        let text = text(response)?;
        self.printer.response(text)?;
        self.note_rest(text);
        Ok(())
    }

    fn note_rest(&self, response: &str) {
        if !self.quiet {
            self.note_more(response);
            self.note_operation(response);
        }
    }

    /// Reports that there are more pages.
    fn note_more(&self, page: &str) {
        let Some(paging) = &self.method.model().paging else {
            return;
        };
        let token = property(page, &paging.next)
            .map(|token| text_of(token.get()))
            .unwrap_or_default();
        if token.is_empty() {
            return;
        }
        let next = match &paging.token {
            TokenIn::Query(name) => format!("--{}={}", flag(name), quoted(&token)),
            TokenIn::Body(path) => format!("--set {}", quoted(&format!("{path}={token}"))),
        };
        let all = if paging.items.is_some() {
            "--all"
        } else {
            "--pages"
        };
        note(&format!(
            "there are more; {all} fetches them, {next} continues"
        ));
    }

    /// Reports that an operation is not done, to people.
    fn note_operation(&self, operation: &str) {
        if self.method.model().operation.is_none() || !std::io::stderr().is_terminal() {
            return;
        }
        let is = |name: &str, value: &str| {
            property(operation, name).is_some_and(|other| other.get() == value)
        };
        let is_done = is("done", "true") || is("status", "\"DONE\"");
        let name = property(operation, "name").map(|name| text_of(name.get()));
        if !is_done && let Some(command) = name.and_then(|name| (self.wait_command)(&name)) {
            note(&format!(
                "the operation is not done; this waits for it: {command}"
            ));
        }
    }

    async fn stream(&mut self) -> CallResult {
        let mut elements = self.request.clone().stream(&self.client);
        while let Some(element) = elements.try_next().await? {
            if !element.is_empty() {
                self.printer.element(text(&element)?)?;
            }
        }
        Ok(())
    }

    async fn pages(&mut self) -> CallResult {
        let mut pages = self.request.clone().pages(&self.client);
        loop {
            let token = pages.resume_token().map(str::to_owned);
            match pages.try_next().await {
                Ok(Some(page)) => self.printer.element(text(&page)?)?,
                Ok(None) => return Ok(()),
                Err(error) => return Err(self.interrupted_list(error, token)),
            }
        }
    }

    async fn all(&mut self, limit: Option<u64>) -> CallResult {
        let Some(items) = self
            .method
            .model()
            .paging
            .as_ref()
            .and_then(|paging| paging.items.as_ref())
        else {
            return Ok(());
        };
        let mut left = limit.unwrap_or(u64::MAX);
        let mut pages = self.request.clone().pages(&self.client);
        while left > 0 {
            let token = pages.resume_token().map(str::to_owned);
            let page = match pages.try_next().await {
                Ok(Some(page)) => page,
                Ok(None) => break,
                Err(error) => return Err(self.interrupted_list(error, token)),
            };
            let mut entries = entries_of(text(&page)?, &items.wire)?;
            entries.truncate(usize::try_from(left).unwrap_or(usize::MAX));
            left -= entries.len() as u64;
            self.printer.page(&entries)?;
        }
        self.printer.end_of_list()
    }

    /// Returns the error of a list that broke off, with the way to continue.
    fn interrupted_list(&self, error: gapi::Error, token: Option<String>) -> Box<CallFailure> {
        let failure = CallFailure::call(error);
        let paging = self.method.model().paging.as_ref();
        match (token, paging.map(|paging| &paging.token)) {
            (Some(token), Some(TokenIn::Query(name))) => failure.hint(format!(
                "the entries before are complete; --{}={} continues",
                flag(name),
                quoted(&token)
            )),
            _ => failure,
        }
    }

    async fn media(&mut self) -> CallResult {
        if self.method.model().download.is_none() {
            // The bytes are the response.
            return self.one().await;
        }
        let progress = progress(self.quiet);
        let bar = progress.clone();
        let download =
            requests::download(self.request.clone(), &self.client, self.printer.format());
        let mut chunks = download
            .on_progress(move |state| advance(&bar, state))
            .stream()
            .await?;
        while let Some(chunk) = chunks.try_next().await? {
            self.printer.bytes(&chunk)?;
        }
        progress.finish_and_clear();
        Ok(())
    }

    async fn upload(&mut self, file: &OsStr) -> CallResult {
        let mut media = if file == "-" {
            // It may be larger than memory.
            Media::from_read(std::io::stdin(), None)
        } else {
            Media::file(Path::new(file))
        };
        if let Some(kind) = &self.upload_type {
            media = media.content_type(kind.clone());
        }
        let progress = progress(self.quiet);
        let bar = progress.clone();
        let upload = self
            .request
            .clone()
            .upload(media)
            .on_progress(move |state| advance(&bar, state));
        let response = upload.send(&self.client).await?;
        progress.finish_and_clear();
        self.print(&response)
    }

    async fn wait(&mut self, awaited: Awaited) -> CallResult {
        let mut wait = self.request.clone().wait(&self.client);
        if let Some(deadline) = self.deadline {
            wait = wait.deadline(deadline);
        }
        let mut states = wait.watch();
        let line = progress(self.quiet);
        line.set_style(ProgressStyle::default_spinner());
        line.enable_steady_tick(Duration::from_millis(200));
        let mut last = None;
        loop {
            let state = states.try_next().await;
            if let Some(name) = states.name() {
                line.set_message(
                    gapi_codegen::text::inert(&format!("waiting for {name}")).into_owned(),
                );
                *self.resume.borrow_mut() = (self.wait_command)(name);
            }
            match state {
                Ok(Some(operation)) => last = Some(operation),
                Ok(None) => break,
                Err(error) => {
                    let is_open = error.kind() != gapi::ErrorKind::Operation;
                    let failure = CallFailure::call(error);
                    let command = self.resume.borrow().clone().filter(|_| is_open);
                    return Err(match command {
                        Some(command) => {
                            failure.hint(format!("this waits for it again: {command}"))
                        }
                        None => failure,
                    });
                }
            }
        }
        line.finish_and_clear();
        let Some(operation) = last else {
            return Ok(());
        };
        match awaited {
            Awaited::Operation => self.printer.response(text(operation.json())?),
            Awaited::Response => match operation.json().get("response") {
                Some(response) => self.printer.response(response.get()),
                None => Ok(()),
            },
        }
    }
}

/// Returns the text of a response.
fn text(response: &Json) -> CallResult<&str> {
    std::str::from_utf8(response.bytes()).map_err(|_| {
        CallFailure::new(
            Exit::NoResponse,
            "the response is not UTF-8 text; `--format raw` prints its bytes",
        )
    })
}

/// Returns a progress line, which only a terminal has.
fn progress(quiet: bool) -> ProgressBar {
    let bar = if quiet {
        ProgressBar::hidden()
    } else {
        ProgressBar::new(0)
    };
    bar.with_style(
        ProgressStyle::with_template("{bytes} of {total_bytes} {wide_bar} {bytes_per_sec}")
            .unwrap_or_else(|_| ProgressStyle::default_bar()),
    )
}

fn advance(bar: &ProgressBar, state: Progress) {
    if let Some(total) = state.total {
        bar.set_length(total);
    }
    bar.set_position(state.bytes);
}
