//! The way to the device's data: what its database is encrypted with, who knows the key, and whether it is open.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use serde::Serialize;
use sync_engine::engine::{Engine, EngineError};
use sync_engine::store::{self, DatabaseKey, Durability, StoreError};
use tokio::runtime::Handle;
use tokio::sync::broadcast;

use crate::app::{App, entropy};
use crate::database::{Database, Protection};
use crate::error::{Code, CommandError};
use crate::events::AppEvent;
use crate::key_store::KeyStore;

/// 256 batches: a page that falls further behind reads everything anew.
const BATCHES_MAX: usize = 256;

/// SQLCipher makes each guess slow, and still a thief's machines make thousands a second: below this, no passphrase holds.
const PASSPHRASE_CHARS_MIN: usize = 8;

/// The device's data, open or not.
pub struct Door {
    folder: PathBuf,
    runtime: Handle,
    keys: Box<dyn KeyStore>,
    /// The device's database. Held while it is opened or changes its place.
    database: Mutex<Database>,
    /// Held together by all processes that have the device's data open, and by one alone while it encrypts them.
    folder_lock: File,
    /// Databases that were there beside the device's own at the start; and whether each was written later than that.
    former: Vec<(Database, bool)>,
    app: OnceLock<Arc<App>>,
    events: broadcast::Sender<Vec<AppEvent>>,
}

/// What the page shows of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Lock {
    pub protection: Protection,
    pub is_locked: bool,
}

impl Door {
    /// Finds the device's data in `folder`, or makes both, and opens it unless a person has to give the key. A database
    /// without a key gets one if there is a store to keep it.
    pub fn open(folder: &Path, runtime: Handle, keys: Box<dyn KeyStore>) -> Result<Arc<Self>, CommandError> {
        std::fs::create_dir_all(folder).map_err(|error| CommandError::new(Code::Storage, error))?;
        let io = |error: std::io::Error| CommandError::new(Code::Storage, error);
        let mut found = Database::all(folder).map_err(io)?;
        let own = found.pop().unwrap_or_else(|| Database::plain(folder));
        let is_newer = |former: &Database| former.written() > own.written();
        let former = found.into_iter().map(|former| (former.clone(), is_newer(&former))).collect();
        let folder_lock = File::create(folder.join("multaqa.lock")).map_err(io)?;
        folder_lock.lock_shared().map_err(io)?;
        let door = Self {
            folder: folder.to_owned(),
            runtime,
            keys,
            database: Mutex::new(own),
            folder_lock,
            former,
            app: OnceLock::new(),
            events: broadcast::Sender::new(BATCHES_MAX),
        };
        door.clear_unfinished();
        let mut database = door.database();
        match database.protection {
            Protection::Passphrase => {}
            Protection::KeyStore => match door.open_keyed(&database) {
                Err(error) if error.code == Code::Locked => tracing::error!(%error, "the device's data stays closed"),
                opened => opened?,
            },
            Protection::None => match door.keyed_instead(&database) {
                Some(keyed) => {
                    door.open_keyed(&keyed)?;
                    *database = keyed;
                }
                None => door.begin(Engine::open(&database.path, Durability::Full, entropy())?)?,
            },
        }
        drop(database);
        let door = Arc::new(door);
        door.forget_former();
        Ok(door)
    }

    /// What the commands work on, once it is open.
    pub fn app(&self) -> Result<&Arc<App>, CommandError> {
        self.app.get().ok_or_else(|| CommandError::new(Code::Locked, "the device's data is locked"))
    }

    /// What happens from now on, in batches.
    pub fn listen(&self) -> broadcast::Receiver<Vec<AppEvent>> {
        self.events.subscribe()
    }

    pub(crate) fn tell(&self, events: Vec<AppEvent>) {
        // Nobody listens before the window is open.
        let _ = self.events.send(events);
    }

    pub fn lock_state(&self) -> Lock {
        Lock { protection: self.database().protection, is_locked: self.app.get().is_none() }
    }

    /// Opens the device's data: with the passphrase, or with the key store's key, which is asked for again.
    pub fn unlock(&self, passphrase: &str) -> Result<(), CommandError> {
        let database = self.database();
        if self.app.get().is_some() {
            return Ok(());
        }
        match database.protection {
            Protection::KeyStore => self.open_keyed(&database)?,
            _ => self.open_with(&database, &DatabaseKey::Passphrase(passphrase.to_owned()))?,
        }
        drop(database);
        self.forget_former();
        Ok(())
    }

    /// Encrypts the device's data with this passphrase from now on. `former` is the one that it has, if any.
    pub fn set_passphrase(&self, passphrase: &str, former: Option<&str>) -> Result<(), CommandError> {
        if passphrase.chars().count() < PASSPHRASE_CHARS_MIN {
            let message = format!("a passphrase has at least {PASSPHRASE_CHARS_MIN} characters");
            return Err(CommandError::invalid(message));
        }
        let mut database = self.database();
        let engine = self.app()?.engine();
        // Nobody writes while the database is copied.
        let mut engine = engine.lock().map_err(|_| CommandError::new(Code::Internal, "the engine stopped"))?;
        let former = match (database.protection, former) {
            (Protection::None, None) => None,
            (Protection::Passphrase, Some(former)) => Some(DatabaseKey::Passphrase(former.to_owned())),
            _ => return Err(CommandError::invalid("the database is protected in another way")),
        };
        let key = DatabaseKey::Passphrase(passphrase.to_owned());
        let _alone = self.alone()?;
        let locked = Database::locked(&self.folder, database.turn.saturating_add(1));
        store::encrypt(&database.path, former.as_ref(), &locked.path, &key).map_err(EngineError::from)?;
        match Engine::open_encrypted(&locked.path, &key, Durability::Full, entropy()) {
            Ok(opened) => *engine = opened,
            Err(error) => {
                // The app goes on with the former one, and would find this one at its next start.
                store::remove(&locked.path).map_err(EngineError::from)?;
                return Err(error.into());
            }
        }
        let former = std::mem::replace(&mut *database, locked);
        if let Err(error) = store::remove(&former.path) {
            tracing::warn!(%error, "the former database is deleted at the next start");
        }
        // What the former engine had to tell is told in one word.
        self.tell(vec![AppEvent::DocumentsChanged]);
        Ok(())
    }

    fn database(&self) -> MutexGuard<'_, Database> {
        // It is only ever replaced as a whole.
        self.database.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self, engine: Engine) -> Result<(), CommandError> {
        let app = App::over(engine, &self.folder, self.runtime.clone(), self.events.clone())?;
        self.app.set(app).map_err(|_| CommandError::new(Code::Internal, "the device's data is open already"))
    }

    fn open_with(&self, database: &Database, key: &DatabaseKey) -> Result<(), CommandError> {
        self.begin(Engine::open_encrypted(&database.path, key, Durability::Full, entropy())?)
    }

    fn open_keyed(&self, database: &Database) -> Result<(), CommandError> {
        let locked = |why: String| CommandError::new(Code::Locked, why);
        let key = self.keys.get(&database.key_name).map_err(locked)?;
        let key = key.ok_or_else(|| locked("the system's key store does not know the key of this data".into()))?;
        let key = key.try_into().map_err(|_| locked("the system's key store has something else instead".into()))?;
        match self.open_with(database, &DatabaseKey::Random(key)) {
            Err(error) if error.code == Code::WrongPassphrase => Err(locked("the system's key is another one".into())),
            opened => opened,
        }
    }

    /// The database with a key in the system's store, if there is one that can keep it. What cannot be encrypted now
    /// stays as it is, and is tried again at the next start.
    fn keyed_instead(&self, plain: &Database) -> Option<Database> {
        let (mut id, mut key) = ([0; 8], [0; 32]);
        entropy()(&mut id);
        entropy()(&mut key);
        let keyed = Database::keyed(&self.folder, id);
        let alone = self.alone().ok()?;
        if let Err(why) = self.keys.set(&keyed.key_name, &key) {
            tracing::info!(why, "no key store keeps a key for the device's data");
            return None;
        }
        // Whoever says it keeps the key is asked before anything depends on it; and the plain database is deleted only
        // when another start has opened the encrypted one.
        let is_kept = self.keys.get(&keyed.key_name).is_ok_and(|kept| kept.as_deref() == Some(&key));
        let encrypted = match (is_kept, plain.path.exists()) {
            (false, _) => Err(StoreError::WrongKey),
            (true, true) => store::encrypt(&plain.path, None, &keyed.path, &DatabaseKey::Random(key)),
            (true, false) => Ok(()),
        };
        drop(alone);
        match encrypted {
            Ok(()) => Some(keyed),
            Err(error) => {
                tracing::warn!(%error, "the device's data could not be encrypted");
                // A copy that could not be deleted either would be the device's at the next start.
                if !keyed.path.exists() {
                    let _ = self.keys.remove(&keyed.key_name);
                }
                None
            }
        }
    }

    /// No other process has the data open until this is dropped.
    fn alone(&self) -> Result<Alone<'_>, CommandError> {
        let io = |error: std::io::Error| CommandError::new(Code::Storage, error);
        self.folder_lock.unlock().map_err(io)?;
        let alone = self.folder_lock.try_lock();
        if alone.is_err() {
            self.folder_lock.lock_shared().map_err(io)?;
        }
        alone.map_err(|_| CommandError::new(Code::Storage, "the device's data is open in another process, too"))?;
        Ok(Alone(&self.folder_lock))
    }

    /// Deletes copies that were never finished, and their keys.
    fn clear_unfinished(&self) {
        for unfinished in Database::unfinished(&self.folder).unwrap_or_default() {
            let _ = store::clear_copy(&unfinished.path);
            if unfinished.protection == Protection::KeyStore && !unfinished.path.exists() {
                let _ = self.keys.remove(&unfinished.key_name);
            }
        }
    }

    /// Deletes the plain database that this one was made of, now that it is open. Another device's, as an older version
    /// of the app might have made it since, stays. What may hold more than this one, or cannot be looked into, is put
    /// aside.
    fn forget_former(&self) {
        let Ok(app) = self.app() else { return };
        for (former, is_newer) in &self.former {
            let is_plain = former.protection == Protection::None;
            let is_own = || {
                let device = Engine::open(&former.path, Durability::Full, entropy()).map(|engine| engine.device());
                device.is_ok_and(|device| app.lock().is_ok_and(|own| own.device() == device))
            };
            if is_plain && !is_own() {
                tracing::warn!(path = %former.path.display(), "another device's data lies here");
                continue;
            }
            let is_needless = is_plain && !is_newer;
            let gone = if is_needless { store::remove(&former.path) } else { store::put_aside(&former.path) };
            if let Err(error) = gone {
                tracing::warn!(%error, path = %former.path.display(), "a former database stays");
            }
        }
    }

    /// Puts data aside that nobody can open any more, and begins a new device. Its files stay in the folder.
    pub fn begin_anew(&self) -> Result<(), CommandError> {
        let mut database = self.database();
        if self.app.get().is_some() {
            return Err(CommandError::invalid("the device's data is open"));
        }
        store::put_aside(&database.path).map_err(EngineError::from)?;
        *database = Database::plain(&self.folder);
        if let Some(keyed) = self.keyed_instead(&database) {
            *database = keyed;
            return self.open_keyed(&database);
        }
        self.begin(Engine::open(&database.path, Durability::Full, entropy())?)
    }
}

/// The folder is this process's own.
struct Alone<'a>(&'a File);

impl Drop for Alone<'_> {
    fn drop(&mut self) {
        if let Err(error) = self.0.unlock().and_then(|()| self.0.lock_shared()) {
            tracing::warn!(%error, "the folder's lock is lost");
        }
    }
}

#[cfg(test)]
#[path = "door_tests.rs"]
mod tests;
