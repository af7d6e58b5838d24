//! Puts a canary wherever a secret can be, and looks for it wherever something is shown.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod auth;
mod canary;
mod external;
mod finder;
mod flows;
mod generated;
mod paths;
mod runtime;
mod trace;
mod transport;
mod users;

use std::{collections::BTreeSet, path::Path};

use tokio::sync::OnceCell;

/// The entry of the table for one public type.
struct Entry {
    /// The crate's name and the type's: `gapi_auth::Token`.
    name: &'static str,
    holds: Holds,
}

enum Holds {
    /// A secret, at most: what is shown of values that hold the canary.
    Secrets(Vec<String>),
    /// Nothing that could be secret, and why.
    Nothing(&'static str),
}

/// A type that can hold a secret.
fn secret(name: &'static str, displayed: Vec<String>) -> Entry {
    Entry {
        name,
        holds: Holds::Secrets(displayed),
    }
}

/// A type that cannot.
fn open(name: &'static str, reason: &'static str) -> Entry {
    Entry {
        name,
        holds: Holds::Nothing(reason),
    }
}

/// Made once: both tests look at the same values.
async fn table() -> &'static [Entry] {
    static TABLE: OnceCell<Vec<Entry>> = OnceCell::const_new();
    let make = async || {
        trace::collect();
        let mut entries = transport::entries().await;
        entries.extend(auth::entries().await);
        entries.extend(users::entries().await);
        entries.extend(external::entries().await);
        entries.extend(runtime::entries().await);
        entries
    };
    TABLE.get_or_init(make).await
}

#[tokio::test]
async fn every_public_type_is_in_the_table() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let crates = [
        ("gapi", "src/lib.rs"),
        ("gapi_auth", "auth/src/lib.rs"),
        ("gapi_transport", "transport/src/lib.rs"),
    ];
    let mut found = BTreeSet::new();
    for (name, file) in crates {
        let types = finder::public_types(&root.join(file)).unwrap();
        assert!(types.len() >= 5, "{name}: only {types:?}");
        found.extend(types.into_iter().map(|ty| format!("{name}::{ty}")));
    }
    let covered: BTreeSet<String> = table()
        .await
        .iter()
        .map(|entry| entry.name.to_owned())
        .collect();
    let missing: Vec<_> = found.difference(&covered).collect();
    assert!(
        missing.is_empty(),
        "public types that the table does not cover: {missing:#?}"
    );
    let gone: Vec<_> = covered.difference(&found).collect();
    assert!(
        gone.is_empty(),
        "rows of the table without a public type: {gone:#?}"
    );
}

#[tokio::test]
async fn nothing_shows_the_canary() {
    let mut leaks = Vec::new();
    for entry in table().await {
        match &entry.holds {
            Holds::Secrets(displayed) => {
                assert!(!displayed.is_empty(), "{}: nothing is shown", entry.name);
                let leaked = displayed.iter().filter(|text| canary::is_in(text));
                leaks.extend(leaked.map(|text| format!("{}: {text}", entry.name)));
            }
            Holds::Nothing(reason) => assert!(!reason.is_empty(), "{}: no reason", entry.name),
        }
    }
    let traced = trace::text();
    assert!(traced.contains("gapi"), "nothing was traced");
    leaks.extend(
        traced
            .lines()
            .filter(|line| canary::is_in(line))
            .map(|line| format!("traced: {line}")),
    );
    assert!(leaks.is_empty(), "{leaks:#?}");
}
