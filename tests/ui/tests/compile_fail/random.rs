//! What is generated of documents at random compiles. `cargo xtask corpus --random 1000 --compile` tries more of them.

use std::fmt::Write as _;
use std::path::Path;

use gapi_random_documents::{Outcome, trial};

use crate::compiler::Compiler;

#[test]
fn modules_of_random_documents_compile() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("random");
    std::fs::create_dir_all(&folder).unwrap();
    let (mut modules, mut limit, mut count) = (String::new(), 128, 0);
    // The last one is deeper than rustc walks by itself.
    for seed in (0..24).chain([42]) {
        let trial = trial(seed);
        assert!(trial.faults.is_empty(), "seed {seed}: {:#?}", trial.faults);
        if let Some(Outcome::Module {
            text,
            recursion_limit,
        }) = trial.outcome
        {
            std::fs::write(folder.join(format!("seed_{seed}.rs")), text).unwrap();
            writeln!(modules, "pub mod seed_{seed};").unwrap();
            limit = limit.max(recursion_limit.unwrap_or_default());
            count += 1;
        }
    }
    assert!(count >= 20, "{count} modules");
    assert!(limit > 128, "none is deep");
    let lib = format!(
        "//! Generated modules.\n#![deny(warnings, unused)]\n#![forbid(missing_docs, unsafe_code)]\n#![crate_type = \"lib\"]\n\
         #![recursion_limit = \"{limit}\"]\n{modules}"
    );
    std::fs::write(folder.join("lib.rs"), lib).unwrap();
    let running = Compiler::find().start_in(&folder.join("lib.rs"), &["--crate-name=random"]);
    let output = running.wait_with_output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
}
