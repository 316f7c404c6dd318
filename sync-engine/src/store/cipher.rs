//! A database at rest: the key that SQLCipher encrypts it with, and how a plain one gets a key.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rusqlite::{Connection, params};
use unicode_normalization::UnicodeNormalization as _;

use super::StoreError;

/// What a database is encrypted with. Whoever loses it loses what no other device and no server has.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseKey {
    /// 32 random bytes, used as they are.
    Random([u8; 32]),
    /// What a person remembers. SQLCipher makes the key of it, slowly on purpose: a quarter of a second at each opening.
    Passphrase(String),
}

impl DatabaseKey {
    /// As SQLCipher reads it. Two keyboards may write one Arabic letter in two ways.
    fn written(&self) -> String {
        match self {
            Self::Random(bytes) => format!("x'{}'", data_encoding::HEXLOWER.encode(bytes)),
            // The mark keeps a passphrase from being read as bytes.
            Self::Passphrase(words) => format!("p:{}", words.nfc()),
        }
    }
}

impl fmt::Debug for DatabaseKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Random(_) => "Random(…)",
            Self::Passphrase(_) => "Passphrase(…)",
        })
    }
}

/// Opens the file, and tries the key: [`StoreError::WrongKey`] if it is another one's.
pub(super) fn connect(path: &Path, key: Option<&DatabaseKey>) -> Result<Connection, StoreError> {
    let connection = Connection::open(path)?;
    let Some(key) = key else { return Ok(connection) };
    // It would tell of a wrong key on the terminal.
    connection.pragma_update(None, "cipher_log", "off")?;
    connection.pragma_update(None, "key", key.written())?;
    let tried = connection.query_row("select count(*) from sqlite_master", [], |row| row.get::<_, i64>(0));
    match tried.map_err(StoreError::from) {
        Ok(_) => Ok(connection),
        Err(StoreError::Corrupt(_)) => Err(StoreError::WrongKey),
        Err(error) => Err(error),
    }
}

/// Writes what is in the database at `from` into an encrypted one at `to`, which is there whole or not at all. The
/// first one stays as it is. Nobody may write to it meanwhile.
pub fn encrypt(from: &Path, from_key: Option<&DatabaseKey>, to: &Path, key: &DatabaseKey) -> Result<(), StoreError> {
    let making = beside(to, ".new");
    remove(&making)?;
    let made = copy(from, from_key, &making, key).and_then(|()| {
        // Closing the first one has written to it, and the copy is the newer of the two.
        let touched = OpenOptions::new().write(true).open(&making).and_then(|file| {
            file.set_modified(SystemTime::now())?;
            file.sync_all()
        });
        let named = touched.and_then(|()| fs::rename(&making, to)).and_then(|()| sync_folder(to));
        named.map_err(|error| StoreError::Failing(error.to_string()))
    });
    if made.is_err() {
        // What is written from now on goes into the first one: no older copy may stand where a newer one is looked for.
        remove(to)?;
        // It takes room that the device may need now; if it stays, the next one takes its place.
        let _ = remove(&making);
    }
    made
}

/// Makes the copy, and compares it.
fn copy(from: &Path, from_key: Option<&DatabaseKey>, to: &Path, key: &DatabaseKey) -> Result<(), StoreError> {
    let from = connect(from, from_key)?;
    from.busy_timeout(super::BUSY)?;
    let name = to.to_str().ok_or_else(|| StoreError::Failing("the folder's name is not Unicode".into()))?;
    from.execute("attach database ?1 as encrypted key ?2", params![name, key.written()])?;
    let version: i64 = from.pragma_query_value(None, "user_version", |row| row.get(0))?;
    from.query_row("select sqlcipher_export('encrypted')", [], |_| Ok(()))?;
    from.pragma_update(Some("encrypted"), "user_version", version)?;
    from.execute("detach database encrypted", [])?;
    compare(&from, &connect(to, Some(key))?)
}

/// Whether the copy is whole: SQLite finds nothing wrong with it, and each table has as many rows.
fn compare(from: &Connection, encrypted: &Connection) -> Result<(), StoreError> {
    let broken = |what: String| StoreError::Failing(format!("the encrypted copy is not whole: {what}"));
    let found: String = encrypted.pragma_query_value(None, "integrity_check", |row| row.get(0))?;
    if found != "ok" {
        return Err(broken(found));
    }
    let names = |of: &Connection| -> Result<Vec<String>, rusqlite::Error> {
        let mut tables = of.prepare("select name from sqlite_master where type = 'table' order by name")?;
        tables.query_map([], |row| row.get(0))?.collect()
    };
    let tables = names(from)?;
    if tables != names(encrypted)? {
        return Err(broken("it has other tables".into()));
    }
    for table in tables {
        let count = format!("select count(*) from \"{}\"", table.replace('"', "\"\""));
        let rows = |of: &Connection| of.query_row(&count, [], |row| row.get::<_, i64>(0));
        if rows(from)? != rows(encrypted)? {
            return Err(broken(format!("{table} has another number of rows")));
        }
    }
    Ok(())
}

/// Deletes a database with what SQLite keeps beside it. Whether the disk forgets the bytes is up to the disk.
pub fn remove(path: &Path) -> Result<(), StoreError> {
    for suffix in ["", "-wal", "-shm", "-journal"] {
        match fs::remove_file(beside(path, suffix)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(StoreError::Failing(error.to_string()));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Deletes what is left of an encrypted copy that was not finished.
pub fn clear_copy(of: &Path) -> Result<(), StoreError> {
    remove(&beside(of, ".new"))
}

/// Renames a database, with what SQLite keeps beside it, to a name that was not used yet. It is not opened meanwhile.
pub fn put_aside(path: &Path) -> Result<(), StoreError> {
    let free = (1..).map(|nth: u32| beside(path, &format!(".kept-{nth}"))).find(|kept| !kept.exists());
    let Some(kept) = free else { return Ok(()) };
    // The log first: alone it is nothing, and the database without it would be an older one.
    for suffix in ["-wal", "-shm", ""] {
        match fs::rename(beside(path, suffix), beside(&kept, suffix)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(StoreError::Failing(error.to_string()));
            }
            _ => {}
        }
    }
    Ok(())
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// A renamed file is at its new place after a loss of power only once its folder is written.
fn sync_folder(path: &Path) -> std::io::Result<()> {
    match path.parent() {
        Some(folder) if cfg!(unix) => File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}
