//! The requests of the tests. Those of the API `things` are generated from a document; here they get setters by name. What no document
//! can declare, and what needs another API, is a table made with the constructors that generated code uses.

use gapi::generated::v1 as __gapi;

#[allow(unused_imports, reason = "each test program uses a part")]
pub(crate) use self::things::{
    API, MapPage, Page, Settings, Thing, scope::CLOUD_PLATFORM as CLOUD, things::CREATE as POST,
};

// Generated from `codegen/tests/documents/things.json`, and compared with it by the tests of the goldens.
#[path = "../goldens/src/forms/things.rs"]
mod things;

macro_rules! method {
    ($table:expr, $request:ident, $response:ty, $id:literal $(, $($feature:tt)+)?) => {
        #[derive(Clone, Debug)]
        pub(crate) struct $request(__gapi::Call);
        #[allow(dead_code)] // No request needs all of it.
        impl $request {
            pub(crate) fn new() -> Self {
                Self(__gapi::Call::new(&$table))
            }
            pub(crate) fn set(self, name: &'static str, value: impl __gapi::Param) -> Self {
                Self(self.0.with(name, value))
            }
            pub(crate) fn all<P: __gapi::Param>(
                self,
                name: &'static str,
                values: impl IntoIterator<Item = P>,
            ) -> Self {
                Self(self.0.with_all(name, values))
            }
            pub(crate) fn body(self, body: impl __gapi::IntoUpdate<Thing>) -> Self {
                Self(self.0.with_update(body))
            }
        }
        __gapi::request!($request $id: $response, pages $(, $($feature)+)?);
    };
}

method!(things::things::GET, Get, Thing, "things.get");
method!(things::things::PATCH, Patch, Thing, "things.patch");
method!(things::things::UPDATE, Update, Thing, "things.update");
method!(things::things::CREATE, Create, Thing, "things.create");
method!(things::things::ADD, Add, Thing, "things.add");
method!(things::things::REPLACE, Replace, Thing, "things.replace");
method!(things::things::DELETE, Delete, (), "things.delete");
method!(things::things::LIST, List, Page, "things.list", items(list items: Thing));
method!(things::things::SEARCH, Search, Page, "things.search");
method!(things::things::MAPPED, Mapped, MapPage, "things.mapped", items(map items: (String, Thing)));
method!(things::things::ANY, AnyThing, __gapi::Value, "things.any");
method!(
    things::things::INSERT,
    Insert,
    Thing,
    "things.upload",
    upload
);
method!(things::things::VIDEO, Video, Thing, "things.video", upload);
method!(
    things::things::CONTENT,
    Content,
    Thing,
    "things.content",
    download
);
method!(
    things::things::EXPORT,
    Export,
    (),
    "things.export",
    download
);

/// With a service path and the data wrapper.
pub(crate) static OLD: __gapi::Api =
    __gapi::Api::new("things", "v1", "20260101", "https://old.googleapis.com/")
        .with_service_path("old/v2/")
        .with_batch_path("batch/old")
        .with_data_wrapper()
        .with_scopes(&["https://x/auth/things", "https://x/auth/things.readonly"]);

/// Declared as idempotent.
static SETTLED: __gapi::Method = __gapi::Method::new(
    &API,
    __gapi::Verb::Post,
    "things.settled",
    "v1/things:settle",
)
.with_idempotent(true);
method!(SETTLED, Settled, Thing, "things.settled");

/// Declared as not idempotent, although it is a DELETE.
static SHARED: __gapi::Method = __gapi::Method::new(
    &API,
    __gapi::Verb::Delete,
    "things.shared",
    "v1/things:share",
)
.with_idempotent(false);
method!(SHARED, Shared, Thing, "things.shared");

static OLD_GET: __gapi::Method = __gapi::Method::new(&OLD, __gapi::Verb::Get, "old.get", "thing");
method!(OLD_GET, OldGet, Thing, "old.get");

static TRANSLATE: __gapi::Method =
    __gapi::Method::new(&OLD, __gapi::Verb::Post, "old.translate", "translate");
method!(TRANSLATE, Translate, Thing, "old.translate");

/// Without a JSON body, with a service path and the data wrapper.
static PHOTO: __gapi::Method = __gapi::Method::new(&OLD, __gapi::Verb::Put, "old.photo", "photo")
    .with_upload(__gapi::MediaUpload::new().with_simple().with_resumable());
method!(PHOTO, Photo, Thing, "old.photo", upload);

/// A method of an API without batches.
static LABELS: __gapi::Method =
    __gapi::Method::new(&SINGLE, __gapi::Verb::Get, "things.labels", "v1/labels");
static SINGLE: __gapi::Api =
    __gapi::Api::new("things", "v1", "20260101", "https://things.googleapis.com/")
        .with_scopes(&["https://x/auth/things", "https://x/auth/things.readonly"]);
method!(LABELS, Labels, __gapi::BTreeMap<String, i64>, "things.labels");

/// With an emulator, regional endpoints and endpoints for client certificates.
pub(crate) static STORAGE: __gapi::Api =
    __gapi::Api::new("storage", "v1", "", "https://storage.googleapis.com/")
        .with_service_path("storage/v1/")
        .with_mtls_root_url("https://storage.mtls.googleapis.com/")
        .with_endpoints(&[
            __gapi::Endpoint::new(
                "europe-west1",
                "https://storage.europe-west1.rep.googleapis.com/",
            ),
            __gapi::Endpoint::new("us-east1", "https://storage.us-east1.rep.googleapis.com/"),
        ])
        .with_patterns(&["[a-z][-a-z0-9]*"]);
static BUCKET: __gapi::Method = __gapi::Method::new(
    &STORAGE,
    __gapi::Verb::Get,
    "storage.buckets.get",
    "b/{bucket}",
)
.with_parameters(&[
    __gapi::Parameter::path("bucket"),
    __gapi::Parameter::query("maxResults"),
])
.with_patterns(&[(0, 0)])
.with_ranges(&[(1, "1", "500")])
.with_upload(__gapi::MediaUpload::new().with_simple());
method!(BUCKET, Bucket, Thing, "storage.buckets.get");

pub(crate) static FIRESTORE: __gapi::Api =
    __gapi::Api::new("firestore", "", "", "https://firestore.googleapis.com/");
static DOCUMENT: __gapi::Method = __gapi::Method::new(
    &FIRESTORE,
    __gapi::Verb::Get,
    "firestore.documents.get",
    "v1/document",
);
method!(DOCUMENT, Document, Thing, "firestore.documents.get");

pub(crate) static SPANNER: __gapi::Api =
    __gapi::Api::new("spanner", "", "", "https://spanner.googleapis.com/");
static INSTANCE: __gapi::Method = __gapi::Method::new(
    &SPANNER,
    __gapi::Verb::Get,
    "spanner.instances.get",
    "v1/instance",
);
method!(INSTANCE, Instance, Thing, "spanner.instances.get");

pub(crate) fn thing(name: &str) -> Thing {
    Thing {
        name: Some(name.into()),
        ..Thing::default()
    }
}
