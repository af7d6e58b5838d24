//! Detection of a metadata server.

use std::{pin::pin, time::Duration};

use futures_util::future::{Either, select};
use gapi_transport::{Clock, Transport};

use super::request::{self, Requester};
use crate::{Environment, OperatingSystem, environment::is_absent};

/// The product name in the firmware of a virtual machine.
const PRODUCT_NAME: &str = "/sys/class/dmi/id/product_name";
/// The time limit of one request. Metadata servers respond within milliseconds.
const LIMIT: Duration = Duration::from_secs(1);
const ATTEMPTS: u32 = 3;
/// The delay between the request to the address and the one to the name.
const HEAD_START: Duration = Duration::from_millis(200);

/// What the environment shows about a metadata server.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Detection {
    Present,
    /// The text is the reason.
    Absent(String),
    /// Only a request can show it. The text is an error while reading the firmware.
    Unknown(Option<String>),
}

/// Detects a metadata server without requests.
pub(crate) fn detect(environment: &Environment) -> Detection {
    let no_check = environment.get("NO_GCE_CHECK");
    if let Some(value) = no_check
        && matches!(value.to_ascii_lowercase().as_str(), "true" | "1" | "yes")
    {
        return Detection::Absent(format!(
            "is not looked for, because NO_GCE_CHECK is {value}"
        ));
    }
    if request::named_host(environment).is_some() {
        // A host is named only if there is a server.
        return Detection::Present;
    }
    if environment.operating_system() != OperatingSystem::Linux {
        return Detection::Unknown(None);
    }
    match environment.read_text(PRODUCT_NAME) {
        Ok(name) if name.trim_start().starts_with("Google") => Detection::Present,
        Ok(_) => Detection::Unknown(None),
        Err(error) if is_absent(&error) => Detection::Unknown(None),
        Err(error) => Detection::Unknown(Some(format!("{PRODUCT_NAME} cannot be read: {error}"))),
    }
}

/// Returns the host that responds. The name is tried only if the address does not respond, because a name may take long to resolve.
/// The error is what was found instead.
pub(super) async fn find_host(
    environment: &Environment,
    transport: &dyn Transport,
    clock: &dyn Clock,
) -> Result<String, String> {
    let number = |name: &str| environment.get(name)?.parse::<f64>().ok();
    let limit = number("GCE_METADATA_TIMEOUT")
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .unwrap_or(LIMIT);
    let attempts = number("GCE_METADATA_DETECT_RETRIES").map_or(ATTEMPTS, |n| n.max(1.0) as u32);
    let requester = Requester {
        transport,
        clock,
        limit,
    };
    let hosts = request::default_hosts(environment);
    let mut last = String::new();
    for attempt in 1..=attempts {
        let found = match &hosts[..] {
            [address, name] => first_of(&requester, address, name).await,
            _ => ping(&requester, &hosts[0]).await,
        };
        last = match found {
            Ok(host) => return Ok(host),
            Err(Miss::OtherServer(what)) => return Err(what),
            Err(Miss::NoResponse(what)) => what,
        };
        if attempt < attempts {
            clock.sleep(Duration::from_millis(250) * attempt).await;
        }
    }
    Err(last)
}

/// Why a host is not a metadata server.
enum Miss {
    /// It does not respond.
    NoResponse(String),
    /// Another server responds.
    OtherServer(String),
}

async fn first_of(requester: &Requester<'_>, address: &str, name: &str) -> Result<String, Miss> {
    let mut by_address = pin!(ping(requester, address));
    let early = match select(by_address.as_mut(), requester.clock.sleep(HEAD_START)).await {
        Either::Left((Ok(host), _)) => return Ok(host),
        Either::Left((Err(miss), _)) => Some(miss),
        Either::Right(_) => None,
    };
    // Both end at the same time.
    let late = Requester {
        limit: requester.limit.saturating_sub(HEAD_START),
        ..*requester
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
        // A missing response may be temporary; another server is not.
        (Miss::NoResponse(what), Err(Miss::NoResponse(_))) => Err(Miss::NoResponse(what)),
        (Miss::OtherServer(what), Err(_)) | (_, Err(Miss::OtherServer(what))) => {
            Err(Miss::OtherServer(what))
        }
    }
}

async fn ping(requester: &Requester<'_>, host: &str) -> Result<String, Miss> {
    match requester.get(host, "/", "auth-request-type/mds").await {
        Ok(response) if response.is_google && response.status.is_success() => Ok(host.to_owned()),
        Ok(_) => Err(Miss::OtherServer(format!("is not the server at {host}"))),
        Err(error) => Err(Miss::NoResponse(format!(
            "does not respond at {host}: {error}"
        ))),
    }
}
