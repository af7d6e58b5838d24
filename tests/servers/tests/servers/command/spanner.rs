//! Google's emulator of Spanner, from a document that is not one of Google's.

use super::Desk;

#[test]
fn instances_are_made_and_waited_for() {
    let Some(url) = gapi_servers::optional_server("spanner-emulator") else {
        return;
    };
    let desk = Desk::new();
    let document = concat!(env!("CARGO_MANIFEST_DIR"), "/documents/spanner.v1.json");
    let call = |words: &[&str]| {
        let at = ["--anonymous", "--endpoint-url", &url, document];
        desk.call(&[], &[&at[..], words].concat())
    };
    let create = |name: &str, more: &[&str]| {
        let body = format!(
            r#"{{"instance": {{"config": "projects/p/instanceConfigs/emulator-config", "displayName": "{name}", "nodeCount": 1}}}}"#
        );
        std::fs::write(desk.path("i.json"), body).expect("a file");
        let id = format!("instanceId={name}");
        let words = [
            "projects.instances.create",
            "projects/p",
            "--body",
            "@i.json",
            "--set",
            &id,
        ];
        call(&[&words[..], more].concat())
    };
    let made = create("one", &["--wait=response"]).ok().json();
    assert_eq!(made["name"], "projects/p/instances/one");
    assert_eq!(made["state"], "READY");
    let operation = create("two", &[]).ok().json();
    let name = operation["name"].as_str().expect("a name");
    let waited = call(&["projects.instances.operations.get", name, "--wait"]).ok();
    assert_eq!(waited.json(), operation);
    // The order of the keys is the server's.
    let at = |key: &str| waited.stdout.find(key).expect("a key");
    assert!(at("\"name\"") < at("\"metadata\"") && at("\"done\"") < at("\"response\""));

    let list = ["projects.instances.list", "projects/p", "--all"];
    let columns = ["--format", "value", "--columns", "name,nodeCount"];
    assert_eq!(
        call(&[&list[..], &columns].concat()).ok().stdout,
        "projects/p/instances/one\t1\nprojects/p/instances/two\t1\n"
    );
    let patch = ["projects.instances.patch", "projects/p/instances/one"];
    let refused = call(&[&patch[..], &["--set", "instance.displayName=x"]].concat());
    assert_eq!((refused.status, refused.stdout.as_str()), (1, ""));
    assert!(
        refused.stderr.contains("501 UNIMPLEMENTED") && refused.stderr.contains("does not support"),
        "{}",
        refused.stderr
    );
}
