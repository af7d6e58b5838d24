//! An endpoint for batches, as Google's takes them: strict about their form, in any order of its responses.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use crate::{Reply, Request, Service, lock::lock, rpc::RpcError};

/// Passes the parts of a batch to a service, and sends the last response first. Clones share the endpoint.
#[derive(Clone)]
pub struct Batches(Arc<State>);

struct State {
    /// What every path of a part starts with.
    prefix: String,
    most: usize,
    service: Box<dyn Service>,
    faults: Mutex<BTreeMap<String, u16>>,
}

/// A request inside a batch.
struct Part {
    id: String,
    request: Request,
}

impl Batches {
    /// Takes up to `most` parts, whose paths start with `prefix`, for `service`.
    pub fn new(prefix: &str, most: usize, service: impl Service) -> Self {
        Self(Arc::new(State {
            prefix: prefix.to_owned(),
            most,
            service: Box::new(service),
            faults: Mutex::default(),
        }))
    }

    /// Sends `status` for the next part whose path ends with `path`; with 0, leaves out its response.
    pub fn fail_next(&self, path: &str, status: u16) {
        lock(&self.0.faults).insert(path.to_owned(), status);
    }

    fn parts(&self, request: &Request) -> Result<Vec<Part>, String> {
        let kind = request.header("content-type").unwrap_or_default();
        let boundary = kind
            .strip_prefix("multipart/mixed; boundary=")
            .ok_or("Send multipart/mixed with a boundary.")?
            .trim_matches('"');
        let body = std::str::from_utf8(&request.body).map_err(|_| "The body is no text.")?;
        let body = body
            .strip_suffix(&format!("--{boundary}--\r\n"))
            .ok_or("The batch has no end.")?;
        let open = format!("--{boundary}\r\n");
        let parts = body.strip_prefix(&open).ok_or("The batch has no begin.")?;
        parts
            .split(&open)
            .map(|part| self.part(part.strip_suffix("\r\n").unwrap_or(part), request))
            .collect()
    }

    fn part(&self, text: &str, whole: &Request) -> Result<Part, String> {
        let (outer, message) = text
            .split_once("\r\n\r\n")
            .ok_or("A part has no empty line.")?;
        let outer = headers(outer)?;
        if outer
            .get("content-type")
            .is_none_or(|kind| kind != "application/http")
        {
            return Err("A part is no application/http.".into());
        }
        let id = outer
            .get("content-id")
            .and_then(|id| id.to_str().ok())
            .unwrap_or_default();
        let id = id.strip_prefix('<').and_then(|id| id.strip_suffix('>'));
        let id = id.ok_or("A part has no Content-ID in angle brackets.")?;
        let (head, body) = message
            .split_once("\r\n\r\n")
            .ok_or("A request has no empty line.")?;
        let (line, rest) = head.split_once("\r\n").unwrap_or((head, ""));
        let [method, target, "HTTP/1.1"] = line.split(' ').collect::<Vec<_>>()[..] else {
            return Err(format!("{line:?} is no request line."));
        };
        if !target.starts_with(&self.0.prefix) {
            return Err(format!("{target:?} is not of this API."));
        }
        let mut headers = headers(rest)?;
        let length = headers
            .get("content-length")
            .and_then(|length| length.to_str().ok()?.parse().ok());
        if length.unwrap_or(0) != body.len() {
            return Err("The content-length of a part is wrong.".into());
        }
        for name in ["authorization", "x-goog-user-project"] {
            if let Some(value) = whole.headers.get(name)
                && !headers.contains_key(name)
            {
                headers.insert(name, value.clone());
            }
        }
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query.to_owned())),
            None => (target, None),
        };
        Ok(Part {
            id: id.to_owned(),
            request: Request {
                method: Method::from_bytes(method.as_bytes()).map_err(|_| "A method is none.")?,
                path: path.to_owned(),
                query,
                headers,
                body: Bytes::copy_from_slice(body.as_bytes()),
            },
        })
    }

    fn fault(&self, request: &Request) -> Option<u16> {
        let mut faults = lock(&self.0.faults);
        let key = faults
            .keys()
            .find(|path| request.path.ends_with(path.as_str()))?
            .clone();
        faults.remove(&key)
    }
}

impl Service for Batches {
    fn respond(&self, request: &Request) -> Reply {
        let refuse = |why: &str| {
            let error = RpcError::new(
                400,
                "INVALID_ARGUMENT",
                format!("Failed to parse batch request, error: {why}"),
            );
            Reply::from(error)
        };
        if request.method != Method::POST {
            return Reply::not_found();
        }
        let parts = match self.parts(request) {
            Ok(parts) => parts,
            Err(why) => return refuse(&why),
        };
        if parts.len() > self.0.most {
            return refuse(&format!("The batch has more than {} parts.", self.0.most));
        }
        let mut ids: Vec<_> = parts.iter().map(|part| &part.id).collect();
        ids.sort();
        ids.dedup();
        if ids.len() < parts.len() {
            return refuse("Two parts have one Content-ID.");
        }
        let mut body = Vec::new();
        for part in parts.iter().rev() {
            let reply = match self.fault(&part.request) {
                Some(0) => continue,
                Some(status) => RpcError::new(status, "UNAVAILABLE", "Backend Error")
                    .error("global", "backendError")
                    .into(),
                None => self.0.service.respond(&part.request),
            };
            write(&mut body, &part.id, &reply);
        }
        body.extend_from_slice(b"--batch_response--\r\n");
        Reply::new(200).body("multipart/mixed; boundary=batch_response", body)
    }
}

fn write(out: &mut Vec<u8>, id: &str, reply: &Reply) {
    let mut text = format!(
        "--batch_response\r\nContent-Type: application/http\r\nContent-ID: <response-{id}>\r\n\r\nHTTP/1.1 {} {}\r\n",
        reply.status.as_str(),
        reply.status.canonical_reason().unwrap_or("Unknown")
    );
    for (name, value) in &reply.headers {
        text.push_str(&format!(
            "{name}: {}\r\n",
            value.to_str().unwrap_or_default()
        ));
    }
    text.push_str(&format!("content-length: {}\r\n\r\n", reply.body.len()));
    out.extend_from_slice(text.as_bytes());
    out.extend_from_slice(&reply.body);
    out.extend_from_slice(b"\r\n");
}

fn headers(text: &str) -> Result<HeaderMap, String> {
    let mut headers = HeaderMap::new();
    for line in text.split("\r\n").filter(|line| !line.is_empty()) {
        let broken = || format!("{line:?} is no header.");
        let (name, value) = line.split_once(':').ok_or_else(broken)?;
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| broken())?;
        let value = HeaderValue::from_str(value.trim()).map_err(|_| broken())?;
        headers.insert(name, value);
    }
    Ok(headers)
}

impl fmt::Debug for Batches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Batches").field(&self.0.prefix).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint() -> Batches {
        Batches::new("/x/", 2, |request: &Request| {
            Reply::text(
                200,
                format!("{} {}", request.path, request.bearer().unwrap_or("unknown")),
            )
        })
    }

    fn part(id: &str, line: &str, rest: &str) -> String {
        format!(
            "--b\r\nContent-Type: application/http\r\nContent-ID: {id}\r\n\r\n{line}\r\n{rest}\r\n\r\n\r\n"
        )
    }

    fn send(endpoint: &Batches, body: String) -> (u16, String) {
        let mut headers = HeaderMap::new();
        headers.insert(
            "content-type",
            HeaderValue::from_static("multipart/mixed; boundary=b"),
        );
        headers.insert("authorization", HeaderValue::from_static("Bearer t"));
        let reply = endpoint.respond(&Request {
            method: Method::POST,
            path: "/batch".into(),
            query: None,
            headers,
            body: body.into(),
        });
        let text = String::from_utf8_lossy(&reply.body).into_owned();
        (reply.status.as_u16(), text)
    }

    #[test]
    fn parts_get_responses_last_first_under_the_identity_of_the_whole() {
        let endpoint = endpoint();
        endpoint.fail_next("/x/b", 503);
        let one = part("<1>", "GET /x/a HTTP/1.1", "host: h");
        let two = part("<2>", "GET /x/b HTTP/1.1", "host: h");
        let body = format!("{one}{two}--b--\r\n");
        let (status, text) = send(&endpoint, body.clone());
        assert_eq!(status, 200);
        let (first, second) = text.split_once("<response-1>").expect("both");
        assert!(
            first.contains("<response-2>") && first.contains("503"),
            "{text}"
        );
        assert!(second.contains("/x/a t"), "{text}");
        // The fault was for one response.
        assert!(!send(&endpoint, body).1.contains("503"));
    }

    #[test]
    fn what_google_refuses_is_refused() {
        let good = part("<1>", "GET /x/a HTTP/1.1", "host: h");
        for (body, words) in [
            (format!("{good}--b--\n"), "no end"),
            (
                format!("{}--b--\r\n", good.replace("\r\n", "\n")),
                "no begin",
            ),
            (
                format!("{}--b--\r\n", part("1", "GET /x/a HTTP/1.1", "host: h")),
                "angle brackets",
            ),
            (
                format!("{}--b--\r\n", part("<1>", "GET /x/a", "host: h")),
                "no request line",
            ),
            (
                format!("{}--b--\r\n", part("<1>", "GET /y HTTP/1.1", "host: h")),
                "not of this API",
            ),
            (
                format!(
                    "{}--b--\r\n",
                    part("<1>", "POST /x HTTP/1.1", "content-length: 7")
                ),
                "not of this API",
            ),
            (
                format!(
                    "{}--b--\r\n",
                    part("<1>", "POST /x/ HTTP/1.1", "content-length: 7")
                ),
                "content-length",
            ),
            (format!("{good}{good}--b--\r\n"), "one Content-ID"),
            (
                format!(
                    "{good}{}{}--b--\r\n",
                    good.replace("<1>", "<2>"),
                    good.replace("<1>", "<3>")
                ),
                "more than 2",
            ),
        ] {
            let (status, text) = send(&endpoint(), body.clone());
            assert!(
                status == 400 && text.contains(words),
                "{words}: {status} {text}\n{body}"
            );
        }
    }
}
