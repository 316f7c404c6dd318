//! Which file in the device's folder is its database, by what protects it. Another protection makes another file, so
//! that at any moment one of them is whole; the one that protects better is the device's.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};

/// What keeps a thief from reading the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Protection {
    None,
    /// A key in the system's key store.
    KeyStore,
    Passphrase,
}

/// A database, and what its name says. Orders by which is to be used.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Database {
    pub protection: Protection,
    /// Of several passphrases, the last one.
    pub turn: u32,
    /// The key's name in the key store, or nothing.
    pub key_name: String,
    pub path: PathBuf,
}

impl Database {
    pub(crate) fn plain(folder: &Path) -> Self {
        let path = folder.join("multaqa.db");
        Self { protection: Protection::None, turn: 0, key_name: String::new(), path }
    }

    pub(crate) fn keyed(folder: &Path, id: [u8; 8]) -> Self {
        let key_name = HEXLOWER.encode(&id);
        let path = folder.join(format!("multaqa.keyed-{key_name}.db"));
        Self { protection: Protection::KeyStore, turn: 0, key_name, path }
    }

    pub(crate) fn locked(folder: &Path, turn: u32) -> Self {
        let path = folder.join(format!("multaqa.locked-{turn}.db"));
        Self { protection: Protection::Passphrase, turn, key_name: String::new(), path }
    }

    fn named(folder: &Path, name: &str) -> Option<Self> {
        let middle = name.strip_prefix("multaqa.")?.strip_suffix("db")?;
        if middle.is_empty() {
            return Some(Self::plain(folder));
        }
        match middle.strip_suffix('.')?.split_once('-')? {
            ("keyed", id) => Some(Self::keyed(folder, HEXLOWER.decode(id.as_bytes()).ok()?.try_into().ok()?)),
            ("locked", turn) => Some(Self::locked(folder, turn.parse().ok()?)),
            _ => None,
        }
    }

    /// When it was last written: in the file, or in the log beside it.
    pub(crate) fn written(&self) -> Option<SystemTime> {
        let mut log = self.path.as_os_str().to_owned();
        log.push("-wal");
        let of = |path: &Path| std::fs::metadata(path).and_then(|file| file.modified()).ok();
        of(&self.path).max(of(Path::new(&log)))
    }

    /// Those in the folder, the device's own last.
    pub(crate) fn all(folder: &Path) -> std::io::Result<Vec<Self>> {
        let mut found: Vec<_> = names(folder)?.iter().filter_map(|name| Self::named(folder, name)).collect();
        found.sort();
        Ok(found)
    }

    /// Copies that were being made when the power went, each under the name that it was to have.
    pub(crate) fn unfinished(folder: &Path) -> std::io::Result<Vec<Self>> {
        let names = names(folder)?;
        Ok(names.iter().filter_map(|name| Self::named(folder, name.strip_suffix(".new")?)).collect())
    }
}

fn names(folder: &Path) -> std::io::Result<Vec<String>> {
    let entries = std::fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    Ok(entries.into_iter().filter_map(|entry| entry.file_name().into_string().ok()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_better_protected_database_is_the_devices_and_other_files_are_none() {
        let folder = tempfile::tempdir().unwrap();
        let made = [
            Database::plain(folder.path()),
            Database::keyed(folder.path(), [0xab; 8]),
            Database::locked(folder.path(), 2),
            Database::locked(folder.path(), 10),
        ];
        for database in made.iter().rev() {
            std::fs::write(&database.path, "").unwrap();
        }
        for other in ["multaqa.db-shm", "multaqa.locked-3.db.new", "multaqa.locked-x.db", "multaqa.keyed-ab.db", "x.db"]
        {
            std::fs::write(folder.path().join(other), "").unwrap();
        }
        assert_eq!(Database::all(folder.path()).unwrap(), made);
        assert_eq!(Database::unfinished(folder.path()).unwrap(), [Database::locked(folder.path(), 3)]);
    }
}
