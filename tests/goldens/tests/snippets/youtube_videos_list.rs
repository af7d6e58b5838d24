//! `gapi show youtube:v3 videos.list`: the example, and the body with everything that it may hold.

gapi::api! {
    mod youtube = "youtube:v3" { videos.list };
}

pub async fn list(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = youtube::videos().list(["my-part"]);
    let mut items = request.items(&client);
    while let Some(item) = items.try_next().await? {
        println!("{item:?}");
    }
    Ok(())
}
