//! Long-running operations: started, asked after, ended, cancelled, resumed.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use gapi::{
    Client, ErrorDetail, ErrorKind,
    auth::Anonymous,
    transport::{ManualClock, TransportErrorKind},
};
use serde_json::{Value, json};

use crate::script::{Script, Step, json as json_step};

gapi::api! {
    mod bigquery = "bigquery:v2" { jobs.{insert, get} };
    mod compute = "compute:v1" { instances.insert, regionDisks.insert, firewallPolicies.insert };
    mod sqladmin = "sqladmin:v1" { instances.insert, Backups.CreateBackup };
    mod container = "container:v1" { projects.locations.clusters.create, projects.zones.clusters.create };
    mod run = "run:v2" { projects.locations.services.create, type GoogleCloudRunV2Job };
}

const LINK: &str = "https://www.googleapis.com/compute/v1/projects/p/zones/z/operations/op-1";

/// An operation of Compute Engine.
fn compute_step(status: &str, more: Value) -> Step {
    let mut operation = json!({
        "id": "7", "name": "op-1", "status": status, "operationType": "insert", "selfLink": LINK,
    });
    merge(&mut operation, more);
    json_step(200, &operation.to_string())
}

fn run_step(more: Value) -> Step {
    let mut operation = json!({"name": "projects/p/locations/l/operations/o-1"});
    merge(&mut operation, more);
    json_step(200, &operation.to_string())
}

fn merge(target: &mut Value, more: Value) {
    if let (Value::Object(target), Value::Object(more)) = (target, more) {
        target.extend(more);
    }
}

pub(crate) fn insert() -> compute::instances::Insert {
    compute::instances().insert("p", "z", json!({"name": "vm"}))
}

fn service() -> run::projects::locations::services::Create {
    let parent = "projects/p/locations/l";
    run::projects()
        .locations()
        .services()
        .create(parent, json!({}))
        .service_id("s")
}

fn targets(script: &Script) -> Vec<String> {
    let recorded = script.recorded();
    recorded
        .iter()
        .map(|recorded| format!("{} {}", recorded.method, recorded.target()))
        .collect()
}

/// Runs `work` while the clock moves on, a second at a time, whenever a task sleeps.
async fn with_time<T>(clock: &ManualClock, work: impl Future<Output = T>) -> T {
    let mut work = std::pin::pin!(work);
    loop {
        tokio::select! {
            biased;
            done = &mut work => return done,
            () = tokio::task::yield_now() => clock.advance(Duration::from_secs(1)),
        }
    }
}

fn manual(script: &Arc<Script>) -> (Client, ManualClock) {
    let clock = ManualClock::new(SystemTime::UNIX_EPOCH);
    let client = script
        .builder()
        .credentials(Anonymous)
        .clock(Arc::new(clock.clone()))
        .build()
        .expect("a client");
    (client, clock)
}

#[tokio::test(start_paused = true)]
async fn a_wait_polls_until_the_operation_is_done() {
    let script = Script::steps([
        compute_step("PENDING", json!({})),
        compute_step("RUNNING", json!({"progress": 50})),
        compute_step("DONE", json!({"targetId": "42"})),
    ]);
    let operation = insert()
        .request_id("00000000-0000-4000-8000-000000000001")
        .send(&script.client())
        .wait()
        .header("x-goog-request-reason", "audit")
        .header("if-match", "etag")
        .param("onlyTheFirst", "1")
        .quota_user("me")
        .await
        .expect("done");
    assert_eq!(operation.target_id, Some(42));
    assert_eq!(
        targets(&script),
        [
            "POST /compute/v1/projects/p/zones/z/instances?requestId=00000000-0000-4000-8000-000000000001&onlyTheFirst=1&quotaUser=me&alt=json",
            "GET /compute/v1/projects/p/zones/z/operations/op-1?quotaUser=me&alt=json",
            "GET /compute/v1/projects/p/zones/z/operations/op-1?quotaUser=me&alt=json",
        ]
    );
    // Options are for all requests; preconditions and parameters of the method are for the first.
    for (index, recorded) in script.recorded().iter().enumerate() {
        assert_eq!(recorded.header("x-goog-request-reason"), Some("audit"));
        assert_eq!(recorded.header("if-match").is_some(), index == 0);
    }
}

#[tokio::test(start_paused = true)]
async fn an_operation_that_is_done_at_once_is_not_polled() {
    let script = Script::steps([compute_step("DONE", json!({}))]);
    insert().send(&script.client()).wait().await.expect("done");
    let script = Script::steps([run_step(json!({"done": true, "response": {}}))]);
    service().send(&script.client()).wait().await.expect("done");
}

#[tokio::test(start_paused = true)]
async fn delays_grow_and_are_the_clients() {
    let script = Script::new(|_| compute_step("RUNNING", json!({})));
    let (client, clock) = manual(&script);
    let wait = insert()
        .send(&client)
        .wait()
        .deadline(Duration::from_secs(100));
    let error = with_time(&clock, wait.into_future())
        .await
        .expect_err("late");
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(error.operation(), Some("op-1"));
    assert!(
        error
            .to_string()
            .contains("operation op-1 is not done after the deadline of 100 s"),
        "{error}"
    );
    // 1 + 1.5 + 2.25 + ... up to 20 s each, shortened by at most a quarter.
    let polls = script.recorded().len() - 1;
    assert!((8..=14).contains(&polls), "{polls}");
    let script = Script::new(|_| compute_step("RUNNING", json!({})));
    let (client, clock) = manual(&script);
    let wait = insert()
        .send(&client)
        .wait()
        .deadline(Duration::from_secs(100))
        .poll_delay(Duration::from_secs(40), Duration::from_secs(40));
    with_time(&clock, wait.into_future())
        .await
        .expect_err("late");
    assert!((2..=3).contains(&(script.recorded().len() - 1)));
}

#[tokio::test(start_paused = true)]
async fn a_deadline_ends_a_request_that_hangs() {
    let script = Script::new(|_| Step::Hang);
    let error = insert()
        .send(&script.client())
        .wait()
        .deadline(Duration::from_secs(5))
        .await
        .expect_err("late");
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.to_string().contains("has not begun"), "{error}");
    assert_eq!(error.operation(), None);
}

#[tokio::test(start_paused = true)]
async fn parameters_come_from_the_call_and_the_response() {
    let done = |name: &str, link: &str| {
        let at = |status: &str| {
            json_step(
                200,
                &json!({"name": name, "status": status, "selfLink": link}).to_string(),
            )
        };
        Script::steps([at("RUNNING"), at("DONE")])
    };
    let second = |script: &Script| targets(script)[1].clone();

    let script = done("op-2", "");
    let request = compute::region_disks().insert("p", "r", json!({}));
    request.send(&script.client()).wait().await.expect("done");
    assert_eq!(
        second(&script),
        "GET /compute/v1/projects/p/regions/r/operations/op-2?alt=json"
    );

    let script = done("op-3", "");
    let request = compute::firewall_policies().insert(json!({}));
    request.send(&script.client()).wait().await.expect("done");
    assert_eq!(
        second(&script),
        "GET /compute/v1/locations/global/operations/op-3?alt=json"
    );

    // The call has `projects/p` in one parameter; the URL of the operation has the parts.
    let script = done(
        "op-4",
        "https://sqladmin.googleapis.com/sql/v1beta4/projects/p/operations/op-4",
    );
    let request = sqladmin::backups().create_backup("projects/p", json!({}));
    request.send(&script.client()).wait().await.expect("done");
    assert_eq!(
        second(&script),
        "GET /v1/projects/p/operations/op-4?alt=json"
    );

    // A path that wants the full name of an operation whose name is short.
    let script = done(
        "op-5",
        "https://container.googleapis.com/v1/projects/1/locations/l/operations/op-5",
    );
    let clusters = container::projects().locations().clusters();
    let request = clusters.create("projects/p/locations/l", json!({}));
    request.send(&script.client()).wait().await.expect("done");
    assert_eq!(
        second(&script),
        "GET /v1/projects/1/locations/l/operations/op-5?alt=json"
    );

    let script = done("op-6", "");
    let clusters = container::projects().zones().clusters();
    let request = clusters.create("p", "z", json!({}));
    request.send(&script.client()).wait().await.expect("done");
    assert_eq!(
        second(&script),
        "GET /v1/projects/p/zones/z/operations/op-6?alt=json"
    );
}

#[tokio::test(start_paused = true)]
async fn an_unknown_parameter_is_an_error_with_its_name() {
    let script = Script::steps([json_step(200, r#"{"name": "op-1", "status": "RUNNING"}"#)]);
    let error = sqladmin::backups()
        .create_backup("projects/p", json!({}))
        .send(&script.client())
        .wait()
        .await
        .expect_err("no project");
    assert_eq!(
        (error.kind(), error.operation()),
        (ErrorKind::Usage, Some("op-1"))
    );
    assert!(
        error
            .to_string()
            .contains("the value of \"project\" is not known"),
        "{error}"
    );

    let script = Script::steps([json_step(200, r#"{"name": "op-1"}"#)]);
    let error = insert()
        .send(&script.client())
        .wait()
        .await
        .expect_err("no status");
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(
        error.to_string().contains("the operation has no status"),
        "{error}"
    );

    let script = Script::steps([json_step(200, "[]")]);
    let error = insert()
        .send(&script.client())
        .wait()
        .await
        .expect_err("a list");
    assert_eq!(error.kind(), ErrorKind::Decode);
}

#[tokio::test(start_paused = true)]
async fn failures_of_the_status_shape_are_typed() {
    let script = Script::steps([
        compute_step("RUNNING", json!({})),
        compute_step(
            "DONE",
            json!({
                "httpErrorStatusCode": 403, "httpErrorMessage": "FORBIDDEN",
                "error": {"errors": [{
                    "code": "QUOTA_EXCEEDED", "message": "Quota 'CPUS' exceeded.",
                    "errorDetails": [
                        {"errorInfo": {"reason": "R", "domain": "compute", "metadatas": {"limit": "8"}}},
                        {"quotaInfo": {"limit": 8}},
                    ],
                }]},
            }),
        ),
    ]);
    let error = insert()
        .send(&script.client())
        .wait()
        .await
        .expect_err("failed");
    assert_eq!(error.kind(), ErrorKind::Operation);
    assert_eq!(error.operation(), Some("op-1"));
    assert_eq!(error.status().map(|s| s.as_u16()), Some(403));
    assert_eq!(error.method(), Some("compute.instances.insert"));
    assert!(error.has_reason("QUOTA_EXCEEDED"));
    assert_eq!(error.message(), Some("Quota 'CPUS' exceeded."));
    let [ErrorDetail::ErrorInfo(info), ErrorDetail::Other(quota)] = error.details() else {
        panic!("{:?}", error.details());
    };
    assert_eq!(info.metadata["limit"], "8");
    assert_eq!(quota["quotaInfo"]["limit"], 8);
    assert_eq!(
        error.to_string(),
        "compute.instances.insert: operation op-1 failed: QUOTA_EXCEEDED: Quota 'CPUS' exceeded."
    );
    let body: Value = serde_json::from_slice(error.body().expect("the operation")).expect("JSON");
    assert_eq!(body["name"], "op-1");
}

#[tokio::test(start_paused = true)]
async fn failures_of_aip_151_are_typed() {
    let script = Script::steps([run_step(json!({
        "done": true,
        "error": {"code": 8, "message": "No more.", "details": [{
            "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "NO_MORE", "domain": "run"
        }]},
    }))]);
    let error = service()
        .send(&script.client())
        .wait()
        .await
        .expect_err("failed");
    assert_eq!(
        (error.kind(), error.code(), error.reason()),
        (
            ErrorKind::Operation,
            Some("RESOURCE_EXHAUSTED"),
            Some("NO_MORE")
        )
    );
    assert!(error.is_rate_limited());
    assert_eq!(
        error.to_string(),
        "run.projects.locations.services.create: operation projects/p/locations/l/operations/o-1 failed: \
         RESOURCE_EXHAUSTED (NO_MORE): No more."
    );
}

#[tokio::test(start_paused = true)]
async fn an_operation_that_has_a_result_is_done() {
    let error = json!({"error": {"code": 7, "message": "No."}});
    let script = Script::steps([run_step(json!({})), run_step(error.clone())]);
    let failed = service()
        .send(&script.client())
        .wait()
        .await
        .expect_err("failed");
    assert_eq!(failed.kind(), ErrorKind::Operation, "{failed}");
    let script = Script::steps([run_step(json!({"response": {"@type": "x"}}))]);
    service().send(&script.client()).wait().await.expect("done");
    // An operation with `done: false` is not done.
    let mut running = error;
    running["done"] = json!(false);
    let script = Script::steps([run_step(running), run_step(json!({"done": true}))]);
    service().send(&script.client()).wait().await.expect("done");
}

#[tokio::test(start_paused = true)]
async fn the_response_is_read_as_what_it_is() {
    let response = json!({"@type": "type.googleapis.com/google.cloud.run.v2.Service", "name": "s", "generation": "3"});
    let script = Script::steps([
        run_step(json!({"metadata": {"@type": "x"}})),
        run_step(json!({"done": true, "response": response})),
    ]);
    let client = script.client();
    let service: run::GoogleCloudRunV2Service = self::service()
        .send(&client)
        .wait()
        .response()
        .await
        .expect("a service");
    assert_eq!(
        (service.name.as_deref(), service.generation),
        (Some("s"), Some(3))
    );
    assert!(service.extra.is_empty(), "the type is not part of it");
    assert_eq!(
        targets(&script)[1],
        "GET /v2/projects/p/locations/l/operations/o-1?alt=json"
    );

    let script = Script::steps([run_step(json!({"done": true, "response": response}))]);
    let error = self::service()
        .send(&script.client())
        .wait()
        .response::<run::GoogleCloudRunV2Job>()
        .await
        .expect_err("another type");
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(
        error
            .to_string()
            .contains("created a google.cloud.run.v2.Service, not a GoogleCloudRunV2Job"),
        "{error}"
    );

    // Where there is never one, nothing is started.
    let script = Script::empty();
    let error = insert()
        .send(&script.client())
        .wait()
        .response::<compute::Instance>()
        .await
        .expect_err("no response");
    assert_eq!(error.kind(), ErrorKind::Usage);
    assert!(script.recorded().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_watch_reports_every_step() {
    let script = Script::steps([
        compute_step("PENDING", json!({})),
        compute_step("RUNNING", json!({"progress": 50})),
        compute_step("DONE", json!({"progress": 100})),
    ]);
    let mut watch = insert().send(&script.client()).wait().watch();
    assert_eq!(watch.name(), None);
    let mut progress = Vec::new();
    while let Some(operation) = watch.try_next().await.expect("a step") {
        assert_eq!(watch.name(), Some("op-1"));
        progress.push(operation.progress.unwrap_or_default());
    }
    assert_eq!(progress, [0, 50, 100]);
    assert!(watch.try_next().await.expect("the end").is_none());
    // An end that was taken is not there a second time.
    let error = watch.finish().await.expect_err("over");
    assert_eq!(error.kind(), ErrorKind::Usage);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_step_starts_nothing_twice() {
    let script = Script::new(|recorded| match recorded.method.as_str() {
        "POST" => compute_step("RUNNING", json!({})),
        _ => compute_step("DONE", json!({})),
    });
    let mut watch = insert().send(&script.client()).wait().watch();
    watch.try_next().await.expect("started");
    for _ in 0..3 {
        let short = Duration::from_millis(100);
        assert!(tokio::time::timeout(short, watch.next()).await.is_err());
    }
    assert!(watch.try_next().await.expect("a step").is_some());
    assert_eq!(script.recorded().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_operation_is_cancelled_while_it_is_asked_after() {
    let script = Script::new(|recorded| match recorded.method.as_str() {
        "POST" if recorded.url.contains("/cancel") => json_step(200, "{}"),
        "POST" => json_step(200, r#"{"name": "op-1", "status": "RUNNING"}"#),
        _ => json_step(
            200,
            r#"{"name": "op-1", "status": "DONE", "error": {"errors": [{"code": "CANCELLED"}]}}"#,
        ),
    });
    let request = sqladmin::instances().insert("p", json!({"name": "db"}));
    let mut watch = request.send(&script.client()).wait().watch();
    let error = watch.cancel().await.expect_err("not begun");
    assert_eq!(error.kind(), ErrorKind::Usage);
    watch.try_next().await.expect("started");
    // As in a `select!` whose other branch wins.
    assert!(
        tokio::time::timeout(Duration::from_millis(1), watch.next())
            .await
            .is_err()
    );
    watch.cancel().await.expect("asked");
    let error = watch.try_next().await.expect_err("cancelled");
    assert_eq!(
        (error.kind(), error.reason()),
        (ErrorKind::Operation, Some("CANCELLED"))
    );
    assert_eq!(
        targets(&script)[1],
        "POST /v1/projects/p/operations/op-1/cancel?alt=json"
    );
    assert_eq!(script.recorded()[1].body, "");

    let script = Script::new(|_| compute_step("RUNNING", json!({})));
    let mut watch = insert().send(&script.client()).wait().watch();
    watch.try_next().await.expect("started");
    let error = watch.cancel().await.expect_err("no such method");
    assert!(
        error.to_string().contains("has no method that cancels"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn an_operation_is_resumed_by_its_name() {
    let script = Script::steps([
        compute_step("RUNNING", json!({})),
        compute_step("DONE", json!({})),
    ]);
    let request = compute::zone_operations().get("p", "z", "op-1");
    request.send(&script.client()).wait().await.expect("done");
    assert_eq!(
        targets(&script),
        ["GET /compute/v1/projects/p/zones/z/operations/op-1?alt=json"; 2]
    );
    // Cancelled after it was resumed.
    let script = Script::new(|_| run_step(json!({})));
    let operations = run::projects().locations().operations();
    let name = "projects/p/locations/l/operations/o-1";
    let mut watch = operations.get(name).send(&script.client()).wait().watch();
    watch.try_next().await.expect("running");
    // Run has no method that cancels.
    watch.cancel().await.expect_err("no such method");
    let script = Script::new(|_| json_step(200, r#"{"name": "op-1", "status": "RUNNING"}"#));
    let request = sqladmin::operations().get("p", "op-1");
    let mut watch = request.send(&script.client()).wait().watch();
    watch.try_next().await.expect("running");
    watch.cancel().await.expect("asked");
    assert_eq!(
        targets(&script)[1],
        "POST /v1/projects/p/operations/op-1/cancel?alt=json"
    );
}

#[tokio::test(start_paused = true)]
async fn an_odd_property_hides_no_end() {
    let script = Script::steps([
        compute_step("RUNNING", json!({"id": "db44c507"})),
        compute_step(
            "DONE",
            json!({"id": "db44c507", "progress": "all of it", "targetId": "42"}),
        ),
    ]);
    let operation = insert().send(&script.client()).wait().await.expect("done");
    assert_eq!((operation.id, operation.progress), (None, None));
    assert_eq!(operation.extra.get("id"), Some(&json!("db44c507")));
    assert_eq!(operation.extra.get("progress"), Some(&json!("all of it")));
    assert_eq!(operation.target_id, Some(42));
}

#[tokio::test(start_paused = true)]
async fn polls_that_fail_in_passing_are_repeated() {
    let script = Script::steps([
        compute_step("RUNNING", json!({})),
        json_step(400, r#"{"error": {"code": 400, "message": "no"}}"#),
    ]);
    let error = insert()
        .send(&script.client())
        .wait()
        .await
        .expect_err("refused");
    assert_eq!(
        (error.kind(), error.operation()),
        (ErrorKind::Api, Some("op-1"))
    );

    let script = Script::new(|recorded| match recorded.method.as_str() {
        "POST" => compute_step("RUNNING", json!({})),
        _ => Step::Fail(TransportErrorKind::Reset),
    });
    let error = insert()
        .send(&script.client())
        .wait()
        .await
        .expect_err("broken");
    assert_eq!(
        (error.kind(), error.operation()),
        (ErrorKind::Transport, Some("op-1"))
    );

    let count = std::sync::atomic::AtomicUsize::new(0);
    let script = Script::new(move |recorded| {
        let count = count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        match recorded.method.as_str() {
            "POST" => compute_step("RUNNING", json!({})),
            _ if count < 3 => Step::Fail(TransportErrorKind::Reset),
            _ => compute_step("DONE", json!({})),
        }
    });
    insert()
        .send(&script.client())
        .wait()
        .await
        .expect("done in the end");
}

#[tokio::test(start_paused = true)]
async fn a_mask_keeps_what_waiting_needs() {
    let script = Script::steps([run_step(json!({})), run_step(json!({"done": true}))]);
    service()
        .send(&script.client())
        .wait()
        .fields("metadata")
        .await
        .expect("done");
    for target in targets(&script) {
        assert!(
            target.contains("fields=metadata%2Cname%2Cdone%2Cresponse%2Cerror&"),
            "{target}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn another_method_can_poll() {
    let script = Script::steps([run_step(json!({})), run_step(json!({"done": true}))]);
    service()
        .send(&script.client())
        .wait()
        .poll_with(|operation: &run::GoogleLongrunningOperation| {
            let name = operation.name.as_deref().unwrap_or_default();
            let other = name.replace("/l/", "/other/");
            run::projects().locations().operations().get(other)
        })
        .await
        .expect("done");
    assert_eq!(
        targets(&script)[1],
        "GET /v2/projects/p/locations/other/operations/o-1?alt=json"
    );
}

/// A job of BigQuery.
fn job_step(state: &str, more: Value) -> Step {
    let mut status = json!({"state": state});
    merge(&mut status, more);
    let job = json!({
        "id": "p:EU.job-1", "status": status,
        "jobReference": {"projectId": "p", "jobId": "job-1", "location": "EU"},
    });
    json_step(200, &job.to_string())
}

fn insert_job() -> bigquery::jobs::Insert {
    bigquery::jobs().insert(
        "p",
        json!({"configuration": {"query": {"query": "select 1"}}}),
    )
}

#[tokio::test(start_paused = true)]
async fn a_job_is_waited_for_at_its_location() {
    let script = Script::steps([
        job_step("PENDING", json!({})),
        job_step("RUNNING", json!({"errors": [{"reason": "aRowOnly"}]})),
        job_step("DONE", json!({"errors": [{"reason": "aRowOnly"}]})),
    ]);
    let job = insert_job()
        .send(&script.client())
        .wait()
        .fields("statistics")
        .await
        .expect("done");
    assert_eq!(
        job.status.and_then(|status| status.state).as_deref(),
        Some("DONE")
    );
    let mask = "fields=statistics%2Cstatus%2CjobReference";
    assert_eq!(
        targets(&script),
        [
            format!("POST /bigquery/v2/projects/p/jobs?{mask}&alt=json"),
            format!("GET /bigquery/v2/projects/p/jobs/job-1?{mask}&location=EU&alt=json"),
            format!("GET /bigquery/v2/projects/p/jobs/job-1?{mask}&location=EU&alt=json"),
        ]
        .map(|target| target.replace(
            &format!("{mask}&location=EU"),
            &format!("location=EU&{mask}")
        ))
    );
}

#[tokio::test(start_paused = true)]
async fn the_error_of_a_failed_job_names_its_cause() {
    let script = Script::steps([
        job_step("RUNNING", json!({})),
        job_step(
            "DONE",
            json!({"errorResult": {"reason": "invalidQuery", "message": "Syntax error", "location": "query"}}),
        ),
    ]);
    let error = insert_job()
        .send(&script.client())
        .wait()
        .await
        .expect_err("bad");
    assert_eq!(
        (error.kind(), error.operation(), error.reason()),
        (ErrorKind::Operation, Some("job-1"), Some("invalidQuery"))
    );
    assert_eq!(error.message(), Some("Syntax error"));
    assert!(
        error
            .body()
            .is_some_and(|body| body.starts_with(b"{\"id\""))
    );
}

#[tokio::test(start_paused = true)]
async fn a_job_is_watched_cancelled_and_resumed() {
    let script = Script::steps([
        job_step("RUNNING", json!({})),
        json_step(200, "{}"),
        job_step("DONE", json!({})),
    ]);
    let get = bigquery::jobs().get("p", "job-1").location("EU");
    let mut watch = get.send(&script.client()).wait().watch();
    watch.try_next().await.expect("running");
    assert_eq!(watch.name(), Some("job-1"));
    watch.cancel().await.expect("asked");
    watch.finish().await.expect("done");
    let targets = targets(&script);
    assert_eq!(
        targets[1],
        "POST /bigquery/v2/projects/p/jobs/job-1/cancel?location=EU&alt=json"
    );
    assert_eq!(targets[2], targets[0]);

    // By any other request, too.
    let script = Script::steps([job_step("RUNNING", json!({})), job_step("DONE", json!({}))]);
    let wait = insert_job().send(&script.client()).wait();
    wait.poll_with(|job| {
        let reference = job.job_reference.clone().unwrap_or_default();
        bigquery::jobs().get("q", reference.job_id.unwrap_or_default())
    })
    .await
    .expect("done");
    assert_eq!(
        self::targets(&script)[1],
        "GET /bigquery/v2/projects/q/jobs/job-1?alt=json"
    );
    // What it made is no part of it.
    let script = Script::steps([]);
    let made = insert_job()
        .send(&script.client())
        .wait()
        .response::<Value>()
        .await;
    assert_eq!(made.expect_err("nothing").kind(), ErrorKind::Usage);
}
