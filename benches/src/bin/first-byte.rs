//! How much processor time it takes from a document to the request of one method, beside reading the text of the document as a JSON
//! value: by the library in this process, and by `gapi call` as a process of its own, which prints the request. What it takes to send it
//! and to print the response is measured too: most of that is reading the system's root certificates.

use std::hint::black_box;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use gapi_dynamic::Service;
use gapi_fakes::{Reply, Request, Server};
use serde_json::{Map, Value};

type Failure = Box<dyn std::error::Error>;

/// A document, a method and its required parameters.
struct Case {
    document: &'static str,
    method: &'static str,
    parameters: &'static [&'static str],
    /// The number of repetitions in this process for each one of the command.
    repetitions: u32,
    /// The largest ratio.
    goal: f64,
}

const CASES: [Case; 4] = [
    Case::new(
        "compute.v1",
        "instances.get",
        &["project", "zone", "instance"],
        1,
        4.0,
    ),
    Case::new(
        "compute.v1",
        "instances.insert",
        &["project", "zone"],
        1,
        4.0,
    ),
    Case::new("sqladmin.v1", "instances.list", &["project"], 10, 10.0),
    Case::new("sqladmin.v1", "instances.insert", &["project"], 10, 10.0),
];

/// How often the four kinds of work follow one another, and how often the command is called each time.
const ROUNDS: u32 = 10;
const CALLS: u32 = 10;

impl Case {
    const fn new(
        document: &'static str,
        method: &'static str,
        parameters: &'static [&'static str],
        repetitions: u32,
        goal: f64,
    ) -> Self {
        Self {
            document,
            method,
            parameters,
            repetitions,
            goal,
        }
    }

    /// Measures in turns, prints the ratios, and returns whether they are as small as the goal.
    fn measure(&self, command: &Path, server: &str) -> Result<bool, Failure> {
        let path = format!("discovery-docs/{}.json", self.document);
        let text = std::fs::read_to_string(&path)?;
        let parameters = self.parameters.iter();
        let given: Map<String, Value> = parameters
            .map(|name| ((*name).to_owned(), Value::from("x")))
            .collect();
        let value = || {
            black_box(serde_json::from_slice::<Value>(text.as_bytes())?);
            Ok(())
        };
        let request = || {
            let service = Service::from_json(&*text)?;
            black_box(
                service
                    .call(self.method, Value::from(given.clone()))?
                    .to_http()?,
            );
            Ok(())
        };
        let call = |options: &[&str]| {
            let status = Command::new(command)
                .args(["call", "--anonymous", "--endpoint-url", server])
                .args(options)
                .args([&path, self.method])
                .args(self.parameters)
                .stdout(Stdio::null())
                .status()?;
            if status.success() {
                Ok(())
            } else {
                Err(format!("gapi call {path} {}: {status}", self.method).into())
            }
        };
        let (previewed, sent) = (|| call(&["--dry-run"]), || call(&[]));
        let inside = self.repetitions * CALLS;
        let mut times = [Duration::ZERO; 4];
        for _ in 0..ROUNDS {
            times[0] += took(inside, own_time, &value)?;
            times[1] += took(inside, own_time, &request)?;
            times[2] += took(CALLS, time_of_children, &previewed)?;
            times[3] += took(CALLS, time_of_children, &sent)?;
        }
        let [read, made, called, sent] = [
            times[0] / (ROUNDS * inside),
            times[1] / (ROUNDS * inside),
            times[2] / (ROUNDS * CALLS),
            times[3] / (ROUNDS * CALLS),
        ];
        let ratio = |time: Duration| time.as_secs_f64() / read.as_secs_f64();
        let (
            Self {
                document,
                method,
                goal,
                ..
            },
            made_ratio,
            called_ratio,
        ) = (self, ratio(made), ratio(called));
        println!(
            "{document} {method}: request {made_ratio:.2}, command {called_ratio:.2} (goal: at most {goal}); a value {read:.1?}, the request {made:.1?}, the command {called:.1?}, with a response {sent:.1?}"
        );
        Ok(made_ratio <= *goal && called_ratio <= *goal)
    }
}

#[tokio::main(flavor = "multi_thread", worker_threads = 1)]
async fn main() -> Result<ExitCode, Failure> {
    let command = std::env::args_os()
        .nth(1)
        .ok_or("the path of the command `gapi` is missing")?;
    let respond = |_: &Request| Reply::new(200).body("application/json", "{}");
    let server = Server::start(respond).await?;
    let mut met = true;
    for case in CASES {
        met &= case.measure(Path::new(&command), &server.url())?;
    }
    Ok(ExitCode::from(u8::from(!met)))
}

/// Returns the processor time that repetitions take.
fn took(
    repetitions: u32,
    clock: fn() -> Option<Duration>,
    run: &dyn Fn() -> Result<(), Failure>,
) -> Result<Duration, Failure> {
    let (before, wall) = (clock(), Instant::now());
    for _ in 0..repetitions {
        run()?;
    }
    Ok(match (before, clock()) {
        (Some(before), Some(after)) => after.saturating_sub(before),
        // Not on Linux.
        _ => wall.elapsed(),
    })
}

/// Returns the processor time of this thread.
fn own_time() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds = text.split(' ').next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}

/// Returns the processor time of the processes that this one has waited for, in the kernel and outside of it, in hundredths of a second.
fn time_of_children() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program, in parentheses, may have spaces.
    let mut fields = text.rsplit(')').next()?.split_whitespace().skip(13);
    let hundredths = fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?;
    Some(Duration::from_millis(10 * hundredths))
}
