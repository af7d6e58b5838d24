//! Service accounts of Google Distributed Cloud (air-gapped).

mod source;

use self::source::Source;
use crate::{
    Cached, Credentials,
    facade::{cached_facade, file_constructors, setters},
};

/// A service identity of [Google Distributed Cloud](https://docs.cloud.google.com/distributed-cloud/hosted/docs/latest/gdch/application/ao-user/iam/service-identities),
/// which has its own token server and often its own certificate authority.
///
/// Tokens are for one [`audience`](Self::audience), which must be set: the URL of the API. The file names the token server. It contains a
/// private key and is trusted, unless [`url_policy`](Self::url_policy) is set.
///
/// Constructors send no requests. Tokens are cached as [`Cached`] describes. Clones share the cache; setters empty it.
#[derive(Clone)]
pub struct GdchServiceAccount(Cached<Source>);

impl GdchServiceAccount {
    file_constructors!(
        GdchServiceAccount,
        "gdch_service_account",
        "service identity",
        source
    );

    setters! {
        ///
        /// It is the URL of the API that is called.
        audience,
        environment,
        url_policy,
        ///
        /// It must trust the certificate of the token server, because `ca_cert_path` of the file is not read then.
        transport,
        clock,
        retry,
    }

    /// Returns the name of the service identity.
    pub fn name(&self) -> &str {
        &self.0.source().identity.name
    }

    /// Returns the project of the service identity.
    pub fn project(&self) -> &str {
        &self.0.source().identity.project
    }
}

cached_facade!(GdchServiceAccount, Source);

impl Credentials for GdchServiceAccount {
    crate::credentials::forward!(
        headers,
        reject,
        universe_domain,
        quota_project,
        describe,
        metrics,
        has_time_limit
    );
}
