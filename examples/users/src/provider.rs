//! Where a program signs in: at Google, or at an embedded server that needs no account.

use gapi::{Client, ClientBuilder, Credentials, auth::ClientSecrets};
use gapi_fakes::{Google, oauth::Decision};

use crate::Failure;

/// At Google, if the program is given the path of a `client_secret.json`; else at an embedded server whose user, Ann, agrees to everything.
#[derive(Debug)]
pub struct Provider {
    secrets: ClientSecrets,
    embedded: Option<Google>,
}

impl Provider {
    /// For an installed app or a device.
    ///
    /// # Errors
    /// When the file cannot be used, or no server can be started.
    pub async fn installed() -> Result<Self, Failure> {
        Self::find(Google::installed_client_json).await
    }

    /// For a web app.
    ///
    /// # Errors
    /// As [`installed`](Self::installed).
    pub async fn web() -> Result<Self, Failure> {
        Self::find(Google::web_client_json).await
    }

    async fn find(client: fn(&Google) -> String) -> Result<Self, Failure> {
        let file = std::env::args()
            .skip(1)
            .find(|argument| argument.ends_with(".json"));
        if let Some(file) = file {
            return Ok(Self {
                secrets: ClientSecrets::from_file(file)?,
                embedded: None,
            });
        }
        let google = Google::start().await?;
        google.users().set_decision(Decision::Yes);
        Ok(Self {
            secrets: ClientSecrets::from_json(&client(&google))?,
            embedded: Some(google),
        })
    }

    /// The OAuth client.
    pub fn secrets(&self) -> ClientSecrets {
        self.secrets.clone()
    }

    /// The embedded server, unless this is Google.
    pub fn embedded(&self) -> Option<&Google> {
        self.embedded.as_ref()
    }

    /// A client of the place's APIs.
    ///
    /// # Errors
    /// When no client can be made.
    pub fn client(&self, credentials: impl Credentials) -> Result<Client, Failure> {
        let builder: ClientBuilder = Client::builder().credentials(credentials);
        let builder = match &self.embedded {
            Some(google) => builder.endpoint(google.url()),
            None => builder,
        };
        Ok(builder.build()?)
    }
}
