//! Whether there is a server.

use gapi_auth::{Environment, MetadataServer};
use gapi_transport::{Clock, SystemClock};

use crate::machine::{Machine, answer, refused, silent};

const PRODUCT: &str = "/sys/class/dmi/id/product_name";

async fn found(machine: &Machine, environment: Environment) -> bool {
    machine.forget();
    let credentials: MetadataServer = machine.credentials();
    credentials.environment(environment).is_available().await
}

#[tokio::test(start_paused = true)]
async fn the_environment_alone_may_say_it() {
    let machine = Machine::new();
    for (environment, expected) in [
        (Environment::new().var("GCE_METADATA_HOST", "meta"), true),
        (Environment::new().var("GCE_METADATA_ROOT", "meta"), true),
        (
            Environment::new().file(PRODUCT, "Google Compute Engine\n"),
            true,
        ),
        (Environment::new().file(PRODUCT, "Google"), true),
        (Environment::new().var("NO_GCE_CHECK", "true"), false),
        (
            Environment::new()
                .var("NO_GCE_CHECK", "1")
                .file(PRODUCT, "Google"),
            false,
        ),
        (
            Environment::new()
                .var("NO_GCE_CHECK", "true")
                .var("GCE_METADATA_HOST", "m"),
            false,
        ),
    ] {
        assert_eq!(
            found(&machine, environment.clone()).await,
            expected,
            "{environment:?}"
        );
        assert!(
            machine.seen().is_empty(),
            "{environment:?}: {:?}",
            machine.seen()
        );
    }
}

#[tokio::test(start_paused = true)]
async fn else_address_and_name_are_asked_and_either_will_do() {
    let machine = Machine::new();
    let elsewhere = || {
        Environment::new()
            .file(PRODUCT, "ThinkPad")
            .var("NO_GCE_CHECK", "false")
    };
    assert!(found(&machine, elsewhere()).await);
    assert_eq!(machine.seen()[0], "169.254.169.254 /");
    // The first of the two hangs, the second one answers.
    machine.next([silent()]);
    assert!(found(&machine, elsewhere()).await);
    assert_eq!(
        machine.seen(),
        ["169.254.169.254 /", "metadata.google.internal /"]
    );
    machine.next([refused()]);
    assert!(found(&machine, elsewhere()).await);
    assert!(found(&machine, elsewhere().var("GCE_METADATA_IP", "127.0.0.1:99")).await);
    assert_eq!(machine.seen()[0], "127.0.0.1:99 /");
}

#[tokio::test(start_paused = true)]
async fn where_nobody_answers_it_is_known_within_seconds() {
    let machine = Machine::new();
    machine.always(Some(silent));
    let start = SystemClock.instant();
    assert!(!found(&machine, Environment::new()).await);
    let took = SystemClock.instant() - start;
    assert!((3.0..4.0).contains(&took.as_secs_f64()), "{took:?}");
    assert_eq!(machine.seen().len(), 6);

    let start = SystemClock.instant();
    let environment = Environment::new()
        .var("GCE_METADATA_TIMEOUT", "0.5")
        .var("GCE_METADATA_DETECT_RETRIES", "1");
    assert!(!found(&machine, environment).await);
    let took = SystemClock.instant() - start;
    assert!((0.5..0.6).contains(&took.as_secs_f64()), "{took:?}");

    machine.always(Some(refused));
    let start = SystemClock.instant();
    assert!(!found(&machine, Environment::new()).await);
    assert!(SystemClock.instant() - start < std::time::Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn a_pod_whose_server_is_just_starting_waits_for_it() {
    let machine = Machine::new();
    machine.next([refused(), refused(), refused(), refused()]);
    assert!(found(&machine, Environment::new()).await);
}

#[tokio::test(start_paused = true)]
async fn whoever_else_answers_is_none_and_is_not_asked_again() {
    let machine = Machine::new();
    machine.always(Some(|| answer(200, false, "welcome to the hotel")));
    assert!(!found(&machine, Environment::new()).await);
    assert_eq!(machine.seen().len(), 2);
    machine.always(Some(|| answer(403, true, "no")));
    assert!(!found(&machine, Environment::new()).await);
}
