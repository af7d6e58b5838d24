//! The token endpoint of Google's OAuth server, as service accounts use it (RFC 7523), and the tokens that it issues.

mod assertion;
mod bearer;
mod endpoint;
mod tokens;
mod users;

pub use bearer::Audience;
pub use endpoint::TokenEndpoint;
pub use tokens::Grant;
pub use users::{AuthorizationServer, Decision};

use serde_json::{Value, json};

use crate::Reply;

/// An OAuth error: status, code, description.
pub(crate) type Refused = (u16, &'static str, String);

/// Returns the response of a token endpoint.
pub(crate) fn reply(outcome: Result<Value, Refused>) -> Reply {
    match outcome {
        Ok(value) => Reply::json(200, &value),
        Err((status, error, description)) => Reply::json(
            status,
            &json!({"error": error, "error_description": description}),
        ),
    }
}
