//! The authorization endpoint and its consent page.

use std::collections::BTreeMap;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{AuthorizationServer, Client, Code, Consent, Decision, opaque};
use crate::{Reply, Request, lock::lock};

type Parameters = BTreeMap<String, String>;

impl AuthorizationServer {
    pub(super) fn authorize(&self, request: &Request) -> Reply {
        let parameters: Parameters = request.query_pairs().into_iter().collect();
        let text = |name: &str| parameters.get(name).map(String::as_str).unwrap_or_default();
        let client = lock(&self.state).clients.get(text("client_id")).cloned();
        let Some(client) = client else {
            return page(
                401,
                "Error 401: invalid_client",
                "<p>The OAuth client was not found.</p>",
            );
        };
        let redirect_uri = text("redirect_uri");
        if !is_registered(&client, redirect_uri) {
            // No user is redirected to a URI that the client did not register.
            return page(
                400,
                "Error 400: redirect_uri_mismatch",
                "<p>The redirect URI is not registered.</p>",
            );
        }
        let wrong = if text("response_type") != "code" {
            Some("unsupported_response_type")
        } else if text("scope").is_empty() {
            Some("invalid_scope")
        } else if parameters.contains_key("code_challenge")
            && text("code_challenge_method") != "S256"
        {
            Some("invalid_request")
        } else {
            None
        };
        if let Some(error) = wrong {
            return self.send_back(request, &parameters, &[("error", error)]);
        }
        let decision = lock(&self.state).decision;
        match decision {
            Decision::Yes => self.decide(request, &parameters, true),
            Decision::No => self.decide(request, &parameters, false),
            Decision::Asked => self.ask(&parameters),
        }
    }

    fn ask(&self, parameters: &Parameters) -> Reply {
        let user = lock(&self.state).user.clone();
        let mut fields = String::new();
        for (name, value) in parameters {
            fields += &format!(
                "<input type=\"hidden\" name=\"{}\" value=\"{}\">",
                escape(name),
                escape(value)
            );
        }
        let scopes: String = parameters["scope"]
            .split(' ')
            .map(|scope| format!("<li>{}</li>", escape(scope)))
            .collect();
        page(
            200,
            "Sign in",
            &format!(
                "<p>{} wants access to the account of <b>{}</b>:</p><ul>{scopes}</ul><form method=\"post\" action=\"/o/oauth2/consent\">{fields}\
                 <button id=\"approve\" name=\"decision\" value=\"yes\">Allow</button> <button id=\"deny\" name=\"decision\" value=\"no\">Cancel</button></form>",
                escape(&parameters["client_id"]),
                escape(&user)
            ),
        )
    }

    /// The button of the consent page.
    pub(super) fn consent(&self, request: &Request) -> Reply {
        let parameters: Parameters = request.form().into_iter().collect();
        let is_registered = parameters
            .get("client_id")
            .and_then(|id| lock(&self.state).clients.get(id).cloned())
            .zip(parameters.get("redirect_uri"))
            .is_some_and(|(client, uri)| is_registered(&client, uri));
        if !is_registered {
            return page(400, "Error 400: invalid_request", "");
        }
        let agreed = parameters
            .get("decision")
            .is_some_and(|decision| decision == "yes");
        self.decide(request, &parameters, agreed)
    }

    fn decide(&self, request: &Request, parameters: &Parameters, agreed: bool) -> Reply {
        if !agreed {
            return self.send_back(request, parameters, &[("error", "access_denied")]);
        }
        let code = match opaque("4/0A") {
            Ok(code) => code,
            Err((_, error, _)) => return self.send_back(request, parameters, &[("error", error)]),
        };
        let scope = {
            let mut state = lock(&self.state);
            let withheld = state.withheld.clone();
            let user = state.user.clone();
            let id = parameters["client_id"].clone();
            let client = state.clients.get_mut(&id);
            let first = client.is_some_and(|client| !std::mem::replace(&mut client.known, true));
            let is = |name: &str, value: &str| parameters.get(name).is_some_and(|own| own == value);
            let mut scopes: Vec<String> = parameters["scope"]
                .split(' ')
                .filter(|scope| !withheld.iter().any(|own| own == scope))
                .map(str::to_owned)
                .collect();
            if is("include_granted_scopes", "true") {
                let earlier = state
                    .refresh_tokens
                    .values()
                    .filter(|own| own.client == id && own.user == user);
                scopes.extend(earlier.flat_map(|consent| consent.scopes.clone()));
                scopes.sort_unstable();
                scopes.dedup();
            }
            let scope = scopes.join(" ");
            let new = Code {
                consent: Consent {
                    client: id,
                    user,
                    scopes,
                },
                redirect_uri: parameters["redirect_uri"].clone(),
                challenge: parameters.get("code_challenge").cloned(),
                nonce: parameters.get("nonce").cloned(),
                offline: is("access_type", "offline") && (first || is("prompt", "consent")),
                used: false,
            };
            state.codes.insert(code.clone(), new);
            scope
        };
        self.send_back(request, parameters, &[("code", &code), ("scope", &scope)])
    }

    /// Sends the browser back, with the state and the issuer.
    fn send_back(
        &self,
        request: &Request,
        parameters: &Parameters,
        fields: &[(&str, &str)],
    ) -> Reply {
        let issuer = format!("http://{}", request.header("host").unwrap_or_default());
        let state = parameters
            .get("state")
            .map(|state| ("state", state.as_str()));
        let all = state
            .into_iter()
            .chain([("iss", issuer.as_str())])
            .chain(fields.iter().copied());
        let query: Vec<_> = all
            .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)))
            .collect();
        let uri = &parameters["redirect_uri"];
        let separator = if uri.contains('?') { '&' } else { '?' };
        Reply::redirect(302, &format!("{uri}{separator}{}", query.join("&")))
    }
}

/// Exactly, except for the port of a loopback address (RFC 8252, section 7.3).
fn is_registered(client: &Client, uri: &str) -> bool {
    let parts = |uri: &str| {
        let rest = uri.strip_prefix("http://")?;
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let host = match authority.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
            _ => authority,
        };
        matches!(host, "127.0.0.1" | "localhost" | "[::1]")
            .then(|| (host.to_owned(), path.to_owned()))
    };
    client.redirect_uris.iter().any(|own| {
        own == uri || parts(own).is_some_and(|own| parts(uri).is_some_and(|uri| own == uri))
    })
}

pub(super) fn page(status: u16, title: &str, body: &str) -> Reply {
    Reply::html(
        status,
        format!(
            "<!DOCTYPE html><html lang=en><meta charset=utf-8><title>{title}</title><h1>{title}</h1>{body}"
        ),
    )
}

pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}
