use automerge::ChangeHash;
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

use super::*;
use crate::document::{
    self, Block, Conference, Edit, ItemId, Kind, Language, Link, Note, NoteField, PieceKind, Plain, Position,
};
use crate::entry::{Person, Role};
use crate::ids::SpaceId;
use crate::store::Durability;

const MINUTE_MS: i64 = 60_000;

struct Phone {
    engine: Engine,
    _folder: tempfile::TempDir,
}

fn phone(seed: u64) -> Phone {
    let folder = tempfile::tempdir().expect("a folder");
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let entropy = Box::new(move |bytes: &mut [u8]| random.fill_bytes(bytes));
    let engine = Engine::open(&folder.path().join("device.db"), Durability::ProcessOnly, entropy).expect("opened");
    Phone { engine, _folder: folder }
}

fn person(name: &str, organisation: &str) -> Person {
    Person { name: name.into(), organisation: organisation.into() }
}

/// Two members of one space, in one room and without a server.
fn two() -> (Engine, Engine, SpaceId, Vec<tempfile::TempDir>) {
    let (Phone { engine: mut najaf, _folder: a }, Phone { engine: mut kufa, _folder: b }) = (phone(1), phone(2));
    let space = najaf.found("المؤتمر", person("زهراء", "قسم العلاقات"), None).expect("founded").space;
    let link = najaf.invite(&space, Role::Editor, 5, u64::MAX).expect("invited");
    kufa.join(&link, person("علي", "ديوان الوقف")).expect("joined");
    meet(&mut najaf, &mut kufa, &space);
    (najaf, kufa, space, vec![a, b])
}

fn meet(a: &mut Engine, b: &mut Engine, space: &SpaceId) {
    for _ in 0..2 {
        let frame = a.hand_unplaced(space).expect("handed");
        b.take_unplaced(space, &frame).expect("taken");
        let frame = b.hand_unplaced(space).expect("handed");
        a.take_unplaced(space, &frame).expect("taken");
    }
}

fn append(engine: &mut Engine, note: &DocumentName, text: &str, now_ms: i64) {
    let appended = engine.edit(note, None, now_ms, |tx| document::append_paragraph(tx, &Block::paragraph(), text));
    appended.expect("typed");
}

fn edit(engine: &mut Engine, name: &DocumentName, edit: &Edit, now_ms: i64) {
    engine.edit(name, None, now_ms, |tx| document::apply(tx, edit, now_ms, "a")).expect("edited");
}

fn text(engine: &mut Engine, note: &DocumentName, heads: Option<&[ChangeHash]>) -> String {
    let paragraphs = engine.read(note, |doc| document::paragraphs(doc, heads)).expect("read");
    paragraphs.iter().map(document::Paragraph::text).collect::<Vec<_>>().join("\n").trim().to_owned()
}

fn names(by: &[Who]) -> Vec<&str> {
    by.iter().filter_map(|who| who.name.as_deref()).collect()
}

fn is_unseen(engine: &Engine, name: &DocumentName) -> bool {
    let documents = engine.documents(Some(&name.space)).expect("listed");
    documents.iter().any(|line| line.document == name.document && line.is_unseen)
}

#[test]
fn one_persons_edits_with_short_gaps_are_one_version() {
    let (mut najaf, mut kufa, space, _folders) = two();
    let note = najaf.create(&space, Kind::Note, "محضر", MINUTE_MS).expect("made");
    append(&mut najaf, &note, "أول", 5 * MINUTE_MS);
    append(&mut najaf, &note, "ثانٍ", 14 * MINUTE_MS);
    append(&mut najaf, &note, "بعد استراحة", 24 * MINUTE_MS);
    meet(&mut najaf, &mut kufa, &space);
    append(&mut kufa, &note, "من الكوفة", 25 * MINUTE_MS);
    append(&mut najaf, &note, "في الوقت نفسه", 26 * MINUTE_MS);
    meet(&mut najaf, &mut kufa, &space);
    let versions = najaf.history(&note).expect("read");
    let shown: Vec<_> = versions.iter().map(|version| (version.by.name.as_deref(), version.changes)).collect();
    assert_eq!(shown, [(Some("زهراء"), 2), (Some("علي"), 1), (Some("زهراء"), 3)]);
    assert!(versions[0].by.is_me && !versions[1].by.is_me);
    assert_eq!(versions[2].before, []);
    // What each did alone, though they wrote at the same time.
    assert_eq!(text(&mut najaf, &note, Some(&versions[1].heads)), "أول\nثانٍ\nبعد استراحة\nمن الكوفة");
    let since = najaf.since(&note, Some(&versions[1].before), Some(&versions[1].heads)).expect("compared");
    assert_eq!(since.lines.len(), 1);
    assert_eq!(names(&since.lines[0].by), ["علي"]);
    assert_eq!(kufa.history(&note).expect("read").len(), 3);
}

#[test]
fn what_others_changed_is_to_be_seen_until_it_is_marked() {
    let (mut najaf, mut kufa, space, _folders) = two();
    let note = najaf.create(&space, Kind::Note, "محضر", 1).expect("made");
    append(&mut najaf, &note, "أول", 2);
    assert!(!is_unseen(&najaf, &note));
    meet(&mut najaf, &mut kufa, &space);
    assert!(is_unseen(&kufa, &note) && !is_unseen(&najaf, &note));
    let heads = kufa.heads(&note).expect("read");
    kufa.mark_seen(&note, &heads).expect("marked");
    assert!(!is_unseen(&kufa, &note));
    append(&mut kufa, &note, "من الكوفة", 3);
    assert!(!is_unseen(&kufa, &note));
    assert!(kufa.since(&note, None, None).expect("compared").lines.is_empty());
    meet(&mut najaf, &mut kufa, &space);
    assert!(is_unseen(&najaf, &note));
    // One's own edit on top does not hide what is to be seen, and an older version does not mark a newer one.
    append(&mut najaf, &note, "آخر", 4);
    najaf.mark_seen(&note, &heads).expect("marked");
    assert!(is_unseen(&najaf, &note));
    let since = najaf.since(&note, None, None).expect("compared");
    assert!(since.lines.iter().any(|line| names(&line.by).contains(&"علي")), "{since:?}");
    let heads = najaf.heads(&note).expect("read");
    najaf.mark_seen(&note, &heads).expect("marked");
    assert!(!is_unseen(&najaf, &note));
}

#[test]
fn a_line_says_who_changed_that_very_thing() {
    let (mut najaf, mut kufa, space, _folders) = two();
    let plan = najaf.create(&space, Kind::Plan, "الخطة", 1).expect("made");
    let (one, two) = (ItemId([1; 16]), ItemId([2; 16]));
    for id in [one, two] {
        edit(&mut najaf, &plan, &Edit::Add { at: vec!["items".into()], id, position: Position::Last }, 2);
        let at = vec!["items".into(), id.to_string()];
        edit(&mut najaf, &plan, &Edit::SetText { at, field: "wording".into(), text: "عقد المؤتمر".into() }, 3);
    }
    meet(&mut najaf, &mut kufa, &space);
    let from = najaf.heads(&plan).expect("read");
    let at = |id: ItemId| vec!["items".to_owned(), id.to_string()];
    let due = |day: &str| Edit::Set { at: at(one), field: "due".into(), value: Some(Plain::Text(day.into())) };
    edit(&mut najaf, &plan, &due("2026-12-01"), 10);
    edit(&mut kufa, &plan, &due("2026-12-31"), 11);
    let wording = Edit::SetText { at: at(two), field: "wording".into(), text: "انعقد المؤتمر".into() };
    edit(&mut kufa, &plan, &wording, 12);
    meet(&mut najaf, &mut kufa, &space);
    let since = najaf.since(&plan, Some(&from), None).expect("compared");
    assert_eq!(since.lines.len(), 2, "{since:#?}");
    let [due, wording] = &since.lines[..] else { panic!("two lines") };
    assert_eq!((due.by.len(), due.at_ms, due.about.as_deref()), (2, 11, Some("عقد المؤتمر")));
    assert_eq!((names(&wording.by), wording.at_ms), (vec!["علي"], 12));
    let LineChange::Text { pieces } = &wording.change else { panic!("a text") };
    assert_eq!((pieces[0].piece, pieces[0].text.as_str()), (PieceKind::Added, "ان"));
    let conflicts = najaf.conflicts(&plan).expect("read");
    assert_eq!((conflicts.len(), conflicts[0].field.as_str(), conflicts[0].rivals.len()), (1, "due", 2));
    let rivals = &conflicts[0].rivals;
    assert!(rivals.iter().any(|rival| rival.at_ms == 10 && rival.by.is_me));
    let json = serde_json::to_value(&since).expect("written");
    assert_eq!(json["lines"][0]["change"], "field");
    assert_eq!(json["lines"][0]["old"], serde_json::Value::Null);
    assert_eq!(json["from"][0].as_str().map(str::len), Some(64));
    let back: Since = serde_json::from_value(json).expect("read");
    assert_eq!(back, since);
    // Undoing one line leaves the other; a version that is restored is the one that was.
    let line = since.lines.iter().position(|line| line.field == "wording").expect("there");
    najaf.undo_line(&plan, &from, &since.to, line, 20).expect("undone");
    let fields: Vec<_> = najaf.since(&plan, Some(&from), None).expect("compared").lines;
    assert_eq!(fields.iter().map(|line| line.field.as_str()).collect::<Vec<_>>(), ["due"]);
    assert!(matches!(najaf.undo_line(&plan, &from, &since.to, 9, 20), Err(EngineError::NoSuchLine(9))));
    najaf.restore_version(&plan, &from, 21).expect("restored");
    assert!(najaf.since(&plan, Some(&from), None).expect("compared").lines.is_empty());
}

#[test]
fn undoing_a_line_keeps_what_was_written_since() {
    let (mut najaf, mut kufa, space, _folders) = two();
    let note = najaf.create(&space, Kind::Note, "محضر", 1).expect("made");
    append(&mut najaf, &note, "قال رئيس الوفد كلمته", 2);
    meet(&mut najaf, &mut kufa, &space);
    let from = najaf.heads(&note).expect("read");
    najaf.edit(&note, None, 3, |tx| document::insert_text(tx, 2, "نعم ")).expect("typed");
    let to = najaf.heads(&note).expect("read");
    kufa.edit(&note, None, 4, |tx| document::delete_text(tx, 2..6)).expect("deleted");
    append(&mut kufa, &note, "ثم النقاش", 5);
    meet(&mut najaf, &mut kufa, &space);
    najaf.undo_line(&note, &from, &to, 0, 6).expect("undone");
    assert_eq!(text(&mut najaf, &note, None), "رئيس الوفد كلمته\nثم النقاش");
}

#[test]
fn binned_items_are_listed_with_their_own_words() {
    let Phone { mut engine, _folder } = phone(3);
    let space = engine.found("مساحة", person("زهراء", "قسم"), None).expect("founded").space;
    let plan = engine.create(&space, Kind::Plan, "الخطة", 1).expect("made");
    let at = vec!["items".to_owned(), ItemId([1; 16]).to_string()];
    edit(&mut engine, &plan, &Edit::Add { at: vec!["items".into()], id: ItemId([1; 16]), position: Position::Last }, 2);
    let wording = Edit::SetText { at: at.clone(), field: "wording".into(), text: "دورات تدريبية".into() };
    edit(&mut engine, &plan, &wording, 3);
    edit(&mut engine, &plan, &Edit::Remove { at: at.clone() }, 4);
    let binned = engine.binned_items(&plan).expect("read");
    assert_eq!(
        serde_json::to_value(binned).expect("written"),
        serde_json::json!([
            {"at": at, "about": "دورات تدريبية", "deleted_at_ms": 4}
        ])
    );
}

#[test]
fn a_shared_copy_has_the_content_and_the_files_but_not_the_history() {
    let Phone { mut engine, _folder } = phone(4);
    let here = engine.found("الوفد", person("زهراء", "قسم"), None).expect("founded").space;
    let there = engine.found("المشتركة", person("زهراء", "قسم"), None).expect("founded").space;
    let note = engine.create(&here, Kind::Note, "كلمة الافتتاح", 1).expect("made");
    let heading = Block::of_kind("heading");
    engine
        .edit(&note, None, 2, |tx| {
            document::insert_text(tx, 1, "قال كلمةً مُهمّة")?;
            document::mark(tx, 5..9, &document::Mark::Strong)?;
            document::append_paragraph(tx, &heading, "البند الأول")?;
            document::insert_key(tx, &Note::place().tags(), &"محضر".to_owned())?;
            document::set(tx, &Note::place(), NoteField::Conference(Some("ab".repeat(16))))
        })
        .expect("typed");
    append(&mut engine, &note, &"نصّ طويل ".repeat(9_000), 3);
    let hash = engine.attach(&note, b"a photograph").expect("attached");
    let attachments = vec!["attachments".to_owned()];
    let at = vec!["attachments".to_owned(), ItemId([5; 16]).to_string()];
    edit(&mut engine, &note, &Edit::Add { at: attachments, id: ItemId([5; 16]), position: Position::Last }, 4);
    let blob = Edit::Set { at: at.clone(), field: "blob".into(), value: Some(Plain::Text(hash.to_string())) };
    edit(&mut engine, &note, &blob, 4);
    let absent = Edit::Set { at, field: "name".into(), value: Some(Plain::Text("صورة.jpg".into())) };
    edit(&mut engine, &note, &absent, 4);
    let shared = engine.share(&note, &there, 5).expect("shared");
    assert!(shared.absent.is_empty());
    let read = |engine: &mut Engine, name: &DocumentName| {
        let read = engine.read(name, |doc| {
            (document::read(doc, &Note::place(), None).expect("a note"), document::paragraphs(doc, None))
        });
        read.expect("read")
    };
    let (mut old, old_body) = read(&mut engine, &note);
    let (new, new_body) = read(&mut engine, &shared.name);
    assert_eq!(old_body, new_body);
    // The conference is not in the other space.
    old.conference = None;
    assert_eq!(old, new);
    assert_eq!(engine.attachment(&there, &hash).expect("read").as_deref(), Some(&b"a photograph"[..]));
    let history = engine.history(&shared.name).expect("read");
    assert_eq!(history.len(), 1);
    assert!(!is_unseen(&engine, &shared.name));
    let missing = ChangeHash([7; 32]);
    assert!(matches!(engine.since(&note, Some(&[missing]), None), Err(EngineError::NoSuchVersion(_))));
}

#[test]
fn everything_is_exported_as_text_and_as_automerge() {
    let Phone { mut engine, _folder } = phone(5);
    let space = engine.found("مساحة: الوفد", person("زهراء", "قسم"), None).expect("founded").space;
    let note = engine.create(&space, Kind::Note, "محضر/الجلسة", 1).expect("made");
    append(&mut engine, &note, "بسم الله", 2);
    engine
        .edit(&note, None, 3, |tx| {
            document::append_paragraph(tx, &Block::of_kind("heading"), "التوصيات")?;
            document::append_paragraph(tx, &Block::of_kind("ordered-list-item"), "عقد *المؤتمر*")?;
            document::append_paragraph(tx, &Block::of_kind("ordered-list-item"), "تبادل الخبرات")?;
            document::append_paragraph(tx, &Block::of_kind("blockquote"), "قول مأثور")
        })
        .expect("typed");
    engine.create(&space, Kind::Note, "محضر/الجلسة", 4).expect("made");
    let plan = engine.create(&space, Kind::Plan, "الخطة", 5).expect("made");
    let at = vec!["items".to_owned(), ItemId([1; 16]).to_string()];
    edit(&mut engine, &plan, &Edit::Add { at: vec!["items".into()], id: ItemId([1; 16]), position: Position::Last }, 6);
    edit(&mut engine, &plan, &Edit::SetText { at, field: "wording".into(), text: "دليل | فصلي".into() }, 7);
    let mut bytes = Vec::new();
    let exported = engine.export(Language::Arabic, 1_700_000_000_000, &mut bytes).expect("exported");
    assert_eq!((exported.documents, exported.damaged), (3, 0));
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a zip");
    let mut read = |name: &str| {
        let mut text = Vec::new();
        std::io::Read::read_to_end(&mut zip.by_name(name).expect(name), &mut text).expect("read");
        text
    };
    let text = String::from_utf8(read("مساحة- الوفد/محضر-الجلسة.md")).expect("text");
    assert!(text.starts_with("# محضر/الجلسة\n"), "{text}");
    let list = "بسم الله\n\n## التوصيات\n\n1. عقد \\*المؤتمر\\*\n2. تبادل الخبرات\n\n> قول مأثور\n";
    assert!(text.contains(list), "{text}");
    let table = String::from_utf8(read("مساحة- الوفد/الخطة.md")).expect("text");
    let row = "| 1 | دليل \\| فصلي | (يحتاج إلى جهة) | (يحتاج إلى موعد) | مفتوح |\n";
    assert!(table.contains(row), "{table}");
    let saved = read("مساحة- الوفد/محضر-الجلسة.automerge");
    let loaded = crate::trial::load(&saved).expect("a document");
    assert_eq!(loaded.get_heads(), engine.heads(&note).expect("read"));
    assert!(!read("مساحة- الوفد/محضر-الجلسة (2).md").is_empty());
}

#[test]
fn an_export_says_what_belongs_together_and_what_is_still_open() {
    let Phone { mut engine, _folder } = phone(5);
    let joint = engine.found("المشتركة", person("زهراء", "قسم الإعلام"), None).expect("founded").space;
    let own = engine.found("الوفد", person("زهراء", "قسم الإعلام"), None).expect("founded").space;
    let conference = engine.create(&joint, Kind::Conference, "المؤتمر", 1).expect("made");
    let plan = engine.create(&joint, Kind::Plan, "الخطة", 1).expect("made");
    let note = engine.create(&own, Kind::Note, "ملاحظاتي", 1).expect("made");
    let recommendation = ItemId([1; 16]);
    let added = Edit::Add { at: vec!["recommendations".into()], id: recommendation, position: Position::Last };
    edit(&mut engine, &conference, &added, 2);
    let at = vec!["recommendations".to_owned(), recommendation.to_string()];
    edit(&mut engine, &conference, &Edit::SetText { at, field: "wording".into(), text: "إصدار دليل".into() }, 3);
    let content = engine.read(&conference, |doc| document::read(doc, &Conference::place(), None));
    let content = content.expect("read").expect("a conference");
    let (conference_id, plan_id) = (conference.document.to_string(), plan.document.to_string());
    let item = Link { document: conference_id.clone(), item: recommendation }.derived_id(&plan_id);
    let tiebreak = engine.tiebreak();
    engine
        .edit(&plan, None, 4, |tx| {
            document::copy_recommendation(tx, &conference_id, &content.recommendations[0], item, &tiebreak)
        })
        .expect("copied");
    engine
        .edit(&conference, None, 4, |tx| {
            let place = Conference::place().recommendations().at(recommendation);
            document::mark_carried(tx, &place, &Link { document: plan_id.clone(), item })
        })
        .expect("marked");
    let belongs = Edit::Set { at: vec![], field: "conference".into(), value: Some(Plain::Text(conference_id)) };
    edit(&mut engine, &note, &belongs, 5);
    let before = engine.heads(&plan).expect("heads");
    for owner in ["المنارة", "الرافدين"] {
        let at = vec!["items".to_owned(), item.to_string()];
        let set = Edit::Set { at, field: "responsible".into(), value: Some(Plain::Text(owner.into())) };
        engine.edit(&plan, Some(&before), 6, |tx| document::apply(tx, &set, 6, &tiebreak)).expect("set apart");
    }
    let mut bytes = Vec::new();
    engine.export(Language::Arabic, 1_700_000_000_000, &mut bytes).expect("exported");
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a zip");
    let mut read = |name: &str| {
        let mut text = String::new();
        std::io::Read::read_to_string(&mut zip.by_name(name).expect(name), &mut text).expect("read");
        text
    };
    let index = read("المحتويات.md");
    for part in [
        "**تاريخ التصدير**: 2023-11-14",
        "## المشتركة",
        "- زهراء · قسم الإعلام · مشرف",
        "- [المؤتمر](<المشتركة/المؤتمر.md>) · المؤتمر · آخر تعديل: 1970-01-01",
        "- [ملاحظاتي](<الوفد/ملاحظاتي.md>)",
    ] {
        assert!(index.contains(part), "{part} is not in\n{index}");
    }
    let note = read("الوفد/ملاحظاتي.md");
    assert!(note.contains("- **المؤتمر**: [المؤتمر](<../المشتركة/المؤتمر.md>)\n"), "{note}");
    let conference = read("المشتركة/المؤتمر.md");
    assert!(conference.contains("   - **ينفذها**: [إصدار دليل](<../المشتركة/الخطة.md>)\n"), "{conference}");
    let plan = read("المشتركة/الخطة.md");
    assert!(plan.contains("- **التوصية**: [إصدار دليل](<../المشتركة/المؤتمر.md>)\n"), "{plan}");
    let disputes = plan.split_once("## قيم لم يُحسم بينها").expect("disputes").1;
    assert!(disputes.contains("- إصدار دليل: **الجهة المسؤولة**\n"), "{plan}");
    for owner in ["المنارة", "الرافدين"] {
        assert!(disputes.contains(&format!("  - {owner} (زهراء · قسم الإعلام)\n")), "{plan}");
    }
}
