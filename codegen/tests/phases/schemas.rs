//! The types that schemas become.

use gapi_codegen::model::{Shape, Type};

use crate::support::*;

#[test]
fn any_value_is_any_everywhere() {
    let api = api("any");
    assert_eq!(alias(&api, "Anything"), "Any");
    let expected = [
        ("byName", "{Any}"),
        ("loose", "{Any}"),
        ("named", "Anything"),
        ("packed", "{Any}"),
        ("proto", "Any"),
        ("untyped", "Any"),
        ("value", "Any"),
        ("values", "[Any]"),
    ];
    for (wire, expected) in expected {
        assert_eq!(ty(&api, "Holder", wire), expected, "{wire}");
    }
}

#[test]
fn arrays_of_anything() {
    let api = api("arrays");
    let expected = [
        ("blobs", "[Bytes]"),
        ("colors", "[ArraysColors]"),
        ("counts", "[I64]"),
        ("inline", "[ArraysInline]"),
        ("matrix", "[[F64]]"),
        ("objectMaps", "[{Item}]"),
        ("open", "[Any]"),
        ("stringMaps", "[{String}]"),
    ];
    for (wire, expected) in expected {
        assert_eq!(ty(&api, "Arrays", wire), expected, "{wire}");
    }
    assert_eq!(ty(&api, "ArraysInline", "deep"), "[ArraysInlineDeep]");
    assert_eq!(ty(&api, "ArraysInlineDeep", "leaf"), "String");
    assert_eq!(alias(&api, "ItemList"), "[ItemListItem]");
    assert_eq!(
        def(&api, "ArraysInlineDeep").path,
        "schemas.Arrays.properties.inline.items.properties.deep.items"
    );
}

#[test]
fn maps_of_anything() {
    let api = api("maps");
    let expected = [
        ("anything", "{Any}"),
        ("inline", "{MapsInline}"),
        ("lists", "{[Entry]}"),
        ("longs", "{I64}"),
        ("nested", "{{Bool}}"),
        ("objects", "{Entry}"),
        ("states", "{MapsStates}"),
        ("strings", "{String}"),
    ];
    for (wire, expected) in expected {
        assert_eq!(ty(&api, "Maps", wire), expected, "{wire}");
    }
    assert_eq!(alias(&api, "Lookup"), "{String}");
    assert_eq!(alias(&api, "Table"), "{TableValue}");
}

#[test]
fn formats_narrow_types() {
    let api = api("formats");
    let expected = [
        ("boolean-plain", "Bool"),
        ("integer-int32", "I32"),
        ("integer-plain", "I32"),
        ("integer-uint32", "U32"),
        ("number-double", "F64"),
        ("number-float", "F32"),
        ("number-plain", "F64"),
        ("string-byte", "Bytes"),
        ("string-date", "Date"),
        ("string-date-time", "DateTime"),
        ("string-google-datetime", "DateTime"),
        ("string-google-duration", "Duration"),
        ("string-google-fieldmask", "FieldMask"),
        ("string-int64", "I64"),
        ("string-plain", "String"),
        ("string-uint64", "U64"),
        ("string-uuid", "String"),
    ];
    let found: Vec<(&str, String)> = fields(&api, "Formats")
        .iter()
        .map(|field| (&*field.wire, spell(&api, &field.ty)))
        .collect();
    assert_eq!(found, expected.map(|(wire, ty)| (wire, ty.to_owned())));
}

#[test]
fn types_are_printed_schema_by_schema() {
    let api = api("arrays");
    assert_eq!(
        type_names(&api),
        [
            "Arrays",
            "ArraysColors",
            "ArraysInline",
            "ArraysInlineDeep",
            "Item",
            "ItemList",
            "ItemListItem"
        ]
    );
    assert_eq!(def(&api, "Item").schema.as_deref(), Some("Item"));
    assert_eq!(def(&api, "ArraysColors").schema, None);
}

#[test]
fn boxes_are_exactly_where_a_struct_would_contain_itself() {
    let api = api("recursion");
    let expected = [
        ("Node", "next", "Box<Node>"),
        ("Node", "children", "[Node]"),
        ("Node", "byName", "{Node}"),
        ("Node", "value", "Leaf"),
        ("Ping", "pong", "Box<Pong>"),
        ("Pong", "ping", "Box<Ping>"),
        ("Pong", "leaf", "Leaf"),
        ("Listed", "others", "[Listed2]"),
        ("Listed2", "back", "Listed"),
        ("Deep", "inner", "Box<DeepInner>"),
        ("DeepInner", "deep", "Box<Deep>"),
        ("DeepInner", "leaf", "Leaf"),
        ("ViaAlias", "other", "Box<Alias>"),
    ];
    for (ident, wire, expected) in expected {
        assert_eq!(ty(&api, ident, wire), expected, "{ident}.{wire}");
    }
    assert_eq!(alias(&api, "Alias"), "ViaAlias");
    assert_eq!(alias(&api, "ListAlias"), "[Node]");
}

#[test]
fn aliases_of_themselves_are_refused() {
    let schemas = r#""schemas": {"A": {"$ref": "B"}, "B": {"type": "array", "items": {"$ref": "A"}}, "C": {"$ref": "A"}}"#;
    let errors = lines(api_of(&text(schemas)));
    assert_eq!(
        errors,
        [
            "schemas.A: the schema is only another name for itself; give it a type with an override",
            "schemas.B: the schema is only another name for itself; give it a type with an override",
        ]
    );
}

#[test]
fn enums_have_every_value() {
    let api = api("enums");
    assert_eq!(
        idents(variants(&api, "WalletState")),
        ["Activated", "Activated_", "Ean13", "Ean13_", "Ean13__"]
    );
    assert_eq!(
        idents(variants(&api, "OddValue")),
        [
            "_1",
            "NextPage",
            "AdIdOrg",
            "Unrecognized_",
            "Self_",
            "Unnamed"
        ]
    );
    let state = variants(&api, "WalletState");
    assert_eq!(
        (&*state[1].wire, &*state[1].description, state[1].deprecated),
        ("activated", "b", true)
    );
    assert!(!state[0].deprecated);
    assert_eq!(ty(&api, "Uses", "level"), "Level");
    assert_eq!(idents(variants(&api, "Level")), ["Low", "High"]);
}

#[test]
fn facts_are_noted() {
    let api = api("deprecations");
    assert!(def(&api, "Old").deprecated);
    assert!(field(&api, "Old", "gone").deprecated);
    for (wire, read_only) in [
        ("made", true),
        ("said", true),
        ("bracketed", true),
        ("gone", false),
    ] {
        assert_eq!(
            field(&api, "Old", wire).notes.read_only,
            read_only,
            "{wire}"
        );
    }
    assert_eq!(
        field(&api, "Old", "kind").notes.default.as_deref(),
        Some("thing#old")
    );
    assert_eq!(
        field(&api, "Old", "code").notes.pattern.as_deref(),
        Some("^[a-z]+$")
    );
    assert!(variants(&api, "OldState")[1].deprecated);
    let get = method(&api, "old.get");
    assert!(get.deprecated && get.optional[0].deprecated && resource(&api, "old").deprecated);
}

#[test]
fn secrets_are_marked() {
    let api = api("secrets");
    let marked = |ident: &str| -> Vec<String> {
        fields(&api, ident)
            .iter()
            .filter(|field| field.secret)
            .map(|field| field.wire.clone())
            .collect()
    };
    assert_eq!(marked("SecretPayload"), ["data"]);
    assert!(marked("Message").is_empty());
    assert_eq!(marked("Account"), ["accessToken", "password", "tokens"]);
    assert_eq!(marked("AccountBackup"), ["privateKey"]);
}

#[test]
fn bodies_can_be_anything() {
    let api = api("bodies");
    let body = |ty: &Option<Type>| ty.as_ref().map(|ty| spell(&api, ty));
    let expected = [
        ("things.delete", None, None),
        ("things.empty", None, Some("Empty")),
        ("things.free", Some("{Any}"), Some("{Any}")),
        (
            "things.inline",
            Some("ThingsInlineRequest"),
            Some("ThingsInlineResponse"),
        ),
        ("things.lookup", None, Some("Lookup")),
        ("things.patch", Some("Inside"), Some("Thing")),
        ("things.raw", Some("HttpBody"), Some("HttpBody")),
    ];
    for (path, request, response) in expected {
        let method = method(&api, path);
        assert_eq!(body(&method.request).as_deref(), request, "{path}");
        assert_eq!(body(&method.response).as_deref(), response, "{path}");
    }
    assert!(matches!(&def(&api, "Empty").shape, Shape::Object(fields) if fields.is_empty()));
    assert_eq!(
        ty(&api, "ThingsInlineResponse", "b"),
        "ThingsInlineResponseB"
    );
    assert_eq!(
        method(&api, "things.free").api_version.as_deref(),
        Some("2026-01-01")
    );
}

#[test]
fn what_users_write_is_marked() {
    let api = api("bodies");
    let written: Vec<&str> = api
        .types
        .iter()
        .filter(|def| def.in_request)
        .map(|def| &*def.ident)
        .collect();
    assert_eq!(
        written,
        ["HttpBody", "Inside", "Thing", "ThingsInlineRequest"]
    );
}
