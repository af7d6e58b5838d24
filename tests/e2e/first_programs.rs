//! Programs that `gapi init` writes compile as they are. Tests of the command hold their text, and `cargo xtask first-programs` runs some.

#[allow(dead_code)]
#[path = "../../cli/tests/init/drive.rs"]
mod drive_program;

#[allow(dead_code)]
#[path = "../../cli/tests/init/gmail.rs"]
mod gmail_program;
