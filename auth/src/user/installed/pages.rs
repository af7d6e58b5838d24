//! The pages that the browser shows at the end of the flow.

/// A page with its headers.
pub(super) struct Page {
    pub(super) status: u16,
    pub(super) html: String,
    pub(super) headers: String,
}

/// The outcome that a page reports.
#[derive(Clone, Copy)]
enum PageKind {
    Success,
    Denied,
    Failure,
}

const STYLE: &str = include_str!("page.css");
/// Takes the code out of the address bar and out of the history.
const SCRIPT: &str = "history.replaceState(null,'',location.pathname)";

impl Page {
    /// The user authorized the app.
    pub(super) fn success(message: Option<&str>) -> Self {
        let message =
            message.unwrap_or("You are signed in. You can close this tab and return to the app.");
        Self::new(200, PageKind::Success, "All set", message, None)
    }

    /// The user denied access.
    pub(super) fn denied() -> Self {
        let message = "The app did not get access to your account. You can close this tab. To change your mind, start again from the app.";
        Self::new(
            200,
            PageKind::Denied,
            "Access was not granted",
            message,
            None,
        )
    }

    /// The authorization failed. `detail` is the reason.
    pub(super) fn failed(detail: &str) -> Self {
        let message = "The app could not complete the sign-in. You can close this tab and start again from the app.";
        Self::new(
            400,
            PageKind::Failure,
            "Something went wrong",
            message,
            Some(detail),
        )
    }

    /// The code was refused, and the app waits for another one. `detail` is the reason.
    pub(super) fn refused(detail: &str) -> Self {
        let message = "The app could not complete the sign-in. It still waits for a minute: go back to the sign-in page and try again, or \
                       wait, and then start again from the app.";
        Self::new(
            400,
            PageKind::Failure,
            "Something went wrong",
            message,
            Some(detail),
        )
    }

    /// A request that is not the callback.
    pub(super) fn stray(status: u16) -> Self {
        let message = "This address only accepts the callback of a sign-in that was started from the app, which is still waiting for it.";
        Self::new(
            status,
            PageKind::Failure,
            "Nothing to see here",
            message,
            None,
        )
    }

    fn new(
        status: u16,
        outcome: PageKind,
        title: &str,
        message: &str,
        detail: Option<&str>,
    ) -> Self {
        let (class, label, mark) = match outcome {
            PageKind::Success => ("success", "Success", "M9 16.5l5 5 9.5-11"),
            PageKind::Denied => ("denied", "Not granted", "M9.5 16h13"),
            PageKind::Failure => ("problem", "Problem", "M16 8.5v9.5M16 22.8v.2"),
        };
        let detail = detail.map_or_else(String::new, |detail| {
            format!(
                "<details open><summary>Details</summary><p>{}</p></details>",
                escape(detail)
            )
        });
        let (title, message) = (escape(title), escape(message));
        let html = format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"robots\" content=\"noindex\">\n\
             <link rel=\"icon\" href=\"data:,\">\n<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n\
             <body class=\"{class}\">\n<main>\n\
             <svg viewBox=\"0 0 32 32\" role=\"img\" aria-label=\"{label}\"><circle cx=\"16\" cy=\"16\" r=\"16\"/><path d=\"{mark}\"/></svg>\n\
             <h1>{title}</h1>\n<p>{message}</p>\n{detail}\n</main>\n<script>{SCRIPT}</script>\n</body>\n</html>\n"
        );
        Self {
            status,
            html,
            headers: format!(
                "content-security-policy: default-src 'none'; style-src '{}'; script-src '{}'; img-src data:; \
                 base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n",
                hash(STYLE),
                hash(SCRIPT)
            ),
        }
    }
}

/// Returns the hash of an inline style or script in a content security policy.
fn hash(text: &str) -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    use sha2::{Digest, Sha256};
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text)))
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_a_server_are_escaped() {
        let page = Page::failed("<script>alert(\"1\")</script> & more");
        assert!(page.html.contains("&lt;script&gt;alert(&quot;1&quot;)"));
        assert_eq!(page.html.matches("<script>").count(), 1);
    }

    #[test]
    fn pages_load_nothing_from_elsewhere() {
        for page in [
            Page::success(None),
            Page::denied(),
            Page::failed("x"),
            Page::refused("x"),
            Page::stray(404),
        ] {
            assert!(!page.html.contains("http"), "{}", page.html);
            assert!(page.headers.contains("default-src 'none'"));
        }
    }
}
