//! Calls an API with the identity of another provider: a token in a file, as Kubernetes mounts one; the keys of an EC2 instance;
//! and a supplier of the program's own. There is no key of a service account.
//!
//! ```sh
//! cargo run --example federation
//! ```
//!
//! Everything happens on embedded local servers. At Google, `gcloud iam workload-identity-pools create-cred-config` writes the
//! configuration, which is no secret.

use std::error::Error;

use gapi::{
    Client,
    auth::{
        AuthError, Credentials, Environment, ExternalAccount, SecretString, SubjectTokenSupplier,
        SupplierContext,
    },
    transport::BoxFuture,
};
use gapi_fakes::{
    Google, Server,
    federation::{AwsKeys, Ec2Instance, SecurityTokenService},
};
use serde_json::json;

gapi::api! {
    /// The Cloud SQL Admin API.
    mod sqladmin = "discovery-docs/sqladmin.v1.json" { instances.list };
}

/// Asks the provider of continuous integration for a token, or would.
#[derive(Debug)]
struct Pipeline;

impl SubjectTokenSupplier for Pipeline {
    fn subject_token<'a>(
        &'a self,
        _: &'a SupplierContext<'a>,
    ) -> BoxFuture<'a, Result<SecretString, AuthError>> {
        Box::pin(async { Ok(SecretString::from("token-of-the-pipeline")) })
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let google = Google::start().await?;
    let audience = SecurityTokenService::AUDIENCE;

    google.sts().accept("token-of-the-pod", "principal://pod");
    let configuration = json!({
        "type": "external_account",
        "audience": audience,
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": google.sts_url(),
        "credential_source": {"file": "/var/run/secrets/token"},
    });
    let pod = ExternalAccount::from_json(&configuration.to_string())?
        .environment(Environment::new().file("/var/run/secrets/token", "token-of-the-pod\n"));
    list(&google, "a file", pod.clone()).await?;

    google
        .iam()
        .allow("principal://pod", google.deployer().email());
    let acting = pod
        .impersonate(google.deployer().email())
        .iam_endpoint(google.url());
    list(&google, "a file, as a service account", acting).await?;

    let keys = AwsKeys {
        id: String::from("ASIAEXAMPLE"),
        secret: String::from("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
        session_token: Some(String::from("temporary")),
        arn: String::from("arn:aws:sts::1:assumed-role/instance-role/i-1"),
    };
    google.sts().accept_aws(keys.clone());
    let instance = Server::start(Ec2Instance::new("eu-west-1b", keys)).await?;
    let configuration = json!({
        "type": "external_account",
        "audience": audience,
        "subject_token_type": "urn:ietf:params:aws:token-type:aws4_request",
        "token_url": google.sts_url(),
        "credential_source": Ec2Instance::credential_source(&instance.url()),
    });
    let ec2 = ExternalAccount::from_json(&configuration.to_string())?;
    list(&google, "an EC2 instance", ec2).await?;

    google
        .sts()
        .accept("token-of-the-pipeline", "principal://pipeline");
    let pipeline = ExternalAccount::with_supplier(
        audience,
        "urn:ietf:params:oauth:token-type:id_token",
        Pipeline,
    )
    .token_url(google.sts_url());
    list(&google, "a supplier", pipeline).await
}

async fn list(
    google: &Google,
    source: &str,
    credentials: ExternalAccount,
) -> Result<(), Box<dyn Error>> {
    println!("From {source}: {}", credentials.describe());
    let client = Client::builder()
        .credentials(credentials)
        .endpoint(google.url())
        .build()?;
    let page = sqladmin::instances()
        .list(Google::PROJECT)
        .send(&client)
        .await?;
    println!("  {} instances", page.items.unwrap_or_default().len());
    Ok(())
}
