//! The methods of Cloud Storage, as the generator would print their tables. A module of all of them would take the compiler longer than their suite takes.

use std::{collections::BTreeMap, sync::LazyLock};

use gapi::{Media, generated::v1};
use gapi_codegen::{
    Options, Source, generate,
    model::{Location, Method, TokenIn, Verb},
};

static API: v1::Api = v1::Api::new("storage", "v1", "", "https://storage.googleapis.com/")
    .with_service_path("storage/v1/");

/// Every method of the document, by resource path and name.
pub(super) static METHODS: LazyLock<BTreeMap<String, Method>> = LazyLock::new(|| {
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/discovery-docs/storage.v1.json"
    );
    let source = Source::new("storage.v1.json", std::fs::read_to_string(file).unwrap());
    let api = generate(&source, &Options::new()).unwrap().api;
    let methods = api.root.all_methods();
    methods.map(|m| (m.path_name.clone(), m.clone())).collect()
});

/// What of a table decides about retries, and where the call goes.
static TABLES: LazyLock<BTreeMap<&'static str, v1::Method>> = LazyLock::new(|| {
    let table = |(name, method): (&'static String, &'static Method)| {
        let required = method.required.iter().map(|p| (p, true));
        let optional = method.optional.iter().map(|p| (p, false));
        let parameters = required.chain(optional).map(|(p, _)| match p.location {
            Location::Path => v1::Parameter::path(&p.wire),
            Location::Query => v1::Parameter::query(&p.wire),
        });
        let slots = method.preconditions.iter().map(|slot| match slot {
            TokenIn::Query(name) => v1::Slot::Query(name),
            TokenIn::Body(path) => v1::Slot::Body(path),
        });
        let mut table = v1::Method::new(&API, verb(method.verb), &method.id, &method.path)
            .with_parameters(Vec::leak(parameters.collect()))
            .with_preconditions(Vec::leak(slots.collect()));
        table.idempotent = method.idempotent;
        table.request_id = method.request_id;
        table.upload = method.upload.as_ref().map(|upload| {
            let mut media = v1::MediaUpload::new();
            media.simple = upload.simple;
            media.resumable = upload.resumable;
            media
        });
        table.download = method
            .download
            .map(|download| v1::MediaDownload::new(download.service));
        (name.as_str(), table)
    };
    METHODS.iter().map(table).collect()
});

fn verb(verb: Verb) -> v1::Verb {
    match verb {
        Verb::Get => v1::Verb::Get,
        Verb::Post => v1::Verb::Post,
        Verb::Put => v1::Verb::Put,
        Verb::Patch => v1::Verb::Patch,
        Verb::Delete => v1::Verb::Delete,
        Verb::Head => v1::Verb::Head,
    }
}

/// What makes a call conditional.
#[derive(Clone, Copy, Debug)]
pub(super) enum Given {
    Nothing,
    /// This parameter.
    Parameter(&'static str),
    /// The `etag` in the body.
    Etag,
}

/// A call with everything that its method requires. The value of every argument is `1`, and that of a condition `generation`.
pub(super) fn call(name: &str, given: Given, generation: u64) -> v1::Call {
    let method = &METHODS[name];
    let mut call = v1::Call::new(&TABLES[name]);
    for parameter in &method.required {
        call = call.with(&parameter.wire, "1".to_owned());
    }
    if let Given::Parameter(name) = given {
        call = call.with(name, generation.to_string());
    }
    let Some(_) = &method.request else {
        return call;
    };
    let mut body = serde_json::Map::new();
    match given {
        Given::Etag => drop(body.insert("etag".to_owned(), "CAE=".into())),
        Given::Nothing | Given::Parameter(_) => {}
    }
    if name == "objects.insert" {
        body.insert("name".to_owned(), "1".into());
    }
    call.with_body(v1::Body::<serde_json::Value>::from(
        serde_json::Value::Object(body),
    ))
}

/// The call with media.
pub(super) fn upload(call: v1::Call, media: Vec<u8>) -> v1::Upload<serde_json::Value> {
    let media = Media::from(media).content_type("application/octet-stream");
    v1::Upload::new(call, media)
}
