//! One HTTP request of a batch: writes its parts, and assigns the parts of the response to the calls.

use http::{
    HeaderMap, HeaderValue, Method as HttpMethod, Uri,
    header::{CONTENT_TYPE, HOST, USER_AGENT},
};

use super::mixed::{self, BatchMessage, MessageFault};
use crate::{
    Error, ErrorKind,
    client::Prepared,
    execute::{AuxiliaryRequest, CallState, RawResponse},
    http::{API_CLIENT, HttpRequest},
    media_type,
    request::options::CallOptions,
};

/// Sends `requests` to `uri`, and returns their responses, which may be errors of the service, in the same order. `root` is the part of
/// their URLs before the paths of the API.
pub(super) async fn exchange(
    prepared: &Prepared,
    options: &CallOptions,
    state: &CallState,
    uri: &Uri,
    root: &str,
    requests: &[&HttpRequest],
) -> Result<Vec<Result<BatchMessage, Error>>, Error> {
    let calls = requests.len();
    let parts: Vec<BatchMessage> = requests
        .iter()
        .enumerate()
        .map(|(index, request)| write(index, request, root))
        .collect();
    let boundary = boundary(&parts);
    let content_type = HeaderValue::try_from(format!("multipart/mixed; boundary={boundary}"));
    let raw = AuxiliaryRequest::new(
        HttpMethod::POST,
        uri.clone(),
        mixed::write(&parts, &boundary),
    )
    .header(
        CONTENT_TYPE,
        // A boundary has letters, digits and underscores only.
        content_type.unwrap_or_else(|_| HeaderValue::from_static("multipart/mixed")),
    );
    let response = raw.send(prepared, options, state).await;
    let found = response.and_then(|response| read(&response, calls));
    let found = found.map_err(|error| error.of_batch(calls))?;
    Ok(found
        .into_iter()
        .map(|found| match found {
            Some((part, None)) => Ok(part),
            Some((part, Some(fault))) => Err(incomplete(&part, fault)),
            None => Err(Error::interrupted(
                "the response of the batch has no part for this call",
            )),
        })
        .collect())
}

fn write(index: usize, request: &HttpRequest, root: &str) -> BatchMessage {
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
    // These are headers of the batch.
    let own = request
        .headers
        .iter()
        .filter(|(name, _)| *name != USER_AGENT && *name != API_CLIENT);
    headers.extend(own.map(|(name, value)| (name.clone(), value.clone())));
    BatchMessage {
        id: Some(format!("part+{}", index + 1)),
        start: format!("{} /{target} HTTP/1.1", request.method),
        headers,
        body: request.body.clone(),
    }
}

/// Returns a text that is in no part: its number is larger than those of all similar texts in the bodies.
fn boundary(parts: &[BatchMessage]) -> String {
    const NAME: &str = "batch_gapi_";
    let mut next = 0_u64;
    for part in parts {
        let mut windows = part.body.windows(NAME.len()).enumerate();
        while let Some((at, _)) = windows.find(|(_, window)| *window == NAME.as_bytes()) {
            let digits = part.body[at + NAME.len()..].iter();
            let digits = digits.take_while(|byte| byte.is_ascii_digit()).take(18);
            let number = digits.fold(0, |number, digit| number * 10 + u64::from(digit - b'0'));
            next = next.max(number + 1);
        }
    }
    format!("{NAME}{next}")
}

/// A part of a response, and its fault if it has one.
type ReceivedMessage = (BatchMessage, Option<MessageFault>);

/// Returns the parts of a response in the order of the calls.
fn read(response: &RawResponse, calls: usize) -> Result<Vec<Option<ReceivedMessage>>, Error> {
    let content_type = media_type::of(&response.headers).unwrap_or_default();
    let Some(boundary) = mixed::boundary(content_type) else {
        let what = match content_type {
            "" => "no content type",
            other => other,
        };
        let message = format!("the response is {what} instead of multipart/mixed");
        return Err(response.locate(Error::new(ErrorKind::Decode, message)));
    };
    let mut sorter = PartSorter::new(calls);
    for found in mixed::read(&response.body, &boundary) {
        if found.0.status().is_some() {
            sorter.add(found);
        }
    }
    Ok(sorter.assign())
}

/// Assigns responses to calls: by the numbers in their ids, or by their order if the ids are not usable but no part is missing.
struct PartSorter {
    /// The number of parts with each id.
    counts: Vec<u32>,
    /// The parts that may belong to a call, with the index in their ids. Surplus parts are not held in memory.
    parts: Vec<(Option<usize>, ReceivedMessage)>,
    total: usize,
}

impl PartSorter {
    fn new(calls: usize) -> Self {
        Self {
            counts: vec![0; calls],
            parts: Vec::new(),
            total: 0,
        }
    }

    fn add(&mut self, found: ReceivedMessage) {
        let calls = self.counts.len();
        let number = found.0.id.as_deref().and_then(number);
        let index = number.filter(|number| (1..=calls).contains(number));
        let index = index.map(|number| number - 1);
        let is_first = index.is_some_and(|index| {
            self.counts[index] = self.counts[index].saturating_add(1);
            self.counts[index] == 1
        });
        self.total += 1;
        if self.parts.len() < calls || is_first {
            self.parts.push((index, found));
        }
    }

    fn assign(self) -> Vec<Option<ReceivedMessage>> {
        let Self {
            counts,
            parts,
            total,
        } = self;
        let unique = |index: Option<usize>| index.filter(|index| counts[*index] == 1);
        let ids_are_usable = parts.iter().all(|(index, _)| unique(*index).is_some());
        if !ids_are_usable && total == counts.len() {
            return parts.into_iter().map(|(_, found)| Some(found)).collect();
        }
        let mut assigned: Vec<Option<ReceivedMessage>> = Vec::new();
        assigned.resize_with(counts.len(), || None);
        for (index, found) in parts {
            if let Some(index) = unique(index) {
                assigned[index] = Some(found);
            }
        }
        assigned
    }
}

/// Returns the number at the end of an id: servers add texts before the id of the request.
fn number(id: &str) -> Option<usize> {
    let start = id
        .rfind(|c: char| !c.is_ascii_digit())
        .map_or(0, |at| at + 1);
    id[start..].parse().ok()
}

fn incomplete(part: &BatchMessage, fault: MessageFault) -> Error {
    let message = match fault {
        MessageFault::Cut => "the response of the batch ends within this call's part".to_owned(),
        MessageFault::Length(declared) => format!(
            "this call's part of the batch's response has {} of its {declared} bytes",
            part.body.len()
        ),
    };
    Error::interrupted(message)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn part(id: Option<&str>, body: &'static str) -> BatchMessage {
        BatchMessage {
            id: id.map(String::from),
            start: "HTTP/1.1 200 OK".into(),
            headers: HeaderMap::new(),
            body: Bytes::from_static(body.as_bytes()),
        }
    }

    fn assigned(ids: &[Option<&str>], calls: usize) -> String {
        const BODIES: [&str; 4] = ["a", "b", "c", "d"];
        let mut sorter = PartSorter::new(calls);
        for (id, body) in ids.iter().zip(BODIES) {
            sorter.add((part(*id, body), None));
        }
        let text = |found: Option<ReceivedMessage>| {
            found.map_or("-".into(), |(part, _)| {
                String::from_utf8_lossy(&part.body).into_owned()
            })
        };
        sorter.assign().into_iter().map(text).collect()
    }

    #[test]
    fn a_boundary_is_in_no_part() {
        let of = |bodies: &[&'static str]| {
            let parts: Vec<_> = bodies.iter().map(|body| part(None, body)).collect();
            boundary(&parts)
        };
        assert_eq!(of(&["", "{}"]), "batch_gapi_0");
        assert_eq!(
            of(&["batch_gapi_", "x batch_gapi_12batch_gapi_7"]),
            "batch_gapi_13"
        );
        let long = of(&["batch_gapi_99999999999999999999"]);
        assert_eq!(long, "batch_gapi_1000000000000000000");
    }

    #[test]
    fn no_more_parts_are_held_than_calls() {
        let mut sorter = PartSorter::new(3);
        for n in 0..1_000 {
            let id = ["part+1", "part+2", "odd"][n % 3];
            sorter.add((part(Some(id), "b"), None));
        }
        assert_eq!((sorter.parts.len(), sorter.total), (3, 1_000));
        assert!(sorter.assign().iter().all(Option::is_none));
        // Surplus parts do not displace the others.
        let ids = [Some("9"), Some("8"), Some("1"), Some("2")];
        assert_eq!(assigned(&ids, 2), "cd");
    }

    #[test]
    fn responses_are_assigned_by_id_else_by_order() {
        for (ids, calls, expected) in [
            (
                &[Some("response-part+1"), Some("response-part+2")][..],
                2,
                "ab",
            ),
            (&[Some("response-part+2"), Some("response-part+1")], 2, "ba"),
            (&[Some("x part%2B3"), Some("1")], 3, "b-a"),
            // One is missing, and the ids identify it.
            (&[Some("part+2")], 2, "-a"),
            // The ids are not usable.
            (&[None, None], 2, "ab"),
            (&[Some("item:0"), Some("item:1")], 2, "ab"),
            (&[Some("same-1"), Some("same-1")], 2, "ab"),
            // They are not usable, and a part is missing.
            (&[None, Some("part+1")], 3, "b--"),
            (&[], 2, "--"),
        ] {
            assert_eq!(assigned(ids, calls), expected, "{ids:?}");
        }
    }
}
