//! `gapi show iamcredentials:v1 projects.serviceAccounts.signBlob`: the example, and the body with everything that it may hold.

gapi::api! {
    mod iamcredentials = "iamcredentials:v1" { projects.serviceAccounts.signBlob };
}

pub async fn sign_blob(client: gapi::Client) -> Result<(), gapi::Error> {
    let body = iamcredentials::SignBlobRequest {
        delegates: Some(vec!["my-delegates".into()]),
        ..Default::default()
    };
    let request = iamcredentials::projects()
        .service_accounts()
        .sign_blob("projects/my-project/serviceAccounts/my-service-account", body);
    let response = request.send(&client).await?;
    println!("{response:?}");
    Ok(())
}

pub fn body() -> impl Sized {
    iamcredentials::SignBlobRequest {
        delegates: Some(vec!["".into()]),
        payload: Some(Vec::new().into()),
        ..Default::default()
    }
}
