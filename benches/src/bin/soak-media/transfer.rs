//! One process: an object goes up and comes down.

use std::{
    io::{Read as _, Seek as _, SeekFrom},
    path::PathBuf,
    time::Duration,
};

use futures_util::stream;
use gapi::{Client, ErrorKind, Media, RetryPolicy, auth::Anonymous};
use gapi_fakes::storage::Dice;
use tokio::{fs::File, io::AsyncReadExt as _};

use crate::{Failure, same};

/// What is stored compressed.
pub(crate) const PACKED: &str = "packed";

gapi::api! {
    /// Cloud Storage.
    mod storage = "storage:v1" { objects.{insert, get} };
}

#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    #[arg(long)]
    url: String,
    #[arg(long)]
    seed: u64,
    #[arg(long)]
    name: String,
    #[arg(long)]
    up: PathBuf,
    #[arg(long)]
    down: PathBuf,
    /// What is stored compressed, as it is stored.
    #[arg(long)]
    packed: PathBuf,
}

/// How media goes up.
#[derive(Clone, Copy)]
enum MediaKind {
    File,
    OneChunk,
    Reader,
    Stream,
}

fn media_kind(seed: u64) -> MediaKind {
    [
        MediaKind::File,
        MediaKind::Reader,
        MediaKind::OneChunk,
        MediaKind::Stream,
    ][seed as usize % 4]
}

/// The length of a chunk, of which a process may need as much memory; 0 where nothing is kept.
pub(crate) fn chunk(seed: u64) -> u64 {
    match media_kind(seed) {
        MediaKind::OneChunk => 0,
        _ => [8 << 20, 1 << 20, 9 << 18][seed as usize / 4 % 3],
    }
}

/// Prints the peak of the memory that this process had, in bytes.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(transfer(arguments))?;
    println!("{}", peak()?);
    Ok(())
}

async fn transfer(arguments: &Arguments) -> Result<(), Failure> {
    let policy = RetryPolicy::new()
        .max_attempts(40)
        .initial_delay(Duration::from_millis(1))
        .max_delay(Duration::from_millis(4));
    let client = Client::builder()
        .credentials(Anonymous)
        .endpoint(&arguments.url)
        .retry(policy)
        .build()?;
    loop {
        match up(&client, arguments).await {
            Ok(()) => break,
            // A session that the server gave up is the end of media that passes by once; the program has it again.
            Err(error)
                if error.kind() == ErrorKind::Media && error.to_string().contains("is gone") => {}
            Err(error) => return Err(error.into()),
        }
    }
    let download = storage::objects()
        .get("soak", &arguments.name)
        .download(&client);
    if arguments.seed.is_multiple_of(2) {
        download.to_file(&arguments.down).await?;
    } else {
        let file = File::create(&arguments.down).await?;
        download.to_writer(file).await?;
    }
    let part = part(&client, arguments).await?;
    let len = std::fs::metadata(&arguments.up)?.len();
    let (from, count) = range(arguments.seed, len);
    let mut up = std::fs::File::open(&arguments.up)?;
    up.seek(SeekFrom::Start(from))?;
    if !same(up.take(count), &part[..])? {
        return Err("another part came back".into());
    }
    compressed(&client, arguments).await
}

/// A part of what went up: where it begins, and how many bytes it has.
fn range(seed: u64, len: u64) -> (u64, u64) {
    let mut dice = Dice::new(seed);
    let from = dice.below(len.max(1));
    (from, dice.below(1 << 20).min(len - from).max(1))
}

async fn part(client: &Client, arguments: &Arguments) -> Result<Vec<u8>, Failure> {
    let (from, count) = range(arguments.seed, std::fs::metadata(&arguments.up)?.len());
    let part = storage::objects()
        .get("soak", &arguments.name)
        .download(client)
        .range(from..from + count);
    Ok(part.bytes().await?.to_vec())
}

/// Fetches what is stored compressed: its content, the stored bytes, or a range of either.
async fn compressed(client: &Client, arguments: &Arguments) -> Result<(), Failure> {
    let down = arguments.down.with_extension("unpacked");
    let as_stored = arguments.seed % 4 >= 2;
    let of = if as_stored {
        &arguments.packed
    } else {
        &arguments.up
    };
    let len = std::fs::metadata(of)?.len();
    let (from, count) = match arguments.seed.is_multiple_of(2) {
        true => (0, len),
        false => range(arguments.seed, len),
    };
    loop {
        let download = storage::objects().get("soak", PACKED).download(client);
        let download = if as_stored {
            download.read_compressed()
        } else {
            download
        };
        let download = match count == len {
            true => download,
            false => download.range(from..from + count),
        };
        match download.to_file(&down).await {
            Ok(_) => break,
            // A byte was changed in transfer. The checksum shows it, gzip's or the object's, though not which of the bytes it was: the program fetches it anew.
            Err(error) if is_changed(&error) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let mut wanted = std::fs::File::open(of)?;
    wanted.seek(SeekFrom::Start(from))?;
    if !same(wanted.take(count), std::fs::File::open(&down)?)? {
        return Err("something else came back of what is compressed".into());
    }
    Ok(std::fs::remove_file(&down)?)
}

fn is_changed(error: &gapi::Error) -> bool {
    let text = error.to_string();
    text.contains("gzip") || text.contains("did not arrive as it is stored")
}

async fn up(client: &Client, arguments: &Arguments) -> Result<(), gapi::Error> {
    let (seed, path) = (arguments.seed, &arguments.up);
    let io = |why: std::io::Error| panic!("{}: {why}", path.display());
    let media = match media_kind(seed) {
        MediaKind::File | MediaKind::OneChunk => Media::file(path),
        MediaKind::Reader => Media::reader(File::open(path).await.unwrap_or_else(io), None),
        MediaKind::Stream => {
            let file = File::open(path).await.unwrap_or_else(io);
            let len = file
                .metadata()
                .await
                .unwrap_or_else(|why| panic!("{why}"))
                .len();
            let pieces = stream::try_unfold(file, async |mut file| {
                let mut piece = Vec::with_capacity(100_000);
                (&mut file).take(100_000).read_to_end(&mut piece).await?;
                Ok::<_, std::io::Error>((!piece.is_empty()).then_some((piece.into(), file)))
            });
            Media::stream(pieces, Some(len))
        }
    };
    let upload = storage::objects()
        .insert("soak", storage::Object::default())
        .name(&arguments.name)
        .upload(media)
        .resumable();
    let upload = match media_kind(seed) {
        MediaKind::OneChunk => upload.one_chunk(),
        _ => upload.chunk_size(chunk(seed)),
    };
    upload.send(client).await?;
    Ok(())
}

/// The most memory that was resident (`VmHWM` of Linux).
fn peak() -> Result<u64, Failure> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .ok_or("the system does not tell VmHWM")?;
    let kib: u64 = line.trim().trim_end_matches(" kB").trim().parse()?;
    Ok(kib << 10)
}
