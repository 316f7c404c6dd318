//! A TCP relay in front of the server that counts what passes: every byte on the socket, headers and all.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// 64 KiB at a time, so that large pages pass in few calls.
const BUFFER_BYTES: usize = 64 << 10;

/// A relay at work, until it is dropped.
#[derive(Debug)]
pub(super) struct Relay {
    pub(super) addr: SocketAddr,
    way: Arc<Way>,
    task: JoinHandle<()>,
}

#[derive(Debug)]
struct Way {
    target: Mutex<SocketAddr>,
    up: AtomicU64,
    down: AtomicU64,
}

impl Relay {
    pub(super) async fn start(target: SocketAddr) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let addr = listener.local_addr()?;
        let way = Arc::new(Way { target: Mutex::new(target), up: AtomicU64::new(0), down: AtomicU64::new(0) });
        let task = tokio::spawn(accept(listener, way.clone()));
        Ok(Self { addr, way, task })
    }

    /// New connections go there: the server has been started anew.
    pub(super) fn set_target(&self, target: SocketAddr) {
        *self.way.target.lock().unwrap_or_else(PoisonError::into_inner) = target;
    }

    /// Bytes to the server, and bytes from it.
    pub(super) fn bytes(&self) -> (u64, u64) {
        (self.way.up.load(Ordering::Relaxed), self.way.down.load(Ordering::Relaxed))
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, way: Arc<Way>) {
    while let Ok((client, _)) = listener.accept().await {
        let way = way.clone();
        tokio::spawn(async move {
            // A connection that fails is the client's to notice: its other end is dropped here.
            if let Err(error) = relay(client, &way).await {
                tracing::debug!(%error, "a connection ended");
            }
        });
    }
}

async fn relay(client: TcpStream, way: &Way) -> std::io::Result<()> {
    let target = *way.target.lock().unwrap_or_else(PoisonError::into_inner);
    let server = TcpStream::connect(target).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    tokio::try_join!(copy(from_client, to_server, &way.up), copy(from_server, to_client, &way.down))?;
    Ok(())
}

async fn copy(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, count: &AtomicU64) -> std::io::Result<()> {
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        let bytes = from.read(&mut buffer).await?;
        if bytes == 0 {
            return to.shutdown().await;
        }
        count.fetch_add(bytes as u64, Ordering::Relaxed);
        to.write_all(&buffer[..bytes]).await?;
    }
}
