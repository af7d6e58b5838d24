//! `gapi show drive:v3 files.delete`: the example, and the body with everything that it may hold.

gapi::api! {
    mod drive = "drive:v3" { files.delete };
}

pub async fn delete(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = drive::files().delete("my-file-id");
    request.send(&client).await?;
    Ok(())
}
