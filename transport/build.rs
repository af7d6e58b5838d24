//! Sets the version of the compiler, which the header `x-goog-api-client` contains.

use std::{env, process::Command};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=RUSTC");
    let version = env::var_os("RUSTC")
        .and_then(|rustc| Command::new(rustc).arg("--version").output().ok())
        .and_then(|output| String::from_utf8(output.stdout).ok())
        // "rustc 1.95.0 (0123abcde 2026-04-14)"
        .and_then(|text| text.split(' ').nth(1).map(str::to_owned))
        .unwrap_or_else(|| String::from("unknown"));
    println!("cargo::rustc-env=GAPI_RUST_VERSION={version}");
}
