//! Coming back by a recovery sheet: its key as somebody types it, and the space that it leads to.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;
use sync_engine::engine::Entropy;
use sync_engine::link::{InviteLink, RecoveryLink};
use sync_engine::recovery::{self, RecoveryError};
use sync_engine::sheet::{self, SheetError};

use crate::app::{App, entropy, now_ms};
use crate::error::{Code, CommandError};
use crate::spaces::SpaceView;

/// What somebody has typed of a recovery key so far. Groups are counted from 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "sheet", rename_all = "snake_case")]
pub enum SheetRead {
    Whole,
    /// There are fewer groups than a key has, or more.
    Groups {
        groups: usize,
    },
    /// A group has fewer or more than four letters.
    Length {
        group: usize,
    },
    Letter {
        group: usize,
        letter: char,
    },
    /// One group is mistyped.
    Wrong {
        group: usize,
    },
    SeveralWrong,
}

/// How a typed key reads.
pub fn read_sheet(key: &str) -> SheetRead {
    match sheet::read(key) {
        Ok(_) => SheetRead::Whole,
        Err(SheetError::Groups(groups)) => SheetRead::Groups { groups },
        Err(SheetError::Group { group, .. }) => SheetRead::Length { group },
        Err(SheetError::Letter { group, letter }) => SheetRead::Letter { group, letter },
        Err(SheetError::Wrong(group)) => SheetRead::Wrong { group },
        Err(SheetError::SeveralWrong) => SheetRead::SeveralWrong,
    }
}

impl App {
    /// Brings this device into the space of a recovery sheet, as a new admin. `link` is the sheet's own, and then no key
    /// is needed; or any invitation to the space, used or not: it says where the space is.
    pub fn recover(self: &Arc<Self>, key: &str, link: &str) -> Result<SpaceView, CommandError> {
        let link = match link.parse::<RecoveryLink>() {
            Ok(link) => link,
            Err(_) => {
                let InviteLink { url, server, space, .. } = link.parse()?;
                let seed = sheet::read(key).map_err(CommandError::invalid)?;
                RecoveryLink { url, server, space, seed }
            }
        };
        let person = self.person()?;
        if !self.lock()?.is_member(&link.space) {
            let invite = self.invited(link.clone())?;
            self.lock()?.join(&invite, person)?;
        }
        self.on_new_space(link.space)?;
        self.space(&link.space)
    }

    fn invited(&self, link: RecoveryLink) -> Result<InviteLink, CommandError> {
        let place = Place::new(self.folder().to_owned(), &mut entropy())?;
        let path = place.0.join("sheet.db");
        let asked = async move { recovery::invite(&link, &path, entropy(), Arc::new(now_ms)).await };
        let invite = waited_for(asked);
        drop(place);
        invite?.map_err(|error| {
            let code = match &error {
                RecoveryError::NotTheKey => Code::NotTheKey,
                RecoveryError::NotNow => Code::Offline,
                RecoveryError::Driver(error) if error.is_passing() => Code::Offline,
                RecoveryError::Driver(_) => Code::Internal,
            };
            CommandError::new(code, error)
        })
    }
}

/// Runs a task to its end beside the runtime of the app, whose threads a command must not hold up.
fn waited_for<T: Send>(task: impl Future<Output = T> + Send) -> Result<T, CommandError> {
    let internal = |error: &dyn std::fmt::Display| CommandError::new(Code::Internal, error.to_string());
    std::thread::scope(|scope| {
        let run = scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            Ok(runtime.map_err(|error| internal(&error))?.block_on(task))
        });
        run.join().unwrap_or_else(|_| Err(internal(&"the task stopped within a step")))
    })
}

/// Deletes what a process that was killed has left of a recovery key.
pub(crate) fn clear(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(PLACE) {
            delete(&entry.path());
        }
    }
}

fn delete(place: &Path) {
    if let Err(error) = std::fs::remove_dir_all(place) {
        tracing::warn!(%error, "the recovery key's database was not deleted");
    }
}

/// Begins the names of folders with a recovery key in them.
const PLACE: &str = "recovering-";

/// Where the key's own database stands. It holds the key, so nothing of it stays, however the attempt ends.
struct Place(PathBuf);

impl Place {
    fn new(folder: PathBuf, entropy: &mut Entropy) -> Result<Self, CommandError> {
        let mut name = [0; 8];
        entropy(&mut name);
        let place = folder.join(format!("{PLACE}{}", data_encoding::HEXLOWER.encode(&name)));
        std::fs::create_dir(&place).map_err(|error| CommandError::new(Code::Storage, error))?;
        Ok(Self(place))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        delete(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_process_left_of_a_key_is_deleted_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = Place::new(folder.path().to_owned(), &mut entropy()).expect("a place");
        std::fs::write(place.0.join("sheet.db"), "a key").expect("written");
        std::fs::write(folder.path().join("multaqa.db"), "documents").expect("written");
        std::mem::forget(place);
        clear(folder.path());
        let left: Vec<_> = std::fs::read_dir(folder.path()).expect("read").flatten().map(|e| e.file_name()).collect();
        assert_eq!(left, ["multaqa.db"]);
    }
}
