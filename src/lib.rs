//! Typed clients for Google's APIs, generated from their Discovery documents.
//!
//! A document becomes a module of plain request values, which one runtime sends:
//!
#![cfg_attr(
    all(feature = "macros", feature = "auth", feature = "rustls"),
    doc = "```no_run"
)]
#![cfg_attr(
    not(all(feature = "macros", feature = "auth", feature = "rustls")),
    doc = "```ignore"
)]
//! gapi::api! {
//!     /// Cloud SQL Admin.
//!     pub mod sqladmin = "sqladmin:v1" { instances.{list, get}, operations.get };
//! }
//! use gapi::{Client, auth::ServiceAccount};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let credentials = ServiceAccount::from_file("service.json")?;
//! let client = Client::new(credentials);
//! let page = sqladmin::instances().list("my-project").max_results(50).send(&client).await?;
//!
//! let mut all = sqladmin::instances().list("my-project").items(&client);
//! while let Some(instance) = all.try_next().await? {
//!     println!("{}", instance.name.as_deref().unwrap_or("?"));
//! }
//! # Ok(()) }
//! # fn main() {}
//! ```
//!
//! [The guide](guide) has all of it in the order in which a new program needs it.
//!
//! A request is data: it can be cloned, stored, sent from any thread, or [inspected](Call::to_http) without being sent. Configure a
//! call with the methods of [`PendingCall`]: time limits, headers, `fields`, and the rest of [`CallOptions`].
//!
//! | task | items |
//! |---|---|
//! | set up a client | [`Client`], [`ClientBuilder`] |
//! | set options for one call | [`PendingCall`], [`CallOptions`] |
//! | read status and headers of a response | [`PendingCall::with_meta`], [`Response`] |
//! | read a part of a response as a type of your own | [`Fields`](trait@Fields) |
//! | write a nested body, or a partial update | [`body!`], [`Patch`] |
//! | read a list, page by page or entry by entry | [`Pages`], [`Items`] |
//! | wait for an operation | [`Wait`], [`OperationStream`] |
//! | read a response as a stream | [`PendingCall::stream`], [`ResponseStream`] |
//! | send or receive bytes instead of JSON | [`HttpBody`] |
//! | receive notifications of changes | [`push`] |
//! | upload or download a file | [`Media`], [`Upload`], [`Download`] |
//! | upload a large file in steps, or resume in another process | [`ResumableUpload`], [`UploadSession`] |
//! | configure retries | [`RetryPolicy`], [`CallOptions::retry`] |
//! | count and measure calls | [`Observer`] |
//! | send many calls in one request | [`Batch`] |
//! | call from code without `async` | `blocking`, with the feature of that name |
//! | test a program without a network | [`mock`] |
//! | find out why a call failed | [`Error`], [`ErrorKind`], [`ErrorDetail`] |
//! | use values of messages | [`value`] |

#![cfg_attr(docsrs, feature(doc_cfg))]

mod batch;
#[cfg(feature = "blocking")]
pub mod blocking;
mod body_macro;
mod client;
mod error;
mod execute;
mod fields;
pub mod generated;
#[cfg(doc)]
pub mod guide;
mod http;
mod media;
mod media_type;
mod method;
pub mod mock;
mod observe;
mod operation;
mod outlined_box;
mod paging;
mod patch;
mod pending;
#[cfg(feature = "jiff")]
pub mod push;
mod redact;
mod request;
mod retry;
mod streaming;
pub mod value;
mod wire;

pub use gapi_auth as auth;
pub use gapi_auth::Credentials;
pub use gapi_transport as transport;

pub use crate::{
    batch::{Batch, BatchHandle, BatchResponses, PendingBatch},
    client::{Client, ClientBuilder, MtlsEndpoint, ScopePolicy},
    error::{
        Error, ErrorDetail, ErrorInfo, ErrorKind, FieldViolation, HelpLink, PreconditionViolation,
        QuotaViolation, ResourceInfo,
    },
    fields::Fields,
    http::HttpRequest,
    media::{
        Chunks, Download, IntoMedia, Media, MediaReader, MediaWriter, PendingUpload, Progress,
        ResumableUpload, StartUpload, Upload, UploadSession,
    },
    observe::{AttemptMetrics, CallMetrics, Observer},
    operation::{LongRunning, OperationStream, Wait},
    paging::{Items, Pages},
    patch::Patch,
    pending::{ConditionalCall, PendingCall},
    request::{
        Call, EntityTag, IntoUpdate, Request,
        argument::Unset,
        body::{Body, HttpBody, IntoBody, RawBody},
        from_response::{FromResponse, Response},
        options::CallOptions,
    },
    retry::RetryPolicy,
    streaming::ResponseStream,
    wire::{Base64, UnknownField, mismatches},
};

/// Tables of APIs and their methods, as [`Call::method`] returns them.
pub mod discovery {
    pub use crate::method::{
        Api, Endpoint, JobShape, Location, MaskOf, MediaDownload, MediaUpload, Method, Operation,
        OperationShape, Paging, Parameter, Patching, Slot, Verb,
    };
}

/// The traits of generated types, for bounds of generic code.
pub mod schema {
    pub use crate::{
        batch::OneCall,
        fields::Part,
        paging::Listed,
        patch::UpdateOf,
        pending::StartsOperation,
        request::argument::{Argument, Arguments, Required},
        wire::{Object, OpenEnum, Param, Wire},
    };
}

/// Generates a module of requests from a Discovery document.
///
/// ```
/// gapi::api! {
///     /// Cloud SQL Admin.
///     pub mod sqladmin = "sqladmin:v1" { instances.{list, get}, operations.get };
///     /// The whole of OAuth2.
///     pub mod oauth2 = "oauth2:v2";
/// }
/// # fn main() {}
/// ```
///
/// The braces contain the selected methods by resource: `instances.{list, get}`, `operations.*` (all methods of a resource),
/// `projects.**` (of its sub-resources too), `type Service` (a schema that no method uses). Without braces, all are generated.
#[cfg(feature = "macros")]
#[macro_export]
macro_rules! api {
    ($($input:tt)*) => {
        $crate::__private::api! { $crate; $($input)* }
    };
}

/// Creates a message of its set properties, without `Some(..)`, `.into()` and `..Default::default()`.
///
/// ```
/// gapi::api! { mod sqladmin = "sqladmin:v1" { instances.insert }; }
///
/// # fn main() {
/// let tier = String::from("db-f1-micro");
/// let body = gapi::body!(sqladmin::DatabaseInstance {
///     name: "db-2",
///     database_version: "POSTGRES_17",
///     settings: {
///         tier,
///         data_disk_size_gb: 20,
///         user_labels: { "team": "blue" },
///         ip_configuration: {
///             authorized_networks: [{ name: "office", value: "192.0.2.0/24" }],
///         },
///     },
///     maintenance_version: null,
/// });
/// assert_eq!(body.settings.as_ref().and_then(|s| s.data_disk_size_gb), Some(20));
/// let request = sqladmin::instances().insert("my-project", body);
/// # let _ = request;
/// # }
/// ```
///
/// The macro returns the message itself, of the type at its beginning. Properties are the fields of that type, and the compiler
/// checks them.
///
/// | you write | it means |
/// |---|---|
/// | `name: expression` | the value, or an `Option` of it; text becomes a `String`, an enum, a time, a duration or a mask where the property is one; integers are converted if they always fit |
/// | `name` | the variable of that name |
/// | `type: expression` | the same for the field `r#type`: keywords are written with or without `r#` |
/// | `name: { .. }` | a message of the property's type |
/// | `name: { "key": value, (expression): value }` | a map, or any JSON where the property takes any |
/// | `name: [a, { .. }]` | a list |
/// | `name: null` | an explicit `null`, which clears the property in a partial update; also for an entry of a map |
/// | `..message` | all other properties as in `message`, or in an `Option` of one; at the end |
/// | `extra: { "newName": 1 }` | a property that is newer than the document |
///
/// A block is written in parentheses: `name: ({ .. })`.
#[cfg(feature = "macros")]
#[macro_export]
macro_rules! body {
    ($($input:tt)*) => {
        $crate::__private::body! { $crate; $($input)* }
    };
}

/// Implements [`Fields`](trait@Fields) for a struct.
#[cfg(feature = "macros")]
pub use gapi_macros::Fields;

/// Support items of the macros.
#[doc(hidden)]
pub mod __private {
    #[cfg(feature = "macros")]
    pub use gapi_macros::{api, body};

    /// What `body!` expands to.
    pub mod body_macro {
        pub use crate::{
            body_macro::*,
            wire::{null_entry, null_field},
        };
    }

    /// What `#[derive(Fields)]` expands to.
    pub mod fields {
        pub use serde_json::Error as JsonError;

        pub use crate::{
            fields::{EXPECTED, Field, FieldSlot, Fields, Part, Readable, page},
            request::from_response::FromResponse,
            wire::{
                Container, Expected, Open, Properties, Selection, View, Wire, from_slice, wire_name,
            },
        };

        /// The type of a field of a schema.
        #[derive(Debug)]
        pub struct Declared<'a, T>(pub &'a Option<T>);

        impl<T> Declared<'_, T> {
            /// Asserts that `U` can hold it.
            pub fn fits<U: Part<T> + Field>(self, _: FieldSlot<U>) {}
        }
    }
}

/// The programs of the repository's front page compile.
#[cfg(all(
    doctest,
    feature = "macros",
    feature = "auth",
    feature = "user-flows",
    feature = "rustls"
))]
#[doc = include_str!("../README.md")]
mod readme {}
