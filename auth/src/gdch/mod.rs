//! Service accounts of Google Distributed Cloud (air-gapped).

mod file;
mod key;
mod source;

use self::source::Source;
use crate::{
    Cached, Credentials,
    facade::{cached_facade, file_constructors, setters},
};

const NEEDED: &str = "a service identity of Google Distributed Cloud is needed, as `gdcloud iam service-accounts keys create` writes it";

/// A service identity of [Google Distributed Cloud](https://docs.cloud.google.com/distributed-cloud/hosted/docs/latest/gdch/application/ao-user/iam/service-identities),
/// which has a token server of its own and often a certificate authority of its own.
///
/// Tokens are for one [`audience`](Self::audience), which has to be set: the URL of the API. The token server is the one that the file
/// names; the file holds a private key and is trusted as one, unless [`url_policy`](Self::url_policy) says otherwise.
///
/// Building one touches no network. Tokens are cached as [`Cached`] describes; clones share the cache, and every setter empties it.
#[derive(Clone)]
pub struct GdchServiceAccount(Cached<Source>);

impl GdchServiceAccount {
    file_constructors!(
        GdchServiceAccount,
        "gdch_service_account",
        "service identity"
    );

    setters! {
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

    /// The service identity's name.
    pub fn name(&self) -> &str {
        &self.0.source().identity.name
    }

    /// The project that it belongs to.
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
