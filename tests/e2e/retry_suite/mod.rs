//! Google's retry suite for Cloud Storage: every method, and what it gets over.

mod cases;
mod tables;

use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, SystemTime},
};

use gapi::{
    Client,
    auth::Anonymous,
    generated::v1,
    transport::{ManualClock, Transport},
};
use gapi_codegen::model::{Retries, Verb};
use gapi_fakes::storage::{Storage, Trouble};
use serde_json::Value;

use self::{
    cases::{ALWAYS, CONDITIONALLY, Case, NEVER, Transfer},
    tables::{Given, METHODS, call, upload},
};

/// What is shared by all clients: the server and its connections.
struct Suite {
    storage: Storage,
    transport: Arc<dyn Transport>,
    clock: ManualClock,
}

impl Suite {
    async fn start() -> Self {
        Self {
            storage: Storage::start().await.unwrap(),
            transport: Arc::new(gapi::transport::default_transport().unwrap()),
            clock: ManualClock::new(SystemTime::now()),
        }
    }

    /// A client with the default policy, which does not wait.
    fn client(&self) -> Client {
        Client::builder()
            .credentials(Anonymous)
            .endpoint(self.storage.url())
            .transport(Arc::clone(&self.transport))
            .clock(Arc::new(self.clock.clone()))
            .jitter(|| 0.0)
            .build()
            .unwrap()
    }

    /// Makes a call that meets the troubles, and returns what is wrong with its result.
    async fn check(&self, client: &Client, case: &Case) -> Result<(), String> {
        let storage = &self.storage;
        storage.heal();
        let (before, sent) = (storage.log().len(), content(case));
        if !matches!(case.transfer, Transfer::Session(..)) {
            storage.put("1", "1", &sent[..]).unwrap();
        }
        for trouble in &case.troubles {
            match case.method {
                "objects.insert" => storage.trouble(*trouble),
                _ if case.transfer == Transfer::Download => storage.trouble(*trouble),
                _ => storage.trouble_calls(*trouble),
            }
        }
        let generation = storage.generation("1", "1");
        let result = make(client, case, generation, sent.clone()).await;
        if result.is_ok() != case.succeeds {
            let error = result.err().map(|error| error.to_string());
            return Err(error.unwrap_or_else(|| "it succeeded".to_owned()));
        }
        if storage.troubles_left() > 0 {
            return Err("it did not meet everything".to_owned());
        }
        let requests = storage.log().len() - before;
        let expected = case.troubles.len() + usize::from(case.succeeds);
        match (&case.transfer, result) {
            (Transfer::Plain, _) if requests != expected => {
                Err(format!("{requests} requests instead of {expected}"))
            }
            (Transfer::Download, Ok(bytes)) if bytes != sent => Err("wrong bytes".to_owned()),
            (Transfer::Session(..), _) => {
                let stored = storage.content("1", "1").ok_or("nothing is stored")?;
                let is_same = stored.equals(&sent[..]).unwrap();
                is_same.then_some(()).ok_or("wrong bytes".to_owned())
            }
            _ => Ok(()),
        }
    }

    /// What is wrong with the cases, with a client for each or one for all.
    async fn failures(&self, shared: Option<&Client>, cases: &[Case]) -> Vec<String> {
        let mut failures = Vec::new();
        for case in cases {
            let own = self.client();
            if let Err(why) = self.check(shared.unwrap_or(&own), case).await {
                failures.push(format!("{case:?}: {why}"));
            }
        }
        failures
    }
}

/// What is uploaded, and what is there to be fetched or deleted.
fn content(case: &Case) -> Vec<u8> {
    let len = match case.transfer {
        Transfer::Session(len, _) => len,
        Transfer::Download => 600 << 10,
        Transfer::Plain => 10,
    };
    (0..len).map(|n| (n % 253) as u8).collect()
}

async fn make(
    client: &Client,
    case: &Case,
    generation: u64,
    content: Vec<u8>,
) -> Result<Vec<u8>, gapi::Error> {
    let call = call(case.method, case.given, generation);
    match case.transfer {
        Transfer::Session(_, chunk) => {
            let upload = upload(call, content).resumable().chunk_size(chunk as u64);
            upload.send(client).await?;
            Ok(Vec::new())
        }
        Transfer::Download => Ok(v1::Download::new(client, call).await?.to_vec()),
        Transfer::Plain if case.method == "objects.insert" => {
            upload(call, content).send(client).await?;
            Ok(Vec::new())
        }
        Transfer::Plain => {
            let sending = v1::PendingCall::<Value>::new(client, call);
            Ok(sending.raw().await?.to_vec())
        }
    }
}

#[test]
fn the_table_has_every_method_of_the_suite_in_every_scenario() {
    let conditionally = CONDITIONALLY.map(|(method, _)| method);
    let methods: BTreeSet<&str> = ALWAYS
        .into_iter()
        .chain(conditionally)
        .chain(NEVER)
        .collect();
    assert_eq!(methods.len(), 47);
    for method in &methods {
        assert!(METHODS.contains_key(*method), "{method}");
    }
    let cases = cases::all();
    let counts = (1..=8).map(|scenario| cases.iter().filter(|c| c.scenario == scenario).count());
    assert_eq!(counts.collect::<Vec<_>>(), [66, 33, 22, 28, 94, 66, 4, 2]);
    assert_eq!(cases.len(), 315);
    // "All get and list requests", of methods that are newer than the suite too.
    for method in METHODS.values().filter(|method| method.verb == Verb::Get) {
        assert_eq!(method.retries(), Retries::Always, "{}", method.id);
    }
}

#[tokio::test]
async fn with_a_client_for_each_case_everything_passes() {
    let suite = Suite::start().await;
    let failures = suite.failures(None, &cases::all()).await;
    assert_eq!(failures, Vec::<String>::new());
}

#[tokio::test]
async fn with_one_client_for_all_cases_no_budget_fails_one() {
    let suite = Suite::start().await;
    // Time does not pass, so that it brings nothing back.
    let client = suite.client();
    let failures = suite.failures(Some(&client), &cases::all()).await;
    assert_eq!(failures, Vec::<String>::new());
}

/// Refusals for rate are repeated for every class; what takes too long or ends early is a failure like others.
#[tokio::test]
async fn what_the_suite_leaves_out_follows_the_same_classes() {
    let suite = Suite::start().await;
    let case = |method, given, trouble, succeeds| Case {
        scenario: 0,
        method,
        given,
        transfer: Transfer::Plain,
        troubles: vec![trouble],
        succeeds,
    };
    let mut cases = Vec::new();
    for method in NEVER {
        cases.push(case(method, Given::Nothing, Trouble::Status(429), true));
        cases.push(case(method, Given::Nothing, Trouble::Lose, false));
        cases.push(case(
            method,
            Given::Nothing,
            Trouble::StatusAfterwards(504),
            false,
        ));
    }
    for method in ALWAYS.into_iter().filter(|method| *method != "objects.get") {
        for trouble in [
            Trouble::Status(408),
            Trouble::Status(429),
            Trouble::Lose,
            Trouble::BreakAfter(4),
            Trouble::StatusAfterwards(502),
        ] {
            cases.push(case(method, Given::Nothing, trouble, true));
        }
    }
    // Either of what the page names for a deletion is enough.
    let generation = Given::Parameter("generation");
    cases.push(case(
        "objects.delete",
        generation,
        Trouble::Status(503),
        true,
    ));
    let failures = suite.failures(None, &cases).await;
    assert_eq!(failures, Vec::<String>::new());
}

#[tokio::test]
async fn a_response_without_progress_is_tried_again_if_that_is_safe() {
    let suite = Suite::start().await;
    for (method, succeeds) in [("buckets.insert", true), ("notifications.insert", false)] {
        suite.storage.trouble_calls(Trouble::StallAfter(0));
        let before = suite.storage.log().len();
        let client = suite.client();
        let sending = v1::PendingCall::<Value>::new(&client, call(method, Given::Nothing, 0));
        let limited = sending.attempt_timeout(Duration::from_secs(5));
        let made = tokio::spawn(async move { limited.raw().await.map(drop) });
        while suite.storage.log().len() == before || suite.clock.sleepers() == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        suite.clock.advance(Duration::from_secs(6));
        assert_eq!(made.await.unwrap().is_ok(), succeeds, "{method}");
    }
}
