//! Makes the types that generated ones are measured beside: the same schemas, with serde's derives.

use std::{env, error::Error, fs, path::Path};

use gapi_codegen::{Options, Selection, Source, generate};

fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let file = "sqladmin.v1.json";
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../discovery-docs")
        .join(file);
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", path.display());
    let source = Source::new(file, fs::read_to_string(path)?);
    let options = Options::new().selection(Selection::parse(["instances.list"])?);
    let module = gapi_derived::module(&generate(&source, &options)?.api)?;
    let out = env::var("OUT_DIR")?;
    let file = Path::new(&out).join("derived.rs");
    fs::write(&file, module)?;
    // A module of its own, because it begins with attributes of its own.
    let module = format!(
        "/// The same schemas with serde's derives, and without `extra`.\n\
         #[allow(missing_docs, clippy::all, rustdoc::all)]\n#[path = {file:?}]\npub mod derived;\n"
    );
    fs::write(Path::new(&out).join("modules.rs"), module)?;
    Ok(())
}
