//! `cargo xtask vendor`: refreshes the readable documents, and packs all.

mod pack;
mod source;
#[cfg(test)]
mod tests;

use std::path::Path;

use crate::index::{Entry, Index};
use crate::programs;
use crate::workspace::{Failure, read, write};
use pack::Packed;
use source::{PACKAGE, Source};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// A version of google-api-python-client, its wheel, its unpacked wheel, or a folder that holds the documents themselves; by default the
    /// version that the index names.
    #[arg(value_name = "VERSION|WHEEL|DIR")]
    source: Option<String>,
    /// Vendor one more readable document, such as `drive:v3`.
    #[arg(long, value_name = "NAME:VERSION")]
    add: Vec<String>,
    /// Write nothing; fail where the package would change.
    #[arg(long)]
    check: bool,
}

/// Copies the newest bytes of every listed document and packs all, and prints which revisions changed. With `--check`, returns false where
/// the package would change.
pub(crate) fn run(arguments: &Arguments, folder: &Path, root: &Path) -> Result<bool, Failure> {
    let source = match &arguments.source {
        Some(source) => Source::open(source)?,
        None => Source::open(
            Index::read(folder)?
                .source
                .strip_prefix(PACKAGE)
                .ok_or("the index names no version: name a source")?
                .trim(),
        )?,
    };
    let old = Packed::read(folder).ok();
    if let Some(old) = &old {
        source.check(&old.index)?;
    }
    let packed = Packed::of(&source.folder, &source.line(), |apis| compress(apis, root))?;
    if arguments.check {
        let is_same = old.as_ref() == Some(&packed);
        let result = if is_same {
            "the same bytes"
        } else {
            "other bytes"
        };
        println!("{} documents of {}: {result}", packed.count, source.name());
        return Ok(is_same);
    }
    for line in refresh(&source, &arguments.add, folder)? {
        println!("{line}");
    }
    packed.write(folder)?;
    println!("{} documents, {} bytes", packed.count, packed.frames.len());
    Ok(true)
}

/// Compresses the texts of each API with a program that is a package of its own.
fn compress(apis: &[Vec<&str>], root: &Path) -> Result<Vec<Vec<Vec<u8>>>, Failure> {
    let folder = tempfile::tempdir()?;
    let path = |api: usize, text: String| folder.path().join(api.to_string()).join(text);
    for (api, texts) in apis.iter().enumerate() {
        std::fs::create_dir(folder.path().join(api.to_string()))?;
        for (index, text) in texts.iter().enumerate() {
            write(&path(api, index.to_string()), text)?;
        }
    }
    if !programs::zstd(folder.path(), root)? {
        return Err("the documents cannot be compressed".into());
    }
    let parts = |(api, texts): (usize, &Vec<&str>)| {
        (0..texts.len())
            .map(|index| read(&path(api, format!("{index}.zst"))))
            .collect()
    };
    apis.iter().enumerate().map(parts).collect()
}

/// All documents are read before the first is written, so that a failure changes nothing.
fn refresh(source: &Source, add: &[String], folder: &Path) -> Result<Vec<String>, Failure> {
    let mut index = Index::read(folder)?;
    let mut files: Vec<String> = index
        .documents
        .iter()
        .map(|entry| entry.file.clone())
        .collect();
    for name in add {
        let (name, version) = name
            .split_once(':')
            .ok_or_else(|| format!("{name:?} is not of the form NAME:VERSION, such as drive:v3"))?;
        files.push(format!("{name}.{version}.json"));
    }
    files.sort();
    files.dedup();

    let mut fresh = Vec::new();
    for file in files {
        let bytes = read(&source.folder.join(&file))?;
        fresh.push((Entry::of(&file, &bytes)?, bytes));
    }

    let mut report = Vec::new();
    for (entry, bytes) in &fresh {
        let id = format!("{}:{}", entry.name, entry.version);
        match index.documents.iter().find(|old| old.file == entry.file) {
            None => report.push(format!("{id}: new, revision {}", entry.revision)),
            Some(old) if old.sha256 == entry.sha256 => continue,
            Some(old) if old.revision == entry.revision => {
                report.push(format!("{id}: changed within revision {}", entry.revision));
            }
            Some(old) => report.push(format!(
                "{id}: revision {} -> {}",
                old.revision, entry.revision
            )),
        }
        write(&folder.join(&entry.file), bytes)?;
    }
    index.source = source.name().to_owned();
    index.documents = fresh.into_iter().map(|(entry, _)| entry).collect();
    index.write(folder)?;
    // A file that is not listed would be left over unnoticed.
    report.extend(index.differences(folder)?);
    report.push(format!(
        "{} documents of {}",
        index.documents.len(),
        index.source
    ));
    Ok(report)
}
