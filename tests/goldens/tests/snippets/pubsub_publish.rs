//! `gapi show pubsub:v1 projects.topics.publish`: the example, and the body with everything that it may hold.

gapi::api! {
    mod pubsub = "pubsub:v1" { projects.topics.publish };
}

pub async fn publish(client: gapi::Client) -> Result<(), gapi::Error> {
    let body = pubsub::PublishRequest::default();
    let request = pubsub::projects()
        .topics()
        .publish("projects/my-project/topics/my-topic", body);
    let response = request.send(&client).await?;
    println!("{response:?}");
    Ok(())
}

pub fn body() -> impl Sized {
    pubsub::PublishRequest {
        messages: Some(vec![pubsub::PubsubMessage {
            attributes: Some([("key".into(), "".into())].into()),
            data: Some(Vec::new().into()),
            message_id: Some("".into()),
            ordering_key: Some("".into()),
            publish_time: Some("2026-01-31T12:00:00Z".into()),
            ..Default::default()
        }]),
        ..Default::default()
    }
}
