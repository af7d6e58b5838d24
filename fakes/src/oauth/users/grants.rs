//! The token endpoint's grants for users, and revocation.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{AuthorizationServer, Consent, Refused, json_reply, opaque, refused};
use crate::{Reply, Request, Service, lock::lock};

pub(super) const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// A form whose fields occur once each.
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    pub(super) fn of(request: &Request) -> Result<Self, Refused> {
        let fields = request.form();
        for (position, (name, _)) in fields.iter().enumerate() {
            if fields[..position].iter().any(|(other, _)| other == name) {
                return Err(refused(
                    400,
                    "invalid_request",
                    &format!("{name} is given twice."),
                ));
            }
        }
        Ok(Self(fields))
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let field = self.0.iter().find(|(own, _)| own == name);
        field.map(|(_, value)| value.as_str())
    }

    pub(super) fn required(&self, name: &str) -> Result<&str, Refused> {
        self.get(name).ok_or_else(|| {
            refused(
                400,
                "invalid_request",
                &format!("Missing required parameter: {name}"),
            )
        })
    }
}

impl AuthorizationServer {
    pub(super) fn token(&self, request: &Request) -> Reply {
        let grant = request
            .form()
            .into_iter()
            .find(|(name, _)| name == "grant_type");
        match grant.as_ref().map(|(_, grant)| grant.as_str()) {
            Some("authorization_code") => json_reply(self.code(request)),
            Some("refresh_token") => json_reply(self.refresh(request)),
            Some(DEVICE_GRANT) => json_reply(self.poll(request)),
            _ => self.tokens.respond(request),
        }
    }

    /// The client that a form names, if the secret is its own.
    pub(super) fn client(&self, form: &Form) -> Result<String, Refused> {
        let id = form.required("client_id")?;
        let state = lock(&self.state);
        match state.clients.get(id) {
            Some(client) if form.get("client_secret").unwrap_or_default() == client.secret => {
                Ok(id.to_owned())
            }
            Some(_) => Err(refused(
                401,
                "invalid_client",
                "The provided client secret is invalid.",
            )),
            None => Err(refused(
                401,
                "invalid_client",
                "The OAuth client was not found.",
            )),
        }
    }

    fn code(&self, request: &Request) -> Result<Value, Refused> {
        let form = Form::of(request)?;
        let client = self.client(&form)?;
        let (consent, nonce, offline) = {
            let mut state = lock(&self.state);
            let code = state
                .codes
                .get_mut(form.required("code")?)
                .filter(|code| code.consent.client == client && !code.used)
                .ok_or_else(|| {
                    refused(
                        400,
                        "invalid_grant",
                        "Malformed auth code, or one that was used.",
                    )
                })?;
            if form.get("redirect_uri") != Some(&code.redirect_uri) {
                return Err(refused(400, "redirect_uri_mismatch", "Bad Request"));
            }
            let sent = form.get("code_verifier").map(|verifier| {
                URL_SAFE_NO_PAD.encode(aws_lc_rs::digest::digest(
                    &aws_lc_rs::digest::SHA256,
                    verifier.as_bytes(),
                ))
            });
            if sent != code.challenge {
                return Err(refused(400, "invalid_grant", "Invalid code verifier."));
            }
            code.used = true;
            (code.consent.clone(), code.nonce.clone(), code.offline)
        };
        self.grant(request, &consent, nonce.as_deref(), offline)
    }

    /// Tokens for what a user agreed to.
    pub(super) fn grant(
        &self,
        request: &Request,
        consent: &Consent,
        nonce: Option<&str>,
        offline: bool,
    ) -> Result<Value, Refused> {
        let refresh_token = if offline { Some(opaque("1//0")?) } else { None };
        let access_token = self.access_token(consent, &consent.scopes)?;
        let mut response = json!({"access_token": access_token, "expires_in": 3599, "scope": consent.scopes.join(" "), "token_type": "Bearer"});
        if consent.scopes.iter().any(|scope| scope == "openid") {
            response["id_token"] = Value::from(id_token(request, consent, nonce));
        }
        let mut state = lock(&self.state);
        if let Some(token) = refresh_token {
            response["refresh_token"] = Value::from(token.as_str());
            state.issued.push((token.clone(), access_token));
            state.refresh_tokens.insert(token, consent.clone());
        }
        Ok(response)
    }

    fn access_token(&self, consent: &Consent, scopes: &[String]) -> Result<String, Refused> {
        let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
        self.tokens
            .issue(&consent.user, &scopes)
            .map_err(|error| refused(500, "server_error", &error.to_string()))
    }

    fn refresh(&self, request: &Request) -> Result<Value, Refused> {
        let form = Form::of(request)?;
        let client = self.client(&form)?;
        let sent = form.required("refresh_token")?;
        let consent = lock(&self.state).refresh_tokens.get(sent).cloned();
        let consent = consent
            .filter(|consent| consent.client == client)
            .ok_or_else(|| refused(400, "invalid_grant", "Token has been expired or revoked."))?;
        let scopes: Vec<String> = match form.get("scope") {
            None => consent.scopes.clone(),
            Some(asked) => asked.split(' ').map(str::to_owned).collect(),
        };
        if !scopes.iter().all(|scope| consent.scopes.contains(scope)) {
            return Err(refused(
                400,
                "invalid_scope",
                "Some requested scopes were not granted.",
            ));
        }
        let access_token = self.access_token(&consent, &scopes)?;
        let mut response = json!({"access_token": access_token, "expires_in": 3599, "scope": scopes.join(" "), "token_type": "Bearer"});
        if scopes.iter().any(|scope| scope == "openid") {
            response["id_token"] = Value::from(id_token(request, &consent, None));
        }
        let next = opaque("1//0")?;
        let mut state = lock(&self.state);
        state.refreshes += 1;
        let mut current = sent.to_owned();
        if state.rotates {
            state.refresh_tokens.remove(sent);
            state.refresh_tokens.insert(next.clone(), consent);
            response["refresh_token"] = Value::from(next.as_str());
            for (refresh, _) in &mut state.issued {
                if *refresh == current {
                    refresh.clone_from(&next);
                }
            }
            current = next;
        }
        state.issued.push((current, access_token));
        Ok(response)
    }

    /// A refresh token takes its access tokens with it, and an access token its refresh token.
    pub(super) fn revoke(&self, request: &Request) -> Result<Value, Refused> {
        let form = Form::of(request)?;
        let token = form.required("token")?;
        let mut state = lock(&self.state);
        let by_access = state.issued.iter().find(|(_, access)| access == token);
        let refresh = by_access.map_or(token, |(refresh, _)| refresh).to_owned();
        let was_there = state.refresh_tokens.remove(&refresh).is_some();
        let (gone, valid): (Vec<_>, Vec<_>) = std::mem::take(&mut state.issued)
            .into_iter()
            .partition(|(own, _)| *own == refresh);
        state.issued = valid;
        drop(state);
        for (_, access) in &gone {
            self.tokens.revoke(access);
        }
        if was_there || self.tokens.revoke(token) {
            Ok(json!({}))
        } else {
            Err(refused(400, "invalid_token", "Token expired or revoked"))
        }
    }
}

/// An ID token without a good signature: what comes from the token endpoint needs none.
fn id_token(request: &Request, consent: &Consent, nonce: Option<&str>) -> String {
    let issuer = format!("http://{}", request.header("host").unwrap_or_default());
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |age| age.as_secs());
    let mut claims = json!({
        "iss": issuer, "aud": consent.client, "sub": "100000000000000000001", "email": consent.user, "email_verified": true,
        "iat": now, "exp": now + 3600,
    });
    if let Some(nonce) = nonce {
        claims["nonce"] = Value::from(nonce);
    }
    let part = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
    format!("{}.{}.", part(&json!({"alg": "none"})), part(&claims))
}
