//! Devices without a browser: the user authorizes on another device (RFC 8628).

use std::{fmt, path::Path, time::Duration};

use http::StatusCode;
use secrecy::{ExposeSecret, SecretString, zeroize::Zeroizing};
use serde::Deserialize;

use super::flow::{ClientSecrets, Flow, FlowParts, granted, user};
use crate::{
    AuthError, AuthErrorKind, AuthorizedUser,
    oauth::{post_form, read, send_form},
    reach::check_endpoint,
    token_retry::ATTEMPT_TIMEOUT,
};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// The default pause between polls.
const INTERVAL: Duration = Duration::from_secs(5);
/// The longest pause after network errors.
const LONGEST_INTERVAL: Duration = Duration::from_secs(60);
/// The longest lifetime of a code, so that clocks do not overflow.
const LONGEST_LIFE: Duration = Duration::from_secs(24 * 3600);

/// A flow for a device without a browser
/// ([OAuth 2.0 for TV and limited-input devices](https://developers.google.com/identity/protocols/oauth2/limited-input-device)).
///
/// ```no_run
/// # async fn example() -> Result<(), gapi_auth::AuthError> {
/// use gapi_auth::DeviceFlow;
///
/// let scopes = ["https://www.googleapis.com/auth/drive.file"];
/// let flow = DeviceFlow::from_client_secrets_file("client_secret.json", scopes)?;
/// let device = flow.start().await?;
/// println!("Go to {} and enter {}", device.verification_url(), device.user_code());
/// let user = device.wait().await?;
/// # Ok(()) }
/// ```
///
/// Google accepts only clients of the type "TVs and Limited Input devices", and only the scopes `openid`, `email`, `profile`,
/// `drive.file`, `drive.appdata`, `youtube` and `youtube.readonly`.
#[derive(Clone, Debug)]
pub struct DeviceFlow(Flow);

impl DeviceFlow {
    /// Returns a flow for the client of a `client_secret.json` that requests these scopes.
    ///
    /// # Errors
    /// As [`ClientSecrets::from_file`].
    pub fn from_client_secrets_file<S: Into<String>>(
        path: impl AsRef<Path>,
        scopes: impl IntoIterator<Item = S>,
    ) -> Result<Self, AuthError> {
        Ok(Self::new(Flow::new(
            ClientSecrets::from_file(path)?,
            scopes,
        )))
    }

    /// Returns a flow with the client, scopes, transport and clock of `flow`.
    pub fn new(flow: Flow) -> Self {
        Self(flow)
    }

    /// Requests a code for the user to enter.
    ///
    /// # Errors
    /// If the server cannot be reached or refuses, for example an unknown client or scopes that devices may not have.
    pub async fn start(&self) -> Result<DeviceAuthorization, AuthError> {
        let FlowParts {
            client,
            scopes,
            clock,
            ..
        } = self.0.parts();
        check_endpoint("the device authorization URI", &client.device_uri)?;
        check_endpoint("the token URI", &client.token_uri)?;
        let scope = scopes.join(" ");
        let mut fields = vec![("client_id", client.client_id.as_str()), ("scope", &scope)];
        // Google requires no secret here, but other servers do.
        if let Some(secret) = &client.client_secret
            && !client
                .device_uri
                .starts_with("https://oauth2.googleapis.com/")
        {
            fields.push(("client_secret", secret.expose_secret()));
        }
        let cx = self.0.outside_fetch();
        let request = send_form(&client.device_uri, &fields, None, cx.transport());
        let (head, body) = cx.within(ATTEMPT_TIMEOUT, "no code came", request).await?;
        if head.status != StatusCode::OK {
            let error = match read(head.status, &head.headers, &body, clock.now()) {
                Err(refusal) => refusal.error,
                Ok(_) => unusable("returned a token instead of a device code"),
            };
            return Err(hint(error));
        }
        let body = Zeroizing::new(body.to_vec());
        let response: DeviceCodeResponse = serde_json::from_slice(&body).map_err(|error| {
            unusable(&format!("returned no device code (line {})", error.line()))
        })?;
        let verification_url = response
            .verification_url
            .or(response.verification_uri)
            .ok_or_else(|| unusable("named no page for the user"))?;
        Ok(DeviceAuthorization {
            expires_in: Duration::from_secs(response.expires_in).min(LONGEST_LIFE),
            interval: response
                .interval
                .map_or(INTERVAL, Duration::from_secs)
                .clamp(Duration::from_secs(1), LONGEST_INTERVAL),
            started: clock.monotonic(),
            device_code: response.device_code,
            user_code: response.user_code,
            verification_url_complete: response.verification_uri_complete,
            verification_url,
            flow: self.0.clone(),
        })
    }
}

/// The response with a device code. Google has other names for some fields.
#[derive(Deserialize)]
struct DeviceCodeResponse {
    device_code: SecretString,
    user_code: String,
    verification_uri: Option<String>,
    verification_url: Option<String>,
    verification_uri_complete: Option<String>,
    expires_in: u64,
    interval: Option<u64>,
}

/// A code that the user has to enter. Dropping it, or the future of [`wait`](Self::wait), cancels the flow.
pub struct DeviceAuthorization {
    flow: Flow,
    device_code: SecretString,
    user_code: String,
    verification_url: String,
    verification_url_complete: Option<String>,
    expires_in: Duration,
    interval: Duration,
    started: Duration,
}

impl DeviceAuthorization {
    /// Returns the code that the user enters. Show it unchanged, and only to the user of this device, because it is sufficient to authorize the device.
    pub fn user_code(&self) -> &str {
        &self.user_code
    }

    /// Returns the page for the code.
    pub fn verification_url(&self) -> &str {
        &self.verification_url
    }

    /// Returns the page with the code included, for a QR code, if the server has one.
    pub fn verification_url_complete(&self) -> Option<&str> {
        self.verification_url_complete.as_deref()
    }

    /// Returns the lifetime of the code, from the start of the flow.
    pub fn expires_in(&self) -> Duration {
        self.expires_in
    }

    /// Polls the server at the interval that it allows until the user has decided.
    ///
    /// # Errors
    /// [`AuthErrorKind::Denied`] if the user denied access, [`AuthErrorKind::TimedOut`] if the code expired, or another error of the server.
    pub async fn wait(self) -> Result<AuthorizedUser, AuthError> {
        let FlowParts {
            client,
            scopes,
            own_transport,
            clock,
        } = self.flow.parts();
        let mut fields = vec![
            ("client_id", client.client_id.as_str()),
            ("device_code", self.device_code.expose_secret()),
            ("grant_type", GRANT),
        ];
        if let Some(secret) = &client.client_secret {
            fields.push(("client_secret", secret.expose_secret()));
        }
        let cx = self.flow.outside_fetch();
        let mut interval = self.interval;
        let mut pause = interval;
        loop {
            let left = (self.started + self.expires_in).saturating_sub(clock.monotonic());
            if left.is_zero() {
                return Err(expired());
            }
            clock.sleep(pause.min(left)).await;
            let request = post_form(&client.token_uri, &fields, None, cx.transport(), clock);
            let error = match cx
                .within(ATTEMPT_TIMEOUT, "no response came", request)
                .await
            {
                Ok(response) => {
                    let info = granted(client, response, scopes, &**clock);
                    return Ok(user(client, info, own_transport, clock));
                }
                Err(error) => error,
            };
            pause = match error.oauth_error() {
                Some("authorization_pending") => interval,
                Some("slow_down") => {
                    interval += INTERVAL;
                    interval
                }
                Some("access_denied") => {
                    return Err(error
                        .with_kind(AuthErrorKind::Denied)
                        .with_hint("the user did not give the permission"));
                }
                Some("expired_token") => return Err(expired()),
                // An error of the network or the server is not a decision (RFC 8628, section 3.5).
                _ if error.is_transient() => {
                    let wait = error.retry_after().unwrap_or_default().max(pause * 2);
                    wait.min(LONGEST_INTERVAL)
                }
                _ => return Err(hint(error)),
            };
        }
    }
}

/// Shows neither code.
impl fmt::Debug for DeviceAuthorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeviceAuthorization")
            .field("flow", &self.flow)
            .field("verification_url", &self.verification_url)
            .field("expires_in", &self.expires_in)
            .field("interval", &self.interval)
            .finish_non_exhaustive()
    }
}

fn expired() -> AuthError {
    AuthError::new(
        AuthErrorKind::TimedOut,
        "the user did not enter the code before it expired",
    )
    .with_hint("start again for a new one")
}

fn unusable(what: &str) -> AuthError {
    AuthError::new(
        AuthErrorKind::Http,
        format!("the device authorization endpoint {what}"),
    )
}

fn hint(error: AuthError) -> AuthError {
    match error.oauth_error() {
        Some("invalid_scope") => error.with_hint(
            "devices may ask Google for openid, email, profile, drive.file, drive.appdata, youtube and youtube.readonly only",
        ),
        Some("invalid_client" | "unauthorized_client") => error
            .with_hint("the client has to be of the type \"TVs and Limited Input devices\""),
        _ => error,
    }
}
