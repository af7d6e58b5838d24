//! Calls that are made at run time, compared with the requests of the reference client.

use std::{collections::BTreeMap, fmt, fs, path::Path};

use gapi_codegen::Source;
use gapi_conformance_replay::{Line, dynamic_request};
use gapi_dynamic::{Hosts, Service};
use serde_json::Value;

use crate::{Observed, Recorded, name_as_given, observed};

/// What gapi does otherwise on purpose: its name, and what changes the request of the reference client so that it is the one that gapi has to
/// send; false where it changes nothing. It has the call, too.
type Rule = (&'static str, fn(&mut Observed, &Value) -> bool);

/// All deliberate differences. Any other one fails.
const RULES: [Rule; 1] = [("`%` in a name is a character as any other", |want, call| {
    let before = want.path.clone();
    name_as_given(want, &call["params"]);
    want.path != before
})];

/// How the requests compare.
#[derive(Debug, Default)]
pub struct Comparison {
    /// The calls.
    pub all: usize,
    /// Those whose requests are equal.
    pub equal: usize,
    /// How often each rule was needed.
    pub rules: BTreeMap<&'static str, usize>,
    /// The differences.
    pub wrong: Vec<String>,
}

impl Comparison {
    /// Makes the calls of the documents in a folder and compares their requests with the wanted ones. Calls of one document should come
    /// one after the other.
    #[must_use]
    pub fn of(docs: &Path, calls: impl IntoIterator<Item = (Value, Value)>) -> Self {
        let mut comparison = Self::default();
        let mut opened: Option<(String, Result<Service, String>)> = None;
        for (call, want) in calls {
            let document = call["doc"].as_str().unwrap_or_default();
            let service = match opened.take() {
                Some((name, service)) if name == document => service,
                _ => open(docs, document),
            };
            let compared = match &service {
                Ok(service) => comparison.compare(service, &call, &want),
                Err(why) => Err(why.clone()),
            };
            comparison.all += 1;
            match compared {
                Ok(()) => comparison.equal += 1,
                Err(why) => {
                    let name = call.get("path").unwrap_or(&call["method"]);
                    let line = format!("{document} {name}: {why}");
                    comparison.wrong.push(line);
                }
            }
            opened = Some((document.to_owned(), service));
        }
        comparison
    }

    fn compare(&mut self, service: &Service, call: &Value, want: &Value) -> Result<(), String> {
        let line: Line = serde_json::from_value(call.clone()).map_err(|error| error.to_string())?;
        let got = dynamic_request(service, &line).map_err(|fault| fault.to_string())?;
        let (mut want, got) = (observed(want)?, observed(&got)?);
        for (name, rule) in RULES {
            if rule(&mut want, call) {
                *self.rules.entry(name).or_default() += 1;
            }
        }
        if want == got {
            return Ok(());
        }
        Err(format!("\n  want {want:?}\n  got  {got:?}"))
    }
}

/// Makes all recorded calls at run time.
///
/// # Errors
/// When the calls cannot be read.
pub fn recorded_at_run_time() -> Result<Comparison, String> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = fs::read_dir(here.join("calls")).map_err(|error| error.to_string())?;
    let mut names: Vec<String> = files
        .filter_map(|file| file.ok()?.file_name().into_string().ok())
        .filter_map(|name| Some(name.strip_suffix(".jsonl")?.to_owned()))
        .collect();
    names.sort();
    let mut all = Vec::new();
    for name in names {
        all.extend(Recorded::of(&name)?.into_iter().map(Recorded::into_parts));
    }
    Ok(Comparison::of(&here.join("../../discovery-docs"), all))
}

fn open(docs: &Path, document: &str) -> Result<Service, String> {
    let file = format!("{document}.json");
    let text = fs::read_to_string(docs.join(&file)).map_err(|error| error.to_string())?;
    Service::from_source(Source::new(file, text), &Hosts::Google).map_err(|error| error.to_string())
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.wrong {
            writeln!(f, "{line}")?;
        }
        for (rule, count) in &self.rules {
            writeln!(f, "{count} by the rule: {rule}")?;
        }
        write!(f, "{}/{} requests equal", self.equal, self.all)
    }
}
