//! Subject tokens that a program prints.

mod command;
mod response;

use std::{fmt, io, time::Duration};

use secrecy::SecretString;

use self::response::Response;
use super::settings::Settings;
use crate::RedactedPath;
use crate::redacted_path::NamedPath;
use crate::{
    AuthError, AuthErrorKind, Environment, FetchContext, Program, ProgramOutput, config::Fields,
    redact::excerpt,
};

const TIMEOUT: Duration = Duration::from_secs(30);

/// A program, and the file in which it keeps what it printed.
#[derive(Clone)]
pub(super) struct Executable {
    /// As the configuration has it: what its words are depends on the operating system.
    command: String,
    pub(super) timeout: Duration,
    output_file: Option<NamedPath>,
}

impl Executable {
    /// Reads the field `executable` of a credential source.
    pub(super) fn read(mut fields: Fields) -> Result<Self, AuthError> {
        let command = fields.required("command")?;
        let within = |millis: Option<u64>, from: u64, to: u64| {
            millis.is_none_or(|millis| (from..=to).contains(&millis))
        };
        let timeout = fields.number("timeout_millis")?;
        if !within(timeout, 5_000, 120_000) {
            return Err(fields.error("the field `timeout_millis` is not between 5000 and 120000"));
        }
        // Programs that ask a person run without one here, but a wrong number is still a mistake.
        if !within(
            fields.number("interactive_timeout_millis")?,
            30_000,
            1_800_000,
        ) {
            return Err(fields
                .error("the field `interactive_timeout_millis` is not between 30000 and 1800000"));
        }
        Ok(Self {
            command,
            timeout: timeout.map_or(TIMEOUT, Duration::from_millis),
            output_file: fields.named_path("output_file")?,
        })
    }

    /// The program `name` of the command for people to read, unless the whole is no command.
    fn shown<'a>(&'a self, name: &'a str) -> RedactedPath<'a> {
        let whole = RedactedPath::new(&self.command);
        match whole.looks_like() {
            Some(_) => whole,
            None => RedactedPath::new(name),
        }
    }

    /// Refuses to run what nobody allowed, or what is no command.
    pub(super) fn check(&self, settings: &Settings) -> Result<(), AuthError> {
        self.words(self.machine(settings)?).map(drop)
    }

    /// Where to run it, if it may run.
    fn machine<'a>(&self, settings: &'a Settings) -> Result<&'a Environment, AuthError> {
        if self.output_file.is_some() {
            settings.reach.files("the executable's `output_file`")?;
        }
        settings.reach.programs(settings.allow_executables)
    }

    fn words(&self, machine: &Environment) -> Result<Vec<String>, AuthError> {
        command::split(machine.operating_system(), &self.command).ok_or_else(|| {
            AuthError::new(
                AuthErrorKind::Config,
                "the field `command` is not a command: a quotation mark without its counterpart, or nothing",
            )
        })
    }

    /// The token of the last run, if it is still valid, or else of a new one.
    pub(super) async fn run(
        &self,
        settings: &Settings,
        cx: &FetchContext,
    ) -> Result<SecretString, AuthError> {
        let machine = self.machine(settings)?;
        if let Some(token) = self.kept(machine, cx) {
            return Ok(token);
        }
        let mut words = self.words(machine)?.into_iter();
        let name = words.next().unwrap_or_default();
        let program = self.program(Program::new(&name), words, settings);
        let output = machine
            .run(&program, self.timeout, &**cx.clock())
            .await
            .map_err(|error| failed(self.shown(&name), error))?;
        if !output.success() {
            return Err(unsuccessful(&output));
        }
        let now = cx.clock().now();
        if output.stdout.trim_ascii().is_empty()
            && let Some(path) = &self.output_file
        {
            // A program may print nothing, and only write its file.
            let text = machine.read_text(&**path).map_err(|error| {
                crate::config::unreadable(
                    path,
                    error,
                    "the program printed nothing, and wrote no such file",
                )
            })?;
            return Response::parse("the program's output file", text.as_bytes())?.token(now);
        }
        Response::parse("the program", &output.stdout)?.token(now)
    }

    /// The token in the output file, where it says that it is still valid. A file that cannot be used is no reason to fail.
    fn kept(&self, machine: &Environment, cx: &FetchContext) -> Option<SecretString> {
        let text = machine.read_text(self.output_file.as_deref()?).ok()?;
        let response = Response::parse("the program's output file", text.as_bytes()).ok()?;
        response.expires()?;
        response.token(cx.clock().now()).ok()
    }

    fn program(
        &self,
        program: Program,
        arguments: impl Iterator<Item = String>,
        settings: &Settings,
    ) -> Program {
        let mut program = arguments.fold(program, Program::arg);
        let email = settings.service_account_email();
        program = program
            .var("GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE", &settings.audience)
            .var(
                "GOOGLE_EXTERNAL_ACCOUNT_TOKEN_TYPE",
                &settings.subject_token_type,
            )
            .var("GOOGLE_EXTERNAL_ACCOUNT_ID", email.unwrap_or_default())
            .var("GOOGLE_EXTERNAL_ACCOUNT_INTERACTIVE", "0")
            .var("GOOGLE_EXTERNAL_ACCOUNT_REVOKE", "0");
        if let Some(email) = email {
            program = program.var("GOOGLE_EXTERNAL_ACCOUNT_IMPERSONATED_EMAIL", email);
        }
        if let Some(file) = &self.output_file {
            program = program.var("GOOGLE_EXTERNAL_ACCOUNT_OUTPUT_FILE", file.as_os_str());
        }
        program
    }
}

/// Without the arguments, which may hold a secret.
impl fmt::Debug for Executable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let program = self.command.split_whitespace().next();
        f.debug_struct("Executable")
            .field("program", &self.shown(program.unwrap_or_default()))
            .field("timeout", &self.timeout)
            .field("output_file", &self.output_file)
            .finish()
    }
}

fn failed(name: RedactedPath<'_>, error: io::Error) -> AuthError {
    let (kind, hint) = match error.kind() {
        io::ErrorKind::NotFound => (
            AuthErrorKind::NotFound,
            "check the field `command` of the configuration",
        ),
        io::ErrorKind::TimedOut => (
            AuthErrorKind::Other,
            "raise `timeout_millis` in the configuration, or make the program faster",
        ),
        _ => (
            AuthErrorKind::Other,
            "run it by hand, with the variables that the documentation names",
        ),
    };
    AuthError::new(
        kind,
        format!("the program {name} for the subject token failed: {error}"),
    )
    .with_transient(error.kind() == io::ErrorKind::TimedOut)
    .with_hint(hint)
    .with_source(error)
}

/// Why a program failed, in its own words: the response that it should give, or else whatever it printed.
fn unsuccessful(output: &ProgramOutput) -> AuthError {
    let status = match output.status {
        Some(status) => format!("ended with status {status}"),
        None => String::from("was killed by a signal"),
    };
    let stdout = match Response::parse("the program", &output.stdout) {
        Ok(response) => response.reason(),
        // One word alone is a token rather than a reason.
        Err(_) if is_one_word(&output.stdout) => None,
        Err(_) => Some(excerpt(&output.stdout)),
    };
    let stderr = Some(excerpt(&output.stderr));
    let said = [stdout, stderr].into_iter().flatten();
    let said: Vec<_> = said.filter(|said| !said.is_empty()).collect();
    let said = match said.join("; ") {
        said if said.is_empty() => said,
        said => format!(": {said}"),
    };
    AuthError::new(
        AuthErrorKind::Other,
        format!("the program for the subject token {status}{said}"),
    )
}

fn is_one_word(text: &[u8]) -> bool {
    !text.trim_ascii().iter().any(u8::is_ascii_whitespace)
}
