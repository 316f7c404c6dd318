use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

use super::*;
use crate::document::{self, Block, Kind};
use crate::entry::Person;
use crate::frame::{PUSH_BYTES_MAX, PageRow, read_push, write_page};
use crate::store::CommitFault;
use crate::wire::BLOB_PART_BYTES_MAX;

struct Phone {
    folder: tempfile::TempDir,
    space: SpaceId,
    opened: u8,
}

impl Phone {
    /// A device with a space of its own, and no server.
    fn new() -> (Self, Engine) {
        let mut phone = Self { folder: tempfile::tempdir().expect("a folder"), space: SpaceId([0; 32]), opened: 0 };
        let mut engine = phone.open();
        let founder = Person { name: "زهراء".into(), organisation: "قسم العلاقات".into() };
        phone.space = engine.found("مساحة شخصية", founder, None).expect("founded").space;
        (phone, engine)
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("device.db")
    }

    fn open(&mut self) -> Engine {
        self.opened += 1;
        let mut random = ChaCha8Rng::seed_from_u64(self.opened.into());
        let entropy = Box::new(move |bytes: &mut [u8]| random.fill_bytes(bytes));
        Engine::open(&self.path(), Durability::ProcessOnly, entropy).expect("opened")
    }
}

fn append(engine: &mut Engine, note: &DocumentName, text: &str) -> Result<(), EngineError> {
    engine.edit(note, None, 5, |tx| document::append_paragraph(tx, &Block::paragraph(), text))
}

fn text(engine: &mut Engine, note: &DocumentName) -> String {
    let read = engine.read(note, |doc| {
        let paragraphs = document::paragraphs(doc, None);
        paragraphs.iter().map(document::Paragraph::text).collect::<Vec<_>>().join("\n")
    });
    read.expect("read").trim().to_owned()
}

#[test]
fn what_was_typed_is_there_after_the_app_was_killed() {
    let (mut phone, mut engine) = Phone::new();
    let note = engine.create(&phone.space, Kind::Note, "محضر", 1).expect("made");
    append(&mut engine, &note, "كلمة الافتتاح").expect("typed");
    drop(engine);
    let mut engine = phone.open();
    assert_eq!(text(&mut engine, &note), "كلمة الافتتاح");
    engine.seal(&phone.space).expect("sealed");
    append(&mut engine, &note, "ثم النقاش").expect("typed");
    drop(engine);
    assert_eq!(text(&mut phone.open(), &note), "كلمة الافتتاح\nثم النقاش");
}

#[test]
fn an_edit_that_the_full_disk_refuses_is_not_shown_and_the_next_one_is_whole() {
    let (phone, mut engine) = Phone::new();
    let note = engine.create(&phone.space, Kind::Note, "محضر", 1).expect("made");
    append(&mut engine, &note, "أول").expect("typed");
    let mut faults = vec![None, Some(CommitFault::Full)];
    engine.set_commit_gate(Box::new(move || faults.pop().flatten()));
    let refused = append(&mut engine, &note, "ثانٍ");
    assert!(matches!(refused, Err(EngineError::Store(StoreError::Full))), "{refused:?}");
    assert_eq!(text(&mut engine, &note), "أول");
    append(&mut engine, &note, "ثالث").expect("typed");
    assert_eq!(text(&mut engine, &note), "أول\nثالث");
}

#[test]
fn a_space_is_founded_or_joined_whole_or_not_at_all() {
    let person = || Person { name: "حسين".into(), organisation: "الكوفة".into() };
    let (host, mut host_engine) = Phone::new();
    let link = host_engine.invite(&host.space, crate::entry::Role::Editor, 1, 1 << 40).expect("an invite");
    for full_at in 0..3 {
        let mut phone = Phone { folder: tempfile::tempdir().expect("a folder"), space: host.space, opened: 1 };
        let mut engine = phone.open();
        let mut commits = 0..;
        engine.set_commit_gate(Box::new(move || (commits.next() == Some(full_at)).then_some(CommitFault::Full)));
        let is_founded = engine.found("ثانية", person(), None).is_ok();
        let is_joined = engine.join(&link, person()).is_ok();
        let spaces = engine.spaces().expect("read");
        assert_eq!(spaces.len(), usize::from(is_founded) + usize::from(is_joined));
        for space in spaces {
            assert!(engine.has_unconfirmed_entries(&space.space).expect("read"), "this device has said nothing there");
        }
    }
}

#[test]
fn a_database_of_a_newer_app_is_refused_and_left_as_it_is() {
    let (phone, engine) = Phone::new();
    drop(engine);
    let raw = rusqlite::Connection::open(phone.path()).expect("opened");
    raw.pragma_update(None, "user_version", 99).expect("set");
    drop(raw);
    let opened = Engine::open(&phone.path(), Durability::ProcessOnly, Box::new(|_| ()));
    assert!(matches!(opened, Err(EngineError::Store(StoreError::Newer))));
    let raw = rusqlite::Connection::open(phone.path()).expect("opened");
    let version: i64 = raw.pragma_query_value(None, "user_version", |row| row.get(0)).expect("read");
    assert_eq!(version, 99);
}

#[test]
fn a_file_that_is_no_database_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("device.db");
    std::fs::write(&path, "<html>ليست قاعدة بيانات</html>".repeat(100)).expect("written");
    let opened = Engine::open(&path, Durability::ProcessOnly, Box::new(|_| ()));
    assert!(matches!(opened, Err(EngineError::Store(StoreError::Corrupt(_)))));
}

#[test]
fn the_list_needs_no_document_opened_and_few_stay_open() {
    let (mut phone, mut engine) = Phone::new();
    for n in 0..100 {
        let note = engine.create(&phone.space, Kind::Note, &format!("محضر {n}"), n).expect("made");
        append(&mut engine, &note, "بسم الله").expect("typed");
    }
    assert!(engine.cache.keys().len() <= CacheLimits::default().documents_max);
    drop(engine);
    let engine = phone.open();
    let documents = engine.documents(Some(&phone.space)).expect("listed");
    assert_eq!(documents.len(), 100);
    assert!(documents.iter().all(|document| document.text.first_words == "بسم الله" && document.is_on_device_only));
    assert!(engine.cache.keys().is_empty());
}

#[test]
fn an_edit_at_an_old_version_keeps_what_came_since() {
    let (phone, mut engine) = Phone::new();
    let note = engine.create(&phone.space, Kind::Note, "محضر", 1).expect("made");
    append(&mut engine, &note, "أبجد").expect("typed");
    let heads = engine.heads(&note).expect("read");
    append(&mut engine, &note, "هوز").expect("typed");
    let edited = engine.edit(&note, Some(&heads), 6, |tx| document::insert_text(tx, 2, "…"));
    edited.expect("edited at the old version");
    assert_eq!(text(&mut engine, &note), "…أبجد\nهوز");
    let absent = engine.edit(&note, Some(&[ChangeHash([9; 32])]), 7, |tx| document::insert_text(tx, 1, "x"));
    assert!(matches!(absent, Err(EngineError::NoSuchVersion(_))));
}

#[test]
fn a_change_above_the_formats_limits_is_refused_as_a_whole() {
    let (phone, mut engine) = Phone::new();
    let note = engine.create(&phone.space, Kind::Note, "محضر", 1).expect("made");
    append(&mut engine, &note, "قبل").expect("typed");
    let huge = "س".repeat(300_000);
    let refused = engine.edit(&note, None, 6, |tx| document::insert_text(tx, 1, &huge));
    assert!(matches!(refused, Err(EngineError::TooLarge(_))), "{:?}", refused.err());
    assert_eq!(text(&mut engine, &note), "قبل");
}

#[test]
fn a_long_tail_becomes_a_snapshot_that_reads_the_same() {
    let (mut phone, mut engine) = Phone::new();
    let note = engine.create(&phone.space, Kind::Note, "محضر", 1).expect("made");
    for n in 0..450 {
        append(&mut engine, &note, &n.to_string()).expect("typed");
    }
    let before = text(&mut engine, &note);
    assert_eq!(engine.tidy(9).expect("tidied"), 1);
    assert_eq!(engine.tidy(9).expect("tidied"), 0);
    append(&mut engine, &note, "بعدها").expect("typed");
    drop(engine);
    assert_eq!(text(&mut phone.open(), &note), format!("{before}\nبعدها"));
}

#[test]
fn only_an_admin_says_who_takes_part() {
    let (phone, mut engine) = Phone::new();
    let stranger = DeviceId([7; 32]);
    let found = engine.roster(&phone.space).expect("read");
    assert_eq!(found.role(&engine.device()), Some(crate::entry::Role::Admin));
    engine.change_role(&phone.space, engine.device(), crate::entry::Role::Viewer).expect("own role given up");
    let refused = engine.remove_member(&phone.space, stranger);
    assert!(matches!(refused, Err(EngineError::NotAllowed)));
    assert!(matches!(engine.admit(&phone.space, &[]), Err(EngineError::NotAllowed)));
}

#[test]
fn nothing_is_said_of_somebody_who_is_no_member() {
    let (phone, mut engine) = Phone::new();
    let (space, stranger) = (phone.space, DeviceId([7; 32]));
    let said = [
        engine.remove_member(&space, stranger),
        engine.remove_device(&space, stranger),
        engine.change_role(&space, stranger, crate::entry::Role::Viewer),
    ];
    for refused in said {
        assert!(matches!(refused, Err(EngineError::NoSuchMember(device)) if device == stranger));
    }
}

#[test]
fn a_payload_that_the_server_lacked_is_asked_for_as_soon_as_its_row_has_come() {
    let (phone, mut najaf) = Phone::new();
    let note = najaf.create(&phone.space, Kind::Note, "الكلمات كاملة", 1).expect("made");
    // Signs that hardly compress, so that the payload travels apart from its row.
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let signs: String = (0..60_000).filter_map(|_| char::from_u32(0x4e00 + random.next_u32() % 20_000)).collect();
    append(&mut najaf, &note, &signs).expect("typed");
    najaf.seal(&phone.space).expect("sealed");
    let upload = najaf.next_upload(&phone.space, None, PUSH_BYTES_MAX).expect("read").expect("a payload to upload");
    najaf.on_uploaded(&upload, upload.put.total_bytes).expect("stored");
    let batch = najaf.next_push(&phone.space, PUSH_BYTES_MAX).expect("read").expect("rows to push");
    let rows = read_push(&phone.space, &batch.push.frame).expect("a frame").into_iter();
    let rows: Vec<_> = rows.map(|envelope| PageRow::Envelope { envelope, server_ms: 2 }).collect();

    let mut other = Phone { folder: tempfile::tempdir().expect("a folder"), space: phone.space, opened: 1 };
    let link = najaf.invite(&phone.space, crate::entry::Role::Editor, 1, 1 << 40).expect("an invite");
    let mut kufa = other.open();
    kufa.join(&link, Person { name: "حسين".into(), organisation: "الكوفة".into() }).expect("joined");
    kufa.want_attachment(&phone.space, &upload.put.hash).expect("wanted");
    let fetch = kufa.next_fetch(&phone.space, BLOB_PART_BYTES_MAX).expect("read").expect("something to fetch");
    kufa.on_absent(&fetch);
    assert!(kufa.next_fetch(&phone.space, BLOB_PART_BYTES_MAX).expect("read").is_none());
    let page = write_page(&phone.space, &rows);
    kufa.on_pages(&phone.space, &[(Position(0), &page)]).expect("read");
    let fetch = kufa.next_fetch(&phone.space, BLOB_PART_BYTES_MAX).expect("read").expect("asked for again");
    assert_eq!(fetch.get.hash, upload.put.hash);
}

mod editor;
mod encryption;
mod minutes;
mod search;
