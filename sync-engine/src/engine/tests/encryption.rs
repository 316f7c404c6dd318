use std::path::{Path, PathBuf};

use super::*;
use crate::store::{DatabaseKey, encrypt, remove};

const TYPED: &str = "اتفق المجتمعون على تشكيل لجنة";

fn key() -> DatabaseKey {
    DatabaseKey::Random([7; 32])
}

fn open(path: &Path, key: &DatabaseKey) -> Result<Engine, EngineError> {
    let mut random = ChaCha8Rng::seed_from_u64(90);
    let entropy = Box::new(move |bytes: &mut [u8]| random.fill_bytes(bytes));
    Engine::open_encrypted(path, key, Durability::ProcessOnly, entropy)
}

/// A device that has a note, which can be found, and an attachment.
fn written() -> (Phone, Engine, DocumentName) {
    let (phone, mut engine) = Phone::new();
    let note = engine.create(&phone.space, Kind::Note, "محضر", 1).expect("made");
    append(&mut engine, &note, TYPED).expect("typed");
    engine.seal(&phone.space).expect("sealed");
    append(&mut engine, &note, "ثم رُفعت الجلسة").expect("typed");
    engine.index(8, 1).expect("indexed");
    (phone, engine, note)
}

/// The files of a folder in which these bytes stand.
fn with_bytes(folder: &Path, bytes: &[u8]) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("a file").path());
    files.filter(|path| std::fs::read(path).expect("read").windows(bytes.len()).any(|part| part == bytes)).collect()
}

#[test]
fn a_plain_database_becomes_an_encrypted_one_with_everything_in_it() {
    let (phone, engine, note) = written();
    let (device, seed) = (engine.device(), engine.key().seed());
    let encrypted = phone.folder.path().join("encrypted.db");
    // One that was being made when the power went is made anew.
    std::fs::write(phone.folder.path().join("encrypted.db.new"), "half of it").expect("written");
    for bytes in [seed.as_slice(), "محضر".as_bytes(), b"SQLite format", b"CREATE TABLE"] {
        assert!(!with_bytes(phone.folder.path(), bytes).is_empty(), "what is looked for below stands in a plain one");
    }
    encrypt(&phone.path(), None, &encrypted, &key()).expect("encrypted");
    drop(engine);
    remove(&phone.path()).expect("removed");

    let mut engine = open(&encrypted, &key()).expect("opened");
    assert_eq!(engine.device(), device);
    assert!(engine.size_bytes().expect("read") > 0);
    assert_eq!(text(&mut engine, &note), format!("{TYPED}\nثم رُفعت الجلسة"));
    assert_eq!(engine.search("لجنة", None, 5).expect("searched").len(), 1);
    append(&mut engine, &note, "وأضاف كاتبها").expect("typed");
    // While it is open, with its log beside it, and after it was killed.
    for bytes in [seed.as_slice(), "لجنة".as_bytes(), "كاتبها".as_bytes(), b"SQLite format", b"CREATE TABLE"]
    {
        assert_eq!(with_bytes(phone.folder.path(), bytes), Vec::<PathBuf>::new());
    }
    drop(engine);
    assert!(text(&mut open(&encrypted, &key()).expect("opened"), &note).ends_with("كاتبها"));
}

#[test]
fn another_key_opens_nothing_and_changes_nothing() {
    let (phone, engine, note) = written();
    drop(engine);
    let encrypted = phone.folder.path().join("encrypted.db");
    let passphrase = DatabaseKey::Passphrase("نخلةٌ على الشطّ ٧٣".into());
    encrypt(&phone.path(), None, &encrypted, &passphrase).expect("encrypted");
    let before = std::fs::read(&encrypted).expect("read");
    for wrong in [key(), DatabaseKey::Passphrase(String::new()), DatabaseKey::Passphrase("نخلة على الشط ٧٣".into())]
    {
        let opened = open(&encrypted, &wrong).err();
        assert!(matches!(opened, Some(EngineError::Store(StoreError::WrongKey))), "{opened:?}");
    }
    let plain = Engine::open(&encrypted, Durability::ProcessOnly, Box::new(|_| ())).err();
    assert!(matches!(plain, Some(EngineError::Store(StoreError::Corrupt(_)))), "{plain:?}");
    assert_eq!(std::fs::read(&encrypted).expect("read"), before);

    // The same words by a keyboard that writes the marks in another order.
    use unicode_normalization::UnicodeNormalization as _;
    let other: String = "نخلةٌ على الشطّ ٧٣".nfd().collect();
    let mut engine = open(&encrypted, &DatabaseKey::Passphrase(other)).expect("opened");
    assert!(text(&mut engine, &note).starts_with(TYPED));
}

#[test]
fn an_encryption_that_fails_leaves_the_plain_database_alone() {
    let (mut phone, engine, note) = written();
    drop(engine);
    let nowhere = phone.folder.path().join("no folder").join("encrypted.db");
    let failed = encrypt(&phone.path(), None, &nowhere, &key());
    assert!(matches!(failed, Err(StoreError::Failing(_))), "{failed:?}");
    assert!(text(&mut phone.open(), &note).starts_with(TYPED));
}

#[test]
fn a_device_for_one_errand_leaves_no_key_behind() {
    let folder = tempfile::tempdir().expect("a folder");
    let seed = [0x5e; 32];
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let entropy = Box::new(move |bytes: &mut [u8]| random.fill_bytes(bytes));
    let engine = Engine::open_passing(&folder.path().join("errand.db"), entropy, seed).expect("opened");
    assert_eq!(engine.device(), crate::keys::SecretKey::from_seed(&seed).device());
    assert_eq!(with_bytes(folder.path(), &seed), Vec::<PathBuf>::new());
}
