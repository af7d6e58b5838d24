//! One call, from its arguments to its result.

use std::cell::RefCell;
use std::io::IsTerminal as _;
use std::path::Path;
use std::sync::Arc;

use futures_util::future::{Either, select};
use gapi::{Client, HttpRequest};
use gapi_auth::{AccessToken, Anonymous, Credentials, Environment};
use gapi_codegen::text::inert_lines;
use gapi_dynamic::{Method, Request, Service};
use http::{HeaderName, HeaderValue};
use serde_json::Value;

use super::arguments::{self, MethodArguments};
use super::body::{self, StandardInput};
use super::client::{self, ClientParts};
use super::columns::{self, Column};
use super::destination::Destination;
use super::failure::{CallFailure, CallResult, Exit};
use super::format::{Format, Printer};
use super::mode::{self, Mode};
use super::own_options::{OwnOptions, Preview};
use super::requests::{self, Parameters};
use super::sending::Ready;
use super::{identity, mistake, observe, preview, secrets};
use crate::diagnostic::block_on;
use crate::print::note;

/// A call as the user means it, without mistakes.
pub(super) struct Invocation<'a> {
    service: &'a Service,
    method: &'a Method,
    options: OwnOptions,
    parameters: Parameters,
    body: Option<Value>,
    request: Request,
    mode: Mode,
    format: Format,
    columns: Vec<Column>,
    scopes: Vec<String>,
    headers: Vec<(HeaderName, HeaderValue)>,
    stdin: StandardInput,
}

impl<'a> Invocation<'a> {
    /// Checks everything, and reads the files of the body.
    pub(super) fn new(
        service: &'a Service,
        method: &'a Method,
        arguments: MethodArguments,
    ) -> CallResult<Self> {
        let MethodArguments {
            options,
            mut parameters,
        } = arguments;
        let (mut mistakes, mut stdin) = (Vec::new(), StandardInput::default());
        let alt = parameters.get("alt").and_then(|values| values.first());
        let (mode, format) = mode::of(method, &options, alt.map(String::as_str), &mut mistakes);
        if let Mode::Upload(file) = &mode
            && file == "-"
            && let Err(mistake) = stdin.claim("--upload")
        {
            mistakes.push(mistake);
        }
        let assembled = body::assemble(method, &options, &mut stdin, &mut mistakes);
        if let Some((name, paths)) = assembled.mask {
            parameters.entry(name).or_insert_with(|| vec![paths]);
        }
        if let Mode::Entries(Some(limit)) = &mode {
            requests::limit_pages(method, *limit, &mut parameters);
        }
        let no_check = options.no_check;
        let request = match &assembled.text {
            Some(text) => requests::request(method, no_check, &parameters, Some(text)),
            None => requests::request(method, no_check, &parameters, assembled.body.as_ref()),
        };
        if let Err(errors) = request.check() {
            mistakes.extend(errors.iter().map(mistake));
        }
        let entry = mode::entry_type(method);
        let columns = if options.columns.is_empty() {
            columns::usual(method.api(), &entry)
        } else {
            match columns::given(method.api(), &entry, &options.columns, !options.no_check) {
                Ok(columns) => columns,
                Err(wrong) => {
                    mistakes.extend(wrong);
                    Vec::new()
                }
            }
        };
        let scopes = identity::scopes(method, &options, &mut mistakes);
        let headers = client::headers(&options, &mut mistakes);
        if !mistakes.is_empty() {
            return Err(CallFailure::usage(mistakes).hint(arguments::help_line(method)));
        }
        Ok(Self {
            service,
            method,
            options,
            parameters,
            body: assembled.body,
            request,
            mode,
            format,
            columns,
            scopes,
            headers,
            stdin,
        })
    }

    pub(super) fn run(mut self) -> CallResult {
        if let Mode::Upload(file) = &self.mode
            && file != "-"
        {
            let path = Path::new(file);
            let opened = std::fs::File::open(path).and_then(|file| file.metadata());
            let is_folder = |about: std::fs::Metadata| match about.is_dir() {
                true => Err(std::io::ErrorKind::IsADirectory.into()),
                false => Ok(()),
            };
            let opened = opened.and_then(is_folder);
            opened.map_err(|error| CallFailure::file("read", path, &error))?;
        }
        let preview = self.preview()?;
        if let Some(form) = self.options.dry_run {
            return self.print_preview(form, &preview);
        }
        let verb = preview.method().clone();
        let is_variable_set = Environment::system()
            .get("GAPI_READ_ONLY")
            .is_some_and(|value| value != "0");
        let reads = matches!(
            self.method.verb,
            gapi::discovery::Verb::Get | gapi::discovery::Verb::Head
        );
        if !reads && (self.options.read_only || is_variable_set) {
            let by = match self.options.read_only {
                true => "--read-only",
                false => "GAPI_READ_ONLY",
            };
            return Err(CallFailure::mistake(
                by,
                format!("the method sends {verb}; nothing but GET and HEAD is allowed"),
            ));
        }
        let destination = Destination::open(self.options.output.as_deref())?;
        if self.mode == Mode::Media && destination.is_terminal() && self.options.output.is_none() {
            return Err(CallFailure::mistake(
                "--media",
                "the bytes would be printed to a terminal; write them to a file with -o FILE, or print them with -o -",
            ));
        }
        let credentials = self.credentials(&preview)?;
        let sent_with = match &credentials {
            Some(credentials) if !self.has_own_authorization() => Some(credentials.describe()),
            _ => None,
        };
        let client = self.parts().client(credentials)?;
        if self.options.verbose {
            for line in observe::lines(&preview) {
                note(&line);
            }
        }
        if !self.options.quiet && self.is_redirected(&preview)? {
            let what = match self.is_for_emulator(&preview)? {
                true => "the emulator at ",
                false => "",
            };
            let authority = client::authority(&preview);
            note(&format!(
                "sent to {what}{authority}, which a variable of the environment names"
            ));
        }
        let resume = RefCell::new(None);
        let parameters = &self.parameters;
        let (service, method) = (self.service, self.method);
        let wait_command = |name: &str| requests::wait_command(service, method, parameters, name);
        let items = method
            .model()
            .paging
            .as_ref()
            .and_then(|paging| paging.items.as_ref());
        let printer = Printer::new(
            self.format,
            self.columns,
            !self.options.columns.is_empty(),
            items.map(|items| items.wire.clone()),
            destination,
        );
        let ready = Ready {
            client,
            method,
            request: self.request,
            mode: self.mode,
            printer,
            quiet: self.options.quiet,
            upload_type: self.options.upload_type,
            deadline: self.options.deadline,
            resume: &resume,
            wait_command: &wait_command,
        };
        let outcome = block_on(async {
            let send = std::pin::pin!(ready.send());
            let interrupt = std::pin::pin!(interruption());
            match select(send, interrupt).await {
                Either::Left((result, _)) => result,
                Either::Right(_) => Err(CallFailure::new(Exit::Interrupted, "interrupted")),
            }
        });
        match outcome {
            Ok(Err(failure)) if failure.exit == Exit::Interrupted => {
                Err(match resume.into_inner() {
                    Some(command) => failure.hint(format!(
                        "the operation continues; this waits for it: {command}"
                    )),
                    None => failure,
                })
            }
            Ok(Err(failure)) if failure.is_about_credentials() && failure.hint.is_none() => {
                Err(match sent_with {
                    Some(who) => failure.hint(format!(
                        "the request was sent with {who}; gapi auth login, or --credentials FILE"
                    )),
                    None => failure,
                })
            }
            Ok(Err(failure)) if failure.is_about_scopes() && failure.hint.is_none() => {
                let (api, model) = (method.api(), method.model());
                let scopes = model
                    .scopes
                    .iter()
                    .filter_map(|index| api.scopes.get(*index));
                let shortest = scopes
                    .map(|scope| scope.url.as_str())
                    .min_by_key(|url| url.len());
                Err(match shortest {
                    Some(scope) => failure.hint(format!("gapi auth login --scopes {scope}")),
                    None => failure,
                })
            }
            Ok(result) => result,
            Err(failures) => Err(CallFailure::of(Exit::NoResponse, failures)),
        }
    }

    /// Returns the request without credentials. All that is wrong with it is known then.
    pub(super) fn preview(&self) -> CallResult<HttpRequest> {
        let client = self.parts().client(Some(Arc::new(Anonymous)))?;
        self.to_http(&self.request, &client)
    }

    fn to_http(&self, request: &Request, client: &Client) -> CallResult<HttpRequest> {
        let request = request.clone();
        let http = match &self.mode {
            Mode::Media if self.method.model().download.is_some() => {
                requests::download(request, client, self.format).to_http()
            }
            Mode::Upload(file) => {
                let mut media = if file == "-" {
                    gapi::Media::bytes(Vec::new())
                } else {
                    gapi::Media::file(Path::new(file))
                };
                if let Some(kind) = &self.options.upload_type {
                    media = media.content_type(kind.clone());
                }
                request.upload(media).send(client).to_http()
            }
            _ => request.send(client).to_http(),
        };
        Ok(http?)
    }

    /// Returns the request as it would be sent, without secrets.
    pub(super) fn preview_text(
        &mut self,
        form: Preview,
        preview: &HttpRequest,
    ) -> CallResult<String> {
        let mut redacted = None;
        let mut body = self.body.clone();
        if let (Some(body), Some(ty)) = (&mut body, &self.method.model().request)
            && secrets::redact(self.method.api(), ty, body)
        {
            let request = requests::request(
                self.method,
                self.options.no_check,
                &self.parameters,
                Some(body),
            );
            redacted = Some(self.to_http(
                &request.unchecked(),
                &self.parts().client(Some(Arc::new(Anonymous)))?,
            )?);
        }
        let who: CallResult<Arc<dyn Credentials>> = if self.has_own_authorization() {
            Ok(Arc::new(AccessToken::new("")))
        } else if self.is_for_emulator(preview)? {
            Ok(Arc::new(Anonymous))
        } else {
            self.who()
        };
        let preview = redacted.as_ref().unwrap_or(preview);
        Ok(match form {
            Preview::Curl => preview::curl(preview, who.ok().as_deref()),
            Preview::Http => {
                let authorization = match who {
                    Ok(credentials) => credentials.describe(),
                    Err(failure) => failure.text().lines().next().unwrap_or_default().to_owned(),
                };
                let scopes = identity::requested(self.method, &self.scopes);
                let authorization = format!("{authorization}; scopes: {}", scopes.join(" "));
                let media = match &self.mode {
                    Mode::Upload(file) => Some((body, media_line(file))),
                    _ => None,
                };
                preview::http(preview, &authorization, media)
            }
        })
    }

    fn print_preview(&mut self, form: Preview, preview: &HttpRequest) -> CallResult {
        let text = self.preview_text(form, preview)?;
        let text = if std::io::stdout().is_terminal() {
            inert_lines(&text).into_owned()
        } else {
            text
        };
        let mut stdout = Destination::open(None)?;
        stdout.write(text.as_bytes())?;
        stdout.finish()
    }

    /// Returns the credentials; none where the request goes to an emulator.
    fn credentials(&mut self, preview: &HttpRequest) -> CallResult<Option<Arc<dyn Credentials>>> {
        match self.who() {
            Ok(credentials) => Ok(Some(credentials)),
            Err(_) if self.is_for_emulator(preview)? => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    fn who(&mut self) -> CallResult<Arc<dyn Credentials>> {
        if self.has_own_authorization() {
            return Ok(Arc::new(Anonymous));
        }
        identity::find(&self.options, &mut self.stdin)
    }

    /// Whether the user sets the header of the credentials.
    fn has_own_authorization(&self) -> bool {
        let mut names = self.headers.iter().map(|(name, _)| name);
        names.any(|name| name == http::header::AUTHORIZATION)
    }

    /// Whether a variable of the environment sends the request to an emulator, which gets no credentials.
    fn is_for_emulator(&self, preview: &HttpRequest) -> CallResult<bool> {
        let is_endpoint = Environment::system().get("GAPI_ENDPOINT").is_some();
        Ok(!is_endpoint && self.is_redirected(preview)?)
    }

    /// Whether a variable of the environment sends the request elsewhere.
    fn is_redirected(&self, preview: &HttpRequest) -> CallResult<bool> {
        let client = self.parts().without_emulators(Arc::new(Anonymous))?;
        let usual = self.to_http(&self.request, &client);
        Ok(usual.is_ok_and(|usual| client::authority(&usual) != client::authority(preview)))
    }

    /// Sends the request as one call.
    #[cfg(test)]
    pub(super) async fn send_once(&self) -> CallResult {
        let client = self.parts().client(Some(Arc::new(Anonymous)))?;
        self.request.clone().send(&client).await?;
        Ok(())
    }

    fn parts(&self) -> ClientParts<'_> {
        ClientParts {
            options: &self.options,
            scopes: &self.scopes,
            headers: &self.headers,
        }
    }
}

/// Ends when the user or the system ends the command, so that files without their final name are removed.
async fn interruption() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            let interrupted = std::pin::pin!(tokio::signal::ctrl_c());
            select(interrupted, std::pin::pin!(terminated.recv())).await;
            return;
        }
    }
    // Without a handler there is nothing to wait for.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Returns the description of media that is not sent.
fn media_line(file: &std::ffi::OsStr) -> String {
    if file == "-" {
        return "the standard input stream".to_owned();
    }
    let path = Path::new(file);
    let path_text = gapi_auth::RedactedPath::new(path);
    match std::fs::metadata(path) {
        Ok(about) => format!("{} bytes of {path_text}", about.len()),
        Err(error) => format!("{path_text}: {error}"),
    }
}
