use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng, SeedableRng},
};
use unicode_segmentation::UnicodeSegmentation;

use super::*;

fn wording(doc: &Automerge) -> String {
    read(doc, &Plan::place(), None).unwrap().items[0].value.wording.clone()
}

fn item() -> Place<PlanItem> {
    Plan::place().items().at(id(1))
}

fn plan_with_wording(text: &str) -> Automerge {
    let mut doc = created(Kind::Plan);
    edit(&mut doc, |tx| {
        let item = add(tx, &Plan::place().items(), id(1), Position::Last, "a")?;
        set_text(tx, &item.wording(), text)
    });
    doc
}

fn merged(text: &str, najaf: &str, kufa: &str) -> String {
    let mut a = plan_with_wording(text);
    let mut b = device(&a, 2);
    edit(&mut a, |tx| set_text(tx, &item().wording(), najaf));
    edit(&mut b, |tx| set_text(tx, &item().wording(), kufa));
    meet(&mut a, &mut b);
    wording(&a)
}

#[test]
fn two_edits_in_one_word_keep_each_letter_with_its_haraka() {
    assert_eq!(merged("مدرسة", "مُدرسة", "مدرّسة"), "مُدرّسة");
    assert_eq!(merged("كِتاب", "كُتاب", "كِتابنا"), "كُتابنا");
    assert_eq!(merged("مَدَد", "مَدد", "دَد"), "دد");
    assert_eq!(merged("عَلَم", "عَلِم", "العَلَم"), "العَلِم");
}

#[test]
fn a_letter_that_two_people_vocalise_is_not_doubled() {
    assert_eq!(merged("مد", "مدّ", "مدَ").matches('د').count(), 1);
    assert_eq!(merged("مَدّ", "مُدّ", "مِدّ").matches('م').count(), 1);
}

/// Which of the two insertions comes first is a matter of counters; that both are there is not.
#[test]
fn a_haraka_and_a_letter_typed_at_one_place_are_both_kept_once() {
    let merged = merged("مد", "مدَ", "مدر");
    assert!(["مدَر", "مدرَ"].contains(&merged.as_str()), "{merged}");
}

/// Every letter of the word is there once, and each mark that someone typed or left stands on the
/// letter that it was meant for.
#[test]
fn random_edits_of_marks_by_two_people_never_part_or_double_a_letter() {
    let letters = ["ا", "ب", "ت", "ث", "ج", "ح"];
    let mut random = ChaCha8Rng::seed_from_u64(3);
    let marked = |random: &mut ChaCha8Rng, group: usize| -> String {
        let marks = [["", "َ", "ُ"], ["", "ِ", "ّ"]][group];
        letters.iter().map(|letter| format!("{letter}{}", marks[random.next_u32() as usize % 3])).collect()
    };
    for _ in 0..200 {
        let (old, najaf, kufa) = (marked(&mut random, 0), marked(&mut random, 0), marked(&mut random, 1));
        let merged = merged(&old, &najaf, &kufa);
        let clusters: Vec<_> = merged.graphemes(true).collect();
        assert_eq!(clusters.len(), letters.len(), "{old} {najaf} {kufa} {merged}");
        for ((cluster, letter), (a, b)) in
            clusters.iter().zip(letters).zip(najaf.graphemes(true).zip(kufa.graphemes(true)))
        {
            assert!(cluster.starts_with(letter));
            // A mark that either typed anew is on the letter for which it was typed.
            let typed = a.chars().chain(b.chars()).filter(|c| !old.contains(*c));
            assert!(typed.into_iter().all(|mark| cluster.contains(mark)), "{old} {najaf} {kufa} {merged}");
        }
    }
}

#[test]
fn a_text_replaced_at_old_heads_keeps_what_was_typed_since() {
    let mut doc = plan_with_wording("ABCDEF");
    let then = doc.get_heads();
    edit(&mut doc, |tx| set_text(tx, &item().wording(), "EF"));
    edit_at(&mut doc, &then, |tx| set_text(tx, &item().wording(), "ABCDEFG"));
    assert_eq!(wording(&doc), "EFG");
}

#[test]
fn a_range_is_replaced_within_its_bounds() {
    let mut doc = plan_with_wording("نص 🌴 آخر");
    let mut tx = doc.transaction();
    let text = text_object(&mut tx, &item().wording()).unwrap();
    replace_range(&mut tx, &text, 3..5, "نخلة").unwrap();
    assert!(matches!(replace_range(&mut tx, &text, 3..99, ""), Err(DocumentError::OutOfRange { .. })));
    #[allow(clippy::reversed_empty_ranges)]
    let reversed = replace_range(&mut tx, &text, 4..3, "");
    assert!(matches!(reversed, Err(DocumentError::OutOfRange { .. })));
    tx.commit();
    assert_eq!(wording(&doc), "نص نخلة آخر");
    let mut doc = plan_with_wording("🌴");
    let mut tx = doc.transaction();
    let text = text_object(&mut tx, &item().wording()).unwrap();
    assert!(matches!(replace_range(&mut tx, &text, 1..2, ""), Err(DocumentError::OutOfRange { .. })));
}

fn texts(doc: &Automerge) -> Vec<String> {
    paragraphs(doc, None).iter().map(Paragraph::text).collect()
}

#[test]
fn a_note_begins_with_a_block_marker_that_cannot_be_removed() {
    let mut doc = created(Kind::Note);
    let first = &paragraphs(&doc, None)[0];
    assert_eq!((first.at, &first.block, first.runs.len()), (Some(0), &Block::paragraph(), 0));
    let mut tx = doc.transaction();
    assert!(matches!(delete_text(&mut tx, 0..1), Err(DocumentError::NotAParagraph(0))));
    assert!(matches!(join_paragraph(&mut tx, 0), Err(DocumentError::NotAParagraph(0))));
    assert!(matches!(insert_text(&mut tx, 5, "x"), Err(DocumentError::OutOfRange { .. })));
}

#[test]
fn paragraphs_are_split_joined_changed_and_appended() {
    let mut doc = created(Kind::Note);
    edit(&mut doc, |tx| insert_text(tx, 1, "بسم الله الرحمن الرحيم 🌴"));
    edit(&mut doc, |tx| append_paragraph(tx, &Block::of_kind("heading"), "الكلمات"));
    edit(&mut doc, |tx| split_paragraph(tx, 9, &Block::paragraph()));
    assert_eq!(texts(&doc), ["بسم الله", " الرحمن الرحيم 🌴", "الكلمات"]);
    edit(&mut doc, |tx| delete_text(tx, 10..11));
    let at = paragraphs(&doc, None)[2].at.unwrap();
    let mut block = Block::of_kind("ordered-list-item");
    block.parents = vec!["blockquote".into()];
    block.attrs.insert("level".into(), Plain::Number(2));
    edit(&mut doc, |tx| set_block(tx, at, &block));
    assert_eq!(paragraphs(&doc, None)[2].block, block);
    block.attrs.clear();
    block.parents.clear();
    edit(&mut doc, |tx| set_block(tx, at, &block));
    assert_eq!(paragraphs(&doc, None)[2].block, block);
    edit(&mut doc, |tx| join_paragraph(tx, at));
    assert_eq!(texts(&doc), ["بسم الله", "الرحمن الرحيم 🌴الكلمات"]);
    let mut tx = doc.transaction();
    assert!(matches!(set_block(&mut tx, 1, &block), Err(DocumentError::NotAParagraph(1))));
}

#[test]
fn marks_cover_their_runs_and_grow_only_where_they_should() {
    let mut doc = created(Kind::Note);
    edit(&mut doc, |tx| insert_text(tx, 1, "قال الرئيس نعم"));
    let link = r#"{"href":"https://example.org","title":""}"#;
    edit(&mut doc, |tx| {
        mark(tx, 1..4, &Mark::Strong)?;
        mark(tx, 5..11, &Mark::Link(link.into()))?;
        mark(tx, 3..8, &Mark::Em)
    });
    let runs = |doc: &Automerge| {
        let runs = paragraphs(doc, None).remove(0).runs.into_iter();
        runs.map(|run| (run.text, run.marks.into_keys().collect::<Vec<_>>().join("+"))).collect::<Vec<_>>()
    };
    let expected =
        [("قا", "strong"), ("ل", "em+strong"), (" ", "em"), ("الر", "em+link"), ("ئيس", "link"), (" نعم", "")];
    assert_eq!(runs(&doc), expected.map(|(text, marks)| (text.to_owned(), marks.to_owned())));
    let written = paragraphs(&doc, None)[0].runs[4].marks["link"].clone();
    assert_eq!(written, Plain::Text(link.into()));
    // Typed at the end of the link: not a link.
    edit(&mut doc, |tx| insert_text(tx, 11, "!"));
    assert_eq!(runs(&doc)[5], ("! نعم".to_owned(), String::new()));
    edit(&mut doc, |tx| unmark(tx, 1..14, "em"));
    assert!(runs(&doc).iter().all(|(_, marks)| !marks.contains("em")));
}

#[test]
fn paragraphs_agree_with_automerges_own_text_after_random_edits() {
    let mut random = ChaCha8Rng::seed_from_u64(11);
    for seed in 0..15 {
        let mut doc = created(Kind::Note);
        let mut other = device(&doc, 2);
        for step in 0..40 {
            let doc = if step % 2 == 0 { &mut doc } else { &mut other };
            let mut tx = doc.transaction();
            let body = text_object(&mut tx, &Note::place().body()).unwrap();
            let length = automerge::ReadDoc::length(&tx, &body);
            let at = 1 + random.next_u32() as usize % length;
            let end = at + random.next_u32() as usize % (length - at + 1);
            let done = match random.next_u32() % 6 {
                0 => insert_text(&mut tx, at, "🌴مَدّ"),
                1 => insert_text(&mut tx, at, "ب"),
                2 => split_paragraph(&mut tx, at, &Block::of_kind("heading")),
                3 => mark(&mut tx, at..end, &Mark::Strong),
                4 => unmark(&mut tx, at..end, "strong"),
                _ => delete_text(&mut tx, at..end.min(at + 3)),
            };
            done.unwrap();
            tx.commit();
        }
        meet(&mut doc, &mut other);
        let (_, body) = automerge::ReadDoc::get(&doc, automerge::ROOT, "body").unwrap().unwrap();
        let whole = automerge::ReadDoc::text(&doc, &body).unwrap();
        let shown: String = texts(&doc).iter().map(|text| format!("\u{fffc}{text}")).collect();
        assert_eq!(shown, whole, "seed {seed}");
        let units: Vec<u16> = whole.encode_utf16().collect();
        for paragraph in paragraphs(&doc, None) {
            assert_eq!(units[paragraph.at.unwrap()], 0xfffc);
        }
        let old = paragraphs(&doc, Some(&doc.get_heads()));
        assert_eq!(old, paragraphs(&doc, None));
    }
}

#[test]
fn a_note_reads_at_old_heads_and_is_edited_there() {
    let mut doc = created(Kind::Note);
    edit(&mut doc, |tx| insert_text(tx, 1, "النص"));
    edit(&mut doc, |tx| mark(tx, 1..3, &Mark::Strong));
    let then = doc.get_heads();
    let before = paragraphs(&doc, None);
    edit(&mut doc, |tx| {
        delete_text(tx, 1..3)?;
        append_paragraph(tx, &Block::paragraph(), "بعد")
    });
    assert_eq!(paragraphs(&doc, Some(&then)), before);
    edit_at(&mut doc, &then, |tx| insert_text(tx, 5, " كله"));
    assert_eq!(texts(&doc), ["نص كله", "بعد"]);
}

#[test]
fn a_span_stays_with_its_words() {
    let mut doc = created(Kind::Note);
    edit(&mut doc, |tx| insert_text(tx, 1, "قرر: تبادل الخبرات 🌴"));
    let (start, end) = span_cursors(&doc, 6..22, None).unwrap();
    let spanned = |doc: &Automerge| {
        let range = resolve_span(doc, &start, &end, None)?;
        let units: Vec<u16> = texts(doc)[0].encode_utf16().collect();
        Some(String::from_utf16(&units[range.start - 1..range.end - 1]).unwrap())
    };
    assert_eq!(spanned(&doc).unwrap(), "تبادل الخبرات 🌴");
    edit(&mut doc, |tx| insert_text(tx, 22, " ثم"));
    edit(&mut doc, |tx| insert_text(tx, 1, "أولا "));
    assert_eq!(spanned(&doc).unwrap(), "تبادل الخبرات 🌴");
    edit(&mut doc, |tx| delete_text(tx, 25..27));
    assert_eq!(spanned(&doc).unwrap(), "تبادل الخبرات ");
    edit(&mut doc, |tx| delete_text(tx, 11..25));
    assert_eq!(spanned(&doc), None);
    for nonsense in ["", "nonsense", "9@zz", "ع@", "-@", "@", "-", "🌴"] {
        assert_eq!(resolve_span(&doc, nonsense, &end, None), None, "{nonsense}");
        assert_eq!(resolve_span(&doc, &start, nonsense, None), None, "{nonsense}");
    }
}

#[test]
fn a_notes_own_fields_come_back() {
    let mut doc = created(Kind::Note);
    let place = Note::place();
    edit(&mut doc, |tx| {
        set(tx, &place, NoteField::Conference(Some("c".into())))?;
        set(tx, &place, NoteField::AgendaItem(Some(Link { document: "c".into(), item: id(3) })))?;
        set(tx, &place, NoteField::Speaker(Some("علي".into())))?;
        insert_key(tx, &place.tags(), &"كلمة".to_owned())?;
        let attachment = add(tx, &place.attachments(), id(1), Position::Last, "x")?;
        set(tx, &attachment, AttachmentField::Name(Some("صورة.jpg".into())))?;
        set(tx, &attachment, AttachmentField::Blob(Some("ab".into())))?;
        set(tx, &attachment, AttachmentField::MediaType(Some("image/jpeg".into())))?;
        set(tx, &attachment, AttachmentField::Bytes(Some(1 << 40)))
    });
    let note = read(&doc, &place, None).unwrap();
    assert_eq!((note.title.as_deref(), note.speaker.as_deref()), (Some("المؤتمر الثامن"), Some("علي")));
    assert_eq!(note.agenda_item.map(|link| link.item), Some(id(3)));
    assert!(note.conference.as_deref() == Some("c") && note.tags.contains("كلمة"));
    let attachment = &note.attachments[0].value;
    assert_eq!((attachment.bytes, attachment.blob.as_deref()), (Some(1 << 40), Some("ab")));
    assert_eq!(attachment.media_type.as_deref(), Some("image/jpeg"));
    assert_eq!(attachment.name.as_deref(), Some("صورة.jpg"));
}

#[test]
fn a_summary_tells_a_document_without_opening_it() {
    let mut doc = created(Kind::Note);
    let mut tx = doc.transaction();
    insert_text(&mut tx, 1, &"كلمة طويلة ".repeat(40)).unwrap();
    append_paragraph(&mut tx, &Block::paragraph(), "الآخر").unwrap();
    tx.commit_with(automerge::transaction::CommitOptions::default().with_time(1_764_000_000_123));
    let summary = summarise(&doc);
    assert_eq!((summary.kind, summary.title.as_str()), (Some(Kind::Note), "المؤتمر الثامن"));
    assert_eq!((summary.last_edit_ms, summary.is_binned), (1_764_000_000_123, false));
    let words = summary.first_words.strip_suffix('…').unwrap();
    assert!(words.chars().count() <= 140 && words.chars().count() > 125);
    assert!(words.ends_with("كلمة") || words.ends_with("طويلة"));
    assert_eq!(summarise(&plan_with_wording("تبادل\nالخبرات")).first_words, "تبادل الخبرات");
}

#[test]
fn a_summary_finds_the_first_words_behind_blanks_and_links() {
    let mut doc = created(Kind::Note);
    edit(&mut doc, |tx| insert_text(tx, 1, &("\n".repeat(2000) + "البيان الختامي")));
    assert_eq!(summarise(&doc).first_words, "البيان الختامي");

    let mut doc = created(Kind::Note);
    edit(&mut doc, |tx| {
        insert_text(tx, 1, "انظر البيان")?;
        mark(tx, 6..12, &Mark::Link("{\"href\":\"https://example.org\"}".into()))?;
        append_paragraph(tx, &Block::paragraph(), "الآخر")
    });
    assert_eq!(summarise(&doc).first_words, "انظر البيان الآخر");
}
