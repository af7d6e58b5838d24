//! Hands the values of a call to the code that makes it.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use gapi::{CallOptions, Client, Media, schema::Wire};
use serde_json::{Value, json};

use crate::{Check, Fault, Line, Visit};

/// Parameters of every API, listed in its document or not; they are options of a call.
const GLOBAL: [&str; 17] = [
    "$.xgafv",
    "access_token",
    "alt",
    "bearer_token",
    "callback",
    "fields",
    "key",
    "oauth_token",
    "pp",
    "prettyPrint",
    "quotaUser",
    "strict",
    "trace",
    "uploadType",
    "upload_protocol",
    "userIp",
    "userip",
];

/// The values of one call, each to be taken once.
#[derive(Debug)]
pub struct Arguments<'c> {
    line: &'c Line,
    client: &'c Client,
    taken: Vec<&'static str>,
    body_taken: bool,
    media_taken: bool,
    /// What went wrong with an optional parameter. It is left here because a branch at each of tens of thousands of parameters would cost the compiler minutes.
    fault: Option<Fault>,
}

impl<'c> Arguments<'c> {
    pub(crate) fn new(line: &'c Line, client: &'c Client) -> Self {
        Self {
            line,
            client,
            taken: Vec::new(),
            body_taken: false,
            media_taken: false,
            fault: None,
        }
    }

    /// The value of an optional parameter. One that is not of this type, or holds what the type does not know, is a fault that
    /// [`finish`](Self::finish) reports.
    pub fn one<T: Wire + Check>(&mut self, name: &'static str) -> Option<T> {
        let value = self.take(name)?;
        self.left(decode(name, value))
    }

    /// All values of an optional parameter that takes many. Faults are left as in [`one`](Self::one).
    pub fn many<T: Wire + Check>(&mut self, name: &'static str) -> Option<Vec<T>> {
        let values = match self.take(name)? {
            Value::Array(values) => values.iter().collect(),
            value => vec![value],
        };
        let values = values.into_iter().map(|value| decode(name, value));
        let values = values.collect();
        self.left(values)
    }

    fn left<T>(&mut self, value: Result<T, Fault>) -> Option<T> {
        match value {
            Ok(value) => Some(value),
            Err(fault) => {
                self.fault.get_or_insert(fault);
                None
            }
        }
    }

    /// A required parameter, read by [`one`](Self::one) or [`many`](Self::many).
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub fn required<T>(
        &mut self,
        name: &'static str,
        read: fn(&mut Self, &'static str) -> Option<T>,
    ) -> Result<T, Fault> {
        match read(self, name) {
            Some(value) => Ok(value),
            None => Err(self
                .fault
                .take()
                .unwrap_or_else(|| Fault::new(format!("{name} is required")))),
        }
    }

    /// The body.
    ///
    /// # Errors
    /// When there is none, it is not of this type, or it holds what the type does not know.
    pub fn body<T: Wire + Check>(&mut self) -> Result<T, Fault> {
        self.body_taken = true;
        match &self.line.body {
            Some(body) => decode("body", body),
            // It will be left out.
            None if self.line.media.is_some() => decode("body", &json!({})),
            None => Err(Fault::new("the body is required")),
        }
    }

    /// The body as it was given.
    pub(crate) fn given_body(&mut self) -> Option<&'c Value> {
        self.body_taken = true;
        self.line.body.as_ref()
    }

    /// What to upload, of a method that takes media.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn media(&mut self) -> Result<Option<Media>, Fault> {
        self.media_taken = true;
        let Some(line) = &self.line.media else {
            return Ok(None);
        };
        let content = match (line["content"].as_str(), line["content_b64"].as_str()) {
            (_, Some(encoded)) => STANDARD
                .decode(encoded)
                .map_err(|error| Fault::new(format!("content_b64: {error}")))?,
            (Some(text), None) => text.as_bytes().to_vec(),
            (None, None) => Vec::new(),
        };
        let media = if self.line.media_is("unknown_size") {
            Media::reader(std::io::Cursor::new(content), None)
        } else {
            Media::from(content)
        };
        Ok(Some(match line["mime_type"].as_str() {
            Some(content_type) => media.content_type(content_type),
            None => media,
        }))
    }

    /// Whether the media travels without a body beside it.
    #[must_use]
    pub fn is_media_alone(&self) -> bool {
        self.line.body.is_none()
    }

    /// Whether the media goes into a session of its own.
    #[must_use]
    pub fn is_resumable(&self) -> bool {
        self.line.media_is("resumable") || self.line.media_is("unknown_size")
    }

    /// Whether the media is asked for, of a method that has media.
    pub fn is_download(&mut self) -> bool {
        self.media_taken = true;
        self.line.media_download
    }

    /// The client with the options for parameters that every API has.
    ///
    /// # Errors
    /// When a parameter had a fault, or something was not taken that is no such parameter.
    pub fn finish(self) -> Result<(&'c Client, CallOptions), Fault> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        if self.line.body.is_some() && !self.body_taken {
            return Err(Fault::new("the method takes no body"));
        }
        if (self.line.media.is_some() || self.line.media_download) && !self.media_taken {
            return Err(Fault::new("the method has no media"));
        }
        let mut options = CallOptions::new();
        for (name, value) in &self.line.params {
            if self.taken.iter().any(|taken| taken == name) || value.is_null() {
                continue;
            }
            if !GLOBAL.contains(&name.as_str()) {
                return Err(Fault::new(format!("{name} has no setter")));
            }
            options = option(options, name, value)?;
        }
        Ok((self.client, options))
    }

    pub(crate) fn take(&mut self, name: &'static str) -> Option<&'c Value> {
        self.taken.push(name);
        let value = self.line.params.get(name);
        value.filter(|value| !value.is_null())
    }
}

/// Sets the option of a parameter.
fn option(options: CallOptions, name: &str, value: &Value) -> Result<CallOptions, Fault> {
    let text = match value {
        Value::String(text) => text.clone(),
        // The serving system's own parameters are texts in every document; the reference client writes
        // Python's spelling into them.
        Value::Bool(true) if name == "pp" => "True".to_owned(),
        Value::Bool(false) if name == "pp" => "False".to_owned(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        _ => return Err(Fault::new(format!("{name} is no plain value"))),
    };
    Ok(match name {
        "alt" => options.alt(text),
        "fields" => options.fields(text),
        "key" => options.key(text),
        "prettyPrint" => options.pretty_print(decode(name, value)?),
        "quotaUser" => options.quota_user(text),
        "trace" => options.trace(text),
        "$.xgafv" => options.xgafv(text),
        _ => options.param(name.to_owned(), text),
    })
}

/// Reads a value as programs do, from its text, and looks for what the type does not know.
pub(crate) fn decode<T: Wire + Check>(name: &str, value: &Value) -> Result<T, Fault> {
    let text = value.to_string();
    let value = T::read(&mut serde_json::Deserializer::from_str(&text))
        .map_err(|error| Fault::new(format!("{name}: {error}")))?;
    Visit::over(&value).map_err(|fault| Fault::new(format!("{name}: {fault}")))?;
    Ok(value)
}
