//! Files that the command reads. `-` is the standard input stream, which can be read once.

use std::io::{IsTerminal as _, Read as _};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use gapi_codegen::Source;

use crate::diagnostic::{Failure, Outcome};

/// The name of the standard input stream in errors.
pub(crate) const STDIN: &str = "(standard input)";

/// Whether an argument has read the standard input stream.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Returns whether an argument names the standard input stream.
pub(crate) fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

/// Returns whether the standard input stream was read.
pub(crate) fn is_taken() -> bool {
    TAKEN.load(Ordering::Relaxed)
}

/// Reads a file, or the standard input stream where its name is `-`.
pub(crate) fn bytes(path: &Path) -> Outcome<Vec<u8>> {
    if !is_stdin(path) {
        return Ok(std::fs::read(path).map_err(|error| Failure::io("read", path, &error))?);
    }
    if TAKEN.swap(true, Ordering::Relaxed) {
        let failure = Failure::usage("only one argument can be the standard input stream");
        return Err(failure.help("name a file for the others").into());
    }
    let mut stdin = std::io::stdin();
    if stdin.is_terminal() {
        eprintln!("reading the standard input stream");
    }
    let mut bytes = Vec::new();
    stdin
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::io("read", Path::new(STDIN), &error))?;
    Ok(bytes)
}

/// Reads a text as [`bytes()`] does.
pub(crate) fn text(path: &Path) -> Outcome<String> {
    String::from_utf8(bytes(path)?).map_err(|_| {
        let name = if is_stdin(path) {
            STDIN.into()
        } else {
            path.to_string_lossy()
        };
        Failure::new(format!("{name}: it is not UTF-8 text"))
            .help("save the file as UTF-8")
            .into()
    })
}

/// Returns the text of the standard input stream under the name that errors show.
pub(crate) fn stdin() -> Outcome<Source> {
    Ok(Source::new(STDIN, text(Path::new("-"))?))
}
