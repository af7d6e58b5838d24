//! BigQuery against bqemulator, which runs its queries on DuckDB.

use std::time::{SystemTime, UNIX_EPOCH};

use gapi::{Client, Patch, auth::Anonymous, body};
use serde_json::{Value, json};
use tokio::sync::Mutex;

gapi::api! {
    mod bigquery = "bigquery:v2" {
        datasets.{insert, get, list, patch, delete}, tables.{insert, get, list, delete}, tabledata.{insertAll, list}, jobs.{query, getQueryResults}
    };
}

const PROJECT: &str = "p1";

/// Held by each test: the server responds to all requests over one connection to DuckDB, on which a
/// query takes the rows away from another that still reads its own.
static SERVER: Mutex<()> = Mutex::const_new(());

fn client() -> Client {
    Client::builder()
        .credentials(Anonymous)
        .endpoint(gapi_servers::server("bqemulator"))
        .build()
        .expect("a client for loopback")
}

/// A dataset of this run: the server may be one that others have used.
async fn dataset(client: &Client, name: &str) -> String {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("after 1970");
    let id = format!("{name}_{}", now.as_nanos());
    let dataset = body!(bigquery::Dataset {
        dataset_reference: { project_id: PROJECT, dataset_id: &id },
        location: "US",
        labels: { "made_by": "gapi" },
    });
    let made = bigquery::datasets()
        .insert(PROJECT, dataset)
        .send(client)
        .await
        .expect("a dataset");
    let reference = made.dataset_reference.expect("a reference");
    assert_eq!(reference.dataset_id.as_deref(), Some(&*id));
    id
}

async fn table(client: &Client, dataset: &str, rows: u32) {
    let table = body!(bigquery::Table {
        table_reference: { project_id: PROJECT, dataset_id: dataset, table_id: "people" },
        schema: {
            fields: [
                { name: "name", r#type: "STRING", mode: "REQUIRED" },
                { name: "age", r#type: "INTEGER", mode: "NULLABLE" },
            ],
        },
    });
    bigquery::tables()
        .insert(PROJECT, dataset, table)
        .send(client)
        .await
        .expect("a table");
    let rows = (0..rows).map(|n| {
        let row = [
            ("name", Value::from(format!("person {n:03}"))),
            ("age", (18 + n).into()),
        ];
        let row = row.map(|(name, value)| (String::from(name), value));
        body!(bigquery::TableDataInsertAllRequestRows {
            insert_id: n.to_string(),
            json: row
                .into_iter()
                .collect::<std::collections::BTreeMap<_, _>>()
        })
    });
    let rows = body!(bigquery::TableDataInsertAllRequest {
        rows: rows.collect::<Vec<_>>()
    });
    let response = bigquery::tabledata()
        .insert_all(PROJECT, dataset, "people", rows)
        .send(client)
        .await
        .expect("rows");
    assert!(response.insert_errors.unwrap_or_default().is_empty());
}

fn cells(row: &bigquery::TableRow) -> Vec<Value> {
    row.f
        .iter()
        .flatten()
        .map(|cell| cell.v.clone().unwrap_or_default())
        .collect()
}

#[tokio::test]
async fn rows_go_in_come_back_in_pages_and_are_queried() {
    let _alone = SERVER.lock().await;
    let client = client();
    let dataset = dataset(&client, "rows").await;
    table(&client, &dataset, 25).await;

    let mut rows = bigquery::tabledata()
        .list(PROJECT, &*dataset, "people")
        .items(&client)
        .page_size(10);
    let mut names = Vec::new();
    while let Some(row) = rows.try_next().await.expect("a page") {
        names.push(cells(&row)[0].as_str().expect("text").to_owned());
    }
    names.sort();
    assert_eq!(names.len(), 25);
    assert_eq!(names[24], "person 024");

    let query = body!(bigquery::QueryRequest {
        query: format!(
            "SELECT name, age FROM `{PROJECT}.{dataset}.people` WHERE age >= 40 ORDER BY name"
        ),
        use_legacy_sql: false,
    });
    let response = bigquery::jobs()
        .query(PROJECT, query)
        .send(&client)
        .await
        .expect("a query");
    assert_eq!(response.job_complete, Some(true));
    assert_eq!(response.total_rows, Some(3));
    let found: Vec<_> = response
        .rows
        .unwrap_or_default()
        .iter()
        .map(cells)
        .collect();
    assert_eq!(
        json!(found),
        json!([
            ["person 022", "40"],
            ["person 023", "41"],
            ["person 024", "42"]
        ])
    );

    // This server reports a mistake in the response; Google reports it with status 400.
    let wrong = body!(bigquery::QueryRequest {
        query: "SELEKT 1",
        use_legacy_sql: false
    });
    let response = bigquery::jobs()
        .query(PROJECT, wrong)
        .send(&client)
        .await
        .expect("a response");
    let errors = response.errors.unwrap_or_default();
    assert_eq!(errors[0].reason.as_deref(), Some("invalidQuery"));

    bigquery::datasets()
        .delete(PROJECT, &*dataset)
        .delete_contents(true)
        .send(&client)
        .await
        .expect("gone");
    let error = bigquery::datasets()
        .get(PROJECT, &*dataset)
        .send(&client)
        .await
        .expect_err("gone");
    assert!(error.is_not_found(), "{error}");
}

#[tokio::test]
async fn datasets_are_patched_and_tables_listed() {
    let _alone = SERVER.lock().await;
    let client = client();
    let dataset = dataset(&client, "patched").await;
    let before = bigquery::datasets()
        .get(PROJECT, &*dataset)
        .send(&client)
        .await
        .expect("the dataset");
    let mut after = before.clone();
    after.friendly_name = Some("Old friends".into());
    let patch = Patch::between(&before, &after);
    assert_eq!(patch.mask().as_str(), "friendlyName");
    bigquery::datasets()
        .patch(PROJECT, &*dataset, &patch)
        .send(&client)
        .await
        .expect("a patch");
    let patched = bigquery::datasets()
        .get(PROJECT, &*dataset)
        .send(&client)
        .await
        .expect("the dataset");
    assert_eq!(patched.friendly_name.as_deref(), Some("Old friends"));

    table(&client, &dataset, 1).await;
    let tables = bigquery::tables()
        .list(PROJECT, &*dataset)
        .items(&client)
        .try_collect::<Vec<_>>()
        .await
        .expect("tables");
    assert_eq!(tables.len(), 1);
    bigquery::tables()
        .delete(PROJECT, &*dataset, "people")
        .send(&client)
        .await
        .expect("gone");
    let error = bigquery::tables()
        .get(PROJECT, &*dataset, "people")
        .send(&client)
        .await
        .expect_err("gone");
    assert!(error.is_not_found(), "{error}");
    bigquery::datasets()
        .delete(PROJECT, &*dataset)
        .delete_contents(true)
        .send(&client)
        .await
        .expect("gone");
}
