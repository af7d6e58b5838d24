//! Who the user is, and which calendars they have. A user may agree to one and not to the other.
//!
//! ```sh
//! cargo run -p gapi-examples --bin calendar                         # at an embedded server
//! cargo run -p gapi-examples --bin calendar -- client_secret.json   # at Google
//! ```

use gapi_examples::{Failure, Provider, sign_in};

gapi::api! {
    /// Calendar.
    mod calendar = "calendar:v3" { calendarList.list };
    /// Who the user is.
    mod oauth2 = "oauth2:v2" { userinfo.get };
}

const CALENDAR: &str = calendar::scope::CALENDAR_READONLY;
const EMAIL: &str = oauth2::scope::USERINFO_EMAIL;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let provider = Provider::installed().await?;
    let user = sign_in(&provider, &["openid", EMAIL, CALENDAR]).await?;
    let client = provider.client(user.clone())?;
    if user.has_scopes([EMAIL]) {
        let info = oauth2::userinfo().get().send(&client).await?;
        println!("{}", info.email.unwrap_or_default());
    }
    if user.has_scopes([CALENDAR]) {
        let list = calendar::calendar_list().list().send(&client).await?;
        for entry in list.items.unwrap_or_default() {
            println!(
                "{}, {}",
                entry.summary.unwrap_or_default(),
                entry.time_zone.unwrap_or_default()
            );
        }
    } else {
        println!("the user keeps the calendars private");
    }
    Ok(())
}
