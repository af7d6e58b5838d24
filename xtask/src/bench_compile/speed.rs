//! The generator's own speed.

use std::path::Path;
use std::time::{Duration, Instant};

use gapi_codegen::{Options, Source, generate};

use super::report::Speed;
use crate::progress::Progress;
use crate::workspace::stem;
use crate::workspace::{Failure, documents, read};

/// Generates every document of a folder, one after the other.
pub(super) fn measure(folder: &Path) -> Result<Speed, Failure> {
    let files = documents(folder)?;
    let progress = Progress::new("generating", files.len());
    let (mut bytes, mut unformatted, mut formatting) = (0, Duration::ZERO, Duration::ZERO);
    for file in &files {
        progress.working_on(&stem(file));
        let text = String::from_utf8(read(file)?)?;
        bytes += text.len();
        let source = Source::new(stem(file), text);
        let start = Instant::now();
        let generated = generate(&source, &Options::new())?;
        let text = generated.tokens.to_string();
        unformatted += start.elapsed();
        let start = Instant::now();
        let formatted = generated.to_module_file()?;
        formatting += start.elapsed();
        if text.is_empty() || formatted.is_empty() {
            return Err(format!("{} became nothing", file.display()).into());
        }
        progress.done();
    }
    Ok(Speed {
        documents: files.len(),
        megabytes: bytes as f64 / 1e6,
        unformatted: unformatted.as_secs_f64(),
        formatting: formatting.as_secs_f64(),
    })
}
