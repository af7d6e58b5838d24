//! No secret is ever shown. `tests/canary` finds every public type of `gapi`, `gapi-auth` and `gapi-transport` in their
//! sources, puts a canary wherever a secret can be, and looks for it in all that is displayed or traced. The library has
//! the generated modules for it.

gapi::api! {
    /// Cloud SQL: passwords of users, keys of certificates.
    pub mod sqladmin = "../../discovery-docs/sqladmin.v1.json" { instances.{list, get, insert, patch}, users.*, sslCerts.* };
    /// Secret Manager: payloads.
    pub mod secretmanager = "../../discovery-docs/secretmanager.v1.json" { projects.secrets.addVersion, projects.secrets.versions.access };
    /// Drive: what people keep in files.
    pub mod drive = "../../discovery-docs/drive.v3.json" { files.{create, get} };
}
