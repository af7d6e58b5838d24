//! Chromium and chromedriver, which are packages of the system.

use std::process::{Command, Stdio};

const PROGRAMS: [&str; 2] = ["chromium", "chromedriver"];
/// Debian's names of the packages, and a font, which a bare system has none of.
const PACKAGES: [&str; 3] = ["chromium", "chromium-driver", "fonts-dejavu-core"];

/// Installs the browser with apt-get, unless it is there.
pub(super) fn install() -> Result<(), String> {
    if PROGRAMS.iter().all(|program| is_there(program)) {
        return Ok(());
    }
    println!("installing {}", PACKAGES.join(", "));
    let apt = |arguments: &[&str]| {
        let status = Command::new("apt-get")
            .args(arguments)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .status();
        match status {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(format!(
                "apt-get {} ended with {status}",
                arguments.join(" ")
            )),
            Err(error) => Err(format!("apt-get: {error}")),
        }
    };
    let install: Vec<&str> = ["install", "--yes", "--quiet", "--no-install-recommends"]
        .into_iter()
        .chain(PACKAGES)
        .collect();
    apt(&["update", "--quiet"])
        .and_then(|()| apt(&install))
        .map_err(|error| {
            format!(
                "the users' tests need a browser: {error}; install {} yourself",
                PACKAGES.join(" and ")
            )
        })
}

fn is_there(program: &str) -> bool {
    let version = Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    version.is_ok_and(|status| status.success())
}

/// chromedriver on a port.
pub(super) fn driver(port: u16) -> Command {
    let mut command = Command::new("chromedriver");
    command.arg(format!("--port={port}"));
    command
}
