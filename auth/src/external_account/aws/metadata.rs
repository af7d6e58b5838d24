//! AWS keys and region: of the environment, or of the metadata server of an EC2 instance.

use std::borrow::Cow;

use gapi_transport::{Body, Transport};
use http::{HeaderValue, Method, Request, StatusCode};
use secrecy::zeroize::Zeroizing;

use crate::{
    AuthError, AuthErrorKind,
    config::Fields,
    external_account::{
        settings::FederationSettings,
        supplier::{AwsCredentials, SupplierContext},
    },
    oauth::{RESPONSE_LIMIT, refuse},
    reach::{Named, Purpose},
};

/// What errors call the URLs and the server.
const REGION: &str = "the field `region_url`";
const KEYS: &str = "the field `url`";
const SESSION_TOKEN: &str = "the field `imdsv2_session_token_url`";
const WHO: &str = "the metadata server of AWS";
const NEEDED: &str = "an instance with a role is needed, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment";
/// The lifetime of a session token in seconds. It is used at once.
const SESSION: &str = "300";

/// The URLs of the metadata server.
#[derive(Clone, Debug)]
pub(super) struct Metadata {
    pub(super) region_url: Option<Named>,
    pub(super) credentials_url: Option<Named>,
    /// The URL of session tokens, which some instances require (IMDSv2).
    pub(super) session_token_url: Option<Named>,
}

/// A session token if one is needed, and the transport of requests.
struct Session<'a> {
    transport: &'a dyn Transport,
    token: Option<HeaderValue>,
    cx: &'a SupplierContext<'a>,
}

impl Metadata {
    pub(super) fn check(&self, settings: &FederationSettings) -> Result<(), AuthError> {
        for (what, url) in [
            (REGION, &self.region_url),
            (KEYS, &self.credentials_url),
            (SESSION_TOKEN, &self.session_token_url),
        ] {
            if let Some(url) = url {
                settings.url(Purpose::AwsMetadata, what, url)?;
            }
        }
        Ok(())
    }

    /// Returns the region and the keys.
    pub(super) async fn region_and_keys(
        &self,
        cx: &SupplierContext<'_>,
    ) -> Result<(String, AwsCredentials), AuthError> {
        let reach = &cx.settings.reach;
        let region = reach
            .variable(&["AWS_REGION", "AWS_DEFAULT_REGION"])
            .map(|(_, region)| region);
        let keys = self.keys_of_environment(cx);
        if let (Some(region), Some(keys)) = (&region, &keys) {
            return Ok((region.clone(), keys.clone()));
        }
        // Proxies do not reach link-local addresses.
        let transport = cx.settings.transport_to("http://", cx.fetch);
        let _step = cx.fetch.waits_for(
            AuthErrorKind::Transport,
            format!("{WHO} gave nothing"),
            Some(
                "in a container, the instance's metadata options need a hop limit of 2; where there is no instance, set AWS_ACCESS_KEY_ID and \
                 AWS_SECRET_ACCESS_KEY",
            ),
        );
        let session = self.session(&*transport, cx).await?;
        let region = match region {
            Some(region) => region,
            None => self.region(&session).await?,
        };
        let keys = match keys {
            Some(keys) => keys,
            None => self.keys(&session).await?,
        };
        Ok((region, keys))
    }

    fn keys_of_environment(&self, cx: &SupplierContext<'_>) -> Option<AwsCredentials> {
        let reach = &cx.settings.reach;
        let (_, id) = reach.variable(&["AWS_ACCESS_KEY_ID"])?;
        let (_, secret) = reach.variable(&["AWS_SECRET_ACCESS_KEY"])?;
        let keys = AwsCredentials::new(id, secret);
        Some(match reach.variable(&["AWS_SESSION_TOKEN"]) {
            Some((_, token)) => keys.session_token(token),
            None => keys,
        })
    }

    async fn session<'a>(
        &self,
        transport: &'a dyn Transport,
        cx: &'a SupplierContext<'a>,
    ) -> Result<Session<'a>, AuthError> {
        let mut session = Session {
            transport,
            token: None,
            cx,
        };
        if let Some(url) = &self.session_token_url {
            let mut request = request(Method::PUT, &session.url(SESSION_TOKEN, url)?)?;
            request.headers_mut().insert(
                "x-aws-ec2-metadata-token-ttl-seconds",
                HeaderValue::from_static(SESSION),
            );
            let token = session.text(request).await?;
            let mut token = HeaderValue::from_str(token.trim())
                .map_err(|_| unusable("a session token that no header can carry"))?;
            token.set_sensitive(true);
            session.token = Some(token);
        }
        Ok(session)
    }

    async fn region(&self, session: &Session<'_>) -> Result<String, AuthError> {
        let url = self.region_url.as_ref().ok_or_else(|| {
            AuthError::new(AuthErrorKind::Config, "the AWS region is not known")
                .with_hint("set AWS_REGION, or add `region_url` to the configuration")
        })?;
        let zone = session.get(&session.url(REGION, url)?).await?;
        region_of_zone(&zone)
            .map(str::to_owned)
            .ok_or_else(|| unusable("an availability zone that looks like none"))
    }

    async fn keys(&self, session: &Session<'_>) -> Result<AwsCredentials, AuthError> {
        let url = self.credentials_url.as_ref().ok_or_else(|| {
            AuthError::new(AuthErrorKind::Config, "there are no keys of AWS")
                .with_hint("set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or add `url` to the configuration")
        })?;
        let url = session.url(KEYS, url)?;
        let role = session.get(&url).await?;
        // An instance has at most one role.
        let role = role.lines().next().unwrap_or_default().trim();
        let is_role = !role.is_empty()
            && role
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"+=,.@-_".contains(&b));
        if !is_role {
            return Err(unusable("no role").with_hint(NEEDED));
        }
        let keys = session
            .get(&format!("{}/{role}", url.trim_end_matches('/')))
            .await?;
        let mut keys = Fields::parse(WHO, &keys, NEEDED)?;
        let found = AwsCredentials::new(
            keys.required("AccessKeyId")?,
            keys.required_secret("SecretAccessKey")?,
        );
        Ok(match keys.secret("Token")? {
            Some(token) => found.session_token(token),
            None => found,
        })
    }
}

impl Session<'_> {
    fn url<'a>(&self, what: &str, url: &'a Named) -> Result<Cow<'a, str>, AuthError> {
        self.cx.settings.url(Purpose::AwsMetadata, what, url)
    }

    async fn get(&self, url: &str) -> Result<Zeroizing<String>, AuthError> {
        let mut request = request(Method::GET, url)?;
        if let Some(token) = &self.token {
            request
                .headers_mut()
                .insert("x-aws-ec2-metadata-token", token.clone());
        }
        self.text(request).await
    }

    async fn text(&self, request: Request<Body>) -> Result<Zeroizing<String>, AuthError> {
        let unreachable = |error| AuthError::unreachable(WHO, error).with_hint(NEEDED);
        let (head, body) = self
            .transport
            .send(request)
            .await
            .map_err(unreachable)?
            .into_parts();
        let body = body.collect(RESPONSE_LIMIT).await.map_err(unreachable)?;
        if head.status != StatusCode::OK {
            let now = self.cx.clock().now();
            let error = refuse(WHO, head.status, &head.headers, &body, now);
            // The status is 404 if there is no role, and 401 or 403 if IMDSv2 is required or turned off.
            let is_final = matches!(head.status.as_u16(), 400 | 401 | 403 | 404);
            return Err(error.with_transient(!is_final).with_hint(NEEDED));
        }
        String::from_utf8(body.to_vec())
            .map(Into::into)
            .map_err(|_| unusable("no text"))
    }
}

fn request(method: Method, url: &str) -> Result<Request<Body>, AuthError> {
    Request::builder()
        .method(method)
        .uri(url)
        .body(Body::empty())
        .map_err(|error| {
            AuthError::new(
                AuthErrorKind::Config,
                "a URL of AWS metadata cannot be used",
            )
            .with_source(error)
        })
}

fn unusable(what: &str) -> AuthError {
    AuthError::new(AuthErrorKind::Http, format!("{WHO} gave {what}"))
}

/// Refuses a region that cannot be a part of a host name.
pub(super) fn check_region(region: &str) -> Result<(), AuthError> {
    let is_one = !region.is_empty()
        && region
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if is_one {
        return Ok(());
    }
    Err(AuthError::new(
        AuthErrorKind::Config,
        "the AWS region is not a region's name",
    )
    .with_hint("it looks like us-east-2; check AWS_REGION"))
}

/// Returns the region of an availability zone: `us-east-2` of `us-east-2b`, and `us-west-2` of the local zone `us-west-2-lax-1a`.
fn region_of_zone(zone: &str) -> Option<&str> {
    let zone = zone.trim();
    let mut end = 0;
    for part in zone.split('-') {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        if digits > 0 {
            let region = &zone[..end + digits];
            return check_region(region).is_ok().then_some(region);
        }
        end += part.len() + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_of_all_kinds_have_a_region() {
        for (zone, region) in [
            ("us-east-2b", Some("us-east-2")),
            ("us-east-2b\n", Some("us-east-2")),
            ("us-gov-west-1a", Some("us-gov-west-1")),
            ("ap-southeast-12c", Some("ap-southeast-12")),
            ("us-west-2-lax-1a", Some("us-west-2")),
            ("us-east-1-wl1-bos-wlz-1", Some("us-east-1")),
            ("us-east-1", Some("us-east-1")),
            ("", None),
            ("<html>", None),
            ("evil.com/-1a", None),
        ] {
            assert_eq!(region_of_zone(zone), region, "{zone}");
        }
    }
}
