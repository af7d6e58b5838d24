//! The command's own options. They take precedence over parameters of the same name, which `-p NAME=VALUE` reaches.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgMatches, Args as _, FromArgMatches as _, ValueEnum};

use super::format::Format;
use crate::print::Colours;

/// The options of `gapi call` that come from no document.
#[derive(Debug, clap::Args)]
pub(super) struct OwnOptions {
    /// A parameter by its name in the document; reaches those whose flag is an option of gapi
    #[arg(short, long, value_name = "NAME=VALUE", help_heading = "Request")]
    pub(super) param: Vec<String>,
    /// The JSON body; @FILE reads a file, @- the standard input stream
    #[arg(
        long,
        value_name = "JSON|@FILE",
        help_heading = "Request",
        allow_hyphen_values = true
    )]
    pub(super) body: Option<String>,
    /// Set a property of the body; the text becomes what the document declares: settings.tier=x, rules[].action=allow, labels.team=x
    #[arg(long, value_name = "PATH=TEXT", help_heading = "Request")]
    set: Vec<String>,
    /// Set a property of the body to any JSON: tags='["a"]', description=null
    #[arg(long, value_name = "PATH=JSON", help_heading = "Request")]
    set_json: Vec<String>,
    /// Set a property of the body to the text of a file, or to its bytes where the document declares bytes; - is the standard input stream
    #[arg(long, value_name = "PATH=FILE", help_heading = "Request")]
    set_file: Vec<String>,
    /// Send names and values that the document does not have
    #[arg(long, help_heading = "Request")]
    pub(super) no_check: bool,
    /// Send an HTTP header
    #[arg(
        short = 'H',
        long,
        value_name = "NAME: VALUE",
        help_heading = "Request"
    )]
    pub(super) header: Vec<String>,

    /// Upload a file; - is the standard input stream
    #[arg(
        long,
        value_name = "FILE",
        help_heading = "Media",
        allow_hyphen_values = true
    )]
    pub(super) upload: Option<OsString>,
    /// The media type of the file, such as image/png; by default that of its name
    #[arg(long, value_name = "TYPE", requires = "upload", help_heading = "Media")]
    pub(super) upload_type: Option<String>,
    /// Download the media instead of its description
    #[arg(long, help_heading = "Media")]
    pub(super) media: bool,

    /// All entries of a list, of all pages
    #[arg(long, conflicts_with = "pages", help_heading = "Lists")]
    pub(super) all: bool,
    /// This number of entries of a list, of as many pages as needed
    #[arg(long, value_name = "N", conflicts_with = "pages", help_heading = "Lists", value_parser = entries)]
    pub(super) limit: Option<u64>,
    /// All pages of a list as they are, one in a line
    #[arg(long, help_heading = "Lists")]
    pub(super) pages: bool,

    /// The form of the result
    #[arg(long, value_enum, value_name = "FORMAT", help_heading = "Output")]
    pub(super) format: Option<Format>,
    /// The properties to print, with commas between: name,settings.tier,labels.team
    #[arg(
        long,
        value_name = "PATHS",
        value_delimiter = ',',
        help_heading = "Output"
    )]
    pub(super) columns: Vec<String>,
    /// Write the result to a file, which is replaced when the result is complete; - is the standard output stream
    #[arg(
        short,
        long,
        value_name = "FILE",
        help_heading = "Output",
        allow_hyphen_values = true
    )]
    pub(super) output: Option<PathBuf>,
    /// The result and errors as JSON: --format json --error-format json
    #[arg(long, conflicts_with = "format", help_heading = "Output")]
    pub(super) json: bool,
    /// The form of errors
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = ErrorFormat::Text, help_heading = "Output")]
    pub(super) error_format: ErrorFormat,
    /// Colours in texts for people
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Colours::Auto, help_heading = "Output")]
    pub(super) color: Colours,
    /// No diagnostics but errors
    #[arg(short, long, conflicts_with = "verbose", help_heading = "Output")]
    pub(super) quiet: bool,
    /// Print each request and response to the standard error stream, without secrets
    #[arg(short, long, help_heading = "Output")]
    pub(super) verbose: bool,

    /// Print the request instead of sending it, as HTTP or as a curl command
    #[arg(long, value_enum, value_name = "FORM", num_args = 0..=1, require_equals = true, default_missing_value = "http", help_heading = "Sending")]
    pub(super) dry_run: Option<Preview>,
    /// Wait until the operation ends, and print it, or what it made
    #[arg(long, value_enum, value_name = "WHAT", num_args = 0..=1, require_equals = true, default_missing_value = "operation", help_heading = "Sending")]
    pub(super) wait: Option<Awaited>,
    /// How long to wait for the operation: 30s, 5m, 2h
    #[arg(long, value_name = "DURATION", value_parser = duration, requires = "wait", help_heading = "Sending")]
    pub(super) deadline: Option<Duration>,
    /// How long each request may take, with its retries: 30s, 5m, 2h
    #[arg(long, value_name = "DURATION", value_parser = duration, help_heading = "Sending")]
    pub(super) max_time: Option<Duration>,
    /// How often a request is retried; 0 is never
    #[arg(long, value_name = "N", help_heading = "Sending")]
    pub(super) retries: Option<u32>,
    /// Retry the request also after a failure that leaves open whether it was carried out
    #[arg(long, help_heading = "Sending")]
    pub(super) idempotent: bool,
    /// Send nothing but GET and HEAD requests; also if GAPI_READ_ONLY is 1
    #[arg(long, help_heading = "Sending")]
    pub(super) read_only: bool,
    /// Send the request, with credentials, to this endpoint instead of the API's own
    #[arg(long, value_name = "URL", help_heading = "Sending")]
    pub(super) endpoint_url: Option<String>,
    /// Send the request to the API's endpoint in this location, such as europe-west1
    #[arg(
        long,
        value_name = "LOCATION",
        conflicts_with = "endpoint_url",
        help_heading = "Sending"
    )]
    pub(super) endpoint_location: Option<String>,

    /// The account that signed in with `gapi auth login`; GAPI_ACCOUNT is the default
    #[arg(
        long,
        value_name = "ADDRESS",
        group = "source",
        help_heading = "Credentials"
    )]
    pub(super) account: Option<String>,
    /// A credentials file: of a service account, a user, a workload identity
    #[arg(
        long,
        value_name = "FILE",
        group = "source",
        help_heading = "Credentials"
    )]
    pub(super) credentials: Option<PathBuf>,
    /// A file with an access token, - is the standard input stream; GAPI_ACCESS_TOKEN is the default
    #[arg(
        long,
        value_name = "FILE",
        group = "source",
        help_heading = "Credentials",
        allow_hyphen_values = true
    )]
    pub(super) access_token_file: Option<PathBuf>,
    /// A file with an API key; GAPI_API_KEY is the default
    #[arg(
        long,
        value_name = "FILE",
        group = "source",
        help_heading = "Credentials"
    )]
    pub(super) api_key_file: Option<PathBuf>,
    /// No credentials, for public data and emulators
    #[arg(long, group = "source", conflicts_with_all = ["subject", "impersonate", "scopes"], help_heading = "Credentials")]
    pub(super) anonymous: bool,
    /// The user that a service account acts for, through domain-wide delegation
    #[arg(long, value_name = "USER", conflicts_with_all = ["account", "access_token_file", "api_key_file"], help_heading = "Credentials")]
    pub(super) subject: Option<String>,
    /// The service account to act as; before it, with commas between, those that delegate
    #[arg(long, value_name = "SERVICE_ACCOUNT", value_delimiter = ',', conflicts_with_all = ["subject", "api_key_file"], help_heading = "Credentials")]
    pub(super) impersonate: Vec<String>,
    /// The scopes of the token, with commas between: full, or the part after auth/
    #[arg(
        long,
        value_name = "SCOPES",
        value_delimiter = ',',
        help_heading = "Credentials"
    )]
    pub(super) scopes: Vec<String>,
    /// The project that pays for the call; GOOGLE_CLOUD_QUOTA_PROJECT is the default
    #[arg(long, value_name = "PROJECT", help_heading = "Credentials")]
    pub(super) quota_project: Option<String>,

    /// Fetch the document again first
    #[arg(long, conflicts_with = "offline", help_heading = "Document")]
    pub(super) refresh: bool,
    /// Fetch no document; also if GAPI_OFFLINE is 1
    #[arg(long, help_heading = "Document")]
    pub(super) offline: bool,
    /// Print help
    #[arg(short, long, help_heading = "Output")]
    pub(super) help: bool,
    /// The values of `--set`, `--set-json` and `--set-file` in the order of the command line, each with its option.
    #[arg(skip)]
    pub(super) edits: Vec<(&'static str, String)>,
}

impl OwnOptions {
    /// Reads the own options of a command line.
    pub(super) fn of(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut options = Self::from_arg_matches(matches)?;
        let mut edits = Vec::new();
        for (id, option) in [
            ("set", "--set"),
            ("set_json", "--set-json"),
            ("set_file", "--set-file"),
        ] {
            let indices = matches.indices_of(id).into_iter().flatten();
            let values = matches.get_many::<String>(id).into_iter().flatten();
            edits.extend(
                indices
                    .zip(values)
                    .map(|(index, value)| (index, option, value.clone())),
            );
        }
        edits.sort();
        options.edits = edits
            .into_iter()
            .map(|(_, option, value)| (option, value))
            .collect();
        Ok(options)
    }
}

/// The form of errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ErrorFormat {
    /// Lines for people.
    Text,
    /// One JSON object.
    Json,
}

/// The form of a request that is not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Preview {
    /// Request line, headers and body.
    Http,
    /// A command for a shell.
    Curl,
}

/// What is printed at the end of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Awaited {
    /// The operation itself.
    Operation,
    /// Its response: what it made.
    Response,
}

/// Returns a command with the own options and nothing else.
pub(super) fn command() -> clap::Command {
    add(bare())
}

/// Returns a command without options.
pub(super) fn bare() -> clap::Command {
    clap::Command::new("gapi call")
        .disable_help_flag(true)
        .disable_version_flag(true)
}

/// Adds the own options to a command.
pub(super) fn add(command: clap::Command) -> clap::Command {
    OwnOptions::augment_args(command)
}

/// Reads a number of entries.
fn entries(text: &str) -> Result<u64, String> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| "expected a number of entries, 1 or more".to_owned())
}

/// Reads `500ms`, `30s`, `5m`, `2h`; a number alone means seconds.
fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match &text[digits.len()..] {
        "ms" => 0.001,
        "" | "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return Err("expected a duration such as 30s, 5m or 2h".to_owned()),
    };
    digits
        .parse::<f64>()
        .ok()
        .and_then(|number| Duration::try_from_secs_f64(number * unit).ok())
        .filter(|duration| !duration.is_zero())
        .ok_or_else(|| "expected a duration such as 30s, 5m or 2h".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units() {
        for (text, seconds) in [
            ("30s", 30.0),
            ("1.5m", 90.0),
            ("2h", 7200.0),
            ("500ms", 0.5),
            ("7", 7.0),
        ] {
            assert_eq!(
                duration(text),
                Ok(Duration::from_secs_f64(seconds)),
                "{text}"
            );
        }
        for text in ["", "s", "-1s", "0", "3d", "1e999h"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
