//! How long it takes from the text of a document to the request of one method, beside reading the same text as a JSON value.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use gapi_dynamic::Service;
use serde_json::{Value, json};

/// A document, a method, its parameters, and the largest ratio.
type Case = (&'static str, &'static str, Value, f64);

/// How often each is measured, in turns.
const ROUNDS: usize = 21;

fn main() -> ExitCode {
    let compute = json!({"project": "p", "zone": "z", "instance": "i"});
    let cases: [Case; 5] = [
        ("compute.v1", "instances.get", compute, 4.0),
        (
            "compute.v1",
            "instances.insert",
            json!({"project": "p", "zone": "z"}),
            4.0,
        ),
        (
            "compute.v1",
            "instances.aggregatedList",
            json!({"project": "p"}),
            4.0,
        ),
        (
            "sqladmin.v1",
            "instances.list",
            json!({"project": "p"}),
            10.0,
        ),
        (
            "sqladmin.v1",
            "instances.insert",
            json!({"project": "p"}),
            10.0,
        ),
    ];
    let mut misses = 0;
    for (document, method, parameters, goal) in cases {
        let path = format!("discovery-docs/{document}.json");
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) => {
                eprintln!("error: {path}: {error}");
                return ExitCode::FAILURE;
            }
        };
        let mut ratios = Vec::with_capacity(ROUNDS);
        let mut fastest = [Duration::MAX; 2];
        for _ in 0..ROUNDS {
            let start = Instant::now();
            let value = serde_json::from_slice::<Value>(text.as_bytes());
            let read = start.elapsed();
            let copy = text.clone();
            let start = Instant::now();
            let request =
                Service::from_json(copy).and_then(|api| api.call(method, parameters.clone()));
            let sent = request.map(|request| request.to_http());
            let made = start.elapsed();
            if !matches!(sent, Ok(Ok(_))) || value.is_err() {
                eprintln!("error: {document} {method}: no request");
                return ExitCode::FAILURE;
            }
            ratios.push(made.as_secs_f64() / read.as_secs_f64());
            fastest = [fastest[0].min(read), fastest[1].min(made)];
        }
        ratios.sort_by(f64::total_cmp);
        let ratio = ratios[ROUNDS / 2];
        misses += usize::from(ratio > goal);
        let [read, made] = fastest;
        println!(
            "{document} {method}: {ratio:.2} (goal: at most {goal}); a value {read:.1?}, the request {made:.1?}"
        );
    }
    ExitCode::from(u8::from(misses > 0))
}
