//! `cargo xtask test-servers`: tests against servers that others wrote, installed under `target/` and run on loopback, and in a browser.

mod browser;
mod install;
mod sdk;
mod start;

use std::{path::Path, process::Command};

use self::{install::Installed, start::Running};
use crate::workspace::Failure;

/// The test whose servers are ours and whose clients others wrote.
const CLIENTS: &str = "metadata_clients";
/// The test of the command, which talks to several servers.
const COMMAND: &str = "command";

/// Arguments of `test-servers`.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// The tests to run, by the names of their files; all of them if none is named
    #[arg(value_name = "TEST")]
    tests: Vec<String>,
    /// Build gapi with ring instead of aws-lc-rs
    #[arg(long)]
    ring: bool,
}

/// One third-party server and the test of `tests/servers` that talks to it.
struct Server {
    /// The name; `GAPI_SERVER_NAME` has the server's address for the test.
    name: &'static str,
    /// The module of its tests in package `gapi-servers`.
    test: &'static str,
    /// A path; the server is ready when it responds, with any status.
    probe: &'static str,
    /// How it is started on a port.
    command: fn(&Installed, port: u16) -> Result<Command, String>,
}

const SERVERS: &[Server] = &[
    Server {
        name: "gcplocal",
        test: "gcplocal",
        probe: "/",
        command: |at, port| {
            Ok(at.python(
                "gcplocal",
                &["start", "--host", "127.0.0.1", "--port", &port.to_string()],
            ))
        },
    },
    Server {
        name: "gcp-storage-emulator",
        test: "gcp_storage_emulator",
        probe: "/storage/v1/b",
        command: |at, port| {
            let port = format!("--port={port}");
            Ok(at.python(
                "gcp-storage-emulator",
                &["start", "--host=127.0.0.1", &port, "--in-memory", "-q"],
            ))
        },
    },
    Server {
        name: "fake-gcs-server",
        test: "fake_gcs_server",
        probe: "/storage/v1/b",
        command: |at, port| {
            let port = port.to_string();
            let host = format!("127.0.0.1:{port}");
            let url = format!("http://{host}");
            at.fake_gcs_server(&[
                "-scheme",
                "http",
                "-host",
                "127.0.0.1",
                "-port",
                &port,
                "-public-host",
                &host,
                "-external-url",
                &url,
                "-backend",
                "memory",
            ])
        },
    },
    Server {
        name: "bqemulator",
        test: "bqemulator",
        probe: "/bigquery/v2/projects/p1/datasets",
        command: |at, port| Ok(at.bqemulator(port)),
    },
    Server {
        name: "google-drive-mock",
        test: "google_drive_mock",
        probe: "/drive/v3/files",
        command: |at, port| Ok(at.node("drive.mjs", port)),
    },
    Server {
        name: "myworld",
        test: COMMAND,
        probe: "/healthz",
        command: |at, port| Ok(at.myworld(port)),
    },
    Server {
        name: "moto",
        test: "federation",
        probe: "/moto-api/",
        command: |at, port| {
            Ok(at.python("moto_server", &["-H", "127.0.0.1", "-p", &port.to_string()]))
        },
    },
    Server {
        name: "oidc-provider",
        test: "oidc_provider",
        probe: "/.well-known/openid-configuration",
        command: |at, port| Ok(at.node("oidc.mjs", port)),
    },
    Server {
        name: "chromedriver",
        test: "users",
        probe: "/status",
        command: |_, port| Ok(browser::driver(port)),
    },
];

/// Installs what is missing, starts every server on a free port, runs the tests, and stops the servers.
///
/// # Errors
/// When python3 or node is missing, a server cannot be installed or does not respond, or a test fails.
pub(crate) fn run(arguments: &Arguments, root: &Path) -> Result<bool, Failure> {
    let wanted =
        |test: &str| arguments.tests.is_empty() || arguments.tests.iter().any(|own| own == test);
    if let Some(unknown) = arguments
        .tests
        .iter()
        .find(|own| *own != CLIENTS && SERVERS.iter().all(|server| server.test != **own))
    {
        return Err(format!("there is no test {unknown}").into());
    }
    let installed = Installed::under(root)?;
    browser::install()?;
    // All are kept until the end: dropping one stops its server.
    let mut running = Vec::new();
    let mut cargo = crate::workspace::cargo();
    crate::workspace::cargo()
        .current_dir(root)
        .args(["build", "--quiet", "--bin", "gapi"])
        .status()
        .map_err(|e| format!("cannot run cargo: {e}"))?;
    cargo.env(
        "GAPI_COMMAND",
        crate::workspace::target(root)?.join("debug/gapi"),
    );
    for emulator in sdk::emulators(&installed.logs)? {
        cargo.env(emulator.variable, emulator.running.base_url());
        running.push(emulator.running);
    }
    cargo.current_dir(root).arg("test");
    if arguments.ring {
        // The features of this package alone.
        cargo.args(["--package", "gapi-servers", "--no-default-features"]);
        cargo.args(["--features", "ring"]);
    }
    cargo.args(["--features", "gapi-servers/servers"]);
    cargo.args(["--test", "servers", "--"]);
    for server in SERVERS {
        println!("starting {}", server.name);
        let started = Running::start(server.name, server.probe, &installed.logs, |port| {
            (server.command)(&installed, port)
        })?;
        let variable = format!(
            "GAPI_SERVER_{}",
            server.name.to_uppercase().replace('-', "_")
        );
        cargo.env(variable, started.base_url());
        if wanted(server.test) {
            cargo.arg(format!("{}::", server.test));
        }
        running.push(started);
    }
    // Our own metadata server, for clients that others wrote.
    cargo.envs(installed.clients(root));
    if wanted(CLIENTS) {
        cargo.arg(format!("{CLIENTS}::"));
    }
    let status = cargo
        .status()
        .map_err(|e| format!("cannot run cargo: {e}"))?;
    if status.success() {
        println!("{} third-party servers passed", SERVERS.len());
    } else {
        println!(
            "tests against third-party servers failed; what the servers printed is in {}",
            installed.logs.display()
        );
    }
    Ok(status.success())
}
