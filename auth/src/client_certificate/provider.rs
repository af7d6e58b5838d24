//! The command that Endpoint Verification is set up with.

use std::time::Duration;

use gapi_transport::Clock;

use super::ClientCertificate;
use crate::RedactedPath;
use crate::{AuthError, AuthErrorKind, Environment, Program, config, config::Fields};

const NEEDED: &str = "Endpoint Verification writes it: {\"cert_provider_command\": [\"PROGRAM\", \"ARGUMENT\", ...]}";
/// What makes the command encrypt the key, for which there is no use here.
const WITH_PASSPHRASE: &str = "--with_passphrase";
/// How long the command may take.
const LIMIT: Duration = Duration::from_secs(30);

/// What the command gives, if there is one.
pub(super) async fn ask(
    environment: &Environment,
    clock: &dyn Clock,
) -> Result<Option<ClientCertificate>, AuthError> {
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
    let place = RedactedPath::new(&path).to_string();
    let text = environment
        .read_text(&path)
        .map_err(|error| config::unreadable(&path, error, NEEDED))?;
    let mut fields = Fields::parse(&place, &text, NEEDED)?;
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
            format!("{place}: `{program}` {message}"),
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
    ClientCertificate::at(&place, text, &place, text).map(Some)
}
