//! `gapi show oauth2:v2 tokeninfo`: the example, and the body with everything that it may hold.

gapi::api! {
    mod oauth2 = "oauth2:v2" { tokeninfo };
}

pub async fn tokeninfo(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = oauth2::methods::tokeninfo();
    let response = request.send(&client).await?;
    println!("{response:?}");
    Ok(())
}
