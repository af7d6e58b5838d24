//! A small API in the shape that the generator prints, with a method for each rule.

use gapi::generated::v1 as __gapi;

pub(crate) const CLOUD: &str = "https://www.googleapis.com/auth/cloud-platform";

pub(crate) static API: __gapi::Api = __gapi::Api {
    name: "things",
    version: "v1",
    revision: "20260101",
    root_url: "https://things.googleapis.com/",
    service_path: "",
    batch_path: "batch/things",
    scopes: &["https://x/auth/things", "https://x/auth/things.readonly"],
    ..__gapi::Api::EMPTY
};

/// With a service path and the data wrapper.
pub(crate) static OLD: __gapi::Api = __gapi::Api {
    root_url: "https://old.googleapis.com/",
    service_path: "old/v2/",
    batch_path: "batch/old",
    data_wrapper: true,
    ..API
};

macro_rules! method {
    ($table:ident, $request:ident, $response:ty, $id:literal) => {
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
            pub(crate) fn send(self, client: &__gapi::Client) -> __gapi::PendingCall<$response> {
                __gapi::PendingCall::new(client, self.0)
            }
            pub(crate) fn pages(self, client: &__gapi::Client) -> __gapi::Pages<$response> {
                __gapi::Pages::new(client, self.0)
            }
            pub(crate) fn to_http(&self) -> Result<__gapi::HttpRequest, __gapi::Error> {
                self.0.to_http()
            }
        }
        impl __gapi::Request for $request {
            type Response = $response;
            fn call(&self) -> &__gapi::Call {
                &self.0
            }
            fn into_call(self) -> __gapi::Call {
                self.0
            }
        }
    };
}

/// With an emulator, regional endpoints and endpoints for client certificates.
pub(crate) static STORAGE: __gapi::Api = __gapi::Api {
    name: "storage",
    version: "v1",
    root_url: "https://storage.googleapis.com/",
    service_path: "storage/v1/",
    mtls_root_url: Some("https://storage.mtls.googleapis.com/"),
    endpoints: &[
        __gapi::Endpoint {
            location: "europe-west1",
            url: "https://storage.europe-west1.rep.googleapis.com/",
        },
        __gapi::Endpoint {
            location: "us-east1",
            url: "https://storage.us-east1.rep.googleapis.com/",
        },
    ],
    patterns: &["[a-z][-a-z0-9]*"],
    ..__gapi::Api::EMPTY
};
static BUCKET: __gapi::Method = __gapi::Method {
    id: "storage.buckets.get",
    path: "b/{bucket}",
    parameters: &[__gapi::Parameter::path("bucket")],
    patterns: &[(0, 0)],
    upload: Some(__gapi::MediaUpload {
        accept: &[],
        max_size: None,
        simple: true,
        resumable: false,
    }),
    ..__gapi::Method::new(&STORAGE, __gapi::Verb::Get)
};
method!(BUCKET, Bucket, Thing, "storage.buckets.get");

pub(crate) static FIRESTORE: __gapi::Api = __gapi::Api {
    name: "firestore",
    root_url: "https://firestore.googleapis.com/",
    ..__gapi::Api::EMPTY
};
static DOCUMENT: __gapi::Method = __gapi::Method {
    id: "firestore.documents.get",
    path: "v1/document",
    ..__gapi::Method::new(&FIRESTORE, __gapi::Verb::Get)
};
method!(DOCUMENT, Document, Thing, "firestore.documents.get");

pub(crate) static SPANNER: __gapi::Api = __gapi::Api {
    name: "spanner",
    root_url: "https://spanner.googleapis.com/",
    ..__gapi::Api::EMPTY
};
static INSTANCE: __gapi::Method = __gapi::Method {
    id: "spanner.instances.get",
    path: "v1/instance",
    ..__gapi::Method::new(&SPANNER, __gapi::Verb::Get)
};
method!(INSTANCE, Instance, Thing, "spanner.instances.get");

static GET: __gapi::Method = __gapi::Method {
    id: "things.get",
    path: "v1/{+name}",
    parameters: &[
        __gapi::Parameter::path("name"),
        __gapi::Parameter::query("view"),
        __gapi::Parameter::query("size"),
        __gapi::Parameter::query("labels").repeated(),
        __gapi::Parameter::query("alt"),
    ],
    scopes: &[CLOUD, "https://x/auth/things"],
    api_version: Some("2026-11-01"),
    ..__gapi::Method::new(&API, __gapi::Verb::Get)
};
method!(GET, Get, Thing, "things.get");

static PATCH: __gapi::Method = __gapi::Method {
    id: "things.patch",
    path: "v1/b/{bucket}/o/{object}:rename",
    parameters: &[
        __gapi::Parameter::path("bucket"),
        __gapi::Parameter::path("object"),
    ],
    scopes: &["https://x/auth/things"],
    patching: Some(&__gapi::Patching::Merge),
    ..__gapi::Method::new(&API, __gapi::Verb::Patch)
};
method!(PATCH, Patch, Thing, "things.patch");

/// A PATCH with a mask.
static UPDATE: __gapi::Method = __gapi::Method {
    id: "things.update",
    path: "v1/{+name}",
    parameters: &[
        __gapi::Parameter::path("name"),
        __gapi::Parameter::query("updateMask"),
    ],
    patching: Some(&__gapi::Patching::Mask(
        __gapi::Slot::Query("updateMask"),
        __gapi::MaskOf::Body,
    )),
    ..__gapi::Method::new(&API, __gapi::Verb::Patch)
};
method!(UPDATE, Update, Thing, "things.update");

pub(crate) static POST: __gapi::Method = __gapi::Method {
    id: "things.create",
    path: "v1/things",
    ..__gapi::Method::new(&API, __gapi::Verb::Post)
};
method!(POST, Create, Thing, "things.create");

/// Knows requests by an id.
static ADD: __gapi::Method = __gapi::Method {
    id: "things.add",
    path: "v1/things:add",
    parameters: &[__gapi::Parameter::query("requestId")],
    request_id: true,
    ..__gapi::Method::new(&API, __gapi::Verb::Post)
};
method!(ADD, Add, Thing, "things.add");

/// Knows the state that a change is meant for, if it is told.
static REPLACE: __gapi::Method = __gapi::Method {
    id: "things.replace",
    path: "v1/things/{id}",
    parameters: &[
        __gapi::Parameter::path("id"),
        __gapi::Parameter::query("ifGenerationMatch"),
    ],
    preconditions: &[
        __gapi::Slot::Query("ifGenerationMatch"),
        __gapi::Slot::Body("etag"),
    ],
    ..__gapi::Method::new(&API, __gapi::Verb::Put)
};
method!(REPLACE, Replace, Thing, "things.replace");

/// Known to be harmless when it comes again.
static SETTLED: __gapi::Method = __gapi::Method {
    id: "things.settled",
    path: "v1/things:settle",
    idempotent: Some(true),
    ..__gapi::Method::new(&API, __gapi::Verb::Post)
};
method!(SETTLED, Settled, Thing, "things.settled");

/// Known not to be, whatever else is said of it.
static SHARED: __gapi::Method = __gapi::Method {
    id: "things.shared",
    path: "v1/things:share",
    idempotent: Some(false),
    ..__gapi::Method::new(&API, __gapi::Verb::Delete)
};
method!(SHARED, Shared, Thing, "things.shared");

static DELETE: __gapi::Method = __gapi::Method {
    id: "things.delete",
    path: "v1/things/{id}",
    parameters: &[__gapi::Parameter::path("id")],
    has_response: false,
    ..__gapi::Method::new(&API, __gapi::Verb::Delete)
};
method!(DELETE, Delete, (), "things.delete");

static OLD_GET: __gapi::Method = __gapi::Method {
    id: "old.get",
    path: "thing",
    ..__gapi::Method::new(&OLD, __gapi::Verb::Get)
};
method!(OLD_GET, OldGet, Thing, "old.get");

static TRANSLATE: __gapi::Method = __gapi::Method {
    id: "old.translate",
    path: "translate",
    ..__gapi::Method::new(&OLD, __gapi::Verb::Post)
};
method!(TRANSLATE, Translate, Thing, "old.translate");

static LIST: __gapi::Method = __gapi::Method {
    id: "things.list",
    path: "v1/things",
    parameters: &[
        __gapi::Parameter::query("pageToken"),
        __gapi::Parameter::query("maxResults"),
        __gapi::Parameter::query("labels").repeated(),
        __gapi::Parameter::query("q"),
    ],
    paging: Some(__gapi::Paging {
        token: __gapi::PagingSlot::query("pageToken"),
        next: "nextPageToken",
        size: Some(__gapi::PagingSlot::query("maxResults")),
        items: Some("items"),
    }),
    ..__gapi::Method::new(&API, __gapi::Verb::Get)
};
method!(LIST, List, Page, "things.list");

impl List {
    pub(crate) fn items(self, client: &__gapi::Client) -> __gapi::Items<Page, Thing> {
        __gapi::Items::list(client, self.0, |page| page.items.take())
    }
}

static SEARCH: __gapi::Method = __gapi::Method {
    id: "things.search",
    path: "v1/things:search",
    paging: Some(__gapi::Paging {
        token: __gapi::PagingSlot::body("pageToken"),
        next: "nextPageToken",
        size: Some(__gapi::PagingSlot::body("pageSize")),
        items: Some("items"),
    }),
    ..__gapi::Method::new(&API, __gapi::Verb::Post)
};
method!(SEARCH, Search, Page, "things.search");

static MAPPED: __gapi::Method = __gapi::Method {
    id: "things.mapped",
    ..LIST_COPY
};
const LIST_COPY: __gapi::Method = __gapi::Method {
    path: "v1/mapped",
    parameters: &[__gapi::Parameter::query("pageToken")],
    paging: Some(__gapi::Paging {
        token: __gapi::PagingSlot::query("pageToken"),
        next: "nextPageToken",
        size: None,
        items: Some("items"),
    }),
    ..__gapi::Method::new(&API, __gapi::Verb::Get)
};
method!(MAPPED, Mapped, MapPage, "things.mapped");

impl Mapped {
    pub(crate) fn items(self, client: &__gapi::Client) -> __gapi::Items<MapPage, (String, Thing)> {
        __gapi::Items::map(client, self.0, |page| page.items.take())
    }
}

/// Of an API without batches.
static LABELS: __gapi::Method = __gapi::Method {
    id: "things.labels",
    path: "v1/labels",
    ..__gapi::Method::new(&SINGLE, __gapi::Verb::Get)
};
static SINGLE: __gapi::Api = __gapi::Api {
    batch_path: "",
    ..API
};
method!(LABELS, Labels, __gapi::BTreeMap<String, i64>, "things.labels");

static ANY: __gapi::Method = __gapi::Method {
    id: "things.any",
    path: "v1/any",
    ..__gapi::Method::new(&API, __gapi::Verb::Get)
};
method!(ANY, AnyThing, __gapi::Value, "things.any");

/// With a JSON body and repeated parameters, like YouTube's uploads.
static UPLOAD: __gapi::Method = __gapi::Method {
    id: "things.upload",
    path: "v1/{bucket}/things",
    parameters: &[
        __gapi::Parameter::path("bucket"),
        __gapi::Parameter::query("part").repeated(),
    ],
    upload: Some(__gapi::MediaUpload {
        accept: &["image/*", "application/octet-stream"],
        max_size: Some(64),
        simple: true,
        resumable: false,
    }),
    ..__gapi::Method::new(&API, __gapi::Verb::Post)
};
method!(UPLOAD, Insert, Thing, "things.upload");

impl Insert {
    pub(crate) fn upload(self, media: impl Into<__gapi::Media>) -> __gapi::Upload<Thing> {
        __gapi::Upload::new(self.0, media)
    }
}

/// Without a JSON body, with a service path and the data wrapper.
static PHOTO: __gapi::Method = __gapi::Method {
    id: "old.photo",
    path: "photo",
    upload: Some(__gapi::MediaUpload {
        accept: &[],
        max_size: None,
        simple: true,
        resumable: true,
    }),
    ..__gapi::Method::new(&OLD, __gapi::Verb::Put)
};
method!(PHOTO, Photo, Thing, "old.photo");

impl Photo {
    pub(crate) fn upload(self, media: impl Into<__gapi::Media>) -> __gapi::Upload<Thing> {
        __gapi::Upload::new(self.0, media)
    }
}

/// In sessions too.
static VIDEO: __gapi::Method = __gapi::Method {
    id: "things.video",
    path: "v1/videos",
    upload: Some(__gapi::MediaUpload {
        accept: &["*/*"],
        max_size: Some(16 << 20),
        simple: true,
        resumable: true,
    }),
    ..__gapi::Method::new(&API, __gapi::Verb::Post)
};
method!(VIDEO, Video, Thing, "things.video");

impl Video {
    pub(crate) fn upload(self, media: impl Into<__gapi::Media>) -> __gapi::Upload<Thing> {
        __gapi::Upload::new(self.0, media)
    }
}

static CONTENT: __gapi::Method = __gapi::Method {
    id: "things.content",
    path: "v1/things/{id}",
    parameters: &[
        __gapi::Parameter::path("id"),
        __gapi::Parameter::query("alt"),
        __gapi::Parameter::query("generation"),
        __gapi::Parameter::query("part").repeated(),
    ],
    download: Some(__gapi::MediaDownload { service: true }),
    ..__gapi::Method::new(&API, __gapi::Verb::Get)
};
method!(CONTENT, Content, Thing, "things.content");

impl Content {
    pub(crate) fn download(self, client: &__gapi::Client) -> __gapi::Download {
        __gapi::Download::new(client, self.0)
    }
}

static EXPORT: __gapi::Method = __gapi::Method {
    id: "things.export",
    path: "v1/things:export",
    has_response: false,
    download: Some(__gapi::MediaDownload { service: false }),
    ..__gapi::Method::new(&API, __gapi::Verb::Get)
};
method!(EXPORT, Export, (), "things.export");

impl Export {
    pub(crate) fn download(self, client: &__gapi::Client) -> __gapi::Download {
        __gapi::Download::new(client, self.0)
    }
}

macro_rules! object {
    ($name:ident, [$($secret:literal),*], $($index:literal $wire:literal $field:ident: $ty:ty),*) => {
        #[derive(Clone, Default)]
        pub(crate) struct $name {
            $(pub(crate) $field: Option<$ty>,)*
            pub extra: __gapi::Extra,
        }
        impl __gapi::Object for $name {
            const NAME: &'static str = stringify!($name);
            const PROPERTIES: &'static [&'static str] = &[$($wire),*];
            const SECRETS: &'static [&'static str] = &[$($secret),*];
            fn property(&self, index: usize) -> __gapi::PropertyRef<'_> {
                match index { $($index => __gapi::field(&self.$field),)* _ => __gapi::no_field() }
            }
            fn property_mut(&mut self, name: &str) -> __gapi::PropertyMut<'_> {
                match name { $($wire => __gapi::field_mut(&mut self.$field),)* _ => __gapi::no_field_mut() }
            }
            fn extra(&self) -> &__gapi::Extra {
                &self.extra
            }
            fn extra_mut(&mut self) -> &mut __gapi::Extra {
                &mut self.extra
            }
        }
        __gapi::object!($name);
    };
}

object!(Thing, ["password"], 0 "name" name: String, 1 "size" size: i64, 2 "password" password: String, 3 "settings" settings: Settings, 4 "labels" labels: __gapi::BTreeMap<String, String>);
object!(Settings, [], 0 "diskSizeGb" disk_size_gb: i64, 1 "tier" tier: String, 2 "type" r#type: String);
object!(Page, [], 0 "items" items: Vec<Thing>, 1 "nextPageToken" next_page_token: String);
object!(MapPage, [], 0 "items" items: __gapi::BTreeMap<String, Thing>, 1 "nextPageToken" next_page_token: String);

pub(crate) fn thing(name: &str) -> Thing {
    Thing {
        name: Some(name.into()),
        ..Thing::default()
    }
}
