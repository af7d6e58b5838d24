//! `gapi show drive:v3 files.list`: the example, and the body with everything that it may hold.

gapi::api! {
    mod drive = "drive:v3" { files.list };
}

pub async fn list(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = drive::files().list();
    let mut items = request.items(&client);
    while let Some(item) = items.try_next().await? {
        println!("{item:?}");
    }
    Ok(())
}
