//! Google's own emulators, where the Google Cloud SDK is installed. They judge bodies strictly: an unknown property is an error.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::start::{Running, free_port};

/// Where packages of systems install the SDK, unless a variable names the folder.
const ROOTS: [&str; 3] = [
    "/usr/lib/google-cloud-sdk",
    "/usr/lib64/google-cloud-sdk",
    "/opt/google-cloud-sdk",
];

/// The class of each emulator, and the words before its options.
const PUBSUB: &[&str] = &["com.google.cloud.pubsub.testing.v1.Main"];
const FIRESTORE: &[&str] = &[
    "com.google.cloud.datastore.emulator.firestore.CloudFirestore",
    "start",
];

/// An emulator that runs.
pub(super) struct Emulator {
    /// The variable of its address, for the tests.
    pub(super) variable: &'static str,
    pub(super) running: Running,
}

/// Starts the emulators of Pub/Sub, Firestore and Spanner. Without the SDK there are none, and their tests report that they are passed over.
pub(super) fn emulators(logs: &Path) -> Result<Vec<Emulator>, String> {
    let named = std::env::var_os("CLOUDSDK_ROOT_DIR").map(PathBuf::from);
    let roots = named.into_iter().chain(ROOTS.map(PathBuf::from));
    let Some(root) = roots
        .into_iter()
        .find(|root| root.join("platform").is_dir())
    else {
        println!(
            "the Google Cloud SDK is not installed: the tests of its emulators are passed over"
        );
        return Ok(Vec::new());
    };
    let mut emulators: Vec<Emulator> = spanner(&root, logs)?.into_iter().collect();
    let java = Command::new("java")
        .arg("-version")
        .stderr(Stdio::null())
        .status();
    if !java.is_ok_and(|status| status.success()) {
        println!("there is no java: the tests of Google's emulators in Java are passed over");
        return Ok(emulators);
    }
    let platform = root.join("platform");
    let pubsub = jar(&platform.join("pubsub-emulator/lib"));
    let firestore = jar(&platform.join("cloud-firestore-emulator"));
    for (name, variable, jar, class) in [
        (
            "pubsub-emulator",
            "GAPI_SERVER_PUBSUB_EMULATOR",
            pubsub,
            PUBSUB,
        ),
        (
            "firestore-emulator",
            "GAPI_SERVER_FIRESTORE_EMULATOR",
            firestore,
            FIRESTORE,
        ),
    ] {
        let Some(jar) = jar else {
            println!("the Google Cloud SDK has no {name}: its tests are passed over");
            continue;
        };
        println!("starting {name}");
        let running = Running::start(name, "/", logs, |port| {
            let mut command = Command::new("java");
            command
                .arg("-cp")
                .arg(jar)
                .args(class)
                .args(["--host=127.0.0.1", &format!("--port={port}")]);
            Ok(command)
        })?;
        emulators.push(Emulator { variable, running });
    }
    Ok(emulators)
}

/// Starts the emulator of Spanner, of which one program speaks gRPC, and the other one JSON over HTTP.
fn spanner(root: &Path, logs: &Path) -> Result<Option<Emulator>, String> {
    let folder = root.join("bin/cloud_spanner_emulator");
    let (gateway, server) = (folder.join("gateway_main"), folder.join("emulator_main"));
    if !gateway.is_file() {
        println!("the Google Cloud SDK has no spanner-emulator: its tests are passed over");
        return Ok(None);
    }
    println!("starting spanner-emulator");
    let probe = "/v1/projects/p/instanceConfigs";
    let running = Running::start("spanner-emulator", probe, logs, |port| {
        let grpc = free_port().map_err(|e| format!("no free port on loopback: {e}"))?;
        let mut command = Command::new(gateway);
        command
            .args(["-hostname", "127.0.0.1", "-http_port", &port.to_string()])
            .args(["-grpc_port", &grpc.to_string(), "-grpc_binary"])
            .arg(server);
        // It does not end the other program.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        Ok(command)
    })?;
    Ok(Some(Emulator {
        variable: "GAPI_SERVER_SPANNER_EMULATOR",
        running,
    }))
}

fn jar(folder: &Path) -> Option<PathBuf> {
    let files = fs::read_dir(folder).ok()?;
    files
        .filter_map(|file| Some(file.ok()?.path()))
        .find(|path| path.extension().is_some_and(|end| end == "jar"))
}
