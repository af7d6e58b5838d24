//! Compresses folders of files, each folder into one frame: file `0` of a folder becomes `0.zst`, the beginning of the frame, `1` becomes
//! `1.zst`, which continues it. Each part ends with a block, and no block is the last one of the frame: `01 00 00` ends it after any part.

use std::io::{Error, Result, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use zstd::stream::write::Encoder;

/// The highest level. All documents need two minutes of one core, and are decompressed as quickly as those of any level.
const LEVEL: i32 = 22;

fn main() -> Result<()> {
    let folders = std::fs::read_dir(std::env::args_os().nth(1).unwrap_or_default())?;
    let folders = folders.map(|folder| folder.map(|folder| folder.path()));
    let waiting = Mutex::new(folders.collect::<Result<Vec<PathBuf>>>()?);
    let next = || waiting.lock().ok()?.pop();
    let work = || std::iter::from_fn(next).try_for_each(|folder| compress(&folder));
    let threads = std::thread::available_parallelism()?.get();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        threads.into_iter().try_for_each(|thread| {
            let result = thread.join();
            result.unwrap_or_else(|_| Err(Error::other("a thread has panicked")))
        })
    })
}

fn compress(folder: &Path) -> Result<()> {
    let files = (0..).map(|index| folder.join(index.to_string()));
    let texts: Result<Vec<Vec<u8>>> = files
        .take_while(|file| file.exists())
        .map(std::fs::read)
        .collect();
    let texts = texts?;
    let length: usize = texts.iter().map(Vec::len).sum();
    let mut encoder = Encoder::new(Vec::new(), LEVEL)?;
    // As far back as the first byte.
    encoder.window_log(length.next_power_of_two().ilog2().max(10))?;
    for (index, text) in texts.iter().enumerate() {
        encoder.write_all(text)?;
        encoder.flush()?;
        let part = std::mem::take(encoder.get_mut());
        std::fs::write(folder.join(format!("{index}.zst")), part)?;
    }
    Ok(())
}
