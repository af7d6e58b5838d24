//! Parameters, media, operations, and the API's own facts.

use gapi_codegen::model::{Location, OperationShape, Parameter, Verb};

use crate::support::*;

fn wires(parameters: &[Parameter]) -> Vec<&str> {
    parameters
        .iter()
        .map(|parameter| &*parameter.wire)
        .collect()
}

#[test]
fn required_parameters_are_positional_in_their_order() {
    let api = api("parameters");
    let find = method(&api, "things.find");
    // `many` is required, but the order of the document leaves it out.
    assert_eq!(wires(&find.required), ["zeta", "need", "alpha", "many"]);
    let locations: Vec<Location> = find
        .required
        .iter()
        .map(|parameter| parameter.location)
        .collect();
    assert_eq!(
        locations,
        [
            Location::Path,
            Location::Query,
            Location::Path,
            Location::Query
        ]
    );
    assert!(find.required[3].repeated && !find.required[1].repeated);
}

#[test]
fn optional_parameters_are_typed() {
    let api = api("parameters");
    let find = method(&api, "things.find");
    let found: Vec<(&str, String)> = find
        .optional
        .iter()
        .map(|parameter| (&*parameter.ident, spell(&api, &parameter.ty)))
        .collect();
    let expected = [
        // An integer by its format, but its pattern allows any text.
        ("account", "String"),
        ("extensions", "String"),
        ("flag", "Bool"),
        ("key", "String"),
        ("labels", "String"),
        ("mask", "FieldMask"),
        ("max", "I32"),
        ("size", "I64"),
        ("source_android_app_package_name", "String"),
        ("when", "DateTime"),
    ];
    assert_eq!(found, expected.map(|(ident, ty)| (ident, ty.to_owned())));
    let max = &find.optional[6].notes;
    assert_eq!(
        (
            max.default.as_deref(),
            max.minimum.as_deref(),
            max.maximum.as_deref()
        ),
        (Some("50"), Some("1"), Some("500"))
    );
}

#[test]
fn a_global_parameter_that_is_listed_again_is_left_out() {
    let api = api("parameters");
    let find = method(&api, "things.find");
    assert!(!wires(&find.optional).contains(&"fields"));
    // The same name with another meaning stays.
    assert!(wires(&find.optional).contains(&"key"));
    assert_eq!(wires(&method(&api, "things.secretKey").required), ["key"]);
}

#[test]
fn media_is_known() {
    let api = api("media");
    let upload = |path: &str| method(&api, path).upload.clone();
    let insert = upload("files.insert").unwrap();
    assert_eq!(
        (insert.accept, insert.max_size),
        (vec!["*/*".to_owned()], Some(10 << 30))
    );
    assert!(insert.simple && insert.resumable);
    let photo = upload("files.photo").unwrap();
    assert_eq!(photo.accept, ["image/png", "image/jpeg"]);
    assert_eq!(
        (photo.max_size, photo.simple, photo.resumable),
        (None, true, false)
    );
    assert!(upload("files.get").is_none());
    let download = |path: &str| method(&api, path).download.map(|download| download.service);
    assert_eq!(
        (
            download("files.get"),
            download("files.export"),
            download("files.insert")
        ),
        (Some(true), Some(false), None)
    );
}

#[test]
fn operations_find_the_method_that_polls_them() {
    let api = api("operations");
    let operation = |path: &str| {
        method(&api, path)
            .operation
            .as_ref()
            .map(|operation| (operation.shape.clone(), operation.poll.as_deref()))
    };
    let (aip, status) = (OperationShape::Aip151, OperationShape::Status);
    let expected = [
        ("folders.move", Some((status.clone(), None))),
        (
            "globalOperations.get",
            Some((status.clone(), Some("globalOperations.get"))),
        ),
        ("instances.get", None),
        (
            "instances.insert",
            Some((status.clone(), Some("zoneOperations.get"))),
        ),
        (
            "networks.insert",
            Some((status.clone(), Some("globalOperations.get"))),
        ),
        ("operations.list", None),
        (
            "projects.locations.clusters.create",
            Some((aip.clone(), Some("projects.locations.operations.get"))),
        ),
        ("projects.locations.clusters.get", None),
        (
            "operations.get",
            Some((aip.clone(), Some("operations.get"))),
        ),
    ];
    for (path, expected) in expected {
        assert_eq!(operation(path), expected, "{path}");
    }
    // What cancels an operation is known of what polls it.
    let cancel = |path: &str| method(&api, path).operation.clone()?.cancel;
    assert_eq!(
        cancel("projects.locations.operations.get").as_deref(),
        Some("projects.locations.operations.cancel")
    );
    for none in [
        "projects.locations.clusters.create",
        "operations.get",
        "zoneOperations.get",
    ] {
        assert_eq!(cancel(none), None, "{none}");
    }
    let marked: Vec<&str> = api
        .types
        .iter()
        .filter(|def| def.is_operation)
        .map(|def| &*def.ident)
        .collect();
    assert_eq!(marked, ["Operation", "ZoneOperation"]);
}

#[test]
fn the_facts_of_an_api() {
    let api = api("wrapper");
    assert!(api.data_wrapper);
    assert_eq!(api.service_path, "language/translate/");
    assert_eq!(api.root_url, "https://wrapper.example.com/");
    assert_eq!(
        api.mtls_root_url.as_deref(),
        Some("https://wrapper.mtls.example.com/")
    );
    assert_eq!(
        api.documentation_link.as_deref(),
        Some("https://example.com/docs")
    );
    let endpoints: Vec<_> = api
        .endpoints
        .iter()
        .map(|e| (&*e.location, &*e.url, e.deprecated))
        .collect();
    assert_eq!(
        endpoints,
        [
            (
                "europe-west1",
                "https://wrapper.europe-west1.example.com/",
                true
            ),
            ("us-west1", "https://wrapper.us-west1.example.com/", false),
        ]
    );
    assert_eq!(method(&api, "texts.get").verb, Verb::Get);
}

#[test]
fn a_document_may_have_nothing() {
    let api = api("empty");
    assert_eq!(
        (api.root.method_count(), api.types.len(), api.scopes.len()),
        (0, 0, 0)
    );
    assert!(!api.data_wrapper && api.mtls_root_url.is_none());
    assert_eq!((&*api.batch_path, &*api.title), ("batch", "Empty API"));
}
