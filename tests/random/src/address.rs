//! Addresses and the ways to spell them, so that what is right is known beforehand.

use serde_json::{Map, Value};

use crate::chance::Chance;
use crate::maker::Maker;

/// Where an API is.
#[derive(Clone, Debug)]
pub(crate) struct Address {
    /// The address before the path of a method; `None` where the document has no valid one.
    pub(crate) base: Option<String>,
}

const ORIGINS: [&str; 4] = [
    "https://things.googleapis.com",
    "https://things.example",
    "http://localhost:8080",
    "http://[::1]:9",
];

/// Every way to spell an address.
pub(crate) const SPELLINGS: [&str; 13] = [
    "root and service path",
    "service path without its last slash",
    "service path with a first slash",
    "root without its slash",
    "base path",
    "base path without its slashes",
    "base URL",
    "base path and base URL",
    "base URL and service path",
    "base URL alone",
    "superseded base",
    "bases that contradict",
    "odd text",
];

/// Spells an address in a document.
pub(crate) fn spell(maker: &mut Maker, document: &mut Map<String, Value>) -> Address {
    let chance = &mut maker.chance;
    let origin = *chance.of(&ORIGINS);
    let prefix = *chance.of(&["", "", "", "_ah/api/"]);
    let service = *chance.of(&["", "things/v1/", "s/", "v1beta1/"]);
    let spelling = match chance.below(100) {
        0..45 => 0,
        45..98 => chance.between(1, 10),
        _ => 11,
    };
    let rare = maker.rare.map(|(kind, _)| kind);
    let spelling = match rare {
        Some("service path" | "root") => "odd text",
        _ => SPELLINGS[spelling],
    };
    maker.count(&format!("address: {spelling}"));
    let mut set = |key: &str, value: String| {
        document.insert(key.to_owned(), Value::from(value));
    };
    let trimmed = service.trim_end_matches('/');
    let mut base = Some(format!("{origin}/{prefix}{service}"));
    let root = format!("{origin}/{prefix}");
    match spelling {
        "root and service path" => {
            set("rootUrl", root);
            set("servicePath", service.to_owned());
        }
        "service path without its last slash" => {
            set("rootUrl", root);
            set("servicePath", trimmed.to_owned());
        }
        "service path with a first slash" => {
            // It is relative to the host.
            set("rootUrl", root);
            set("servicePath", format!("/{service}"));
            base = Some(format!("{origin}/{service}"));
        }
        "root without its slash" => {
            set("rootUrl", origin.to_owned());
            set("servicePath", service.to_owned());
            base = Some(format!("{origin}/{service}"));
        }
        "base path" => {
            set("rootUrl", root);
            set("basePath", format!("/{prefix}{service}"));
        }
        "base path without its slashes" => {
            set("rootUrl", root);
            set("basePath", trimmed.to_owned());
        }
        "base URL" => {
            set("rootUrl", root);
            set("baseUrl", format!("{origin}/{prefix}{service}"));
        }
        "base path and base URL" => {
            set("rootUrl", root);
            set("basePath", format!("/{prefix}{service}"));
            set("baseUrl", format!("{origin}/{prefix}{service}"));
        }
        "base URL and service path" => {
            set("baseUrl", format!("{origin}/{prefix}{service}"));
            set("servicePath", service.to_owned());
        }
        "base URL alone" => set("baseUrl", format!("{origin}/{prefix}{service}")),
        "superseded base" => {
            set("rootUrl", root);
            set("servicePath", service.to_owned());
            set("basePath", "/elsewhere/".to_owned());
            set("baseUrl", "https://elsewhere.example/v0/".to_owned());
        }
        "bases that contradict" => {
            set("rootUrl", root);
            set("basePath", format!("/{prefix}a/"));
            set("baseUrl", format!("{origin}/{prefix}b/"));
            base = None;
        }
        _ if rare == Some("root") => {
            // The space is never valid.
            let text = maker.odd("root");
            set("rootUrl", format!("{origin}{text} /"));
            set("servicePath", service.to_owned());
            base = None;
        }
        _ => {
            let text = maker.odd("service path");
            let at = if text.starts_with('/') { "" } else { prefix };
            let path = text.strip_prefix('/').unwrap_or(&text);
            let end = if path.is_empty() || path.ends_with('/') {
                ""
            } else {
                "/"
            };
            base = is_valid_in_a_path(&text).then(|| format!("{origin}/{at}{path}{end}"));
            set("rootUrl", root);
            set("servicePath", text);
        }
    }
    Address { base }
}

/// Whether a text is literal path: characters of RFC 3986, 3.3, no dots or nothing between slashes.
pub(crate) fn is_valid_in_a_path(text: &str) -> bool {
    const LEGAL: &[u8] =
        b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!$&'()*+,;=:@/";
    text.bytes().all(|byte| LEGAL.contains(&byte))
        && !text.contains("//")
        && !text
            .split('/')
            .any(|segment| segment == "." || segment == "..")
}

/// The literal start of a method's path.
pub(crate) fn literal(chance: &mut Chance) -> String {
    let words = [
        "things",
        "v1",
        "b",
        "lists",
        "$metadata",
        "a,b;c=d",
        "x@y",
        "p%20q",
    ];
    let mut path = String::new();
    for _ in 0..chance.below(3) {
        let word = *chance.of(&words);
        path.push_str(word);
        path.push('/');
    }
    path
}
