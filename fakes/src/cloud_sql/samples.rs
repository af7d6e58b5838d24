//! Instances to begin with.

use serde_json::{Value, json};

/// A new instance with what the server fills in.
pub(super) fn instance(project: &str, name: &str, tier: &str) -> Value {
    json!({
        "kind": "sql#instance",
        "name": name,
        "project": project,
        "state": "RUNNABLE",
        "backendType": "SECOND_GEN",
        "instanceType": "CLOUD_SQL_INSTANCE",
        "databaseVersion": "POSTGRES_17",
        "region": "us-central1",
        "connectionName": format!("{project}:us-central1:{name}"),
        "selfLink": format!("https://sqladmin.googleapis.com/v1/projects/{project}/instances/{name}"),
        "createTime": "2026-03-01T09:30:00.250Z",
        "ipAddresses": [{"type": "PRIMARY", "ipAddress": "203.0.113.10"}],
        "settings": {
            "kind": "sql#settings",
            "settingsVersion": "1",
            "tier": tier,
            "activationPolicy": "ALWAYS",
            "availabilityType": "ZONAL",
            "dataDiskType": "PD_SSD",
            "dataDiskSizeGb": "10",
            "storageAutoResize": true,
        },
    })
}

/// Seven instances that differ in what listings show.
pub(super) fn instances(project: &str) -> Vec<Value> {
    let samples = [
        (
            "analytics",
            "RUNNABLE",
            "POSTGRES_17",
            "europe-west1",
            "db-custom-8-30720",
            "2048",
            "data",
        ),
        (
            "billing",
            "RUNNABLE",
            "POSTGRES_16",
            "europe-west1",
            "db-custom-4-15360",
            "500",
            "finance",
        ),
        (
            "legacy-crm",
            "SUSPENDED",
            "MYSQL_5_7",
            "us-central1",
            "db-n1-standard-2",
            "100",
            "sales",
        ),
        (
            "orders",
            "RUNNABLE",
            "MYSQL_8_4",
            "us-east1",
            "db-custom-4-26624",
            "750",
            "web",
        ),
        (
            "orders-replica",
            "RUNNABLE",
            "MYSQL_8_4",
            "us-west1",
            "db-custom-4-26624",
            "750",
            "web",
        ),
        (
            "reports",
            "MAINTENANCE",
            "SQLSERVER_2022_STANDARD",
            "europe-west4",
            "db-custom-2-8192",
            "250",
            "data",
        ),
        (
            "staging",
            "RUNNABLE",
            "POSTGRES_18",
            "us-central1",
            "db-f1-micro",
            "10",
            "web",
        ),
    ];
    samples
        .into_iter()
        .map(|(name, state, version, region, tier, disk, team)| {
            let mut instance = instance(project, name, tier);
            instance["state"] = state.into();
            instance["databaseVersion"] = version.into();
            instance["region"] = region.into();
            instance["connectionName"] = format!("{project}:{region}:{name}").into();
            instance["settings"]["dataDiskSizeGb"] = disk.into();
            instance["settings"]["userLabels"] = json!({"team": team});
            if name == "orders-replica" {
                instance["instanceType"] = "READ_REPLICA_INSTANCE".into();
                instance["masterInstanceName"] = format!("{project}:orders").into();
            }
            instance
        })
        .collect()
}
