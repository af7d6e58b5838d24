//! What transports of tests read of a request besides the request itself.

use std::sync::Arc;

use crate::method::Method;

/// The method of a request. It is among the extensions of the HTTP request.
#[derive(Clone, Debug)]
pub(crate) struct CallInfo {
    pub(crate) method: &'static Method,
    /// The methods of a batch, in the order of its parts.
    pub(crate) parts: Option<Arc<[&'static Method]>>,
}
