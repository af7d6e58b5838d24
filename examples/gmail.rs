//! Sends mail, finds it again, labels it, and reads it.
//!
//! ```sh
//! cargo run --example gmail           # against an embedded local server: no account, no set-up
//! ```

use std::{error::Error, io::Write};

use gapi::{Client, auth::ServiceAccount, body};
use gapi_fakes::apis::Apis;

gapi::api! {
    /// Gmail: messages and labels of one mailbox.
    mod gmail = "discovery-docs/gmail.v1.json" { users.labels.{create, list}, users.messages.{send, list, get, modify} };
}

/// The mailbox of the signed-in user.
const ME: &str = "me";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let google = Apis::start().await?;
    let mut key = tempfile::NamedTempFile::new()?;
    key.write_all(google.key_json().as_bytes())?;
    // A service account has no mailbox: it acts for a user of its domain, whose administrator has allowed that.
    google
        .tokens()
        .allow_subject("ann@example.com", [gmail::scope::GMAIL_MODIFY]);
    let credentials = ServiceAccount::from_file(key.path())?
        .scopes([gmail::scope::GMAIL_MODIFY])
        .subject("ann@example.com");
    let client = Client::builder()
        .credentials(credentials)
        .endpoint(google.url())
        .build()?;

    for (to, subject) in [
        ("bob@example.com", "Lunch?"),
        ("eve@example.com", "Minutes"),
        ("bob@example.com", "Lunch again?"),
    ] {
        let mail = format!(
            "From: ann@example.com\r\nTo: {to}\r\nSubject: {subject}\r\nMIME-Version: 1.0\r\n\
             Content-Type: text/plain; charset=utf-8\r\n\r\nHello \u{1f44b}, this is about: {subject}\r\n"
        );
        let sent = gmail::users()
            .messages()
            .send(
                ME,
                body!(gmail::Message {
                    raw: mail.into_bytes()
                }),
            )
            .send(&client)
            .await?;
        println!("sent {} to {to}", sent.id.as_deref().unwrap_or("?"));
    }

    let label = gmail::users()
        .labels()
        .create(
            ME,
            body!(gmail::Label {
                name: "Food",
                label_list_visibility: "labelShow"
            }),
        )
        .send(&client)
        .await?;
    let label = label.id.ok_or("the label has no id")?;

    let mut found = gmail::users()
        .messages()
        .list(ME)
        .q("subject:lunch")
        .items(&client)
        .page_size(1);
    while let Some(message) = found.try_next().await? {
        let id = message.id.ok_or("a message has no id")?;
        gmail::users()
            .messages()
            .modify(
                ME,
                &*id,
                body!(gmail::ModifyMessageRequest {
                    add_label_ids: [&*label],
                    remove_label_ids: ["UNREAD"]
                }),
            )
            .send(&client)
            .await?;
        let message = gmail::users()
            .messages()
            .get(ME, &*id)
            .format("full")
            .send(&client)
            .await?;
        let payload = message.payload.unwrap_or_default();
        let subject = payload
            .headers
            .iter()
            .flatten()
            .find(|header| header.name.as_deref() == Some("Subject"));
        let text = payload.body.and_then(|body| body.data).unwrap_or_default();
        println!(
            "{} {:?}: {}",
            subject
                .and_then(|subject| subject.value.as_deref())
                .unwrap_or("?"),
            message.label_ids.unwrap_or_default(),
            String::from_utf8_lossy(&text).trim_end()
        );
    }
    Ok(())
}
