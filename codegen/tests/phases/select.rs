//! Selections: their methods and types, and the errors when nothing matches.

use gapi_codegen::model::Api;
use gapi_codegen::{Error, Errors, Selection, select};

use crate::support::*;

fn select(name: &str, patterns: &[&str]) -> Api {
    select::apply(&api(name), &Selection::parse(patterns).unwrap()).unwrap()
}

fn errors(name: &str, patterns: &[&str]) -> Vec<Error> {
    let selected =
        Selection::parse(patterns).and_then(|selection| select::apply(&api(name), &selection));
    selected.unwrap_err().into_iter().collect()
}

#[test]
fn methods_bring_the_types_that_they_reach() {
    let api = select("paging", &["widgets.aggregated"]);
    assert_eq!(paths(&api), ["widgets.aggregated"]);
    assert_eq!(type_names(&api), ["Aggregated", "Item", "Scoped"]);
    // References still lead to the same types.
    assert_eq!(ty(&api, "Aggregated", "items"), "{Scoped}");
    assert_eq!(ty(&api, "Scoped", "items"), "[Item]");
    let items = method(&api, "widgets.aggregated")
        .paging
        .clone()
        .unwrap()
        .items
        .unwrap();
    assert_eq!(spell(&api, &items.ty), "Scoped");
}

#[test]
fn enums_of_parameters_come_along() {
    let api = select("enums", &["files.list"]);
    assert_eq!(type_names(&api), ["FilesListOrder", "FilesListView"]);
}

#[test]
fn names_do_not_depend_on_the_selection() {
    assert_eq!(
        type_names(&select("names", &["type Snake_Case"])),
        ["SnakeCase_"]
    );
    assert_eq!(
        type_names(&select("enums", &["c.things.list"])),
        ["CThingsListView"]
    );
    assert_eq!(
        method(&select("names", &["apps.attributes"]), "apps.attributes").ident,
        "attributes_"
    );
}

#[test]
fn resources_without_methods_vanish() {
    let api = select("operations", &["instances.get"]);
    let tops: Vec<&str> = api
        .root
        .resources
        .iter()
        .map(|resource| &*resource.ident)
        .collect();
    assert_eq!(tops, ["instances"]);
}

#[test]
fn an_operation_brings_the_methods_that_poll_and_cancel_it() {
    let api = select("operations", &["projects.locations.clusters.create"]);
    assert_eq!(
        paths(&api),
        [
            "projects.locations.clusters.create",
            "projects.locations.operations.cancel",
            "projects.locations.operations.get"
        ]
    );
    assert_eq!(
        paths(&select(
            "operations",
            &["projects.locations.operations.get"]
        )),
        ["projects.locations.operations.get"]
    );
    assert_eq!(
        paths(&select("operations", &["instances.insert"])),
        ["instances.insert", "zoneOperations.get"]
    );
    assert_eq!(
        paths(&select("operations", &["folders.move"])),
        ["folders.move"]
    );
}

#[test]
fn types_can_be_selected_alone() {
    let api = select("arrays", &["type Arrays"]);
    assert_eq!(
        type_names(&api),
        [
            "Arrays",
            "ArraysColors",
            "ArraysInline",
            "ArraysInlineDeep",
            "Item"
        ]
    );
    let mut selection = Selection::new();
    selection.add_type(0, "ItemList");
    assert_eq!(
        type_names(&select::apply(&self::api("arrays"), &selection).unwrap()),
        ["ItemList", "ItemListItem"]
    );
}

fn api(name: &str) -> Api {
    crate::support::api(name)
}

#[test]
fn patterns_match_paths() {
    let count = |patterns: &[&str]| paths(&select("operations", patterns)).len();
    assert_eq!(count(&["**"]), 12);
    assert_eq!(count(&["projects.locations.*.get"]), 2);
    assert_eq!(count(&["{instances, networks}.insert"]), 4);
    assert_eq!(
        paths(&select(
            "names",
            &[r#"well-known."getOpenid-configuration""#]
        )),
        ["well-known.getOpenid-configuration"]
    );
    assert_eq!(paths(&select("names", &["*"])), ["about"]);
    assert_eq!(paths(&select("names", &["apps.r#move"])), ["apps.move"]);
}

#[test]
fn everything_or_nothing_can_be_selected() {
    let whole = api("operations");
    assert_eq!(paths(&select("operations", &["**"])), paths(&whole));
    let nothing = select::apply(&whole, &Selection::new()).unwrap();
    assert_eq!((nothing.root.method_count(), nothing.types.len()), (0, 0));
    assert_eq!(nothing.name, "operations");
}

#[test]
fn a_pattern_that_matches_nothing_is_explained() {
    let cases: [(&str, &str, &str, &str); 9] = [
        (
            "operations",
            "instances.lsit",
            "no method matches `instances.lsit`",
            "did you mean `instances.get` or `instances.insert`?",
        ),
        (
            "operations",
            "instance.insert",
            "no method matches `instance.insert`",
            "did you mean `instances.insert`?",
        ),
        (
            "operations",
            "instances",
            "no method matches `instances`",
            "`instances` is a resource; select its methods with `instances.*`, or those below it too with `instances.**`",
        ),
        (
            "operations",
            "o.instances.insert",
            "no method matches `o.instances.insert`",
            "`o.instances.insert` is the method's id; select it as `instances.insert`",
        ),
        (
            "operations",
            "instnces.*",
            "no method matches `instnces.*`",
            "did you mean `instances`?",
        ),
        (
            "operations",
            "projects.lcations.**",
            "no method matches `projects.lcations.**`",
            "did you mean `projects.locations`?",
        ),
        (
            "media",
            "zzz.*",
            "no method matches `zzz.*`",
            "the resources are `files`",
        ),
        (
            "empty",
            "files.list",
            "no method matches `files.list`",
            "the document has no resources",
        ),
        (
            "paging",
            "type Scope",
            "there is no schema `Scope`",
            "did you mean `Scoped`?",
        ),
    ];
    for (document, pattern, message, help) in cases {
        let errors = errors(document, &[pattern]);
        assert_eq!(errors.len(), 1);
        assert_eq!(
            (&*errors[0].message, errors[0].help.as_deref()),
            (message, Some(help)),
            "{pattern}"
        );
    }
}

#[test]
fn every_wrong_pattern_is_named_by_its_index() {
    let found = errors(
        "operations",
        &[
            "instances.*",
            "nothing.here",
            "type Missing",
            "operations.get",
        ],
    );
    let indices: Vec<_> = found.iter().map(|error| error.pattern).collect();
    assert_eq!(indices, [Some(1), Some(2)]);
    let found: Errors = Selection::parse(["a.b", "a..b", "{"]).unwrap_err();
    let indices: Vec<_> = found.iter().map(|error| error.pattern).collect();
    assert_eq!(indices, [Some(1), Some(2)]);
    assert_eq!(
        found.iter().next().unwrap().message,
        "`a..b` is not a pattern: expected a name, found `.`"
    );
}
