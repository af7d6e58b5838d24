//! Users: credentials, flows and stores.

use crate::{mutate, service_account::support as endpoint};

mod client_secrets;
mod console;
mod device;
mod file_store;
mod files;
mod flow;
mod hostile;
mod id_tokens;
mod local_server;
mod malformed;
mod processes;
mod refresh;
mod revoke;
mod rotation;
mod timeouts;
