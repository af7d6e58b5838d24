//! Values, pages, changes, and the errors that the API returns.

use gapi::{ErrorDetail, ErrorKind};
use serde_json::json;

use crate::support::{INSTANCES, PROJECT, client, google, signed_in, sqladmin};

const NAMES: [&str; 7] = [
    "analytics",
    "billing",
    "legacy-crm",
    "orders",
    "orders-replica",
    "reports",
    "staging",
];

fn names(page: sqladmin::InstancesListResponse) -> Vec<String> {
    page.items
        .unwrap_or_default()
        .into_iter()
        .map(|instance| instance.name.unwrap())
        .collect()
}

#[tokio::test]
async fn pages_and_items_reach_the_end() {
    let (google, client) = signed_in().await;
    let request = sqladmin::instances().list(PROJECT).max_results(3);
    let mut pages = request.clone().pages(&client);
    let mut sizes = Vec::new();
    let mut all = Vec::new();
    while let Some(page) = pages.try_next().await.unwrap() {
        let page = names(page);
        sizes.push(page.len());
        all.extend(page);
    }
    assert_eq!(
        (sizes, all),
        (vec![3, 3, 1], NAMES.map(String::from).to_vec())
    );
    assert_eq!(google.server().count(INSTANCES), 3);

    let mut items = request.items(&client);
    let mut all = Vec::new();
    while let Some(instance) = items.try_next().await.unwrap() {
        all.push(instance.name.unwrap());
    }
    assert_eq!(all, NAMES);
}

#[tokio::test]
async fn queries_are_encoded_and_responses_compressed() {
    let (google, client) = signed_in().await;
    let filter = "state:RUNNABLE settings.userLabels.team:web";
    let page = sqladmin::instances()
        .list(PROJECT)
        .filter(filter)
        .send(&client)
        .await
        .unwrap();
    assert_eq!(names(page), ["orders", "orders-replica", "staging"]);
    let log = google.server().log();
    let request = &log.last().unwrap().request;
    let query = request.query.as_deref().unwrap();
    assert!(query.contains("RUNNABLE%20settings"), "{query}");
    assert!(request.header("accept-encoding").unwrap().contains("gzip"));
    assert!(request.header("user-agent").unwrap().contains("gapi/"));
}

#[tokio::test]
async fn values_are_typed_and_nothing_is_lost() {
    let (google, client) = signed_in().await;
    let mut odd = google.cloud_sql().instance(PROJECT, "orders").unwrap();
    odd["name"] = "odd".into();
    odd["state"] = "DREAMING".into();
    odd["newerThanTheDocument"] = json!({"a": [1, 2]});
    google.cloud_sql().add_instance(PROJECT, odd);

    let orders = sqladmin::instances()
        .get(PROJECT, "orders")
        .send(&client)
        .await
        .unwrap();
    assert_eq!(
        orders.state,
        Some(sqladmin::DatabaseInstanceState::Runnable)
    );
    assert_eq!(
        orders.create_time.as_ref().unwrap().as_str(),
        "2026-03-01T09:30:00.250Z"
    );
    let settings = orders.settings.unwrap();
    assert_eq!(
        (settings.data_disk_size_gb, settings.storage_auto_resize),
        (Some(750), Some(true))
    );

    let odd = sqladmin::instances()
        .get(PROJECT, "odd")
        .send(&client)
        .await
        .unwrap();
    assert_eq!(odd.state.unwrap().to_string(), "DREAMING");
    assert_eq!(
        odd.extra.get("newerThanTheDocument"),
        Some(&json!({"a": [1, 2]}))
    );
}

#[tokio::test]
async fn a_patch_sends_what_is_set_and_clears_what_is_null() {
    let (google, client) = signed_in().await;
    let mut settings = sqladmin::Settings {
        data_disk_size_gb: Some(800),
        settings_version: Some(1),
        user_labels: Some([("tier".to_owned(), "gold".to_owned())].into()),
        ..Default::default()
    };
    settings.null("availabilityType").unwrap();
    let patch = sqladmin::DatabaseInstance {
        settings: Some(settings),
        ..Default::default()
    };
    let operation = sqladmin::instances()
        .patch(PROJECT, "orders", patch)
        .send(&client)
        .await
        .unwrap();
    assert_eq!(
        operation.operation_type,
        Some(sqladmin::OperationOperationType::Update)
    );

    let log = google.server().log();
    let body = log.last().unwrap().request.json().unwrap();
    let sent = json!({"settings": {
        "dataDiskSizeGb": "800", "settingsVersion": "1", "userLabels": {"tier": "gold"}, "availabilityType": null,
    }});
    assert_eq!(body, sent);
    let settings = &google.cloud_sql().instance(PROJECT, "orders").unwrap()["settings"];
    assert_eq!(
        settings["userLabels"],
        json!({"team": "web", "tier": "gold"})
    );
    assert_eq!(
        (
            &settings["dataDiskSizeGb"],
            settings.get("availabilityType")
        ),
        (&json!("800"), None)
    );

    let id = operation.name.unwrap();
    let done = sqladmin::operations()
        .get(PROJECT, &id)
        .send(&client)
        .await
        .unwrap();
    assert_eq!(done.status, Some(sqladmin::OperationStatus::Done));
}

#[tokio::test]
async fn insert_and_delete() {
    let (google, client) = signed_in().await;
    google.cloud_sql().set_polls(0);
    let body = json!({"name": "fresh", "settings": {"tier": "db-f1-micro"}});
    let created = sqladmin::instances()
        .insert(PROJECT, body)
        .send(&client)
        .await
        .unwrap();
    assert_eq!(created.status, Some(sqladmin::OperationStatus::Done));
    sqladmin::instances()
        .delete(PROJECT, "fresh")
        .send(&client)
        .await
        .unwrap();
    let gone = sqladmin::instances()
        .get(PROJECT, "fresh")
        .send(&client)
        .await
        .unwrap_err();
    assert!(gone.is_not_found());
}

#[tokio::test]
async fn errors_name_what_and_where() {
    let (_google, client) = signed_in().await;
    let missing = sqladmin::instances()
        .get(PROJECT, "nobody")
        .send(&client)
        .await
        .unwrap_err();
    assert_eq!(
        (missing.kind(), missing.reason()),
        (ErrorKind::Api, Some("instanceDoesNotExist"))
    );
    assert_eq!(
        (missing.code(), missing.method()),
        (Some("NOT_FOUND"), Some("sql.instances.get"))
    );
    assert_eq!(
        missing.message(),
        Some("The Cloud SQL instance does not exist.")
    );
    assert!(missing.url().unwrap().contains("/instances/nobody"));

    let denied = sqladmin::instances()
        .list("other")
        .send(&client)
        .await
        .unwrap_err();
    assert!(denied.is_permission_denied() && denied.has_reason("notAuthorized"));

    let body = json!({"settings": {"tire": "x", "dataDiskSizeGb": "many"}});
    let wrong = sqladmin::instances()
        .patch(PROJECT, "orders", body)
        .send(&client)
        .await
        .unwrap_err();
    let [ErrorDetail::BadRequest(fields)] = wrong.details() else {
        panic!("{:?}", wrong.details())
    };
    assert_eq!(
        fields.iter().map(|f| f.field.as_str()).collect::<Vec<_>>(),
        ["settings.dataDiskSizeGb", "settings"]
    );

    let stale = json!({"settings": {"settingsVersion": "7"}});
    let stale = sqladmin::instances()
        .patch(PROJECT, "orders", stale)
        .send(&client)
        .await
        .unwrap_err();
    assert!(stale.is_precondition_failed());
    sqladmin::instances()
        .patch(PROJECT, "orders", json!({}))
        .send(&client)
        .await
        .unwrap();
    let busy = sqladmin::instances()
        .delete(PROJECT, "orders")
        .send(&client)
        .await
        .unwrap_err();
    assert!(busy.is_conflict() && busy.has_reason("operationInProgress"));
}

#[tokio::test]
async fn a_missing_scope_is_named() {
    let (google, account) = google().await;
    let account = account.scopes(["https://www.googleapis.com/auth/drive"]);
    let error = sqladmin::instances()
        .list(PROJECT)
        .send(&client(&google, account))
        .await
        .unwrap_err();
    assert!(error.has_reason("ACCESS_TOKEN_SCOPE_INSUFFICIENT"));
    assert!(
        error
            .to_string()
            .contains(sqladmin::scope::SQLSERVICE_ADMIN),
        "{error}"
    );
}
