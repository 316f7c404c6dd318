//! The log in one SQLite file: opening it, and the two halves that read and write it. Each hop has its own file
//! below; none of them opens a document.

mod backup;
mod blobs;
mod compact;
mod reader;
mod rows;
mod spaces;
mod stored;
mod verify;
mod writer;

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, params};
use sync_engine::keys::SecretKey;

use crate::log::{LogError, Quota};

pub use backup::restore;
pub use reader::SqliteReader;
pub use verify::{Finding, Report};
pub use writer::SqliteWriter;

/// "mlqa": what the file says it is, in SQLite's own header.
const APPLICATION_ID: i32 = 0x6d6c_7161;

/// The version of `schema.sql`.
const SCHEMA_VERSION: i32 = 1;

/// 4 MiB of pages for the writer, and 1 MiB for each reader: the operating system caches the rest.
const WRITER_CACHE_KIB: i64 = 4096;
const READER_CACHE_KIB: i64 = 1024;

/// 64 MiB of write-ahead log are kept after a checkpoint; a large batch fits, and a disk is not filled.
const JOURNAL_BYTES_MAX: i64 = 64 << 20;

/// Another process (a backup, the operator's command) holds the file for moments only.
const BUSY_MS: u64 = 5000;

/// Every statement of this code stays prepared.
const STATEMENTS_MAX: usize = 96;

/// An open log: both halves, and the server's own key, which lives with it.
#[derive(Debug)]
pub struct SqliteLog {
    pub writer: SqliteWriter,
    pub reader: SqliteReader,
    pub key: SecretKey,
}

impl SqliteLog {
    /// Opens the log at `path`, or makes it. `seed` is 32 bytes of good randomness: the server's secret key, if the
    /// file has none yet.
    pub fn open(path: &Path, quota: Quota, seed: &[u8; 32]) -> Result<Self, LogError> {
        let mut conn = Connection::open(path)?;
        configure(&conn, WRITER_CACHE_KIB)?;
        conn.pragma_update(None, "journal_mode", "wal")?;
        conn.pragma_update(None, "synchronous", "full")?;
        conn.pragma_update(None, "journal_size_limit", JOURNAL_BYTES_MAX)?;
        let key = prepare(&mut conn, seed)?;
        Ok(Self { writer: SqliteWriter::new(conn, quota), reader: SqliteReader::open(path)?, key })
    }
}

impl From<rusqlite::Error> for LogError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::DiskFull) => {
                Self::Busy(error.to_string())
            }
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Corrupt(error.to_string()),
            Some(_) => Self::Storage(error.to_string()),
            None => match error {
                rusqlite::Error::FromSqlConversionFailure(..)
                | rusqlite::Error::InvalidColumnType(..)
                | rusqlite::Error::IntegralValueOutOfRange(..)
                | rusqlite::Error::QueryReturnedNoRows => Self::Corrupt(error.to_string()),
                _ => Self::Storage(error.to_string()),
            },
        }
    }
}

/// A connection that cannot write.
fn open_reading(path: &Path) -> Result<Connection, LogError> {
    // Not opened read-only, because a reader of a write-ahead log takes part in its index.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    let conn = Connection::open_with_flags(path, flags)?;
    configure(&conn, READER_CACHE_KIB)?;
    conn.pragma_update(None, "query_only", true)?;
    Ok(conn)
}

fn configure(conn: &Connection, cache_kib: i64) -> Result<(), LogError> {
    conn.busy_timeout(Duration::from_millis(BUSY_MS))?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    // Otherwise SQLite prepares a statement again whenever its parameters change.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    conn.pragma_update(None, "cache_size", -cache_kib)?;
    conn.pragma_update(None, "trusted_schema", false)?;
    Ok(())
}

/// Makes the tables and the key of a new file, and refuses one that is not ours.
fn prepare(conn: &mut Connection, seed: &[u8; 32]) -> Result<SecretKey, LogError> {
    let tx = conn.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let tables: i64 = tx.query_row("select count(*) from sqlite_schema", [], |row| row.get(0))?;
    if tables == 0 {
        tx.execute_batch(include_str!("sqlite/schema.sql"))?;
        tx.pragma_update(None, "application_id", APPLICATION_ID)?;
        tx.pragma_update(None, "user_version", SCHEMA_VERSION)?;
        tx.execute("insert into meta (name, value) values ('secret_key', ?1)", params![seed])?;
    }
    check_kind(&tx)?;
    let stored = tx.query_row("select value from meta where name = 'secret_key'", [], |row| row.get::<_, [u8; 32]>(0));
    let key = stored.optional()?.ok_or_else(|| LogError::Corrupt("the server's secret key is not here".into()))?;
    tx.commit()?;
    Ok(SecretKey::from_seed(&key))
}

/// Whether the file says that it is a log, of this version.
fn check_kind(conn: &Connection) -> Result<(), LogError> {
    let application: i32 = conn.query_row("pragma application_id", [], |row| row.get(0))?;
    let version: i32 = conn.query_row("pragma user_version", [], |row| row.get(0))?;
    match (application, version) {
        (APPLICATION_ID, SCHEMA_VERSION) => Ok(()),
        (APPLICATION_ID, _) => Err(LogError::Unfit(format!("the file has version {version} of the log"))),
        _ => Err(LogError::Unfit("the file is not a log".into())),
    }
}

#[cfg(test)]
#[path = "sqlite_tests.rs"]
mod tests;
