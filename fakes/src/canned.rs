//! APIs with the same responses every time.

use std::{collections::BTreeMap, io};

use serde_json::{Value, json};

use crate::{
    Reply, Request, Service,
    apis::checked::{Checked, unimplemented},
    oauth::TokenEndpoint,
};

/// A few methods of an API, each with one response; requests are judged by the API's Discovery document and by their token.
#[derive(Clone, Debug)]
pub struct Canned(Checked<BTreeMap<String, Value>>);

impl Canned {
    /// Returns an API whose methods send what `responses` has for their id. `service` is the API's host.
    ///
    /// # Errors
    /// When the Discovery document cannot be read.
    pub fn new<'a>(
        document: &str,
        service: &str,
        tokens: &TokenEndpoint,
        responses: impl IntoIterator<Item = (&'a str, Value)>,
    ) -> io::Result<Self> {
        let responses = responses.into_iter();
        let responses = responses.map(|(id, response)| (id.to_owned(), response));
        let checked = Checked::with(
            document,
            service,
            tokens,
            responses.collect(),
            |responses: &mut BTreeMap<String, Value>, call, _| {
                let response = responses.get(&call.method.id).cloned();
                response.ok_or_else(|| unimplemented(call))
            },
        )?;
        Ok(Self(checked))
    }

    /// Calendar, with one calendar.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn calendar(tokens: &TokenEndpoint) -> io::Result<Self> {
        let list = json!({"kind": "calendar#calendarList", "items": [
            {"kind": "calendar#calendarListEntry", "id": "ann@example.com", "summary": "Ann", "primary": true, "timeZone": "Europe/Vienna"},
        ]});
        let document = include_str!("../../discovery-docs/calendar.v3.json");
        Self::new(
            document,
            "www.googleapis.com",
            tokens,
            [("calendar.calendarList.list", list)],
        )
    }

    /// BigQuery, with one result for every query.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn bigquery(tokens: &TokenEndpoint) -> io::Result<Self> {
        let response = json!({
            "kind": "bigquery#queryResponse", "jobComplete": true, "totalRows": "2",
            "schema": {"fields": [{"name": "word", "type": "STRING"}, {"name": "count", "type": "INTEGER"}]},
            "rows": [{"f": [{"v": "the"}, {"v": "25568"}]}, {"f": [{"v": "I"}, {"v": "21028"}]}],
        });
        let document = include_str!("../../discovery-docs/bigquery.v2.json");
        Self::new(
            document,
            "bigquery.googleapis.com",
            tokens,
            [("bigquery.jobs.query", response)],
        )
    }
}

impl Service for Canned {
    fn respond(&self, request: &Request) -> Reply {
        self.0.respond(request)
    }
}
