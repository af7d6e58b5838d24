//! OAuth scopes and the names of their constants.

use std::collections::BTreeMap;

use super::Scope;
use super::names::{self, Claims};
use crate::Document;
use crate::document::{RestMethod, RestResource};

/// What nearly all scopes begin with, and what the oldest ones do. Nothing is lost without it.
const PREFIXES: [&str; 4] = [
    "https://www.googleapis.com/auth/",
    "https://www.google.com/",
    "https://",
    "http://",
];

/// All scopes of a document, those that only methods name included, sorted by URL.
pub(super) fn of(document: &Document) -> Vec<Scope> {
    let mut descriptions: BTreeMap<&str, &str> = BTreeMap::new();
    collect_methods(document.methods.values(), &mut descriptions);
    collect(&document.resources, &mut descriptions);
    let declared = document
        .auth
        .iter()
        .filter_map(|auth| auth.oauth2.as_ref())
        .flat_map(|oauth2| &oauth2.scopes);
    for (url, scope) in declared {
        descriptions.insert(url, scope.description.as_deref().unwrap_or_default());
    }
    let mut claims = Claims::default();
    descriptions
        .into_iter()
        .map(|(url, description)| Scope {
            ident: claims.claim(&names::shouty(short(url))),
            url: url.to_owned(),
            description: description.to_owned(),
        })
        .collect()
}

fn collect<'d>(
    resources: &'d BTreeMap<String, RestResource>,
    into: &mut BTreeMap<&'d str, &'d str>,
) {
    for resource in resources.values() {
        collect_methods(resource.methods.values(), into);
        collect(&resource.resources, into);
    }
}

fn collect_methods<'d>(
    methods: impl Iterator<Item = &'d RestMethod>,
    into: &mut BTreeMap<&'d str, &'d str>,
) {
    for scope in methods.flat_map(|method| &method.scopes) {
        into.entry(scope).or_default();
    }
}

fn short(url: &str) -> &str {
    PREFIXES
        .iter()
        .find_map(|prefix| url.strip_prefix(prefix))
        .unwrap_or(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ident(url: &str) -> String {
        names::shouty(short(url))
    }

    #[test]
    fn names_are_what_follows_the_common_prefix() {
        assert_eq!(
            ident("https://www.googleapis.com/auth/cloud-platform"),
            "CLOUD_PLATFORM"
        );
        assert_eq!(
            ident("https://www.googleapis.com/auth/drive.photos.readonly"),
            "DRIVE_PHOTOS_READONLY"
        );
        assert_eq!(
            ident("https://www.google.com/calendar/feeds"),
            "CALENDAR_FEEDS"
        );
        assert_eq!(ident("https://mail.google.com/"), "MAIL_GOOGLE_COM");
        assert_eq!(ident("openid"), "OPENID");
    }
}
