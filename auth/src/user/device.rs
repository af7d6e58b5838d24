//! Devices without a browser: the user authorizes on another one (RFC 8628).

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
/// The pause between polls where the server names none.
const INTERVAL: Duration = Duration::from_secs(5);
/// The longest pause that network trouble leads to.
const LONGEST_INTERVAL: Duration = Duration::from_secs(60);
/// No server keeps codes for longer, and no clock can count it.
const LONGEST_LIFE: Duration = Duration::from_secs(24 * 3600);

/// How an app on a device without a browser asks for authorization
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
/// Google takes only clients of the type "TVs and Limited Input devices" here, and only the scopes `openid`, `email`, `profile`,
/// `drive.file`, `drive.appdata`, `youtube` and `youtube.readonly`.
#[derive(Clone, Debug)]
pub struct DeviceFlow(Flow);

impl DeviceFlow {
    /// A flow for the client of a `client_secret.json`, which asks for these scopes.
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

    /// From a flow: its client, scopes, transport and clock count.
    pub fn new(flow: Flow) -> Self {
        Self(flow)
    }

    /// Gets a code for the user to enter.
    ///
    /// # Errors
    /// When the server cannot be reached or refuses: an unknown client, scopes that devices may not have.
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
        // Google wants no secret here; servers that do are those that know the client by one.
        if let Some(secret) = &client.client_secret
            && !client
                .device_uri
                .starts_with("https://oauth2.googleapis.com/")
        {
            fields.push(("client_secret", secret.expose_secret()));
        }
        let cx = self.0.outside_fetch();
        let asking = send_form(&client.device_uri, &fields, None, cx.transport());
        let (head, body) = cx.within(ATTEMPT_TIMEOUT, "no code came", asking).await?;
        if head.status != StatusCode::OK {
            let error = match read(head.status, &head.headers, &body, clock.now()) {
                Err(refusal) => refusal.error,
                Ok(_) => unusable("gave a token where a device code was asked for"),
            };
            return Err(hint(error));
        }
        let body = Zeroizing::new(body.to_vec());
        let answer: DeviceCodeResponse = serde_json::from_slice(&body)
            .map_err(|error| unusable(&format!("gave no device code (line {})", error.line())))?;
        let verification_url = answer
            .verification_url
            .or(answer.verification_uri)
            .ok_or_else(|| unusable("named no page for the user"))?;
        Ok(DeviceAuthorization {
            expires_in: Duration::from_secs(answer.expires_in).min(LONGEST_LIFE),
            interval: answer
                .interval
                .map_or(INTERVAL, Duration::from_secs)
                .clamp(Duration::from_secs(1), LONGEST_INTERVAL),
            started: clock.monotonic(),
            device_code: answer.device_code,
            user_code: answer.user_code,
            verification_url_complete: answer.verification_uri_complete,
            verification_url,
            flow: self.0.clone(),
        })
    }
}

/// Google spells some names in its own way.
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

/// A code that waits for its user. Dropping it, or the future of [`wait`](Self::wait), cancels the flow.
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
    /// What the user enters. Show it as it is; with the user in front of another's device it is all that it takes to authorize this one.
    pub fn user_code(&self) -> &str {
        &self.user_code
    }

    /// The page at which the user enters it.
    pub fn verification_url(&self) -> &str {
        &self.verification_url
    }

    /// The page with the code in it already, for a QR code, where the server has one.
    pub fn verification_url_complete(&self) -> Option<&str> {
        self.verification_url_complete.as_deref()
    }

    /// How long the code is good for, counted from the start.
    pub fn expires_in(&self) -> Duration {
        self.expires_in
    }

    /// Asks the server now and then, as often as it allows, until the user has decided.
    ///
    /// # Errors
    /// [`AuthErrorKind::Denied`] when the user said no, [`AuthErrorKind::TimedOut`] when the code expired, or what else the
    /// server says.
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
            let asking = post_form(&client.token_uri, &fields, None, cx.transport(), clock);
            let error = match cx.within(ATTEMPT_TIMEOUT, "no response came", asking).await {
                Ok(answer) => {
                    let info = granted(client, answer, scopes, &**clock);
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
                // The network or the server is in trouble, which is no answer (RFC 8628, section 3.5).
                _ if error.is_transient() => {
                    let wait = error.retry_after().unwrap_or_default().max(pause * 2);
                    wait.min(LONGEST_INTERVAL)
                }
                _ => return Err(hint(error)),
            };
        }
    }
}

/// Neither code.
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
