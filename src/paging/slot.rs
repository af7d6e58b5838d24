//! Puts a value where a method wants it: into the query, or into the JSON body.

use bytes::Bytes;
use serde_json::{Map, Value};

use crate::{Error, call::Call, method::Slot};

pub(super) fn put(call: &mut Call, slot: Slot, value: &Value) -> Result<(), Error> {
    match slot {
        Slot::Query(name) => {
            call.set(
                name,
                value
                    .as_str()
                    .map_or_else(|| value.to_string(), String::from),
            );
            Ok(())
        }
        Slot::Body(name) => {
            let mut object = match &call.body {
                None => Map::new(),
                // Reported when the call is built.
                Some(Err(_)) => return Ok(()),
                Some(Ok(body)) => serde_json::from_slice(body).map_err(|_| {
                    Error::usage(format!("the body must be a JSON object, because {name:?} of the next page goes there"))
                        .at(call.method.id, None)
                })?,
            };
            object.insert(name.to_owned(), value.clone());
            call.body = Some(Ok(Bytes::from(Value::Object(object).to_string())));
            Ok(())
        }
    }
}
