//! The app on one device: its engine, the clock, and who is listening. Knows no window.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;
use serde::de::DeserializeOwned;
use sync_engine::engine::{Engine, Entropy};
use tokio::runtime::Handle;
use tokio::sync::broadcast;

use crate::disk::Disk;
use crate::error::{Code, CommandError};
use crate::events::AppEvent;
use crate::recovering;
use crate::syncing::Syncing;

/// Everything that the commands work on.
pub struct App {
    folder: PathBuf,
    engine: Arc<Mutex<Engine>>,
    pub(crate) syncing: Syncing,
    pub(crate) disk: Disk,
    events: broadcast::Sender<Vec<AppEvent>>,
}

impl App {
    /// The device whose data is in `folder`, open; begins to sync.
    pub(crate) fn over(
        engine: Engine,
        folder: &Path,
        runtime: Handle,
        events: broadcast::Sender<Vec<AppEvent>>,
    ) -> Result<Arc<Self>, CommandError> {
        recovering::clear(folder);
        let app = Arc::new(Self {
            folder: folder.to_owned(),
            engine: Arc::new(Mutex::new(engine)),
            syncing: Syncing::new(runtime),
            disk: Disk::default(),
            events,
        });
        app.begin()?;
        Ok(app)
    }

    pub(crate) fn lock(&self) -> Result<MutexGuard<'_, Engine>, CommandError> {
        // A panic while it was held is our own bug. The database is as it was before; the app has to be opened again.
        self.engine.lock().map_err(|_| CommandError::new(Code::Internal, "the engine stopped within a step"))
    }

    /// Where the device's data is.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn engine(&self) -> Arc<Mutex<Engine>> {
        self.engine.clone()
    }

    /// The device's own time, in Unix milliseconds.
    pub(crate) fn now_ms(&self) -> i64 {
        now_ms().cast_signed()
    }

    pub(crate) fn tell(&self, events: Vec<AppEvent>) {
        if !events.is_empty() {
            // Nobody listens before the window is open.
            let _ = self.events.send(events);
        }
    }

    pub(crate) fn preference<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, CommandError> {
        let bytes = self.lock()?.preference(name)?;
        // What a newer version wrote and this one cannot read is as good as nothing said.
        Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }

    pub(crate) fn set_preference<T: Serialize>(&self, name: &str, value: &T) -> Result<(), CommandError> {
        let bytes = serde_json::to_vec(value).map_err(CommandError::invalid)?;
        Ok(self.lock()?.set_preference(name, &bytes)?)
    }
}

/// The system's random bytes.
pub(crate) fn entropy() -> Entropy {
    Box::new(|bytes: &mut [u8]| {
        // Without randomness no key is safe: there is nothing better to do than to stop.
        getrandom::fill(bytes).expect("the system gives random bytes");
    })
}

/// The present time in Unix milliseconds, by the device's clock.
pub(crate) fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
