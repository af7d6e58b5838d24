use std::str::FromStr as _;

use proc_macro2::TokenStream;

fn items(text: &str) -> String {
    super::items(TokenStream::from_str(text).unwrap()).unwrap()
}

/// Text that is laid out already stays as it is.
#[track_caller]
fn stays(text: &str) {
    assert_eq!(items(text), text);
}

#[test]
fn items_and_expressions() {
    stays(
        "use ::gapi::generated::v1 as __gapi;

pub const fn a() -> a::Resource {
    a::Resource
}

impl<'de> Object<'de> for r#Box {
    const SECRETS: &'static [&'static str] = &[\"password\"];

    fn set<A: Map<'de>>(&mut self, index: usize, map: &mut A) -> Result<(), A::Error> {
        match index {
            0 => read(&mut self.r#type, map),
            _ => skip(map),
        }
    }

    fn known(text: &str) -> Option<Self> {
        Some(match text {
            \"A\" => Self::A,
            _ => return None,
        })
    }

    fn put<P: Put>(&self, out: &mut P) -> Result<(), P::Error> {
        out.field(\"a\", &self.a)?;
        Ok(())
    }
}
",
    );
}

#[test]
fn code_in_docs_stays_together() {
    let text = items(r#"#[doc = "```ignore\nlet a = A {\n};\na;\n```"] pub struct A;"#);
    assert_eq!(
        text,
        "/// ```ignore\n/// let a = A {\n/// };\n/// a;\n/// ```\npub struct A;\n"
    );
}

#[test]
fn what_fits_stays_on_its_line() {
    stays(
        "static A: Api = Api::new(NAME).with_scopes(&[scope::ONE]);
static B: Method = Method::new(&super::API, Verb::Get, \"a path that is long\")
    .with_scopes(&[scope::ONE, scope::TWO])
    .with_parameters(&[
        Parameter::query(\"a parameter whose name is long\"),
        Parameter::query(\"another parameter whose name is long\"),
    ])
    .with_paging(Paging::new(Slot::Query(\"pageToken\"), \"nextPageToken\").with_items(\"items\"));
static A_LONG_NAME: Method =
    Method::new(&super::API, Verb::Get, \"a path that is so long that it has a line of its own\")
        .with_scopes(&[scope::ONE, scope::TWO]);
",
    );
}

#[test]
fn long_signatures_and_chains_are_broken() {
    stays(
        "fn list(
    self,
    project: impl Into<String>,
    names: impl IntoIterator<Item = impl Into<String>>,
    body: impl Into<Body<super::Thing>>,
) -> List {
    List(
        Call::new(&LIST)
            .with(\"project\", project.into())
            .with_all(\"names\", names.into_iter().map(Into::<String>::into))
            .with_body(body.into()),
    )
}

fn short(self) -> Items<Response, (String, Item)> {
    out.field(
        \"a property whose name is so long that the call has to be broken\",
        &self.a_property_with_a_long_name,
    )?;
    Items::map(client, self.0, |page| page.items.take())
}
",
    );
}

#[test]
fn docs_are_lines() {
    let tokens = r##"#![doc = "Of \"all\"."] #[doc = "One.\n\n* two"] #[derive(Clone, Default)] pub struct A { #[doc = "b"] pub b: C, }"##;
    assert_eq!(
        items(tokens),
        "//! Of \"all\".\n/// One.\n///\n/// * two\n#[derive(Clone, Default)]\npub struct A {\n    /// b\n    pub b: C,\n}\n"
    );
}

#[test]
fn macros_have_their_words() {
    let names: Vec<String> = (0..40).map(|n| format!("Name{n}")).collect();
    let text = items(&format!("__gapi::object!({});", names.join(" ")));
    assert!(
        text.starts_with("__gapi::object!(\n    Name0 Name1 "),
        "{text}"
    );
    assert!(text.ends_with(" Name39\n);\n"), "{text}");
    assert!(text.lines().all(|line| line.len() <= 100), "{text}");
    stays("__gapi::object!(A B);\n");
    stays("__gapi::request!(Get \"things.get\": Thing, pages, items(list items: Item));\n");
    stays(
        "__gapi::object!(
    Thing \"Thing\" fn null secrets[\"password\"],
    0 password \"password\",
    1 a_property_with_a_long_name \"aPropertyWithALongName\",
);
",
    );
}

#[test]
fn half_an_item_is_an_error() {
    let error = super::items(TokenStream::from_str("pub struct A").unwrap()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "generated code: the last item has no end"
    );
}

#[test]
fn a_visibility_never_breaks() {
    let name = "NAME_".repeat(22);
    let text = items(&format!(
        "pub(crate) static {name}: Method = Method::new(1);"
    ));
    assert!(text.starts_with("pub(crate) static NAME_"), "{text}");
}

#[test]
fn no_text_of_a_document_gets_out_of_the_head() {
    let text = r#"{"kind": "discovery#restDescription", "name": "a\u2028b", "version": "*/`\r", "rootUrl": "https://a.example/",
        "revision": "1\npub fn injected() { std::process::exit(7) }\n//\u202e"}"#;
    let generated =
        crate::generate(&crate::Source::new("a.json", text), &crate::Options::new()).unwrap();
    let file = generated.to_module_file().unwrap();
    assert_eq!(
        file.lines().next().unwrap().split_once(" from ").unwrap().1,
        r"a\u{2028}b */`\r, revision 1\npub fn injected() { std::process::exit(7) }\n//\u{202e}. Do not edit."
    );
    let functions = syn::parse_file(&file).unwrap().items.into_iter();
    assert_eq!(
        functions
            .filter(|item| matches!(item, syn::Item::Fn(_)))
            .count(),
        0
    );
    assert!(
        !file.contains(|c| c != '\n' && crate::text::is_active(c)),
        "{file}"
    );
}
