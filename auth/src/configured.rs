//! Credentials that a file describes, alone or within the file of others.

use std::sync::Arc;

use crate::{Credentials, TokenSource, reach::Reach};

/// A token source that a file describes.
pub(crate) trait Configured: TokenSource + Clone {
    fn reach(&self) -> &Reach;

    /// Sets what these credentials may access, including the credentials that they are based on.
    fn set_reach(&mut self, reach: Reach);
}

/// Credentials within the file of other credentials.
pub(crate) trait Nested: Credentials {
    /// Returns the same credentials with the access of the outer ones.
    fn within(&self, reach: &Reach) -> Arc<dyn Nested>;
}

/// Implements [`Nested`] for a type that wraps a [`Cached`](crate::Cached) source.
#[cfg(feature = "impersonation")]
#[allow(
    unused_macros,
    reason = "alone, impersonation has no types to stand within it"
)]
macro_rules! nested {
    ($type:ty) => {
        impl crate::configured::Nested for $type {
            fn within(
                &self,
                reach: &crate::reach::Reach,
            ) -> std::sync::Arc<dyn crate::configured::Nested> {
                let own = self.0.clone();
                std::sync::Arc::new(Self(own.reaching(|own| *own = reach.clone())))
            }
        }
    };
}
#[cfg(feature = "impersonation")]
#[allow(unused_imports, reason = "as above")]
pub(crate) use nested;
