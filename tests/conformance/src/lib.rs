//! Compares requests as a server would see them.
//!
//! The calls, and the requests that google-api-python-client made of them, are in `calls/`; `record.py` records them anew. The test
//! makes all of them at run time, and a sample of them through generated code; `cargo xtask conformance --recorded` makes all of them
//! through generated code.

mod dynamic;
mod multipart;
mod replay;

use std::collections::BTreeMap;

use serde_json::Value;
use url::Url;

pub use self::dynamic::{Comparison, recorded_at_run_time};
pub use self::replay::{Recorded, replay};

/// What of a request matters to a server. Two requests that differ in spelling only are equal.
#[derive(Clone, Debug, PartialEq)]
pub struct Observed {
    /// `GET`, for a long GET that travels as a POST too.
    pub method: String,
    /// `https://sqladmin.googleapis.com`
    pub origin: String,
    /// Segments, decoded.
    pub path: Vec<String>,
    /// Values of each name in their order, decoded.
    pub query: BTreeMap<String, Vec<String>>,
    /// JSON where it is that; of a multipart body a list of its parts, each with type and content.
    pub body: Option<Value>,
    /// `content-type` without parameters, `x-goog-api-version`, and the headers of an upload's start about its content.
    pub headers: BTreeMap<String, String>,
}

/// The headers that matter.
const HEADERS: [&str; 4] = [
    "content-type",
    "x-goog-api-version",
    "x-upload-content-length",
    "x-upload-content-type",
];

/// Reads a request from `{"http_method", "url", "headers", "body"}`.
///
/// # Errors
/// What is missing or no URL.
pub fn observed(request: &Value) -> Result<Observed, String> {
    let text = |value: &Value, name: &str| {
        let text = value[name].as_str().map(str::to_owned);
        text.ok_or_else(|| format!("a request without {name}: {value}"))
    };
    let mut method = text(request, "http_method")?;
    let mut url = Url::parse(&text(request, "url")?).map_err(|error| error.to_string())?;
    let mut body = request["body"].as_str().filter(|body| !body.is_empty());
    let mut headers = BTreeMap::new();
    for name in HEADERS {
        if let Some(value) = request["headers"][name].as_str() {
            let kind = value.split(';').next().unwrap_or(value);
            headers.insert(name.to_owned(), kind.to_owned());
        }
    }
    if let Some(verb) = request["headers"]["x-http-method-override"].as_str() {
        method = verb.to_owned();
        url.set_query(body.take());
        headers.remove("content-type");
    }
    let mut query: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in url.query_pairs() {
        query
            .entry(name.into_owned())
            .or_default()
            .push(number(&value));
    }
    let boundary = request["headers"]["content-type"]
        .as_str()
        .and_then(multipart::boundary);
    let body = match (body, boundary) {
        (Some(text), Some(boundary)) => Some(multipart::parts(text, boundary)?),
        (Some(text), None) => Some(json_or_text(text)),
        (None, _) => None,
    };
    if body.is_none() {
        // A type without content has no meaning.
        headers.remove("content-type");
    }
    Ok(Observed {
        method,
        origin: url.origin().ascii_serialization(),
        path: url.path().split('/').map(decoded).collect(),
        query,
        body,
        headers,
    })
}

fn decoded(segment: &str) -> String {
    // A form decodes what a path does, once its plus signs are escaped.
    let form = format!("x={}", segment.replace('+', "%2B").replace('&', "%26"));
    let pair = url::form_urlencoded::parse(form.as_bytes()).next();
    pair.map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

/// Puts right in a request of the reference client what gapi does otherwise on purpose: the client takes `%2F` in the value of a `{+x}` for a slash
/// that is encoded already, and so asks for another resource than the one that is named. gapi encodes `%` like every other character.
pub fn name_as_given(want: &mut Observed, parameters: &Value) {
    const BETWEEN: &str = "\0";
    let values = parameters.as_object().into_iter().flatten();
    for value in values.filter_map(|(_, value)| value.as_str()) {
        let given: Vec<&str> = value.split('/').collect();
        let passed: Vec<String> = given.iter().map(|segment| decoded(segment)).collect();
        let path = want.path.join(BETWEEN);
        let path = path.replace(&passed.join(BETWEEN), &given.join(BETWEEN));
        want.path = path.split(BETWEEN).map(str::to_owned).collect();
    }
}

/// JSON where it is that, else the text.
fn json_or_text(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| text.into())
}

/// One spelling for each floating-point number; other texts stay.
fn number(text: &str) -> String {
    let is_float = text.contains(['.', 'e', 'E'])
        && text
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-'));
    match text.parse::<f64>() {
        Ok(value) if is_float => format!("{value:?}"),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn get(url: &str) -> Observed {
        observed(&json!({"http_method": "GET", "url": url, "headers": {}, "body": null}))
            .expect("a request")
    }

    #[test]
    fn spelling_does_not_matter() {
        assert_eq!(
            get("https://h/a/%24x%20y?q=a+b&n=1e6&z=1"),
            get("https://h/a/$x%20y?z=1&n=1000000.0&q=a%20b")
        );
    }

    #[test]
    fn all_else_matters() {
        let base = get("https://h/a/b?q=1&q=2");
        for other in [
            "https://i/a/b?q=1&q=2",
            "https://h/a%2Fb?q=1&q=2",
            "https://h/a/b?q=2&q=1",
            "https://h/a/b?q=1",
            "https://h/a/b?q=1&q=2&r=",
        ] {
            assert_ne!(base, get(other), "{other}");
        }
        assert_ne!(get("https://h/a?q=1"), get("https://h/a?q=1.0"));
        assert_ne!(get("https://h/a+b"), get("https://h/a b"));
    }

    #[test]
    fn a_name_with_escapes_is_expected_as_it_was_given() {
        let mut want = get("https://h/v1/links/x%2Fprivate%C3%A9:act");
        let name = "links/x%2Fprivate%C3%A9";
        name_as_given(&mut want, &json!({"name": name, "other": 1}));
        assert_eq!(want, get("https://h/v1/links/x%252Fprivate%25C3%25A9:act"));
    }

    #[test]
    fn line_ends_and_boundaries_of_parts_do_not_matter() {
        let parts = |boundary: &str, end: &str, media: &str| {
            let body = format!(
                "--{boundary}{end}content-type: application/json; charset=utf-8{end}{end}{{\"a\": 1}}{end}--{boundary}{end}\
                 Content-Type: text/plain{end}{end}{media}{end}--{boundary}--{end}"
            );
            observed(&json!({
                "http_method": "POST", "url": "https://h/upload/a?uploadType=multipart", "body": body,
                "headers": {"content-type": format!("multipart/related; boundary=\"{boundary}\"")},
            }))
            .expect("a request")
        };

        let base = parts("b1", "\n", "line 1\nline 2\n");

        assert_eq!(base, parts("other", "\r\n", "line 1\nline 2\n"));
        assert_ne!(base, parts("b1", "\n", "line 1\nline 2"));
        assert_eq!(
            base.body,
            Some(json!([
                {"type": "application/json", "content": {"a": 1}},
                {"type": "text/plain", "content": "line 1\nline 2\n"},
            ]))
        );
    }

    #[test]
    fn a_long_get_is_a_get() {
        let long = json!({
            "http_method": "POST", "url": "https://h/a", "body": "q=1",
            "headers": {"x-http-method-override": "GET", "content-type": "application/x-www-form-urlencoded"},
        });
        assert_eq!(observed(&long), Ok(get("https://h/a?q=1")));
    }
}
