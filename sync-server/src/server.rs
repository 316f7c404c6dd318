//! A whole server: the log in its file, the routes on a port, and an orderly end.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use sync_engine::ids::ServerId;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::log::{LogError, Quota};
use crate::routes;
use crate::service::{Clock, Limits, Service};
use crate::tls::{Tls, TlsError};
use crate::{connections, sqlite};

/// What a server is started with.
#[derive(Clone)]
pub struct Config {
    pub database: PathBuf,
    /// Port 0 takes any free one.
    pub listen: SocketAddr,
    pub tls: Tls,
    pub quota: Quota,
    pub limits: Limits,
    pub clock: Clock,
    /// 32 bytes of good randomness: the server's key, if the database has none yet.
    pub seed: [u8; 32],
}

/// Why a server did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("cannot listen on {addr}: {error}")]
    Listen { addr: SocketAddr, error: std::io::Error },
    #[error("cannot open the database {}: {error}", path.display())]
    Database { path: PathBuf, error: LogError },
    #[error("cannot serve TLS: {0}")]
    Tls(#[from] TlsError),
    #[error("cannot start the writer: {0}")]
    Thread(std::io::Error),
}

/// Starts servers.
#[derive(Debug)]
pub struct Server;

/// A server at work. It stops in order by `shutdown`, and at once when it is dropped.
pub struct Running {
    pub addr: SocketAddr,
    /// Where it is reached on this machine.
    pub url: String,
    pub id: ServerId,
    service: Arc<Service>,
    stop: watch::Sender<bool>,
    connections: JoinHandle<()>,
}

impl Server {
    /// Opens the database, or makes it, and serves it until the end of `Running`.
    pub async fn start(config: Config) -> Result<Running, StartError> {
        let Config { database, listen, tls, quota, limits, clock, seed } = config;
        let opened = sqlite::SqliteLog::open(&database, quota, &seed);
        let log = opened.map_err(|error| StartError::Database { path: database, error })?;
        let tls = tls.acceptor(&log.key)?;
        let scheme = if tls.is_some() { "https" } else { "http" };
        let listening = |error| StartError::Listen { addr: listen, error };
        let listener = TcpListener::bind(listen).await.map_err(listening)?;
        let addr = listener.local_addr().map_err(listening)?;
        let service = Service::start(log.reader, log.writer, log.key, limits, clock).map_err(StartError::Thread)?;
        let service = Arc::new(service);
        let (stop, stopped) = watch::channel(false);
        let router = routes::router(service.clone());
        let connections = tokio::spawn(connections::serve((listener, tls), router, limits.connections_max, stopped));
        let url = format!("{scheme}://{addr}");
        Ok(Running { addr, url, id: service.id(), service, stop, connections })
    }
}

impl Running {
    /// Takes no new connections, ends the streams, lets requests finish, and closes the log.
    pub async fn shutdown(self) {
        self.service.drain();
        self.stop.send_replace(true);
        if let Err(error) = self.connections.await {
            tracing::error!(%error, "the connections' task was broken off");
        }
        let service = self.service;
        if let Err(error) = tokio::task::spawn_blocking(move || service.writer.stop()).await {
            tracing::error!(%error, "the writer was not waited for");
        }
    }

    /// Streams that are open now.
    pub fn followers(&self) -> usize {
        self.service.followers.count()
    }
}
