//! Who calls: the credentials that the options and the environment name.

use std::path::Path;
use std::sync::Arc;

use gapi_auth::{
    AccessToken, Anonymous, ApiKey, ApplicationDefault, AuthError, AuthErrorKind, AuthorizedUser,
    Credentials, Environment, FileStore, Impersonated,
};
use gapi_codegen::suggest::nearest;
use gapi_dynamic::Method;

use super::body::StandardInput;
use super::failure::{CallFailure, CallResult, Mistake};
use super::own_options::OwnOptions;
use crate::redact::without_secret;

/// The beginning of most scopes.
const PREFIX: &str = "https://www.googleapis.com/auth/";
const CLOUD_PLATFORM: &str = "https://www.googleapis.com/auth/cloud-platform";

/// Returns the credentials of a call, without a request. Files are read.
pub(super) fn find(
    options: &OwnOptions,
    stdin: &mut StandardInput,
) -> CallResult<Arc<dyn Credentials>> {
    let environment = Environment::system();
    let source = source(options, &environment, stdin)?;
    let Some((target, delegates)) = options.impersonate.split_last() else {
        return Ok(source);
    };
    let mut impersonated = Impersonated::new(source, target.clone());
    if !delegates.is_empty() {
        impersonated = impersonated.delegates(delegates.iter().cloned());
    }
    Ok(Arc::new(impersonated))
}

fn source(
    options: &OwnOptions,
    environment: &Environment,
    stdin: &mut StandardInput,
) -> CallResult<Arc<dyn Credentials>> {
    if options.anonymous {
        return Ok(Arc::new(Anonymous));
    }
    if let Some(path) = &options.access_token_file {
        let token = secret(path, "--access-token-file", environment, stdin)?;
        return Ok(Arc::new(AccessToken::new(token)));
    }
    if let Some(path) = &options.api_key_file {
        return Ok(Arc::new(ApiKey::new(secret(
            path,
            "--api-key-file",
            environment,
            stdin,
        )?)));
    }
    if let Some(account) = &options.account {
        return signed_in(environment, account);
    }
    // The variables come after all options.
    if options.subject.is_none() && options.credentials.is_none() {
        if let Some(token) = environment.get("GAPI_ACCESS_TOKEN") {
            return Ok(Arc::new(AccessToken::new(token)));
        }
        if options.impersonate.is_empty()
            && let Some(key) = environment.get("GAPI_API_KEY")
        {
            return Ok(Arc::new(ApiKey::new(key)));
        }
        if let Some(account) = environment.get("GAPI_ACCOUNT") {
            return signed_in(environment, &account);
        }
    }
    let mut search = ApplicationDefault::new().environment(environment.clone());
    if let Some(file) = &options.credentials {
        search = search.file(file);
    }
    if let Some(subject) = &options.subject {
        search = search.subject(subject.clone());
    }
    match search.find() {
        Ok(found) => Ok(Arc::new(found)),
        Err(error) if options.credentials.is_some() => Err(CallFailure::credentials(&error)),
        Err(error) => Err(failed(&error)),
    }
}

fn signed_in(environment: &Environment, account: &str) -> CallResult<Arc<dyn Credentials>> {
    let user = FileStore::default_location(environment)
        .and_then(|store| AuthorizedUser::signed_in_to(store, Some(account)))
        .map_err(|error| failed(&error))?;
    match user {
        Some(user) => Ok(Arc::new(user)),
        None => {
            let error = AuthError::new(
                AuthErrorKind::NotFound,
                format!("{account} is not signed in"),
            );
            Err(failed(&error).hint(format!("gapi auth login --account {account}")))
        }
    }
}

/// Reads a secret from a file or the standard input stream.
fn secret(
    path: &Path,
    option: &str,
    environment: &Environment,
    stdin: &mut StandardInput,
) -> CallResult<String> {
    if path == Path::new("-") {
        let bytes = stdin
            .read(option, "-")
            .map_err(|mistake| CallFailure::usage(vec![mistake]))?;
        return String::from_utf8(bytes).map_err(|_| {
            CallFailure::mistake(option, "the standard input stream is not UTF-8 text")
        });
    }
    match environment.read_text(path) {
        Ok(text) => Ok(text.to_string()),
        Err(error) => Err(CallFailure::file("read", path, &error)),
    }
}

/// Returns the error of credentials that cannot be used, with the line that signs in.
pub(super) fn failed(error: &AuthError) -> Box<CallFailure> {
    let failure = CallFailure::credentials(error);
    match error.kind() {
        AuthErrorKind::NotFound => {
            failure.hint("gapi auth login, or --credentials FILE, --anonymous for public data")
        }
        AuthErrorKind::SignInRequired => failure.hint("gapi auth login"),
        _ => failure,
    }
}

/// Returns the scopes of the option in full, each of which has to be one of the document.
pub(super) fn scopes(
    method: &Method,
    options: &OwnOptions,
    mistakes: &mut Vec<Mistake>,
) -> Vec<String> {
    let known: Vec<&str> = method
        .api()
        .scopes
        .iter()
        .map(|scope| scope.url.as_str())
        .collect();
    let mut full = Vec::new();
    for scope in &options.scopes {
        let is_named = |url: &&&str| **url == scope || url.strip_prefix(PREFIX) == Some(scope);
        match known.iter().find(is_named) {
            Some(url) => full.push((*url).to_owned()),
            None if options.no_check && scope.contains(':') => full.push(scope.clone()),
            None if options.no_check => full.push(format!("{PREFIX}{scope}")),
            None => {
                let short = known
                    .iter()
                    .map(|url| url.strip_prefix(PREFIX).unwrap_or(url));
                let named = without_secret(scope);
                mistakes.push(
                    Mistake::new("--scopes", format!("the document has no scope `{named}`"))
                        .nearest(nearest(scope, short)),
                );
            }
        }
    }
    full
}

/// Returns the scopes that a call asks for, unless the credentials decide.
pub(super) fn requested(method: &Method, given: &[String]) -> Vec<String> {
    if !given.is_empty() {
        return given.to_vec();
    }
    let (api, model) = (method.api(), method.model());
    let mut of_method = model
        .scopes
        .iter()
        .filter_map(|index| api.scopes.get(*index));
    if of_method.any(|scope| scope.url == CLOUD_PLATFORM) {
        return vec![CLOUD_PLATFORM.to_owned()];
    }
    api.scopes.iter().map(|scope| scope.url.clone()).collect()
}

#[cfg(all(test, checkout))]
mod tests {
    use gapi_fakes::Google;
    use gapi_transport::{Body, BoxFuture, Transport, TransportError};
    use http::{Request, Response};

    use super::*;
    use crate::call::{own_options, tests};

    /// Sends requests to Google to an embedded server.
    #[derive(Debug)]
    struct Redirected(Arc<dyn Transport>, String);

    impl Transport for Redirected {
        fn send(
            &self,
            mut request: Request<Body>,
        ) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
            let url = request.uri().to_string();
            if let Some(rest) = url.strip_prefix("https://iamcredentials.googleapis.com") {
                *request.uri_mut() = format!("{}{rest}", self.1).parse().unwrap();
            }
            self.0.send(request)
        }
    }

    #[tokio::test]
    async fn an_account_is_impersonated() {
        let google = Google::start().await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let key = folder.path().join("key.json");
        std::fs::write(&key, google.key_json()).unwrap();
        let target = google.deployer().email();
        google.iam().allow(google.account().email(), target);
        let words = [
            "--credentials",
            key.to_str().unwrap(),
            "--impersonate",
            target,
        ];
        let matches = own_options::command()
            .no_binary_name(true)
            .get_matches_from(words);
        let options = OwnOptions::of(&matches).unwrap();
        let credentials = find(&options, &mut StandardInput::default()).unwrap();
        let transport = gapi_transport::default_transport().unwrap();
        let client = gapi::Client::builder()
            .credentials(credentials)
            .transport(Redirected(transport, google.url()))
            .endpoint(google.url())
            .build()
            .unwrap();
        let list = tests::target("sqladmin:v1", "instances.list").call();
        list.set("project", Google::PROJECT)
            .send(&client)
            .await
            .unwrap();
        let log = google.server().log();
        let last = log.last().unwrap();
        let grant = google
            .tokens()
            .grant(last.request.bearer().unwrap())
            .unwrap();
        assert_eq!(grant.account, target);
    }
}
