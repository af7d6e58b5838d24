//! Subject tokens that a program prints, in version 1 of Google's format for executable-sourced credentials.

use std::{
    fmt, io,
    time::{Duration, SystemTime},
};

use secrecy::SecretString;

use super::settings::FederationSettings;
use crate::RedactedPath;
use crate::redacted_path::NamedPath;
use crate::{
    AuthError, AuthErrorKind, Environment, FetchContext, OperatingSystem, Program, ProgramOutput,
    config::Fields,
    redact::{excerpt, words},
};

/// A hint for other output.
const NEEDED: &str = "it has to print {\"version\": 1, \"success\": true, \"token_type\": ..., \"id_token\" or \"saml_response\": ...}";
/// The default time limit of a program.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A program that prints a subject token, and the file to which it may write it.
#[derive(Clone)]
pub(super) struct Executable {
    /// As in the configuration. How it is split depends on the operating system.
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
        // Interactive mode is not supported, but a wrong number is still an error.
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

    /// Returns the program `name` for error texts, or a description of the command if it looks like something else.
    fn redacted<'a>(&'a self, name: &'a str) -> RedactedPath<'a> {
        let whole = RedactedPath::new(&self.command);
        match whole.looks_like() {
            Some(_) => whole,
            None => RedactedPath::new(name),
        }
    }

    /// Refuses a program that may not run, or a command that cannot be split.
    pub(super) fn check(&self, settings: &FederationSettings) -> Result<(), AuthError> {
        self.words(self.machine(settings)?).map(drop)
    }

    /// Returns the environment to run it in, if it may run.
    fn machine<'a>(&self, settings: &'a FederationSettings) -> Result<&'a Environment, AuthError> {
        if self.output_file.is_some() {
            settings.reach.files("the executable's `output_file`")?;
        }
        settings.reach.programs(settings.allow_executables)
    }

    fn words(&self, machine: &Environment) -> Result<Vec<String>, AuthError> {
        split(machine.operating_system(), &self.command).ok_or_else(|| {
            AuthError::new(
                AuthErrorKind::Config,
                "the field `command` is not a command: a quotation mark without its counterpart, or nothing",
            )
        })
    }

    /// Returns the token of the last run if it is still valid, else runs the program.
    pub(super) async fn run(
        &self,
        settings: &FederationSettings,
        cx: &FetchContext,
    ) -> Result<SecretString, AuthError> {
        let machine = self.machine(settings)?;
        if let Some(token) = self.saved_token(machine, cx) {
            return Ok(token);
        }
        let mut words = self.words(machine)?.into_iter();
        let name = words.next().unwrap_or_default();
        let program = self.program(Program::new(&name), words, settings);
        let output = machine
            .run(&program, self.timeout, &**cx.clock())
            .await
            .map_err(|error| failed(self.redacted(&name), error))?;
        if !output.success() {
            return Err(unsuccessful(&output));
        }
        let now = cx.clock().now();
        if output.stdout.trim_ascii().is_empty()
            && let Some(path) = &self.output_file
        {
            // The program may print nothing and only write its file.
            let text = machine.read_text(&**path).map_err(|error| {
                crate::config::unreadable(
                    path,
                    error,
                    "the program printed nothing, and wrote no such file",
                )
            })?;
            return ExecutableResponse::parse("the program's output file", text.as_bytes())?
                .token(now);
        }
        ExecutableResponse::parse("the program", &output.stdout)?.token(now)
    }

    /// Returns the token in the output file if it has an expiry and is valid. Errors of the file are ignored.
    fn saved_token(&self, machine: &Environment, cx: &FetchContext) -> Option<SecretString> {
        let text = machine.read_text(self.output_file.as_deref()?).ok()?;
        let response =
            ExecutableResponse::parse("the program's output file", text.as_bytes()).ok()?;
        response.expires()?;
        response.token(cx.clock().now()).ok()
    }

    fn program(
        &self,
        program: Program,
        arguments: impl Iterator<Item = String>,
        settings: &FederationSettings,
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
            .field("program", &self.redacted(program.unwrap_or_default()))
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
            "run it in a shell, with the variables that the documentation names",
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

/// The error of a program that failed, with the reason in its response, else with an excerpt of its output.
fn unsuccessful(output: &ProgramOutput) -> AuthError {
    let status = match output.status {
        Some(status) => format!("ended with status {status}"),
        None => String::from("was killed by a signal"),
    };
    let stdout = match ExecutableResponse::parse("the program", &output.stdout) {
        Ok(response) => response.reason(),
        // A single word may be a token.
        Err(_) if is_one_word(&output.stdout) => None,
        Err(_) => Some(excerpt(&output.stdout)),
    };
    let stderr = Some(excerpt(&output.stderr));
    let reasons = [stdout, stderr].into_iter().flatten();
    let reasons: Vec<_> = reasons.filter(|reason| !reason.is_empty()).collect();
    let reasons = match reasons.join("; ") {
        reasons if reasons.is_empty() => reasons,
        reasons => format!(": {reasons}"),
    };
    AuthError::new(
        AuthErrorKind::Other,
        format!("the program for the subject token {status}{reasons}"),
    )
}

fn is_one_word(text: &[u8]) -> bool {
    !text.trim_ascii().iter().any(u8::is_ascii_whitespace)
}

/// Splits `command` into words by the rules of `os`. Returns `None` if a quotation mark is not closed or there are no words.
///
/// On Windows a backslash is a part of a path, and double quotation marks group words. Elsewhere the rules of POSIX shells apply.
fn split(os: OperatingSystem, command: &str) -> Option<Vec<String>> {
    let words = match os {
        OperatingSystem::Windows => split_windows(command),
        OperatingSystem::Linux | OperatingSystem::MacOs => shlex::split(command),
    };
    words.filter(|words| !words.is_empty())
}

fn split_windows(command: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut is_quoted = false;
    for character in command.chars() {
        match character {
            '"' => {
                is_quoted = !is_quoted;
                // Two quotation marks are an empty word.
                word.get_or_insert_default();
            }
            _ if character.is_whitespace() && !is_quoted => words.extend(word.take()),
            _ => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    (!is_quoted).then_some(words)
}

/// A response of the supported version.
struct ExecutableResponse {
    fields: Fields,
    success: bool,
    expires: Option<SystemTime>,
}

impl ExecutableResponse {
    fn parse(name: &str, text: &[u8]) -> Result<Self, AuthError> {
        let text = std::str::from_utf8(text).map_err(|_| {
            AuthError::new(AuthErrorKind::Config, format!("{name}: not UTF-8 text"))
                .with_hint(NEEDED)
        })?;
        let mut fields = Fields::parse(name, text, NEEDED)?;
        match fields.number("version")? {
            Some(1) => {}
            Some(version) => {
                return Err(AuthError::new(
                    AuthErrorKind::Unsupported,
                    format!("{name}: version {version} of the response is not known; 1 is"),
                ));
            }
            None => return Err(fields.error("the field `version` is missing")),
        }
        if !fields.has("success") {
            return Err(fields.error("the field `success` is missing"));
        }
        Ok(Self {
            success: fields.flag("success")?,
            expires: fields
                .seconds("expiration_time")?
                .and_then(|at| SystemTime::UNIX_EPOCH.checked_add(at)),
            fields,
        })
    }

    /// Returns the expiry of the token, if the response has one.
    fn expires(&self) -> Option<SystemTime> {
        self.expires
    }

    /// Returns the token if there is one and it is valid.
    fn token(mut self, now: SystemTime) -> Result<SecretString, AuthError> {
        if !self.success {
            return Err(self.refusal());
        }
        if self.expires.is_some_and(|expires| expires <= now) {
            return Err(self
                .fields
                .error("the token has expired already")
                .with_hint("compare this machine's clock with that of the token's issuer"));
        }
        match self.fields.required("token_type")?.as_str() {
            "urn:ietf:params:oauth:token-type:jwt"
            | "urn:ietf:params:oauth:token-type:id_token" => {
                self.fields.required_secret("id_token")
            }
            "urn:ietf:params:oauth:token-type:saml2" => {
                self.fields.required_secret("saml_response")
            }
            _ => Err(self
                .fields
                .error("the field `token_type` has no known value")),
        }
    }

    /// Returns the program's reason for failing; `None` if it reports success.
    fn reason(mut self) -> Option<String> {
        (!self.success).then(|| self.message())
    }

    fn message(&mut self) -> String {
        let mut text = |name| match self.fields.scalar(name) {
            Some(text) => words(&text),
            None => String::from("?"),
        };
        let (code, message) = (text("code"), text("message"));
        format!("{message} (code {code})")
    }

    fn refusal(&mut self) -> AuthError {
        let message = self.message();
        AuthError::new(
            AuthErrorKind::Other,
            format!("{} has no token: {message}", self.fields.location()),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_as_the_platform_splits_them() {
        let windows = |command| split(OperatingSystem::Windows, command);
        let linux = |command| split(OperatingSystem::Linux, command);
        let words = |words: &[&str]| Some(words.iter().map(|word| (*word).to_owned()).collect());
        assert_eq!(
            windows(r"C:\tools\get-token.exe --audience x"),
            words(&[r"C:\tools\get-token.exe", "--audience", "x"])
        );
        assert_eq!(
            windows(r#""C:\Program Files\tok.exe" "" a" "b\"#),
            words(&[r"C:\Program Files\tok.exe", "", "a b\\"])
        );
        assert_eq!(
            windows(r"\\server\share\tok.exe 'x"),
            words(&[r"\\server\share\tok.exe", "'x"])
        );
        assert_eq!(
            linux(r#"/bin/to\ ken 'a "b' "c""#),
            words(&["/bin/to ken", "a \"b", "c"])
        );
        for nothing in ["", " \t", "\"x"] {
            assert_eq!(
                (windows(nothing), linux(nothing)),
                (None, None),
                "{nothing:?}"
            );
        }
    }
}
