//! What the benchmarks decode: a page of Cloud SQL instances, as generated types and as serde derives of the same fields.

use serde::{Deserialize, Serialize};

gapi::api! {
    /// Cloud SQL Admin, the methods that the benchmarks call.
    pub mod sqladmin = "sqladmin:v1" { instances.list };
}

gapi::api! {
    /// Google Tasks, the methods that the benchmarks and `queue` call.
    pub mod tasks = "tasks:v1" { tasklists.{get, insert} };
}

include!(concat!(env!("OUT_DIR"), "/modules.rs"));

/// The same page with serde's derives, as a program would write it: known fields only.
pub mod by_hand {
    use std::collections::BTreeMap;

    use super::{Deserialize, Serialize};

    /// A page.
    #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase", default)]
    #[allow(missing_docs)]
    pub struct Page {
        pub kind: Option<String>,
        pub items: Option<Vec<Instance>>,
        pub next_page_token: Option<String>,
    }

    /// An instance, as far as [`super::page`] fills it.
    #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase", default)]
    #[allow(missing_docs)]
    pub struct Instance {
        pub kind: Option<String>,
        pub name: Option<String>,
        pub project: Option<String>,
        pub region: Option<String>,
        pub state: Option<String>,
        pub database_version: Option<String>,
        pub connection_name: Option<String>,
        pub create_time: Option<String>,
        pub etag: Option<String>,
        pub self_link: Option<String>,
        pub ip_addresses: Option<Vec<Address>>,
        pub settings: Option<Settings>,
    }

    /// A task list.
    #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase", default)]
    #[allow(missing_docs)]
    pub struct TaskList {
        pub kind: Option<String>,
        pub id: Option<String>,
        pub etag: Option<String>,
        pub title: Option<String>,
        pub updated: Option<String>,
        pub self_link: Option<String>,
    }

    /// An address.
    #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase", default)]
    #[allow(missing_docs)]
    pub struct Address {
        #[serde(rename = "type")]
        pub kind: Option<String>,
        pub ip_address: Option<String>,
    }

    /// Settings.
    #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase", default)]
    #[allow(missing_docs)]
    pub struct Settings {
        pub kind: Option<String>,
        pub tier: Option<String>,
        pub settings_version: Option<String>,
        pub storage_auto_resize: Option<bool>,
        pub data_disk_size_gb: Option<String>,
        pub user_labels: Option<BTreeMap<String, String>>,
    }
}

/// The JSON of a page of `instances` instances.
#[must_use]
pub fn page(instances: usize) -> String {
    let items: Vec<_> = (0..instances)
        .map(|n| {
            serde_json::json!({
                "kind": "sql#instance",
                "name": format!("db-{n}"),
                "project": "example-123",
                "region": "europe-west1",
                "state": "RUNNABLE",
                "databaseVersion": "POSTGRES_17",
                "connectionName": format!("example-123:europe-west1:db-{n}"),
                "createTime": "2026-03-14T15:09:26.535Z",
                "etag": "3f8a0c1d",
                "selfLink": format!("https://sqladmin.googleapis.com/v1/projects/example-123/instances/db-{n}"),
                "ipAddresses": [{"type": "PRIMARY", "ipAddress": "203.0.113.7"}],
                "settings": {
                    "kind": "sql#settings",
                    "tier": "db-custom-2-7680",
                    "settingsVersion": "42",
                    "storageAutoResize": true,
                    "dataDiskSizeGb": "250",
                    "userLabels": {"team": "checkout", "tier": "gold"},
                },
            })
        })
        .collect();
    serde_json::json!({"kind": "sql#instancesList", "items": items, "nextPageToken": "next"})
        .to_string()
}
