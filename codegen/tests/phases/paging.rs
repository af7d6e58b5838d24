//! Which methods are paged, and where their items are.

use gapi_codegen::model::TokenIn;

use crate::support::*;

fn query(name: &str) -> TokenIn {
    TokenIn::Query(name.to_owned())
}

fn body(name: &str) -> TokenIn {
    TokenIn::Body(name.to_owned())
}

#[test]
fn tokens_are_found_in_the_query_or_the_body() {
    let api = api("paging");
    let paging = |path: &str| {
        let paging = method(&api, path).paging.clone()?;
        Some((paging.token, paging.next, paging.size))
    };
    let next = || "nextPageToken".to_owned();
    assert_eq!(
        paging("widgets.items"),
        Some((query("pageToken"), next(), Some(query("pageSize"))))
    );
    assert_eq!(
        paging("widgets.aggregated"),
        Some((query("pageToken"), next(), Some(query("maxResults"))))
    );
    assert_eq!(
        paging("widgets.inPageToken"),
        Some((
            query("pageToken"),
            "pageToken".to_owned(),
            Some(query("pageSize"))
        ))
    );
    assert_eq!(
        paging("widgets.body"),
        Some((body("pageToken"), next(), Some(body("pageSize"))))
    );
    assert_eq!(
        paging("widgets.queryWins"),
        Some((query("pageToken"), next(), Some(body("pageSize"))))
    );
    // A size that is no number is none.
    assert_eq!(
        paging("widgets.nextInQuery"),
        Some((query("nextPageToken"), next(), None))
    );
}

#[test]
fn half_a_page_is_no_page() {
    let api = api("paging");
    for path in [
        "widgets.noResponseToken",
        "widgets.noRequestToken",
        "widgets.noResponse",
    ] {
        assert!(method(&api, path).paging.is_none(), "{path}");
    }
}

#[test]
fn items_are_found_by_rule() {
    let api = api("paging");
    let items = |path: &str| {
        let items = method(&api, path).paging.clone().unwrap().items?;
        Some((items.ident, spell(&api, &items.ty), items.map))
    };
    let list = |ident: &str| Some((ident.to_owned(), "Item".to_owned(), false));
    assert_eq!(items("widgets.items"), list("items"));
    assert_eq!(
        items("widgets.aggregated"),
        Some(("items".to_owned(), "Scoped".to_owned(), true))
    );
    assert_eq!(items("widgets.only"), list("files"));
    assert_eq!(
        items("widgets.scalars"),
        Some(("names".to_owned(), "String".to_owned(), false))
    );
    assert_eq!(items("widgets.named"), list("widgets"));
    assert_eq!(items("widgets.results"), list("results"));
    assert_eq!(items("widgets.singular"), list("widget"));
    assert_eq!(items("widgets.matching"), list("matching_widgets"));
    assert_eq!(items("widgets.left"), list("errors"));
    assert_eq!(
        items("widgets.anys"),
        Some(("rows".to_owned(), "{Any}".to_owned(), false))
    );
    assert_eq!(items("widgets.two"), None);
    assert_eq!(items("widgets.none"), None);
}
