//! Whether there is a server.

use gapi_auth::{ApplicationDefault, Environment, MetadataServer};
use gapi_transport::{Clock, SystemClock};

use super::super::machine::{Machine, ask, refused, response, silent};

const PRODUCT: &str = "/sys/class/dmi/id/product_name";

async fn found(machine: &Machine, environment: Environment) -> bool {
    machine.forget();
    let credentials: MetadataServer = machine.credentials();
    credentials.environment(environment).is_available().await
}

#[tokio::test(start_paused = true)]
async fn the_environment_alone_is_enough() {
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
            machine.recorded().is_empty(),
            "{environment:?}: {:?}",
            machine.recorded()
        );
    }
}

#[tokio::test(start_paused = true)]
async fn else_the_address_is_asked_and_then_the_name_and_either_will_do() {
    let machine = Machine::new();
    let elsewhere = || {
        Environment::new()
            .file(PRODUCT, "ThinkPad")
            .var("NO_GCE_CHECK", "false")
    };
    assert!(found(&machine, elsewhere()).await);
    assert_eq!(machine.recorded()[0], "169.254.169.254 /");
    assert_eq!(
        machine.recorded().len(),
        1,
        "the name is not resolved where the address answers"
    );
    // The first of the two hangs, the second one responds.
    machine.next([silent()]);
    assert!(found(&machine, elsewhere()).await);
    assert_eq!(
        machine.recorded(),
        ["169.254.169.254 /", "metadata.google.internal /"]
    );
    machine.next([refused()]);
    assert!(found(&machine, elsewhere()).await);
    assert!(found(&machine, elsewhere().var("GCE_METADATA_IP", "127.0.0.1:99")).await);
    assert_eq!(machine.recorded(), ["127.0.0.1:99 /"]);
}

#[tokio::test(start_paused = true)]
async fn no_response_is_known_within_seconds() {
    let machine = Machine::new();
    machine.always(Some(silent));
    let start = SystemClock.monotonic();
    assert!(!found(&machine, Environment::new()).await);
    let took = SystemClock.monotonic() - start;
    assert!((3.0..4.0).contains(&took.as_secs_f64()), "{took:?}");
    assert_eq!(machine.recorded().len(), 6);

    let start = SystemClock.monotonic();
    let environment = Environment::new()
        .var("GCE_METADATA_TIMEOUT", "0.5")
        .var("GCE_METADATA_DETECT_RETRIES", "1");
    assert!(!found(&machine, environment).await);
    let took = SystemClock.monotonic() - start;
    assert!((0.5..0.6).contains(&took.as_secs_f64()), "{took:?}");

    machine.always(Some(refused));
    let start = SystemClock.monotonic();
    assert!(!found(&machine, Environment::new()).await);
    assert!(SystemClock.monotonic() - start < std::time::Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn a_pod_whose_server_is_just_starting_waits_for_it() {
    let machine = Machine::new();
    machine.next([refused(), refused(), refused(), refused()]);
    assert!(found(&machine, Environment::new()).await);
}

#[tokio::test(start_paused = true)]
async fn another_server_is_none_and_is_not_asked_again() {
    let machine = Machine::new();
    machine.always(Some(|| response(200, false, "welcome to the hotel")));
    assert!(!found(&machine, Environment::new()).await);
    assert_eq!(machine.recorded().len(), 2);
    machine.always(Some(|| response(403, true, "no")));
    assert!(!found(&machine, Environment::new()).await);
}

/// A machine with a server at its own address, which its resolver does not know.
#[tokio::test(start_paused = true)]
async fn a_server_that_was_found_at_an_address_is_asked_there() {
    for (variable, host) in [(None, "169.254.169.254"), (Some("10.0.0.1"), "10.0.0.1")] {
        let machine = Machine::new().at(host);
        let mut environment = Environment::new();
        if let Some(address) = variable {
            environment = environment.var("GCE_METADATA_IP", address);
        }
        let found = ApplicationDefault::new()
            .environment(environment.clone())
            .metadata_transport(machine.transport())
            .find()
            .expect("not asked yet");
        ask(&found).await.expect("a token");
        // One that was not looked for is, too.
        ask(&machine.credentials().environment(environment))
            .await
            .expect("a token");
        for recorded in machine.recorded() {
            assert!(recorded.starts_with(&format!("{host} ")), "{recorded}");
        }
    }
    // A dead address that the environment gives is never replaced by a name.
    let machine = Machine::new().at("metadata.google.internal");
    let dead = Environment::new().var("GCE_METADATA_IP", "10.0.0.1");
    let found = ApplicationDefault::new()
        .environment(dead)
        .metadata_transport(machine.transport())
        .find()
        .expect("not asked yet");
    let error = ask(&found).await.expect_err("nobody there");
    assert!(error.to_string().contains("10.0.0.1"), "{error}");
    assert!(
        machine
            .recorded()
            .iter()
            .all(|recorded| recorded.starts_with("10.0.0.1 "))
    );
}

#[tokio::test(start_paused = true)]
async fn a_machine_without_ipv4_is_asked_by_name() {
    let machine = Machine::new().at("metadata.google.internal");
    let google = Environment::new().file(PRODUCT, "Google");
    for environment in [Environment::new(), google] {
        machine.forget();
        let credentials = machine.credentials().environment(environment);
        ask(&credentials).await.expect("a token");
        credentials.project_id().await.expect("a project");
        let hosts = machine.recorded();
        let hosts: Vec<_> = hosts
            .iter()
            .filter_map(|recorded| recorded.split(' ').next())
            .collect();
        let name = "metadata.google.internal";
        assert_eq!(hosts, ["169.254.169.254", name, name]);
    }
}
