//! Which credentials a program has here, and why: what Application Default Credentials find, without asking anybody.
//!
//! ```sh
//! cargo run -p gapi-auth --example which_credentials
//! GOOGLE_APPLICATION_CREDENTIALS=key.json cargo run -p gapi-auth --example which_credentials
//! cargo run -p gapi-auth --example which_credentials -- --ask    # also fetches a token
//! ```

use std::process::ExitCode;

use gapi_auth::{AuthError, AuthRequest, Credentials, DefaultCredentials, Scopes};

#[tokio::main]
async fn main() -> ExitCode {
    let credentials = match gapi_auth::default() {
        Ok(credentials) => credentials,
        Err(error) => {
            println!("{error}");
            return ExitCode::FAILURE;
        }
    };
    println!("looked at:");
    for place in credentials.tried() {
        println!("  {place}");
    }
    println!("credentials:   {}", credentials.describe());
    println!(
        "project:       {}",
        credentials
            .known_project_id()
            .unwrap_or("not known without asking")
    );
    println!(
        "quota project: {}",
        credentials.quota_project().unwrap_or("none")
    );
    println!(
        "signs:         {}",
        if credentials.signer().is_some() {
            "yes"
        } else {
            "no"
        }
    );
    println!(
        "ID tokens:     {}",
        if credentials.id_tokens().is_some() {
            "yes"
        } else {
            "no"
        }
    );
    let asked = std::env::args().any(|argument| argument == "--ask");
    if asked && let Err(error) = ask(&credentials).await {
        println!("{error}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// Asks for a token, and shows everything of it but itself.
async fn ask(credentials: &DefaultCredentials) -> Result<(), AuthError> {
    let url = "https://www.googleapis.com/".parse().unwrap_or_default();
    let scopes = Scopes::Default(&["https://www.googleapis.com/auth/cloud-platform"]);
    let headers = credentials.headers(&AuthRequest::new(&url, scopes)).await?;
    println!(
        "headers:       {:?}",
        headers.headers().keys().collect::<Vec<_>>()
    );
    println!("universe:      {}", credentials.universe_domain().await?);
    let project = credentials.project_id().await?;
    println!("project:       {}", project.as_deref().unwrap_or("unknown"));
    Ok(())
}
