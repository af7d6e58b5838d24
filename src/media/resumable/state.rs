//! The state of a resumable upload as a pure value: reports of the server in, the next action out.
//!
//! Only the offset that the server reports counts. If it is not certain, the server is queried before anything is sent.

/// How often a server may lose bytes without having more than ever before in between.
const MOST_SETBACKS: u32 = 5;

/// How far an upload is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct UploadState {
    /// The length of the media, once it is known.
    total: Option<u64>,
    /// How many bytes the server has, by its last report.
    stored: u64,
    /// Whether that is certain; not so after a request without a valid response.
    certain: bool,
    /// The end of the bytes that were sent in this session.
    sent: u64,
    /// The most bytes that the server had since it lost some. More than that is progress.
    furthest: u64,
    /// The most bytes that it ever had.
    ever: u64,
    /// How often it lost bytes since it had the most.
    setbacks: u32,
}

/// The next request of an upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UploadAction {
    /// Query how many bytes are stored.
    Query,
    /// Send the media from this offset on.
    Send(u64),
}

/// What a response reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ServerReport {
    /// The server has this many bytes, and expects more.
    Stored(u64),
    /// The connection broke, the server is overloaded, or the response is not valid.
    Unknown,
    /// The session has ended.
    Gone,
}

/// What a report leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transition {
    /// The server has more bytes than before.
    Advanced,
    /// Continue at once.
    Continue,
    /// Continue after a delay, or give up.
    NoProgress,
    /// Begin a new session.
    Restart,
    /// The server lost bytes too often.
    TooManySetbacks(u32),
    /// The server reports more bytes than were sent.
    Impossible(u64),
}

impl UploadState {
    /// Returns the state of a new session.
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

    /// Returns the state of a session of another process, to which the server reported `stored` bytes, and which may have sent more.
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

    /// Returns the length of the media, once it is known.
    pub(super) fn total(&self) -> Option<u64> {
        self.total
    }

    /// Returns whether all bytes were sent, so that the server can have them.
    pub(super) fn all_sent(&self) -> bool {
        self.total.is_some_and(|total| self.sent >= total)
    }

    pub(super) fn stored(&self) -> u64 {
        self.stored
    }

    pub(super) fn next(&self) -> UploadAction {
        if self.certain {
            UploadAction::Send(self.stored)
        } else {
            UploadAction::Query
        }
    }

    /// Sets the length of the media, if it was not known.
    pub(super) fn learn(&mut self, total: Option<u64>) {
        self.total = self.total.or(total);
    }

    /// A request with the bytes before `end` is about to be sent. Until its response is known, nothing is certain.
    pub(super) fn sending(&mut self, end: u64, total: Option<u64>) {
        self.total = total;
        self.sent = self.sent.max(end);
        self.certain = false;
    }

    /// Applies the report in the response to the request `action`, or its absence.
    pub(super) fn report(&mut self, report: ServerReport, action: UploadAction) -> Transition {
        match report {
            ServerReport::Stored(stored)
                if stored > self.total.unwrap_or(u64::MAX).min(self.sent) =>
            {
                Transition::Impossible(stored)
            }
            ServerReport::Stored(stored) if stored < self.stored => {
                let transition = self.set_back(Self {
                    stored,
                    certain: true,
                    furthest: stored,
                    ..self.clone()
                });
                match transition {
                    Transition::Restart => Transition::NoProgress,
                    transition => transition,
                }
            }
            ServerReport::Stored(stored) => {
                self.stored = stored;
                self.certain = true;
                if stored > self.ever {
                    self.ever = stored;
                    self.setbacks = 0;
                }
                if stored > self.furthest {
                    self.furthest = stored;
                    return Transition::Advanced;
                }
                match action {
                    // The failure before the query was counted.
                    UploadAction::Query => Transition::Continue,
                    UploadAction::Send(_) => Transition::NoProgress,
                }
            }
            ServerReport::Unknown => {
                self.certain = false;
                Transition::NoProgress
            }
            ServerReport::Gone => self.set_back(Self {
                ever: self.ever,
                setbacks: self.setbacks,
                ..Self::new(self.total)
            }),
        }
    }

    /// Changes to the state `to`, because the server lost bytes.
    fn set_back(&mut self, to: Self) -> Transition {
        *self = to;
        self.setbacks += 1;
        if self.setbacks > MOST_SETBACKS {
            return Transition::TooManySetbacks(self.setbacks);
        }
        Transition::Restart
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_the_offset_of_the_server_counts() {
        let mut state = UploadState::new(Some(30));
        assert_eq!(state.next(), UploadAction::Send(0));
        state.sending(16, Some(30));
        // The server accepted a part.
        assert_eq!(
            state.report(ServerReport::Stored(10), UploadAction::Send(0)),
            Transition::Advanced
        );
        assert_eq!(state.next(), UploadAction::Send(10));
        state.sending(26, Some(30));
        assert_eq!(
            state.report(ServerReport::Unknown, UploadAction::Send(10)),
            Transition::NoProgress
        );
        assert_eq!(state.next(), UploadAction::Query);
        assert_eq!(
            state.report(ServerReport::Unknown, UploadAction::Query),
            Transition::NoProgress
        );
        assert_eq!(
            state.report(ServerReport::Stored(26), UploadAction::Query),
            Transition::Advanced
        );
        // The server lost some bytes, and has them again.
        state.sending(30, Some(30));
        assert_eq!(
            state.report(ServerReport::Stored(5), UploadAction::Send(26)),
            Transition::NoProgress
        );
        assert_eq!(state.next(), UploadAction::Send(5));
        state.sending(21, Some(30));
        assert_eq!(
            state.report(ServerReport::Stored(21), UploadAction::Send(5)),
            Transition::Advanced
        );
        state.sending(30, Some(30));
        assert_eq!(
            state.report(ServerReport::Stored(30), UploadAction::Send(21)),
            Transition::Advanced
        );
        // All is there, but it does not finish.
        assert_eq!(state.next(), UploadAction::Send(30));
        state.sending(30, Some(30));
        assert_eq!(
            state.report(ServerReport::Stored(30), UploadAction::Send(30)),
            Transition::NoProgress
        );
    }

    #[test]
    fn claims_that_cannot_be_true() {
        let mut state = UploadState::new(Some(30));
        state.sending(16, Some(30));
        assert_eq!(
            state.report(ServerReport::Stored(17), UploadAction::Send(0)),
            Transition::Impossible(17)
        );
        let mut state = UploadState::resumed(Some(30), 16);
        assert_eq!(state.next(), UploadAction::Query);
        assert_eq!(
            state.report(ServerReport::Stored(31), UploadAction::Query),
            Transition::Impossible(31)
        );
        assert_eq!(
            state.report(ServerReport::Stored(30), UploadAction::Query),
            Transition::Advanced
        );
        let mut state = UploadState::resumed(None, 16);
        assert_eq!(
            state.report(ServerReport::Stored(1 << 40), UploadAction::Query),
            Transition::Advanced
        );
    }

    #[test]
    fn sessions_are_not_begun_for_ever() {
        let mut state = UploadState::new(None);
        for restart in 1..=MOST_SETBACKS {
            state.sending(10, None);
            assert_eq!(
                state.report(ServerReport::Gone, UploadAction::Send(0)),
                Transition::Restart
            );
            assert_eq!(state.next(), UploadAction::Send(0), "{restart}");
        }
        let transition = state.report(ServerReport::Gone, UploadAction::Send(0));
        assert_eq!(transition, Transition::TooManySetbacks(MOST_SETBACKS + 1));
        // An upload that makes progress may continue.
        let mut state = UploadState::new(None);
        for round in 1..20 {
            state.sending(round, None);
            let transition = state.report(ServerReport::Stored(round), UploadAction::Send(0));
            assert_eq!(transition, Transition::Advanced);
            assert_eq!(
                state.report(ServerReport::Gone, UploadAction::Query),
                Transition::Restart
            );
        }
        let mut state = UploadState::new(None);
        state.sending(10, None);
        state.report(ServerReport::Stored(10), UploadAction::Send(0));
        for setback in 1..=MOST_SETBACKS {
            let transition = state.report(ServerReport::Stored(9), UploadAction::Query);
            assert_eq!(transition, Transition::NoProgress, "{setback}");
            state.sending(10, None);
            let transition = state.report(ServerReport::Stored(10), UploadAction::Send(9));
            assert_eq!(transition, Transition::Advanced);
        }
        let transition = state.report(ServerReport::Stored(9), UploadAction::Query);
        assert_eq!(transition, Transition::TooManySetbacks(MOST_SETBACKS + 1));
    }

    /// How a server handles a request.
    #[derive(Clone, Copy, Debug)]
    enum Act {
        Fine,
        /// It stores a part, in hundredths.
        Partly(u64),
        /// It stores a part, and its response is lost.
        Silent(u64),
        /// It stores nothing, and its response is lost.
        Deaf,
        /// It loses a part of what it has stored.
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
        /// Returns `None` when it has all bytes.
        fn take(
            &mut self,
            from: usize,
            bytes: &[u8],
            total: Option<u64>,
            act: Act,
        ) -> Option<ServerReport> {
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
                    return Some(ServerReport::Gone);
                }
            }
            self.done |= total == Some(self.bytes.len() as u64);
            match act {
                Act::Silent(_) | Act::Deaf => Some(ServerReport::Unknown),
                _ if self.done => None,
                _ => Some(ServerReport::Stored(self.bytes.len() as u64)),
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(30 * ProptestConfig::default().cases))]

        /// With any server, the media is stored in the end, without a gap and with each byte at its position.
        #[test]
        fn every_byte_is_stored_at_its_position(
            media in prop::collection::vec(any::<u8>(), 0..200),
            chunk in 1..64_usize,
            known in any::<bool>(),
            acts in prop::collection::vec(act(), 0..40),
        ) {
            let len = media.len() as u64;
            let mut state = UploadState::new(known.then_some(len));
            let mut server = Server::default();
            let mut acts = acts.into_iter();
            // Then the server works, so that the upload ends.
            for _ in 0..300 {
                let act = acts.next().unwrap_or(Act::Fine);
                let next = state.next();
                let report = match next {
                    UploadAction::Query if server.done => None,
                    UploadAction::Query => match act {
                        Act::Silent(_) | Act::Deaf => Some(ServerReport::Unknown),
                        Act::Gone => { server = Server::default(); Some(ServerReport::Gone) }
                        _ => Some(ServerReport::Stored(server.bytes.len() as u64)),
                    },
                    UploadAction::Send(from) => {
                        let from = from as usize;
                        let end = (from + chunk).min(media.len());
                        // An unknown length is known when the end was read.
                        let total = (known || end < from + chunk).then_some(len);
                        state.sending(end as u64, total);
                        if server.done { Some(ServerReport::Gone) } else { server.take(from, &media[from..end], total, act) }
                    }
                };
                let Some(report) = report else { break };
                match state.report(report, next) {
                    Transition::Advanced | Transition::Continue | Transition::NoProgress => {}
                    Transition::Restart => server = Server::default(),
                    Transition::TooManySetbacks(_) => return Ok(()),
                    Transition::Impossible(stored) => panic!("{stored}"),
                }
            }
            prop_assert!(server.done, "{state:?}");
            prop_assert_eq!(server.bytes, media);
        }
    }
}
