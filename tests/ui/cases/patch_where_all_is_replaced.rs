//! A patch has only what changed: a method that replaces would remove the rest.

gapi::api! { mod bigquery = "../../../discovery-docs/bigquery.v2.json" { datasets.{patch, update} }; }

fn main() {
    let before = bigquery::Dataset::default();
    let mut after = before.clone();
    after.friendly_name = Some("fn".into());
    let patch = gapi::Patch::between(&before, &after);
    let _ = bigquery::datasets().patch("p", "d", &patch);
    let _ = bigquery::datasets().update("p", "d", &patch);
    let _ = bigquery::datasets().update("p", "d", 5);
    let _ = bigquery::datasets().patch("p", "d", 5);
}
