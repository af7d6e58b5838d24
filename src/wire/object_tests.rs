use super::{Object, eq, null};
use crate::value::{Bytes, DateTime, Extra};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[derive(Clone, Default)]
struct Instance {
    name: Option<String>,
    size: Option<i64>,
    root_password: Option<String>,
    state: Option<State>,
    replica: Option<Box<Instance>>,
    extra: Extra,
}

crate::__gapi_object!(
    Instance "Instance" secrets["rootPassword"],
    0 name "name",
    1 size "size",
    2 root_password "rootPassword",
    3 state "state",
    4 replica "replica",
);

#[derive(Clone)]
enum State {
    Running,
    Unrecognized(String),
}

impl From<&str> for State {
    fn from(text: &str) -> State {
        match text {
            "RUNNING" => State::Running,
            _ => State::Unrecognized(text.to_owned()),
        }
    }
}

impl AsRef<str> for State {
    fn as_ref(&self) -> &str {
        match self {
            State::Running => "RUNNING",
            State::Unrecognized(text) => text,
        }
    }
}

crate::__gapi_open_enum!(State);

fn instance(text: &str) -> Instance {
    serde_json::from_str(text).unwrap()
}

fn text(instance: &Instance) -> String {
    serde_json::to_string(instance).unwrap()
}

#[test]
fn unknown_properties_survive_a_round_trip() {
    let all = r#"{"name":"a","size":"5","state":"RUNNING","replica":{"b":[1]},"new":{"x":null}}"#;
    assert_eq!(text(&instance(all)), all);
    assert_eq!(instance(all).extra.get("new"), Some(&json!({"x": null})));
}

#[test]
fn the_last_of_two_keys_wins() {
    let twice = instance(r#"{"name": "a", "x": 1, "name": "b", "x": 2}"#);
    assert_eq!(
        (twice.name.as_deref(), twice.extra.get("x")),
        (Some("b"), Some(&json!(2)))
    );
}

#[test]
fn null_empties_a_known_field_and_is_kept_for_an_unknown_one() {
    let sent = instance(r#"{"name": "a", "name": null, "new": null}"#);
    assert_eq!(sent.name, None);
    assert_eq!(text(&sent), r#"{"new":null}"#);
}

#[test]
fn keys_with_escapes_are_known() {
    assert_eq!(instance(r#"{"\u006eame": "a"}"#).name.as_deref(), Some("a"));
    let reader: Instance = serde_json::from_reader(br#"{"na\u006de": "a\n"}"#.as_slice()).unwrap();
    assert_eq!(reader.name.as_deref(), Some("a\n"));
    let value: Instance = serde_json::from_value(json!({"name": "a", "y": 1})).unwrap();
    assert_eq!(value, instance(r#"{"y": 1, "name": "a"}"#));
}

#[test]
fn an_explicit_null_is_sent() {
    let mut patch = Instance {
        name: Some("a".into()),
        size: Some(1),
        ..Default::default()
    };
    null(&mut patch, "name").unwrap();
    assert_eq!(patch.name, None);
    assert_eq!(text(&patch), r#"{"size":"1","name":null}"#);
}

#[test]
fn an_unknown_name_cannot_be_null_and_the_nearest_are_offered() {
    let mut patch = Instance::default();
    let error = null(&mut patch, "root_password").unwrap_err().to_string();
    assert_eq!(
        error,
        r#"Instance has no property "root_password"; did you mean "rootPassword"?"#
    );
    let error = null(&mut patch, "nane").unwrap_err().to_string();
    assert_eq!(
        error,
        r#"Instance has no property "nane"; did you mean "name"?"#
    );
    let error = null(&mut patch, "colour").unwrap_err().to_string();
    assert!(error.contains("extra.null"), "{error}");
    assert!(patch.extra.is_empty());
}

#[test]
fn extra_yields_to_a_field_that_is_set() {
    let mut both = Instance {
        name: Some("field".into()),
        ..Default::default()
    };
    both.extra.insert("name", "extra");
    both.extra.insert("size", 7);
    assert_eq!(text(&both), r#"{"name":"field","size":7}"#);
}

#[test]
fn what_is_no_object_is_an_error() {
    let error = serde_json::from_str::<Instance>("[]").unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("expected an object (Instance), found a list")
    );
    serde_json::from_str::<Instance>(r#"{"size": 1"#).unwrap_err();
    serde_json::from_str::<Instance>(r#"{"size": tru}"#).unwrap_err();
}

/// A property of every kind.
#[derive(Clone, Default)]
struct Kinds {
    text: Option<String>,
    data: Option<Bytes>,
    int: Option<i32>,
    flag: Option<bool>,
    time: Option<DateTime>,
    state: Option<State>,
    one: Option<Box<Instance>>,
    list: Option<Vec<i64>>,
    rows: Option<Vec<Vec<f64>>>,
    objects: Option<Vec<Instance>>,
    map: Option<BTreeMap<String, i64>>,
    lists: Option<BTreeMap<String, Vec<i64>>>,
    by: Option<BTreeMap<String, Instance>>,
    any: Option<Value>,
    extra: Extra,
}

crate::__gapi_object!(
    Kinds "Kinds",
    0 text "text",
    1 data "data",
    2 int "int",
    3 flag "flag",
    4 time "time",
    5 state "state",
    6 one "one",
    7 list "list",
    8 rows "rows",
    9 objects "objects",
    10 map "map",
    11 lists "lists",
    12 by "by",
    13 any "any",
);

fn kinds(value: &Value) -> Kinds {
    serde_json::from_str(&value.to_string()).unwrap()
}

#[test]
fn a_value_that_is_not_of_its_type_is_kept_and_sent_as_it_came() {
    for (name, values) in [
        ("text", json!([1, true, 2.5, [], ["a"], {}, {"a": 1}])),
        (
            "data",
            json!(["fakeHash:salt=1:password=2", "a!", "a", 1, {"x": []}]),
        ),
        (
            "int",
            json!(["x", "", 2_147_483_648_i64, -2_147_483_649_i64, 0.5, 1e300, true, [1], {"a": null}]),
        ),
        ("flag", json!(["yes", 0, 1, [], {}])),
        (
            "time",
            json!([1_700_000_000, 1.5, false, [], {"seconds": 1}]),
        ),
        ("state", json!([1, true, [], {}])),
        ("one", json!([1, "x", [{"name": "a"}], true])),
        ("list", json!([1, "x", {"0": 1}])),
        ("objects", json!([{"name": "a"}, "x"])),
        ("map", json!([[1], "x", 0])),
    ] {
        for value in values.as_array().unwrap() {
            let sent = json!({ name: value, "any": 1, "newer": [1] });
            let read = kinds(&sent);
            assert_eq!(read.extra.get(name), Some(value), "{name} {value}");
            assert_eq!(read.any, Some(json!(1)), "the rest is read");
            assert_eq!(serde_json::to_value(&read).unwrap(), sent, "{name} {value}");
            let path = name.to_owned();
            assert_eq!(super::mismatches(&read), [(path, value.clone())]);
        }
    }
    // A field that is set later is what is sent.
    let mut read = kinds(&json!({"int": "x"}));
    read.int = Some(7);
    assert_eq!(serde_json::to_value(&read).unwrap(), json!({"int": 7}));
    // Of two values of one name the last one counts, whichever of them fits.
    for (text, field, sent) in [
        (r#"{"int": 1, "int": "x"}"#, None, json!({"int": "x"})),
        (r#"{"int": "x", "int": 1}"#, Some(1), json!({"int": 1})),
    ] {
        let read: Kinds = serde_json::from_str(text).unwrap();
        assert_eq!(read.int, field);
        assert_eq!(serde_json::to_value(&read).unwrap(), sent);
    }
}

#[test]
fn an_element_that_does_not_fit_is_passed_over_and_an_entry_is_kept() {
    let read = kinds(&json!({
        "list": [1, null, "x", "2", {"a": 1}],
        "objects": [{"name": "a"}, null, 7, {"size": "odd"}],
        "rows": [[1.5, "no"], null, [2.5]],
        "map": {"a": 1, "b": null, "c": "x"},
        "lists": {"a": [1, null], "b": "x"},
        "by": {"a": {"name": "n"}, "b": 1, "c": {"size": []}},
    }));
    assert_eq!(read.list, Some(vec![1, 2]));
    let objects = read.objects.as_deref().unwrap();
    assert_eq!((objects.len(), objects[0].name.as_deref()), (2, Some("a")));
    assert_eq!(objects[1].extra.get("size"), Some(&json!("odd")));
    assert_eq!(read.rows, Some(vec![vec![1.5], vec![2.5]]));
    assert_eq!(read.map, Some(BTreeMap::from([("a".to_owned(), 1)])));
    assert_eq!(
        read.lists,
        Some(BTreeMap::from([("a".to_owned(), vec![1])]))
    );
    assert_eq!(read.by.as_ref().map(BTreeMap::len), Some(2));

    let passed: Vec<_> = read.extra.passed_over().collect();
    for (path, value) in [
        ("list[1]", json!(null)),
        ("list[2]", json!("x")),
        ("list[4]", json!({"a": 1})),
        ("objects[1]", json!(null)),
        ("objects[2]", json!(7)),
        ("rows[0][1]", json!("no")),
        ("rows[1]", json!(null)),
        ("lists[\"a\"][1]", json!(null)),
        ("lists[\"b\"]", json!("x")),
    ] {
        assert!(passed.contains(&(path, &value)), "{path}: {passed:?}");
    }
    assert_eq!(passed.len(), 9);
    let found = super::mismatches(&read);
    assert!(found.contains(&("objects[1].size".to_owned(), json!("odd"))));
    assert!(found.contains(&("map[\"c\"]".to_owned(), json!("x"))));
    assert!(found.contains(&("by[\"c\"].size".to_owned(), json!([]))));
    // Entries of maps travel again, elements of lists do not.
    assert_eq!(
        serde_json::to_value(&read).unwrap(),
        json!({
            "list": ["1", "2"],
            "objects": [{"name": "a"}, {"size": "odd"}],
            "rows": [[1.5], [2.5]],
            "map": {"a": "1", "b": null, "c": "x"},
            "lists": {"a": ["1"]},
            "by": {"a": {"name": "n"}, "b": 1, "c": {"size": []}},
        })
    );
    let shown = format!("{read:?}");
    assert!(
        shown.contains("\"list[1]\"") && !shown.contains("\"odd\""),
        "{shown}"
    );
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-1e9_f64..1e9).prop_map(Value::from),
        "[a-zA-Z0-9+/=:-]{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("name|size|[a-c]", inner, 0..4)
                .prop_map(|map| Value::from(serde_json::Map::from_iter(map))),
        ]
    })
}

proptest! {
    #[test]
    fn no_value_costs_the_rest(values in prop::collection::vec((prop::sample::select(Kinds::PROPERTIES), any_json()), 0..6)) {
        let mut body = serde_json::Map::new();
        for (name, value) in values {
            body.insert(name.to_owned(), value);
        }
        body.insert("newer".to_owned(), json!("canary"));
        let read = kinds(&Value::Object(body.clone()));
        prop_assert_eq!(read.extra.get("newer"), Some(&json!("canary")));
        // What is sent is read as the same.
        let sent = serde_json::to_value(&read).unwrap();
        prop_assert_eq!(&serde_json::to_value(kinds(&sent)).unwrap(), &sent);
        for (name, value) in &body {
            prop_assert_eq!(sent.get(name).is_some(), !value.is_null(), "{}", name);
        }
    }
}

#[test]
fn debug_shows_what_is_set_and_no_secret() {
    let mut shown = Instance {
        size: Some(1),
        root_password: Some("canary-1".into()),
        ..Default::default()
    };
    shown.state = Some(State::Unrecognized("NEW".into()));
    shown.replica = Some(Box::new(Instance {
        root_password: Some("canary-2".into()),
        ..Default::default()
    }));
    shown.extra.insert("unknownToken", "canary-3");
    assert_eq!(
        format!("{shown:?}"),
        r#"Instance { size: 1, rootPassword: [redacted], state: NEW, replica: Instance { rootPassword: [redacted] }, extra: {"unknownToken"} }"#
    );
    assert!(!format!("{shown:#?}").contains("canary"));
}

#[test]
fn equality_is_that_of_the_wire() {
    let one = instance(r#"{"size": 1, "new": 1}"#);
    assert_eq!(one, instance(r#"{"new": 1, "size": "1"}"#));
    assert_ne!(one, instance(r#"{"size": 1}"#));
    let mut none = instance("{}");
    none.extra.insert("x", 1);
    none.extra.remove("x");
    assert!(eq(&none, &Instance::default()));
    assert_eq!(std::mem::size_of::<Extra>(), std::mem::size_of::<usize>());
}

#[test]
fn open_enums() {
    assert_eq!(State::from("RUNNING"), State::Running);
    assert_eq!(State::from("NEW").to_string(), "NEW");
    assert_eq!(
        format!("{:?} {:?}", State::Running, State::from("NEW")),
        "RUNNING NEW"
    );
    // What is no name cannot pass for more than one text, by itself and in an object.
    let forged = State::from("X\nforged: \u{202e}");
    let object = Instance {
        state: Some(forged.clone()),
        ..Instance::default()
    };
    for shown in [format!("{forged:?}"), format!("{object:?}")] {
        assert!(shown.contains(r#""X\nforged: \u{202e}""#), "{shown}");
    }
    // Equality and hash go by text, however a value was made.
    assert_eq!(State::Unrecognized("RUNNING".into()), State::Running);
    assert_ne!(State::from("Z".to_owned()), State::Running);
    let set =
        std::collections::HashSet::from([State::Running, State::Unrecognized("RUNNING".into())]);
    assert_eq!(set.len(), 1);
    assert_eq!(
        serde_json::to_string(&State::from("NEW")).unwrap(),
        "\"NEW\""
    );
    assert_eq!(super::Param::into_wire(State::Running), "RUNNING");
    assert_eq!(State::Running.as_ref(), "RUNNING");
}
