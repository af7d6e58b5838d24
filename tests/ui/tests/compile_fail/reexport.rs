//! Programs that know gapi through another library.

use std::path::Path;

use crate::{compiler::Compiler, package};

#[test]
fn macros_and_derives_find_gapi_in_the_library_that_passes_it_on() {
    let compiler = Compiler::find();
    let folder = package().join("reexport");
    let running = compiler.start_in(&folder.join("library.rs"), &[]);
    let output = running.wait_with_output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let library = Path::new(env!("CARGO_TARGET_TMPDIR")).join("liblibrary.rmeta");
    let program = folder.join("program.rs");
    let running = compiler.start_with(&program, ("library", &library), &["-Adead_code"]);
    let output = running.wait_with_output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
}
