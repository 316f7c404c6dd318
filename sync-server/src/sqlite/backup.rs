//! Copies of the whole file: a backup while the server runs, and a backup in the file's place. A backup holds the
//! server's secret key, so it is to be kept as safely as the server.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::reader::SqliteReader;
use super::verify::{self, Report};
use super::{READER_CACHE_KIB, configure};
use crate::log::LogError;

impl SqliteReader {
    /// Writes a copy of the log as it is at one moment to a new file. The server may go on meanwhile.
    pub fn backup(&self, to: &Path) -> Result<(), LogError> {
        if to.exists() {
            return Err(LogError::Unfit(format!("{} exists already", to.display())));
        }
        let partial = beside(to, ".partial");
        self.read(|conn| copy(conn, &partial, |_| Ok(())))?;
        put_in_place(&partial, to)
    }
}

/// Puts the backup at `from` in the place of the log at `to`, while no server runs. Every space then waits to be
/// confirmed. Returns where the file that was there before is now.
pub fn restore(from: &Path, to: &Path) -> Result<Option<PathBuf>, LogError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let backup = Connection::open_with_flags(from, flags)?;
    configure(&backup, READER_CACHE_KIB)?;
    let mut report = Report::default();
    verify::check(&backup, &mut report)?;
    if let Some(finding) = report.findings.first() {
        return Err(LogError::Corrupt(format!("the backup is not sound: {finding}")));
    }
    let partial = beside(to, ".partial");
    copy(&backup, &partial, |copy| {
        copy.execute("update space set is_recovering = 1", [])?;
        Ok(())
    })?;
    let aside = move_aside(to)?;
    put_in_place(&partial, to)?;
    Ok(aside)
}

/// Copies a whole database into a new file, and lets `change` have it before it is closed.
fn copy(
    from: &Connection,
    to: &Path,
    change: impl FnOnce(&Connection) -> Result<(), LogError>,
) -> Result<(), LogError> {
    // What an earlier attempt left behind.
    remove(to)?;
    let mut copy = Connection::open(to)?;
    configure(&copy, READER_CACHE_KIB)?;
    match Backup::new(from, &mut copy)?.step(-1)? {
        StepResult::Done => {}
        _ => return Err(LogError::Busy("the log is held by another process".into())),
    }
    // One file, without a write-ahead log beside it.
    copy.pragma_update(None, "journal_mode", "delete")?;
    change(&copy)?;
    copy.close().map_err(|(_, error)| error)?;
    File::open(to).and_then(|file| file.sync_all()).map_err(failed)
}

fn put_in_place(partial: &Path, to: &Path) -> Result<(), LogError> {
    fs::rename(partial, to).map_err(failed)?;
    let directory = to.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(directory).and_then(|directory| directory.sync_all()).map_err(failed)
}

/// Gives the file, and what SQLite keeps beside it, another name that is free.
fn move_aside(path: &Path) -> Result<Option<PathBuf>, LogError> {
    if !path.exists() {
        return Ok(None);
    }
    close_for_others(path)?;
    let aside = (1..).map(|n| beside(path, &format!(".before-restore-{n}"))).find(|name| !name.exists());
    let Some(aside) = aside else { return Ok(None) };
    for suffix in ["-wal", "-shm"] {
        let companion = beside(path, suffix);
        if companion.exists() {
            fs::rename(companion, beside(&aside, suffix)).map_err(failed)?;
        }
    }
    fs::rename(path, &aside).map_err(failed)?;
    Ok(Some(aside))
}

/// Leaving the write-ahead log needs the file for oneself, so this fails while a server has it open. A file that
/// is damaged is moved as it is.
fn close_for_others(path: &Path) -> Result<(), LogError> {
    let left = Connection::open(path).and_then(|conn| {
        conn.busy_timeout(Duration::ZERO)?;
        conn.pragma_update(None, "journal_mode", "delete")
    });
    match left {
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {
            Err(LogError::Busy(format!("a server has {} open", path.display())))
        }
        _ => Ok(()),
    }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}

fn remove(path: &Path) -> Result<(), LogError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(error)),
        _ => Ok(()),
    }
}

fn failed(error: io::Error) -> LogError {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => LogError::Busy(error.to_string()),
        _ => LogError::Storage(error.to_string()),
    }
}
