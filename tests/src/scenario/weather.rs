//! A bad line: a TCP relay that carries segments late, slowly, and not at all for a while, as a phone's network does
//! in a full hall. Nothing that TCP promises is broken, so a lost segment is one that comes late.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use clap::ValueEnum;
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use serde::Serialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, sleep_until};

/// What one Ethernet frame carries.
const SEGMENT_BYTES: usize = 1460;

/// 64 KiB under way at most, as with a usual receive window.
const SEGMENTS_UNDER_WAY_MAX: usize = 45;

/// A lost segment is sent again after that, or one and a half round trips, then after twice as long, and so on
/// (RFC 6298, with Linux's minimum).
const RESEND_MS_MIN: u64 = 200;
/// A connection's first segment has no round trip to go by (RFC 6298, 2.1).
const FIRST_RESEND_MS: u64 = 1000;
/// No segment is lost more often than that in a row.
const LOSSES_MAX: u32 = 5;

/// What a line is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Weather {
    /// There and back.
    round_trip_ms: u64,
    loss_percent: u32,
    /// In each direction, shared by all connections; none is as fast as the machine.
    bits_per_second: Option<u64>,
    cut: Option<Cut>,
}

/// Every so often nothing passes for so long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cut {
    every: Duration,
    out: Duration,
    /// Connections end, as when a phone changes networks; else what is under way waits.
    is_end: bool,
}

impl Cut {
    /// How long the line still lasts, and how long it is out from then; no time at all while it is out.
    fn at(self, since: Duration) -> (Duration, Duration) {
        // Each turn begins with the good part of it.
        let into = Duration::from_nanos((since.as_nanos() % self.every.as_nanos()) as u64);
        let good = self.every - self.out;
        (good.saturating_sub(into), self.out.min(self.every - into))
    }
}

impl Weather {
    pub(super) const GOOD: Self = Self { round_trip_ms: 0, loss_percent: 0, bits_per_second: None, cut: None };
}

/// Lines that are bad in one way, or in all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Good,
    /// 20% of the segments are lost, at 100 ms there and back
    Loss,
    /// 2 s there and back
    Far,
    /// 50 kbit/s
    Slow,
    /// 15 s of a mobile network, and 30 s in which nothing passes
    Cuts,
    /// The same, and every connection ends
    Breaks,
    /// All at once: 20% lost, 2 s there and back, 50 kbit/s, and cuts
    All,
}

impl From<Kind> for Weather {
    fn from(kind: Kind) -> Self {
        let cut = |is_end| Some(Cut { every: Duration::from_secs(45), out: Duration::from_secs(30), is_end });
        match kind {
            Kind::Good => Self::GOOD,
            Kind::Loss => Self { round_trip_ms: 100, loss_percent: 20, ..Self::GOOD },
            Kind::Far => Self { round_trip_ms: 2000, ..Self::GOOD },
            Kind::Slow => Self { round_trip_ms: 100, bits_per_second: Some(50_000), ..Self::GOOD },
            Kind::Cuts => Self { round_trip_ms: 100, bits_per_second: Some(500_000), cut: cut(false), ..Self::GOOD },
            Kind::Breaks => Self { round_trip_ms: 100, bits_per_second: Some(500_000), cut: cut(true), ..Self::GOOD },
            Kind::All => Self { round_trip_ms: 2000, loss_percent: 20, bits_per_second: Some(50_000), cut: cut(false) },
        }
    }
}

/// A line at work, until it is dropped.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) addr: SocketAddr,
    weather: watch::Sender<Weather>,
    task: JoinHandle<()>,
}

impl Drop for Line {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Line {
    pub(super) async fn before(target: SocketAddr, weather: Weather) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let addr = listener.local_addr()?;
        let (weather, seen) = watch::channel(weather);
        let task = tokio::spawn(accept(listener, target, seen));
        Ok(Self { addr, weather, task })
    }

    /// The connections of before keep what is under way, and carry what comes in the new weather.
    pub(super) fn set(&self, weather: Weather) {
        self.weather.send_replace(weather);
    }
}

async fn accept(listener: TcpListener, target: SocketAddr, weather: watch::Receiver<Weather>) {
    let begun = Instant::now();
    let ways = [Way::new(1, begun, weather.clone()), Way::new(2, begun, weather)];
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        let [up, down] = ways.clone();
        connections.spawn(async move {
            // A connection that fails is the client's to notice: its other end is dropped here.
            if let Err(error) = relay(client, target, &up, &down).await {
                tracing::debug!(%error, "a connection ended");
            }
        });
        while connections.try_join_next().is_some() {}
    }
}

async fn relay(client: TcpStream, target: SocketAddr, up: &Way, down: &Way) -> std::io::Result<()> {
    let server = TcpStream::connect(target).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    tokio::select! {
        passed = async { tokio::try_join!(up.pass(from_client, to_server, true), down.pass(from_server, to_client, false)) } => {
            passed.map(drop)
        }
        () = up.end() => Ok(()),
    }
}

/// One direction of all connections.
#[derive(Clone, Debug)]
struct Way {
    begun: Instant,
    weather: watch::Receiver<Weather>,
    /// When the line has sent all that was given to it.
    free: Arc<Mutex<Instant>>,
    random: Arc<Mutex<ChaCha8Rng>>,
}

impl Way {
    fn new(seed: u64, begun: Instant, weather: watch::Receiver<Weather>) -> Self {
        let random = Arc::new(Mutex::new(ChaCha8Rng::seed_from_u64(seed)));
        Self { begun, weather, free: Arc::new(Mutex::new(begun)), random }
    }

    /// Carries segments in their order, each when the line lets it.
    async fn pass(
        &self,
        mut from: impl AsyncReadExt + Unpin,
        mut to: impl AsyncWriteExt + Unpin,
        connects: bool,
    ) -> std::io::Result<()> {
        let (send, mut receive) = mpsc::channel::<(Instant, Vec<u8>)>(SEGMENTS_UNDER_WAY_MAX);
        let read = async {
            let (mut last, mut is_first) = (self.begun, connects);
            let mut segment = vec![0; SEGMENT_BYTES];
            loop {
                let bytes = from.read(&mut segment).await?;
                if bytes == 0 {
                    drop(send);
                    return Ok(());
                }
                last = self.arrival(last, bytes, is_first);
                is_first = false;
                if send.send((last, segment[..bytes].to_vec())).await.is_err() {
                    return Ok(());
                }
            }
        };
        let write = async {
            while let Some((arrival, bytes)) = receive.recv().await {
                sleep_until(arrival).await;
                to.write_all(&bytes).await?;
            }
            to.shutdown().await
        };
        tokio::try_join!(read, write).map(drop)
    }

    /// When so many bytes arrive, not before what was sent before them.
    fn arrival(&self, last: Instant, bytes: usize, is_first: bool) -> Instant {
        let weather = *self.weather.borrow();
        let now = Instant::now();
        let sent = {
            let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
            let takes = weather.bits_per_second.map_or(0, |bits| bytes as u64 * 8_000_000 / bits);
            *free = now.max(*free) + Duration::from_micros(takes);
            *free
        };
        let resend_ms = RESEND_MS_MIN.max(weather.round_trip_ms * 3 / 2);
        let mut late_ms = weather.round_trip_ms / 2;
        if is_first {
            late_ms += weather.round_trip_ms + self.lost_ms(weather, FIRST_RESEND_MS);
        }
        // Those behind a lost one wait for it.
        let lost = Duration::from_millis(self.lost_ms(weather, resend_ms));
        let arrival = (sent + Duration::from_millis(late_ms)).max(last) + lost;
        match weather.cut.map(|cut| cut.at(arrival - self.begun)) {
            Some((Duration::ZERO, out)) => arrival + out,
            _ => arrival,
        }
    }

    /// How much later a segment comes because it was lost on its first ways.
    fn lost_ms(&self, weather: Weather, resend_ms: u64) -> u64 {
        let mut random = self.random.lock().unwrap_or_else(PoisonError::into_inner);
        let losses = (0..LOSSES_MAX).take_while(|_| random.next_u32() % 100 < weather.loss_percent).count();
        resend_ms * ((1 << losses) - 1)
    }

    /// Ends when the line's connections do.
    async fn end(&self) {
        let mut weather = self.weather.clone();
        loop {
            let cut = weather.borrow_and_update().cut.filter(|cut| cut.is_end);
            let lasts = cut.map(|cut| cut.at(self.begun.elapsed()).0);
            let ended = async {
                match lasts {
                    Some(lasts) => tokio::time::sleep(lasts).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = ended => return,
                Ok(()) = weather.changed() => {}
            }
        }
    }
}
