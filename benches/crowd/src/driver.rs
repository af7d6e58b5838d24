//! Starts the server and the clients, and prints the table.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
};

use crate::{
    Failure,
    clients::{Crowd, Kind},
};

#[derive(Debug, clap::Args)]
pub(crate) struct Measure {
    /// How often each client takes its turn.
    #[arg(long, default_value_t = 7)]
    rounds: usize,
    /// How many streams the server allows a connection of HTTP/2.
    #[arg(long, default_value_t = 100)]
    streams: u32,
    /// Only these clients. The first one is what the others are compared with.
    #[arg(long = "only", value_enum)]
    only: Vec<Kind>,
    /// Count instructions with callgrind, which must be installed, instead of time and memory.
    #[arg(long)]
    instructions: bool,
    #[command(flatten)]
    crowd: Crowd,
}

const ALL: &[Kind] = &[
    Kind::Reqwest,
    Kind::Gapi,
    Kind::HyperUtil,
    #[cfg(feature = "peers")]
    Kind::Sqladmin,
    #[cfg(feature = "peers")]
    Kind::CloudSql,
];

pub(crate) fn run(measure: &Measure) -> Result<(), Failure> {
    let (_server, address) = Server::start(measure.streams)?;
    let crowd = &measure.crowd;
    let kinds = if measure.only.is_empty() {
        ALL.to_vec()
    } else {
        measure.only.clone()
    };
    // It has no setting for HTTP/2 without TLS.
    #[cfg(feature = "peers")]
    let kinds = kinds
        .into_iter()
        .filter(|kind| crowd.connections == 0 || *kind != Kind::CloudSql);
    #[cfg(feature = "peers")]
    let kinds: Vec<_> = kinds.collect();
    let protocol = match crowd.connections {
        0 => String::from("HTTP/1.1"),
        one @ 1 => format!("HTTP/2, {one} connection of {} streams", measure.streams),
        many => format!("HTTP/2, {many} connections of {} streams", measure.streams),
    };
    println!("{} calls at once, {protocol}", crowd.at_once);
    if measure.instructions {
        println!("| client | instructions a call | ratio |\n|---|--:|--:|");
        let mut first = None;
        for kind in kinds {
            let count = instructions(kind, &address, crowd)?;
            let ratio = count / *first.get_or_insert(count);
            println!("| {} | {count:.0} | {ratio:.3} |", name(kind));
        }
        return Ok(());
    }
    let mut samples = vec![Vec::new(); kinds.len()];
    for _ in 0..measure.rounds {
        for (kind, samples) in kinds.iter().zip(&mut samples) {
            samples.push(sample(*kind, &address, crowd)?);
        }
    }
    println!(
        "| client | CPU, µs a call | ratio | peak memory, MiB | ratio |\n|---|--:|--:|--:|--:|"
    );
    for (kind, own) in kinds.iter().zip(&samples) {
        let column = |of: fn(&Sample) -> f64| {
            let ratios = own
                .iter()
                .zip(&samples[0])
                .map(|(own, first)| of(own) / of(first));
            (median(own.iter().map(of)), median(ratios))
        };
        let (cpu, cpu_ratio) = column(|sample| sample.microseconds);
        let (peak, peak_ratio) = column(|sample| sample.mebibytes);
        let name = name(*kind);
        println!("| {name} | {cpu:.1} | {cpu_ratio:.3} | {peak:.1} | {peak_ratio:.3} |");
    }
    Ok(())
}

fn name(kind: Kind) -> String {
    let value = clap::ValueEnum::to_possible_value(&kind);
    value
        .map(|value| value.get_name().to_owned())
        .unwrap_or_default()
}

/// One turn of a client.
#[derive(Clone)]
struct Sample {
    microseconds: f64,
    mebibytes: f64,
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

fn client(
    command: &mut Command,
    kind: Kind,
    address: &str,
    crowd: &Crowd,
) -> Result<(String, String), Failure> {
    let output = command
        .args(["client", &name(kind), address])
        .args(["--calls", &crowd.calls.to_string()])
        .args(["--at-once", &crowd.at_once.to_string()])
        .args(["--connections", &crowd.connections.to_string()])
        .output()?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if !output.status.success() {
        return Err(format!("{}: {}", name(kind), text(&output.stderr)).into());
    }
    Ok((text(&output.stdout), text(&output.stderr)))
}

fn sample(kind: Kind, address: &str, crowd: &Crowd) -> Result<Sample, Failure> {
    let (text, _) = client(
        &mut Command::new(std::env::current_exe()?),
        kind,
        address,
        crowd,
    )?;
    let (nanoseconds, kibibytes) = text.trim().split_once(' ').ok_or("no two numbers")?;
    Ok(Sample {
        microseconds: nanoseconds.parse::<f64>()? / 1e3,
        mebibytes: kibibytes.parse::<f64>()? / 1024.0,
    })
}

/// Returns the instructions of a call: the difference of two runs of different length.
fn instructions(kind: Kind, address: &str, crowd: &Crowd) -> Result<f64, Failure> {
    let count = |calls: u64| -> Result<f64, Failure> {
        let mut command = Command::new("valgrind");
        command
            .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
            .arg(std::env::current_exe()?);
        let crowd = Crowd {
            calls,
            ..crowd.clone()
        };
        let (_, text) = client(&mut command, kind, address, &crowd)?;
        let count = text
            .lines()
            .find_map(|line| line.split_once("Collected : "));
        Ok(count.ok_or("callgrind counted nothing")?.1.trim().parse()?)
    };
    let (few, many) = (crowd.at_once * 4, crowd.at_once * 24);
    Ok((count(many)? - count(few)?) / (many - few) as f64)
}

/// The process of the server, which ends with this.
struct Server(Child);

impl Server {
    fn start(streams: u32) -> Result<(Self, String), Failure> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["server", "--streams", &streams.to_string()])
            .stdout(Stdio::piped())
            .spawn()?;
        let stdout = child.stdout.take().ok_or("the server has no output")?;
        let server = Self(child);
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        Ok((server, line.trim().to_owned()))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
