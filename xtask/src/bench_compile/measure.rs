//! What the compiler costs for one crate: cargo and the crate's dependencies are not in it.
//!
//! Cargo runs this very program in the compiler's place (`RUSTC_WRAPPER`), which runs the compiler and watches it.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::workspace::Failure;

/// The variable that makes this program a wrapper of the compiler, and names the file for its figures.
pub(crate) const LOG: &str = "GAPI_BENCH_COMPILE_LOG";

/// How often the compiler is looked at.
const TICK: Duration = Duration::from_millis(4);

/// The kernel's unit of processor time (`USER_HZ`, 100 on every Linux that Rust supports).
const TICKS_PER_SECOND: f64 = 100.0;

/// What one run of the compiler took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Cost {
    /// Seconds on the wall.
    pub(super) wall: f64,
    /// Seconds of processor time, of all threads; 0 where the system does not report it.
    pub(super) cpu: f64,
    /// The most memory in use, in MiB; 0 where the system does not report it.
    pub(super) peak: f64,
}

impl Cost {
    /// The lower of each figure: other programs on the machine only add to it.
    pub(super) fn lowest(self, other: Self) -> Self {
        Self {
            wall: self.wall.min(other.wall),
            cpu: self.cpu.min(other.cpu),
            peak: self.peak.min(other.peak),
        }
    }

    /// The time that ratios are made of: processor time, which other programs disturb least.
    pub(super) fn time(self) -> f64 {
        if self.cpu > 0.0 { self.cpu } else { self.wall }
    }
}

#[derive(Serialize, Deserialize)]
struct Line {
    name: String,
    cost: Cost,
}

/// Runs the compiler that the arguments name, and writes down what it took.
pub(crate) fn wrapper(log: &Path) -> ExitCode {
    match watched(log) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn watched(log: &Path) -> Result<ExitCode, Failure> {
    let mut arguments = std::env::args_os().skip(1);
    let compiler = arguments.next().ok_or("the compiler's path is missing")?;
    let arguments: Vec<_> = arguments.collect();
    let name = arguments
        .windows(2)
        .find(|pair| pair[0] == "--crate-name")
        .map(|pair| pair[1].to_string_lossy().into_owned());
    let start = Instant::now();
    let mut child = Command::new(compiler).args(&arguments).spawn()?;
    let mut cost = Cost::default();
    let status = loop {
        look(child.id(), &mut cost);
        if let Some(status) = child.try_wait()? {
            break status;
        }
        std::thread::sleep(TICK);
    };
    cost.wall = start.elapsed().as_secs_f64();
    if let Some(name) = name {
        let line = serde_json::to_string(&Line { name, cost })?;
        let mut file = std::fs::OpenOptions::new()
            .append(true)
            .create(true)
            .open(log)?;
        writeln!(file, "{line}")?;
    }
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

/// Reads what Linux reports of a process; the figures only grow, so the last ones count.
fn look(id: u32, cost: &mut Cost) {
    if let Ok(stat) = std::fs::read_to_string(format!("/proc/{id}/stat")) {
        cost.cpu = cost.cpu.max(cpu(&stat).unwrap_or_default());
    }
    if let Ok(status) = std::fs::read_to_string(format!("/proc/{id}/status")) {
        cost.peak = cost.peak.max(peak(&status).unwrap_or_default());
    }
}

/// Seconds of processor time in `/proc/ID/stat` (proc(5): `utime` and `stime`, the 14th and 15th field).
fn cpu(stat: &str) -> Option<f64> {
    // The second field, the program's name, may hold anything.
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(11);
    let user: f64 = fields.next()?.parse().ok()?;
    let system: f64 = fields.next()?.parse().ok()?;
    Some((user + system) / TICKS_PER_SECOND)
}

/// Seconds of processor time in `/proc/ID/stat`, with those of the processes that it waited for (`cutime` and `cstime`, the 16th and 17th
/// field).
pub(crate) fn cpu_of_all(stat: &str) -> Option<f64> {
    let (_, rest) = stat.rsplit_once(')')?;
    let fields = rest.split_whitespace().skip(11).take(4);
    let ticks = fields.map(|field| field.parse::<f64>().ok());
    Some(ticks.sum::<Option<f64>>()? / TICKS_PER_SECOND)
}

/// The peak in MiB in `/proc/ID/status`.
fn peak(status: &str) -> Option<f64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kib / 1024.0)
}

/// Whether to stop at types or to make machine code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// `cargo check`
    Check,
    /// `cargo build --release`
    Release,
}

impl Step {
    pub(super) fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Check => &["check"],
            Self::Release => &["build", "--release"],
        }
    }
}

/// Cargo in one scratch workspace.
#[derive(Clone, Debug)]
pub(super) struct Cargo {
    /// Where the workspace is.
    pub(super) folder: PathBuf,
    /// Where it builds.
    pub(super) target: PathBuf,
}

impl Cargo {
    /// Runs cargo; its output is the error when it fails.
    pub(super) fn run(&self, arguments: &[&str], log: Option<&Path>) -> Result<(), Failure> {
        let mut command = crate::workspace::cargo();
        command
            .args(arguments)
            .arg("--quiet")
            .arg("--target-dir")
            .arg(&self.target)
            .current_dir(&self.folder)
            .env("CARGO_INCREMENTAL", "0")
            .env("RUSTFLAGS", "")
            .stdin(Stdio::null());
        // Always the same wrapper, so that nothing is built twice on its account.
        command
            .env("RUSTC_WRAPPER", std::env::current_exe()?)
            .env(LOG, log.unwrap_or(&self.target.join("dependencies.log")));
        let output = command.output()?;
        if output.status.success() {
            return Ok(());
        }
        let text = String::from_utf8_lossy(&output.stderr);
        Err(format!(
            "cargo {} in {} failed: {}",
            arguments.join(" "),
            self.folder.display(),
            text.trim()
        )
        .into())
    }

    /// Builds a package and all that it depends on, so that only the package itself is left to measure.
    pub(super) fn prepare(&self, package: &str, step: Step) -> Result<(), Failure> {
        self.run(&[step.arguments(), &["-p", package]].concat(), None)
    }

    /// Compiles a package whose dependencies are built.
    pub(super) fn measure(&self, package: &str, step: Step) -> Result<Cost, Failure> {
        let mut clean = vec!["clean", "-p", package];
        if step == Step::Release {
            clean.push("--release");
        }
        self.run(&clean, None)?;
        let log = self.target.join("measured.log");
        if log.exists() {
            std::fs::remove_file(&log)?;
        }
        self.run(&[step.arguments(), &["-p", package]].concat(), Some(&log))?;
        let text = String::from_utf8(crate::workspace::read(&log)?)?;
        let name = package.replace('-', "_");
        let mut found = None;
        for line in text.lines() {
            let line: Line = serde_json::from_str(line)?;
            if line.name == name {
                found = Some(line.cost);
            }
        }
        found.ok_or_else(|| format!("cargo did not compile {package}").into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_linux_tells() {
        let stat = "7 (a ) b) S 1 2 3 4 5 6 7 8 9 10 150 50 0 0 20 0 1 0 0";
        assert_eq!(cpu(stat), Some(2.0));
        assert_eq!(
            peak("VmPeak:\t  9 kB\nVmHWM:\t    2048 kB\nVmRSS:\t 1 kB\n"),
            Some(2.0)
        );
        assert_eq!(cpu("nothing"), None);
    }

    #[test]
    fn the_lowest_of_each() {
        let cost = |wall, cpu, peak| Cost { wall, cpu, peak };
        assert_eq!(
            cost(1.0, 5.0, 3.0).lowest(cost(2.0, 4.0, 3.0)),
            cost(1.0, 4.0, 3.0)
        );
        // Without processor time, the wall has to do.
        assert_eq!(cost(1.0, 0.0, 0.0).time(), 1.0);
    }
}
