//! Requests and responses on the standard error stream, for `--verbose`. Values of secrets are not among them.

use gapi::{AttemptMetrics, HttpRequest, Observer};

use super::preview;
use crate::print::note;

/// Prints each attempt.
#[derive(Debug)]
pub(super) struct Attempts;

impl Observer for Attempts {
    fn attempt(&self, attempt: &AttemptMetrics) {
        let outcome = match (attempt.status, attempt.error) {
            (Some(status), _) => status.to_string(),
            (None, Some(error)) => error.to_string(),
            (None, None) => "no response".to_owned(),
        };
        let wait = match attempt.wait {
            Some(wait) => format!(", next attempt in {:.1} s", wait.as_secs_f64()),
            None => String::new(),
        };
        note(&format!(
            "< {outcome}: attempt {} of {}, {} bytes, {:.3} s{wait}",
            attempt.number,
            attempt.method,
            attempt.received,
            attempt.duration.as_secs_f64()
        ));
    }
}

/// Returns the lines about a request.
pub(super) fn lines(request: &HttpRequest) -> Vec<String> {
    let mut lines = vec![format!("> {} {}", request.method(), request.redacted_url())];
    lines.extend(
        preview::headers(request)
            .into_iter()
            .map(|header| format!("> {header}")),
    );
    if !request.body().is_empty() {
        lines.push(format!("> body of {} bytes", request.body().len()));
    }
    lines
}
