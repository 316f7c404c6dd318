//! The device's own log: every change it made or received, and how far the server has confirmed them. Knows
//! nothing of HTTP, and nothing of what Automerge makes of the changes.

mod blobs;
mod chains;
mod cipher;
mod documents;
mod envelopes;

mod search;
mod seen;
mod spaces;

use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

pub use chains::Written;
pub use cipher::{DatabaseKey, clear_copy, encrypt, put_aside, remove};
pub use documents::{ChangeRow, DocumentInfo, DocumentKey, DocumentText, Listed, Only, Unsettled};
pub use envelopes::{Applied, EnvelopeRow, Placed, StandingRow};
pub use search::{Due, Found, NewPassage, PassageRow};
pub use spaces::{SpaceKey, SpaceRow};

/// What makes each version of the schema out of the one before. A shipped one never changes.
const MIGRATIONS: [&str; 4] =
    [include_str!("schema.sql"), include_str!("seen.sql"), include_str!("search.sql"), include_str!("lists.sql")];

/// Another process that has the database is waited for.
const BUSY: std::time::Duration = std::time::Duration::from_secs(5);

/// Why the log could not be read or written. After an error of a write, nothing of it has taken effect.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the disk is full: free some space; what was typed stays on the screen until it is stored")]
    Full,
    #[error("the database is in use by another process")]
    Busy,
    #[error("the disk or the memory failed, and may work again: {0}")]
    Failing(String),
    #[error("the database was written by a newer version of the app: update it")]
    Newer,
    #[error("the database is encrypted with another key")]
    WrongKey,
    #[error("the database is damaged: {0}")]
    Corrupt(String),
    #[error("the database failed: {0}")]
    Sqlite(rusqlite::Error),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::SystemIoFailure | ErrorCode::OutOfMemory | ErrorCode::CannotOpen) => {
                Self::Failing(error.to_string())
            }
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Corrupt(error.to_string()),
            _ => Self::Sqlite(error),
        }
    }
}

/// How sure a commit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// It survives a loss of power.
    Full,
    /// It survives the process only: for simulations, which lose power in other ways.
    ProcessOnly,
}

impl Durability {
    /// What SQLite is to wait for, where it may be as much as that.
    fn synchronous(self, most: &'static str) -> &'static str {
        match self {
            Self::Full => most,
            Self::ProcessOnly => "off",
        }
    }
}

/// What a test lets happen to one commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommitFault {
    /// The disk is full: the commit fails, and the process goes on.
    Full,
    /// The process dies before the commit.
    CrashBefore,
    /// The process dies right after it.
    CrashAfter,
}

/// Asked at each commit; says whether it goes wrong.
pub type CommitGate = Box<dyn FnMut() -> Option<CommitFault> + Send>;

/// One device's database.
pub struct Store {
    connection: Connection,
    durability: Durability,
    /// SQLite's word for what a commit waits for now.
    synchronous: &'static str,
    /// Whether the disk has failed since the log was last written back.
    is_doubtful: bool,
    gate: Option<CommitGate>,
}

impl Store {
    /// Opens the database at `path`, or makes it; with a key, an encrypted one.
    pub fn open(path: &Path, key: Option<&DatabaseKey>, durability: Durability) -> Result<Self, StoreError> {
        let connection = cipher::connect(path, key)?;
        connection.busy_timeout(BUSY)?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        let synchronous = durability.synchronous("full");
        connection.pragma_update(None, "synchronous", synchronous)?;
        connection.pragma_update(None, "foreign_keys", true)?;
        // 8 MiB of pages, and a journal that is cut back to the same after a large sync.
        connection.pragma_update(None, "cache_size", -8192)?;
        connection.pragma_update(None, "journal_size_limit", 8 << 20)?;
        connection.set_prepared_statement_cache_capacity(64);
        // Otherwise SQLite prepares a statement anew whenever its parameters look otherwise.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        let mut store = Self { connection, durability, synchronous, is_doubtful: false, gate: None };
        store.migrate()?;
        Ok(store)
    }

    /// Lets a test decide about each commit.
    pub fn set_gate(&mut self, gate: CommitGate) {
        self.gate = Some(gate);
    }

    fn migrate(&mut self) -> Result<(), StoreError> {
        let version: i64 = self.connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        let done = usize::try_from(version).unwrap_or(usize::MAX);
        let Some(missing) = MIGRATIONS.get(done..) else { return Err(StoreError::Newer) };
        if missing.is_empty() {
            return Ok(());
        }
        self.write(|tx| {
            for migration in missing {
                tx.0.execute_batch(migration)?;
            }
            tx.0.pragma_update(None, "user_version", MIGRATIONS.len() as i64)?;
            Ok(())
        })
    }

    /// Runs `work` in one durable transaction: all of it is stored, or nothing.
    pub fn write<T>(&mut self, work: impl FnOnce(&Tx<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.write_waiting("full", work)
    }

    /// As `write`, for what can be derived again: it is whole or not there after a loss of power, and the commit does
    /// not wait for the disk.
    pub fn write_derived<T>(&mut self, work: impl FnOnce(&Tx<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        // In the write-ahead log, a commit that is not waited for is lost or whole, and never before an older one.
        self.write_waiting("normal", work)
    }

    fn write_waiting<T>(
        &mut self,
        synchronous: &'static str,
        work: impl FnOnce(&Tx<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if self.is_doubtful {
            self.write_back()?;
        }
        let synchronous = self.durability.synchronous(synchronous);
        if self.synchronous != synchronous {
            self.connection.pragma_update(None, "synchronous", synchronous)?;
            self.synchronous = synchronous;
        }
        let result = self.transact(work);
        self.is_doubtful = matches!(result, Err(StoreError::Failing(_)));
        result
    }

    /// Brings all that is in the log into the database, and waits for it. Where a sync has failed, the commits before
    /// that had not been waited for may never reach the disk, although the next sync succeeds; and what follows them
    /// in the log would be lost with them.
    fn write_back(&mut self) -> Result<(), StoreError> {
        let is_busy = self.connection.query_row("pragma wal_checkpoint(truncate)", [], |row| row.get(0))?;
        self.is_doubtful = is_busy;
        if is_busy { Err(StoreError::Busy) } else { Ok(()) }
    }

    fn transact<T>(&mut self, work: impl FnOnce(&Tx<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let fault = self.gate.as_mut().and_then(|gate| gate());
        let tx = Tx(self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?);
        let result = work(&tx)?;
        match fault {
            Some(CommitFault::Full) => Err(StoreError::Full),
            Some(CommitFault::CrashBefore) => Err(StoreError::Corrupt("the process died before a commit".into())),
            Some(CommitFault::CrashAfter) => {
                tx.0.commit()?;
                Err(StoreError::Corrupt("the process died after a commit".into()))
            }
            None => {
                tx.0.commit()?;
                Ok(result)
            }
        }
    }

    /// A value of the device's own, by its name.
    pub fn meta(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let mut statement = self.connection.prepare_cached("select value from meta where name = ?1")?;
        Ok(statement.query_row([name], |row| row.get(0)).optional()?)
    }

    /// Writes a consistent copy of the database to `path`, which must not exist yet.
    pub fn copy_to(&self, path: &Path) -> Result<(), StoreError> {
        self.connection.execute("vacuum into ?1", [path.to_string_lossy()])?;
        Ok(())
    }

    /// Bytes of the database's pages in use.
    pub fn size_bytes(&self) -> Result<u64, StoreError> {
        let pages: i64 = self.connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
        let free: i64 = self.connection.pragma_query_value(None, "freelist_count", |row| row.get(0))?;
        // SQLCipher answers with the digits of an encrypted database's.
        let page_bytes: i64 = self.connection.pragma_query_value(None, "page_size", |row| match row.get_ref(0)? {
            ValueRef::Text(digits) => {
                Ok(str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok()).unwrap_or(0))
            }
            number => Ok(number.as_i64()?),
        })?;
        Ok(((pages - free) * page_bytes).unsigned_abs())
    }
}

/// A transaction on the device's log.
pub struct Tx<'a>(Transaction<'a>);

impl Tx<'_> {
    pub fn set_meta(&self, name: &str, value: &[u8]) -> Result<(), StoreError> {
        let sql = "insert into meta (name, value) values (?1, ?2) on conflict (name) do update set value = ?2";
        self.0.prepare_cached(sql)?.execute(params![name, value])?;
        Ok(())
    }
}

/// Reads an id that this store wrote: another length means that the database is damaged.
fn id<T: for<'b> TryFrom<&'b [u8]>>(bytes: &[u8]) -> Result<T, StoreError> {
    T::try_from(bytes).map_err(|_| StoreError::Corrupt(format!("an id of {} bytes", bytes.len())))
}

fn optional_id<T: for<'b> TryFrom<&'b [u8]>>(bytes: Option<Vec<u8>>) -> Result<Option<T>, StoreError> {
    bytes.map(|bytes| id(&bytes)).transpose()
}
