//! Operations and pages with gcplocal, and BigQuery's rows.

use super::{Desk, document, python};

#[test]
fn operations_are_waited_for() {
    let (desk, url) = (Desk::new(), gapi_servers::server("gcplocal"));
    std::fs::write(desk.path("token"), "any").expect("a file");
    let call = |api: &str, words: &[&str]| {
        let api = document(api);
        desk.call(
            &[],
            &[
                &[
                    "--access-token-file",
                    "token",
                    "--endpoint-url",
                    &url,
                    api.as_str(),
                ],
                words,
            ]
            .concat(),
        )
    };
    let insert = [
        "instances.insert",
        "command",
        "--set",
        "name=db-1",
        "--set",
        "settings.tier=db-f1-micro",
        "--set",
        "region=us-central1",
        "--set",
        "databaseVersion=POSTGRES_15",
    ];
    let operation = call(
        "sqladmin.v1beta4",
        &[&insert[..], &["--wait", "--deadline", "60s"]].concat(),
    )
    .ok()
    .json();
    assert_eq!(operation["status"], "DONE");
    let patch = [
        "instances.patch",
        "command",
        "db-1",
        "--set",
        "settings.tier=db-g1-small",
        "--wait",
        "--fields",
        "name",
    ];
    call("sqladmin.v1beta4", &patch).ok();
    for name in ["vm-1", "vm-2", "vm-3"] {
        let set = format!("name={name}");
        let insert = [
            "instances.insert",
            "command",
            "us-central1-a",
            "--set",
            &set,
            "--set",
            "machineType=zones/us-central1-a/machineTypes/e2-small",
            "--wait",
        ];
        assert_eq!(call("compute.v1", &insert).ok().json()["status"], "DONE");
    }
    let list = [
        "instances.list",
        "command",
        "us-central1-a",
        "--max-results",
        "1",
        "--all",
        "--format",
        "yaml",
    ];
    let yaml = call("compute.v1", &list).ok().stdout;
    let names = python(
        "import yaml,sys; print(sorted(entry['name'] for entry in yaml.safe_load(sys.stdin)))",
        &yaml,
    );
    assert_eq!(names, "['vm-1', 'vm-2', 'vm-3']");
}

#[test]
fn numbers_are_read_digit_by_digit() {
    let (desk, api, url) = (
        Desk::new(),
        document("bigquery.v2"),
        gapi_servers::server("bqemulator"),
    );
    let call = |words: &[&str]| {
        desk.call(
            &[],
            &[
                &["--anonymous", "--endpoint-url", &url, api.as_str()],
                words,
            ]
            .concat(),
        )
    };
    let ran = call(&[
        "jobs.query",
        "p1",
        "--set",
        "query=SELECT 9007199254740993 AS n, 'a,\"b\"' AS s",
        "--set",
        "useLegacySql=false",
        "--columns",
        "rows[0].f[0].v,rows[0].f[1].v",
        "--format",
        "csv",
    ]);
    let ran = ran.ok();
    let lines = python(
        "import csv,sys; print(list(csv.reader(sys.stdin)))",
        &ran.stdout,
    );
    assert_eq!(
        lines,
        "[['rows[0].f[0].v', 'rows[0].f[1].v'], ['9007199254740993', 'a,\"b\"']]"
    );
}
