//! Bytes as others might send them, for tests of readers: right ones, changed at random, in pieces of any length.

use std::ops::Range;

use bytes::Bytes;

/// The number of cases of a test run; a run with other environment variables has a multiple of it.
const CASES: u64 = 64;

/// The seeds of a test at random, as many as `few` in a usual run. As tests with `proptest` do, it obeys `PROPTEST_CASES`, of which 64 is
/// the usual number, and `PROPTEST_RNG_SEED`, which is the first seed.
///
/// # Panics
/// When a variable is no number.
pub fn seeds(few: u64) -> Range<u64> {
    let variable =
        |name, usual| std::env::var(name).map_or(usual, |text| text.parse().expect("a number"));
    let first: u64 = variable("PROPTEST_RNG_SEED", 0);
    let times = variable("PROPTEST_CASES", CASES).div_ceil(CASES);
    first..first.saturating_add(few * times)
}

/// Random changes. The same seed makes the same ones, so that a failure can be repeated.
///
/// ```
/// use gapi_fakes::noise::Noise;
/// let mut noise = Noise::new(7);
/// let bytes = noise.mutated(b"{\"a\": [1, 2]}", &[b"null", b"\xff"]);
/// let pieces = noise.split(&bytes);
/// assert_eq!(pieces.concat(), bytes);
/// ```
#[derive(Clone, Debug)]
pub struct Noise(u64);

impl Noise {
    /// The changes of a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `bound`; 0 where that is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        // SplitMix64, by Steele, Lea and Flood.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        usize::try_from(mixed % bound.max(1) as u64).unwrap_or(0)
    }

    /// One of `all`, which is not empty.
    ///
    /// # Panics
    /// When it is.
    pub fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    /// `valid` after up to four changes: bytes that are others, missing, twice there or out of place, `words` in between, or an end too early.
    pub fn mutated(&mut self, valid: &[u8], words: &[&[u8]]) -> Vec<u8> {
        let mut bytes = valid.to_vec();
        for _ in 0..self.below(5) {
            let start = self.below(bytes.len() + 1);
            let end = start + self.below((bytes.len() - start).min(24) + 1);
            match self.below(7) {
                0 => bytes.truncate(start),
                1 => drop(bytes.drain(start..end)),
                2 => {
                    let copy = bytes[start..end].to_vec();
                    let to = self.below(bytes.len() + 1);
                    bytes.splice(to..to, copy);
                }
                3 if !bytes.is_empty() => {
                    let at = start.min(bytes.len() - 1);
                    bytes[at] ^= 1 << self.below(8);
                }
                4 => {
                    let random: Vec<u8> = (start..end).map(|_| self.byte()).collect();
                    bytes.splice(start..end, random);
                }
                _ if !words.is_empty() => {
                    let word = self.one_of(words).to_vec();
                    bytes.splice(start..start, word);
                }
                _ => bytes.insert(start, self.byte()),
            }
        }
        bytes
    }

    /// `bytes` in pieces, of which some are empty.
    pub fn split(&mut self, bytes: &[u8]) -> Vec<Bytes> {
        let mut pieces = Vec::new();
        let longest = [1, 2, 7, 100, bytes.len()][self.below(5)];
        let mut rest = bytes;
        while !rest.is_empty() {
            let piece;
            (piece, rest) = rest.split_at(self.below(longest + 1).min(rest.len()));
            pieces.push(Bytes::copy_from_slice(piece));
        }
        pieces
    }

    fn byte(&mut self) -> u8 {
        u8::try_from(self.below(256)).unwrap_or(0)
    }
}
