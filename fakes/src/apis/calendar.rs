//! Calendar v3: the events of calendars.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::checked::{cut, exists, invalid, not_found, path, query, unimplemented};
use crate::{discovery::Call, rpc::RpcError};

/// Events by calendar and id.
#[derive(Debug, Default)]
pub(super) struct State {
    events: BTreeMap<(String, String), Value>,
    made: usize,
}

pub(super) fn respond(state: &mut State, call: &Call<'_>, body: Value) -> Result<Value, RpcError> {
    let calendar = path(call, "calendarId").to_owned();
    let key = (calendar.clone(), path(call, "eventId").to_owned());
    match call.method.id.as_str() {
        "calendar.events.insert" => state.insert(&calendar, body),
        "calendar.events.list" => state.list(&calendar, call),
        "calendar.events.get" => state
            .events
            .get(&key)
            .cloned()
            .ok_or_else(|| not_found("event")),
        "calendar.events.patch" => {
            let event = state
                .events
                .get_mut(&key)
                .ok_or_else(|| not_found("event"))?;
            merge(event, body);
            Ok(event.clone())
        }
        "calendar.events.delete" => match state.events.remove(&key) {
            Some(_) => Ok(Value::Null),
            None => Err(
                RpcError::new(410, "FAILED_PRECONDITION", "Resource has been deleted")
                    .error("global", "deleted"),
            ),
        },
        _ => Err(unimplemented(call)),
    }
}

impl State {
    fn insert(&mut self, calendar: &str, mut event: Value) -> Result<Value, RpcError> {
        for end in ["start", "end"] {
            let at = &event[end];
            if at["dateTime"].as_str().or(at["date"].as_str()).is_none() {
                return Err(invalid(&format!("Missing {end} time.")));
            }
        }
        self.made += 1;
        let id = event["id"]
            .as_str()
            .map_or_else(|| format!("event{:05}", self.made), String::from);
        let key = (calendar.to_owned(), id.clone());
        if self.events.contains_key(&key) {
            return Err(exists("The requested identifier"));
        }
        event["id"] = id.into();
        event["kind"] = "calendar#event".into();
        event["status"] = "confirmed".into();
        event["etag"] = format!("\"{}\"", self.made).into();
        self.events.insert(key, event.clone());
        Ok(event)
    }

    fn list(&self, calendar: &str, call: &Call<'_>) -> Result<Value, RpcError> {
        let wanted = query(call, "q").map(str::to_lowercase);
        let fits = |event: &Value| {
            let text = event["summary"].as_str().unwrap_or_default().to_lowercase();
            wanted.as_deref().is_none_or(|wanted| text.contains(wanted))
        };
        let events = self
            .events
            .iter()
            .filter(|((of, _), event)| of == calendar && fits(event));
        let events = events.map(|(_, event)| event.clone()).collect();
        let (items, next) = cut(events, call, "maxResults", 250)?;
        let mut response = json!({"kind": "calendar#events", "summary": calendar, "items": items});
        if let Some(next) = next {
            response["nextPageToken"] = next.into();
        }
        Ok(response)
    }
}

fn merge(event: &mut Value, patch: Value) {
    if let (Some(event), Value::Object(patch)) = (event.as_object_mut(), patch) {
        for (name, value) in patch {
            if value.is_null() {
                event.remove(&name);
            } else {
                event.insert(name, value);
            }
        }
    }
}
