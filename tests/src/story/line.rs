//! A poor line to the server: a TCP relay that counts every byte, breaks off after so many of them, and loses
//! replies. Knows nothing of what it carries but the name of a push.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What the line is like during one try to sync.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weather {
    Fair,
    /// There is no network at all.
    Gone,
    /// It breaks when so many bytes have gone up.
    BreaksUp(u64),
    /// It breaks when so many bytes have come down.
    BreaksDown(u64),
    /// The server takes a push, and nobody hears of it.
    LosesPushReply,
}

impl fmt::Display for Weather {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fair => write!(f, "good line"),
            Self::Gone => write!(f, "no network"),
            Self::BreaksUp(bytes) => write!(f, "broke after {bytes} bytes up"),
            Self::BreaksDown(bytes) => write!(f, "broke after {bytes} bytes down"),
            Self::LosesPushReply => write!(f, "reply to a push lost"),
        }
    }
}

/// The way of one device to the server.
pub(super) struct Line {
    addr: SocketAddr,
    traffic: Arc<Mutex<Traffic>>,
    relay: JoinHandle<()>,
}

/// What has gone over the line during one try. All its connections share it, because a client is free to open
/// another one at any time.
struct Traffic {
    weather: Weather,
    is_broken: bool,
    has_pushed: bool,
    up_bytes: u64,
    down_bytes: u64,
}

impl Traffic {
    fn new(weather: Weather) -> Self {
        let is_broken = weather == Weather::Gone;
        Self { weather, is_broken, has_pushed: false, up_bytes: 0, down_bytes: 0 }
    }

    /// How much of what the device sends goes on.
    fn up(&mut self, bytes: &[u8]) -> usize {
        let push = b"POST /v1/push";
        self.has_pushed |= bytes.windows(push.len()).any(|part| part == push);
        let left = if let Weather::BreaksUp(max) = self.weather { max - self.up_bytes } else { u64::MAX };
        let passed = self.pass(bytes.len() as u64, left);
        self.up_bytes += passed;
        passed as usize
    }

    /// How much of what the server answers goes on.
    fn down(&mut self, bytes: &[u8]) -> usize {
        let left = match self.weather {
            Weather::BreaksDown(max) => max - self.down_bytes,
            Weather::LosesPushReply if self.has_pushed => 0,
            _ => u64::MAX,
        };
        let passed = self.pass(bytes.len() as u64, left);
        self.down_bytes += passed;
        passed as usize
    }

    fn pass(&mut self, bytes: u64, left: u64) -> u64 {
        self.is_broken |= bytes >= left;
        bytes.min(left)
    }
}

impl Line {
    /// A line to the server at `server`.
    pub(super) async fn to(server: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let addr = listener.local_addr()?;
        let traffic = Arc::new(Mutex::new(Traffic::new(Weather::Fair)));
        let shared = traffic.clone();
        let relay = tokio::spawn(async move {
            // An error of one connection is what the line is for.
            while let Ok((device, _)) = listener.accept().await {
                tokio::spawn(carry(device, server, shared.clone()));
            }
        });
        Ok(Self { addr, traffic, relay })
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// What the line will be like from here on; its counts begin at zero.
    pub(super) fn turn(&self, weather: Weather) {
        *lock(&self.traffic) = Traffic::new(weather);
    }

    /// Bytes that went up and came down since the last turn, as TCP carried them.
    pub(super) fn bytes(&self) -> (u64, u64) {
        let traffic = lock(&self.traffic);
        (traffic.up_bytes, traffic.down_bytes)
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.relay.abort();
    }
}

/// Carries bytes both ways until either side ends, or the line breaks.
async fn carry(mut device: TcpStream, server: SocketAddr, traffic: Arc<Mutex<Traffic>>) -> io::Result<()> {
    let is_broken = || lock(&traffic).is_broken;
    if is_broken() {
        return Ok(());
    }
    let mut server = TcpStream::connect(server).await?;
    let (mut up, mut down) = (vec![0; 16 << 10], vec![0; 16 << 10]);
    loop {
        tokio::select! {
            read = device.read(&mut up) => {
                let read = read?;
                let passed = lock(&traffic).up(&up[..read]);
                server.write_all(&up[..passed]).await?;
                if read == 0 || is_broken() { return Ok(()) }
            }
            read = server.read(&mut down) => {
                let read = read?;
                let passed = lock(&traffic).down(&down[..read]);
                device.write_all(&down[..passed]).await?;
                if read == 0 || is_broken() { return Ok(()) }
            }
        }
    }
}

fn lock(traffic: &Mutex<Traffic>) -> MutexGuard<'_, Traffic> {
    traffic.lock().unwrap_or_else(PoisonError::into_inner)
}
