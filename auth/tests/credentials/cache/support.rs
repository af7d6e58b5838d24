//! A source of tokens that a test controls.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use gapi_auth::{
    AuthError, AuthErrorKind, AuthHeaders, AuthRequest, Cached, Credentials, FetchContext, Scopes,
    Token, TokenSource,
};
use gapi_transport::BoxFuture;
use http::Uri;

/// What the source does with one attempt.
#[derive(Debug)]
pub(crate) enum Act {
    /// Gives a token; one without any lifetime expired a minute ago.
    Give {
        value: String,
        lifetime: Option<Duration>,
        after: Duration,
    },
    Fail(AuthError),
    Hang,
    Panic,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Script(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    attempts: AtomicUsize,
    finished: AtomicUsize,
    acts: Mutex<VecDeque<Act>>,
}

impl Script {
    /// Does `acts` in order, and then gives `token-N` for an hour, `N` being the number of the attempt.
    pub(crate) fn new(acts: impl IntoIterator<Item = Act>) -> Self {
        let script = Self::default();
        script.then(acts);
        script
    }

    pub(crate) fn then(&self, acts: impl IntoIterator<Item = Act>) {
        self.0.acts.lock().expect("acts").extend(acts);
    }

    pub(crate) fn cached(&self) -> Cached<Self> {
        Cached::new(self.clone())
    }

    pub(crate) fn attempts(&self) -> usize {
        self.0.attempts.load(Ordering::SeqCst)
    }

    pub(crate) fn finished(&self) -> usize {
        self.0.finished.load(Ordering::SeqCst)
    }
}

impl TokenSource for Script {
    fn fetch<'a>(&'a self, cx: &'a FetchContext) -> BoxFuture<'a, Result<Token, AuthError>> {
        let number = self.0.attempts.fetch_add(1, Ordering::SeqCst) + 1;
        let act = self
            .0
            .acts
            .lock()
            .expect("acts")
            .pop_front()
            .unwrap_or_else(|| give(&format!("token-{number}"), 3600));
        Box::pin(async move {
            let fetched = match act {
                Act::Give {
                    value,
                    lifetime,
                    after,
                } => {
                    if !after.is_zero() {
                        cx.clock().sleep(after).await;
                    }
                    let token = Token::new(value);
                    let now = cx.clock().now();
                    Ok(match lifetime {
                        Some(Duration::ZERO) => token.expires_at(now - secs(60)),
                        Some(lifetime) => token.expires_at(now + lifetime),
                        None => token,
                    })
                }
                Act::Fail(error) => Err(error),
                Act::Hang => std::future::pending().await,
                Act::Panic => panic!("the source panics, as the test wants it"),
            };
            self.0.finished.fetch_add(1, Ordering::SeqCst);
            fetched
        })
    }

    fn describe(&self) -> String {
        String::from("scripted credentials")
    }
}

pub(crate) fn give(value: &str, seconds: u64) -> Act {
    Act::Give {
        value: value.to_owned(),
        lifetime: Some(secs(seconds)),
        after: Duration::ZERO,
    }
}

pub(crate) fn give_after(value: &str, seconds: u64, after: Duration) -> Act {
    Act::Give {
        value: value.to_owned(),
        lifetime: Some(secs(seconds)),
        after,
    }
}

pub(crate) fn transient(text: &str) -> AuthError {
    AuthError::new(AuthErrorKind::Transport, text).with_transient(true)
}

pub(crate) fn permanent(text: &str) -> AuthError {
    AuthError::new(AuthErrorKind::OAuth, text)
}

pub(crate) fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(crate) async fn ask(credentials: &dyn Credentials) -> Result<AuthHeaders, AuthError> {
    ask_for(credentials, &["scope"]).await
}

pub(crate) async fn ask_for(
    credentials: &dyn Credentials,
    scopes: &[&str],
) -> Result<AuthHeaders, AuthError> {
    let url = Uri::from_static("https://example.googleapis.com/v1/things");
    credentials
        .headers(&AuthRequest::new(&url, Scopes::Default(scopes)))
        .await
}

/// The token that a request would carry now.
pub(crate) async fn token(credentials: &dyn Credentials) -> String {
    bearer(&ask(credentials).await.expect("a token"))
}

pub(crate) fn bearer(headers: &AuthHeaders) -> String {
    let value = headers.headers()["authorization"].to_str().expect("text");
    value
        .strip_prefix("Bearer ")
        .expect("a bearer token")
        .to_owned()
}

/// Time passes, and tasks run.
pub(crate) async fn pass(duration: Duration) {
    tokio::time::sleep(duration).await;
    settle().await;
}

/// Lets every task run that can.
pub(crate) async fn settle() {
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
}
