//! What goes wrong, by a script or by a seed.

use std::collections::VecDeque;

/// One thing that goes wrong with one request. Shares are in thousandths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Nothing.
    None,
    /// This status, and nothing is done. A 429 and a 503 carry `Retry-After: 0`.
    Status(u16),
    /// This status, though everything is done.
    StatusAfterwards(u16),
    /// The connection is reset after this share of the body, request's or response's; what has arrived of an upload is stored.
    Reset(u64),
    /// The connection is closed in an orderly way after this share of the response.
    Close(u64),
    /// Everything is done, and the connection is reset before the response.
    Lose,
    /// Everything is done, and half of the response's head arrives.
    HalfResponse,
    /// This share of a chunk is stored, and the response reports it.
    Partly(u64),
    /// This share of all that was stored is kept.
    Forget(u64),
    /// The session is no longer known: 404 or 410.
    Gone(u16),
    /// The final response has another checksum.
    WrongHash,
    /// The final response has another size.
    WrongSize,
    /// The upload ends with a success though not everything is there.
    EndEarly,
    /// The response reports more bytes than were sent.
    Boast,
    /// A range is ignored: the whole comes.
    WholeInstead,
    /// Another generation of the object is there from now on.
    NewGeneration,
    /// A byte of an encoded response is another one, at this share of it. Ranges are left alone: no checksum is of a part, so that a client cannot notice.
    Garble(u64),
    /// An upload's request that would bring the byte at this position of the media is taken up to there, and gets this status. Requests before it meet nothing.
    StatusAt(u16, u64),
    /// The connection is closed after so many bytes of the response's body.
    BreakAfter(u64),
    /// After so many bytes of the response's body nothing more comes, on an open connection.
    StallAfter(u64),
}

/// Numbers that look random and are the same for the same seed (SplitMix64).
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// A row of numbers.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`, which is not 0.
    pub fn below(&mut self, end: u64) -> u64 {
        self.roll() % end
    }
}

/// What requests are for, as far as troubles differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Errand {
    /// To begin a session.
    Begin,
    /// To bring bytes.
    Bring,
    /// To ask how much there is.
    Ask,
    /// To fetch media.
    Fetch,
    /// Anything else.
    Other,
}

/// Where troubles come from.
#[derive(Debug, Default)]
pub(super) struct Troubles {
    script: VecDeque<Trouble>,
    dice: Option<Dice>,
    /// Sessions that are gone; a few of them are trouble enough.
    gone: u32,
}

impl Troubles {
    pub(super) fn push(&mut self, trouble: Trouble) {
        self.script.push_back(trouble);
    }

    pub(super) fn seed(&mut self, seed: Option<u64>) {
        *self = Self {
            script: VecDeque::new(),
            dice: seed.map(Dice::new),
            gone: 0,
        };
    }

    /// How many are still to be met.
    pub(super) fn left(&self) -> usize {
        self.script.len()
    }

    /// What a request that brings the bytes from `from` to `end` of the media meets.
    pub(super) fn next_of(&mut self, from: u64, end: u64) -> Trouble {
        match self.script.front() {
            Some(Trouble::StatusAt(_, at)) if !(from..end).contains(at) => Trouble::None,
            _ => self.next(Errand::Bring),
        }
    }

    /// What this request meets.
    pub(super) fn next(&mut self, errand: Errand) -> Trouble {
        if errand != Errand::Bring && matches!(self.script.front(), Some(Trouble::StatusAt(..))) {
            return Trouble::None;
        }
        if errand != Errand::Other
            && let Some(trouble) = self.script.pop_front()
        {
            return trouble;
        }
        let Some(dice) = &mut self.dice else {
            return Trouble::None;
        };
        // Two of five requests.
        if errand == Errand::Other || dice.below(5) > 1 {
            return Trouble::None;
        }
        let share = dice.below(1001);
        let status = [503, 429, 500, 502, 504, 408][dice.below(6) as usize];
        match errand {
            Errand::Begin | Errand::Ask => match dice.below(4) {
                0 => Trouble::Reset(0),
                1 => Trouble::Lose,
                2 => Trouble::HalfResponse,
                _ => Trouble::Status(status),
            },
            Errand::Bring => match dice.below(10) {
                0 | 1 => Trouble::Reset(share),
                2 => Trouble::Lose,
                3 => Trouble::HalfResponse,
                4 | 5 => Trouble::Partly(share),
                6 => Trouble::StatusAfterwards(status),
                7 if self.gone < 2 && dice.below(4) == 0 => {
                    self.gone += 1;
                    Trouble::Gone([404, 410][dice.below(2) as usize])
                }
                _ => Trouble::Status(status),
            },
            Errand::Fetch => match dice.below(6) {
                0 | 1 => Trouble::Reset(share),
                2 => Trouble::Close(share),
                3 => Trouble::WholeInstead,
                4 => Trouble::Garble(share),
                _ => Trouble::Status(status),
            },
            Errand::Other => Trouble::None,
        }
    }
}
