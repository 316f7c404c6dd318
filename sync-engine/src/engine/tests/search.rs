use super::*;
use crate::document::{
    AgendaItem, Conference, ConferenceField, ItemId, Link, Note, NoteField, Plan, PlanItem, PlanItemField, Position,
};
use std::collections::BTreeSet;

use crate::engine::Hit;
use crate::store::{Listed, Only};

/// A note with one paragraph.
fn note(phone: &Phone, engine: &mut Engine, title: &str, text: &str, now_ms: i64) -> DocumentName {
    let note = engine.create(&phone.space, Kind::Note, title, now_ms).expect("made");
    engine.edit(&note, None, now_ms, |tx| document::insert_text(tx, 1, text)).expect("typed");
    note
}

fn search(engine: &mut Engine, query: &str) -> Vec<Hit> {
    engine.search(query, None, 50).expect("searched")
}

fn titles(engine: &mut Engine, query: &str) -> Vec<String> {
    search(engine, query).into_iter().map(|hit| hit.title).collect()
}

/// What a hit's marks show, as it was written.
fn marked(hit: &Hit) -> Vec<String> {
    let units: Vec<u16> = hit.excerpt.encode_utf16().collect();
    hit.marks.iter().map(|(start, end)| String::from_utf16(&units[*start..*end]).expect("whole letters")).collect()
}

#[test]
fn what_was_just_typed_is_found_and_marked_in_the_original() {
    let (phone, mut engine) = Phone::new();
    let name = note(&phone, &mut engine, "محضر", "شكر الحاضرون القائمين على 😀 وللعَتَباتِ المقدّسة", 1);
    let hits = search(&mut engine, "العتبات");
    assert_eq!(hits.len(), 1);
    assert_eq!((hits[0].name, hits[0].title.as_str(), hits[0].at.len()), (name, "محضر", 0));
    assert_eq!(marked(&hits[0]), ["وللعَتَباتِ"]);
    engine.edit(&name, None, 2, |tx| document::insert_text(tx, 1, "قارورة ")).expect("typed");
    assert_eq!(marked(&search(&mut engine, "قارور")[0]), ["قارورة"]);
}

#[test]
fn a_search_finds_while_each_letter_is_typed() {
    let (phone, mut engine) = Phone::new();
    note(&phone, &mut engine, "زيارة", "اجتمع المسؤولون عن شؤون الهيئة في كربلاء", 1);
    for word in ["المسئولون", "شئون", "الهيئه", "كربلاء", "کربلا"] {
        for (end, c) in word.char_indices() {
            let typed = &word[..end + c.len_utf8()];
            assert_eq!(titles(&mut engine, typed), ["زيارة"], "{typed}");
        }
    }
}

#[test]
fn the_exact_form_goes_before_the_folded_one_titles_before_texts_and_new_before_old() {
    let (phone, mut engine) = Phone::new();
    for (title, text, now_ms) in [
        ("قديم علي", "كلام", 1),
        ("في النص القديم", "كلمة علي", 2),
        ("في النص الجديد", "كلمة علي", 3),
        ("على الطريق", "كلام", 4),
        ("بالألف", "جلس على الكرسي", 5),
    ] {
        note(&phone, &mut engine, title, text, now_ms);
    }
    let expected = ["قديم علي", "في النص الجديد", "في النص القديم", "على الطريق", "بالألف"];
    assert_eq!(titles(&mut engine, "علي"), expected);
    assert_eq!(titles(&mut engine, "على")[..2], ["على الطريق", "بالألف"]);
}

#[test]
fn all_words_count_wherever_they_stand_in_the_document() {
    let (phone, mut engine) = Phone::new();
    note(&phone, &mut engine, "الجلسة الأولى", "كلمة الوفد عن الدليل", 1);
    note(&phone, &mut engine, "الجلسة الثانية", "كلمة الوفد", 2);
    assert_eq!(titles(&mut engine, "الدليل الجلسة"), ["الجلسة الأولى"]);
    assert_eq!(titles(&mut engine, "وفد الجلسة").len(), 2);
    assert!(titles(&mut engine, "الدليل الثالثة").is_empty());
}

#[test]
fn an_item_of_a_conference_or_a_plan_is_found_at_its_place() {
    let (phone, mut engine) = Phone::new();
    let (first, second) = (ItemId([1; 16]), ItemId([2; 16]));
    let plan = engine.create(&phone.space, Kind::Plan, "الخطة المشتركة", 1).expect("made");
    engine
        .edit(&plan, None, 2, |tx| {
            for (id, wording) in [(first, "إصدار دليل فصلي"), (second, "إقامة دورات تدريبية")]
            {
                let item = document::add(tx, &Plan::place().items(), id, Position::Last, "a")?;
                document::set_text(tx, &item.wording(), wording)?;
                document::set(tx, &item, PlanItemField::Responsible(Some("قسم العلاقات".into())))?;
            }
            Ok(())
        })
        .expect("edited");
    let hits = search(&mut engine, "دورات");
    assert_eq!(hits.len(), 1);
    assert_eq!(hits[0].at, ["items".to_owned(), second.to_string()]);
    assert_eq!(marked(&hits[0]), ["دورات"]);
    // The plan's title narrows its items down, and alone finds only the plan.
    assert_eq!(search(&mut engine, "الخطة دليل")[0].at, ["items".to_owned(), first.to_string()]);
    assert_eq!(search(&mut engine, "الخطة").len(), 1);
    engine.edit(&plan, None, 3, |tx| document::remove(tx, &Plan::place().items().at(second), 3)).expect("removed");
    assert!(search(&mut engine, "دورات").is_empty());
    assert_eq!(search(&mut engine, "علاقات").len(), 1);

    let conference = engine.create(&phone.space, Kind::Conference, "المؤتمر الثامن", 4).expect("made");
    let session = ItemId([3; 16]);
    engine
        .edit(&conference, None, 5, |tx| {
            document::set(tx, &Conference::place(), ConferenceField::Venue(Some("قاعة الزهراء".into())))?;
            let item = document::add::<AgendaItem>(tx, &Conference::place().agenda(), session, Position::Last, "a")?;
            document::set_text(tx, &item.minutes(), "نوقش الأرشيف")
        })
        .expect("edited");
    assert_eq!(search(&mut engine, "قاعه")[0].at, Vec::<String>::new());
    assert_eq!(search(&mut engine, "ارشيف")[0].at, ["agenda".to_owned(), session.to_string()]);
}

#[test]
fn a_plan_of_hits_leaves_room_for_other_documents() {
    let (phone, mut engine) = Phone::new();
    note(&phone, &mut engine, "محضر", "ذكر اللجنة", 1);
    let plan = engine.create(&phone.space, Kind::Plan, "خطة", 2).expect("made");
    engine
        .edit(&plan, None, 3, |tx| {
            (0..40).try_for_each(|n| {
                let item = document::add::<PlanItem>(tx, &Plan::place().items(), ItemId([n; 16]), Position::Last, "a")?;
                document::set_text(tx, &item.wording(), "اللجنة المتخصصة")
            })
        })
        .expect("edited");
    let hits = engine.search("اللجنة", None, 10).expect("searched");
    assert_eq!(hits.len(), 6);
    assert!(hits.iter().any(|hit| hit.title == "محضر"));
}

#[test]
fn the_bin_is_not_searched_and_what_comes_out_of_it_is() {
    let (phone, mut engine) = Phone::new();
    let name = note(&phone, &mut engine, "محضر", "كلمة نادرة", 1);
    assert_eq!(titles(&mut engine, "نادرة"), ["محضر"]);
    engine.edit(&name, None, 2, |tx| document::remove(tx, &Note::place(), 2)).expect("binned");
    assert!(titles(&mut engine, "نادرة").is_empty());
    engine.edit(&name, None, 3, |tx| document::restore(tx, &Note::place())).expect("restored");
    assert_eq!(titles(&mut engine, "نادرة"), ["محضر"]);
}

#[test]
fn a_search_stays_in_its_space() {
    let (phone, mut engine) = Phone::new();
    let founder = Person { name: "زهراء".into(), organisation: "قسم العلاقات".into() };
    let other = engine.found("مساحة أخرى", founder, None).expect("founded").space;
    note(&phone, &mut engine, "هنا", "كلمة", 1);
    assert_eq!(engine.search("كلمة", Some(&phone.space), 9).expect("searched").len(), 1);
    assert!(engine.search("كلمة", Some(&other), 9).expect("searched").is_empty());
    assert!(matches!(engine.search("كلمة", Some(&SpaceId([9; 32])), 9), Err(EngineError::NoSuchSpace(_))));
}

#[test]
fn whatever_is_typed_is_only_text() {
    let (phone, mut engine) = Phone::new();
    note(&phone, &mut engine, "محضر", "a AND b OR NOT near title 100% ﷺ \"مقتبس\" body:x", 1);
    let queries = [
        "\"",
        "'",
        "\"\"",
        "a AND",
        "OR",
        "NOT",
        "NEAR(a b)",
        "*",
        "a*",
        "^a",
        "title:a",
        "{title} : a",
        "-a",
        "a + b",
        "(",
        ")",
        "((((",
        "\\",
        "%",
        "_",
        ";",
        "--",
        "'; drop table word; --",
        "\0",
        "a\0b",
        "\u{202e}a",
        "\u{fffc}",
        "ـــ",
        "ًٌٍ",
        "ﷺ",
        "«»",
        "\n\n",
        "😀",
        "١٢٣٤٥٦٧٨٩",
        "e\u{301}\u{301}",
        "\u{64b}ا",
    ];
    for query in queries {
        search(&mut engine, query);
    }
    search(&mut engine, &"ا".repeat(100_000));
    search(&mut engine, &"\"ا\" ".repeat(50_000));
    assert_eq!(titles(&mut engine, "\"مقتبس\""), ["محضر"]);
    assert_eq!(titles(&mut engine, "a AND b"), ["محضر"]);
    assert_eq!(titles(&mut engine, "صلى الله عليه"), ["محضر"]);
    let mut random = ChaCha8Rng::seed_from_u64(1);
    for _ in 0..300 {
        let query: String = (0..6)
            .filter_map(|_| char::from_u32(random.next_u32() % if random.next_u32() % 2 == 0 { 128 } else { 0x2000 }))
            .collect();
        search(&mut engine, &query);
    }
}

#[test]
fn the_index_follows_in_quiet_moments_and_rewrites_only_what_changed() {
    let (phone, mut engine) = Phone::new();
    let now_ms = 1_000_000;
    note(&phone, &mut engine, "قديم", "كلمة", 1);
    note(&phone, &mut engine, "يُكتب الآن", "كلمة", now_ms - 1000);
    note(&phone, &mut engine, "ساعة أخرى", "كلمة", now_ms * 2);
    assert_eq!(engine.index(9, now_ms).expect("indexed"), 2, "the one in which somebody types waits");
    assert_eq!(engine.index(9, now_ms).expect("indexed"), 0);
    assert_eq!(titles(&mut engine, "كلمة").len(), 3, "but a search does not wait");
    assert_eq!(engine.index(9, now_ms * 9).expect("indexed"), 0);
}

#[test]
fn a_full_disk_still_lets_find_what_was_indexed() {
    let (phone, mut engine) = Phone::new();
    note(&phone, &mut engine, "أول", "كلمة", 1);
    assert_eq!(titles(&mut engine, "كلمة"), ["أول"]);
    note(&phone, &mut engine, "ثان", "كلمة", 2);
    engine.set_commit_gate(Box::new(|| Some(CommitFault::Full)));
    assert_eq!(titles(&mut engine, "كلمة"), ["أول"]);
    engine.set_commit_gate(Box::new(|| None));
    assert_eq!(titles(&mut engine, "كلمة"), ["ثان", "أول"]);
}

#[test]
fn a_database_without_an_index_gets_one_when_the_app_is_upgraded() {
    let (mut phone, mut engine) = Phone::new();
    let name = note(&phone, &mut engine, "محضر", "كلمة الافتتاح", 1);
    let link = Link { document: "0".repeat(32), item: ItemId([5; 16]) };
    let set = engine.edit(&name, None, 2, |tx| {
        document::set(tx, &Note::place(), NoteField::Conference(Some("0".repeat(32))))?;
        document::set(tx, &Note::place(), NoteField::AgendaItem(Some(link.clone())))?;
        document::insert_key(tx, &Note::place().tags(), &"متابعة".to_owned())
    });
    set.expect("edited");
    drop(engine);
    // As version 2 left it.
    let raw = rusqlite::Connection::open(phone.path()).expect("opened");
    raw.execute_batch(
        "drop table word; drop table passage_text; drop table passage; drop table due; drop table belonging;
         drop index document_kind; drop index document_binned; drop index seen_unseen",
    )
    .expect("dropped");
    raw.pragma_update(None, "user_version", 2).expect("set");
    drop(raw);
    let mut engine = phone.open();
    let listed = engine.documents(None).expect("listed");
    assert_eq!(listed[0].text.agenda_item, None);
    assert_eq!(titles(&mut engine, "الافتتاح"), ["محضر"]);
    let listed = engine.documents(None).expect("listed");
    assert_eq!(listed[0].text.agenda_item, Some(link.to_string()));
    assert_eq!(listed[0].text.conference, Some(DocumentId([0; 16])));
    assert_eq!(listed[0].text.tags, BTreeSet::from(["متابعة".into()]));
}

#[test]
fn a_list_has_what_it_was_asked_for() {
    let (phone, mut engine) = Phone::new();
    let plan = engine.create(&phone.space, Kind::Plan, "خطة", 1).expect("made");
    let first = note(&phone, &mut engine, "أول", "كلمة", 2);
    let second = note(&phone, &mut engine, "ثان", "كلمة", 3);
    engine.edit(&first, None, 4, |tx| document::remove(tx, &Note::place(), 4)).expect("binned");
    let listed = |kind, only, limit| {
        let listed = Listed { space: Some(phone.space), kind, only, limit };
        let found = engine.listed(&listed).expect("listed").into_iter();
        found.map(|info| info.document).collect::<Vec<_>>()
    };
    let (plan, first, second) = (plan.document, first.document, second.document);
    assert_eq!(listed(None, Only::All, None), [first, second, plan]);
    assert_eq!(listed(None, Only::All, Some(2)), [first, second]);
    assert_eq!(listed(Some("plan"), Only::All, None), [plan]);
    assert_eq!(listed(Some("note"), Only::Kept, None), [second]);
    assert_eq!(listed(None, Only::Binned, None), [first]);
    assert_eq!(listed(None, Only::OnDevice, None), [first, second, plan]);
    assert_eq!(listed(None, Only::Unseen, None), []);
    let nowhere = Listed { space: Some(SpaceId([9; 32])), ..Listed::default() };
    assert!(matches!(engine.listed(&nowhere), Err(EngineError::NoSuchSpace(_))));
}

#[test]
fn the_list_tells_what_a_note_belongs_to() {
    let (phone, mut engine) = Phone::new();
    let conference = engine.create(&phone.space, Kind::Conference, "المؤتمر", 1).expect("made");
    let name = note(&phone, &mut engine, "محضر", "كلمة", 2);
    let id = conference.document;
    let set = |engine: &mut Engine, value: Option<String>| {
        engine.edit(&name, None, 3, |tx| document::set(tx, &Note::place(), NoteField::Conference(value))).expect("set");
        let listed = engine.documents(None).expect("listed");
        listed.into_iter().find(|info| info.document == name.document).expect("listed").text.conference
    };
    assert_eq!(set(&mut engine, Some(id.to_string())), Some(id));
    assert_eq!(set(&mut engine, Some("ليس رقما".into())), None);
    assert_eq!(set(&mut engine, None), None);
}
