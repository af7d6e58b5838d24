//! `gapi show people:v1 people.connections.list`: the example, and the body with everything that it may hold.

gapi::api! {
    mod people = "people:v1" { people.connections.list };
}

pub async fn list(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = people::people().connections().list("people/my-people");
    let mut items = request.items(&client);
    while let Some(item) = items.try_next().await? {
        println!("{item:?}");
    }
    Ok(())
}
