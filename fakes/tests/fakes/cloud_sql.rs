//! The Cloud SQL Admin API.

use crate::client::{Received, call, token};
use gapi_fakes::Google;
use serde_json::{Value, json};

const SCOPE: &str = "https://www.googleapis.com/auth/sqlservice.admin";
const INSTANCES: &str = "/v1/projects/example-123/instances";

struct Api {
    google: Google,
    token: String,
}

impl Api {
    async fn start() -> Self {
        let google = Google::start().await.unwrap();
        let token = token(&google, SCOPE).await;
        Self { google, token }
    }

    async fn call(&self, method: &str, target: &str, body: Option<Value>) -> Received {
        call(&self.google, &self.token, method, target, body).await
    }

    async fn get(&self, target: &str) -> Value {
        self.call("GET", target, None).await.json()
    }
}

fn names(page: &Value) -> Vec<&str> {
    page["items"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|item| item["name"].as_str().unwrap())
        .collect()
}

fn reason(response: &Received) -> (u16, String) {
    (
        response.status,
        response.json()["error"]["errors"][0]["reason"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
    )
}

#[tokio::test]
async fn pages() {
    let api = Api::start().await;
    let all = api.get(INSTANCES).await;
    assert_eq!(names(&all).len(), 7);
    assert!(all.get("nextPageToken").is_none());

    let mut listed = Vec::new();
    let mut target = format!("{INSTANCES}?maxResults=3");
    for size in [3, 3, 1] {
        let page = api.get(&target).await;
        assert_eq!(names(&page).len(), size);
        listed.extend(names(&page).into_iter().map(str::to_owned));
        let next = page["nextPageToken"].as_str().unwrap_or_default();
        target = format!("{INSTANCES}?maxResults=3&pageToken={next}");
    }
    assert_eq!(listed, names(&all));
    assert!(target.ends_with("pageToken="));

    let wrong = api
        .call("GET", &format!("{INSTANCES}?pageToken=nonsense"), None)
        .await;
    assert_eq!(reason(&wrong), (400, "invalid".to_owned()));
}

#[tokio::test]
async fn filters() {
    let api = Api::start().await;
    let filtered = |filter: &str| format!("{INSTANCES}?filter={filter}");
    assert_eq!(
        names(&api.get(&filtered("state:SUSPENDED")).await),
        ["legacy-crm"]
    );
    let web = api
        .get(&filtered("settings.userLabels.team:web%20region:us-east1"))
        .await;
    assert_eq!(names(&web), ["orders"]);
    assert_eq!(
        api.call("GET", &filtered("nonsense"), None).await.status,
        400
    );
    assert_eq!(
        api.get(&filtered("name:unknown")).await,
        json!({"kind": "sql#instancesList"})
    );
}

#[tokio::test]
async fn what_is_not_there() {
    let api = Api::start().await;
    let missing = api.call("GET", &format!("{INSTANCES}/unknown"), None).await;
    assert_eq!(reason(&missing), (404, "instanceDoesNotExist".to_owned()));
    let other = api.call("GET", "/v1/projects/other/instances", None).await;
    assert_eq!(reason(&other), (403, "notAuthorized".to_owned()));
    let nowhere = api.call("GET", "/v1/nowhere", None).await;
    assert_eq!(
        (nowhere.status, nowhere.header("content-type")),
        (404, Some("text/html; charset=UTF-8"))
    );
    let later = api
        .call("POST", &format!("{INSTANCES}/orders/restart"), None)
        .await;
    assert_eq!(later.status, 501);
}

#[tokio::test]
async fn a_patch_merges_and_null_clears() {
    let api = Api::start().await;
    let orders = format!("{INSTANCES}/orders");
    let patch = json!({"settings": {
        "userLabels": {"team": null, "tier": "gold"},
        "dataDiskSizeGb": "800",
        "availabilityType": null,
        "settingsVersion": "1",
    }});
    let operation = api.call("PATCH", &orders, Some(patch)).await.json();
    assert_eq!(
        (&operation["operationType"], &operation["status"]),
        (&json!("UPDATE"), &json!("PENDING"))
    );
    assert_eq!(operation["user"], api.google.account().email());

    let settings = &api.get(&orders).await["settings"];
    assert_eq!(settings["userLabels"], json!({"tier": "gold"}));
    assert_eq!(
        (&settings["dataDiskSizeGb"], &settings["tier"]),
        (&json!("800"), &json!("db-custom-4-26624"))
    );
    assert_eq!(
        (
            settings.get("availabilityType"),
            &settings["settingsVersion"]
        ),
        (None, &json!("2"))
    );

    assert_eq!(
        reason(&api.call("PATCH", &orders, Some(json!({}))).await),
        (409, "operationInProgress".to_owned())
    );
    let name = operation["name"].as_str().unwrap();
    let done = api
        .get(&format!("/v1/projects/example-123/operations/{name}"))
        .await;
    assert_eq!(done["status"], "DONE");
    assert!(done["endTime"].is_string());
    let stale = json!({"settings": {"settingsVersion": "1"}});
    assert_eq!(
        reason(&api.call("PATCH", &orders, Some(stale)).await),
        (412, "staleData".to_owned())
    );
    assert_eq!(
        api.call("PATCH", &orders, Some(json!({}))).await.status,
        200
    );
    assert_eq!(
        api.get(&orders).await["settings"]["userLabels"],
        json!({"tier": "gold"})
    );
}

#[tokio::test]
async fn insert_and_delete() {
    let api = Api::start().await;
    api.google.cloud_sql().set_polls(0);
    let new =
        json!({"name": "fresh", "settings": {"tier": "db-f1-micro"}, "rootPassword": "secret"});
    let operation = api.call("POST", INSTANCES, Some(new.clone())).await.json();
    assert_eq!(operation["status"], "DONE");
    let instance = api.get(&format!("{INSTANCES}/fresh")).await;
    assert_eq!(
        (&instance["state"], instance.get("rootPassword")),
        (&json!("RUNNABLE"), None)
    );
    assert_eq!(
        reason(&api.call("POST", INSTANCES, Some(new)).await),
        (409, "instanceAlreadyExists".to_owned())
    );
    for bad in [
        json!({"name": "Bad", "settings": {"tier": "x"}}),
        json!({"name": "good"}),
    ] {
        assert_eq!(
            reason(&api.call("POST", INSTANCES, Some(bad)).await),
            (400, "invalid".to_owned())
        );
    }
    assert_eq!(
        api.call("DELETE", &format!("{INSTANCES}/fresh"), None)
            .await
            .json()["operationType"],
        "DELETE"
    );
    assert_eq!(
        api.call("GET", &format!("{INSTANCES}/fresh"), None)
            .await
            .status,
        404
    );
    let operations = api
        .get("/v1/projects/example-123/operations?instance=fresh&maxResults=1")
        .await;
    assert_eq!(names(&operations).len(), 1);
    assert!(operations["nextPageToken"].is_string());
}

#[tokio::test]
async fn unknown_names_and_wrong_values_are_refused() {
    let api = Api::start().await;
    for (query, text) in [
        (
            "max_results=3",
            "Unknown name \"max_results\": Cannot bind query parameter.",
        ),
        (
            "maxResults=many",
            "Invalid value at 'maxResults' (TYPE_UINT32), \"many\"",
        ),
        ("maxResults=1&maxResults=2", "not repeated"),
        ("alt=xml", "Invalid value at 'alt'"),
    ] {
        let response = api.call("GET", &format!("{INSTANCES}?{query}"), None).await;
        let message = response.json()["error"]["message"]
            .as_str()
            .unwrap()
            .to_owned();
        assert_eq!(response.status, 400, "{query}");
        assert!(message.contains(text), "{message}");
    }
    for (body, text) in [
        (
            json!({"sttings": {}}),
            "Unknown name \"sttings\": Cannot find field.",
        ),
        (
            json!({"settings": {"tire": "x"}}),
            "Unknown name \"tire\" at 'settings': Cannot find field.",
        ),
        (
            json!({"settings": {"dataDiskSizeGb": 10}}),
            "Invalid value at 'settings.dataDiskSizeGb' (TYPE_INT64 as a string), 10",
        ),
        (
            json!({"settings": {"dataDiskSizeGb": "ten"}}),
            "Invalid value at 'settings.dataDiskSizeGb'",
        ),
        (
            json!({"settings": {"storageAutoResize": "true"}}),
            "(TYPE_BOOL)",
        ),
        (json!({"state": "SLEEPY"}), "an enum value"),
        (
            json!({"ipAddresses": [{"ipAddress": 1}]}),
            "'ipAddresses[0].ipAddress' (TYPE_STRING)",
        ),
        (
            json!({"settings": {"userLabels": {"a": 1}}}),
            "'settings.userLabels.a' (TYPE_STRING)",
        ),
        (json!([]), "(object)"),
    ] {
        let response = api
            .call("PATCH", &format!("{INSTANCES}/orders"), Some(body))
            .await;
        let message = response.json()["error"]["message"]
            .as_str()
            .unwrap()
            .to_owned();
        assert_eq!(response.status, 400, "{text}");
        assert!(message.contains(text), "{message}");
        assert!(response.json()["error"]["details"][0]["fieldViolations"].is_array());
    }
    assert_eq!(
        api.call("GET", INSTANCES, Some(json!({}))).await.status,
        400
    );
}
