//! Generates the modules of the documents that calls are recorded of, and the code that makes the calls.

use std::{collections::BTreeSet, env, error::Error, fs, path::Path};

use gapi_codegen::{Options, Selection, Source, generate};
use gapi_conformance_glue::Part;
use serde_json::Value;

fn main() -> Result<(), Box<dyn Error>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (calls, documents) = (here.join("calls"), here.join("../../discovery-docs"));
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", calls.display());
    let mut names: Vec<String> = fs::read_dir(&calls)?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<Result<_, std::io::Error>>()?;
    names.sort();
    let (mut compute, mut others) = (Vec::new(), Vec::new());
    for name in names.iter().filter_map(|name| name.strip_suffix(".jsonl")) {
        let file = documents.join(format!("{name}.json"));
        println!("cargo::rerun-if-changed={}", file.display());
        let source = Source::new(format!("{name}.json"), fs::read_to_string(&file)?);
        let methods = methods(&fs::read_to_string(calls.join(format!("{name}.jsonl")))?)?;
        let options = Options::new().selection(Selection::parse(&methods)?);
        // The compiler looks at a crate on one core. Compute is half of all, so it has a crate of its own.
        let parts = match name {
            "compute.v1" => &mut compute,
            _ => &mut others,
        };
        parts.push(Part {
            document: name.to_owned(),
            generated: generate(&source, &options)?,
        });
    }
    let out = env::var("OUT_DIR")?;
    for (name, parts) in [("compute", compute), ("others", others)] {
        let file = Path::new(&out).join(name).with_extension("rs");
        fs::write(file, gapi_conformance_glue::calls(&parts))?;
    }
    Ok(())
}

/// The methods that are called.
fn methods(lines: &str) -> Result<BTreeSet<String>, Box<dyn Error>> {
    lines
        .lines()
        .map(|line| {
            let call: Value = serde_json::from_str(line)?;
            Ok(call["path"]
                .as_str()
                .ok_or("a call without a path")?
                .to_owned())
        })
        .collect()
}
