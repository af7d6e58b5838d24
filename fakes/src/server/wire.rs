//! A TCP stream whose end can be set.

use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

use crate::lock::lock;

/// How a connection ends, instead of with the response that hyper would write.
#[derive(Debug)]
pub(crate) struct Ending {
    /// Sent first, byte for byte.
    pub(crate) bytes: Vec<u8>,
    /// Whether it ends with a reset (RST) rather than an orderly close (FIN).
    pub(crate) reset: bool,
}

/// The service's side: sets how the connection ends.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trigger(Arc<Mutex<Option<Ending>>>);

impl Trigger {
    /// The next write ends the connection in this way.
    pub(crate) fn pull(&self, ending: Ending) {
        *lock(&self.0) = Some(ending);
    }
}

/// The connection's side.
#[derive(Debug)]
pub(crate) struct Wire {
    stream: TcpStream,
    trigger: Trigger,
    /// The ending under way, and how much of it is sent.
    ending: Option<(Ending, usize)>,
}

impl Wire {
    pub(crate) fn new(stream: TcpStream, trigger: Trigger) -> Self {
        Self {
            stream,
            trigger,
            ending: None,
        }
    }

    /// Sends the rest of the ending, then fails, at which hyper drops the connection.
    fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        if let Some((ending, sent)) = &mut self.ending {
            while *sent < ending.bytes.len() {
                match Pin::new(&mut self.stream).poll_write(cx, &ending.bytes[*sent..]) {
                    Poll::Pending => return Poll::Pending,
                    Poll::Ready(Ok(0)) => break,
                    Poll::Ready(Ok(count)) => *sent += count,
                    Poll::Ready(Err(error)) => return Poll::Ready(error),
                }
            }
            if ending.reset
                && let Err(error) = self.stream.set_zero_linger()
            {
                return Poll::Ready(error);
            }
        }
        Poll::Ready(io::Error::new(
            io::ErrorKind::BrokenPipe,
            "broken on purpose",
        ))
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.ending.is_none() {
            let pulled = lock(&self.trigger.0).take();
            self.ending = pulled.map(|ending| (ending, 0));
        }
        if self.ending.is_some() {
            return self.poll_end(cx).map(Err);
        }
        Pin::new(&mut self.stream).poll_write(cx, buffer)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
