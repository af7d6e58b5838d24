//! Credentials that a file describes, alone or within the file of others.

use std::sync::Arc;

use crate::{Credentials, TokenSource, reach::Reach};

/// A token source that a file describes.
pub(crate) trait Configured: TokenSource + Clone {
    fn reach(&self) -> &Reach;

    /// Sets what these credentials may access, including the credentials that they are based on.
    fn set_reach(&mut self, reach: Reach);
}

/// Implements [`Configured`] for a source with a field `reach`, its own or one of its settings.
#[cfg(any(
    feature = "service-account",
    feature = "authorized-user",
    feature = "external-account",
    feature = "gdch"
))]
macro_rules! configured {
    ($source:ty $(, $field:ident)?) => {
        impl crate::configured::Configured for $source {
            fn reach(&self) -> &crate::reach::Reach {
                &self$(.$field)?.reach
            }

            fn set_reach(&mut self, reach: crate::reach::Reach) {
                self$(.$field)?.reach = reach;
            }
        }
    };
}
#[cfg(any(
    feature = "service-account",
    feature = "authorized-user",
    feature = "external-account",
    feature = "gdch"
))]
pub(crate) use configured;

/// Credentials within the file of other credentials.
pub(crate) trait Nested: Credentials {
    /// Returns the same credentials with the access of the outer ones.
    fn within(&self, reach: &Reach) -> Arc<dyn Nested>;
}

/// Implements [`Nested`] for a type that wraps a [`Cached`](crate::Cached) source.
#[cfg(feature = "impersonation")]
#[allow(unused_macros, reason = "impersonation alone has no nested types")]
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
