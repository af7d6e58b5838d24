//! Chromium without a window, through the WebDriver protocol of Debian's chromedriver.

use gapi::transport::{Body, default_transport};
use serde_json::{Value, json};

/// A browser with a new, empty profile. Call [`Browser::quit`] at the end: one that a failed test leaves continues to run.
#[derive(Debug)]
pub struct Browser {
    session: String,
}

/// The flags of a browser that asks nothing of anybody but the pages that it is sent to.
const FLAGS: [&str; 10] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
];

impl Browser {
    /// Starts one through the chromedriver that `cargo xtask test-servers` started.
    ///
    /// # Panics
    /// Where there is none, or it cannot start a browser.
    pub async fn start() -> Self {
        let driver = crate::server("chromedriver");
        // Without a folder named, chromedriver makes a new one for the profile, and removes it.
        let wanted = json!({"capabilities": {"alwaysMatch": {"browserName": "chrome", "goog:chromeOptions": {"args": FLAGS}}}});
        let made = call("POST", &format!("{driver}/session"), Some(&wanted)).await;
        let id = made["sessionId"].as_str().expect("a session").to_owned();
        Self {
            session: format!("{driver}/session/{id}"),
        }
    }

    async fn command(&self, command: &str, body: Value) -> Value {
        call("POST", &format!("{}/{command}", self.session), Some(&body)).await
    }

    async fn get(&self, what: &str) -> Value {
        call("GET", &format!("{}/{what}", self.session), None).await
    }

    /// Goes to a page. One that cannot be reached shows the browser's own error page.
    pub async fn open(&self, url: &str) {
        let body = json!({"url": url}).to_string();
        let request = http::Request::post(format!("{}/url", self.session)).body(Body::from(body));
        let transport = default_transport().expect("a transport");
        // The error of chromedriver then has no more than the page.
        let response = transport.send(request.expect("a request")).await;
        response.expect("chromedriver responds");
    }

    /// What the address bar shows.
    pub async fn url(&self) -> String {
        self.get("url")
            .await
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// Clicks on what a CSS selector finds, and waits for the page that follows.
    ///
    /// # Panics
    /// When nothing is found.
    pub async fn click(&self, selector: &str) {
        let found = self
            .command(
                "element",
                json!({"using": "css selector", "value": selector}),
            )
            .await;
        let element = found
            .as_object()
            .and_then(|found| found.values().next()?.as_str());
        let element = element.unwrap_or_else(|| panic!("{selector}: {found}"));
        let url = format!("{}/element/{element}/click", self.session);
        let request = http::Request::post(url)
            .body(Body::from("{}"))
            .expect("a request");
        // A page that cannot be reached, where a flow may lead, is an error to chromedriver.
        let response = default_transport()
            .expect("a transport")
            .send(request)
            .await;
        response.expect("chromedriver responds");
    }

    /// Runs JavaScript in the page, and gives what it returns.
    pub async fn script(&self, script: &str) -> Value {
        self.command("execute/sync", json!({"script": script, "args": []}))
            .await
    }

    /// The text of the page.
    pub async fn text(&self) -> String {
        let text = self.script("return document.body.innerText").await;
        text.as_str().unwrap_or_default().to_owned()
    }

    /// Shows the page on a screen of `width` and `height` CSS pixels, dark or light.
    pub async fn show_on(&self, width: u32, height: u32, dark: bool) {
        let screen = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600});
        self.devtools("Emulation.setDeviceMetricsOverride", screen)
            .await;
        let scheme = if dark { "dark" } else { "light" };
        let media = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.devtools("Emulation.setEmulatedMedia", media).await;
    }

    async fn devtools(&self, command: &str, parameters: Value) {
        self.command(
            "goog/cdp/execute",
            json!({"cmd": command, "params": parameters}),
        )
        .await;
    }

    /// A picture of the screen, as PNG in base64.
    pub async fn screenshot(&self) -> String {
        self.get("screenshot")
            .await
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// Ends the browser.
    pub async fn quit(self) {
        call("DELETE", &self.session, None).await;
    }
}

/// One command, and the value that it gives.
async fn call(method: &str, url: &str, body: Option<&Value>) -> Value {
    let body = body.map_or(Body::empty(), |body| Body::from(body.to_string()));
    let request = http::Request::builder()
        .method(method)
        .uri(url)
        .header("content-type", "application/json")
        .body(body)
        .expect("a request");
    let transport = default_transport().expect("a transport");
    let response = transport
        .send(request)
        .await
        .expect("chromedriver responds");
    let status = response.status();
    let body = response
        .into_body()
        .collect(64 << 20)
        .await
        .expect("a body");
    let mut response: Value = serde_json::from_slice(&body).expect("JSON");
    assert!(
        status.is_success(),
        "{method} {url}: {}",
        response["value"]["message"]
    );
    response["value"].take()
}
