//! The listeners of the local server, and their connections.

use std::{
    collections::VecDeque,
    future::poll_fn,
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use gapi_transport::{BoxFuture, runtime};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::{Sleep, sleep, timeout},
};

use super::pages::Page;
use crate::{AuthError, AuthErrorKind, reach::is_loopback};

/// The number of open connections. A further one replaces the oldest.
const SILENT: usize = 64;
/// The pause after a connection could not be accepted, usually for lack of file descriptors.
const REST: Duration = Duration::from_millis(50);
/// The port that URLs and `Host` headers omit.
const HTTP: u16 = 80;

/// More than the head of any browser's request.
const HEAD_LIMIT: usize = 32 * 1024;
/// The time limit of a browser for sending a head or receiving a page.
const PATIENCE: Duration = Duration::from_secs(15);

/// A request that may be the callback, and the connection that waits for a page.
pub(super) struct Candidate {
    pub(super) stream: TcpStream,
    pub(super) target: String,
}

/// The listeners and their connections. They are polled by [`next`](Self::next), not by tasks, so the port is free when this is dropped.
pub(super) struct Listener {
    listeners: Vec<TcpListener>,
    host: String,
    port: u16,
    open: VecDeque<BoxFuture<'static, Option<Candidate>>>,
    resting: Option<Pin<Box<Sleep>>>,
}

impl Listener {
    /// Listens on the addresses of `host`, all with one port.
    pub(super) async fn open(host: &str, port: u16) -> Result<Self, AuthError> {
        runtime::current("the local server of the flow")
            .map_err(|error| AuthError::unreachable("the local server", error))?;
        let (host, addresses) = addresses(host)?;
        let cannot = |host: &str, port, error: io::Error| {
            AuthError::new(
                AuthErrorKind::Config,
                format!("cannot listen on {host} port {port}: {error}"),
            )
            .with_hint("port 0 takes a free one")
            .with_source(error)
        };
        let mut this = Self {
            listeners: Vec::new(),
            host,
            port,
            open: VecDeque::new(),
            resting: None,
        };
        for address in addresses {
            // Without `SO_REUSEPORT`, so that no other program shares the port.
            match TcpListener::bind(SocketAddr::new(address, this.port)).await {
                Ok(listener) => {
                    this.port = listener
                        .local_addr()
                        .map_err(|error| cannot(&this.host, this.port, error))?
                        .port();
                    this.listeners.push(listener);
                }
                // Browsers try both addresses. A machine without IPv6 has only one. A port that another program uses is an error.
                Err(error)
                    if !this.listeners.is_empty() && error.kind() != io::ErrorKind::AddrInUse =>
                {
                    tracing::debug!(%error, "there is no IPv6 loopback");
                }
                Err(error) if this.listeners.is_empty() => {
                    return Err(cannot(&this.host, this.port, error));
                }
                Err(error) => return Err(cannot("[::1]", this.port, error)),
            }
        }
        Ok(this)
    }

    /// Returns the redirect URI.
    pub(super) fn url(&self) -> String {
        match self.port {
            HTTP => format!("http://{}/", self.host),
            port => format!("http://{}:{port}/", self.host),
        }
    }

    /// Returns the next request that may be the callback. Dropping the future loses none.
    pub(super) async fn next(&mut self) -> Candidate {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Candidate> {
        if let Some(rest) = &mut self.resting
            && rest.as_mut().poll(cx).is_ready()
        {
            self.resting = None;
        }
        for listener in &self.listeners {
            while self.resting.is_none()
                && let Poll::Ready(accepted) = listener.poll_accept(cx)
            {
                match accepted {
                    Ok((stream, _)) => {
                        if self.open.len() >= SILENT {
                            self.open.pop_front();
                        }
                        let connection = attend(stream, self.port);
                        self.open.push_back(Box::pin(connection));
                    }
                    Err(error) => {
                        tracing::debug!(%error, "a connection could not be accepted");
                        let mut rest = Box::pin(sleep(REST));
                        // Polling registers the waker.
                        if rest.as_mut().poll(cx).is_pending() {
                            self.resting = Some(rest);
                        }
                    }
                }
            }
        }
        let mut index = 0;
        while let Some(connection) = self.open.get_mut(index) {
            match connection.as_mut().poll(cx) {
                Poll::Pending => index += 1,
                Poll::Ready(outcome) => {
                    drop(self.open.remove(index));
                    if let Some(candidate) = outcome {
                        return Poll::Ready(candidate);
                    }
                }
            }
        }
        Poll::Pending
    }
}

/// Returns a host in the form of URLs, and its addresses.
fn addresses(host: &str) -> Result<(String, Vec<IpAddr>), AuthError> {
    if host.eq_ignore_ascii_case("localhost") {
        let both = vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
        return Ok((String::from("localhost"), both));
    }
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    match bare.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) if address.is_loopback() => {
            Ok((address.to_string(), vec![address.into()]))
        }
        Ok(IpAddr::V6(address)) if address.is_loopback() => {
            Ok((format!("[{address}]"), vec![address.into()]))
        }
        _ => Err(AuthError::new(
            AuthErrorKind::Config,
            "the host of a local server has to be this machine's loopback address",
        )
        .with_hint("use 127.0.0.1, [::1] or localhost; from another machine, `ssh -L PORT:127.0.0.1:PORT` or the console flow")),
    }
}

/// Reads a request, and rejects it if it cannot be the callback.
async fn attend(mut stream: TcpStream, port: u16) -> Option<Candidate> {
    let request = match read(&mut stream).await {
        Ok(request) => request,
        Err(Unreadable::Gone) => return None,
        Err(Unreadable::Status(status)) => {
            send_page(stream, Page::stray(status)).await;
            return None;
        }
    };
    let (path, query) = request
        .target
        .split_once('?')
        .unwrap_or((&request.target, ""));
    let status = if !is_here(&request.host, port) {
        421
    } else if request.method != "GET" {
        405
    } else if path != "/" || query.is_empty() {
        404
    } else {
        return Some(Candidate {
            target: request.target,
            stream,
        });
    };
    send_page(stream, Page::stray(status)).await;
    None
}

/// Returns whether a `Host` header is one of this machine's addresses with this port. Another host name means that a page tries to access this server
/// (DNS rebinding).
fn is_here(host: &str, port: u16) -> bool {
    let (name, its_port) = match host.rsplit_once(':') {
        Some((name, digits)) if !digits.ends_with(']') => (name, digits.parse().ok()),
        _ => (host, Some(HTTP)),
    };
    its_port == Some(port) && is_loopback(name)
}

pub(super) async fn send_page(stream: TcpStream, page: Page) {
    respond(stream, page.status, &page.headers, &page.html).await;
}

/// The head of a request.
struct Request {
    method: String,
    /// Path and query.
    target: String,
    host: String,
}

/// The reasons why a request cannot be read.
enum Unreadable {
    /// The connection was closed or timed out.
    Gone,
    /// The response has this status.
    Status(u16),
}

/// Reads the head of a request. The body is not needed.
async fn read(stream: &mut TcpStream) -> Result<Request, Unreadable> {
    match timeout(PATIENCE, read_head(stream)).await {
        Ok(head) => parse(&head?).ok_or(Unreadable::Status(400)),
        Err(_) => Err(Unreadable::Gone),
    }
}

async fn read_head(stream: &mut TcpStream) -> Result<Vec<u8>, Unreadable> {
    let mut head = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => return Err(Unreadable::Gone),
            Ok(read) => {
                // The end may be split across two chunks.
                let from = head.len().saturating_sub(3);
                head.extend_from_slice(&chunk[..read]);
                if let Some(end) = head[from..].windows(4).position(|end| end == b"\r\n\r\n") {
                    head.truncate(from + end);
                    return Ok(head);
                }
            }
        }
        if head.len() > HEAD_LIMIT {
            let in_first_line = !head.contains(&b'\n');
            return Err(Unreadable::Status(if in_first_line { 414 } else { 431 }));
        }
    }
}

fn parse(head: &[u8]) -> Option<Request> {
    let head = std::str::from_utf8(head).ok()?;
    let mut lines = head.split("\r\n");
    let mut parts = lines.next()?.split(' ');
    let (method, target, version) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || !version.starts_with("HTTP/1.") || !target.starts_with('/') {
        return None;
    }
    let mut hosts = lines.filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("host").then(|| value.trim())
    });
    let host = hosts.next()?.to_ascii_lowercase();
    hosts.next().is_none().then(|| Request {
        method: method.to_owned(),
        target: target.to_owned(),
        host,
    })
}

/// Sends a page and closes the connection. Errors are ignored.
async fn respond(mut stream: TcpStream, status: u16, headers: &str, page: &str) {
    let reason = match status {
        200 => "OK",
        400 => "Bad Request",
        404 => "Not Found",
        405 => "Method Not Allowed",
        414 => "URI Too Long",
        421 => "Misdirected Request",
        431 => "Request Header Fields Too Large",
        _ => "Error",
    };
    let text = format!(
        "HTTP/1.1 {status} {reason}\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {}\r\n{headers}\
         cache-control: no-store\r\nreferrer-policy: no-referrer\r\nx-content-type-options: nosniff\r\nconnection: close\r\n\r\n{page}",
        page.len()
    );
    let _ = timeout(PATIENCE, async {
        stream.write_all(text.as_bytes()).await?;
        stream.shutdown().await
    })
    .await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn port_80_is_omitted_in_urls() {
        let at = |host: &str, port| Listener {
            listeners: Vec::new(),
            host: host.to_owned(),
            port,
            open: VecDeque::new(),
            resting: None,
        };
        assert_eq!(at("localhost", 80).url(), "http://localhost/");
        assert_eq!(at("[::1]", 8080).url(), "http://[::1]:8080/");
    }

    #[test]
    fn a_host_header_names_this_machine_and_the_port_unless_it_is_80() {
        for (host, port, here) in [
            ("127.0.0.1:8080", 8080, true),
            ("localhost:8080", 8080, true),
            ("[::1]:8080", 8080, true),
            ("127.0.0.2:8080", 8080, true),
            ("localhost", 80, true),
            ("127.0.0.1", 80, true),
            ("[::1]", 80, true),
            ("[::1]:80", 80, true),
            ("localhost:80", 80, true),
            ("localhost", 8080, false),
            ("localhost:80", 8080, false),
            ("localhost:", 80, false),
            ("localhost:080x", 80, false),
            ("evil.example:8080", 8080, false),
            ("evil.example", 80, false),
            ("127.0.0.1.evil.example", 80, false),
            ("user@127.0.0.1:8080", 8080, false),
            ("192.168.0.1:8080", 8080, false),
            ("", 80, false),
        ] {
            assert_eq!(is_here(host, port), here, "{host} at {port}");
        }
    }
}
