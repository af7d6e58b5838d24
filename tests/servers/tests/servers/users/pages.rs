//! The three pages at the end, as Chromium lays them out: on a phone and on a desk, light and dark.

use std::path::Path;

use base64::{Engine, engine::general_purpose::STANDARD};
use gapi::auth::{ClientSecrets, Flow};
use gapi_servers::Browser;
use serde_json::Value;

use super::support::{agree, flow, wait_for};

/// What of the layout matters.
const MEASURE: &str = r"
const parse = (color) => color.match(/[\d.]+/g).map(Number);
const light = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
  .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
const background = (node) => {
  for (; node; node = node.parentElement) {
    const color = parse(getComputedStyle(node).backgroundColor);
    if (color.length < 4 || color[3] > 0) return color;
  }
  return [255, 255, 255];
};
const contrast = (node) => {
  const [a, b] = [light(parse(getComputedStyle(node).color)), light(background(node))].sort((a, b) => b - a);
  return (a + 0.05) / (b + 0.05);
};
const texts = [...document.querySelectorAll('h1, p, summary')];
const circle = getComputedStyle(document.querySelector('circle')).fill;
const mark = getComputedStyle(document.querySelector('svg path')).stroke;
const [x, y] = [light(parse(circle)), light(parse(mark))].sort((a, b) => b - a);
const card = document.querySelector('main').getBoundingClientRect();
return {
  overflow: document.documentElement.scrollWidth - innerWidth,
  texts: texts.map((node) => ({text: node.innerText, contrast: contrast(node), size: parseFloat(getComputedStyle(node).fontSize),
    inside: node.scrollWidth <= node.clientWidth && node.getBoundingClientRect().right <= card.right})),
  mark: (x + 0.05) / (y + 0.05),
  card: {left: card.left, right: innerWidth - card.right, top: card.top, width: card.width, height: card.height},
  background: light(background(document.body)),
  lang: document.documentElement.lang, title: document.title, landmarks: document.querySelectorAll('main h1').length,
  label: document.querySelector('svg').getAttribute('aria-label'),
  resources: performance.getEntriesByType('resource').map((entry) => entry.name),
  query: location.search, history: history.length,
};
";

/// The title and the text of each page.
const PAGES: [(&str, &str, &str); 3] = [
    ("success", "All set", "You are signed in."),
    (
        "denied",
        "Access was not granted",
        "start again from the app",
    ),
    ("problem", "Something went wrong", "invalid_client"),
];

#[tokio::test]
async fn they_are_good_to_look_at() {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/test-servers/screenshots");
    std::fs::create_dir_all(&folder).expect("a folder");
    let browser = Browser::start().await;
    for (name, title, expected) in PAGES {
        reach(&browser, name).await;
        for (screen, width, height) in [
            ("phone", 390, 844),
            ("desktop", 1280, 800),
            ("narrow", 320, 568),
        ] {
            for (scheme, dark) in [("light", false), ("dark", true)] {
                browser.show_on(width, height, dark).await;
                let at = format!("{name}, {screen}, {scheme}");
                check(
                    &browser.script(MEASURE).await,
                    title,
                    expected,
                    f64::from(width),
                    dark,
                    &at,
                );
                let picture = STANDARD.decode(browser.screenshot().await).expect("base64");
                assert!(picture.starts_with(b"\x89PNG"), "{at}");
                std::fs::write(
                    folder.join(format!("{name}-{screen}-{scheme}.png")),
                    picture,
                )
                .expect("written");
            }
        }
        browser.show_on(1280, 800, false).await;
    }
    browser.quit().await;
}

/// Brings the browser to one of the pages.
async fn reach(browser: &Browser, name: &str) {
    let wanted = match name {
        // The server finds out about the secret when the code is exchanged.
        "problem" => Flow::new(with_wrong_secret(), ["openid"]).prompt("consent"),
        _ => flow(),
    };
    let waiting = wait_for(wanted, |server| server).await;
    browser.open(&waiting.url).await;
    match name {
        "denied" => {
            // A user who is signed in already is asked for consent only.
            if browser.text().await.contains("Sign in") {
                browser.click("#approve").await;
            }
            browser.click("#deny").await;
        }
        _ => agree(browser).await,
    }
    let _ = waiting.outcome.await.expect("no panic");
}

fn check(page: &Value, title: &str, expected: &str, width: f64, dark: bool, at: &str) {
    let number = |value: &Value| value.as_f64().expect("a number");
    assert_eq!(page["title"], title, "{at}");
    assert_eq!(page["lang"], "en", "{at}");
    assert_eq!(
        page["landmarks"], 1,
        "{at}: one heading in the main landmark"
    );
    assert!(
        page["label"]
            .as_str()
            .is_some_and(|label| !label.is_empty()),
        "{at}: the picture has a name"
    );
    assert!(
        number(&page["overflow"]) <= 0.0,
        "{at}: wider than the screen by {}",
        page["overflow"]
    );
    let texts = page["texts"].as_array().expect("texts");
    let all: Vec<&str> = texts
        .iter()
        .filter_map(|text| text["text"].as_str())
        .collect();
    assert_eq!(all[0], title, "{at}");
    assert!(all.join(" ").contains(expected), "{at}: {all:?}");
    for text in texts {
        // WCAG 2.2, level AAA for text.
        assert!(number(&text["contrast"]) >= 7.0, "{at}: contrast {text}");
        assert!(number(&text["size"]) >= 13.0, "{at}: size {text}");
        assert_eq!(text["inside"], true, "{at}: cut off {text}");
    }
    assert!(
        number(&page["mark"]) >= 4.5,
        "{at}: the mark's contrast is {}",
        page["mark"]
    );
    let card = &page["card"];
    assert!(
        (number(&card["left"]) - number(&card["right"])).abs() <= 1.0,
        "{at}: in the middle {card}"
    );
    assert!(
        number(&card["left"]) >= 8.0 && number(&card["top"]) >= 8.0,
        "{at}: room around {card}"
    );
    assert!(number(&card["width"]) <= width.min(560.0), "{at}: {card}");
    let background = number(&page["background"]);
    assert_eq!(background < 0.2, dark, "{at}: a background of {background}");
    assert_eq!(
        page["resources"],
        serde_json::json!([]),
        "{at}: nothing is loaded"
    );
    assert_eq!(
        page["query"], "",
        "{at}: the code is not in the address bar"
    );
}

/// The desktop client with a secret that is not its own.
fn with_wrong_secret() -> ClientSecrets {
    let server = gapi_servers::server("oidc-provider");
    ClientSecrets::new("desktop", "guessed")
        .auth_uri(format!("{server}/auth"))
        .token_uri(format!("{server}/token"))
}
