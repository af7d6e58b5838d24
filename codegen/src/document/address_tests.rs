use serde_json::{Value, json};

use super::*;

/// The address of a method with this path.
fn url(document: &Value, path: &str) -> Result<String, String> {
    let document: Document = serde_json::from_value(document.clone()).unwrap();
    let address = of(&document).map_err(|errors| errors.to_string())?;
    let path = super::path(path)?;
    Ok(format!(
        "{}{}{path}",
        address.root_url, address.service_path
    ))
}

/// What the reference client makes of the same documents, recorded by `address_record.py`.
#[test]
fn addresses_are_those_of_the_reference_client_where_it_has_any() {
    let cases: Vec<Value> = serde_json::from_str(include_str!("address_cases.json")).unwrap();
    assert!(cases.len() > 40);
    for case in cases {
        let path = case["path"].as_str().unwrap();
        assert_eq!(
            json!(url(&case["document"], path).ok()),
            case["ours"],
            "{case}"
        );
        // Where the two differ, the case has the reason.
        let differs = case["reference"] != case["ours"];
        assert_eq!(differs, case["why"].is_string(), "{case}");
    }
}

#[test]
fn other_roots_are_checked_too() {
    let of = |more: Value| {
        let mut document = json!({"rootUrl": "https://a.example/r/", "servicePath": "/s"});
        document
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        super::of(&serde_json::from_value(document).unwrap())
    };
    // All of them are roots that the service path is resolved below.
    let address = of(json!({"mtlsRootUrl": "https://a.mtls.example", "endpoints": [
        {"location": "b", "endpointUrl": "https://b.example/r/"}, {"location": "a", "endpointUrl": "https://a.example"}], "batchPath": "/batch"}))
    .unwrap();
    assert_eq!(
        address.mtls_root_url.as_deref(),
        Some("https://a.mtls.example/")
    );
    let endpoints: Vec<&str> = address
        .endpoints
        .iter()
        .map(|endpoint| &*endpoint.url)
        .collect();
    assert_eq!(endpoints, ["https://a.example/", "https://b.example/"]);
    assert_eq!(
        (&*address.root_url, &*address.batch_path),
        ("https://a.example/", "batch")
    );
    for (more, path) in [
        (
            json!({"mtlsRootUrl": "a.example"}),
            "mtlsRootUrl: `a.example`",
        ),
        (
            json!({"batchPath": "https://a.example/batch"}),
            "batchPath: ",
        ),
        (
            json!({"endpoints": [{"location": "a", "endpointUrl": "https://ä.example/"}]}),
            "endpoints[0].endpointUrl: ",
        ),
    ] {
        let error = of(more).unwrap_err().to_string();
        assert!(error.starts_with(path), "{error}");
    }
}
