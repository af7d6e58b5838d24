//! A query in BigQuery on behalf of a user, who pays with their own project.
//!
//! ```sh
//! cargo run -p gapi-examples --bin bigquery                                 # at an embedded server
//! cargo run -p gapi-examples --bin bigquery -- client_secret.json PROJECT   # at Google
//! ```

use gapi_examples::{Failure, Provider, sign_in};

gapi::api! {
    /// BigQuery.
    mod bigquery = "bigquery:v2" { jobs.query };
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let provider = Provider::installed().await?;
    let project = std::env::args()
        .nth(2)
        .unwrap_or_else(|| String::from("example-123"));
    let user = sign_in(&provider, &[bigquery::scope::BIGQUERY]).await?;
    let client = provider.client(user)?;
    let query = bigquery::QueryRequest {
        query: Some(String::from(
            "SELECT word, SUM(word_count) AS count FROM `bigquery-public-data.samples.shakespeare` GROUP BY word ORDER BY count DESC LIMIT 2",
        )),
        use_legacy_sql: Some(false),
        ..Default::default()
    };
    let response = bigquery::jobs().query(project, query).send(&client).await?;
    for row in response.rows.unwrap_or_default() {
        let cells = row.f.unwrap_or_default().into_iter();
        let texts = cells.map(|cell| cell.v.map_or_else(String::new, |value| value.to_string()));
        println!("{}", texts.collect::<Vec<_>>().join(" "));
    }
    Ok(())
}
