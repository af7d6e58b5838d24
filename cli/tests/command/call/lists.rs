//! Pages, entries and limits.

use gapi_fakes::{Reply, Request};
use serde_json::{Value, json};

use super::{Desk, json};

/// 25 topics, and the page that is asked for.
fn topics(request: &Request) -> Reply {
    let pairs = request.query_pairs();
    let number = |name: &str, usual: usize| {
        let pair = pairs.iter().find(|(key, _)| key == name);
        pair.map_or(usual, |(_, value)| value.parse().unwrap())
    };
    let (start, size) = (number("pageToken", 0), number("pageSize", 10));
    if start == 666 {
        return Reply::json(500, &json!({"error": {"code": 500, "message": "broken"}}));
    }
    let end = (start + size).min(25);
    let topics: Vec<Value> = (start..end)
        .map(|number| json!({"name": format!("t{number}")}))
        .collect();
    let mut page = json!({"topics": topics});
    if end < 25 {
        page["nextPageToken"] = json!(end.to_string());
    }
    Reply::json(200, &page)
}

const LIST: [&str; 3] = ["pubsub:v1", "projects.topics.list", "projects/p"];

fn with<'a>(words: &[&'a str]) -> Vec<&'a str> {
    LIST.into_iter().chain(words.iter().copied()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_page_unless_all_are_wanted() {
    let desk = Desk::new(topics).await;
    let ran = desk.call(&with(&["--page-size", "10"])).ok();
    assert_eq!(json(&ran.stdout)["topics"].as_array().unwrap().len(), 10);
    assert_eq!(
        ran.stderr,
        "there are more; --all fetches them, --page-token=10 continues\n"
    );
    assert_eq!(
        desk.call(&with(&["--page-size", "10", "-q"])).ok().stderr,
        ""
    );
    desk.server.clear_log();

    let ran = desk.call(&with(&["--page-size", "10", "--all"])).ok();
    let all = json(&ran.stdout);
    assert_eq!(all.as_array().unwrap().len(), 25);
    assert_eq!(all[24], json!({"name": "t24"}));
    assert_eq!((ran.stderr.as_str(), desk.server.log().len()), ("", 3));

    let lines = desk
        .call(&with(&["--all", "--format", "jsonl"]))
        .ok()
        .stdout;
    assert_eq!(lines.lines().count(), 25);
    assert_eq!(lines.lines().next(), Some(r#"{"name":"t0"}"#));
    let names = desk
        .call(&with(&["--all", "--format", "value", "--columns", "name"]))
        .ok()
        .stdout;
    assert_eq!(names.lines().nth(20), Some("t20"));
    let pages = desk.call(&with(&["--pages"])).ok().stdout;
    assert_eq!(pages.lines().count(), 3);
    assert_eq!(
        json(pages.lines().last().unwrap())["topics"]
            .as_array()
            .unwrap()
            .len(),
        5
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_asks_for_no_more_than_it_needs() {
    let desk = Desk::new(topics).await;
    let ran = desk
        .call(&with(&["--all", "--limit", "12", "--page-size", "10"]))
        .ok();
    assert_eq!(json(&ran.stdout).as_array().unwrap().len(), 12);
    assert_eq!(desk.server.log().len(), 2);
    let ran = desk.call(&with(&["--limit", "3"])).ok();
    assert_eq!(json(&ran.stdout).as_array().unwrap().len(), 3);
    assert!(desk.last().query.unwrap().contains("pageSize=3"));
    desk.call(&with(&["--limit", "0"]))
        .fails_with(2, &["--limit"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_no_pages_is_refused_before_it_is_sent() {
    let desk = Desk::new(topics).await;
    desk.call(&[
        "pubsub:v1",
        "projects.topics.get",
        "projects/p/topics/t",
        "--all",
    ])
    .fails_with(2, &["--all", "no pages"]);
    desk.call(&with(&["--all", "--format", "raw"]))
        .fails_with(2, &["--format", "raw"]);
    desk.call(&with(&["--all", "--pages"]))
        .fails_with(2, &["--pages"]);
    assert_eq!(desk.server.connections(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_breaks_off_is_not_taken_for_whole() {
    let desk = Desk::new(|request: &Request| {
        let is_second = request
            .query_pairs()
            .iter()
            .any(|(key, _)| key == "pageToken");
        if is_second {
            return Reply::json(
                403,
                &json!({"error": {"code": 403, "status": "PERMISSION_DENIED", "message": "no"}}),
            );
        }
        Reply::json(
            200,
            &json!({"topics": [{"name": "t0"}], "nextPageToken": "a b"}),
        )
    })
    .await;
    let ran = desk.call(&with(&["--all"])).fails_with(
        1,
        &["403 PERMISSION_DENIED", "--page-token='a b' continues"],
    );
    assert!(
        serde_json::from_str::<Value>(&ran.stdout).is_err(),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.contains("t0"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mask_retains_the_token() {
    let desk = Desk::new(topics).await;
    desk.call(&with(&["--all", "--fields", "topics(name)"]))
        .ok();
    let fields = desk
        .last()
        .query_pairs()
        .into_iter()
        .find(|(key, _)| key == "fields")
        .unwrap()
        .1;
    assert_eq!(fields, "topics(name),nextPageToken");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_null_token_ends_the_list() {
    let desk = Desk::new(|_: &Request| {
        Reply::new(200).body("application/json", r#"{"rows":[{"f":[{"v":"9007199254740993"}]}],"nextPageToken":null,"pageToken":null,"totalRows":9007199254740993}"#)
    })
    .await;
    let list = ["bigquery:v2", "tabledata.list", "p", "d", "t"];
    let ran = desk.call(&list).ok();
    assert!(ran.stdout.contains("9007199254740993\n"), "{}", ran.stdout);
    assert_eq!(ran.stderr, "");
    let all: Vec<&str> = list
        .into_iter()
        .chain(["--all", "--format", "value", "--columns", "f[0].v"])
        .collect();
    assert_eq!(desk.call(&all).ok().stdout, "9007199254740993\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_has_enough_ends_the_list() {
    let desk = Desk::new(|request: &Request| {
        let page = request
            .query_pairs()
            .iter()
            .find(|(key, _)| key == "pageToken")
            .map_or(0, |(_, page)| page.parse::<u32>().unwrap());
        let topics: Vec<Value> = (0..200)
            .map(|number| json!({"name": format!("{number:0>1000}")}))
            .collect();
        Reply::json(
            200,
            &json!({"topics": topics, "nextPageToken": (page + 1).to_string()}),
        )
    })
    .await;
    let mut command = desk.folder.command();
    let url = desk.server.url();
    command
        .args(["call", "--endpoint-url", &url, "--anonymous"])
        .args(with(&["--all", "--format", "jsonl"]));
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    std::io::BufRead::read_line(
        &mut std::io::BufReader::new(child.stdout.take().unwrap()),
        &mut line,
    )
    .unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    assert!(desk.server.log().len() < 5);
}
