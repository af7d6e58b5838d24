//! A function that fills a task list, and its test: pages, a body, a retry and an error, all from `gapi::mock`, without a network.
//!
//! ```sh
//! cargo run --example mock
//! ```

use std::error::Error;

use gapi::{
    Client, body,
    mock::{Mock, Reply},
};
use serde_json::json;

gapi::api! {
    /// Google Tasks: the methods that this program calls.
    mod todo = "tasks:v1" { tasks.{insert, list} };
}

/// The code under test: adds the tasks whose titles are not in the list, and returns how many these are.
async fn add_missing(client: &Client, titles: &[&str]) -> Result<usize, gapi::Error> {
    let mut missing = titles.to_vec();
    let mut tasks = todo::tasks().list("@default").items(client).page_size(2);
    while let Some(task) = tasks.try_next().await? {
        missing.retain(|title| task.title.as_deref() != Some(*title));
    }
    for title in &missing {
        let task = body!(todo::Task {
            title: *title,
            status: "needsAction"
        });
        todo::tasks().insert("@default", task).send(client).await?;
    }
    Ok(missing.len())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mock = Mock::new()
        // Two pages, of which the second one comes at the second attempt.
        .on(
            todo::tasks::List::METHOD,
            Reply::sequence([
                Reply::json(
                    json!({"items": [{"title": "Milk"}, {"title": "Bread"}], "nextPageToken": "2"}),
                ),
                Reply::status(503),
                Reply::json(json!({"items": [{"title": "Tea"}]})),
            ]),
        )
        .on(
            todo::tasks::Insert::METHOD,
            Reply::sequence([Reply::json(json!({"id": "t4"})), Reply::status(403)]),
        );
    let client = mock.client();

    let added = add_missing(&client, &["Tea", "Salt", "Milk"]).await?;
    assert_eq!(added, 1);
    for call in mock.calls() {
        println!("{} {:?}", call.method(), call.parameter("pageToken"));
    }

    // The list has one response for each page; a test with another list adds its own.
    mock.add(todo::tasks::List::METHOD, json!({}));
    match add_missing(&client, &["Rice"]).await {
        Err(error) if error.status().is_some_and(|status| status == 403) => {
            println!("refused: {error}");
        }
        other => return Err(format!("the second insertion is forbidden, not {other:?}").into()),
    }
    assert_eq!(mock.calls_of(todo::tasks::Insert::METHOD).len(), 2);
    Ok(())
}
