use std::collections::BTreeMap;

use sync_engine::entry::Person;

use super::*;
use crate::key_store::NoKeys;

/// A key store in memory, which can be locked.
#[derive(Clone, Default)]
struct Keys(Arc<Mutex<Kept>>);

#[derive(Default)]
struct Kept {
    keys: BTreeMap<String, Vec<u8>>,
    is_locked: bool,
}

impl Keys {
    fn set_locked(&self, is_locked: bool) {
        self.0.lock().unwrap().is_locked = is_locked;
    }

    fn asked<T>(&self, ask: impl FnOnce(&mut BTreeMap<String, Vec<u8>>) -> T) -> Result<T, String> {
        let Kept { keys, is_locked } = &mut *self.0.lock().unwrap();
        if *is_locked { Err("locked".into()) } else { Ok(ask(keys)) }
    }
}

impl KeyStore for Keys {
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>, String> {
        self.asked(|keys| keys.get(name).cloned())
    }

    fn set(&self, name: &str, key: &[u8]) -> Result<(), String> {
        self.asked(|keys| _ = keys.insert(name.into(), key.into()))
    }

    fn remove(&self, name: &str) -> Result<(), String> {
        self.asked(|keys| _ = keys.remove(name))
    }
}

fn open(folder: &Path, keys: &Keys) -> Arc<Door> {
    Door::open(folder, Handle::current(), Box::new(keys.clone())).unwrap()
}

fn open_without(folder: &Path) -> Arc<Door> {
    Door::open(folder, Handle::current(), Box::new(NoKeys)).unwrap()
}

fn write(door: &Door) {
    door.app().unwrap().set_person(&Person { name: "زهراء".into(), organisation: "العتبة".into() }).unwrap();
}

/// The name that was written, which only the device's own database knows.
fn name(door: &Door) -> Option<String> {
    door.app().unwrap().start().unwrap().person.map(|person| person.name)
}

fn files(folder: &Path) -> Vec<Protection> {
    Database::all(folder).unwrap().into_iter().map(|database| database.protection).collect()
}

fn lock(protection: Protection, is_locked: bool) -> Lock {
    Lock { protection, is_locked }
}

#[tokio::test]
async fn a_key_store_protects_a_new_device_and_one_that_was_there_before_it() {
    for is_there_before in [false, true] {
        let (folder, keys) = (tempfile::tempdir().unwrap(), Keys::default());
        if is_there_before {
            write(&open_without(folder.path()));
        }
        let door = open(folder.path(), &keys);
        if !is_there_before {
            write(&door);
        }
        assert_eq!(door.lock_state(), lock(Protection::KeyStore, false));
        drop(door);
        // The plain one goes once another start has had the key.
        assert_eq!(files(folder.path()).len(), 1 + usize::from(is_there_before));
        assert_eq!(name(&open(folder.path(), &keys)).as_deref(), Some("زهراء"));
        assert_eq!(files(folder.path()), [Protection::KeyStore]);
        assert_eq!(keys.0.lock().unwrap().keys.len(), 1);
    }
}

#[tokio::test]
async fn without_its_key_the_data_stays_closed_and_whole_until_the_key_store_has_it() {
    let (folder, keys) = (tempfile::tempdir().unwrap(), Keys::default());
    write(&open(folder.path(), &keys));
    keys.set_locked(true);
    let door = open(folder.path(), &keys);
    assert_eq!(door.lock_state(), lock(Protection::KeyStore, true));
    assert_eq!(door.app().err().unwrap().code, Code::Locked);
    assert_eq!(door.unlock("").unwrap_err().code, Code::Locked);
    let emptied = open(folder.path(), &Keys::default());
    assert_eq!(emptied.lock_state(), lock(Protection::KeyStore, true), "nothing is begun anew");
    keys.set_locked(false);
    door.unlock("").unwrap();
    assert_eq!(name(&door).as_deref(), Some("زهراء"));
}

#[tokio::test]
async fn a_passphrase_opens_the_data_and_can_be_changed_by_whoever_knows_it() {
    let folder = tempfile::tempdir().unwrap();
    let door = open_without(folder.path());
    assert_eq!(door.lock_state(), lock(Protection::None, false));
    write(&door);
    assert_eq!(door.set_passphrase("قصيرة", None).unwrap_err().code, Code::Invalid);
    door.set_passphrase("نخلة على الشط", None).unwrap();
    // The open app goes on with the encrypted one.
    assert_eq!(door.lock_state(), lock(Protection::Passphrase, false));
    let person = Person { name: "علي".into(), organisation: "العتبة".into() };
    door.app().unwrap().set_person(&person).unwrap();
    drop(door);
    assert_eq!(files(folder.path()), [Protection::Passphrase]);

    let door = open_without(folder.path());
    assert_eq!(door.lock_state(), lock(Protection::Passphrase, true));
    assert_eq!(door.set_passphrase("بلا معرفة الأولى", Some("")).unwrap_err().code, Code::Locked);
    assert_eq!(door.unlock("نخلة على النهر").unwrap_err().code, Code::WrongPassphrase);
    door.unlock("نخلة على الشط").unwrap();
    assert_eq!(name(&door).as_deref(), Some("علي"));
    let changed = door.set_passphrase("سدرة في الصحن", Some("نخلة على النهر"));
    assert_eq!(changed.unwrap_err().code, Code::WrongPassphrase);
    door.set_passphrase("سدرة في الصحن", Some("نخلة على الشط")).unwrap();
    drop(door);

    let door = open_without(folder.path());
    assert_eq!(door.unlock("نخلة على الشط").unwrap_err().code, Code::WrongPassphrase);
    door.unlock("سدرة في الصحن").unwrap();
    assert_eq!(name(&door).as_deref(), Some("علي"));
    assert_eq!(files(folder.path()), [Protection::Passphrase]);
}

#[tokio::test]
async fn what_an_encryption_was_made_of_is_deleted_later_if_the_power_went_and_another_devices_data_never() {
    let folder = tempfile::tempdir().unwrap();
    let door = open_without(folder.path());
    write(&door);
    let plain = Database::plain(folder.path()).path;
    let kept = folder.path().join("kept");
    drop(door);
    std::fs::copy(&plain, &kept).unwrap();
    open_without(folder.path()).set_passphrase("نخلة على الشط", None).unwrap();
    std::fs::rename(&kept, &plain).unwrap();
    let door = open_without(folder.path());
    assert_eq!(files(folder.path()), [Protection::None, Protection::Passphrase], "nothing goes while it is closed");
    door.unlock("نخلة على الشط").unwrap();
    assert_eq!(name(&door).as_deref(), Some("زهراء"));
    assert_eq!(files(folder.path()), [Protection::Passphrase]);
    drop(door);

    let elsewhere = tempfile::tempdir().unwrap();
    drop(open_without(elsewhere.path()));
    std::fs::rename(Database::plain(elsewhere.path()).path, &plain).unwrap();
    open_without(folder.path()).unlock("نخلة على الشط").unwrap();
    assert_eq!(files(folder.path()), [Protection::None, Protection::Passphrase]);
}

#[tokio::test]
async fn data_that_nobody_can_open_is_put_aside_and_a_new_device_begins() {
    let folder = tempfile::tempdir().unwrap();
    let door = open_without(folder.path());
    write(&door);
    assert_eq!(door.begin_anew().unwrap_err().code, Code::Invalid, "it is open");
    door.set_passphrase("نخلة على الشط", None).unwrap();
    drop(door);
    let door = open_without(folder.path());
    door.begin_anew().unwrap();
    assert_eq!((name(&door), door.lock_state()), (None, lock(Protection::None, false)));
    drop(door);
    assert_eq!(files(folder.path()), [Protection::None]);
    // Whoever remembers the passphrase after all gives the file its name back.
    let kept = folder.path().join("multaqa.locked-1.db.kept-1");
    let key = DatabaseKey::Passphrase("نخلة على الشط".into());
    let engine = Engine::open_encrypted(&kept, &key, Durability::Full, entropy()).unwrap();
    assert!(engine.preference("person").unwrap().is_some());
}

#[tokio::test]
async fn data_that_is_open_twice_is_not_encrypted_and_what_was_half_encrypted_is_cleared_away() {
    let (folder, keys) = (tempfile::tempdir().unwrap(), Keys::default());
    let (door, other) = (open_without(folder.path()), open_without(folder.path()));
    write(&door);
    assert_eq!(door.set_passphrase("نخلة على الشط", None).unwrap_err().code, Code::Storage);
    let half = folder.path().join("multaqa.keyed-0123456789abcdef.db.new");
    std::fs::write(&half, "half of it").unwrap();
    keys.set("0123456789abcdef", &[1; 32]).unwrap();
    assert_eq!(open(folder.path(), &keys).lock_state(), lock(Protection::None, false));
    assert!(!half.exists() && keys.0.lock().unwrap().keys.is_empty());
    drop((door, other));
    assert_eq!(open(folder.path(), &keys).lock_state(), lock(Protection::KeyStore, false));
}

#[tokio::test]
async fn what_was_written_later_than_the_encrypted_copy_is_put_aside_and_not_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let door = open_without(folder.path());
    write(&door);
    let plain = Database::plain(folder.path()).path;
    let kept = folder.path().join("kept");
    drop(door);
    std::fs::copy(&plain, &kept).unwrap();
    open_without(folder.path()).set_passphrase("نخلة على الشط", None).unwrap();
    std::fs::rename(&kept, &plain).unwrap();
    let later = std::time::SystemTime::now() + std::time::Duration::from_secs(60);
    std::fs::File::options().write(true).open(&plain).unwrap().set_modified(later).unwrap();
    open_without(folder.path()).unlock("نخلة على الشط").unwrap();
    assert_eq!(files(folder.path()), [Protection::Passphrase]);
    assert!(folder.path().join("multaqa.db.kept-1").exists());
}
