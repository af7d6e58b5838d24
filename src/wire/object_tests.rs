use super::{Object, PropertyMut, PropertyRef, eq, field, field_mut, no_field, no_field_mut, null};
use crate::value::Extra;
use serde_json::json;

#[derive(Clone, Default)]
struct Instance {
    name: Option<String>,
    size: Option<i64>,
    root_password: Option<String>,
    state: Option<State>,
    replica: Option<Box<Instance>>,
    extra: Extra,
}

impl Object for Instance {
    const NAME: &'static str = "Instance";
    const PROPERTIES: &'static [&'static str] =
        &["name", "size", "rootPassword", "state", "replica"];
    const SECRETS: &'static [&'static str] = &["rootPassword"];

    fn property(&self, index: usize) -> PropertyRef<'_> {
        match index {
            0 => field(&self.name),
            1 => field(&self.size),
            2 => field(&self.root_password),
            3 => field(&self.state),
            4 => field(&self.replica),
            _ => no_field(),
        }
    }

    fn property_mut(&mut self, name: &str) -> PropertyMut<'_> {
        match name {
            "name" => field_mut(&mut self.name),
            "size" => field_mut(&mut self.size),
            "rootPassword" => field_mut(&mut self.root_password),
            "state" => field_mut(&mut self.state),
            "replica" => field_mut(&mut self.replica),
            _ => no_field_mut(),
        }
    }

    fn extra(&self) -> &Extra {
        &self.extra
    }

    fn extra_mut(&mut self) -> &mut Extra {
        &mut self.extra
    }
}

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

crate::__gapi_object!(Instance);
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
fn wrong_types_are_reported() {
    let error = |text: &str| {
        serde_json::from_str::<Instance>(text)
            .unwrap_err()
            .to_string()
    };
    assert!(
        error(r#"{"size": "x"}"#).starts_with(r#"expected a 64-bit integer, found "x" at line 1"#)
    );
    assert!(error("[]").starts_with("expected an object (Instance), found a list"));
    assert!(
        error(r#"{"replica": 1}"#).starts_with("expected an object (Instance), found a number")
    );
    assert!(error(r#"{"state": 1}"#).starts_with("expected a string, found"));
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
