//! gapi against servers and clients that others wrote, each in a module of its name.

mod bqemulator;
mod command;
mod fake_gcs_server;
mod federation;
mod gcp_storage_emulator;
mod gcplocal;
mod google_drive_mock;
mod metadata_clients;
mod oidc_provider;
mod users;
