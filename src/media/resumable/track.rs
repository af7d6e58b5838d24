//! Where an upload stands, as a pure value: what is heard of the server goes in, what to do next comes out.
//!
//! The server's offset is the only one that is trusted. Whenever it is not certain, it is asked for before anything else is sent.

/// How often a server may lose what it had without having more than ever before in between.
const MOST_SETBACKS: u32 = 5;

/// Where an upload stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Track {
    /// The length of the media, once it is known.
    total: Option<u64>,
    /// How many bytes the server has, as it said last.
    stored: u64,
    /// Whether that is still so: not after an exchange that broke.
    certain: bool,
    /// The most that was handed out of this session.
    sent: u64,
    /// The most that the server had since it lost some: what it has in addition is progress.
    furthest: u64,
    /// The most that it ever had.
    ever: u64,
    /// How often it lost some since it had that.
    setbacks: u32,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Ask how much is stored.
    Ask,
    /// Send the media from this offset on.
    Send(u64),
}

/// What was heard of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// It has this many bytes, and wants more.
    Stored(u64),
    /// Nothing that tells how much it has: the connection broke, it is overloaded, or its answer makes no sense.
    Nothing,
    /// The session is gone.
    Gone,
}

/// What that means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Then {
    /// The server has more than before.
    Advanced,
    /// Go on at once.
    GoOn,
    /// It led to nothing: go on after a pause, or give up.
    Fruitless,
    /// Begin a session anew.
    Restart,
    /// The server lost what it had too often.
    TooManySetbacks(u32),
    /// It claims to have bytes that it was never given.
    Impossible(u64),
}

impl Track {
    /// A new session.
    pub(super) fn new(total: Option<u64>) -> Self {
        Self {
            total,
            stored: 0,
            certain: true,
            sent: 0,
            furthest: 0,
            ever: 0,
            setbacks: 0,
        }
    }

    /// A session of another process, which saw the server have `stored` bytes, and may have sent more.
    pub(super) fn resumed(total: Option<u64>, stored: u64) -> Self {
        Self {
            stored,
            certain: false,
            sent: total.unwrap_or(u64::MAX),
            furthest: stored,
            ever: stored,
            ..Self::new(total)
        }
    }

    /// The length of the media, once it is known.
    pub(super) fn total(&self) -> Option<u64> {
        self.total
    }

    /// Whether every byte was handed out, so that the server can have all.
    pub(super) fn all_sent(&self) -> bool {
        self.total.is_some_and(|total| self.sent >= total)
    }

    pub(super) fn stored(&self) -> u64 {
        self.stored
    }

    pub(super) fn next(&self) -> Next {
        if self.certain {
            Next::Send(self.stored)
        } else {
            Next::Ask
        }
    }

    /// The length of the media became known.
    pub(super) fn learn(&mut self, total: Option<u64>) {
        self.total = self.total.or(total);
    }

    /// A request is about to leave that hands out the bytes before `end`; `total` may be known by now. Until its answer is here nothing is certain.
    pub(super) fn sending(&mut self, end: u64, total: Option<u64>) {
        self.total = total;
        self.sent = self.sent.max(end);
        self.certain = false;
    }

    /// An answer, or the lack of one, to what [`next`](Self::next) asked for.
    pub(super) fn heard(&mut self, heard: Heard, asked: Next) -> Then {
        match heard {
            Heard::Stored(stored) if stored > self.total.unwrap_or(u64::MAX).min(self.sent) => {
                Then::Impossible(stored)
            }
            Heard::Stored(stored) if stored < self.stored => {
                let then = self.set_back(Self {
                    stored,
                    certain: true,
                    furthest: stored,
                    ..self.clone()
                });
                match then {
                    Then::Restart => Then::Fruitless,
                    then => then,
                }
            }
            Heard::Stored(stored) => {
                self.stored = stored;
                self.certain = true;
                if stored > self.ever {
                    self.ever = stored;
                    self.setbacks = 0;
                }
                if stored > self.furthest {
                    self.furthest = stored;
                    return Then::Advanced;
                }
                match asked {
                    // What made it necessary to ask has been counted.
                    Next::Ask => Then::GoOn,
                    Next::Send(_) => Then::Fruitless,
                }
            }
            Heard::Nothing => {
                self.certain = false;
                Then::Fruitless
            }
            Heard::Gone => self.set_back(Self {
                ever: self.ever,
                setbacks: self.setbacks,
                ..Self::new(self.total)
            }),
        }
    }

    /// The server lost some, so that `there` is where the upload stands.
    fn set_back(&mut self, there: Self) -> Then {
        *self = there;
        self.setbacks += 1;
        if self.setbacks > MOST_SETBACKS {
            return Then::TooManySetbacks(self.setbacks);
        }
        Then::Restart
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_the_servers_offset_counts() {
        let mut track = Track::new(Some(30));
        assert_eq!(track.next(), Next::Send(0));
        track.sending(16, Some(30));
        // It took a part.
        assert_eq!(
            track.heard(Heard::Stored(10), Next::Send(0)),
            Then::Advanced
        );
        assert_eq!(track.next(), Next::Send(10));
        track.sending(26, Some(30));
        assert_eq!(track.heard(Heard::Nothing, Next::Send(10)), Then::Fruitless);
        assert_eq!(track.next(), Next::Ask);
        assert_eq!(track.heard(Heard::Nothing, Next::Ask), Then::Fruitless);
        assert_eq!(track.heard(Heard::Stored(26), Next::Ask), Then::Advanced);
        // It lost some, and has them again.
        track.sending(30, Some(30));
        assert_eq!(
            track.heard(Heard::Stored(5), Next::Send(26)),
            Then::Fruitless
        );
        assert_eq!(track.next(), Next::Send(5));
        track.sending(21, Some(30));
        assert_eq!(
            track.heard(Heard::Stored(21), Next::Send(5)),
            Then::Advanced
        );
        track.sending(30, Some(30));
        assert_eq!(
            track.heard(Heard::Stored(30), Next::Send(21)),
            Then::Advanced
        );
        // All is there, but it does not finish.
        assert_eq!(track.next(), Next::Send(30));
        track.sending(30, Some(30));
        assert_eq!(
            track.heard(Heard::Stored(30), Next::Send(30)),
            Then::Fruitless
        );
    }

    #[test]
    fn claims_that_cannot_be_true() {
        let mut track = Track::new(Some(30));
        track.sending(16, Some(30));
        assert_eq!(
            track.heard(Heard::Stored(17), Next::Send(0)),
            Then::Impossible(17)
        );
        let mut track = Track::resumed(Some(30), 16);
        assert_eq!(track.next(), Next::Ask);
        assert_eq!(
            track.heard(Heard::Stored(31), Next::Ask),
            Then::Impossible(31)
        );
        assert_eq!(track.heard(Heard::Stored(30), Next::Ask), Then::Advanced);
        let mut track = Track::resumed(None, 16);
        assert_eq!(
            track.heard(Heard::Stored(1 << 40), Next::Ask),
            Then::Advanced
        );
    }

    #[test]
    fn sessions_are_not_begun_for_ever() {
        let mut track = Track::new(None);
        for restart in 1..=MOST_SETBACKS {
            track.sending(10, None);
            assert_eq!(track.heard(Heard::Gone, Next::Send(0)), Then::Restart);
            assert_eq!(track.next(), Next::Send(0), "{restart}");
        }
        let then = track.heard(Heard::Gone, Next::Send(0));
        assert_eq!(then, Then::TooManySetbacks(MOST_SETBACKS + 1));
        // What gets on nevertheless may go on.
        let mut track = Track::new(None);
        for round in 1..20 {
            track.sending(round, None);
            let then = track.heard(Heard::Stored(round), Next::Send(0));
            assert_eq!(then, Then::Advanced);
            assert_eq!(track.heard(Heard::Gone, Next::Ask), Then::Restart);
        }
        let mut track = Track::new(None);
        track.sending(10, None);
        track.heard(Heard::Stored(10), Next::Send(0));
        for setback in 1..=MOST_SETBACKS {
            let then = track.heard(Heard::Stored(9), Next::Ask);
            assert_eq!(then, Then::Fruitless, "{setback}");
            track.sending(10, None);
            let then = track.heard(Heard::Stored(10), Next::Send(9));
            assert_eq!(then, Then::Advanced);
        }
        let then = track.heard(Heard::Stored(9), Next::Ask);
        assert_eq!(then, Then::TooManySetbacks(MOST_SETBACKS + 1));
    }

    /// What a server does with a request.
    #[derive(Clone, Copy, Debug)]
    enum Act {
        Fine,
        /// It keeps a part, in hundredths.
        Partly(u64),
        /// It keeps a part, and nobody hears of it.
        Silent(u64),
        /// It does nothing, and nobody hears of it.
        Deaf,
        /// It loses a part of what it had.
        Forget(u64),
        Gone,
    }

    fn act() -> impl Strategy<Value = Act> {
        prop_oneof![
            3 => Just(Act::Fine),
            1 => (0..=100_u64).prop_map(Act::Partly),
            1 => (0..=100_u64).prop_map(Act::Silent),
            1 => Just(Act::Deaf),
            1 => (0..=100_u64).prop_map(Act::Forget),
            1 => Just(Act::Gone),
        ]
    }

    #[derive(Default)]
    struct Server {
        bytes: Vec<u8>,
        done: bool,
    }

    impl Server {
        /// `None` when it has all.
        fn take(
            &mut self,
            from: usize,
            bytes: &[u8],
            total: Option<u64>,
            act: Act,
        ) -> Option<Heard> {
            assert!(from <= self.bytes.len(), "a hole before {from}");
            let new = &bytes[(self.bytes.len() - from).min(bytes.len())..];
            let part = |hundredths: u64| new.len() * hundredths as usize / 100;
            match act {
                Act::Fine => self.bytes.extend_from_slice(new),
                Act::Partly(h) | Act::Silent(h) => self.bytes.extend_from_slice(&new[..part(h)]),
                Act::Forget(h) => self.bytes.truncate(self.bytes.len() * h as usize / 100),
                Act::Deaf => {}
                Act::Gone => {
                    *self = Self::default();
                    return Some(Heard::Gone);
                }
            }
            self.done |= total == Some(self.bytes.len() as u64);
            match act {
                Act::Silent(_) | Act::Deaf => Some(Heard::Nothing),
                _ if self.done => None,
                _ => Some(Heard::Stored(self.bytes.len() as u64)),
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

        /// Whatever a server does, in the end it has the media, and never a hole in it or a byte of another place.
        #[test]
        fn every_byte_arrives_in_its_place(
            media in prop::collection::vec(any::<u8>(), 0..200),
            chunk in 1..64_usize,
            known in any::<bool>(),
            acts in prop::collection::vec(act(), 0..40),
        ) {
            let len = media.len() as u64;
            let mut track = Track::new(known.then_some(len));
            let mut server = Server::default();
            let mut acts = acts.into_iter();
            // Afterwards it works, so that there is an end.
            for _ in 0..300 {
                let act = acts.next().unwrap_or(Act::Fine);
                let next = track.next();
                let heard = match next {
                    Next::Ask if server.done => None,
                    Next::Ask => match act {
                        Act::Silent(_) | Act::Deaf => Some(Heard::Nothing),
                        Act::Gone => { server = Server::default(); Some(Heard::Gone) }
                        _ => Some(Heard::Stored(server.bytes.len() as u64)),
                    },
                    Next::Send(from) => {
                        let from = from as usize;
                        let end = (from + chunk).min(media.len());
                        // An unknown length is known once the end was read.
                        let total = (known || end < from + chunk).then_some(len);
                        track.sending(end as u64, total);
                        if server.done { Some(Heard::Gone) } else { server.take(from, &media[from..end], total, act) }
                    }
                };
                let Some(heard) = heard else { break };
                match track.heard(heard, next) {
                    Then::Advanced | Then::GoOn | Then::Fruitless => {}
                    Then::Restart => server = Server::default(),
                    Then::TooManySetbacks(_) => return Ok(()),
                    Then::Impossible(stored) => panic!("{stored}"),
                }
            }
            prop_assert!(server.done, "{track:?}");
            prop_assert_eq!(server.bytes, media);
        }
    }
}
