//! Connections: who is let in, and who is given up on. HTTP/1.1 and HTTP/2, over TLS or in clear text.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, Sleep};
use tokio_rustls::TlsAcceptor;

/// Twenty seconds for TLS, and as many for a request's head, from the connection's first moment on.
const HEAD_WAIT_MAX: Duration = Duration::from_secs(20);

/// A minute in which a peer takes nothing of what waits for it: it is gone, or slower than anyone can use.
const SEND_WAIT_MAX: Duration = Duration::from_secs(60);

/// 16 KiB lie unsent in a connection before another page is asked for, so slow readers cost little memory.
const SEND_BUFFER_BYTES: usize = 16 << 10;

/// 64 KiB of a body in flight on HTTP/2: what a fast line needs to be busy.
const WINDOW_BYTES: u32 = 64 << 10;

/// 16 requests at once on one HTTP/2 connection; an app has two or three.
const HTTP2_STREAMS_MAX: u32 = 16;

/// Ten seconds for requests that are under way, once the server stops. Whoever is cut off repeats its push.
const DRAIN_WAIT_MAX: Duration = Duration::from_secs(10);

/// Accepts connections until `stop` says so, and then waits for those that are busy.
pub(crate) async fn serve(
    (listener, tls): (TcpListener, Option<TlsAcceptor>),
    router: Router,
    connections_max: usize,
    mut stop: watch::Receiver<bool>,
) {
    let (graceful, places) = (GracefulShutdown::new(), Arc::new(Semaphore::new(connections_max)));
    loop {
        let stream = tokio::select! {
            stream = accept(&listener) => stream,
            // An error means that nobody can say it any more.
            _ = stop.wait_for(|is_stopping| *is_stopping) => break,
        };
        // Beyond the limit a connection is closed at once: the peer tries again, and nothing piles up.
        let Ok(place) = places.clone().try_acquire_owned() else { continue };
        let service = TowerToHyperService::new(router.clone());
        let (watcher, tls) = (graceful.watcher(), tls.clone());
        tokio::spawn(async move {
            let Some(stream) = encrypted(Patient::new(stream), tls).await else { return };
            let connection = builder().serve_connection(TokioIo::new(stream), service).into_owned();
            if let Err(error) = watcher.watch(connection).await {
                tracing::debug!(%error, "a connection broke off");
            }
            drop(place);
        });
    }
    drop(listener);
    if tokio::time::timeout(DRAIN_WAIT_MAX, graceful.shutdown()).await.is_err() {
        tracing::warn!("some connections did not end in time");
    }
}

/// What a connection is read from and written to.
trait Line: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Line for T {}

/// The connection behind its TLS. None where the peer has none, or is too slow with it.
async fn encrypted(stream: Patient, tls: Option<TlsAcceptor>) -> Option<Box<dyn Line>> {
    let Some(tls) = tls else { return Some(Box::new(stream)) };
    match tokio::time::timeout(HEAD_WAIT_MAX, tls.accept(stream)).await {
        Ok(Ok(stream)) => Some(Box::new(stream)),
        Ok(Err(error)) => {
            tracing::debug!(%error, "a connection without TLS");
            None
        }
        Err(_) => None,
    }
}

async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // Small parts go out at once; where that cannot be set, they are only later.
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(%error, "a connection stays with Nagle's algorithm");
                }
                return stream;
            }
            Err(error) => {
                // Mostly too many open files: others must close first.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WAIT_MAX)
        .max_buf_size(SEND_BUFFER_BYTES)
        .http2()
        .timer(TokioTimer::new())
        .max_send_buf_size(SEND_BUFFER_BYTES)
        .initial_stream_window_size(WINDOW_BYTES)
        .initial_connection_window_size(2 * WINDOW_BYTES)
        .max_concurrent_streams(HTTP2_STREAMS_MAX)
        .max_header_list_size(SEND_BUFFER_BYTES as u32)
        .keep_alive_interval(Duration::from_secs(30));
    builder
}

/// A socket that gives up on a peer who says nothing at first, or takes nothing later.
struct Patient {
    stream: TcpStream,
    /// Until the first byte has come.
    first: Option<Pin<Box<Sleep>>>,
    /// While something waits to be sent.
    stalled: Option<Pin<Box<Sleep>>>,
}

impl Patient {
    fn new(stream: TcpStream) -> Self {
        Self { stream, first: Some(Box::pin(tokio::time::sleep(HEAD_WAIT_MAX))), stalled: None }
    }

    fn watch_sending<T>(&mut self, cx: &mut Context<'_>, poll: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if poll.is_ready() {
            self.stalled = None;
            return poll;
        }
        let stalled =
            self.stalled.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(Instant::now() + SEND_WAIT_MAX)));
        ready!(stalled.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Patient {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let poll = Pin::new(&mut self.stream).poll_read(cx, buf);
        if poll.is_ready() {
            self.first = None;
        }
        match &mut self.first {
            Some(first) if poll.is_pending() => {
                ready!(first.as_mut().poll(cx));
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
            _ => poll,
        }
    }
}

impl AsyncWrite for Patient {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.watch_sending(cx, poll)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        self.watch_sending(cx, poll)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
