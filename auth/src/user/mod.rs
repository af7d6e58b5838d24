//! Users: their credentials, the flows in which they authorize an app, and the stores of their tokens.

mod authorized_user;
#[cfg(feature = "user-flows")]
mod device;
#[cfg(feature = "user-flows")]
mod flow;
#[cfg(feature = "user-flows")]
mod installed;
mod signed_in;
mod store;

pub use authorized_user::AuthorizedUser;
#[cfg(feature = "user-flows")]
pub use device::{DeviceAuthorization, DeviceFlow};
#[cfg(feature = "user-flows")]
pub use flow::{ClientSecrets, Flow, PendingAuthorization};
#[cfg(feature = "user-flows")]
pub use installed::{Console, InstalledAppFlow, LocalServer};
#[cfg(feature = "keyring-store")]
pub use store::KeyringStore;
pub use store::{FileStore, MemoryStore, StoreLock, TokenKey, TokenStore};
