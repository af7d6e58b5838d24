//! One running server: a free port, a wait until it responds, and an end when it is dropped.

use std::{
    fs::File,
    io::{Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// How long a server may take until it responds.
const PATIENCE: Duration = Duration::from_secs(180);

/// A server on loopback, killed on drop.
pub(crate) struct Running {
    child: Child,
    port: u16,
}

impl Running {
    /// Starts `command` on a free port and waits until a GET of `probe` has a response.
    pub(crate) fn start(
        name: &str,
        probe: &str,
        logs: &Path,
        command: impl FnOnce(u16) -> Result<Command, String>,
    ) -> Result<Self, String> {
        let port = free_port().map_err(|e| format!("no free port on loopback: {e}"))?;
        let path = logs.join(format!("{name}.log"));
        let log = File::create(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        let errors = log
            .try_clone()
            .map_err(|e| format!("{}: {e}", path.display()))?;
        let child = command(port)?
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(errors)
            .spawn()
            .map_err(|e| format!("cannot start {name}: {e}"))?;
        let mut running = Self { child, port };
        running.wait(name, probe, &path)?;
        Ok(running)
    }

    /// `http://127.0.0.1:PORT`
    pub(crate) fn base_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn wait(&mut self, name: &str, probe: &str, log: &Path) -> Result<(), String> {
        let start = Instant::now();
        loop {
            if responds(self.port, probe) {
                return Ok(());
            }
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(format!(
                    "{name} ended with {status} before it responded; see {}",
                    log.display()
                ));
            }
            if start.elapsed() > PATIENCE {
                return Err(format!(
                    "{name} did not respond within {} s; see {}",
                    PATIENCE.as_secs(),
                    log.display()
                ));
            }
            thread::sleep(Duration::from_millis(100));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself; either way it is gone afterwards, with the programs of its group, if it leads one.
        let group = format!("-{}", self.child.id());
        let _ = Command::new("kill")
            .args(["-KILL", "--", &group])
            .stderr(Stdio::null())
            .status();
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns a port of loopback that nothing listens on.
pub(super) fn free_port() -> std::io::Result<u16> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
        .local_addr()
        .map(|address| address.port())
}

fn responds(port: u16, probe: &str) -> bool {
    let Ok(mut stream) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)) else {
        return false;
    };
    let request =
        format!("GET {probe} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nconnection: close\r\n\r\n");
    let mut head = [0; 5];
    stream
        .set_read_timeout(Some(Duration::from_secs(5)))
        .is_ok()
        && stream.write_all(request.as_bytes()).is_ok()
        && stream.read_exact(&mut head).is_ok()
        && &head == b"HTTP/"
}
