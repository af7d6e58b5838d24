//! Devices (RFC 8628), with Google's spellings and statuses.

use serde_json::{Value, json};

use super::{
    AuthorizationServer, Consent, Decision, Device, Refused,
    authorize::{escape, page},
    grants::Form,
    opaque, refused,
};
use crate::{Reply, Request, keys::random_hex, lock::lock};

impl AuthorizationServer {
    pub(super) fn device_code(&self, request: &Request) -> Result<Value, Refused> {
        let form = Form::of(request)?;
        let client = form.required("client_id")?.to_owned();
        let scopes = form.required("scope")?;
        let code = opaque("AH-1Ng")?;
        let letters =
            random_hex::<4>().map_err(|error| refused(500, "server_error", &error.to_string()))?;
        let user_code = format!("{}-{}", &letters[..4], &letters[4..]).to_uppercase();
        let mut state = lock(&self.state);
        if !state.clients.contains_key(&client) {
            return Err(refused(
                401,
                "invalid_client",
                "The OAuth client was not found.",
            ));
        }
        let decision = match state.decision {
            Decision::Asked => None,
            Decision::Yes => Some(true),
            Decision::No => Some(false),
        };
        let consent = Consent {
            client,
            user: state.user.clone(),
            scopes: scopes.split(' ').map(str::to_owned).collect(),
        };
        state.devices.insert(
            code.clone(),
            Device {
                user_code: user_code.clone(),
                consent,
                decision,
            },
        );
        let url = format!(
            "http://{}/device",
            request.header("host").unwrap_or_default()
        );
        Ok(
            json!({"device_code": code, "user_code": user_code, "verification_url": url, "expires_in": 1800, "interval": 1}),
        )
    }

    /// A device asks whether its user has decided.
    pub(super) fn poll(&self, request: &Request) -> Result<Value, Refused> {
        let form = Form::of(request)?;
        let client = self.client(&form)?;
        let code = form.required("device_code")?;
        let consent = {
            let mut state = lock(&self.state);
            let device = state
                .devices
                .get(code)
                .filter(|device| device.consent.client == client)
                .ok_or_else(|| refused(400, "invalid_grant", "Unknown device code."))?;
            match device.decision {
                None => {
                    return Err(refused(
                        428,
                        "authorization_pending",
                        "Precondition Required",
                    ));
                }
                Some(false) => return Err(refused(403, "access_denied", "Forbidden")),
                Some(true) => {}
            }
            let device = state.devices.remove(code);
            device
                .map(|device| device.consent)
                .ok_or_else(|| refused(400, "invalid_grant", "Unknown device code."))?
        };
        self.grant(request, &consent, None, true)
    }

    pub(super) fn device_page(&self, request: &Request) -> Reply {
        let pairs = request.query_pairs();
        let code = pairs
            .iter()
            .find(|(name, _)| name == "user_code")
            .map_or("", |(_, code)| code);
        let form = format!(
            "<form method=\"post\"><label>Code <input name=\"user_code\" value=\"{}\"></label> \
             <button id=\"approve\" name=\"decision\" value=\"yes\">Allow</button> <button id=\"deny\" name=\"decision\" value=\"no\">Cancel</button></form>",
            escape(code)
        );
        page(200, "Connect a device", &form)
    }

    pub(super) fn device_decision(&self, request: &Request) -> Reply {
        let form = request.form();
        let field = |name: &str| {
            form.iter()
                .find(|(own, _)| own == name)
                .map_or("", |(_, value)| value.as_str())
        };
        if self.decide_device(field("user_code"), field("decision") == "yes") {
            page(200, "Done", "<p>The device knows.</p>")
        } else {
            page(400, "Error", "<p>There is no such code.</p>")
        }
    }

    pub(super) fn decide_device(&self, user_code: &str, agreed: bool) -> bool {
        let mut state = lock(&self.state);
        let device = state
            .devices
            .values_mut()
            .find(|device| device.user_code == user_code);
        device
            .map(|device| device.decision = Some(agreed))
            .is_some()
    }
}
