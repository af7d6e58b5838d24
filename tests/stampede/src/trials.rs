//! What the crowd goes through.

use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, SystemTime},
};

use gapi_auth::{AuthError, AuthHeaders, AuthRequest, Credentials, Scopes};
use gapi_fakes::Fault;
use gapi_transport::{Clock, ManualClock, SystemClock};
use http::Uri;

use crate::{
    issuer::{LIFETIME, World},
    subjects::Subject,
};

/// A kind of day.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Trial {
    Calm,
    Slow,
    Failing,
    Resetting,
    HalfResponses,
    WrongClock,
    SameToken,
    Expired,
    Suspended,
    Rejected,
    Outage,
}

pub(crate) const ALL: [Trial; 11] = [
    Trial::Calm,
    Trial::Slow,
    Trial::Failing,
    Trial::Resetting,
    Trial::HalfResponses,
    Trial::WrongClock,
    Trial::SameToken,
    Trial::Expired,
    Trial::Suspended,
    Trial::Rejected,
    Trial::Outage,
];

type Outcome = Result<u64, String>;

impl Trial {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Calm => "a good day",
            Self::Slow => "a slow server",
            Self::Failing => "a server that fails once",
            Self::Resetting => "a connection that is reset",
            Self::HalfResponses => "an answer that breaks off",
            Self::WrongClock => "a server whose clock is an hour ahead",
            Self::SameToken => "a server that gives the same token again",
            Self::Expired => "a token that has expired",
            Self::Suspended => "a machine that was suspended",
            Self::Rejected => "a token that was revoked",
            Self::Outage => "an outage, and its end",
        }
    }

    /// How many token requests one refresh needed.
    pub(crate) async fn run(self, subject: &Subject, callers: usize) -> Outcome {
        let path = subject.token_path;
        match self {
            Self::Calm => first(subject, callers, None).await,
            Self::Slow => {
                let fault = Fault::late().delay(Duration::from_millis(300));
                first(subject, callers, Some(fault)).await
            }
            Self::Failing => first(subject, callers, Some(Fault::status(503).times(1))).await,
            Self::Resetting => first(subject, callers, Some(Fault::reset().times(1))).await,
            // Half of the response is lost with its token, so the server issues a second one.
            Self::HalfResponses => {
                let granted = first(subject, callers, Some(Fault::half_body().times(1))).await?;
                granted
                    .checked_sub(1)
                    .ok_or_else(|| String::from("the fault did not act"))
            }
            Self::WrongClock => {
                let world = World::new(path, Arc::new(SystemClock)).await?;
                world.issuer.set_skew(3600);
                let crowd = Crowd::new(subject, &world)?;
                crowd.one_token(callers).await?;
                Ok(world.issuer.granted())
            }
            Self::SameToken => same_token(subject, callers).await,
            Self::Expired => {
                expired(subject, callers, |clock| {
                    clock.advance(Duration::from_secs(LIFETIME + 1));
                })
                .await
            }
            Self::Suspended => {
                expired(subject, callers, |clock| {
                    clock.suspend(Duration::from_secs(LIFETIME + 1));
                })
                .await
            }
            Self::Rejected => rejected(subject, callers).await,
            Self::Outage => outage(subject, callers).await,
        }
    }
}

/// Credentials, and the many who use them.
struct Crowd(Arc<dyn Credentials>);

impl Crowd {
    fn new(subject: &Subject, world: &World) -> Result<Self, String> {
        subject.credentials(world).map(Self)
    }

    /// All of them ask at once.
    async fn ask(&self, callers: usize) -> Vec<Result<AuthHeaders, AuthError>> {
        self.each(vec![None; callers]).await
    }

    /// Each of them rejects what it holds, and asks.
    async fn each(&self, held: Vec<Option<AuthHeaders>>) -> Vec<Result<AuthHeaders, AuthError>> {
        let tasks: Vec<_> = held
            .into_iter()
            .map(|held| {
                let credentials = self.0.clone();
                tokio::spawn(async move {
                    if let Some(held) = held {
                        credentials.reject(&held);
                    }
                    let url = Uri::from_static("https://storage.googleapis.com/storage/v1/b");
                    let scopes = ["https://www.googleapis.com/auth/cloud-platform"];
                    let request = AuthRequest::new(&url, Scopes::Default(&scopes));
                    credentials.headers(&request).await
                })
            })
            .collect();
        let mut responses = Vec::with_capacity(tasks.len());
        for task in tasks {
            responses.push(task.await.expect("a caller panicked"));
        }
        responses
    }

    /// All of them ask at once, and get the same token.
    async fn one_token(&self, callers: usize) -> Result<AuthHeaders, String> {
        same(self.ask(callers).await)
    }
}

fn same(responses: Vec<Result<AuthHeaders, AuthError>>) -> Result<AuthHeaders, String> {
    let mut generations = BTreeSet::new();
    let mut last = None;
    for response in responses {
        let headers = response.map_err(|error| format!("a caller got an error: {error}"))?;
        generations.insert(headers.generation());
        last = Some(headers);
    }
    match last {
        Some(headers) if generations.len() == 1 => Ok(headers),
        _ => Err(format!(
            "callers got {} different tokens",
            generations.len()
        )),
    }
}

/// No caller has a token yet.
async fn first(subject: &Subject, callers: usize, fault: Option<Fault>) -> Outcome {
    let world = World::new(subject.token_path, Arc::new(SystemClock)).await?;
    if let Some(fault) = fault {
        world.server.inject(fault.on(subject.token_path));
    }
    Crowd::new(subject, &world)?.one_token(callers).await?;
    Ok(world.issuer.granted())
}

/// All callers have a token, and time can be moved.
async fn prepared(subject: &Subject) -> Result<(World, Arc<ManualClock>, Crowd), String> {
    let clock = Arc::new(ManualClock::new(SystemTime::now()));
    let world = World::new(subject.token_path, clock.clone() as Arc<dyn Clock>).await?;
    let crowd = Crowd::new(subject, &world)?;
    crowd.one_token(1).await?;
    match world.issuer.granted() {
        1 => Ok((world, clock, crowd)),
        more => Err(format!("{more} token requests for the first caller")),
    }
}

/// Waits for work in the background: until `done`, or nothing comes of it.
async fn settle(mut done: impl FnMut() -> bool) {
    for _ in 0..500 {
        if done() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The time when tokens are refreshed early has come, and the server has no new one yet.
async fn same_token(subject: &Subject, callers: usize) -> Outcome {
    let (world, clock, crowd) = prepared(subject).await?;
    world.issuer.same_again(true);
    clock.advance(Duration::from_secs(LIFETIME - 190));
    crowd.one_token(callers).await?;
    let mut granted = 0;
    settle(|| {
        granted += world.issuer.granted();
        granted > 0
    })
    .await;
    // Asking again at once would be of no use.
    for _ in 0..3 {
        crowd.one_token(callers).await?;
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    Ok(granted + world.issuer.granted())
}

async fn expired(subject: &Subject, callers: usize, pass: impl Fn(&ManualClock)) -> Outcome {
    let (world, clock, crowd) = prepared(subject).await?;
    let old = crowd.one_token(1).await?;
    pass(&clock);
    let new = crowd.one_token(callers).await?;
    if new.generation() == old.generation() {
        return Err(String::from("an expired token was sent"));
    }
    Ok(world.issuer.granted())
}

/// All callers get status 401.
async fn rejected(subject: &Subject, callers: usize) -> Outcome {
    let (world, clock, crowd) = prepared(subject).await?;
    clock.advance(Duration::from_secs(60));
    let old = crowd.one_token(callers).await?;
    let new = same(crowd.each(vec![Some(old.clone()); callers]).await)?;
    if new.generation() == old.generation() {
        return Err(String::from("a rejected token was sent again"));
    }
    Ok(world.issuer.granted())
}

/// The server fails while the token is valid, and still does when it has expired; then it is well again.
async fn outage(subject: &Subject, callers: usize) -> Outcome {
    let (world, clock, crowd) = prepared(subject).await?;
    let old = crowd.one_token(1).await?;
    world.server.inject(Fault::status(503));
    clock.advance(Duration::from_secs(LIFETIME - 190));
    let valid = crowd.one_token(callers).await?;
    if valid.generation() != old.generation() {
        return Err(String::from("a token came from a server that gives none"));
    }
    clock.advance(Duration::from_secs(191));
    // Waits between attempts end as this clock moves.
    let passing = tokio::spawn(async move {
        loop {
            clock.advance(Duration::from_millis(500));
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    let responses = crowd.ask(callers).await;
    if let Some(headers) = responses.iter().flatten().next() {
        passing.abort();
        return Err(format!(
            "a caller got token {} during an outage",
            headers.generation()
        ));
    }
    world.server.heal();
    // Errors are remembered for moments only.
    let mut recovered = Err(String::from("no recovery"));
    for _ in 0..200 {
        recovered = crowd.one_token(1).await;
        if recovered.is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    passing.abort();
    recovered?;
    crowd.one_token(callers).await?;
    Ok(world.issuer.granted())
}
