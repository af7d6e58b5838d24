//! Users: credentials, flows and stores.

// The endpoint that answers what it is told is the same for every grant.
#[path = "../service_account/support.rs"]
#[allow(dead_code, reason = "some of it concerns keys")]
mod endpoint;

mod client_secrets;
mod console;
mod device;
mod file_store;
mod files;
mod flow;
mod foreign;
mod hostile;
#[cfg(feature = "id-token")]
mod id_tokens;
mod local_server;
#[path = "../service_account/mutate.rs"]
mod mutate;
mod processes;
mod refresh;
mod revoke;
mod rotation;
mod timeouts;
