//! Cloud SQL and Compute Engine against gcplocal.

use std::time::Duration;

use gapi::{Client, ErrorKind, auth::AccessToken};
use serde_json::json;

gapi::api! {
    mod sqladmin = "sqladmin:v1beta4" { instances.{list, get, insert, patch, delete} };
    mod compute = "compute:v1" { instances.{list, get, insert, delete} };
}

fn client() -> Client {
    Client::builder()
        .credentials(AccessToken::new("any"))
        .endpoint(gapi_servers::server("gcplocal"))
        .build()
        .expect("a client for loopback")
}

#[tokio::test]
async fn an_instance_is_made_found_changed_and_deleted() {
    let client = client();
    let body = sqladmin::DatabaseInstance {
        name: Some("orders".into()),
        region: Some("us-central1".into()),
        database_version: Some("POSTGRES_15".into()),
        settings: Some(sqladmin::Settings {
            tier: Some("db-f1-micro".into()),
            ..Default::default()
        }),
        ..Default::default()
    };
    let operation = sqladmin::instances()
        .insert("shop", body)
        .send(&client)
        .wait()
        .await
        .expect("insert, and wait");
    assert_eq!(operation.target_id.as_deref(), Some("orders"));
    assert_eq!(operation.status.as_ref().map(AsRef::as_ref), Some("DONE"));
    // Once more by its name, as another process would.
    let name = operation.name.expect("an operation has a name");
    let again = sqladmin::operations()
        .get("shop", &name)
        .send(&client)
        .wait()
        .await
        .expect("wait by name");
    assert_eq!(again.name, Some(name));
    assert_eq!(again.status.as_ref().map(AsRef::as_ref), Some("DONE"));

    let found = sqladmin::instances()
        .get("shop", "orders")
        .send(&client)
        .await
        .expect("get");
    assert_eq!(found.region.as_deref(), Some("us-central1"));
    assert_eq!(
        found.settings.and_then(|s| s.tier).as_deref(),
        Some("db-f1-micro")
    );

    let labels = json!({"settings": {"userLabels": {"team": "checkout"}}});
    sqladmin::instances()
        .patch("shop", "orders", labels)
        .send(&client)
        .wait()
        .await
        .expect("patch, and wait");

    let mut names = Vec::new();
    let mut instances = sqladmin::instances().list("shop").items(&client);
    while let Some(instance) = instances.try_next().await.expect("list") {
        names.push(instance.name.expect("every instance has a name"));
    }
    assert_eq!(names, ["orders"]);

    sqladmin::instances()
        .delete("shop", "orders")
        .send(&client)
        .await
        .expect("delete");
    let error = sqladmin::instances()
        .get("shop", "orders")
        .send(&client)
        .await
        .expect_err("it is gone");
    assert_eq!(error.kind(), ErrorKind::Api);
    assert_eq!(error.status().map(|s| s.as_u16()), Some(404));
    assert!(error.to_string().contains("orders not found"), "{error}");
    assert_eq!(error.reason(), Some("not_found"));
}

#[tokio::test]
async fn machines_come_page_by_page() {
    let client = client();
    for name in ["vm-1", "vm-2", "vm-3", "vm-4", "vm-5"] {
        let body = compute::Instance {
            name: Some(name.into()),
            machine_type: Some("zones/us-central1-a/machineTypes/e2-small".into()),
            ..Default::default()
        };
        let mut watch = compute::instances()
            .insert("farm", "us-central1-a", body)
            .send(&client)
            .wait()
            .poll_delay(Duration::from_millis(20), Duration::from_millis(200))
            .watch();
        let mut last = None;
        while let Some(operation) = watch.try_next().await.expect("insert, and wait") {
            last = Some(operation);
        }
        let operation = last.expect("an operation");
        assert_eq!(operation.status.as_ref().map(AsRef::as_ref), Some("DONE"));
        // This server's operations have ids such as "db44c507" where the document declares uint64: a wait does not mind. By chance one is all digits.
        let saved = operation
            .extra
            .get("id")
            .is_some_and(serde_json::Value::is_string);
        assert_ne!(operation.id.is_some(), saved, "{operation:?}");
    }
    let first = compute::instances()
        .get("farm", "us-central1-a", "vm-1")
        .send(&client)
        .await
        .expect("a machine that is there");
    assert_eq!(first.name.as_deref(), Some("vm-1"));
    let list = compute::instances()
        .list("farm", "us-central1-a")
        .max_results(2);

    let page = list.clone().send(&client).await.expect("one page");
    assert_eq!(page.items.map(|items| items.len()), Some(2));
    assert!(page.next_page_token.is_some());

    let mut pages = 0;
    let mut names = Vec::new();
    let mut visit = list.pages(&client);
    while let Some(page) = visit.try_next().await.expect("a page") {
        pages += 1;
        names.extend(
            page.items
                .unwrap_or_default()
                .into_iter()
                .filter_map(|vm| vm.name),
        );
    }
    assert_eq!((pages, names.len()), (3, 5), "{names:?}");
}
