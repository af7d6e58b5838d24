//! Makes a spreadsheet, writes values and a formula into it, and reads what the formula shows. Also: records what passes, and runs again from the recording.
//!
//! ```sh
//! cargo run --example sheets                  # against an embedded local server: no account, no set-up
//! cargo run --example sheets -- --record      # the same, and writes examples/recordings/sheets.jsonl
//! cargo run --example sheets -- --replay      # without any server: from the recording
//! ```

use std::{env, error::Error, io::Write, process::ExitCode};

use gapi::{
    Client,
    auth::ServiceAccount,
    body,
    mock::{Recorder, Replay},
    transport::default_transport,
};
use gapi_fakes::apis::Apis;
use serde_json::{Value, json};

gapi::api! {
    /// Google Sheets: spreadsheets and their values.
    mod sheets = "discovery-docs/sheets.v4.json" { spreadsheets.create, spreadsheets.values.{update, append, get} };
}

const RECORDING: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/examples/recordings/sheets.jsonl"
);

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.as_slice() {
        [] => live(false).await,
        ["--record"] => live(true).await,
        ["--replay"] => replay().await,
        _ => {
            eprintln!("usage: sheets [--record | --replay]");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            let mut cause = error.source();
            while let Some(inner) = cause {
                eprintln!("  because: {inner}");
                cause = inner.source();
            }
            ExitCode::FAILURE
        }
    }
}

/// Works on a server of its own.
async fn live(record: bool) -> Result<(), Box<dyn Error>> {
    let google = Apis::start().await?;
    let mut key = tempfile::NamedTempFile::new()?;
    key.write_all(google.key_json().as_bytes())?;
    let credentials = ServiceAccount::from_file(key.path())?.scopes([sheets::scope::SPREADSHEETS]);
    let mut client = Client::builder()
        .credentials(credentials)
        .endpoint(google.url());
    if record {
        client = client.transport(Recorder::new(default_transport()?, RECORDING)?);
    }
    run(&client.build()?).await?;
    if record {
        println!("recorded in {RECORDING}");
    }
    Ok(())
}

/// Works without a server.
async fn replay() -> Result<(), Box<dyn Error>> {
    let replay = Replay::open(RECORDING)?;
    run(&replay.client()).await?;
    // No user signs in here.
    let unused: Vec<_> = replay
        .unused()
        .into_iter()
        .filter(|request| !request.ends_with("/token"))
        .collect();
    if unused.is_empty() {
        Ok(())
    } else {
        Err(format!("the recording has more: {}", unused.join(", ")).into())
    }
}

async fn run(client: &Client) -> Result<(), Box<dyn Error>> {
    let sheet = sheets::spreadsheets()
        .create(body!(sheets::Spreadsheet { properties: { title: "Expenses", locale: "en_US" } }))
        .send(client)
        .fields("spreadsheetId,properties.title")
        .await?;
    let id = sheet.spreadsheet_id.ok_or("the spreadsheet has no id")?;
    let title = sheet.properties.and_then(|properties| properties.title);
    println!("{} is {id}", title.as_deref().unwrap_or("?"));

    let values = sheets::spreadsheets().values();
    values
        .update(
            &*id,
            "Sheet1!A1:B3",
            rows([
                json!(["what", "cost"]),
                json!(["train", 41.5]),
                json!(["hotel", 120]),
            ]),
        )
        .value_input_option("RAW")
        .send(client)
        .await?;
    values
        .append(
            &*id,
            "Sheet1!A1:B1",
            rows([json!(["total", "=SUM(B2:B3)"])]),
        )
        .value_input_option("USER_ENTERED")
        .send(client)
        .await?;
    let read = values.get(&*id, "Sheet1!A1:B10").send(client).await?;
    for row in read.values.unwrap_or_default() {
        let cells: Vec<&str> = row
            .iter()
            .map(|cell| cell.as_str().unwrap_or("?"))
            .collect();
        println!(
            "{:<8} {:>8}",
            cells.first().unwrap_or(&""),
            cells.get(1).unwrap_or(&"")
        );
    }
    Ok(())
}

/// Rows of cells, which may be texts, numbers and booleans.
fn rows<const N: usize>(rows: [Value; N]) -> sheets::ValueRange {
    let rows = rows.into_iter().filter_map(|row| match row {
        Value::Array(cells) => Some(cells),
        _ => None,
    });
    body!(sheets::ValueRange {
        values: rows.collect::<Vec<_>>()
    })
}
