//! HTTP clients that programs bring along.

use gapi::{Client, auth::AccessToken};
use gapi_fakes::{Reply, Request, Server};
use serde_json::json;

use crate::support::{INSTANCES, PROJECT, sqladmin};

#[tokio::test]
async fn a_client_of_ones_own_has_its_own_connections() {
    let proxy = Server::start(|_: &Request| Reply::json(200, &json!({"name": "by proxy"})))
        .await
        .unwrap();
    let own = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .proxy(reqwest::Proxy::http(proxy.url()).unwrap())
        .build()
        .unwrap();
    let client = Client::builder()
        .credentials(AccessToken::new("token"))
        // No such host: only the proxy can respond.
        .endpoint("http://sqladmin.invalid")
        .transport(own)
        .build()
        .unwrap();
    let request = sqladmin::instances().get(PROJECT, "orders");
    let instance = request.send(&client).await.unwrap();
    assert_eq!(instance.name.as_deref(), Some("by proxy"));
    let recorded = &proxy.log()[0].request;
    assert_eq!(recorded.path, format!("{INSTANCES}/orders"));
    assert_eq!(recorded.header("host"), Some("sqladmin.invalid"));
    assert_eq!(recorded.bearer(), Some("token"));
}
