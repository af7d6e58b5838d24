//! Fills a calendar with one batch, reads and tidies it with another, and shows what becomes of parts that fail.
//!
//! ```sh
//! cargo run --example calendar        # against an embedded local server: no account, no set-up
//! ```

use std::{error::Error, io::Write};

use gapi::{Batch, CallOptions, Client, Fields, auth::ServiceAccount, body};
use gapi_fakes::apis::Apis;

gapi::api! {
    /// Google Calendar: events.
    mod calendar = "discovery-docs/calendar.v3.json" { events.{insert, get, list, patch, delete} };
}

/// All that the list below asks for.
#[derive(Fields)]
#[fields(of = calendar::Event)]
struct Line {
    id: String,
    summary: Option<String>,
}

const CALENDAR: &str = "primary";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let google = Apis::start().await?;
    let mut key = tempfile::NamedTempFile::new()?;
    key.write_all(google.key_json().as_bytes())?;
    let credentials = ServiceAccount::from_file(key.path())?.scopes([calendar::scope::CALENDAR]);
    let client = Client::builder()
        .credentials(credentials)
        .endpoint(google.url())
        .build()?;

    // 120 events. Calendar takes 50 calls in one request, so these are three requests.
    let mut batch = Batch::new();
    let handles =
        batch.add_all((1..=120).map(|day| calendar::events().insert(CALENDAR, event(day))));
    let mut responses = batch.send(&client).await?;
    let made = responses.take_all(handles);
    let made: Vec<calendar::Event> = made.into_iter().collect::<Result<_, _>>()?;
    let requests = google.server().count("/batch/");
    println!("{} events in {requests} requests", made.len());

    // Two of these fail for a while: one gets status 503, the response of another one is lost. They alone are asked for again.
    google.batches().fail_next("/events/standup002", 503);
    google.batches().fail_next("/events/standup003", 0);
    let mut batch = Batch::new();
    let first = batch.add(calendar::events().get(CALENDAR, "standup002"));
    let second = batch.add_select::<Line, _>(calendar::events().get(CALENDAR, "standup003"));
    let patched = batch.add_with(
        calendar::events().patch(
            CALENDAR,
            "standup001",
            body!(calendar::Event {
                summary: "Kick-off",
                location: null
            }),
        ),
        CallOptions::new().fields("id,summary"),
    );
    let deleted = batch.add(calendar::events().delete(CALENDAR, "standup120"));
    let missing = batch.add(calendar::events().get(CALENDAR, "no-such-event"));
    let mut responses = batch.send(&client).await?;
    println!(
        "read:    {}",
        responses.take(first)?.summary.as_deref().unwrap_or("?")
    );
    let second = responses.take(second)?;
    println!(
        "read:    {} ({})",
        second.summary.as_deref().unwrap_or("?"),
        second.id
    );
    println!(
        "renamed: {}",
        responses.take(patched)?.summary.as_deref().unwrap_or("?")
    );
    responses.take(deleted)?;
    println!("deleted: standup120");
    match responses.take(missing) {
        Err(error) if error.is_not_found() => println!("missing: {error}"),
        other => return Err(format!("there should be no such event: {other:?}").into()),
    }

    // The rest, page after page, of which only two properties travel.
    let mut lines = calendar::events()
        .list(CALENDAR)
        .items(&client)
        .page_size(50)
        .select::<Line>();
    let mut count = 0;
    while let Some(line) = lines.try_next().await? {
        if count < 3 {
            println!("listed:  {}", line.summary.as_deref().unwrap_or("?"));
        }
        count += 1;
    }
    println!("{count} events are left");
    Ok(())
}

fn event(day: u32) -> calendar::Event {
    let date = format!("2026-{:02}-{:02}", 1 + (day - 1) / 28, 1 + (day - 1) % 28);
    body!(calendar::Event {
        id: format!("standup{day:03}"),
        summary: format!("Stand-up {day}"),
        location: "Room 7",
        start: { date: &*date },
        end: { date: &*date },
        reminders: { use_default: false, overrides: [{ method: "popup", minutes: 10 }] },
        extended_properties: { shared: { "series": "stand-up" } },
    })
}
