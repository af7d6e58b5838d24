//! ID tokens of the machine's service account.

use std::{
    io,
    time::{Duration, UNIX_EPOCH},
};

use serde_json::{Value, json};

use super::{MetadataServer, Platform, State};
use crate::keys::ServiceAccount;

/// A JSON web token for `audience`; a `full` one names the machine.
pub(super) fn token(
    state: &State,
    account: &ServiceAccount,
    audience: &str,
    full: bool,
    licenses: bool,
) -> io::Result<String> {
    let now = state.now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let expiry = now + Duration::from_secs(3600);
    let mut claims = json!({
        "aud": audience,
        "azp": "100000000000000000001",
        "exp": expiry.as_secs(),
        "iat": now.as_secs(),
        "iss": "https://accounts.google.com",
        "sub": "100000000000000000001",
    });
    if full {
        claims["email"] = json!(account.email());
        claims["email_verified"] = json!(true);
        if state.platform == Platform::ComputeEngine {
            claims["google"] = machine(state, licenses);
        }
    }
    let header = json!({"alg": "RS256", "kid": account.key_id(), "typ": "JWT"});
    account.sign(&header, &claims)
}

fn machine(state: &State, licenses: bool) -> Value {
    let mut machine = json!({
        "instance_creation_timestamp": 1_790_000_000,
        "instance_id": "4520031799277581759",
        "instance_name": "machine-1",
        "project_id": state.project,
        "project_number": MetadataServer::PROJECT_NUMBER,
        "zone": MetadataServer::ZONE,
    });
    if licenses {
        machine["license_id"] = json!(["1002001"]);
    }
    json!({"compute_engine": machine})
}
