//! By what a server recognizes a repeated call.

use std::path::Path;

use gapi_codegen::model::{Retries, TokenIn, lower};
use gapi_codegen::{Document, Options, Overrides, Source, describe, generate};

use crate::support::*;

#[test]
fn request_ids_and_preconditions() {
    let api = api("repeating");
    let query = |name: &str| TokenIn::Query(name.to_owned());
    let body = |path: &str| TokenIn::Body(path.to_owned());
    for (name, request_id, preconditions) in [
        // Reading needs none of it.
        ("things.get", false, vec![]),
        // A new object has a generation, but neither a metageneration nor an etag.
        ("things.insert", true, vec![query("ifGenerationMatch")]),
        (
            "things.update",
            false,
            vec![
                query("ifGenerationMatch"),
                query("ifMetagenerationMatch"),
                body("etag"),
            ],
        ),
        // Its etag is for reading.
        ("things.patch", false, vec![]),
        ("things.delete", true, vec![query("etag")]),
        ("things.stop", false, vec![body("etag")]),
        // Not one id, but a list of them.
        ("things.setPolicy", false, vec![body("policy.etag")]),
    ] {
        let method = method(&api, name);
        assert_eq!(method.request_id, request_id, "{name}");
        assert_eq!(method.preconditions, preconditions, "{name}");
    }
}

/// The line of a method in `gapi show` and in the docs of the generated function.
fn line(method: &str) -> String {
    let api = api("repeating");
    describe::method(&api, self::method(&api, method), 0).retries
}

#[test]
fn one_line_states_whether_and_why_a_call_is_retried() {
    for (name, expected) in [
        (
            "things.get",
            "Retried after transient errors: it only reads.",
        ),
        (
            "things.insert",
            "Retried after transient errors, with the `requestId` that each call gets.",
        ),
        (
            "things.update",
            "Retried after transient errors only if the call has `if_generation_match` or `if_metageneration_match` or `etag` in its body, \
             or if it had no effect.",
        ),
        (
            "things.patch",
            "Not retried after it may have had an effect, unless the call sets `.idempotent(true)`.",
        ),
    ] {
        assert_eq!(line(name), expected, "{name}");
    }
    let generated = generate(&source("repeating"), &Options::new()).unwrap();
    let text = generated.to_module_file().unwrap();
    assert!(text.contains(&line("things.update")), "{text}");
}

/// What an override makes of the method `name`: the value in its table, and its line.
fn overridden(name: &str, idempotent: bool) -> Result<(Option<bool>, bool), String> {
    let entry = format!(
        r#"{{"overrides": [{{"at": "resources.things.methods.{name}", "idempotent": {idempotent}}}]}}"#
    );
    let overrides = Overrides::parse(&Source::new("fix.json", entry)).unwrap();
    let document = Document::read(&source("repeating"), Some(&overrides)).unwrap();
    let api = lower(&document).map_err(|errors| errors.to_string())?;
    let method = method(&api, &format!("things.{name}"));
    Ok((method.idempotent, method.retries() == Retries::Always))
}

#[test]
fn an_override_states_whether_a_method_may_be_repeated() {
    assert_eq!(overridden("patch", true), Ok((Some(true), true)));
    assert_eq!(overridden("update", true), Ok((Some(true), true)));
    assert_eq!(overridden("get", false), Ok((Some(false), false)));
    assert_eq!(overridden("delete", false), Ok((Some(false), false)));
    let error = overridden("get", true).unwrap_err();
    assert!(
        error.contains("resources.things.methods.get: a call of the method may be repeated without an override; remove the override"),
        "{error}"
    );
}

fn storage() -> Source {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../discovery-docs/storage.v1.json");
    Source::new("storage.v1.json", std::fs::read_to_string(file).unwrap())
}

/// The counts would be lower for a name that the document does not have.
#[test]
fn documented_classes_name_what_is_there() {
    let api = lower(&Document::read(&storage(), None).unwrap()).unwrap();
    let count = |class| {
        let methods = api.root.all_methods();
        methods.filter(|m| m.idempotent == Some(class)).count()
    };
    assert_eq!((count(true), count(false)), (6, 14));
    for (name, conditions) in [
        ("buckets.patch", 2),
        ("buckets.update", 2),
        ("buckets.setIamPolicy", 1),
        ("projects.hmacKeys.update", 1),
        ("objects.patch", 2),
        ("objects.update", 2),
        ("objects.insert", 1),
        ("objects.copy", 1),
        ("objects.compose", 1),
        ("objects.rewrite", 1),
        ("objects.delete", 2),
    ] {
        let method = method(&api, name);
        assert_eq!(method.preconditions.len(), conditions, "{name}");
        for slot in &method.preconditions {
            if let TokenIn::Query(wire) = slot {
                let offers = method.optional.iter().any(|p| p.wire == *wire);
                assert!(offers, "{name} has no {wire}");
            }
        }
    }
}

/// What Cloud Storage documents where the general rule differs.
#[test]
fn documented_classes_are_known() {
    let source = storage();
    let repeats = |overrides: Option<&Overrides>, name: &str| {
        let document = Document::read(&source, overrides).unwrap();
        let api = lower(&document).unwrap();
        match method(&api, name).retries() {
            Retries::With(slots) => slots.len(),
            Retries::Always => 100,
            Retries::ByRequestId => 200,
            Retries::IfAsked => 0,
        }
    };
    for (name, expected) in [
        ("buckets.insert", 100),
        ("buckets.delete", 100),
        ("objectAccessControls.delete", 0),
        ("bucketAccessControls.update", 0),
        ("objects.delete", 2),
        ("objects.insert", 1),
        ("objects.get", 100),
    ] {
        assert_eq!(repeats(None, name), expected, "{name}");
    }
    // An override knows better.
    let fix = r#"{"overrides": [{"at": "resources.buckets.methods.delete", "idempotent": false}]}"#;
    let fix = Overrides::parse(&Source::new("fix.json", fix)).unwrap();
    assert_eq!(repeats(Some(&fix), "buckets.delete"), 0);
    let text = generate(&source, &Options::new().overrides(fix)).unwrap();
    let text = text.to_module_file().unwrap();
    let table = |module: &str, request: &str| {
        let (_, module) = text.split_once(&format!("pub mod {module} {{")).unwrap();
        let (_, entry) = module.split_once(&format!(" {request}::METHOD,")).unwrap();
        entry.split_once(';').unwrap().0.to_owned()
    };
    for (module, request, expected) in [
        ("buckets", "Delete", Some(false)),
        ("buckets", "Insert", Some(true)),
        ("object_access_controls", "Delete", Some(false)),
        ("objects", "Delete", None),
    ] {
        let entry = table(module, request);
        let expected = expected.map(|stated| format!(".with_idempotent({stated})"));
        match expected {
            Some(expected) => assert!(entry.contains(&expected), "{entry}"),
            None => assert!(!entry.contains("idempotent"), "{entry}"),
        }
    }
}
