//! Programs that credentials run.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fmt, io,
    io::Read,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};

use futures_util::future::{Either, select};
use gapi_transport::Clock;
use secrecy::zeroize::Zeroizing;
use tokio::sync::oneshot;

use crate::RedactedPath;

/// The most that a program may print.
const LIMIT: u64 = 1024 * 1024;

/// A program to run. `Debug` shows the number of its arguments and the names of its variables, not their values.
#[derive(Clone)]
pub struct Program {
    program: OsString,
    arguments: Vec<OsString>,
    variables: BTreeMap<String, OsString>,
}

impl Program {
    /// Returns a program, named by its path or by its name in `PATH`. It is started without a shell.
    pub fn new(program: impl Into<OsString>) -> Self {
        Self {
            program: program.into(),
            arguments: Vec::new(),
            variables: BTreeMap::new(),
        }
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Sets a variable of the program, in addition to those that it inherits.
    #[must_use]
    pub fn var(mut self, name: impl Into<String>, value: impl Into<OsString>) -> Self {
        self.variables.insert(name.into(), value.into());
        self
    }

    /// Returns the program, as given.
    pub fn program(&self) -> &OsString {
        &self.program
    }

    /// Returns its arguments.
    pub fn arguments(&self) -> &[OsString] {
        &self.arguments
    }

    /// Returns the variables that were set for it.
    pub fn variables(&self) -> &BTreeMap<String, OsString> {
        &self.variables
    }
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Program")
            .field("program", &RedactedPath::new(&self.program))
            .field("arguments", &self.arguments.len())
            .field("variables", &self.variables.keys())
            .finish()
    }
}

/// The result of a program. The output is wiped from memory when dropped; `Debug` shows only its length.
#[derive(Clone)]
pub struct ProgramOutput {
    /// The exit status; `None` if a signal ended the program.
    pub status: Option<i32>,
    /// The standard output, at most 1 MiB.
    pub stdout: Zeroizing<Vec<u8>>,
    /// The standard error, at most 1 MiB.
    pub stderr: Zeroizing<Vec<u8>>,
}

impl ProgramOutput {
    /// Returns the result of a program that printed `stdout` and ended with `status`.
    pub fn new(status: i32, stdout: impl Into<Vec<u8>>) -> Self {
        Self {
            status: Some(status),
            stdout: Zeroizing::new(stdout.into()),
            stderr: Zeroizing::default(),
        }
    }

    /// Returns whether the program ended with status 0.
    pub fn success(&self) -> bool {
        self.status == Some(0)
    }
}

impl fmt::Debug for ProgramOutput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProgramOutput")
            .field("status", &self.status)
            .field("stdout", &self.stdout.len())
            .field("stderr", &self.stderr.len())
            .finish()
    }
}

/// Runs a program of the machine.
pub(super) async fn run(
    mut command: Command,
    limit: Duration,
    clock: &dyn Clock,
) -> io::Result<ProgramOutput> {
    let mut running = Running::start(&mut command)?;
    match select(&mut running.output, clock.sleep(limit)).await {
        Either::Left((Ok(output), _)) => output,
        Either::Left((Err(_), _)) => Err(io::Error::other("the program was lost")),
        Either::Right(_) => Err(io::Error::new(
            io::ErrorKind::TimedOut,
            format!("the program did not end within {} s", limit.as_secs_f64()),
        )),
    }
}

/// A running program, which is killed when this is dropped. Threads wait for it, so that no tokio runtime is needed.
struct Running {
    child: Arc<Mutex<Child>>,
    output: oneshot::Receiver<io::Result<ProgramOutput>>,
}

impl Running {
    fn start(command: &mut Command) -> io::Result<Self> {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let child = Arc::new(Mutex::new(child));
        let (sender, output) = oneshot::channel();
        let watched = child.clone();
        thread::spawn(move || {
            // The caller may be gone.
            let _ = sender.send(watch(stdout, stderr, &watched));
        });
        Ok(Self { child, output })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = lock(&self.child).kill();
    }
}

fn lock(child: &Mutex<Child>) -> std::sync::MutexGuard<'_, Child> {
    child.lock().unwrap_or_else(PoisonError::into_inner)
}

fn watch(
    stdout: Option<impl Read>,
    stderr: Option<impl Read + Send + 'static>,
    child: &Mutex<Child>,
) -> io::Result<ProgramOutput> {
    let errors = thread::spawn(move || read(stderr));
    let stdout = read(stdout);
    if stdout.is_err() {
        // A program that prints without end would never end.
        let _ = lock(child).kill();
    }
    let stderr = errors
        .join()
        .unwrap_or_else(|_| Err(io::Error::other("the standard error was lost")));
    let status = loop {
        // The lock is not held while waiting, so that the program can be killed.
        if let Some(status) = lock(child).try_wait()? {
            break status;
        }
        thread::sleep(Duration::from_millis(5));
    };
    Ok(ProgramOutput {
        status: status.code(),
        stdout: stdout?,
        stderr: stderr?,
    })
}

fn read(stream: Option<impl Read>) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::new());
    if let Some(stream) = stream {
        stream.take(LIMIT + 1).read_to_end(&mut bytes)?;
    }
    if bytes.len() as u64 > LIMIT {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("the program prints more than {LIMIT} bytes"),
        ));
    }
    Ok(bytes)
}
