//! The naming rule, on documents.

use crate::support::*;

#[test]
fn schemas_never_clash() {
    let api = api("names");
    let expected = [
        ("Control", "Control"),
        ("ControlFamily", "ControlFamily"),
        ("HTTPHealthCheck", "HTTPHealthCheck"),
        ("HttpHealthCheck", "HttpHealthCheck"),
        ("Option", "Option"),
        ("Self", "Self_"),
        ("SnakeCase", "SnakeCase"),
        ("Snake_Case", "SnakeCase_"),
        ("lower_case", "LowerCase"),
    ];
    for (schema, ident) in expected {
        assert_eq!(def(&api, ident).schema.as_deref(), Some(schema));
    }
    // Schemas come first: the type that is made from a property gives way.
    assert_eq!(ty(&api, "Control", "family"), "ControlFamily_");
}

#[test]
fn fields_never_clash() {
    let api = api("names");
    let expected = [
        ("$ref2", "ref2"),
        ("2nd", "_2nd"),
        ("@type", "r#type"),
        ("HTMLSnippet", "html_snippet"),
        ("_meta", "meta"),
        ("extra", "extra_"),
        ("gen", "r#gen"),
        ("meta", "meta_"),
        ("self", "self_"),
        ("start-date", "start_date"),
        ("type", "type_"),
        ("…", "unnamed"),
    ];
    let found: Vec<(&str, &str)> = fields(&api, "Fields")
        .iter()
        .map(|field| (&*field.wire, &*field.ident))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn hidden_names_of_the_prelude_are_written_in_full() {
    let prelude = api("names").prelude;
    assert_eq!(prelude.option, "::std::option::Option");
    assert_eq!((prelude.string, prelude.vec), ("String", "Vec"));
}

#[test]
fn sub_resources_have_their_names() {
    let api = api("names");
    let apps = resource(&api, "apps");
    assert_eq!(apps.resources[0].ident, "attributes");
    let method = method(&api, "apps.attributes");
    assert_eq!(
        (&*method.ident, &*method.type_ident, &*method.static_ident),
        ("attributes_", "Attributes", "ATTRIBUTES")
    );
    assert_eq!(resource(&api, "scope").ident, "scope_");
    assert_eq!(resource(&api, "well-known").ident, "well_known");
    assert_eq!(resource(&api, "apps.attributes").path, "apps.attributes");
}

#[test]
fn methods_have_three_names() {
    let api = api("names");
    let expected = [
        ("about", "about", "About", "ABOUT"),
        ("apps.a", "a", "A", "A_"),
        ("apps.move", "r#move", "Move", "MOVE"),
        ("apps.resource", "resource", "Resource", "RESOURCE"),
        ("apps.string", "string", "String_", "STRING"),
        (
            "well-known.getOpenid-configuration",
            "get_openid_configuration",
            "GetOpenidConfiguration",
            "GET_OPENID_CONFIGURATION",
        ),
    ];
    for (path, ident, type_ident, static_ident) in expected {
        let method = method(&api, path);
        assert_eq!(
            (&*method.ident, &*method.type_ident, &*method.static_ident),
            (ident, type_ident, static_ident)
        );
    }
}

#[test]
fn parameters_leave_room_for_what_requests_can_do() {
    let api = api("names");
    let call = method(&api, "v1.call");
    let required: Vec<_> = call
        .required
        .iter()
        .map(|parameter| &*parameter.ident)
        .collect();
    assert_eq!(required, ["body_", "self_"]);
    let optional: Vec<_> = call
        .optional
        .iter()
        .map(|parameter| &*parameter.ident)
        .collect();
    assert_eq!(
        optional,
        ["clone_", "page_size", "send_", "to_http_", "r#type"]
    );
}

#[test]
fn enums_of_parameters_are_named_after_their_method() {
    let api = api("enums");
    let ty = |path: &str, wire: &str| {
        let method = method(&api, path);
        let parameter = method
            .required
            .iter()
            .chain(&method.optional)
            .find(|parameter| parameter.wire == wire)
            .unwrap();
        (spell(&api, &parameter.ty), parameter.repeated)
    };
    assert_eq!(
        ty("files.list", "view"),
        ("FilesListView".to_owned(), false)
    );
    assert_eq!(
        ty("files.list", "order"),
        ("FilesListOrder".to_owned(), true)
    );
    assert_eq!(ty("files.get", "kind"), ("FilesGetKind".to_owned(), false));
    // Equal enums of one name are one type; others take more of their resource's path.
    assert_eq!(ty("a.things.list", "view").0, "ThingsListView");
    assert_eq!(ty("b.things.list", "view").0, "ThingsListView");
    assert_eq!(ty("c.things.list", "view").0, "CThingsListView");
}

#[test]
fn scopes_are_named_after_what_follows_their_prefix() {
    let api = api("scopes");
    let found: Vec<(&str, &str)> = api
        .scopes
        .iter()
        .map(|scope| (&*scope.url, &*scope.ident))
        .collect();
    let auth = "https://www.googleapis.com/auth/";
    assert_eq!(
        found,
        [
            (
                "https://example.com/auth/undeclared",
                "EXAMPLE_COM_AUTH_UNDECLARED"
            ),
            ("https://mail.google.com/", "MAIL_GOOGLE_COM"),
            ("https://www.google.com/calendar/feeds", "CALENDAR_FEEDS"),
            (&*format!("{auth}cloud-platform"), "CLOUD_PLATFORM"),
            (&*format!("{auth}drive"), "DRIVE"),
            (&*format!("{auth}drive.readonly"), "DRIVE_READONLY"),
            (&*format!("{auth}drive/readonly"), "DRIVE_READONLY_"),
            ("openid", "OPENID"),
        ]
    );
    let list: Vec<&str> = method(&api, "files.list")
        .scopes
        .iter()
        .map(|index| &*api.scopes[*index].ident)
        .collect();
    assert_eq!(
        list,
        ["EXAMPLE_COM_AUTH_UNDECLARED", "CLOUD_PLATFORM", "DRIVE"]
    );
    assert!(method(&api, "files.open").scopes.is_empty());
}
