//! The vendored documents, as a whole.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use gapi_codegen::analysis::{self, Part};
use gapi_codegen::model::{Api, Shape, Type, lower};
use gapi_codegen::{Document, Source, check};
use serde_json::Value;

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../discovery-docs")
}

fn sources() -> Vec<Source> {
    let index: Value =
        serde_json::from_str(&std::fs::read_to_string(directory().join("index.json")).unwrap())
            .unwrap();
    let documents = index["documents"].as_array().unwrap().iter();
    let files = documents.map(|document| document["file"].as_str().unwrap().to_owned());
    files
        .map(|file| {
            Source::new(
                &*file,
                std::fs::read_to_string(directory().join(&file)).unwrap(),
            )
        })
        .collect()
}

fn document(source: &Source) -> Document {
    let document = Document::read(source, None).unwrap();
    let errors = check::document(&document);
    assert!(errors.is_empty(), "{}: {errors}", source.name);
    document
}

fn apis() -> &'static BTreeMap<String, Api> {
    static APIS: LazyLock<BTreeMap<String, Api>> = LazyLock::new(|| {
        sources()
            .iter()
            .map(|source| (source.name.clone(), lower(&document(source)).unwrap()))
            .collect()
    });
    &APIS
}

/// Without what means the same as nothing.
fn tidy(value: &mut Value) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(tidy),
        Value::Object(map) => {
            map.values_mut().for_each(tidy);
            map.retain(|key, value| match value {
                Value::Bool(bool) => *bool,
                Value::Array(list) => !list.is_empty(),
                Value::Object(map) => {
                    !map.is_empty() || matches!(key.as_str(), "additionalProperties" | "items")
                }
                _ => true,
            });
        }
        _ => {}
    }
}

#[test]
fn every_key_survives_reading_and_writing() {
    for source in sources() {
        let mut before: Value = serde_json::from_str(&source.text).unwrap();
        let mut after = serde_json::to_value(document(&source)).unwrap();
        tidy(&mut before);
        tidy(&mut after);
        assert!(before == after, "{}", source.name);
    }
}

/// Every name is an identifier, and no two names of one place are equal.
#[test]
fn names_are_identifiers_and_never_clash() {
    fn unique<'a>(names: impl IntoIterator<Item = &'a str>, path: &str) {
        let mut visited = BTreeSet::new();
        for name in names {
            assert!(syn::parse_str::<syn::Ident>(name).is_ok(), "{path}: {name}");
            assert!(visited.insert(name), "{path}: {name} twice");
        }
    }
    fn tree(resource: &gapi_codegen::model::Resource, path: &str) {
        let children = resource.resources.iter().map(|child| &*child.ident);
        unique(
            children.chain(resource.methods.iter().map(|method| &*method.ident)),
            path,
        );
        let values = resource
            .methods
            .iter()
            .flat_map(|method| [&*method.type_ident, &*method.static_ident]);
        unique(values.chain(["Resource"]), path);
        for method in &resource.methods {
            unique(
                method.required.iter().map(|parameter| &*parameter.ident),
                &method.id,
            );
            unique(
                method.optional.iter().map(|parameter| &*parameter.ident),
                &method.id,
            );
        }
        resource
            .resources
            .iter()
            .for_each(|child| tree(child, &child.path));
    }
    for (name, api) in apis() {
        unique(api.types.iter().map(|def| &*def.ident), name);
        unique(api.scopes.iter().map(|scope| &*scope.ident), name);
        tree(&api.root, name);
        for def in &api.types {
            match &def.shape {
                Shape::Object(fields) => {
                    unique(fields.iter().map(|field| &*field.ident), &def.path);
                }
                Shape::Enum(variants) => {
                    unique(variants.iter().map(|variant| &*variant.ident), &def.path);
                }
                Shape::Alias(_) => {}
            }
        }
    }
}

/// The types of no API are too deep for rustc; a document that grows that far shows here before it shows in programs.
#[test]
fn no_module_needs_a_recursion_limit_of_its_own() {
    for source in sources() {
        let (document, warnings) = Document::open(&source, None).unwrap();
        assert!(warnings.is_empty(), "{warnings}");
        let analysis = analysis::of(&document, Part::All).unwrap();
        assert_eq!(analysis.recursion_limit, None, "{}", source.name);
        assert!(analysis.warnings.is_empty(), "{}", analysis.warnings);
    }
}

/// No struct holds itself in place: every chain of direct fields ends.
#[test]
fn every_struct_has_a_size() {
    for (name, api) in apis() {
        let direct: Vec<Vec<usize>> = api
            .types
            .iter()
            .map(|def| match &def.shape {
                Shape::Object(fields) => fields
                    .iter()
                    .filter_map(|field| {
                        if let Type::Named(id) = field.ty {
                            Some(id.0)
                        } else {
                            None
                        }
                    })
                    .collect(),
                Shape::Alias(Type::Named(id)) => vec![id.0],
                _ => Vec::new(),
            })
            .collect();
        // Take away what holds nothing that is left, until nothing is left.
        let mut left: BTreeSet<usize> = (0..direct.len()).collect();
        loop {
            let ends: Vec<usize> = left
                .iter()
                .copied()
                .filter(|i| direct[*i].iter().all(|next| !left.contains(next)))
                .collect();
            if ends.is_empty() {
                break;
            }
            ends.iter().for_each(|end| {
                left.remove(end);
            });
        }
        let endless: Vec<&str> = left.iter().map(|index| &*api.types[*index].ident).collect();
        assert!(endless.is_empty(), "{name}: {endless:?}");
    }
}

#[test]
fn secrets_of_known_apis_are_marked() {
    let apis = apis();
    let secrets = |file: &str| -> BTreeSet<String> {
        let api = &apis[file];
        let of = |def: &gapi_codegen::model::TypeDef| match &def.shape {
            Shape::Object(fields) => fields
                .iter()
                .filter(|field| field.secret)
                .map(|field| format!("{}.{}", def.ident, field.wire))
                .collect(),
            _ => Vec::new(),
        };
        api.types.iter().flat_map(of).collect()
    };
    for (file, names) in [
        ("secretmanager.v1.json", &["SecretPayload.data"][..]),
        (
            "sqladmin.v1.json",
            &[
                "DatabaseInstance.rootPassword",
                "SslCertDetail.certPrivateKey",
                "User.password",
                "GenerateEphemeralCertRequest.access_token",
            ],
        ),
        (
            "iamcredentials.v1.json",
            &[
                "GenerateAccessTokenResponse.accessToken",
                "GenerateIdTokenResponse.token",
                "SignJwtResponse.signedJwt",
            ],
        ),
        ("storage.v1.json", &["HmacKey.secret"]),
        ("admin.directory_v1.json", &["User.password"]),
        (
            "compute.v1.json",
            &[
                "CustomerEncryptionKey.rawKey",
                "SignedUrlKey.keyValue",
                "VpnTunnel.sharedSecret",
            ],
        ),
    ] {
        let found = secrets(file);
        for name in names {
            assert!(found.contains(*name), "{file}: {name} is not in {found:?}");
        }
    }
    for (file, names) in [
        (
            "drive.v3.json",
            &[
                "FileList.nextPageToken",
                "ChangeList.newStartPageToken",
                "StartPageToken.startPageToken",
            ][..],
        ),
        ("calendar.v3.json", &["Events.nextSyncToken"]),
        ("storage.v1.json", &["RewriteResponse.rewriteToken"]),
        ("pubsub.v1.json", &["PubsubMessage.data"]),
    ] {
        let found = secrets(file);
        for name in names {
            assert!(!found.contains(*name), "{file}: {name}");
        }
    }
}

#[test]
fn decisions_about_known_methods() {
    let apis = apis();
    let method = |file: &str, path: &str| {
        apis[file]
            .root
            .all_methods()
            .find(|method| method.path_name == path)
            .unwrap_or_else(|| panic!("{path}"))
            .clone()
    };
    let items = |file: &str, path: &str| {
        method(file, path)
            .paging
            .unwrap()
            .items
            .map(|items| items.ident)
    };
    assert_eq!(
        items("sqladmin.v1.json", "instances.list").as_deref(),
        Some("items")
    );
    assert_eq!(
        items("drive.v3.json", "files.list").as_deref(),
        Some("files")
    );
    assert_eq!(
        items("bigquery.v2.json", "jobs.getQueryResults").as_deref(),
        Some("rows")
    );
    let aggregated = method("compute.v1.json", "instances.aggregatedList")
        .paging
        .unwrap()
        .items
        .unwrap();
    assert!(aggregated.map);
    let poll = |file: &str, path: &str| {
        method(file, path)
            .operation
            .and_then(|operation| operation.poll)
    };
    assert_eq!(
        poll("compute.v1.json", "instances.insert").as_deref(),
        Some("zoneOperations.get")
    );
    assert_eq!(
        poll("compute.v1.json", "networks.insert").as_deref(),
        Some("globalOperations.get")
    );
    assert_eq!(
        poll("compute.v1.json", "subnetworks.insert").as_deref(),
        Some("regionOperations.get")
    );
    assert_eq!(
        poll("compute.v1.json", "firewallPolicies.insert").as_deref(),
        Some("globalOrganizationOperations.get")
    );
    assert_eq!(
        poll("sqladmin.v1.json", "instances.insert").as_deref(),
        Some("operations.get")
    );
    assert_eq!(
        poll("container.v1.json", "projects.zones.clusters.create").as_deref(),
        Some("projects.zones.operations.get")
    );
    assert_eq!(
        poll("container.v1.json", "projects.locations.clusters.create").as_deref(),
        Some("projects.locations.operations.get")
    );
    assert_eq!(
        poll("run.v2.json", "projects.locations.services.create").as_deref(),
        Some("projects.locations.operations.get")
    );
    // Its own path has no project, but the operation has its URL.
    assert_eq!(
        poll("sqladmin.v1.json", "Backups.CreateBackup").as_deref(),
        Some("operations.get")
    );
    let cancel = method("sqladmin.v1.json", "operations.get").operation;
    assert_eq!(
        cancel.and_then(|operation| operation.cancel).as_deref(),
        Some("operations.cancel")
    );
    let certificate = method(
        "apigee.v1.json",
        "organizations.environments.keystores.aliases.getCertificate",
    );
    assert!(certificate.raw_response);
    assert!(!method("apigee.v1.json", "organizations.apis.get").raw_response);
    let raw = apis["apigee.v1.json"]
        .types
        .iter()
        .filter(|def| def.is_raw())
        .map(|def| &*def.ident);
    assert_eq!(raw.collect::<Vec<_>>(), ["GoogleApiHttpBody"]);
    // The global parameters that this one method lists again are not its own.
    let tokeninfo = method("oauth2.v2.json", "tokeninfo");
    let names: Vec<&str> = tokeninfo
        .optional
        .iter()
        .map(|parameter| &*parameter.wire)
        .collect();
    assert_eq!(names, ["access_token", "id_token"]);
    let key = method(
        "recaptchaenterprise.v1.json",
        "projects.keys.retrieveLegacySecretKey",
    );
    assert_eq!(key.required[0].wire, "key");
    assert!(apis["translate.v2.json"].data_wrapper && !apis["drive.v3.json"].data_wrapper);
    assert_eq!(method("sqladmin.v1.json", "instances.clone").ident, "clone");
    assert_eq!(
        method("apigee.v1.json", "organizations.developers.attributes").ident,
        "attributes_"
    );
}
