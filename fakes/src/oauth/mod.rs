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
