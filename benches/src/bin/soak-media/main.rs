//! Media through everything that can go wrong, seed after seed: each goes up and comes down in a process of its own, whose memory is measured, against an embedded server
//! that resets connections, loses responses, takes parts, forgets sessions and is overloaded. Of an object that is stored compressed each fetches the content, the stored bytes or a
//! range, through the same and through bytes that are changed in transfer.

mod transfer;

use std::{
    fs::File,
    io::{self, BufWriter, Read as _, Write as _},
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use clap::{Parser, Subcommand};
use flate2::{Compression, write::GzEncoder};
use gapi_fakes::storage::{Dice, Storage};

/// Why something failed.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What a process may need besides one chunk, in bytes.
const MOST: u64 = 64 << 20;

/// The content of one member of what is stored compressed, in bytes.
const MEMBER: u64 = 5_000_000;

#[derive(Debug, Parser)]
#[command(
    name = "soak-media",
    disable_version_flag = true,
    args_conflicts_with_subcommands = true
)]
struct Arguments {
    #[command(subcommand)]
    task: Option<Task>,
    /// How many seeds.
    #[arg(long, default_value_t = 200)]
    seeds: u64,
    /// The first seed.
    #[arg(long, default_value_t = 1)]
    first: u64,
    /// How many bytes go up and down for each.
    #[arg(long, default_value_t = 64 << 20)]
    size: u64,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// What the processes do.
    #[command(hide = true)]
    Transfer(transfer::Arguments),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match &arguments.task {
        Some(Task::Transfer(arguments)) => transfer::run(arguments).map(|()| true),
        None => soak(&arguments),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn soak(arguments: &Arguments) -> Result<bool, Failure> {
    let folder = tempfile::tempdir()?;
    let up = folder.path().join("up.bin");
    fill(&up, arguments.size)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let storage = runtime.block_on(Storage::start())?;
    let packed = folder.path().join("packed.gz");
    pack(&up, &packed)?;
    storage.put_gzip("soak", transfer::PACKED, File::open(&packed)?)?;
    let (mut identical, mut peak) = (0, 0);
    for seed in arguments.first..arguments.first + arguments.seeds {
        storage.seed(Some(seed));
        match one(&storage, seed, &up, folder.path()) {
            Ok(memory) => {
                identical += 1;
                peak = peak.max(memory);
            }
            Err(error) => println!("seed {seed}: {error}"),
        }
    }
    println!(
        "{identical}/{} seeds byte-identical, peak {} MiB",
        arguments.seeds,
        peak.div_ceil(1 << 20)
    );
    Ok(identical == arguments.seeds)
}

/// Sends the file and fetches it again in another process, and gives that one's peak memory, in bytes.
fn one(storage: &Storage, seed: u64, up: &Path, folder: &Path) -> Result<u64, Failure> {
    let name = format!("object-{seed}");
    let down: PathBuf = folder.join("down.bin");
    let output = Command::new(std::env::current_exe()?)
        .arg("transfer")
        .args([
            "--url",
            &storage.url(),
            "--seed",
            &seed.to_string(),
            "--name",
            &name,
        ])
        .arg("--up")
        .arg(up)
        .arg("--down")
        .arg(&down)
        .arg("--packed")
        .arg(folder.join("packed.gz"))
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim().into());
    }
    let content = storage.content("soak", &name).ok_or("nothing was stored")?;
    if !content.equals(File::open(up)?)? {
        return Err("something else was stored".into());
    }
    if !same(File::open(up)?, File::open(&down)?)? {
        return Err("something else came back".into());
    }
    storage.remove("soak", &name);
    std::fs::remove_file(&down)?;
    let memory: u64 = String::from_utf8_lossy(&output.stdout).trim().parse()?;
    let most = MOST + transfer::chunk(seed);
    if memory > most {
        return Err(format!("{memory} bytes of memory, of which {most} were allowed").into());
    }
    Ok(memory)
}

/// Bytes that do not repeat.
fn fill(path: &Path, size: u64) -> Result<(), Failure> {
    let mut file = BufWriter::with_capacity(1 << 20, File::create(path)?);
    let mut dice = Dice::new(size);
    let mut left = size;
    while left > 0 {
        let word = dice.roll().to_le_bytes();
        let count = left.min(8);
        file.write_all(&word[..usize::try_from(count)?])?;
        left -= count;
    }
    Ok(file.flush()?)
}

/// Compresses a file: in several members, as programs do that compress in parallel, or append.
fn pack(from: &Path, to: &Path) -> Result<(), Failure> {
    let mut from = File::open(from)?;
    let mut to = BufWriter::with_capacity(1 << 20, File::create(to)?);
    loop {
        let mut encoder = GzEncoder::new(&mut to, Compression::fast());
        let count = io::copy(&mut (&mut from).take(MEMBER), &mut encoder)?;
        encoder.finish()?;
        if count < MEMBER {
            return Ok(to.flush()?);
        }
    }
}

pub(crate) fn same(mut one: impl io::Read, mut other: impl io::Read) -> io::Result<bool> {
    let (mut a, mut b) = (Vec::new(), Vec::new());
    loop {
        a.clear();
        b.clear();
        (&mut one).take(1 << 20).read_to_end(&mut a)?;
        (&mut other).take(1 << 20).read_to_end(&mut b)?;
        if a != b {
            return Ok(false);
        }
        if a.is_empty() {
            return Ok(true);
        }
    }
}
