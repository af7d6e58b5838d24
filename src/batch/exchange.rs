//! One HTTP request of a batch: parts out, parts back.

use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, Method as HttpMethod, Uri,
    header::{CONTENT_TYPE, HOST, USER_AGENT},
};

use super::mixed::{self, Part};
use crate::{
    Error, ErrorKind,
    call::sending::Prepared,
    execute::{self, Answered, Raw},
    retry::Repeat,
    url::{API_CLIENT, HttpRequest},
};

/// Sends `requests` to `uri` and gives their answers, which may be errors of the service, in the same order. `root` is what stands before the paths of the API.
pub(super) async fn exchange(
    prepared: &Prepared,
    uri: &Uri,
    root: &str,
    requests: &[&HttpRequest],
) -> Result<Vec<Result<Part, Error>>, Error> {
    let parts: Vec<Part> = requests
        .iter()
        .enumerate()
        .map(|(index, request)| write(index, request, root))
        .collect();
    let boundary = boundary(&parts);
    let content_type = HeaderValue::try_from(format!("multipart/mixed; boundary={boundary}"));
    let raw = Raw::new(
        HttpMethod::POST,
        uri.clone(),
        mixed::write(&parts, &boundary),
    )
    .header(
        CONTENT_TYPE,
        // A boundary has letters, digits and underscores only.
        content_type.unwrap_or_else(|_| HeaderValue::from_static("multipart/mixed")),
    );
    let answered = execute::raw(prepared, raw).await?;
    Ok(read(&answered, requests.len())?
        .into_iter()
        .map(|part| part.ok_or_else(missing).and_then(whole))
        .collect())
}

fn write(index: usize, request: &HttpRequest, root: &str) -> Part {
    let uri = request.uri.to_string();
    let target = uri.strip_prefix(root).unwrap_or(&uri);
    let mut headers = HeaderMap::new();
    if let Some(host) = request
        .uri
        .authority()
        .and_then(|a| a.as_str().parse().ok())
    {
        headers.insert(HOST, host);
    }
    // These are said once, of the whole.
    let own = request
        .headers
        .iter()
        .filter(|(name, _)| *name != USER_AGENT && *name != API_CLIENT);
    headers.extend(own.map(|(name, value)| (name.clone(), value.clone())));
    Part {
        id: Some(format!("part+{}", index + 1)),
        start: format!("{} /{target} HTTP/1.1", request.method),
        headers,
        body: request.body.clone(),
    }
}

/// A text that is in no part.
fn boundary(parts: &[Part]) -> String {
    let holds = |body: &Bytes, text: &str| body.windows(text.len()).any(|w| w == text.as_bytes());
    (0_u64..)
        .map(|n| format!("batch_gapi_{n}"))
        .find(|text| !parts.iter().any(|part| holds(&part.body, text)))
        .unwrap_or_default()
}

/// The parts of an answer, at the places of the calls that they answer.
fn read(answered: &Answered, calls: usize) -> Result<Vec<Option<Part>>, Error> {
    let content_type = answered.headers.get(CONTENT_TYPE);
    let content_type = content_type
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let Some(boundary) = mixed::boundary(content_type) else {
        let what = match content_type {
            "" => "no content type",
            other => other,
        };
        let message = format!("the batch was answered with {what} instead of multipart/mixed");
        return Err(Error::new(ErrorKind::Decode, message).with_answer(
            answered.status,
            answered.headers.clone(),
            answered.body.clone(),
        ));
    };
    let parts = mixed::read(&answered.body, &boundary);
    let parts = parts.into_iter().filter(|part| part.status().is_some());
    Ok(place(parts.collect(), calls))
}

/// Puts answers where they belong: by the number in their ids, or by their order where ids say nothing but none is missing.
fn place(parts: Vec<Part>, calls: usize) -> Vec<Option<Part>> {
    let numbers: Vec<Option<usize>> = parts
        .iter()
        .map(|part| number(part.id.as_deref()?).filter(|number| (1..=calls).contains(number)))
        .collect();
    let unique = |number: &Option<usize>| {
        number.is_some() && numbers.iter().filter(|other| *other == number).count() == 1
    };
    let ids_hold = numbers.iter().all(unique);
    let mut placed: Vec<Option<Part>> = Vec::new();
    placed.resize_with(calls, || None);
    if !ids_hold && parts.len() == calls {
        return parts.into_iter().map(Some).collect();
    }
    for (part, number) in parts.into_iter().zip(&numbers) {
        if let Some(number) = number.filter(|_| unique(number)) {
            placed[number - 1] = Some(part);
        }
    }
    placed
}

/// The digits at the end of an id: servers put texts of their own before what they were given.
fn number(id: &str) -> Option<usize> {
    let start = id
        .rfind(|c: char| !c.is_ascii_digit())
        .map_or(0, |at| at + 1);
    id[start..].parse().ok()
}

fn missing() -> Error {
    Error::new(
        ErrorKind::Transport,
        "the answer of the batch has no part for this call",
    )
    .with_repeat(Repeat::IfSafe)
}

fn whole(part: Part) -> Result<Part, Error> {
    match part.wrong_length() {
        None => Ok(part),
        Some(declared) => {
            let message = format!(
                "this call's part of the batch's answer ends after {} of {declared} bytes",
                part.body.len()
            );
            Err(Error::new(ErrorKind::Transport, message).with_repeat(Repeat::IfSafe))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(id: Option<&str>, body: &'static str) -> Part {
        Part {
            id: id.map(String::from),
            start: "HTTP/1.1 200 OK".into(),
            headers: HeaderMap::new(),
            body: Bytes::from_static(body.as_bytes()),
        }
    }

    fn placed(ids: &[Option<&str>], calls: usize) -> String {
        const BODIES: [&str; 4] = ["a", "b", "c", "d"];
        let parts = ids
            .iter()
            .zip(BODIES)
            .map(|(id, body)| part(*id, body))
            .collect();
        let text = |part: Option<Part>| {
            part.map_or("-".into(), |part| {
                String::from_utf8_lossy(&part.body).into_owned()
            })
        };
        place(parts, calls).into_iter().map(text).collect()
    }

    #[test]
    fn answers_are_placed_by_id_else_by_order() {
        for (ids, calls, expected) in [
            (
                &[Some("response-part+1"), Some("response-part+2")][..],
                2,
                "ab",
            ),
            (&[Some("response-part+2"), Some("response-part+1")], 2, "ba"),
            (&[Some("x part%2B3"), Some("1")], 3, "b-a"),
            // One is missing, and the ids tell which.
            (&[Some("part+2")], 2, "-a"),
            // The ids say nothing.
            (&[None, None], 2, "ab"),
            (&[Some("item:0"), Some("item:1")], 2, "ab"),
            (&[Some("same-1"), Some("same-1")], 2, "ab"),
            // They say nothing, and one is missing: nobody knows which.
            (&[None, Some("part+1")], 3, "b--"),
            (&[], 2, "--"),
        ] {
            assert_eq!(placed(ids, calls), expected, "{ids:?}");
        }
    }
}
