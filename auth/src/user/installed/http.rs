//! As much of HTTP as a browser needs to bring one answer.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// No head of a browser's request comes near this size.
const HEAD_LIMIT: usize = 32 * 1024;
/// How long a browser may take to send a head, or to take a page.
const PATIENCE: Duration = Duration::from_secs(15);

/// What a connection asked for.
pub(super) struct Request {
    pub(super) method: String,
    /// Path and query.
    pub(super) target: String,
    pub(super) host: String,
}

/// Why there is no request to answer.
pub(super) enum Unreadable {
    /// The connection is of no use any more.
    Gone,
    /// It deserves this status.
    Status(u16),
}

/// Reads the head of a request. Nothing after it is read: no answer needs it.
pub(super) async fn read(stream: &mut TcpStream) -> Result<Request, Unreadable> {
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
                // The end may lie across two chunks.
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

/// Sends a page and ends the connection. A browser that has gone does not matter.
pub(super) async fn answer(mut stream: TcpStream, status: u16, headers: &str, page: &str) {
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
