use std::collections::HashSet;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use sync_engine::entry::{Entry, space_id};
use sync_engine::envelope::{Envelope, Payload};
use sync_engine::frame::PageRow;
use sync_engine::ids::{BlobHash, Cursor, SpaceId};
use sync_engine::wire::Outcome;
use tempfile::TempDir;

use super::*;
use crate::conformance::{
    self,
    world::{Author, Halves, World, found, is_accepted},
};
use crate::log::{Batch, Known, LogReader, LogWriter, PutPart, ReadAfter};

/// A log in a directory of its own.
struct Place {
    dir: TempDir,
    log: SqliteLog,
}

impl Place {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let log = open(&dir.path().join("log.sqlite"));
        Self { dir, log }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The file, by a connection that may do anything to it.
    fn raw(&self) -> Connection {
        Connection::open(self.path("log.sqlite")).expect("the file")
    }

    /// The author with seed 1 founds a space and writes two texts.
    fn founded(&mut self) -> (Author, SpaceId) {
        let (mut admin, space) = (Author::new(1), space_id(&found(0).to_bytes()));
        self.log.writer.add_invite(BlobHash::of(b"secret"), u64::MAX).expect("an invite");
        assert!(self.log.writer.enter(admin.id(), b"secret", 0).expect("an answer"));
        let envelopes = [admin.say(space, &found(0)), admin.write(space, "أول"), admin.write(space, "ثان")];
        assert!(self.push(&admin, space, &envelopes).iter().all(is_accepted));
        (admin, space)
    }

    /// An envelope whose payload was uploaded before it.
    fn large(&mut self, author: &mut Author, space: SpaceId, whole: &[u8]) -> Envelope {
        let (sender, hash, total_bytes) = (author.id(), BlobHash::of(whole), whole.len() as u64);
        let part = PutPart { space, sender, hash, total_bytes, offset: 0, part: whole, now_ms: 1000 };
        self.log.writer.put_blob(&part).expect("a blob");
        let large = author.seal(space, Payload::Blob, |header| {
            (header.payload_bytes, header.payload_hash) = (total_bytes, hash);
        });
        assert!(is_accepted(&self.push(author, space, std::slice::from_ref(&large))[0]));
        large
    }

    fn push(&mut self, author: &Author, space: SpaceId, envelopes: &[Envelope]) -> Vec<Outcome> {
        let batch = batch(author, space, envelopes);
        self.log.writer.append(&[batch]).expect("a batch is appended").remove(0).outcomes
    }

    fn head(&self, space: &SpaceId) -> Cursor {
        self.log.reader.head(space).expect("a head").unwrap_or_default()
    }

    fn findings(&self) -> Vec<String> {
        self.log.reader.verify().findings.iter().map(ToString::to_string).collect()
    }
}

fn open(path: &Path) -> SqliteLog {
    SqliteLog::open(path, Quota::default(), &[1; 32]).expect("a log")
}

fn batch(author: &Author, space: SpaceId, envelopes: &[Envelope]) -> Batch {
    Batch { space, sender: author.id(), envelopes: envelopes.to_vec(), lacks: HashSet::new(), now_ms: 1000 }
}

fn all_rows(reader: &SqliteReader, space: &SpaceId) -> Vec<PageRow> {
    match reader.read_after(space, Cursor::START, &Known::default(), usize::MAX).expect("a page") {
        ReadAfter::Rows { rows, .. } => rows,
        _ => vec![],
    }
}

#[test]
fn sqlite_keeps_every_claim_of_the_conformance_suite_and_its_files_stay_sound() {
    for (name, claim) in conformance::CLAIMS {
        eprintln!("claim {name}");
        let mut logs = vec![];
        let mut make = |quota| {
            let dir = tempfile::tempdir().expect("a directory");
            let log = SqliteLog::open(&dir.path().join("log.sqlite"), quota, &[1; 32]).expect("a log");
            logs.push((dir, log.reader.clone()));
            Halves { writer: Box::new(log.writer), reader: Arc::new(log.reader) }
        };
        claim(&mut World::new(&mut make));
        for (_, reader) in &logs {
            assert_eq!(reader.verify().findings, vec![], "after {name}");
        }
    }
}

/// The files as a power cut would leave them.
fn copy_files(dir: &TempDir, name: &str) -> PathBuf {
    for suffix in ["", "-wal"] {
        let from = dir.path().join(format!("log.sqlite{suffix}"));
        fs::copy(from, dir.path().join(format!("{name}{suffix}"))).expect("a copy");
    }
    dir.path().join(name)
}

#[test]
fn a_crash_inside_a_transaction_leaves_nothing_of_it() {
    let mut place = Place::new();
    let (mut admin, space) = place.founded();
    let head = place.head(&space);
    let envelopes = [admin.write(space, "لم يكتمل"), admin.write(space, "ولا هذا")];
    let batch = batch(&admin, space, &envelopes);
    let Place { dir, log: SqliteLog { mut writer, reader, .. } } = place;
    let interrupted = writer.write(|conn, spaces, quota| {
        let appended = writer::append(conn, spaces, quota, &batch)?;
        assert!(appended.outcomes.iter().all(is_accepted));
        assert_eq!(reader.head(&space)?, Some(head), "readers neither wait nor see it");
        copy_files(&dir, "crashed.sqlite");
        Err::<(), _>(LogError::Busy("power cut".into()))
    });
    assert!(interrupted.is_err());
    let crashed = open(&dir.path().join("crashed.sqlite"));
    assert_eq!(crashed.reader.head(&space).expect("a head"), Some(head));
    assert!(crashed.reader.verify().is_sound());
    let appended = writer.append(&[batch]).expect("it goes on as if nothing had been").remove(0);
    assert_eq!(appended.head.map(|head| head.position.0), Some(5));
    assert!(reader.verify().is_sound());
}

#[test]
fn what_was_answered_survives_a_crash() {
    let mut place = Place::new();
    let (mut admin, space) = place.founded();
    let envelope = admin.write(space, "محفوظ");
    place.push(&admin, space, &[envelope]);
    let crashed = open(&copy_files(&place.dir, "crashed.sqlite"));
    assert_eq!(crashed.reader.head(&space).expect("a head"), Some(place.head(&space)));
}

#[test]
fn a_failing_statement_takes_the_whole_call_back() {
    let mut place = Place::new();
    let (mut admin, space) = place.founded();
    let head = place.head(&space);
    place
        .raw()
        .execute_batch(
            "create trigger fails before insert on envelope when new.position = 6 begin select raise(abort, 'x'); end",
        )
        .expect("a trigger");
    let envelopes: Vec<_> = (0..5).map(|n| admin.write(space, &n.to_string())).collect();
    let failed = place.log.writer.append(&[batch(&admin, space, &envelopes)]);
    assert!(matches!(failed, Err(LogError::Storage(_))), "{failed:?}");
    assert_eq!(place.head(&space), head);
    place.raw().execute_batch("drop trigger fails").expect("dropped");
    assert!(place.push(&admin, space, &envelopes).iter().all(is_accepted));
    assert_eq!(place.findings(), Vec::<String>::new());
}

#[test]
fn the_servers_key_is_made_once() {
    let place = Place::new();
    let again = SqliteLog::open(&place.path("log.sqlite"), Quota::default(), &[2; 32]).expect("the same log");
    assert_eq!(again.key.server(), SecretKey::from_seed(&[1; 32]).server());
}

#[test]
fn a_writer_sees_what_another_process_has_written() {
    let mut place = Place::new();
    let (mut admin, space) = place.founded();
    let mut operator = open(&place.path("log.sqlite"));
    operator.writer.set_recovering(Some(&space), true).expect("set");
    let entry = admin.clone().say(space, &Entry::RevokeInvite { key: admin.id() });
    assert!(matches!(place.push(&admin, space, &[entry])[0], Outcome::Later { .. }));
    let (first, second) = (admin.write(space, "أ"), admin.write(space, "ب"));
    operator.writer.append(&[batch(&admin, space, &[first])]).expect("appended");
    assert!(is_accepted(&place.push(&admin, space, &[second])[0]));
    assert_eq!(place.findings(), Vec::<String>::new());
}

#[test]
fn more_spaces_than_are_at_hand_are_kept_as_well() {
    let mut place = Place::new();
    let (admin, _) = place.founded();
    let mut authors: Vec<_> = (1..200_u8).map(|n| (Author::new(1), space_id(&found(n).to_bytes()), n)).collect();
    for (author, space, nonce) in &mut authors {
        let founding = author.say(*space, &found(*nonce));
        assert!(is_accepted(&place.push(&admin, *space, &[founding])[0]));
    }
    for (author, space, _) in &mut authors {
        let text = author.write(*space, "نص");
        assert!(is_accepted(&place.push(&admin, *space, &[text])[0]));
    }
    assert_eq!(place.log.reader.spaces().expect("the spaces").len(), 200);
    assert_eq!(place.findings(), Vec::<String>::new());
}

#[test]
fn a_file_of_another_kind_is_refused() {
    let dir = tempfile::tempdir().expect("a directory");
    let other = dir.path().join("other.sqlite");
    Connection::open(&other).and_then(|conn| conn.execute_batch("create table t (x)")).expect("a database");
    let opened = SqliteLog::open(&other, Quota::default(), &[1; 32]);
    assert!(matches!(opened, Err(LogError::Unfit(_))));
    let text = dir.path().join("text");
    fs::write(&text, "not a database, ".repeat(100)).expect("a file");
    assert!(matches!(SqliteLog::open(&text, Quota::default(), &[1; 32]), Err(LogError::Corrupt(_))));
}

/// What a change of the file makes `verify` say.
fn findings_after(change: &str) -> Vec<String> {
    let mut place = Place::new();
    let (mut admin, space) = place.founded();
    let mut stranger = Author::new(9);
    let held = stranger.write(space, "معلق");
    place.push(&stranger, space, &[held]);
    place.large(&mut admin, space, &[5; 100_000]);
    assert_eq!(place.findings(), Vec::<String>::new());
    place.raw().execute_batch(&format!("pragma foreign_keys = off; {change}")).expect("a change");
    place.findings()
}

#[test]
fn verify_finds_every_kind_of_damage() {
    let damages = [
        ("update envelope set payload = zeroblob(6) where position = 2", "the payload is not the one"),
        ("update envelope set signature = zeroblob(64) where position = 2", "the signature of envelope"),
        ("update envelope set signature = zeroblob(3) where position = 2", "row 2"),
        ("update envelope set digest = zeroblob(16) where position = 3", "the running digest"),
        ("update envelope set server_ms = 5 where position = 3", "its time is before"),
        ("update envelope set id = zeroblob(32) where position = 3", "its id is not its header's"),
        ("update envelope set header = zeroblob(9) where position = 3", "a stored header"),
        ("update envelope set counter = 7 where position = 3", "its counter"),
        ("update envelope set previous = 1 where position = 3", "does not follow its chain"),
        ("update envelope set is_branch = 1 where position = 3", "does not follow its chain"),
        ("update envelope set document = zeroblob(16) where position = 3", "its document"),
        ("update envelope set is_covering = 1 where position = 3", "its cover"),
        ("delete from envelope where position = 2", "a row before it is missing"),
        ("delete from envelope", "it has no rows"),
        ("update envelope set verdict = 1, reason = 0 where position = 2", "accept it"),
        ("update envelope set verdict = 0, accepted_at = 4 where position = 4", "judge it otherwise"),
        ("update envelope set verdict = 9 where position = 2", "row 2"),
        ("update envelope set payload = null, payload_state = 2 where position = 1", "its payload is missing"),
        ("update blob_part set bytes = zeroblob(65536) where part = 0", "has other bytes"),
        ("delete from blob_part where part = 1", "blob"),
        ("update space set stored_bytes = 1", "bytes are counted"),
        ("delete from chain", "refers to nothing"),
    ];
    for (change, wanted) in damages {
        let findings = findings_after(change);
        assert!(findings.iter().any(|finding| finding.contains(wanted)), "{change}: {findings:?}");
    }
}

#[test]
fn verify_survives_a_file_with_torn_pages() {
    let mut place = Place::new();
    let (mut admin, space) = place.founded();
    let envelopes: Vec<_> = (0..200).map(|n| admin.write(space, &format!("{n}"))).collect();
    place.push(&admin, space, &envelopes);
    let copy = place.path("copy.sqlite");
    place.log.reader.backup(&copy).expect("a backup");
    let bytes = fs::read(&copy).expect("the copy");
    for page in (1..bytes.len() / 4096).step_by(7) {
        let mut torn = bytes.clone();
        torn[page * 4096..(page + 1) * 4096].fill(0xa5);
        let path = place.path(&format!("torn-{page}.sqlite"));
        fs::write(&path, torn).expect("a file");
        match SqliteLog::open(&path, Quota::default(), &[1; 32]) {
            Ok(log) => assert!(!log.reader.verify().is_sound(), "page {page}"),
            Err(error) => assert!(matches!(error, LogError::Corrupt(_)), "page {page}: {error}"),
        }
    }
}

#[test]
fn a_restored_backup_takes_back_what_came_after_it() {
    let mut place = Place::new();
    let (mut admin, space) = place.founded();
    let backup = place.path("backup.sqlite");
    place.log.reader.backup(&backup).expect("a backup");
    assert!(matches!(place.log.reader.backup(&backup), Err(LogError::Unfit(_))), "it overwrites nothing");
    let at_backup = place.head(&space);
    let later = [admin.write(space, "بعد النسخة"), admin.write(space, "وبعدها")];
    place.push(&admin, space, &later);
    let (head, rows) = (place.head(&space), all_rows(&place.log.reader, &space));

    let path = place.path("log.sqlite");
    assert!(matches!(restore(&backup, &path), Err(LogError::Busy(_))), "a server has it open");
    let Place { dir, log } = place;
    drop(log);
    let aside = restore(&backup, &path).expect("restored").expect("there was a file before");
    assert_eq!(open(&aside).reader.head(&space).expect("a head"), Some(head), "nothing was overwritten");

    let mut log = open(&path);
    assert_eq!(log.reader.head(&space).expect("a head"), Some(at_backup));
    assert!(log.reader.is_recovering(&space).expect("an answer"));
    assert_eq!(log.writer.take_back(&space, at_backup, &rows[3..]).expect("taken back"), head);
    assert_eq!(all_rows(&log.reader, &space), rows);
    assert!(log.reader.verify().is_sound());
    drop((dir, log));
}

#[test]
fn a_backup_from_before_a_payload_came_back_can_be_restored() {
    let mut place = Place::new();
    let (mut admin, space) = place.founded();
    let whole = vec![5; 100_000];
    let large = place.large(&mut admin, space, &whole);
    place.raw().execute_batch("delete from blob_part; delete from blob").expect("as after a row came back alone");
    for table in ["space", "sender"] {
        let counted = format!("update {table} set stored_bytes = stored_bytes - 100000");
        place.raw().execute_batch(&counted).expect("counted");
    }
    let report = place.log.reader.verify();
    assert_eq!((report.findings, report.awaited), (vec![], 1));
    let backup = place.path("backup.sqlite");
    place.log.reader.backup(&backup).expect("a backup");
    let path = place.path("log.sqlite");
    let Place { dir, log } = place;
    drop(log);
    restore(&backup, &path).expect("restored");
    let log = open(&path);
    assert_eq!(log.reader.lacking(&space, 9).expect("an answer"), [large.header().payload_hash]);
    drop((dir, log));
}

#[test]
fn a_backup_that_is_not_sound_is_not_restored() {
    let mut place = Place::new();
    let (_, space) = place.founded();
    let (backup, path) = (place.path("backup.sqlite"), place.path("log.sqlite"));
    place.log.reader.backup(&backup).expect("a backup");
    let damage = "update envelope set payload = zeroblob(6) where position = 2";
    Connection::open(&backup).and_then(|conn| conn.execute_batch(damage)).expect("damage");
    let head = place.head(&space);
    let Place { dir, log } = place;
    drop(log);
    assert!(matches!(restore(&backup, &path), Err(LogError::Corrupt(_))));
    assert_eq!(open(&path).reader.head(&space).expect("a head"), Some(head));
    drop(dir);
}
