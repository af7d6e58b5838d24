//! The responses of the metadata server.

use http::Method;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::{MetadataServer, Platform, State, identity, tree};
use crate::{Reply, Request, Service, keys::random_hex, lock::lock, time::Civil};

const ROOT: &str = "/computeMetadata/v1";
/// The type that metadata servers give text.
const TEXT: &str = "application/text";

pub(super) fn respond(state: &mut State, request: &Request) -> Reply {
    if request.headers.contains_key("x-forwarded-for") {
        return forbidden("Requests with the header X-Forwarded-For are not served.");
    }
    if request.method != Method::GET {
        return Reply::html(405, "The method is not allowed.").header("allow", "GET");
    }
    if request.header("metadata-flavor") != Some("Google") {
        return forbidden("Missing required header \"Metadata-Flavor\": \"Google\".");
    }
    match request.path.as_str() {
        "/" => text("computeMetadata/\n"),
        "/computeMetadata" => moved(request),
        "/computeMetadata/" => text("v1/\n"),
        path => match path.strip_prefix(ROOT) {
            Some("") => moved(request),
            Some(rest) if rest.starts_with('/') => value(state, request, &rest[1..]),
            _ => missing(),
        },
    }
}

fn value(state: &mut State, request: &Request, path: &str) -> Reply {
    if let Some(reply) = made(state, request, path) {
        return reply;
    }
    let values = tree::values(state);
    let is_directory = path.is_empty() || path.ends_with('/');
    let mut segments = path.split('/').filter(|segment| !segment.is_empty());
    let found = segments.try_fold(&values, |value, segment| {
        value.get(&*percent_decode_str(segment).decode_utf8_lossy())
    });
    let query = request.query_pairs();
    let asked = |name: &str| {
        let pair = query.iter().find(|(key, _)| key == name);
        pair.map_or("", |(_, value)| value.as_str())
    };
    let recursive = asked("recursive") == "true";
    match (found, asked("alt")) {
        (None, _) => missing(),
        (Some(Value::Object(_)), _) if !is_directory => moved(request),
        (Some(Value::Object(fields)), "text") if recursive => {
            text(&tree::flat("", &Value::Object(fields.clone())))
        }
        (Some(value @ Value::Object(_)), _) if recursive => {
            Reply::json(200, &tree::camel_case(value)).header("content-type", "application/json")
        }
        (Some(Value::Object(fields)), _) => text(&tree::listing(fields)),
        // Files are not directories.
        (Some(_), _) if is_directory => missing(),
        (Some(leaf), "json") => Reply::json(200, leaf).header("content-type", "application/json"),
        (Some(leaf), _) => text(&tree::text(leaf)),
    }
}

/// What is made for each request: tokens.
fn made(state: &mut State, request: &Request, path: &str) -> Option<Reply> {
    let (name, leaf) = path
        .strip_prefix("instance/service-accounts/")?
        .split_once('/')?;
    let name = percent_decode_str(name).decode_utf8_lossy();
    let account = state
        .account
        .clone()
        .filter(|account| name == "default" || name == account.email())?;
    let query = request.query_pairs();
    let asked = |name: &str| query.iter().find(|(key, _)| key == name);
    match leaf {
        "token" => {
            let wanted = asked("scopes").map(|(_, scopes)| scopes.split(','));
            let scopes = match (state.platform, wanted) {
                (Platform::CloudRun, Some(scopes)) => scopes.map(str::to_owned).collect(),
                _ => state.scopes.clone(),
            };
            let now = state.now();
            let issuer = state.issuer.clone();
            let make = |scopes: &[String]| match issuer {
                Some(endpoint) => {
                    let scopes: Vec<_> = scopes.iter().map(String::as_str).collect();
                    endpoint.issue(account.email(), &scopes)
                }
                // Opaque, with the prefix that Google's have.
                None => Ok(format!("ya29.c.{}", random_hex::<32>()?)),
            };
            Some(match state.tokens.give(scopes, now, make) {
                Ok((token, left)) => Reply::json(
                    200,
                    &json!({"access_token": token, "expires_in": left, "token_type": "Bearer"}),
                )
                .header("content-type", "application/json"),
                Err(error) => Reply::html(500, error.to_string()),
            })
        }
        "identity" => {
            let Some((_, audience)) = asked("audience").filter(|(_, value)| !value.is_empty())
            else {
                return Some(Reply::html(400, "non-empty audience parameter required"));
            };
            let full = asked("format").is_some_and(|(_, format)| format == "full");
            let licenses = asked("licenses").is_some_and(|(_, value)| value == "TRUE");
            let token = identity::token(state, &account, audience, full, licenses);
            Some(match token {
                Ok(token) => Reply::new(200).body("text/html", token),
                Err(error) => Reply::html(500, error.to_string()),
            })
        }
        _ => None,
    }
}

fn text(text: &str) -> Reply {
    Reply::new(200).body(TEXT, text.to_owned())
}

fn forbidden(why: &str) -> Reply {
    Reply::html(
        403,
        format!("<!DOCTYPE html><title>Error 403 (Forbidden)</title><p>{why}"),
    )
}

fn missing() -> Reply {
    Reply::html(
        404,
        "<!DOCTYPE html><title>Error 404 (Not Found)</title><p>The requested URL was not found on this server.",
    )
}

/// A directory's path ends in a slash.
fn moved(request: &Request) -> Reply {
    let query = request
        .query
        .as_ref()
        .map_or_else(String::new, |query| format!("?{query}"));
    Reply::redirect(301, &format!("{}/{query}", request.url()))
}

impl Service for MetadataServer {
    fn respond(&self, request: &Request) -> Reply {
        let mut state = lock(&self.state);
        state.requests += 1;
        let reply = respond(&mut state, request);
        reply
            .header("metadata-flavor", "Google")
            .header("server", "Metadata Server for VM")
            .header("x-xss-protection", "0")
            .header("x-frame-options", "SAMEORIGIN")
            .header("date", &Civil::from(state.now()).http())
    }
}
