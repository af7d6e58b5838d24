use quote::{ToTokens, quote};
use syn::{Item, parse2};

use super::module;
use crate::model::Api;
use crate::{Options, Source, generate};

const DOCUMENT: &str = r##"{
  "kind": "discovery#restDescription", "name": "box", "version": "v1", "revision": "20261018", "title": "Box API",
  "rootUrl": "https://box.googleapis.com/", "servicePath": "box/", "batchPath": "batch/box", "description": "Boxes [and] <more>.",
  "auth": {"oauth2": {"scopes": {"https://www.googleapis.com/auth/box": {"description": "Use boxes"}}}},
  "schemas": {
    "Box": {"id": "Box", "type": "object", "description": "A box. Holds things.", "properties": {
      "type": {"type": "string", "enum": ["BIG", "SMALL"], "enumDescriptions": ["", "Not big."], "enumDeprecated": [true, false]},
      "size": {"type": "string", "format": "int64", "readOnly": true, "default": "1"},
      "password": {"type": "string"},
      "inner": {"$ref": "Box"},
      "labels": {"type": "object", "additionalProperties": {"type": "string"}},
      "old": {"type": "boolean", "deprecated": true}
    }},
    "List": {"id": "List", "type": "object", "properties": {
      "items": {"type": "array", "items": {"$ref": "Box"}}, "nextPageToken": {"type": "string"}
    }}
  },
  "resources": {"boxes": {
    "methods": {
      "list": {"id": "box.boxes.list", "httpMethod": "GET", "path": "{+parent}/boxes", "description": "Lists boxes. Sorted.",
        "parameterOrder": ["parent"], "scopes": ["https://www.googleapis.com/auth/box"],
        "parameters": {
          "parent": {"type": "string", "location": "path", "required": true, "description": "Whose."},
          "pageToken": {"type": "string", "location": "query"},
          "pageSize": {"type": "integer", "format": "int32", "location": "query", "minimum": "1", "maximum": "9"},
          "ids": {"type": "string", "format": "int64", "location": "query", "repeated": true},
          "names": {"type": "string", "location": "query", "repeated": true}
        },
        "response": {"$ref": "List"}},
      "move": {"id": "box.boxes.move", "httpMethod": "POST", "path": "{name}:move", "deprecated": true, "parameterOrder": ["name"],
        "parameters": {"name": {"type": "string", "location": "path", "required": true}}, "request": {"$ref": "Box"}}
    },
    "resources": {"lids": {"methods": {
      "get": {"id": "box.boxes.lids.get", "httpMethod": "GET", "path": "lids", "response": {"$ref": "Box"}}
    }}}
  }}
}"##;

fn api() -> Api {
    let source = Source::new("box.v1.json", DOCUMENT);
    generate(&source, &Options::new()).unwrap().api
}

fn items() -> Vec<Item> {
    let tokens = module(&api(), &quote!(::renamed), Some("r#box"));
    let file: syn::File = parse2(tokens).unwrap();
    file.items
}

fn text(tokens: &impl ToTokens) -> String {
    tokens.to_token_stream().to_string()
}

/// The items of a module.
fn inside<'a>(items: &'a [Item], name: &str) -> &'a [Item] {
    let module = items.iter().find_map(|item| match item {
        Item::Mod(module) if module.ident == name => module.content.as_ref(),
        _ => None,
    });
    &module.expect("the module").1
}

fn structure<'a>(items: &'a [Item], name: &str) -> &'a syn::ItemStruct {
    let find = |item: &'a Item| match item {
        Item::Struct(item) if item.ident == name => Some(item),
        _ => None,
    };
    items.iter().find_map(find).expect("the struct")
}

/// A function of an inherent implementation.
fn function<'a>(items: &'a [Item], owner: &str, name: &str) -> &'a syn::ImplItemFn {
    let functions = items.iter().filter_map(|item| match item {
        Item::Impl(item) if item.trait_.is_none() && text(&item.self_ty) == owner => {
            Some(&item.items)
        }
        _ => None,
    });
    let find = |item: &'a syn::ImplItem| match item {
        syn::ImplItem::Fn(function) if function.sig.ident == name => Some(function),
        _ => None,
    };
    functions.flatten().find_map(find).expect("the function")
}

/// The macro call of a request.
fn request(items: &[Item], name: &str) -> String {
    let start = format!("__gapi :: request ! ({name} ");
    let mut calls = items.iter().map(text);
    calls
        .find(|item| item.starts_with(&start))
        .expect("the request")
}

fn docs(attributes: &[syn::Attribute]) -> String {
    let lines = attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("doc"))
        .map(|attribute| match &attribute.meta {
            syn::Meta::NameValue(pair) => match &pair.value {
                syn::Expr::Lit(syn::ExprLit {
                    lit: syn::Lit::Str(text),
                    ..
                }) => text.value(),
                other => panic!("{}", text(other)),
            },
            other => panic!("{}", text(other)),
        });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn only_the_first_use_names_the_runtime() {
    let items = items();
    let uses: Vec<_> = items
        .iter()
        .filter(|item| text(item).contains("renamed"))
        .map(text)
        .collect();
    assert_eq!(
        uses,
        ["# [doc (hidden)] pub use :: renamed :: generated :: v1 as __gapi ;"]
    );
}

#[test]
fn every_public_item_has_docs() {
    fn check(items: &[Item]) -> usize {
        let mut count = 0;
        for item in items {
            let (attributes, visibility) = match item {
                Item::Const(item) => (&item.attrs, &item.vis),
                Item::Static(item) => (&item.attrs, &item.vis),
                Item::Fn(item) => (&item.attrs, &item.vis),
                Item::Struct(item) => {
                    assert!(
                        item.fields
                            .iter()
                            .all(|f| text(&f.vis).is_empty() || !docs(&f.attrs).is_empty())
                    );
                    (&item.attrs, &item.vis)
                }
                Item::Enum(item) => {
                    assert!(
                        item.variants
                            .iter()
                            .all(|variant| !docs(&variant.attrs).is_empty())
                    );
                    (&item.attrs, &item.vis)
                }
                Item::Mod(item) => {
                    count += check(&item.content.as_ref().expect("inline").1);
                    (&item.attrs, &item.vis)
                }
                Item::Impl(item) if item.trait_.is_none() => {
                    for item in &item.items {
                        if let syn::ImplItem::Fn(function) = item {
                            assert!(!docs(&function.attrs).is_empty(), "{}", text(&function.sig));
                            count += 1;
                        }
                    }
                    continue;
                }
                _ => continue,
            };
            if matches!(visibility, syn::Visibility::Public(_)) {
                assert!(!docs(attributes).is_empty(), "{}", text(item));
                count += 1;
            }
        }
        count
    }
    assert!(check(&items()) > 20);
}

#[test]
fn a_schema_is_a_struct_of_options() {
    let items = items();
    let item = structure(&items, "Box");
    let fields: Vec<_> = item
        .fields
        .iter()
        .map(|f| {
            (
                f.ident.as_ref().map(ToString::to_string).unwrap(),
                text(&f.ty),
            )
        })
        .collect();
    let fields: Vec<_> = fields.iter().map(|(name, ty)| (&**name, &**ty)).collect();
    // A schema called `Box` hides the prelude's.
    for expected in [
        ("inner", "Option < :: std :: boxed :: Box < Box > >"),
        (
            "labels",
            "Option < __gapi :: BTreeMap < String , String > >",
        ),
        ("old", "Option < bool >"),
        ("size", "Option < i64 >"),
        ("r#type", "Option < BoxType >"),
        ("extra", "__gapi :: Extra"),
    ] {
        assert!(fields.contains(&expected), "{expected:?} in {fields:?}");
    }
    assert_eq!(fields.last().map(|field| field.0), Some("extra"));
    assert_eq!(docs(&item.attrs), "A box.\n\nHolds things.");
    let field = |name: &str| {
        item.fields
            .iter()
            .find(|f| f.ident.as_ref().is_some_and(|i| i == name))
            .unwrap()
    };
    assert_eq!(
        docs(&field("size").attrs),
        "The property `size`.\n\nOutput only.\n\nDefault: `1`."
    );
    assert!(
        field("old")
            .attrs
            .iter()
            .any(|attribute| attribute.path().is_ident("deprecated"))
    );
}

#[test]
fn a_schema_knows_its_properties_and_secrets() {
    let all = items();
    let object = all
        .iter()
        .map(text)
        .find(|item| item.starts_with("__gapi :: object ! (Box "))
        .unwrap();
    assert!(
        object.contains(r#""Box" fn null secrets ["password"]"#),
        "{object}"
    );
    for property in [r#"1 labels "labels""#, r#"5 r#type "type""#] {
        assert!(object.contains(property), "{property} in {object}");
    }
}

#[test]
fn an_enum_is_open() {
    let all = items();
    let item = all
        .iter()
        .find_map(|item| match item {
            Item::Enum(item) if item.ident == "BoxType" => Some(item),
            _ => None,
        })
        .unwrap();
    let names: Vec<_> = item
        .variants
        .iter()
        .map(|variant| variant.ident.to_string())
        .collect();
    assert_eq!(names, ["Big", "Small", "Unrecognized"]);
    assert_eq!(docs(&item.variants[0].attrs), "The value `BIG`.");
    assert_eq!(docs(&item.variants[1].attrs), "`SMALL`: Not big.");
    assert_eq!(docs(&item.attrs), "The type of the property `Box.type`.");
    assert!(
        item.attrs
            .iter()
            .any(|attribute| attribute.path().is_ident("non_exhaustive"))
    );
    assert!(
        item.variants[0]
            .attrs
            .iter()
            .any(|attribute| attribute.path().is_ident("deprecated"))
    );
    assert!(
        all.iter()
            .any(|item| text(item) == "__gapi :: open_enum ! (BoxType) ;")
    );
}

#[test]
fn a_method_takes_what_it_requires() {
    let items = items();
    let boxes = inside(&items, "boxes");
    let list = function(boxes, "Boxes", "list");
    assert_eq!(
        text(&list.sig),
        "fn list (self , parent : impl __gapi :: Required < String > ,) -> List"
    );
    assert_eq!(
        docs(&list.attrs),
        "Lists boxes.\n\nSorted.\n\nHTTP: `GET box/{+parent}/boxes`\n\n* `parent`: Whose.\n\n\
         Returns one page of a list; `pages` returns all pages, and `items` the entries of their `items`.\n\n\
         Retried after transient errors: it only reads.\n\nScope: [`BOX`](super::scope::BOX)."
    );
    let moved = function(boxes, "Boxes", "r#move");
    assert!(
        moved
            .attrs
            .iter()
            .any(|attribute| attribute.path().is_ident("deprecated"))
    );
    assert!(text(&moved.sig).contains("body : impl __gapi :: IntoBody < super :: Box >"));
    assert!(
        text(&moved.block)
            .contains(r#". with ("name" , __gapi :: Required :: < String > :: into_required (name)) . with_body (body . into_body ())"#)
    );
    let lids = function(boxes, "Boxes", "lids");
    assert_eq!(text(&lids.sig), "const fn lids (self) -> lids :: Lids");
    assert_eq!(
        request(inside(boxes, "lids"), "Get"),
        r#"__gapi :: request ! (Get "box.boxes.lids.get" : super :: super :: Box) ;"#
    );
}

#[test]
fn a_resource_has_an_example_and_so_have_methods_that_differ() {
    let items = items();
    let boxes = inside(&items, "boxes");
    let list = "```ignore\nlet request = r#box::boxes().list(\"my-parent\");\nlet mut items = request.items(&client);\n\
        while let Some(item) = items.try_next().await? {\n    println!(\"{item:?}\");\n}\n```";
    assert_eq!(
        docs(&structure(boxes, "Boxes").attrs),
        format!("The resource `boxes`.\n\n{list}")
    );
    let moved = docs(&function(boxes, "Boxes", "r#move").attrs);
    assert!(
        moved.contains("```ignore\nlet body = r#box::Box"),
        "{moved}"
    );
    assert!(
        moved.ends_with("let request = r#box::boxes().r#move(\"my-name\", body);\nrequest.send(&client).await?;\n```"),
        "{moved}"
    );
    let without = module(&api(), &quote!(::renamed), None).to_string();
    assert!(!without.contains("ignore"));
}

#[test]
fn setters_take_what_converts() {
    let items = items();
    let boxes = inside(&items, "boxes");
    let signature = |name: &str| text(&function(boxes, "List", name).sig.inputs);
    for (name, argument) in [
        ("page_size", "value : impl __gapi :: Argument < i32 , M >"),
        (
            "page_token",
            "value : impl __gapi :: Argument < String , M >",
        ),
        ("ids", "values : impl __gapi :: Arguments < i64 , M >"),
        ("names", "values : impl __gapi :: Arguments < String , M >"),
    ] {
        assert_eq!(signature(name), format!("self , {argument}"));
    }
    assert_eq!(
        docs(&function(boxes, "List", "page_size").attrs),
        "Sets the parameter `pageSize`.\n\nRange: `1` to `9`."
    );
    let request = request(boxes, "List");
    assert!(
        request.ends_with("super :: List , pages , items (list items : super :: Box)) ;"),
        "{request}"
    );
}

#[test]
fn the_table_has_the_properties_of_the_document() {
    let items = items();
    let tables: Vec<_> = inside(&items, "boxes")
        .iter()
        .filter(|item| matches!(item, Item::Static(_)))
        .map(text)
        .collect();
    let find = |name: &str| {
        tables
            .iter()
            .find(|table| table.contains(&format!("static {name} ")))
            .unwrap()
    };
    let list = find("LIST");
    for part in [
        r#"(& super :: API , __gapi :: Verb :: Get , List :: METHOD , "{+parent}/boxes")"#,
        r#"__gapi :: Parameter :: path ("parent")"#,
        r#"__gapi :: Parameter :: query ("ids") . repeated ()"#,
        ". with_scopes (& [super :: scope :: BOX])",
        r#"__gapi :: Paging :: new (__gapi :: Slot :: Query ("pageToken") , "nextPageToken")"#,
        r#". with_items ("items")"#,
    ] {
        assert!(list.contains(part), "{part} in {list}");
    }
    assert!(find("MOVE").contains("without_response"));
    assert!(!list.contains("response"));
}

#[test]
fn the_module_names_its_document() {
    let generated = generate(&Source::new("box.v1.json", DOCUMENT), &Options::new()).unwrap();
    assert!(
        generated
            .docs
            .starts_with("Box API\n\nBoxes \\[and\\] \\<more\\>."),
        "{}",
        generated.docs
    );
    assert!(generated.docs.contains("revision `20261018`"));
    let file = generated.to_module_file().unwrap();
    assert!(file.starts_with("// @generated by gapi-codegen "));
    assert_eq!(
        file,
        generate(&Source::new("box.v1.json", DOCUMENT), &Options::new())
            .unwrap()
            .to_module_file()
            .unwrap()
    );
    // Docs are lines, with an empty line between items.
    assert!(
        file.contains(
            "\n/// A box.\n///\n/// Holds things.\n#[derive(Clone, Default)]\npub struct Box {"
        ),
        "{file}"
    );
    assert!(!file.contains("/**") && !file.contains("#[doc ="));
    assert!(syn::parse_file(&file).is_ok());
}

/// The lints that a program may forbid cannot be allowed in it.
#[test]
fn lints_that_can_be_forbidden_are_not_allowed() {
    let lints = text(&super::lints::allowed());
    assert!(
        !lints.contains("missing_docs")
            && !lints.contains("unsafe_code")
            && !lints.contains("warnings")
    );
}
