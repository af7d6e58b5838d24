//! The console flow.

use std::{
    collections::VecDeque,
    io,
    sync::{Arc, Mutex},
};

use gapi_auth::{AuthError, AuthErrorKind, AuthorizedUser, InstalledAppFlow};
use serde_json::json;

use super::{
    endpoint::Endpoint,
    flow::{flow, granting, parameter},
};

type Displayed = Arc<Mutex<Vec<String>>>;

/// Runs a flow whose user pastes these texts; `STATE` is the flow's state.
async fn run(
    endpoint: &Endpoint,
    redirect: Option<&str>,
    pasted: &[&str],
) -> (Result<AuthorizedUser, AuthError>, Vec<String>) {
    let displayed = Displayed::default();
    let texts = displayed.clone();
    let mut pasted: VecDeque<String> = pasted.iter().map(|text| (*text).to_owned()).collect();
    let mut state = None;
    let mut console = InstalledAppFlow::new(flow(endpoint))
        .run_console()
        .ask(move |text| {
            texts.lock().expect("texts").push(text.to_owned());
            if let Some(url) = text
                .split_whitespace()
                .find(|word| word.starts_with("https://"))
            {
                state = parameter(url, "state");
            }
            let next = pasted
                .pop_front()
                .ok_or_else(|| io::Error::other("the user has gone"))?;
            Ok(next.replace("STATE", state.as_deref().expect("a URL was shown")))
        });
    if let Some(redirect) = redirect {
        console = console.redirect_uri(redirect);
    }
    let outcome = console.await;
    let displayed = displayed.lock().expect("texts").clone();
    (outcome, displayed)
}

#[tokio::test]
async fn the_redirect_url_or_the_code_is_pasted() {
    for pasted in [
        "http://127.0.0.1:1/?state=STATE&code=4/x&scope=a\n",
        "  4%2Fx ",
        "4/x",
    ] {
        let endpoint = granting(json!({}));
        let (outcome, displayed) = run(&endpoint, None, &[pasted]).await;
        outcome.expect(pasted);
        assert!(
            displayed[0].contains("redirect_uri=http%3A%2F%2F127.0.0.1%3A1%2F"),
            "{displayed:?}"
        );
        assert!(displayed[0].contains("address bar"), "{displayed:?}");
        let form = endpoint.recorded()[0].form();
        assert_eq!(
            (form["code"].as_str(), form["redirect_uri"].as_str()),
            ("4/x", "http://127.0.0.1:1/")
        );
        assert!(form.contains_key("code_verifier"));
    }
}

#[tokio::test]
async fn the_user_may_try_again_but_not_for_ever() {
    let endpoint = granting(json!({}));
    let (outcome, displayed) = run(
        &endpoint,
        None,
        &[
            "",
            "http://127.0.0.1:1/?state=old&code=x",
            "http://127.0.0.1:1/?state=STATE&code=x",
        ],
    )
    .await;
    outcome.expect("the third time");
    assert!(
        displayed[2].contains("its `state` is another one"),
        "{displayed:?}"
    );
    let (outcome, _) = run(&endpoint, None, &["two words", "?", "?code="]).await;
    assert_eq!(
        outcome.expect_err("three times").kind(),
        AuthErrorKind::Callback
    );
    let (outcome, _) = run(
        &endpoint,
        None,
        &["http://127.0.0.1:1/?error=access_denied&state=STATE"],
    )
    .await;
    assert_eq!(outcome.expect_err("denied").kind(), AuthErrorKind::Denied);
    let (outcome, _) = run(&endpoint, None, &[]).await;
    assert!(
        outcome
            .expect_err("gone")
            .to_string()
            .contains("the user has gone")
    );
}

#[tokio::test]
async fn out_of_band_is_there_for_servers_that_have_it() {
    for redirect in [
        "urn:ietf:wg:oauth:2.0:oob",
        "urn:ietf:wg:oauth:2.0:oob:auto",
    ] {
        let endpoint = granting(json!({}));
        let (outcome, displayed) = run(&endpoint, Some(redirect), &["the-code"]).await;
        outcome.expect("a user");
        assert!(
            displayed[0].contains("enter the code that the page shows"),
            "{displayed:?}"
        );
        assert_eq!(endpoint.recorded()[0].form()["redirect_uri"], redirect);
    }
}
