//! What all routes share: the log's two halves, the server's key, its limits and its clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sync_engine::frame::PUSH_BYTES_MAX;
use sync_engine::ids::{Cursor, ServerId, SpaceId};
use sync_engine::keys::SecretKey;
use sync_engine::wire::{BODY_BYTES_MAX, HEARTBEAT_MS, Refusal, RefusalCode, SignedHead};
use tokio::sync::Semaphore;

use crate::followers::Followers;
use crate::log::{LogError, LogReader, LogWriter};
use crate::metrics::Metrics;
use crate::nonces::Nonces;
use crate::pages::Pages;
use crate::rates::{Rate, Rates};
use crate::slots::Slots;
use crate::writer::{WriteError, Writer};

/// The time in Unix milliseconds.
pub type Clock = Arc<dyn Fn() -> u64 + Send + Sync>;

/// Two reads or checks at a time, beside two pages that are packed: more threads only cost memory.
const BLOCKING_MAX: usize = 2;

/// Two pushes are unpacked at a time, as each may need several times its size.
const UNPACKERS_MAX: usize = 2;

/// Whoever is turned away for want of room comes back in a second.
const RETRY_MS: u64 = 1000;

/// How much the server takes on at once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    pub rate: Rate,
    pub connections_max: usize,
    pub requests_max: usize,
    pub device_requests_max: u32,
    pub streams_max: usize,
    pub device_streams_max: usize,
    /// How often a stream shows that it is alive.
    pub heartbeat: Duration,
}

impl Default for Limits {
    /// A thousand followers and those who come and go beside them; of one device, as many as an app that was
    /// started twice and lost its line needs.
    fn default() -> Self {
        Self {
            rate: Rate::default(),
            connections_max: 4096,
            requests_max: 256,
            device_requests_max: 8,
            streams_max: 2048,
            device_streams_max: 4,
            heartbeat: Duration::from_millis(HEARTBEAT_MS),
        }
    }
}

/// A server at work.
pub struct Service {
    pub(crate) key: SecretKey,
    pub(crate) id: ServerId,
    pub(crate) clock: Clock,
    pub(crate) limits: Limits,
    pub(crate) log: Arc<dyn LogReader>,
    pub(crate) writer: Writer,
    pub(crate) followers: Arc<Followers>,
    pub(crate) pages: Pages,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) rates: Rates,
    pub(crate) nonces: Nonces,
    pub(crate) slots: Slots,
    pub(crate) unpackers: Semaphore,
    blocking: Semaphore,
    is_draining: AtomicBool,
}

impl Service {
    /// Puts a server over a log. The writer's thread starts at once.
    pub fn start(
        reader: impl LogReader,
        writer: impl LogWriter,
        key: SecretKey,
        limits: Limits,
        clock: Clock,
    ) -> std::io::Result<Self> {
        let followers = Arc::new(Followers::new(limits.streams_max, limits.device_streams_max));
        let (metrics, log) = (Arc::<Metrics>::default(), Arc::new(reader) as Arc<dyn LogReader>);
        Ok(Self {
            id: key.server(),
            key,
            clock,
            limits,
            writer: Writer::start(writer, followers.clone(), metrics.clone())?,
            pages: Pages::new(log.clone()),
            log,
            followers,
            metrics,
            rates: Rates::new(limits.rate),
            nonces: Nonces::default(),
            slots: Slots::new(limits.requests_max, 4 * BODY_BYTES_MAX.max(PUSH_BYTES_MAX), limits.device_requests_max),
            unpackers: Semaphore::new(UNPACKERS_MAX),
            blocking: Semaphore::new(BLOCKING_MAX),
            is_draining: AtomicBool::new(false),
        })
    }

    pub fn id(&self) -> ServerId {
        self.id
    }

    /// Ends the streams, and turns new requests away.
    pub fn drain(&self) {
        self.is_draining.store(true, Ordering::Release);
        self.followers.drain();
    }

    pub(crate) fn is_draining(&self) -> bool {
        self.is_draining.load(Ordering::Acquire)
    }

    pub(crate) fn now_ms(&self) -> u64 {
        (self.clock)()
    }

    pub(crate) fn signed_head(&self, space: SpaceId, cursor: Cursor) -> SignedHead {
        SignedHead::sign(space, cursor, self.now_ms(), &self.key)
    }

    /// Reads the log off the threads that serve the network.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&dyn LogReader) -> Result<T, LogError> + Send + 'static,
    ) -> Result<T, Refusal> {
        let log = self.log.clone();
        self.compute(move || read(&*log)).await?.map_err(refuse_log)
    }

    /// Does what takes longer than a moment off the threads that serve the network.
    pub(crate) async fn compute<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        let _turn = self.blocking.acquire().await.map_err(|_| unavailable("the server stops"))?;
        tokio::task::spawn_blocking(work).await.map_err(|error| {
            tracing::error!(%error, "a request was broken off");
            unavailable("the request could not be finished")
        })
    }
}

/// A refusal that names the thing.
pub(crate) fn refuse(code: RefusalCode, message: impl Into<String>) -> Refusal {
    Refusal { code, message: message.into(), retry_after_ms: None }
}

/// The server cannot now, and says when to come again.
pub(crate) fn unavailable(message: &str) -> Refusal {
    Refusal { code: RefusalCode::Unavailable, message: message.into(), retry_after_ms: Some(RETRY_MS) }
}

pub(crate) fn refuse_log(error: LogError) -> Refusal {
    match error {
        LogError::Unfit(what) => refuse(RefusalCode::Malformed, what),
        error => {
            tracing::error!(%error, "the log failed");
            unavailable("the log cannot be used now")
        }
    }
}

pub(crate) fn refuse_write(error: WriteError) -> Refusal {
    match error {
        WriteError::Log(error) => match &*error {
            LogError::Unfit(what) => refuse(RefusalCode::Malformed, what),
            error => {
                tracing::error!(%error, "nothing was written");
                unavailable("the log cannot be written now")
            }
        },
        error => unavailable(&error.to_string()),
    }
}
