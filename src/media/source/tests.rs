use std::io;

use super::*;
use crate::{
    ErrorKind, Media,
    media::{checksum::Checksum, plan::ProgressCallback},
};

fn meter() -> Meter {
    Meter::new(Checksum::new(false), ProgressCallback::default())
}

fn counted(len: u32) -> Vec<u8> {
    (0..len).flat_map(u32::to_le_bytes).collect()
}

async fn read(window: &Window, meter: &Meter) -> Bytes {
    let body = window.body(None, meter);
    body.collect(1 << 20).await.expect("the window")
}

/// Returns the same content from each kind of source, and whether it is repeatable.
fn media(content: &[u8], folder: &Path) -> [(Media, bool); 4] {
    let path = folder.join("content.bin");
    std::fs::write(&path, content).expect("a file");
    let pieces: Vec<Result<Bytes, io::Error>> = content
        .chunks(777)
        .map(|piece| Ok(Bytes::copy_from_slice(piece)))
        .collect();
    [
        (Media::bytes(content.to_vec()), true),
        (Media::file(path), true),
        (
            Media::reader(
                io::Cursor::new(content.to_vec()),
                Some(content.len() as u64),
            ),
            false,
        ),
        (Media::stream(stream::iter(pieces), None), false),
    ]
}

#[tokio::test]
async fn windows_follow_each_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let content = counted(1000);
    let mut whole = Checksum::new(false);
    whole.feed(0, &content);
    for (media, is_repeatable) in media(&content, folder.path()) {
        let mut source = MediaSource::open(&media.content).await.expect("open");
        let (meter, mut at) = (meter(), 0);
        loop {
            let window = source.window(at, 1000, &meter).await.expect("a window");
            assert_eq!((window.from, window.len), (at, (4000 - at).min(1000)));
            for _ in 0..2 {
                let start = at as usize;
                assert_eq!(
                    read(&window, &meter).await,
                    content[start..start + window.len as usize],
                    "{media:?}"
                );
            }
            at += window.len;
            if source.len() == Some(at) {
                break;
            }
        }
        assert_eq!(source.len(), Some(4000));
        assert_eq!(meter.checksum().at(), 4000);
        assert_eq!(meter.checksum().crc32c(), whole.crc32c(), "{media:?}");
        assert_eq!(source.reaches(0), is_repeatable);
    }
}

#[tokio::test]
async fn a_window_can_begin_at_any_offset_that_is_held() {
    let folder = tempfile::tempdir().expect("a folder");
    let content = counted(1000);
    let mut whole = Checksum::new(false);
    whole.feed(0, &content);
    for (media, is_repeatable) in media(&content, folder.path()) {
        let (mut source, meter) = (
            MediaSource::open(&media.content).await.expect("open"),
            meter(),
        );
        // The server has the first 1500 bytes.
        let window = source.window(1500, 1000, &meter).await.expect("a window");
        assert_eq!(read(&window, &meter).await, content[1500..2500]);
        // It accepted 100 more.
        let window = source.window(1600, 3000, &meter).await.expect("a window");
        assert_eq!(read(&window, &meter).await, content[1600..]);
        assert!(source.reaches(1600));
        assert_eq!(source.reaches(1599), is_repeatable);
        assert_eq!(meter.checksum().crc32c(), whole.crc32c(), "{media:?}");
    }
}

#[tokio::test]
async fn small_media_is_taken_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let content = counted(1000);
    for (media, _) in media(&content, folder.path()) {
        let mut source = MediaSource::open(&media.content).await.expect("open");
        assert!(source.all(3999).await.expect("read").is_none());
        let window = source.window(0, 9000, &meter()).await.expect("a window");
        assert_eq!(window.len, 4000, "nothing is lost");
    }
    for (media, _) in self::media(&content, folder.path()) {
        let mut source = MediaSource::open(&media.content).await.expect("open");
        let all = source.all(4000).await.expect("read").expect("all");
        assert_eq!(all, content);
    }
}

#[tokio::test]
async fn media_must_have_its_declared_length() {
    for (len, why) in [
        (3, "the media has more than its declared 3 bytes"),
        (5, "the media ended after 4 of 5 bytes"),
    ] {
        let media = Media::reader(&b"four"[..], Some(len));
        let mut source = MediaSource::open(&media.content).await.expect("open");
        let error = match source.window(0, 100, &meter()).await {
            Err(error) => error,
            Ok(_) => panic!("{why}"),
        };
        assert_eq!(error.to_string(), why);
        let Err(again) = MediaSource::open(&media.content).await else {
            panic!("it was read");
        };
        assert_eq!(again.kind(), ErrorKind::Usage);
    }
    let broken = stream::iter([
        Ok(Bytes::from("one")),
        Err(io::Error::other("a read failed")),
    ]);
    let media = Media::stream(broken, None);
    let mut source = MediaSource::open(&media.content).await.expect("open");
    let Err(error) = source.window(0, 100, &meter()).await else {
        panic!("it failed");
    };
    assert_eq!(
        error.to_string(),
        "the media failed after 3 bytes: a read failed"
    );
    let Err(error) = MediaSource::open(&Media::file("/none/such.bin").content).await else {
        panic!("there is none");
    };
    assert!(
        error
            .to_string()
            .starts_with("cannot read /none/such.bin: "),
        "{error}"
    );
}
