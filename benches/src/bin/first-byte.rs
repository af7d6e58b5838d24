//! How much processor time it takes from the text of a document to the request of one method, beside reading the same text as a JSON value.

use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use gapi_dynamic::Service;
use serde_json::{Value, json};

/// A document, a method, its parameters, the number of repetitions of a block, and the largest ratio.
type Case = (&'static str, &'static str, Value, u32, f64);

/// How often the blocks of both follow one another.
const ROUNDS: u32 = 5;

fn main() -> ExitCode {
    let compute = json!({"project": "p", "zone": "z", "instance": "i"});
    let (in_zone, in_project) = (
        json!({"project": "p", "zone": "z"}),
        json!({"project": "p"}),
    );
    let cases: [Case; 4] = [
        ("compute.v1", "instances.get", compute, 10, 4.0),
        ("compute.v1", "instances.insert", in_zone, 10, 4.0),
        (
            "sqladmin.v1",
            "instances.list",
            in_project.clone(),
            100,
            10.0,
        ),
        ("sqladmin.v1", "instances.insert", in_project, 100, 10.0),
    ];
    let mut missed = false;
    for (document, method, parameters, repetitions, goal) in cases {
        let path = format!("discovery-docs/{document}.json");
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) => {
                eprintln!("error: {path}: {error}");
                return ExitCode::FAILURE;
            }
        };
        let value = || serde_json::from_slice::<Value>(text.as_bytes()).is_ok();
        let request = || {
            let request = Service::from_json(&*text)
                .and_then(|service| service.call(method, parameters.clone()));
            request.is_ok_and(|request| request.to_http().is_ok())
        };
        if !value() || !request() {
            eprintln!("error: {document} {method}: no request");
            return ExitCode::FAILURE;
        }
        let mut times = [Duration::ZERO; 2];
        for _ in 0..ROUNDS {
            times[0] += block(repetitions, &value);
            times[1] += block(repetitions, &request);
        }
        let [read, made] = times.map(|time| time / (ROUNDS * repetitions));
        let ratio = made.as_secs_f64() / read.as_secs_f64();
        missed |= ratio > goal;
        println!(
            "{document} {method}: {ratio:.2} (goal: at most {goal}); a value {read:.1?}, the request {made:.1?}"
        );
    }
    ExitCode::from(u8::from(missed))
}

/// Returns the processor time that repetitions take.
fn block(repetitions: u32, run: &dyn Fn() -> bool) -> Duration {
    let (cpu, wall) = (cpu(), Instant::now());
    for _ in 0..repetitions {
        black_box(run());
    }
    match (cpu, self::cpu()) {
        (Some(before), Some(after)) => after.saturating_sub(before),
        // Not on Linux.
        _ => wall.elapsed(),
    }
}

/// Returns the processor time of this thread, in steps of some milliseconds.
fn cpu() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds = text.split(' ').next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}
