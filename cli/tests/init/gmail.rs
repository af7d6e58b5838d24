//! Calls `gmail.users.messages.list` of the Gmail API.

gapi::api! {
    mod gmail = "gmail:v1" { users.messages.list };
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // A key file, your own login, or the service account of the machine.
    let client = gapi::Client::new(gapi::auth::default()?);

    let request = gmail::users().messages().list("me");
    for entry in gapi::blocking::iter(request.items(&client)) {
        let item = entry?;
        println!("{}", item.id.unwrap_or_default());
    }
    Ok(())
}
