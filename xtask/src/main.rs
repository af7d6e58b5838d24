//! Repository chores: `cargo xtask NAME`.

mod all_features;
mod bench_compile;
mod bench_runtime;
mod conformance;
mod corpus;
mod features;
mod house;
mod index;
mod pairs;
mod progress;
mod providers;
mod queue;
mod servers;
mod soak_media;
mod soak_store;
mod stampede;
mod vendor;
mod workspace;

use std::path::Path;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use workspace::root;

/// Chores of the gapi repository.
#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    disable_version_flag = true
)]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Debug, Subcommand)]
enum Chore {
    /// Refresh discovery-docs/ from an unpacked google-api-python-client wheel, or from any folder of documents.
    Vendor(vendor::Arguments),
    /// Generate the module of every document in a folder, and compile and document them if asked to.
    Corpus(corpus::Arguments),
    /// Make calls through generated code, and write down the requests that are sent.
    Conformance(conformance::Calls),
    /// Compare the modules of two folders of documents: where `gapi diff` finds nothing breaking, every public item stays.
    Pairs(pairs::Arguments),
    /// Decode and encode a full response of every schema that a method returns.
    Roundtrip(conformance::RoundTrip),
    /// Measure what generated modules cost the compiler, beside other crates for the same APIs.
    BenchCompile(bench_compile::Arguments),
    /// Measure what calls cost beside hand-written ones with reqwest and serde: ratios of times on loopback.
    BenchRuntime(bench_runtime::Arguments),
    /// Make thousands of calls at once that have to wait for the streams of one connection, or for files: none fails, and each is carried out once.
    Queue(queue::Arguments),
    /// Send and fetch media through everything that can go wrong, seed after seed, and measure the memory that it takes.
    SoakMedia(soak_media::Arguments),
    /// Kill programs while they save tokens, and look at what they leave.
    SoakStore(soak_store::Arguments),
    /// Let thousands of callers want the same token at once, of every type of credentials, on good days and bad ones.
    Stampede(stampede::Arguments),
    /// Check that no set of gapi's features warns: none, each alone, all, and pairs of those that meet.
    Features(features::Arguments),
    /// Measure how the sources are built: files and lines, circles of imports, floors, twin names, unwanted words.
    House(house::Arguments),
    /// Check that there is one crypto provider and no OpenSSL.
    Providers,
    /// Run a program that turns on what the repository's packages cannot: both backends of jsonwebtoken, the system's keyring.
    AllFeatures,
    /// Test against servers that others wrote. Needs python3 and node, and installs the servers below target/, and
    /// Chromium as a package of the system.
    TestServers(servers::Arguments),
}

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    if let Some(log) = std::env::var_os(bench_compile::LOG) {
        // Cargo runs this program in the compiler's place.
        return bench_compile::wrapper(Path::new(&log));
    }
    let outcome = match Arguments::parse().chore {
        Chore::Vendor(arguments) => vendor::run(&arguments, &root().join("discovery-docs")),
        Chore::Corpus(arguments) => corpus::run(&arguments, &root()),
        Chore::Conformance(arguments) => conformance::calls(&arguments, &root()),
        Chore::Pairs(arguments) => pairs::run(&arguments),
        Chore::Roundtrip(arguments) => conformance::roundtrip(&arguments, &root()),
        Chore::BenchCompile(arguments) => bench_compile::run(&arguments, &root()),
        Chore::BenchRuntime(arguments) => bench_runtime::run(&arguments, &root()),
        Chore::Queue(arguments) => queue::run(&arguments, &root()),
        Chore::SoakMedia(arguments) => soak_media::run(&arguments, &root()),
        Chore::SoakStore(arguments) => soak_store::run(&arguments),
        Chore::Stampede(arguments) => stampede::run(&arguments, &root()),
        Chore::Features(arguments) => features::run(&arguments, &root()),
        Chore::House(arguments) => house::run(&arguments, &root()),
        Chore::Providers => providers::run(&root()),
        Chore::AllFeatures => all_features::run(&root()),
        Chore::TestServers(arguments) => servers::run(&arguments, &root()),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
