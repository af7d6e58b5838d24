//! The command of Endpoint Verification that prints a certificate and its key.

use std::time::Duration;

use gapi_transport::Clock;
use secrecy::zeroize::Zeroizing;

use crate::{
    AuthError, AuthErrorKind, Environment, Program, RedactedPath,
    config::{self, Fields},
};

const NEEDED: &str = "Endpoint Verification writes it: {\"cert_provider_command\": [\"PROGRAM\", \"ARGUMENT\", ...]}";
/// The option that makes the command encrypt the key, which is not supported.
const WITH_PASSPHRASE: &str = "--with_passphrase";
/// The time limit of the command.
const LIMIT: Duration = Duration::from_secs(30);

/// Runs the command, if there is one. Returns the file that names the command, and the PEM text that the command printed.
pub(super) async fn run(
    environment: &Environment,
    clock: &dyn Clock,
) -> Result<Option<(String, Zeroizing<String>)>, AuthError> {
    let Some(path) = environment
        .home()
        .map(|home| {
            home.join(".secureConnect")
                .join("context_aware_metadata.json")
        })
        .filter(|path| environment.is_file(path))
    else {
        return Ok(None);
    };
    let name = RedactedPath::new(&path).to_string();
    let text = environment
        .read_text(&path)
        .map_err(|error| config::unreadable(&path, error, NEEDED))?;
    let mut fields = Fields::parse(&name, &text, NEEDED)?;
    let words = fields.list("cert_provider_command")?;
    let Some((program, arguments)) = words.split_first() else {
        return Err(fields.error("there is no `cert_provider_command`"));
    };
    let command = arguments
        .iter()
        .filter(|argument| *argument != WITH_PASSPHRASE)
        .fold(Program::new(program), |command, argument| {
            command.arg(argument)
        });
    let failed = |message: String| {
        AuthError::new(
            AuthErrorKind::Config,
            format!("{name}: `{program}` {message}"),
        )
    };
    let output = environment
        .run(&command, LIMIT, clock)
        .await
        .map_err(|error| failed(format!("cannot be run: {error}")).with_source(error))?;
    if !output.success() {
        return Err(failed(match output.status {
            Some(status) => format!("ended with status {status}"),
            None => String::from("was ended by a signal"),
        }));
    }
    let text =
        std::str::from_utf8(&output.stdout).map_err(|_| failed(String::from("printed no text")))?;
    let text = Zeroizing::new(text.to_owned());
    Ok(Some((name, text)))
}
