//! What a server can tell a repeated call by.

use gapi_codegen::model::TokenIn;

use crate::support::*;

#[test]
fn request_ids_and_preconditions() {
    let api = api("repeating");
    let query = |name: &str| TokenIn::Query(name.to_owned());
    let body = |path: &str| TokenIn::Body(path.to_owned());
    for (name, request_id, preconditions) in [
        // Reading needs none of it.
        ("things.get", false, vec![]),
        // What is new has a generation to be told, but neither a metageneration nor an etag.
        ("things.insert", true, vec![query("ifGenerationMatch")]),
        (
            "things.update",
            false,
            vec![
                query("ifGenerationMatch"),
                query("ifMetagenerationMatch"),
                body("etag"),
            ],
        ),
        // Its etag is for reading.
        ("things.patch", false, vec![]),
        ("things.delete", true, vec![query("etag")]),
        ("things.stop", false, vec![body("etag")]),
        // Not one id, but a list of them.
        ("things.setPolicy", false, vec![body("policy.etag")]),
    ] {
        let method = method(&api, name);
        assert_eq!(method.request_id, request_id, "{name}");
        assert_eq!(method.preconditions, preconditions, "{name}");
    }
}
