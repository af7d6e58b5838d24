//! Publishes messages to a topic, and pulls and acknowledges them at a subscription.
//!
//! ```sh
//! cargo run --example pubsub          # against an embedded local server: no account, no set-up
//! ```

use std::{error::Error, io::Write};

use gapi::{Client, auth::ServiceAccount, body};
use gapi_fakes::apis::Apis;

gapi::api! {
    /// Pub/Sub: topics and subscriptions.
    mod pubsub = "discovery-docs/pubsub.v1.json" {
        projects.topics.{create, publish, delete}, projects.subscriptions.{create, pull, acknowledge}
    };
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let google = Apis::start().await?;
    let mut key = tempfile::NamedTempFile::new()?;
    key.write_all(google.key_json().as_bytes())?;
    let client = Client::builder()
        .credentials(ServiceAccount::from_file(key.path())?)
        .endpoint(google.url())
        .build()?;
    let topic = format!("projects/{}/topics/orders", Apis::PROJECT);
    let subscription = format!("projects/{}/subscriptions/warehouse", Apis::PROJECT);

    pubsub::projects()
        .topics()
        .create(
            &*topic,
            body!(pubsub::Topic { labels: { "example": "true" } }),
        )
        .send(&client)
        .await?;
    pubsub::projects()
        .subscriptions()
        .create(
            &*subscription,
            body!(pubsub::Subscription {
                topic: &topic,
                ack_deadline_seconds: 30,
                message_retention_duration: std::time::Duration::from_secs(3600),
            }),
        )
        .send(&client)
        .await?;

    let messages = (1..=5).map(|n| {
        body!(pubsub::PubsubMessage {
            // Bytes are bytes; they travel as base64.
            data: format!("order {n}: 3 \u{d7} \u{1f9e6}").into_bytes(),
            attributes: { "priority": if n % 2 == 0 { "low" } else { "high" } },
        })
    });
    let published = pubsub::projects()
        .topics()
        .publish(
            &*topic,
            body!(pubsub::PublishRequest {
                messages: messages.collect::<Vec<_>>()
            }),
        )
        .send(&client)
        .await?;
    println!("published {:?}", published.message_ids.unwrap_or_default());

    loop {
        let pulled = pubsub::projects()
            .subscriptions()
            .pull(
                &*subscription,
                body!(pubsub::PullRequest { max_messages: 2 }),
            )
            .send(&client)
            .await?;
        let received = pulled.received_messages.unwrap_or_default();
        if received.is_empty() {
            break;
        }
        let mut done = Vec::new();
        for received in received {
            let message = received.message.unwrap_or_default();
            let data = message.data.unwrap_or_default();
            let priority = message.attributes.unwrap_or_default().remove("priority");
            println!(
                "received {} ({})",
                String::from_utf8_lossy(&data),
                priority.unwrap_or_default()
            );
            done.extend(received.ack_id);
        }
        pubsub::projects()
            .subscriptions()
            .acknowledge(
                &*subscription,
                body!(pubsub::AcknowledgeRequest { ack_ids: done }),
            )
            .send(&client)
            .await?;
    }
    pubsub::projects()
        .topics()
        .delete(&*topic)
        .send(&client)
        .await?;
    println!("nothing is left");
    Ok(())
}
