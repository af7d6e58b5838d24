//! Users: their credentials, the flows in which they authorize an app, and the stores that keep what they granted.

mod authorized_user;
mod post;
mod store;

pub use authorized_user::AuthorizedUser;
pub use store::{MemoryStore, StoreLock, TokenKey, TokenStore};
