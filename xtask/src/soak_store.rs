//! Kills programs while they save tokens, and looks at what they leave.

use std::{
    hash::{BuildHasher, Hasher, RandomState},
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use clap::Args;
use gapi_auth::{AuthorizedUser, FileStore, TokenKey, TokenStore};

use crate::workspace::Failure;

/// How many programs share the store in a trial.
const WRITERS: u64 = 3;
/// The longest time that they are left alone once all of them write.
const LONGEST: Duration = Duration::from_millis(30);

/// Arguments of `soak-store`.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// How often programs are killed.
    #[arg(long, default_value_t = 100)]
    trials: u64,
    /// The argument of a program that is to be killed: the store's folder.
    #[arg(long, hide = true)]
    writer: Option<PathBuf>,
}

/// Starts programs that save tokens in one store, kills them with SIGKILL, and checks that the store can be read and has the
/// newest token that was saved.
pub(crate) fn run(arguments: &Arguments) -> Result<bool, Failure> {
    if let Some(folder) = &arguments.writer {
        return write(folder);
    }
    let folder = tempfile::tempdir()?;
    let folder = folder.path().join("tokens");
    save(&FileStore::new(&folder), 0)?;
    let mut intact = 0;
    for number in 1..=arguments.trials {
        match trial(&folder) {
            Ok(()) => intact += 1,
            Err(error) => println!("trial {number}: {error}"),
        }
    }
    println!("{} saves", load(&FileStore::new(&folder))?);
    println!("{intact}/{} trials intact", arguments.trials);
    Ok(intact == arguments.trials)
}

fn trial(folder: &Path) -> Result<(), Failure> {
    let before = load(&FileStore::new(folder))?;
    let mut writers = Vec::new();
    for _ in 0..WRITERS {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["soak-store", "--writer"])
            .arg(folder)
            .stdout(Stdio::piped())
            .spawn()?;
        let output = child.stdout.take().ok_or("no output")?;
        writers.push((child, BufReader::new(output)));
    }
    let mut newest = before;
    for (_, output) in &mut writers {
        // All of them write before the first one is killed.
        newest = newest.max(next(output)?.ok_or("a program ended by itself")?);
    }
    for (child, _) in &mut writers {
        thread::sleep(LONGEST.mul_f64(chance()));
        kill(child)?;
    }
    for (_, output) in &mut writers {
        while let Some(saved) = next(output)? {
            newest = newest.max(saved);
        }
    }
    let left = load(&FileStore::new(folder))?;
    if left < newest {
        return Err(format!("number {newest} was saved, and {left} is left").into());
    }
    // Each program may have saved one more than it could report.
    if left > newest + WRITERS {
        return Err(
            format!("number {left} is left, and no program saved more than {newest}").into(),
        );
    }
    Ok(())
}

/// A writer's next line; a line that was cut off is none.
fn next(output: &mut impl BufRead) -> Result<Option<u64>, Failure> {
    let mut line = String::new();
    output.read_line(&mut line)?;
    match line.strip_suffix('\n') {
        Some(number) => Ok(Some(number.parse()?)),
        None => Ok(None),
    }
}

fn kill(child: &mut Child) -> Result<(), Failure> {
    child.kill()?;
    child.wait()?;
    Ok(())
}

/// Saves and prints number after number until this program is killed.
fn write(folder: &Path) -> Result<bool, Failure> {
    let store = FileStore::new(folder);
    let mut output = std::io::stdout().lock();
    loop {
        let number = save_next(&store)?;
        writeln!(output, "{number}")?;
        output.flush()?;
    }
}

fn key() -> TokenKey {
    TokenKey::new("client", "ann@example.com", ["scope"])
}

fn save_next(store: &FileStore) -> Result<u64, Failure> {
    runtime()?.block_on(async {
        let _lock = store.lock(&key()).await?;
        let number = loaded(store).await? + 1;
        store.save(&key(), &token(number).into()).await?;
        Ok(number)
    })
}

fn save(store: &FileStore, number: u64) -> Result<(), Failure> {
    Ok(runtime()?.block_on(store.save(&key(), &token(number).into()))?)
}

fn load(store: &FileStore) -> Result<u64, Failure> {
    runtime()?.block_on(loaded(store))
}

fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
}

/// Long enough that one write does not fit into one block.
fn token(number: u64) -> String {
    let filler = "x".repeat(20_000);
    format!(
        r#"{{"type":"authorized_user","client_id":"client","refresh_token":"{number}","account":"{number}","filler":"{filler}"}}"#
    )
}

/// The number in the store, read as credentials are.
async fn loaded(store: &FileStore) -> Result<u64, Failure> {
    let user = AuthorizedUser::from_store(std::sync::Arc::new(store.clone()), key()).await?;
    let user = user.ok_or("the store has lost the token")?;
    Ok(user.account_name().ok_or("half a token")?.parse()?)
}

/// A number from 0 to 1.
fn chance() -> f64 {
    let random = u32::try_from(RandomState::new().build_hasher().finish() >> 32).unwrap_or(0);
    f64::from(random) / f64::from(u32::MAX)
}
