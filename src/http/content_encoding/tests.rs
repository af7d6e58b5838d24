//! Every form of gzip, and what is none.

use std::io::{Read as _, Write as _};

use flate2::{Compression, GzBuilder, read::MultiGzDecoder, write::GzEncoder};
use http::HeaderValue;
use proptest::prelude::*;

use crate::http::content_encoding::{PIECE, *};

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder
        .write_all(text)
        .and_then(|()| encoder.finish())
        .expect("gzip")
}

/// With every field that a header may have.
fn labelled(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzBuilder::new()
        .filename("a name")
        .comment("a comment")
        .extra(vec![7; 300])
        .mtime(1)
        .write(Vec::new(), Compression::best());
    encoder
        .write_all(text)
        .and_then(|()| encoder.finish())
        .expect("gzip")
}

/// What comes of `parts`, which arrive one after the other.
fn decode<'a>(
    layers: usize,
    parts: impl IntoIterator<Item = &'a [u8]>,
) -> Result<Vec<u8>, Undecodable> {
    let mut parts = parts.into_iter();
    let mut decoder = Decoder::new(layers);
    let mut all = Vec::new();
    loop {
        match decoder.pull()? {
            Pull::Piece(piece) => {
                assert!(!piece.is_empty() && piece.len() <= PIECE);
                all.extend_from_slice(&piece);
            }
            Pull::Hungry => match parts.next() {
                Some(part) => decoder.push(Bytes::copy_from_slice(part)),
                None => decoder.end(),
            },
            Pull::Working => {}
            Pull::End => return Ok(all),
        }
    }
}

fn whole(bytes: &[u8]) -> Result<Vec<u8>, Undecodable> {
    decode(1, [bytes])
}

#[test]
fn members_follow_each_other() {
    let parts = [gzip(b"id,name\n1,a\n"), labelled(b"2,b\n"), gzip(b"")];
    let all = parts.concat();
    assert_eq!(whole(&all).as_deref(), Ok(&b"id,name\n1,a\n2,b\n"[..]));
    let bytewise = decode(1, all.chunks(1));
    assert_eq!(bytewise.as_deref(), Ok(&b"id,name\n1,a\n2,b\n"[..]));
    // As files on tapes are, and `gzip` takes them.
    let padded = [&all[..], &[0; 700]].concat();
    assert_eq!(whole(&padded), whole(&all));
    assert_eq!(decode(1, []).as_deref(), Ok(&b""[..]), "an empty body");
}

#[test]
fn what_is_no_gzip_is_refused() {
    let good = gzip(b"text that is long enough");
    let flipped = |at: usize| {
        let mut bad = good.clone();
        bad[at] ^= 0x40;
        bad
    };
    let cut = good[..good.len() - 1].to_vec();
    let padding = [&good[..], &[0, 0], &good[..]].concat();
    for (bad, why) in [
        (b"no gzip at all".to_vec(), "its header is none"),
        ([&good[..], b"garbage"].concat(), "its header is none"),
        ([&good[..], &[0x1f]].concat(), "it ends in the middle"),
        (padding, "bytes follow its end"),
        (cut, "it ends in the middle"),
        (good[..5].to_vec(), "it ends in the middle"),
        (good[..15].to_vec(), "it ends in the middle"),
        (flipped(2), "its header is none"),
        (flipped(3), "its header is none"),
        (flipped(good.len() - 8), "its checksum is another one"),
        (flipped(good.len() - 1), "its checksum is another one"),
        (vec![0; 20], "its header is none"),
    ] {
        for split in [1, 3, bad.len()] {
            let error = decode(1, bad.chunks(split)).expect_err(why);
            assert_eq!((error.why, error.is_cut), (why, why.contains("middle")));
        }
    }
}

#[test]
fn a_piece_is_small_however_much_comes_of_a_chunk() {
    let bomb = gzip(&vec![b'x'; 40 << 20]);
    let mut decoder = Decoder::new(1);
    assert_eq!(decoder.pull(), Ok(Pull::Hungry));
    decoder.push(bomb.into());
    let mut pieces = 0;
    while let Ok(Pull::Piece(piece)) = decoder.pull() {
        assert!(piece.len() <= PIECE);
        pieces += 1;
    }
    assert!(pieces >= 640, "{pieces}");
    // What is nothing in the end is no endless step either.
    let nothing = gzip(&gzip(b"").repeat(50_000));
    let mut decoder = Decoder::new(2);
    decoder.push(nothing.into());
    let mut steps = 0;
    while decoder.pull() == Ok(Pull::Working) {
        steps += 1;
    }
    assert!(steps >= 50_000, "{steps}");
}

/// Between two pieces that are exactly full nothing is kept back: a stream of events may go on much later.
#[test]
fn nothing_waits_for_the_next_chunk() {
    for len in [PIECE - 1, PIECE, PIECE + 1, 2 * PIECE] {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(&vec![b'x'; len]).expect("gzip");
        encoder.flush().expect("gzip");
        let mut decoder = Decoder::new(1);
        decoder.push(encoder.get_ref().clone().into());
        let mut given = 0;
        while let Ok(Pull::Piece(piece)) = decoder.pull() {
            given += piece.len();
        }
        assert_eq!(given, len);
    }
}

#[test]
fn headers_say_how_a_body_is_encoded() {
    let of = |lines: &[&str]| {
        let mut headers = HeaderMap::new();
        for line in lines {
            let line = HeaderValue::from_bytes(line.as_bytes()).expect("a value");
            headers.append(CONTENT_ENCODING, line);
        }
        Coding::of(&headers)
    };
    let unknown = |name: &str| Coding::Unknown(name.to_owned());
    for (lines, coding) in [
        (&[][..], Coding::Identity),
        (&[""], Coding::Identity),
        (&["identity"], Coding::Identity),
        (&["gzip"], Coding::Gzip(1)),
        (&["GZip"], Coding::Gzip(1)),
        (&["x-gzip "], Coding::Gzip(1)),
        (&["gzip, gzip"], Coding::Gzip(2)),
        (&["gzip", "identity,X-GZIP"], Coding::Gzip(2)),
        (&["br"], unknown("br")),
        (&["gzip, Br"], unknown("br")),
        (&["gzip,gzip,gzip,gzip,gzip"], unknown("gzip, 5 times")),
        (&["b\u{e4}r"], unknown("b\u{e4}r")),
    ] {
        assert_eq!(of(lines), coding, "{lines:?}");
    }
    let long = "x".repeat(5000);
    assert!(matches!(of(&[&long]), Coding::Unknown(name) if name.len() == LONGEST_NAME));
}

proptest! {
    /// Any split of any row of members gives what the whole gives.
    #[test]
    fn any_split_of_any_members_gives_the_same(
        members in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..5),
        labels in any::<u8>(),
        layers in 1..=3_usize,
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
    ) {
        let plain = members.concat();
        let mut bytes: Vec<u8> = members
            .iter()
            .enumerate()
            .flat_map(|(n, text)| if labels >> n & 1 == 1 { labelled(text) } else { gzip(text) })
            .collect();
        for _ in 1..layers {
            bytes = gzip(&bytes);
        }
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        let parts = cuts.windows(2).map(|pair| &bytes[pair[0]..pair[1]]);
        prop_assert_eq!(decode(layers, parts), Ok(plain));
    }

    /// Arbitrary bytes, and such as are nearly gzip, come to an end, and to the one that a known decoder comes to.
    #[test]
    fn arbitrary_bytes_end(
        text in prop::collection::vec(any::<u8>(), 0..200),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        noise in prop::collection::vec(any::<u8>(), 0..40),
        size in 1..50_usize,
        near in any::<bool>(),
    ) {
        let mut bytes = if near { [labelled(&text), gzip(&text)].concat() } else { text };
        bytes.extend(noise);
        for (at, byte) in changes {
            if !bytes.is_empty() {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
        }
        let ours = decode(1, bytes.chunks(size));
        let mut theirs = Vec::new();
        if MultiGzDecoder::new(&bytes[..]).read_to_end(&mut theirs).is_ok() && !bytes.is_empty() {
            prop_assert_eq!(ours.as_deref(), Ok(&theirs[..]));
        }
        for layers in 2..=MOST_LAYERS {
            let _ = decode(layers, bytes.chunks(size));
        }
    }
}
