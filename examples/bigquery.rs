//! Makes a dataset and a table, streams rows into it, reads them back page by page, and asks a query with a parameter.
//!
//! ```sh
//! cargo run --example bigquery        # against an embedded local server: no account, no set-up
//! ```

use std::{error::Error, io::Write};

use gapi::{Client, auth::ServiceAccount, body};
use gapi_fakes::apis::Apis;
use serde_json::{Value, json};

gapi::api! {
    /// BigQuery: datasets, tables, rows and queries.
    mod bigquery = "discovery-docs/bigquery.v2.json" {
        datasets.{insert, delete}, tables.{insert, list}, tabledata.{insertAll, list}, jobs.{query, getQueryResults}
    };
}

const PROJECT: &str = Apis::PROJECT;
const DATASET: &str = "census";
const TABLE: &str = "people";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let google = Apis::start().await?;
    let mut key = tempfile::NamedTempFile::new()?;
    key.write_all(google.key_json().as_bytes())?;
    let client = Client::builder()
        .credentials(ServiceAccount::from_file(key.path())?)
        .endpoint(google.url())
        .build()?;

    bigquery::datasets()
        .insert(
            PROJECT,
            body!(bigquery::Dataset {
                dataset_reference: { dataset_id: DATASET, project_id: PROJECT },
                location: "EU",
                labels: { "example": "true" },
            }),
        )
        .send(&client)
        .await?;
    bigquery::tables()
        .insert(
            PROJECT,
            DATASET,
            body!(bigquery::Table {
                table_reference: { project_id: PROJECT, dataset_id: DATASET, table_id: TABLE },
                schema: {
                    fields: [
                        { name: "name", r#type: "STRING", mode: "REQUIRED" },
                        { name: "age", r#type: "INTEGER" },
                    ],
                },
            }),
        )
        .send(&client)
        .await?;
    println!("made {DATASET}.{TABLE}");

    let rows = (0..250).map(|n| json!({"name": format!("person {n:03}"), "age": 18 + n % 60}));
    insert(&client, rows).await?;
    println!("streamed 250 rows in");
    // A row that does not fit is reported with its index; nothing of the request is inserted then.
    let odd = insert(&client, [json!({"name": "odd", "shoe_size": 43})]).await;
    println!(
        "refused: {}",
        odd.expect_err("the table has no such column")
    );

    let mut rows = bigquery::tabledata()
        .list(PROJECT, DATASET, TABLE)
        .items(&client)
        .page_size(100);
    let mut count = 0;
    while let Some(row) = rows.try_next().await? {
        if count < 2 {
            println!("row: {}", cells(&row).join(", "));
        }
        count += 1;
    }
    println!("read {count} rows");

    let response = bigquery::jobs()
        .query(PROJECT, body!(bigquery::QueryRequest {
            query: format!("SELECT name, age FROM `{DATASET}.{TABLE}` WHERE age >= @least ORDER BY name LIMIT 30"),
            use_legacy_sql: false,
            parameter_mode: "NAMED",
            query_parameters: [{ name: "least", parameter_type: { r#type: "INT64" }, parameter_value: { value: "75" } }],
            max_results: 10,
        }))
        .send(&client)
        .await?;
    let names: Vec<_> = response
        .schema
        .and_then(|schema| schema.fields)
        .unwrap_or_default();
    let names: Vec<_> = names.into_iter().filter_map(|field| field.name).collect();
    println!("\n{}", names.join(" | "));
    // The response has the first page; the job has the others.
    let job = response
        .job_reference
        .and_then(|job| job.job_id)
        .ok_or("the query has no job")?;
    let mut pages = bigquery::jobs()
        .get_query_results(PROJECT, &*job)
        .max_results(10)
        .pages(&client);
    let mut found = 0;
    while let Some(page) = pages.try_next().await? {
        for row in page.rows.unwrap_or_default() {
            println!("{}", cells(&row).join(" | "));
            found += 1;
        }
    }
    println!(
        "{found} of {} rows",
        response.total_rows.unwrap_or_default()
    );

    bigquery::datasets()
        .delete(PROJECT, DATASET)
        .delete_contents(true)
        .send(&client)
        .await?;
    println!("deleted {DATASET}");
    Ok(())
}

/// Streams rows into the table.
async fn insert(
    client: &Client,
    rows: impl IntoIterator<Item = Value>,
) -> Result<(), Box<dyn Error>> {
    let rows = rows.into_iter().map(|row| {
        let row: std::collections::BTreeMap<String, Value> = row
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        body!(bigquery::TableDataInsertAllRequestRows { json: row })
    });
    let request = body!(bigquery::TableDataInsertAllRequest {
        rows: rows.collect::<Vec<_>>()
    });
    let response = bigquery::tabledata()
        .insert_all(PROJECT, DATASET, TABLE, request)
        .send(client)
        .await?;
    match response.insert_errors.unwrap_or_default().first() {
        None => Ok(()),
        Some(errors) => {
            let first = errors
                .errors
                .as_ref()
                .and_then(|errors| errors.first()?.message.clone());
            Err(format!(
                "row {}: {}",
                errors.index.unwrap_or_default(),
                first.unwrap_or_default()
            )
            .into())
        }
    }
}

/// The values of a row, in the order of the columns.
fn cells(row: &bigquery::TableRow) -> Vec<String> {
    let text = |cell: &bigquery::TableCell| match &cell.v {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::from("NULL"),
    };
    row.f.iter().flatten().map(text).collect()
}
