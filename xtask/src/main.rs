//! Repository chores: `cargo xtask NAME`.

mod bench_compile;
mod conformance;
mod corpus;
mod features;
mod first_programs;
mod house;
mod index;
mod msrv;
mod package;
mod pairs;
mod process;
mod programs;
mod progress;
mod providers;
mod public_api;
mod servers;
mod soak_store;
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
    /// Refresh discovery-docs/ from google-api-python-client, or from any folder of documents. Needs python3.
    Vendor(vendor::Arguments),
    /// Generate the module of every document in a folder, and compile and document them if asked to.
    Corpus(corpus::Arguments),
    /// Make calls through generated code, and record the requests that are sent.
    Conformance(conformance::Calls),
    /// Compare the modules of two folders of documents: where `gapi diff` finds nothing breaking, every public item exists in both.
    Pairs(pairs::Arguments),
    /// Decode and encode a full response of every schema that a method returns.
    Roundtrip(conformance::RoundTrip),
    /// Measure the time that the compiler takes for generated modules, beside other crates for the same APIs.
    BenchCompile(bench_compile::Arguments),
    /// Measure calls beside hand-written ones with reqwest and serde: ratios of times on loopback.
    BenchRuntime(programs::Runtime),
    /// Measure how long it takes from a document to the request of one method at run time, by the library and by `gapi call`, beside
    /// reading the document as a JSON value.
    FirstByte,
    /// Make thousands of calls at once that have to wait for the streams of one connection, or for files: none fails, and each is carried out once.
    Queue(programs::Queue),
    /// Upload and download media through every fault, seed after seed, and measure the memory that it takes.
    SoakMedia(programs::SoakMedia),
    /// Kill programs while they save tokens, and check what is left.
    SoakStore(soak_store::Arguments),
    /// Have thousands of callers request the same token at once, for every type of credentials, with servers that work and servers that fail.
    Stampede(programs::Stampede),
    /// Check that no set of gapi's features warns: none, each alone, all, and pairs of those that meet.
    Features(features::Arguments),
    /// Compile what `gapi init` makes of every vendored document, and run it where an embedded server has the API.
    FirstPrograms(first_programs::Arguments),
    /// Measure how the sources are built: files and lines, circles of imports, floors, twin names, unwanted words.
    House(house::Arguments),
    /// Check that the dependencies of the published packages build with the Rust version that these promise.
    Msrv,
    /// Compare the public items of the published libraries with those of another commit.
    PublicApi(public_api::Arguments),
    /// Pack what is published, build, test and document the archives outside of the checkout, and run the program of README.md with them.
    Package(package::Arguments),
    /// Check which crypto providers are built by which features, and run programs with one, several or none, beside other users of rustls.
    Providers,
    /// Run a program that turns on what the repository's packages cannot: both backends of jsonwebtoken, the system's keyring.
    AllFeatures,
    /// Run a program on other runtimes than tokio: smol and async-std.
    Runtimes,
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
    if let Some(program) = std::env::var_os(process::RUSTDOC) {
        // Cargo runs this program in rustdoc's place.
        return process::rustdoc(&program);
    }
    let outcome = match Arguments::parse().chore {
        Chore::Vendor(arguments) => {
            vendor::run(&arguments, &root().join("discovery-docs"), &root())
        }
        Chore::Corpus(arguments) => corpus::run(&arguments, &root()),
        Chore::Conformance(arguments) => conformance::calls(&arguments, &root()),
        Chore::Pairs(arguments) => pairs::run(&arguments),
        Chore::Roundtrip(arguments) => conformance::roundtrip(&arguments, &root()),
        Chore::BenchCompile(arguments) => bench_compile::run(&arguments, &root()),
        Chore::BenchRuntime(arguments) => programs::bench_runtime(&arguments, &root()),
        Chore::FirstByte => programs::first_byte(&root()),
        Chore::Queue(arguments) => programs::queue(&arguments, &root()),
        Chore::SoakMedia(arguments) => programs::soak_media(&arguments, &root()),
        Chore::SoakStore(arguments) => soak_store::run(&arguments),
        Chore::Stampede(arguments) => programs::stampede(&arguments, &root()),
        Chore::Features(arguments) => features::run(&arguments, &root()),
        Chore::FirstPrograms(arguments) => first_programs::run(&arguments),
        Chore::House(arguments) => house::run(&arguments, &root()),
        Chore::Msrv => msrv::run(&root()),
        Chore::PublicApi(arguments) => public_api::run(&arguments, &root()),
        Chore::Package(arguments) => package::run(&arguments, &root()),
        Chore::Providers => providers::run(&root()),
        Chore::AllFeatures => programs::all_features(&root()),
        Chore::Runtimes => programs::runtimes(&root()),
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
