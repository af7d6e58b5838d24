//! Generates modules of a sample of the recorded calls, and the code that makes the calls.

use std::{collections::BTreeMap, env, error::Error, fs, path::Path};

use gapi_codegen::{Options, Source, generate};
use gapi_conformance_glue::{Part, excerpt, sample};
use serde_json::Value;

fn main() -> Result<(), Box<dyn Error>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (calls, documents) = (here.join("calls"), here.join("../../discovery-docs"));
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", calls.display());
    let mut recorded = BTreeMap::new();
    for entry in fs::read_dir(&calls)? {
        let file = entry?.file_name().to_string_lossy().into_owned();
        let Some(name) = file.strip_suffix(".jsonl") else {
            continue;
        };
        let document = documents.join(format!("{name}.json"));
        println!("cargo::rerun-if-changed={}", document.display());
        let value: Value = serde_json::from_str(&fs::read_to_string(&document)?)?;
        let lines = fs::read_to_string(calls.join(&file))?;
        let lines: Vec<Value> = lines
            .lines()
            .map(serde_json::from_str)
            .collect::<Result<_, _>>()?;
        recorded.insert(name.to_owned(), (value, lines));
    }
    let selected = sample(
        recorded
            .iter()
            .map(|(name, (document, lines))| (name.as_str(), document, &lines[..])),
    );
    let mut parts = Vec::new();
    for (name, methods) in &selected {
        let text = excerpt(&recorded[name].0, methods).to_string();
        parts.push(Part {
            document: name.clone(),
            generated: generate(&Source::new(format!("{name}.json"), text), &Options::new())?,
        });
    }
    let out = env::var("OUT_DIR")?;
    let out = Path::new(&out);
    fs::write(out.join("sample.rs"), gapi_conformance_glue::calls(&parts))?;
    fs::write(out.join("sample.json"), serde_json::to_string(&selected)?)?;
    Ok(())
}
