//! Where a paged request takes its token and the size of a page: in the query, or in the JSON body.

use serde_json::{Map, Value};

use crate::{
    Error,
    request::{Call, body::encode},
};

/// A place for a value of a paged request that the runtime sets.
#[derive(Clone, Copy, Debug)]
pub struct PagingSlot {
    name: &'static str,
    /// The code that writes JSON bodies comes with who has something there.
    put: fn(&mut Call, &'static str, &Setting<'_>) -> Result<(), Error>,
}

impl PagingSlot {
    /// A query parameter.
    pub const fn query(name: &'static str) -> Self {
        Self {
            name,
            put: in_query,
        }
    }

    /// A property of the body.
    pub const fn body(name: &'static str) -> Self {
        Self { name, put: in_body }
    }

    pub(super) fn put(self, call: &mut Call, setting: &Setting<'_>) -> Result<(), Error> {
        (self.put)(call, self.name, setting)
    }
}

/// What the runtime sets in a paged request.
pub(crate) enum Setting<'a> {
    /// The page to begin at.
    Token(&'a str),
    /// How many entries a page may have.
    Size(u32),
}

fn in_query(call: &mut Call, name: &'static str, setting: &Setting<'_>) -> Result<(), Error> {
    let value = match setting {
        Setting::Token(token) => (*token).to_owned(),
        Setting::Size(size) => size.to_string(),
    };
    call.set(name, value);
    Ok(())
}

fn in_body(call: &mut Call, name: &'static str, setting: &Setting<'_>) -> Result<(), Error> {
    let mut body = match &call.body {
        None => Map::new().into(),
        // Reported when the call is built.
        Some(Err(_)) => return Ok(()),
        Some(Ok(body)) => serde_json::from_slice(body).unwrap_or(Value::Null),
    };
    if !body.is_object() {
        let message =
            format!("the body must be a JSON object, because {name:?} of the next page goes there");
        return Err(Error::usage(message).at(call.method.id, None));
    }
    body[name] = match *setting {
        Setting::Token(token) => token.into(),
        Setting::Size(size) => size.into(),
    };
    call.body = Some(encode(serde_json::to_vec(&body)));
    Ok(())
}
