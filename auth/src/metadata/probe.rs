//! Whether there is a metadata server at all.

use std::{pin::pin, time::Duration};

use futures_util::future::{Either, select};
use gapi_transport::{Clock, Transport};

use super::wire::{self, DEFAULT_HOST, Wire};
use crate::{Environment, OperatingSystem};

/// Where every Google machine has its metadata server.
const ADDRESS: &str = "169.254.169.254";
/// What the firmware of a virtual machine says that it is.
const PRODUCT_NAME: &str = "/sys/class/dmi/id/product_name";
/// Metadata servers answer within milliseconds; elsewhere nobody ever does.
const LIMIT: Duration = Duration::from_secs(1);
const ATTEMPTS: u32 = 3;

/// What is known without asking anybody.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Yes,
    No(String),
    Ask,
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
    let is_google = environment.operating_system() == OperatingSystem::Linux
        && environment
            .read_text(PRODUCT_NAME)
            .is_ok_and(|name| name.trim_start().starts_with("Google"));
    if is_google {
        Verdict::Yes
    } else {
        Verdict::Ask
    }
}

/// Asks both at the address and at the name, because either may be unreachable where the other is not. The error says
/// what was found instead.
pub(super) async fn ask(
    environment: &Environment,
    transport: &dyn Transport,
    clock: &dyn Clock,
) -> Result<(), String> {
    let address = environment
        .get("GCE_METADATA_IP")
        .unwrap_or_else(|| String::from(ADDRESS));
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
    let mut last = String::new();
    for attempt in 1..=attempts {
        last = match either(&wire, &address).await {
            Ok(()) => return Ok(()),
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

async fn either(wire: &Wire<'_>, address: &str) -> Result<(), Miss> {
    let (by_address, by_name) = (pin!(ping(wire, address)), pin!(ping(wire, DEFAULT_HOST)));
    let (first, second) = match select(by_address, by_name).await {
        Either::Left((Ok(()), _)) | Either::Right((Ok(()), _)) => return Ok(()),
        Either::Left((Err(first), rest)) => (first, rest.await),
        Either::Right((Err(first), rest)) => (first, rest.await),
    };
    match (first, second) {
        (_, Ok(())) => Ok(()),
        // That nobody is there may change in a moment; who is there does not.
        (Miss::Silent(what), Err(Miss::Silent(_))) => Err(Miss::Silent(what)),
        (Miss::Other(what), Err(_)) | (_, Err(Miss::Other(what))) => Err(Miss::Other(what)),
    }
}

async fn ping(wire: &Wire<'_>, host: &str) -> Result<(), Miss> {
    match wire.get(host, "/", "auth-request-type/mds").await {
        Ok(answer) if answer.is_google && answer.status.is_success() => Ok(()),
        Ok(_) => Err(Miss::Other(format!("is not what answers at {host}"))),
        Err(error) => Err(Miss::Silent(format!("does not answer at {host}: {error}"))),
    }
}
