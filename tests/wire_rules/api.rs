//! A small API in the shape that the generator prints, with a method for each rule.

use gapi::generated::v1 as __gapi;

pub(crate) const CLOUD: &str = "https://www.googleapis.com/auth/cloud-platform";

pub(crate) static API: __gapi::Api =
    __gapi::Api::new("things", "v1", "20260101", "https://things.googleapis.com/")
        .with_batch_path("batch/things")
        .with_scopes(&["https://x/auth/things", "https://x/auth/things.readonly"]);

/// With a service path and the data wrapper.
pub(crate) static OLD: __gapi::Api =
    __gapi::Api::new("things", "v1", "20260101", "https://old.googleapis.com/")
        .with_service_path("old/v2/")
        .with_batch_path("batch/old")
        .with_data_wrapper()
        .with_scopes(&["https://x/auth/things", "https://x/auth/things.readonly"]);

macro_rules! method {
    ($table:ident, $request:ident, $response:ty, $id:literal $(, $($feature:tt)+)?) => {
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
.with_parameters(&[__gapi::Parameter::path("bucket")])
.with_patterns(&[(0, 0)])
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

static GET: __gapi::Method =
    __gapi::Method::new(&API, __gapi::Verb::Get, "things.get", "v1/{+name}")
        .with_parameters(&[
            __gapi::Parameter::path("name"),
            __gapi::Parameter::query("view"),
            __gapi::Parameter::query("size"),
            __gapi::Parameter::query("labels").repeated(),
            __gapi::Parameter::query("alt"),
        ])
        .with_scopes(&[CLOUD, "https://x/auth/things"])
        .with_api_version("2026-11-01");
method!(GET, Get, Thing, "things.get");

static PATCH: __gapi::Method = __gapi::Method::new(
    &API,
    __gapi::Verb::Patch,
    "things.patch",
    "v1/b/{bucket}/o/{object}:rename",
)
.with_parameters(&[
    __gapi::Parameter::path("bucket"),
    __gapi::Parameter::path("object"),
])
.with_scopes(&["https://x/auth/things"])
.with_patching(&__gapi::Patching::Merge);
method!(PATCH, Patch, Thing, "things.patch");

/// A PATCH with a mask.
static UPDATE: __gapi::Method =
    __gapi::Method::new(&API, __gapi::Verb::Patch, "things.update", "v1/{+name}")
        .with_parameters(&[
            __gapi::Parameter::path("name"),
            __gapi::Parameter::query("updateMask"),
        ])
        .with_patching(&__gapi::Patching::Mask(
            __gapi::Slot::Query("updateMask"),
            __gapi::MaskOf::Body,
        ));
method!(UPDATE, Update, Thing, "things.update");

pub(crate) static POST: __gapi::Method =
    __gapi::Method::new(&API, __gapi::Verb::Post, "things.create", "v1/things");
method!(POST, Create, Thing, "things.create");

/// Knows requests by an id.
static ADD: __gapi::Method =
    __gapi::Method::new(&API, __gapi::Verb::Post, "things.add", "v1/things:add")
        .with_parameters(&[__gapi::Parameter::query("requestId")])
        .with_request_id();
method!(ADD, Add, Thing, "things.add");

/// Knows the state that a change is meant for, if it is told.
static REPLACE: __gapi::Method =
    __gapi::Method::new(&API, __gapi::Verb::Put, "things.replace", "v1/things/{id}")
        .with_parameters(&[
            __gapi::Parameter::path("id"),
            __gapi::Parameter::query("ifGenerationMatch"),
        ])
        .with_preconditions(&[
            __gapi::Slot::Query("ifGenerationMatch"),
            __gapi::Slot::Body("etag"),
        ]);
method!(REPLACE, Replace, Thing, "things.replace");

/// Known to be harmless when it comes again.
static SETTLED: __gapi::Method = __gapi::Method::new(
    &API,
    __gapi::Verb::Post,
    "things.settled",
    "v1/things:settle",
)
.with_idempotent(true);
method!(SETTLED, Settled, Thing, "things.settled");

/// Known not to be, whatever else is said of it.
static SHARED: __gapi::Method = __gapi::Method::new(
    &API,
    __gapi::Verb::Delete,
    "things.shared",
    "v1/things:share",
)
.with_idempotent(false);
method!(SHARED, Shared, Thing, "things.shared");

static DELETE: __gapi::Method = __gapi::Method::new(
    &API,
    __gapi::Verb::Delete,
    "things.delete",
    "v1/things/{id}",
)
.with_parameters(&[__gapi::Parameter::path("id")])
.without_response();
method!(DELETE, Delete, (), "things.delete");

static OLD_GET: __gapi::Method = __gapi::Method::new(&OLD, __gapi::Verb::Get, "old.get", "thing");
method!(OLD_GET, OldGet, Thing, "old.get");

static TRANSLATE: __gapi::Method =
    __gapi::Method::new(&OLD, __gapi::Verb::Post, "old.translate", "translate");
method!(TRANSLATE, Translate, Thing, "old.translate");

static LIST: __gapi::Method =
    __gapi::Method::new(&API, __gapi::Verb::Get, "things.list", "v1/things")
        .with_parameters(&[
            __gapi::Parameter::query("pageToken"),
            __gapi::Parameter::query("maxResults"),
            __gapi::Parameter::query("labels").repeated(),
            __gapi::Parameter::query("q"),
        ])
        .with_paging(
            __gapi::Paging::new(__gapi::Slot::Query("pageToken"), "nextPageToken")
                .with_size(__gapi::Slot::Query("maxResults"))
                .with_items("items"),
        );
method!(LIST, List, Page, "things.list", items(list items: Thing));

static SEARCH: __gapi::Method = __gapi::Method::new(
    &API,
    __gapi::Verb::Post,
    "things.search",
    "v1/things:search",
)
.with_paging(
    __gapi::Paging::new(__gapi::Slot::Body("pageToken"), "nextPageToken")
        .with_size(__gapi::Slot::Body("pageSize"))
        .with_items("items"),
);
method!(SEARCH, Search, Page, "things.search");

static MAPPED: __gapi::Method =
    __gapi::Method::new(&API, __gapi::Verb::Get, "things.mapped", "v1/mapped")
        .with_parameters(&[__gapi::Parameter::query("pageToken")])
        .with_paging(
            __gapi::Paging::new(__gapi::Slot::Query("pageToken"), "nextPageToken")
                .with_items("items"),
        );
method!(MAPPED, Mapped, MapPage, "things.mapped", items(map items: (String, Thing)));

/// Of an API without batches.
static LABELS: __gapi::Method =
    __gapi::Method::new(&SINGLE, __gapi::Verb::Get, "things.labels", "v1/labels");
static SINGLE: __gapi::Api =
    __gapi::Api::new("things", "v1", "20260101", "https://things.googleapis.com/")
        .with_scopes(&["https://x/auth/things", "https://x/auth/things.readonly"]);
method!(LABELS, Labels, __gapi::BTreeMap<String, i64>, "things.labels");

static ANY: __gapi::Method = __gapi::Method::new(&API, __gapi::Verb::Get, "things.any", "v1/any");
method!(ANY, AnyThing, __gapi::Value, "things.any");

/// With a JSON body and repeated parameters, like YouTube's uploads.
static UPLOAD: __gapi::Method = __gapi::Method::new(
    &API,
    __gapi::Verb::Post,
    "things.upload",
    "v1/{bucket}/things",
)
.with_parameters(&[
    __gapi::Parameter::path("bucket"),
    __gapi::Parameter::query("part").repeated(),
])
.with_upload(
    __gapi::MediaUpload::new()
        .with_accept(&["image/*", "application/octet-stream"])
        .with_max_size(64)
        .with_simple(),
);
method!(UPLOAD, Insert, Thing, "things.upload", upload);

/// Without a JSON body, with a service path and the data wrapper.
static PHOTO: __gapi::Method = __gapi::Method::new(&OLD, __gapi::Verb::Put, "old.photo", "photo")
    .with_upload(__gapi::MediaUpload::new().with_simple().with_resumable());
method!(PHOTO, Photo, Thing, "old.photo", upload);

/// In sessions too.
static VIDEO: __gapi::Method =
    __gapi::Method::new(&API, __gapi::Verb::Post, "things.video", "v1/videos").with_upload(
        __gapi::MediaUpload::new()
            .with_accept(&["*/*"])
            .with_max_size(16 << 20)
            .with_simple()
            .with_resumable(),
    );
method!(VIDEO, Video, Thing, "things.video", upload);

static CONTENT: __gapi::Method =
    __gapi::Method::new(&API, __gapi::Verb::Get, "things.content", "v1/things/{id}")
        .with_parameters(&[
            __gapi::Parameter::path("id"),
            __gapi::Parameter::query("alt"),
            __gapi::Parameter::query("generation"),
            __gapi::Parameter::query("part").repeated(),
        ])
        .with_download(__gapi::MediaDownload::new(true));
method!(CONTENT, Content, Thing, "things.content", download);

static EXPORT: __gapi::Method =
    __gapi::Method::new(&API, __gapi::Verb::Get, "things.export", "v1/things:export")
        .without_response()
        .with_download(__gapi::MediaDownload::new(false));
method!(EXPORT, Export, (), "things.export", download);

/// A schema: its fields, and the table of its properties.
macro_rules! object {
    ($name:ident { $($field:ident: $ty:ty),* } $($table:tt)*) => {
        #[derive(Clone, Default)]
        pub(crate) struct $name {
            $(pub(crate) $field: Option<$ty>,)*
            pub extra: __gapi::Extra,
        }
        __gapi::object!($name $($table)*);
    };
}

object!(Thing {
    name: String,
    size: i64,
    password: String,
    settings: Settings,
    labels: __gapi::BTreeMap<String, String>
} "Thing" secrets["password"], 0 name "name", 1 size "size", 2 password "password", 3 settings "settings", 4 labels "labels");
object!(Settings { disk_size_gb: i64, tier: String, r#type: String }
    "Settings", 0 disk_size_gb "diskSizeGb", 1 tier "tier", 2 r#type "type");
object!(Page { items: Vec<Thing>, next_page_token: String }
    "Page", 0 items "items", 1 next_page_token "nextPageToken");
object!(MapPage { items: __gapi::BTreeMap<String, Thing>, next_page_token: String }
    "MapPage", 0 items "items", 1 next_page_token "nextPageToken");

pub(crate) fn thing(name: &str) -> Thing {
    Thing {
        name: Some(name.into()),
        ..Thing::default()
    }
}
