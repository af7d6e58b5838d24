//! The naming rule.
//!
//! 1. A name of the document becomes a Rust name by its case (`maxResults` is `max_results`, `SQL_INSTANCE` is
//!    `SqlInstance`). Everything but ASCII letters and digits separates words. A schema's name that already is in camel
//!    case stays as it is: Compute Engine's `HTTPHealthCheck` and `HttpHealthCheck` are two types.
//! 2. A leading digit gets a leading underscore; a name of which nothing is left is `unnamed`.
//! 3. Names of one place are claimed in a fixed order: what the generated code needs there, then schemas (sorted), types
//!    made from inline parts (in the order of the document), sub-resources, methods, parameters. A name that is taken
//!    gets underscores at its end until it is free.
//! 4. A keyword becomes a raw identifier, except `self`, `Self`, `super` and `crate`, which are no raw identifiers: they count as
//!    taken.

use std::collections::BTreeSet;

use heck::{ToShoutySnakeCase, ToSnakeCase, ToUpperCamelCase};

/// The names of one place.
#[derive(Clone, Debug, Default)]
pub(crate) struct Claims(BTreeSet<String>);

impl Claims {
    /// A place where `reserved` names are taken.
    pub(crate) fn new<'a>(reserved: impl IntoIterator<Item = &'a str>) -> Self {
        Self(reserved.into_iter().map(str::to_owned).collect())
    }

    /// Takes a name, or the next free one, and writes it as an identifier.
    pub(crate) fn claim(&mut self, wanted: &str) -> String {
        let mut name = wanted.to_owned();
        while matches!(name.as_str(), "self" | "Self" | "super" | "crate") || self.0.contains(&name)
        {
            name.push('_');
        }
        self.0.insert(name.clone());
        if is_keyword(&name) {
            format!("r#{name}")
        } else {
            name
        }
    }

    /// Takes names, as identifiers, that others have.
    pub(crate) fn reserve(&mut self, names: impl IntoIterator<Item: AsRef<str>>) {
        let plain = |name: &str| name.strip_prefix("r#").unwrap_or(name).to_owned();
        self.0
            .extend(names.into_iter().map(|name| plain(name.as_ref())));
    }

    /// Whether the name is taken.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains(name)
    }
}

/// Returns the name of a module for an API where the user gives none: `sqladmin`, `r#try`, `_4gapi`.
#[must_use]
pub fn module_name(api: &str) -> String {
    Claims::default().claim(&snake(api))
}

/// Fields, parameters, methods, modules.
pub(crate) fn snake(name: &str) -> String {
    tidy(separated(name).to_snake_case(), "unnamed")
}

/// Enum values, request types, types made from inline parts.
pub(crate) fn camel(name: &str) -> String {
    tidy(separated(name).to_upper_camel_case(), "Unnamed")
}

/// Table entries and scopes.
pub(crate) fn shouty(name: &str) -> String {
    tidy(separated(name).to_shouty_snake_case(), "UNNAMED")
}

/// Schemas.
pub(crate) fn schema(name: &str) -> String {
    let is_camel = name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.bytes().all(|b| b.is_ascii_alphanumeric());
    if is_camel {
        name.to_owned()
    } else {
        camel(name)
    }
}

fn separated(name: &str) -> String {
    name.chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect()
}

fn tidy(name: String, nothing: &str) -> String {
    match name.bytes().next() {
        None => nothing.to_owned(),
        Some(byte) if byte.is_ascii_digit() => format!("_{name}"),
        Some(_) => name,
    }
}

/// The keywords of every edition, those that are only reserved included, sorted.
const KEYWORDS: [&str; 48] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let",
    "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return",
    "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield",
];

fn is_keyword(name: &str) -> bool {
    KEYWORDS.binary_search(&name).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_keyword_is_found() {
        assert!(KEYWORDS.is_sorted() && KEYWORDS.iter().all(|keyword| is_keyword(keyword)));
        assert!(!is_keyword("name") && !is_keyword(""));
    }

    #[test]
    fn cases_follow_the_use() {
        assert_eq!(snake("maxResults"), "max_results");
        assert_eq!(snake("HTMLSnippet"), "html_snippet");
        assert_eq!(
            snake("source.androidApp.certificate.sha256Fingerprint"),
            "source_android_app_certificate_sha256_fingerprint"
        );
        assert_eq!(snake("start-date"), "start_date");
        assert_eq!(snake("$.xgafv"), "xgafv");
        assert_eq!(snake("@type"), "type");
        assert_eq!(camel("SQL_INSTANCE"), "SqlInstance");
        assert_eq!(camel("AD_ID.ORG"), "AdIdOrg");
        assert_eq!(camel("Patient-everything"), "PatientEverything");
        assert_eq!(
            shouty("getOpenid-configuration"),
            "GET_OPENID_CONFIGURATION"
        );
    }

    #[test]
    fn schemas_in_camel_case_stay() {
        assert_eq!(schema("HTTPHealthCheck"), "HTTPHealthCheck");
        assert_eq!(
            schema("GoogleLongrunning__Operation"),
            "GoogleLongrunningOperation"
        );
        assert_eq!(schema("lower"), "Lower");
        assert_eq!(schema("Über"), "Ber");
    }

    #[test]
    fn every_text_gives_an_identifier() {
        assert_eq!(camel("1"), "_1");
        assert_eq!(snake("2ndFactor"), "_2nd_factor");
        assert_eq!(snake("…"), "unnamed");
        assert_eq!(camel(""), "Unnamed");
        assert_eq!(shouty("日本"), "UNNAMED");
    }

    #[test]
    fn taken_names_get_underscores() {
        let mut claims = Claims::new(["send"]);
        assert_eq!(claims.claim("send"), "send_");
        assert_eq!(claims.claim("list"), "list");
        assert_eq!(claims.claim("list"), "list_");
        assert_eq!(claims.claim("list"), "list__");
        assert_eq!(claims.claim("list_"), "list___");
        assert!(claims.has("list") && !claims.has("get"));
    }

    #[test]
    fn keywords_are_raw_where_they_can_be() {
        let mut claims = Claims::default();
        assert_eq!(claims.claim("type"), "r#type");
        assert_eq!(claims.claim("type"), "type_");
        assert_eq!(claims.claim("self"), "self_");
        assert_eq!(claims.claim("Self"), "Self_");
        assert_eq!(claims.claim("gen"), "r#gen");
    }

    #[cfg(feature = "emit")]
    #[test]
    fn keywords_agree_with_syn() {
        for word in [
            "type",
            "gen",
            "try",
            "union",
            "async",
            "abstract",
            "list",
            "dyn",
            "await",
            "where",
            "macro_rules",
        ] {
            let plain = syn::parse_str::<syn::Ident>(word).is_ok();
            assert!(plain || is_keyword(word), "{word}");
        }
    }
}
