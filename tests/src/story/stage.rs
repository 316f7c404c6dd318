//! Where the story plays: one real server, five devices, a line for each of them, and one clock.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Context as _;
use sync_engine::document::DocumentError;
use sync_engine::driver::DriverError;
use sync_engine::engine::{DocumentName, Engine, EngineError, Event};
use sync_engine::entry::Home;
use sync_engine::http::HttpError;
use sync_engine::ids::{BlobHash, SpaceId};
use sync_server::log::{LogReader as _, LogWriter as _, Quota};
use sync_server::server::{Config, Running, Server};
use sync_server::service::Limits;
use sync_server::sqlite::{SqliteLog, SqliteReader};
use sync_server::tls::Tls;

use super::cast::{self, Who};
use super::line::{Line, Weather};
use crate::device::{Device, hour};

/// 21 November 2026, 15:00 UTC, in Unix milliseconds.
const AFTERNOON_MS: u64 = 1_795_273_200_000;

/// The address that the links carry. The devices of the story reach the server through their lines instead, on
/// whatever ports are free, so that every run has the same bytes.
const PUBLIC_URL: &str = "http://127.0.0.1:8787";

/// Makes the server's key, and the secret that lets the first device in.
const SEED: [u8; 32] = [8; 32];

/// A second is waited before each retry.
const RETRY_MS: u64 = 1000;

/// The transaction in which an edit works.
type Transaction<'a> = automerge::transaction::Transaction<'a>;

/// Server, devices and time.
pub(super) struct Stage {
    pub(super) maryam: Participant,
    pub(super) hasan: Participant,
    pub(super) zaynab: Participant,
    pub(super) ali: Participant,
    pub(super) sara: Participant,
    pub(super) space: SpaceId,
    server: Running,
    now_ms: Arc<AtomicU64>,
}

/// Reads the server's log beside the server.
type Log = Arc<SqliteReader>;

/// One person, their device, and what both have done so far.
pub(super) struct Participant {
    pub(super) who: Who,
    pub(super) device: Device,
    line: Line,
    log: Log,
    now_ms: Arc<AtomicU64>,
    edits: u64,
    pub(super) total: Trip,
}

/// What one sync, or all of them, came to.
#[derive(Clone, Debug, Default)]
pub struct Trip {
    pub tries: u64,
    /// Why each try but the last did not come to its end.
    pub failures: Vec<String>,
    pub edits: u64,
    /// Envelopes of this device's own that came into the log, held ones among them.
    pub envelopes: u64,
    pub held: u64,
    pub round_trips: u64,
    pub up_bytes: u64,
    pub down_bytes: u64,
    /// How far the log was read before and after.
    pub positions: (u64, u64),
    pub events: Vec<Event>,
}

impl Stage {
    /// Starts a server on a database in `folder`, with one device let in, and opens the others beside it.
    pub(super) async fn set(folder: &Path) -> anyhow::Result<Self> {
        let now_ms = Arc::new(AtomicU64::new(AFTERNOON_MS));
        let database = folder.join("server.db");
        // What the operator does with `sync-server invite`.
        let mut log = SqliteLog::open(&database, Quota::default(), &SEED)?;
        log.writer.add_invite(BlobHash::of(&SEED), AFTERNOON_MS + hour(24))?;
        drop(log.writer);
        let reader = Arc::new(log.reader);
        let clock = now_ms.clone();
        let server = Server::start(Config {
            database,
            listen: ([127, 0, 0, 1], 0).into(),
            tls: Tls::Off,
            quota: Quota::default(),
            limits: Limits::default(),
            clock: Arc::new(move || clock.load(Ordering::Relaxed)),
            seed: SEED,
        })
        .await?;
        let [maryam, hasan, zaynab, ali, sara] = [cast::MARYAM, cast::HASAN, cast::ZAYNAB, cast::ALI, cast::SARA]
            .map(|who| Participant::new(who, folder, &server, reader.clone(), now_ms.clone()));
        Ok(Self {
            maryam: maryam.await?,
            hasan: hasan.await?,
            zaynab: zaynab.await?,
            ali: ali.await?,
            sara: sara.await?,
            space: SpaceId([0; 32]),
            server,
            now_ms,
        })
    }

    /// The first device enters by the operator's secret.
    pub(super) async fn enter(&self) -> anyhow::Result<()> {
        Ok(self.maryam.device.driver().enter(&SEED).await?)
    }

    pub(super) fn home(&self) -> Home {
        Home { server: self.server.id, url: PUBLIC_URL.into() }
    }

    pub(super) fn pass_hours(&self, hours: u64) {
        self.now_ms.fetch_add(hour(hours), Ordering::Relaxed);
    }

    pub(super) fn everyone(&self) -> [&Participant; 5] {
        [&self.maryam, &self.hasan, &self.zaynab, &self.ali, &self.sara]
    }

    pub(super) fn everyone_mut(&mut self) -> [&mut Participant; 5] {
        [&mut self.maryam, &mut self.hasan, &mut self.zaynab, &mut self.ali, &mut self.sara]
    }

    pub(super) async fn end(self) {
        self.server.shutdown().await;
    }
}

impl Participant {
    async fn new(who: Who, folder: &Path, server: &Running, log: Log, now_ms: Arc<AtomicU64>) -> anyhow::Result<Self> {
        let line = Line::to(server.addr).await.context("a port for a line")?;
        let path = folder.join(format!("{}.db", who.device));
        let device = Device::open(who.device, path, server.id, &line.url(), now_ms.clone());
        Ok(Self { who, device, line, log, now_ms, edits: 0, total: Trip::default() })
    }

    /// The device's clock, in Unix milliseconds.
    pub(super) fn now_ms(&self) -> i64 {
        self.now_ms.load(Ordering::Relaxed).cast_signed()
    }

    /// Does something with the engine that makes a document or a change.
    pub(super) fn makes<T>(
        &mut self,
        work: impl FnOnce(&mut Engine, i64) -> Result<T, EngineError>,
    ) -> anyhow::Result<T> {
        let now_ms = self.now_ms();
        let made = self.device.with(|engine| work(engine, now_ms))?;
        self.edits += 1;
        Ok(made)
    }

    /// One edit of one document.
    pub(super) fn edits<T>(
        &mut self,
        name: &DocumentName,
        work: impl FnOnce(&mut Transaction<'_>) -> Result<T, DocumentError>,
    ) -> anyhow::Result<T> {
        self.makes(|engine, now_ms| engine.edit(name, None, now_ms, work))
    }

    /// How far this device has read the space's log.
    pub(super) fn position(&self, space: &SpaceId) -> anyhow::Result<u64> {
        let spaces = self.device.with(|engine| engine.spaces())?;
        Ok(spaces.iter().find(|row| row.space == *space).map_or(0, |row| row.cursor.position.0))
    }

    /// Envelopes of this device that the server has.
    fn in_log(&self, space: &SpaceId) -> anyhow::Result<u64> {
        let tips = self.log.tips(space)?;
        let device = self.device.id();
        Ok(tips.iter().filter(|tip| tip.chain.device == device).map(|tip| tip.counter).sum())
    }

    /// Syncs, once for each weather and then until it succeeds.
    pub(super) async fn syncs(&mut self, space: &SpaceId, weathers: &[Weather]) -> anyhow::Result<Trip> {
        let (edits, before) = (std::mem::take(&mut self.edits), self.in_log(space)?);
        let mut trip = Trip { edits, positions: (self.position(space)?, 0), ..Trip::default() };
        for weather in weathers.iter().chain([&Weather::Fair]) {
            if self.tries(*weather, &mut trip).await? {
                break;
            }
            self.now_ms.fetch_add(RETRY_MS, Ordering::Relaxed);
        }
        trip.envelopes = self.in_log(space)? - before;
        trip.positions.1 = self.position(space)?;
        trip.events = self.device.with(Engine::take_events);
        self.total.add(&trip);
        Ok(trip)
    }

    /// One try; whether it came to its end.
    pub(super) async fn tries(&mut self, weather: Weather, trip: &mut Trip) -> anyhow::Result<bool> {
        self.line.turn(weather);
        let mut driver = self.device.driver();
        let result = driver.sync().await;
        let (report, (up_bytes, down_bytes)) = (driver.report(), self.line.bytes());
        trip.tries += 1;
        trip.held += report.envelopes_held;
        trip.round_trips += report.round_trips;
        trip.up_bytes += up_bytes;
        trip.down_bytes += down_bytes;
        match result {
            Ok(_) => Ok(true),
            Err(DriverError::Http(HttpError::Offline(_))) if weather != Weather::Fair => {
                trip.failures.push(weather.to_string());
                Ok(false)
            }
            Err(error) => Err(error).with_context(|| format!("{} syncs", self.who.device)),
        }
    }
}

impl Trip {
    fn add(&mut self, other: &Self) {
        self.tries += other.tries;
        self.failures.extend(other.failures.iter().cloned());
        self.edits += other.edits;
        self.envelopes += other.envelopes;
        self.held += other.held;
        self.round_trips += other.round_trips;
        self.up_bytes += other.up_bytes;
        self.down_bytes += other.down_bytes;
        self.positions.1 = other.positions.1;
        self.events.extend(other.events.iter().cloned());
    }
}
