//! Pairs of measurements, and what is made of them.

use std::fmt;
use std::time::{Duration, Instant};

use crate::Failure;

/// A bound that a ratio is to keep.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Goal {
    /// A ratio of times.
    AtMost(f64),
    /// A ratio of throughputs.
    AtLeast(f64),
}

/// A ratio that was measured.
#[derive(Debug)]
pub(crate) struct Figure {
    what: String,
    goal: Goal,
    /// The median over all pairs.
    ratio: f64,
    /// Medians of one run.
    ours: Duration,
    theirs: Duration,
}

impl Figure {
    pub(crate) fn is_met(&self) -> bool {
        match self.goal {
            Goal::AtMost(most) => self.ratio <= most,
            Goal::AtLeast(least) => self.ratio >= least,
        }
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let goal = match self.goal {
            Goal::AtMost(most) => format!("at most {most}"),
            Goal::AtLeast(least) => format!("at least {least}"),
        };
        let missed = if self.is_met() { "" } else { " (missed)" };
        write!(
            f,
            "| {} | {:.3}{missed} | {goal} | {:.1?} | {:.1?} |",
            self.what, self.ratio, self.ours, self.theirs
        )
    }
}

/// Runs `ours` and `theirs` in turns, each first in every second pair, after one pair that does not count. `divisor` is how many operations one run does.
pub(crate) async fn compare(
    what: impl Into<String>,
    goal: Goal,
    pairs: u32,
    divisor: u32,
    mut ours: impl AsyncFnMut() -> Result<(), Failure>,
    mut theirs: impl AsyncFnMut() -> Result<(), Failure>,
) -> Result<Figure, Failure> {
    ours().await?;
    theirs().await?;
    let mut times = Vec::new();
    for pair in 0..pairs {
        let (own, other) = if pair % 2 == 0 {
            let own = time(&mut ours).await?;
            (own, time(&mut theirs).await?)
        } else {
            let other = time(&mut theirs).await?;
            (time(&mut ours).await?, other)
        };
        times.push((own, other));
    }
    let ratio = |(own, other): &(Duration, Duration)| match goal {
        Goal::AtMost(_) => own.as_secs_f64() / other.as_secs_f64(),
        Goal::AtLeast(_) => other.as_secs_f64() / own.as_secs_f64(),
    };
    let mut ratios: Vec<f64> = times.iter().map(ratio).collect();
    ratios.sort_by(f64::total_cmp);
    let median = |side: fn(&(Duration, Duration)) -> Duration| {
        let mut all: Vec<Duration> = times.iter().map(side).collect();
        all.sort_unstable();
        all[all.len() / 2] / divisor
    };
    Ok(Figure {
        what: what.into(),
        goal,
        ratio: ratios[ratios.len() / 2],
        ours: median(|(own, _)| *own),
        theirs: median(|(_, other)| *other),
    })
}

async fn time(run: &mut impl AsyncFnMut() -> Result<(), Failure>) -> Result<Duration, Failure> {
    let start = Instant::now();
    run().await?;
    Ok(start.elapsed())
}
