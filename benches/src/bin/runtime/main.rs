//! What calls cost beside the same hand-written calls, with reqwest and serde: ratios of times, on loopback.
//!
//! Both sides of a ratio run in one process against one embedded server, in turns, and the median over all pairs counts. So a machine that is slow
//! or busy stretches both sides, and the ratio stays.

mod call;
mod decode;
mod linear;
mod list;
mod pairs;
mod server;
mod transfer;

use std::process::ExitCode;

use clap::Parser;

use pairs::Figure;

/// Why something could not be measured.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Measures the ratios, and fails when one misses its goal.
#[derive(Debug, Parser)]
#[command(name = "runtime", disable_version_flag = true)]
struct Arguments {
    /// Only these: call, items, decode, linear, upload, download.
    only: Vec<String>,
    /// How many pairs are measured for each ratio.
    #[arg(long, default_value_t = 101, value_parser = clap::value_parser!(u32).range(1..))]
    pairs: u32,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let figures = match runtime {
        Ok(runtime) => runtime.block_on(figures(&arguments)),
        Err(error) => Err(error.into()),
    };
    match figures {
        Ok(figures) => {
            print(&figures);
            if figures.iter().all(Figure::is_met) {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            }
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Every ratio that is wanted: one line for each.
async fn figures(arguments: &Arguments) -> Result<Vec<Figure>, Failure> {
    let wanted = |name: &str| arguments.only.is_empty() || arguments.only.iter().any(|o| o == name);
    let mut figures = Vec::new();
    if wanted("call") {
        figures.push(call::small(arguments.pairs).await?);
    }
    if wanted("items") {
        // One run is a hundred requests and a hundred thousand entries: fewer of them show as much.
        figures.push(list::items(arguments.pairs.div_ceil(5)).await?);
    }
    if wanted("decode") {
        figures.push(decode::list(arguments.pairs).await?);
    }
    if wanted("linear") {
        figures.extend(linear::all(arguments.pairs.min(11)).await?);
    }
    // Each transfer takes as long as some hundred calls.
    let transfers = arguments.pairs.min(21);
    if wanted("upload") {
        figures.push(transfer::upload(transfers).await?);
    }
    if wanted("download") {
        figures.push(transfer::download(transfers).await?);
    }
    if figures.is_empty() {
        return Err(
            "no ratio has such a name; the names are: call, items, decode, linear, upload, download"
                .into(),
        );
    }
    Ok(figures)
}

fn print(figures: &[Figure]) {
    println!("| ratio of times (median of interleaved pairs) | measured | goal | ours | by hand |");
    println!("|---|--:|--:|--:|--:|");
    for figure in figures {
        println!("{figure}");
    }
}
