//! Downloads of what is stored in a compressed form, and responses that do not match their status.

use std::sync::Arc;

use bytes::Bytes;
use crc32c::crc32c;
use futures_util::stream;
use gapi::{
    Client, Download, ErrorKind,
    transport::{Body, TransportError, TransportErrorKind},
};
use http::Response;
use proptest::prelude::*;

use crate::{
    api::Content,
    gzip::gzip,
    script::{Recorded, Script, Step, response},
};

const ALL: &[u8] = b"0123456789abcdefghij";

fn download(client: &Client) -> Download {
    Content::new().set("id", "x").download(client)
}

fn patient(script: &Arc<Script>) -> Client {
    let client = script.retrying().jitter(|| 0.0);
    client.build().expect("a client")
}

type Headers<'a> = &'a [(&'a str, &'a str)];

/// A response with this body, of which `good` bytes arrive before the connection breaks.
fn sent(status: u16, headers: Headers<'_>, body: &[u8], good: Option<usize>) -> Step {
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    let good_part = &body[..good.unwrap_or(body.len())];
    let mut pieces: Vec<_> = good_part
        .chunks(7)
        .map(|piece| Ok(Bytes::copy_from_slice(piece)))
        .collect();
    if good.is_some() {
        let broken = TransportError::new(TransportErrorKind::Body, "it broke");
        pieces.push(Err(broken));
    }
    let body = Body::from_stream(stream::iter(pieces), None);
    Step::Respond(response.body(body).expect("a response"))
}

/// The headers of Cloud Storage for these bytes.
fn hash(bytes: &[u8]) -> String {
    use base64::Engine as _;
    let sum = base64::engine::general_purpose::STANDARD.encode(crc32c(bytes).to_be_bytes());
    format!("crc32c={sum}")
}

fn asked(recorded: &[Recorded]) -> Vec<(&str, &str)> {
    recorded
        .iter()
        .map(|s| {
            let range = s.header("range").unwrap_or("all");
            (range, s.header("accept-encoding").unwrap_or("none"))
        })
        .collect()
}

#[tokio::test]
async fn what_was_being_decoded_begins_anew() {
    let text: Vec<u8> = (0..40_000_u32)
        .flat_map(|n| (n * n).to_le_bytes())
        .collect();
    let packed = gzip(&text);
    let headers = [("content-encoding", "gzip"), ("etag", "\"v1\"")];
    let script = Script::steps([
        sent(200, &headers, &packed, Some(packed.len() / 2)),
        sent(200, &headers, &packed, Some(packed.len() / 4)),
        // Nothing, which is not the end of what was there before.
        sent(200, &headers, b"", None),
        // The same content in another form.
        sent(200, &headers[1..], &text, Some(text.len() * 3 / 4)),
        sent(
            200,
            &[("content-encoding", "gzip, gzip"), headers[1]],
            &gzip(&packed),
            None,
        ),
    ]);
    let file = download(&patient(&script)).await.expect("all");
    assert!(file[..] == text);
    assert_eq!(asked(&script.recorded()), [("all", "gzip"); 5]);

    // Offsets of the one form mean nothing in the other.
    for (status, range) in [(206, Some("bytes 5-99/100")), (206, None)] {
        let mut part = headers.to_vec();
        part.extend(range.map(|range| ("content-range", range)));
        let script = Script::steps([
            sent(200, &headers, &packed, Some(packed.len() / 2)),
            sent(status, &part, &packed[5..], None),
        ]);
        let error = download(&patient(&script)).await.expect_err("a part");
        assert_eq!(error.kind(), ErrorKind::Media);
        assert!(
            error.to_string().contains("in a compressed form"),
            "{error}"
        );
    }
    // What was changed in transfer may have given wrong bytes already.
    let mut changed = [gzip(&text), gzip(&text)].concat();
    let sum = changed.len() - 6;
    changed[sum] ^= 1;
    let script = Script::steps([sent(200, &headers, &changed, None)]);
    let error = download(&patient(&script)).await.expect_err("changed");
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert!(error.to_string().contains("gzip") && error.is_retryable());
    let noise = sent(200, &headers, b"no gzip", None);
    let script = Script::steps([noise, sent(200, &headers, &packed, None)]);
    assert!(download(&patient(&script)).bytes().await.expect("all") == text);
    // Without a version, the rest may be of another one.
    let script = Script::steps([sent(200, &headers[..1], &packed, Some(50))]);
    let error = download(&patient(&script)).await.expect_err("broken");
    assert_eq!(error.to_string(), "things.content: it broke");
}

#[tokio::test]
async fn checksums_are_compared_with_what_they_are_of() {
    let text = ALL.repeat(50);
    let packed = gzip(&text);
    let (of_text, of_packed) = (hash(&text), hash(&packed));
    let length = packed.len().to_string();
    let zip = ("content-encoding", "gzip");
    let stored = |form| ("x-goog-stored-content-encoding", form);
    let gunzipped = ("x-guploader-response-body-transformations", "gunzipped");
    for (headers, hash, body, raw, is_right) in [
        // Stored compressed, and so it travels.
        (&[zip, stored("gzip")][..], &of_packed, &packed, false, true),
        (&[zip, stored("gzip")], &of_packed, &packed, true, true),
        (&[zip, stored("gzip")], &of_text, &packed, false, false),
        (&[zip, stored("gzip")], &of_text, &packed, true, false),
        // Compressed on the way.
        (&[zip, stored("identity")], &of_text, &packed, false, true),
        (
            &[zip, stored("identity")],
            &of_packed,
            &packed,
            false,
            false,
        ),
        (&[zip, stored("identity")], &of_text, &packed, true, true),
        // Decompressed on the way: it is of what is stored.
        (&[stored("gzip")], &of_packed, &text, false, true),
        (&[gunzipped], &of_packed, &text, false, true),
        (
            &[gunzipped, stored("identity")],
            &of_packed,
            &text,
            false,
            true,
        ),
        // As it is.
        (&[stored("identity")], &of_text, &text, false, true),
        (&[], &of_packed, &text, false, false),
    ] {
        let mut all = headers.to_vec();
        all.push(("x-goog-hash", hash));
        let script = Script::steps([sent(200, &all, body, None)]);
        let client = script.client();
        let download = download(&client);
        let download = if raw {
            download.read_compressed()
        } else {
            download
        };
        let got = download.bytes().await;
        match got {
            Ok(bytes) => {
                assert!(is_right, "{headers:?} {raw}");
                assert!(bytes == if raw { &packed[..] } else { &text[..] });
            }
            Err(error) => {
                assert!(!is_right, "{headers:?} {raw}: {error}");
                assert_eq!(error.kind(), ErrorKind::Media);
            }
        }
    }
    // Also where it broke on the way, and the length of what travels holds.
    let hash = [("x-goog-hash", of_packed.as_str()), ("etag", "\"v\"")];
    let all = [
        &[zip, stored("gzip"), ("content-length", &length)][..],
        &hash,
    ]
    .concat();
    let script = Script::steps([
        sent(200, &all, &packed[..40], None),
        sent(200, &all, &packed, Some(30)),
        sent(200, &all, &packed, None),
    ]);
    assert!(download(&patient(&script)).bytes().await.expect("all") == text);
}

#[tokio::test]
async fn stored_bytes_come_in_ranges_and_go_on_where_they_broke() {
    let packed = gzip(&ALL.repeat(50));
    let len = packed.len();
    let headers = [
        ("content-encoding", "gzip"),
        ("x-goog-stored-content-encoding", "gzip"),
        ("x-goog-generation", "7"),
    ];
    let part = |from: usize, good| {
        let range = format!("bytes {from}-{}/{len}", len - 1);
        let headers = [&headers[..], &[("content-range", &range)]].concat();
        sent(206, &headers, &packed[from..], good)
    };
    let script = Script::steps([
        sent(200, &headers, &packed, Some(10)),
        part(10, Some(5)),
        part(15, None),
    ]);
    let bytes = download(&patient(&script)).read_compressed().bytes().await;
    assert!(bytes.expect("all") == packed);
    assert_eq!(
        asked(&script.recorded()),
        [
            ("all", "gzip"),
            ("bytes=10-", "gzip"),
            ("bytes=15-", "gzip")
        ]
    );
    let script = Script::steps([part(20, None)]);
    let bytes = download(&script.client()).read_compressed().range(20..);
    assert!(bytes.bytes().await.expect("a part") == packed[20..]);
    // What is compressed anew for each response has no positions.
    let anew = [headers[0], headers[2]];
    let script = Script::steps([sent(200, &anew, &packed, Some(10))]);
    let bytes = download(&patient(&script)).read_compressed().bytes().await;
    assert_eq!(
        bytes.expect_err("broken").to_string(),
        "things.content: it broke"
    );
}

#[tokio::test]
async fn a_range_of_what_is_stored_compressed_is_one_of_its_content() {
    // The server decompresses, and ignores the range then.
    let whole = |recorded: &Recorded| {
        assert_eq!(recorded.header("accept-encoding"), Some("identity"));
        let headers = [
            ("x-goog-stored-content-encoding", "gzip"),
            ("x-goog-stored-content-length", "33"),
            ("x-guploader-response-body-transformations", "gunzipped"),
        ];
        sent(200, &headers, ALL, None)
    };
    let script = Script::new(whole);
    let part = download(&script.client()).range(5..10).bytes().await;
    assert_eq!(part.expect("a part"), ALL[5..10]);
    // It always sends a compressed form.
    let script = Script::new(|_| sent(200, &[("content-encoding", "gzip")], &gzip(ALL), None));
    let part = download(&script.client()).range(5..10).bytes().await;
    assert_eq!(part.expect("a part"), ALL[5..10]);
}

#[tokio::test]
async fn a_part_of_nothing_is_nothing() {
    let nothing = |_: &Recorded| {
        let headers = [
            ("content-range", "bytes */0"),
            ("content-type", "text/html"),
        ];
        response(416, &headers, "<p>no</p>")
    };
    let whole = |_: &Recorded| sent(200, &[("content-length", "0")], b"", None);
    for script in [Script::new(nothing), Script::new(whole)] {
        let client = script.client();
        for part in [
            download(&client).last(100),
            download(&client).range(..1024),
            download(&client).range(5..),
        ] {
            let bytes = part.await.expect("nothing");
            assert_eq!((bytes.len(), bytes.status().as_u16()), (0, 200));
            assert_eq!(bytes.content_type(), None);
        }
        let chunks = download(&client).last(1).stream().await.expect("nothing");
        assert_eq!(chunks.content_length(), Some(0));
        assert_eq!(
            download(&client)
                .range(..9)
                .to_writer(Vec::new())
                .await
                .map(|n| *n)
                .ok(),
            Some(0)
        );
    }
    let behind = |_: &Recorded| response(416, &[("content-range", "bytes */20")], "");
    let error = download(&Script::new(behind).client()).range(20..).await;
    assert_eq!(
        error
            .expect_err("behind the end")
            .status()
            .map(|s| s.as_u16()),
        Some(416)
    );
}

#[tokio::test]
async fn a_part_with_the_status_of_the_whole_is_noticed() {
    let range = ("content-range", "bytes 5-19/20");
    // It names its part, and is as long as that.
    let script =
        Script::new(move |_| sent(200, &[range, ("content-length", "15")], &ALL[5..], None));
    let bytes = download(&script.client()).range(5..).bytes().await;
    assert_eq!(bytes.expect("the part"), ALL[5..]);
    let stored = ("x-goog-stored-content-length", "20");
    for (headers, body) in [
        (vec![range], &ALL[5..]),
        (vec![range, ("content-length", "20")], ALL),
        (vec![stored, ("content-length", "15")], &ALL[5..]),
    ] {
        let script = Script::new(move |_| sent(200, &headers, body, None));
        for part in [
            download(&script.client()).range(5..),
            download(&script.client()).last(15),
        ] {
            let error = part.await.expect_err("a part or the whole");
            assert_eq!(error.kind(), ErrorKind::Media, "{error}");
        }
    }
    let script =
        Script::new(move |_| sent(200, &[range, ("content-length", "15")], &ALL[5..], None));
    let error = download(&script.client()).await.expect_err("not the whole");
    assert_eq!(
        error.to_string(),
        "things.content: the server sent bytes 5 to 19 with the status of all of the media, 200"
    );
    // A broken download, too: the rest, as if it were the whole.
    let whole = [("etag", "\"v\""), ("content-length", "20")];
    let rest = [("etag", "\"v\""), ("content-length", "15")];
    let script = Script::steps([
        sent(200, &whole, ALL, Some(5)),
        sent(200, &rest, &ALL[5..], None),
    ]);
    let error = download(&patient(&script)).await.expect_err("the rest");
    assert!(
        error
            .to_string()
            .contains("cannot be resumed: the media has another length now"),
        "{error}"
    );
}

#[tokio::test]
async fn what_broke_after_its_last_byte_is_whole() {
    let version = ("etag", "\"v\"");
    let over = |length: &str| response(416, &[("content-range", length)], "");
    let script = Script::steps([sent(200, &[version], ALL, Some(20)), over("bytes */20")]);
    assert_eq!(download(&patient(&script)).bytes().await.expect("all"), ALL);
    assert_eq!(script.recorded()[1].header("range"), Some("bytes=20-"));
    // A checksum is compared all the same.
    let hash = hash(b"other");
    let headers = [version, ("x-goog-hash", hash.as_str())];
    let script = Script::steps([sent(200, &headers, ALL, Some(20)), over("bytes */20")]);
    let error = download(&patient(&script)).await.expect_err("other bytes");
    assert_eq!(error.kind(), ErrorKind::Media);
    for length in ["bytes */25", "bytes */*", "x"] {
        let length = length.to_owned();
        let script = Script::steps([sent(200, &[version], ALL, Some(20)), over(&length)]);
        let error = download(&patient(&script)).await.expect_err("not all");
        assert_eq!(error.status().map(|s| s.as_u16()), Some(416), "{error}");
    }
}

proptest! {
    /// A download always ends, and returns no more than it may.
    #[test]
    fn any_response_to_a_download_ends(
        status in prop_oneof![Just(200), Just(206), Just(416), Just(503)],
        encoding in prop::option::of("(gzip|GZIP|br|identity|x-gzip)(, ?gzip)?"),
        range in prop::option::of("bytes [0-9*]{1,3}(-[0-9]{1,3})?/[0-9*]{1,3}"),
        length in prop::option::of(0..60_usize),
        stored in prop::option::of(0..60_usize),
        version in any::<bool>(),
        noise in prop::collection::vec(any::<u8>(), 0..60),
        packed in any::<bool>(),
        broken in any::<bool>(),
        part in 0..4_u64,
        raw in any::<bool>(),
    ) {
        let body = if packed { gzip(&noise) } else { noise };
        let (length, stored) = (length.map(|n| n.to_string()), stored.map(|n| n.to_string()));
        let mut headers = Vec::new();
        headers.extend(encoding.as_deref().map(|value| ("content-encoding", value)));
        headers.extend(range.as_deref().map(|value| ("content-range", value)));
        headers.extend(length.as_deref().map(|value| ("content-length", value)));
        headers.extend(stored.as_deref().map(|value| ("x-goog-stored-content-length", value)));
        headers.extend(version.then_some(("etag", "\"v\"")));
        let headers: Vec<_> = headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        let script = Script::new(move |_| {
            let headers: Vec<_> = headers.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            sent(status, &headers, &body, broken.then_some(body.len() / 2))
        });
        let client = patient(&script);
        let download = download(&client).response_limit(1000);
        let download = match part {
            0 => download,
            1 => download.range(2..7),
            2 => download.range(3..),
            _ => download.last(4),
        };
        let download = if raw { download.read_compressed() } else { download };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        if let Ok(bytes) = runtime.block_on(download.bytes()) {
            prop_assert!(bytes.len() <= [1000, 5, 1000, 4][part as usize]);
        }
        prop_assert!(script.recorded().len() <= 60);
    }
}
