//! The flows.

use std::{
    io,
    sync::{Arc, Mutex, mpsc},
};

use gapi::auth::{
    AuthErrorKind, AuthorizedUser, DeviceFlow, Flow, InstalledAppFlow, MemoryStore,
    PendingAuthorization,
};
use gapi_servers::Browser;
use serde_json::json;
use tokio::sync::oneshot;

use super::support::{
    CALENDAR, DRIVE, Displayed, agree, callback, client, flow, refresh_token, refreshed, sign_in,
    token, wait_for, who,
};

/// A URL without a listener; the address bar keeps the URL.
const NOWHERE: &str = "http://127.0.0.1:1/";

#[tokio::test]
async fn from_the_prompt_to_the_success_page_and_to_the_sign_out() {
    let browser = Browser::start().await;
    let waiting = wait_for(flow(), |server| {
        server.success_message("Back to the terminal.")
    })
    .await;
    browser.open(&waiting.url).await;
    assert!(browser.text().await.contains("Sign in"));
    agree(&browser).await;
    let page = browser.text().await;
    assert!(
        page.contains("All set") && page.contains("Back to the terminal."),
        "{page}"
    );
    let user = waiting.outcome.await.expect("no panic").expect("a user");
    browser.quit().await;

    assert_eq!(user.account_name(), Some("ann@example.com"));
    assert!(
        user.has_scopes(["openid", "email", DRIVE, CALENDAR]),
        "{user:?}"
    );
    let first = token(&user).await.expect("a token");
    assert_eq!(
        who(&first).await,
        (
            200,
            json!({"sub": "ann", "email": "ann@example.com", "email_verified": true})
        )
    );

    // This server rotates: each refresh token is good once.
    let user = user
        .clone()
        .save_in(Arc::new(MemoryStore::new()), user.store_key())
        .await
        .expect("kept");
    let old = refresh_token(&user);
    let second = refreshed(&user).await.expect("another token");
    assert_ne!(first, second);
    assert_eq!(who(&second).await.0, 200);
    let new = refresh_token(&user);
    assert_ne!(old, new);
    let third = refreshed(&user).await.expect("and another one");
    assert_ne!(new, refresh_token(&user));
    // Fewer scopes, on request.
    let narrow = user.clone().scopes(["openid"]);
    assert_eq!(
        who(&token(&narrow).await.expect("a token")).await,
        (200, json!({"sub": "ann"}))
    );

    // A copy of a used refresh token is detected, and revokes everything.
    user.revoke().await.expect("revoked");
    assert_eq!(who(&third).await.0, 401);
    let error = token(&user).await.expect_err("signed out");
    assert_eq!(error.kind(), AuthErrorKind::SignInRequired);
}

#[tokio::test]
async fn a_used_refresh_token_is_refused_and_the_error_names_it() {
    let browser = Browser::start().await;
    let user = sign_in(&browser).await;
    browser.quit().await;
    let copy = AuthorizedUser::from_authorized_user_info(&user.to_json()).expect("a copy");
    refreshed(&user).await.expect("a token");
    let error = refreshed(&copy).await.expect_err("used before");
    assert_eq!(error.kind(), AuthErrorKind::SignInRequired);
    assert_eq!(error.oauth_error(), Some("invalid_grant"));
}

#[tokio::test]
async fn a_refusal_is_confirmed_and_reported_to_the_program() {
    let browser = Browser::start().await;
    let waiting = wait_for(flow(), |server| server).await;
    browser.open(&waiting.url).await;
    browser.click("#approve").await;
    browser.click("#deny").await;
    let page = browser.text().await;
    assert!(page.contains("Access was not granted"), "{page}");
    let error = waiting
        .outcome
        .await
        .expect("no panic")
        .expect_err("denied");
    assert_eq!(error.kind(), AuthErrorKind::Denied);
    browser.quit().await;
}

#[tokio::test]
async fn a_code_works_once_and_only_with_its_verifier() {
    let browser = Browser::start().await;
    let flow = flow().redirect_uri(NOWHERE);
    let (url, pending) = flow.authorization_url().expect("a page");
    let response = callback(&browser, &url).await;
    flow.exchange(pending.clone(), &response)
        .await
        .expect("a user");
    let error = flow
        .exchange(pending, &response)
        .await
        .expect_err("a replay");
    assert_eq!(error.oauth_error(), Some("invalid_grant"));

    let (url, pending) = flow.authorization_url().expect("a page");
    let response = callback(&browser, &url).await;
    let mut other = serde_json::to_value(&pending).expect("JSON");
    other["code_verifier"] = json!("x".repeat(64));
    let other: PendingAuthorization = serde_json::from_value(other).expect("a record");
    let error = flow
        .exchange(other, &response)
        .await
        .expect_err("another verifier");
    assert_eq!(error.oauth_error(), Some("invalid_grant"));
    browser.quit().await;
}

#[tokio::test]
async fn on_a_console_the_address_bar_is_pasted() {
    let browser = Browser::start().await;
    let (sender, displayed) = oneshot::channel();
    let sender: Displayed = Arc::new(Mutex::new(Some(sender)));
    let (paste, pasted) = mpsc::channel::<String>();
    let console = InstalledAppFlow::new(flow())
        .run_console()
        .ask(move |text| {
            let url = text
                .split_whitespace()
                .find(|word| word.starts_with("http"))
                .expect("a page");
            let sender = sender.lock().expect("a lock").take().expect("asked once");
            sender.send(url.to_owned()).expect("somebody waits");
            pasted.recv().map_err(io::Error::other)
        });
    let outcome = tokio::spawn(async move { console.await });
    let url = displayed.await.expect("a page");
    paste
        .send(callback(&browser, &url).await)
        .expect("somebody reads");
    outcome.await.expect("no panic").expect("a user");
    browser.quit().await;
}

#[tokio::test]
async fn a_device_waits_until_its_user_has_agreed_or_refused() {
    let browser = Browser::start().await;
    for agrees in [true, false] {
        let flow = Flow::new(client("device"), ["openid", DRIVE]);
        let device = DeviceFlow::new(flow).start().await.expect("a code");
        let page = format!(
            "{}?user_code={}",
            device.verification_url(),
            device.user_code()
        );
        assert!(device.verification_url_complete().is_some());
        let waiting = tokio::spawn(device.wait());
        browser.open(&page).await;
        // The server takes the code from the URL, shows it, then asks who this is and whether they agree.
        browser.click("[type=submit]").await;
        while browser.url().await.contains("/interaction/") {
            browser
                .click(if agrees { "#approve" } else { "#deny" })
                .await;
        }
        let outcome = waiting.await.expect("no panic");
        if agrees {
            let user = outcome.expect("a user");
            refreshed(&user).await.expect("another token");
        } else {
            assert_eq!(outcome.expect_err("refused").kind(), AuthErrorKind::Denied);
        }
        browser
            .open(&format!("{}/forget", gapi_servers::server("oidc-provider")))
            .await;
    }
    browser.quit().await;
}
