//! Whether there is a metadata server at all.

use std::{pin::pin, time::Duration};

use futures_util::future::{Either, select};
use gapi_transport::{Clock, Transport};

use super::wire::{self, Wire};
use crate::{Environment, OperatingSystem, environment::is_absent};

/// What the firmware of a virtual machine says that it is.
const PRODUCT_NAME: &str = "/sys/class/dmi/id/product_name";
/// Metadata servers answer within milliseconds; elsewhere nobody ever does.
const LIMIT: Duration = Duration::from_secs(1);
const ATTEMPTS: u32 = 3;
/// How long the address is asked alone.
const HEAD_START: Duration = Duration::from_millis(200);

/// What is known without asking anybody.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Yes,
    No(String),
    /// Only asking can tell. The text says what could not be looked at.
    Ask(Option<String>),
}

/// Looks at the environment only.
pub(crate) fn look(environment: &Environment) -> Verdict {
    let no_check = environment.get("NO_GCE_CHECK");
    if let Some(value) = no_check
        && matches!(value.to_ascii_lowercase().as_str(), "true" | "1" | "yes")
    {
        return Verdict::No(format!(
            "is not looked for, because NO_GCE_CHECK is {value}"
        ));
    }
    if wire::named_host(environment).is_some() {
        // Whoever names it knows that it is there.
        return Verdict::Yes;
    }
    if environment.operating_system() != OperatingSystem::Linux {
        return Verdict::Ask(None);
    }
    match environment.read_text(PRODUCT_NAME) {
        Ok(name) if name.trim_start().starts_with("Google") => Verdict::Yes,
        Ok(_) => Verdict::Ask(None),
        Err(error) if is_absent(&error) => Verdict::Ask(None),
        Err(error) => Verdict::Ask(Some(format!("{PRODUCT_NAME} cannot be read: {error}"))),
    }
}

/// Where the server answers. It is asked at the address first, and at the name only where the address is silent or unreachable: a name may
/// take long to resolve. The error says what was found instead.
pub(super) async fn ask(
    environment: &Environment,
    transport: &dyn Transport,
    clock: &dyn Clock,
) -> Result<String, String> {
    let number = |name: &str| environment.get(name)?.parse::<f64>().ok();
    let limit = number("GCE_METADATA_TIMEOUT")
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .unwrap_or(LIMIT);
    let attempts = number("GCE_METADATA_DETECT_RETRIES").map_or(ATTEMPTS, |n| n.max(1.0) as u32);
    let wire = Wire {
        transport,
        clock,
        limit,
    };
    let places = wire::places(environment);
    let mut last = String::new();
    for attempt in 1..=attempts {
        let found = match &places[..] {
            [address, name] => either(&wire, address, name).await,
            _ => ping(&wire, &places[0]).await,
        };
        last = match found {
            Ok(host) => return Ok(host),
            Err(Miss::Other(what)) => return Err(what),
            Err(Miss::Silent(what)) => what,
        };
        if attempt < attempts {
            clock.sleep(Duration::from_millis(250) * attempt).await;
        }
    }
    Err(last)
}

enum Miss {
    /// Nobody answers.
    Silent(String),
    /// Somebody else answers.
    Other(String),
}

async fn either(wire: &Wire<'_>, address: &str, name: &str) -> Result<String, Miss> {
    let mut by_address = pin!(ping(wire, address));
    let early = match select(by_address.as_mut(), wire.clock.sleep(HEAD_START)).await {
        Either::Left((Ok(host), _)) => return Ok(host),
        Either::Left((Err(miss), _)) => Some(miss),
        Either::Right(_) => None,
    };
    // Both end together.
    let late = Wire {
        limit: wire.limit.saturating_sub(HEAD_START),
        ..*wire
    };
    let by_name = pin!(ping(&late, name));
    let (first, second) = match early {
        Some(first) => (first, by_name.await),
        None => match select(by_address, by_name).await {
            Either::Left((Ok(host), _)) | Either::Right((Ok(host), _)) => return Ok(host),
            Either::Left((Err(first), rest)) => (first, rest.await),
            Either::Right((Err(first), rest)) => (first, rest.await),
        },
    };
    match (first, second) {
        (_, Ok(host)) => Ok(host),
        // That nobody is there may change in a moment; who is there does not.
        (Miss::Silent(what), Err(Miss::Silent(_))) => Err(Miss::Silent(what)),
        (Miss::Other(what), Err(_)) | (_, Err(Miss::Other(what))) => Err(Miss::Other(what)),
    }
}

async fn ping(wire: &Wire<'_>, host: &str) -> Result<String, Miss> {
    match wire.get(host, "/", "auth-request-type/mds").await {
        Ok(answer) if answer.is_google && answer.status.is_success() => Ok(host.to_owned()),
        Ok(_) => Err(Miss::Other(format!("is not what answers at {host}"))),
        Err(error) => Err(Miss::Silent(format!("does not answer at {host}: {error}"))),
    }
}
