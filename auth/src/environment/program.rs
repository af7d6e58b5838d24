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
use gapi_transport::{BoxFuture, Clock};
use secrecy::zeroize::Zeroizing;
use tokio::sync::oneshot;

use super::Environment;
use crate::ShownPath;

/// How much of what a program prints is read.
const LIMIT: u64 = 1024 * 1024;

/// A program to run. `Debug` shows it with the number of its arguments and the names of its variables.
#[derive(Clone)]
pub struct Program {
    program: OsString,
    arguments: Vec<OsString>,
    variables: BTreeMap<String, OsString>,
}

impl Program {
    /// A program, by its path or by its name in `PATH`. There is no shell in between.
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

    /// Sets a variable of the program, on top of those that it inherits.
    #[must_use]
    pub fn var(mut self, name: impl Into<String>, value: impl Into<OsString>) -> Self {
        self.variables.insert(name.into(), value.into());
        self
    }

    /// The program, as given.
    pub fn program(&self) -> &OsString {
        &self.program
    }

    /// Its arguments.
    pub fn arguments(&self) -> &[OsString] {
        &self.arguments
    }

    /// The variables that were set for it.
    pub fn variables(&self) -> &BTreeMap<String, OsString> {
        &self.variables
    }
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Program")
            .field("program", &ShownPath::new(&self.program))
            .field("arguments", &self.arguments.len())
            .field("variables", &self.variables.keys())
            .finish()
    }
}

/// What a program left behind. `Debug` shows how much it printed, never what; all of it is wiped from memory when dropped.
#[derive(Clone)]
pub struct ProgramOutput {
    /// The exit status; `None` where a signal ended it.
    pub status: Option<i32>,
    /// What it printed to its standard output, 1 MiB at most.
    pub stdout: Zeroizing<Vec<u8>>,
    /// What it printed to its standard error, 1 MiB at most.
    pub stderr: Zeroizing<Vec<u8>>,
}

impl ProgramOutput {
    /// A program that printed `stdout` and ended with `status`.
    pub fn new(status: i32, stdout: impl Into<Vec<u8>>) -> Self {
        Self {
            status: Some(status),
            stdout: Zeroizing::new(stdout.into()),
            stderr: Zeroizing::default(),
        }
    }

    /// Whether it ended with status 0.
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

type Fake = Arc<dyn Fn(&Program) -> io::Result<ProgramOutput> + Send + Sync>;

/// Programs that were put here, on top of the machine's own or of none.
#[derive(Clone)]
pub(super) struct Programs {
    real: bool,
    put: BTreeMap<OsString, Fake>,
}

impl Programs {
    pub(super) fn new(real: bool) -> Self {
        Self {
            real,
            put: BTreeMap::new(),
        }
    }
}

impl Environment {
    /// Puts a program, as a function.
    #[must_use]
    pub fn program(
        self,
        name: impl Into<OsString>,
        act: impl Fn(&Program) -> io::Result<ProgramOutput> + Send + Sync + 'static,
    ) -> Self {
        let name = name.into();
        self.change(|inner| drop(inner.programs.put.insert(name, Arc::new(act))))
    }

    /// Runs a program with an empty standard input and waits for its end, `limit` at most; then it is killed. It is killed
    /// too when the future is dropped.
    ///
    /// # Errors
    /// What the operating system says when it cannot be started, [`TimedOut`](io::ErrorKind::TimedOut), and
    /// [`FileTooLarge`](io::ErrorKind::FileTooLarge) when it prints more than 1 MiB.
    pub fn run<'a>(
        &'a self,
        program: &'a Program,
        limit: Duration,
        clock: &'a dyn Clock,
    ) -> BoxFuture<'a, io::Result<ProgramOutput>> {
        Box::pin(async move {
            if let Some(act) = self.0.programs.put.get(&program.program) {
                return act(program);
            }
            if !self.0.programs.real {
                return Err(io::ErrorKind::NotFound.into());
            }
            let mut running = Running::start(&mut self.command(program))?;
            match select(&mut running.output, clock.sleep(limit)).await {
                Either::Left((Ok(output), _)) => output,
                Either::Left((Err(_), _)) => Err(io::Error::other("the program was lost")),
                Either::Right(_) => Err(io::Error::new(
                    io::ErrorKind::TimedOut,
                    format!("the program did not end within {} s", limit.as_secs_f64()),
                )),
            }
        })
    }

    fn command(&self, program: &Program) -> Command {
        let mut command = Command::new(&program.program);
        command.args(&program.arguments);
        for (name, value) in self.0.variables.changed() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command.envs(&program.variables);
        command
    }
}

/// A program that runs; dropping it kills the program. Threads wait for it, so that no tokio runtime is needed.
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
            // Nobody may be waiting any more.
            let _ = sender.send(watch(stdout, stderr, &watched));
        });
        Ok(Self { child, output })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
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
        // A program that prints without end would never end by itself.
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

/// Names only.
impl fmt::Debug for Programs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut list = f.debug_list();
        if self.real {
            list.entry(&format_args!("the machine's"));
        }
        list.entries(self.put.keys().map(ShownPath::new)).finish()
    }
}
