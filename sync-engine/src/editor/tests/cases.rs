//! Meetings of two editors that have a name.

use automerge::{ActorId, Automerge};

use super::page::{Cell, Page, apply, cells_at, flush, text};
use crate::document::{self, Block, Kind, Plain};
use crate::editor::{BodyEdit, ChangedBlocks, EditorError, NoteBlock, NoteBody, Selection};
use crate::trial;

fn note(text: &str) -> Automerge {
    let mut doc = trial::empty().with_actor(ActorId::from([1; 24]));
    let mut tx = doc.transaction();
    document::create(&mut tx, Kind::Note, "محضر").expect("made");
    for (n, line) in text.split('\n').enumerate() {
        match n {
            0 => document::insert_text(&mut tx, 1, line).expect("typed"),
            _ => document::append_paragraph(&mut tx, &Block::paragraph(), line).expect("typed"),
        }
    }
    tx.commit();
    doc
}

/// Two people change a note at once, and one of them flushes beside what the other did: what that one then shows.
fn beside(begin: &str, najaf: impl FnOnce(&mut Page), kufa: impl FnOnce(&mut Page)) -> Page {
    let mut doc = note(begin);
    let mut other = doc.fork().with_actor(ActorId::from([2; 24]));
    let (mut page, mut others) = (Page::open(&doc), Page::open(&other));
    najaf(&mut page);
    kufa(&mut others);
    others.flush(&mut other);
    doc.merge(&mut other).expect("merged");
    let mut own = page.cells.clone();
    let answer = page.flush(&mut doc);
    assert_eq!(cells_at(&doc, &answer.own), own);
    answer.edits.iter().for_each(|edit| apply(&mut own, edit));
    assert_eq!(own, cells_at(&doc, &answer.merged));
    page.take(&answer);
    page
}

#[test]
fn a_letter_typed_beside_a_deletion_stands_at_the_end() {
    let page = beside(
        "ABCDEF",
        |page| {
            page.caret = 7;
            page.type_text("G");
        },
        |page| page.delete(1, 5),
    );
    assert_eq!(page.text(), "EFG");
    assert_eq!(page.caret, 4);
}

#[test]
fn a_paragraph_is_split_while_another_types_in_its_second_half() {
    let page = beside(
        "السلام عليكم",
        |page| {
            page.caret = 7;
            page.split(Block::paragraph());
        },
        |page| {
            page.caret = 13;
            page.type_text(" ورحمة الله");
        },
    );
    assert_eq!(page.text(), "السلام\n عليكم ورحمة الله");
}

#[test]
fn a_split_is_one_marker_more_and_a_join_one_less() {
    let mut doc = note("السلام عليكم");
    let mut page = Page::open(&doc);
    let before = page.clone();
    page.caret = 7;
    page.split(Block::paragraph());
    let answer = page.flush(&mut doc);
    assert_eq!(answer.own, answer.merged);
    // Another page that still shows the old heads is told of one small edit, whichever way it goes.
    let told = flush(&mut doc, &before.heads, None, None).expect("told");
    assert_eq!(told.edits, [BodyEdit::Split { at: 7, block: Block::paragraph() }]);
    page.take(&answer);
    let split = page.clone();
    page.delete(7, 8);
    let answer = page.flush(&mut doc);
    let told = flush(&mut doc, &split.heads, None, None).expect("told");
    assert_eq!(told.edits, [BodyEdit::Join { at: 7 }]);
    page.take(&answer);
    assert_eq!(page.text(), "السلام عليكم");
}

#[test]
fn two_paragraphs_are_joined_while_another_types_in_the_second() {
    let page = beside(
        "السلام\nعليكم",
        |page| page.delete(7, 8),
        |page| {
            page.caret = 13;
            page.type_text("!");
        },
    );
    assert_eq!(page.text(), "السلامعليكم!");
}

#[test]
fn a_paragraph_becomes_a_heading_while_another_types_in_it() {
    let page = beside(
        "الافتتاح\nنص",
        |page| page.cells[9] = Cell::Marker(Block::of_kind("heading")),
        |page| {
            page.caret = 12;
            page.type_text("وص");
        },
    );
    assert_eq!(page.text(), "الافتتاح\nنصوص");
    assert_eq!(page.cells[9], Cell::Marker(Block::of_kind("heading")));
}

#[test]
fn a_word_becomes_bold_while_another_types_in_it() {
    let page = beside(
        "العتبة",
        |page| page.mark(1, 7, "strong", Some(Plain::Flag(true))),
        |page| {
            page.caret = 4;
            page.type_text("ــ");
        },
    );
    assert_eq!(page.text(), "العــتبة");
    let is_bold = |cell: &Cell| match cell {
        Cell::Unit(_, marks) => marks.get("strong") == Some(&Plain::Flag(true)),
        Cell::Marker(_) => true,
    };
    assert!(page.cells.iter().all(is_bold));
}

#[test]
fn typing_behind_a_bold_word_is_as_bold_as_the_page_shows_it() {
    for is_bold in [false, true] {
        let mut doc = note("نص");
        let mut page = Page::open(&doc);
        page.mark(1, 3, "strong", Some(Plain::Flag(true)));
        let answer = page.flush(&mut doc);
        page.take(&answer);
        page.caret = 3;
        page.type_text("وص");
        page.mark(3, 5, "strong", is_bold.then_some(Plain::Flag(true)));
        let answer = page.flush(&mut doc);
        assert_eq!(cells_at(&doc, &answer.own), page.cells);
    }
}

#[test]
fn a_letter_typed_among_equal_ones_goes_where_the_caret_is() {
    // Others' deletion of the last two letters leaves what was typed before them.
    let page = beside(
        "لللل",
        |page| {
            page.caret = 3;
            page.type_text("ل");
        },
        |page| page.delete(3, 5),
    );
    assert_eq!(page.text(), "للل");
    let page = beside("لللل", |page| page.delete(2, 3), |page| page.delete(2, 3));
    assert_eq!(page.text(), "للل");
}

#[test]
fn the_first_block_may_go_and_its_marker_stays() {
    let mut doc = note("أول\nثان");
    let mut page = Page::open(&doc);
    page.cells.drain(0..4);
    page.caret = 1;
    let answer = page.flush(&mut doc);
    assert_eq!(text(&cells_at(&doc, &answer.own)), "ثان");
    let none = ChangedBlocks { from: 0, to: 1, blocks: vec![] };
    assert_eq!(flush(&mut doc, &answer.own, Some(&none), None), Err(EditorError::NoBlockLeft));
}

#[test]
fn text_before_the_first_marker_is_a_block_that_gets_its_marker_with_its_first_change() {
    let mut doc = note("ب");
    let mut tx = doc.transaction();
    let body = document::text_object(&mut tx, &document::Note::place().body()).expect("a body");
    automerge::transaction::Transactable::splice_text(&mut tx, &body, 0, 0, "قبل").expect("typed");
    tx.commit();
    let mut page = Page::open(&doc);
    assert_eq!(page.text(), "قبل\nب");
    page.caret = 6;
    page.type_text("عد");
    let answer = page.flush(&mut doc);
    assert_eq!(cells_at(&doc, &answer.own), page.cells);
    page.take(&answer);
    page.caret = 1;
    page.type_text("من ");
    let answer = page.flush(&mut doc);
    assert_eq!(cells_at(&doc, &answer.own), page.cells);
    assert_eq!(document::paragraphs(&doc, None)[0].at, Some(0));
    assert_eq!(page.text(), "من قبل\nبعد");
}

#[test]
fn letters_that_another_app_wrote_as_one_element_go_together_and_the_page_is_told() {
    let mut doc = note("قبل بعد");
    let mut tx = doc.transaction();
    let body = document::text_object(&mut tx, &document::Note::place().body()).expect("a body");
    automerge::transaction::Transactable::insert(&mut tx, &body, 5, "وسط").expect("typed");
    tx.commit();
    let mut page = Page::open(&doc);
    assert_eq!(page.text(), "قبل وسطبعد");
    for (from, to) in [(6, 7), (5, 6)] {
        let mut page = page.clone();
        page.delete(from, to);
        let answer = page.flush(&mut doc);
        page.take(&answer);
        assert_eq!(page.cells, cells_at(&doc, &answer.merged));
    }
    page.caret = 7;
    page.type_text("ّ");
    let answer = page.flush(&mut doc);
    page.take(&answer);
    assert_eq!(page.cells, cells_at(&doc, &answer.merged));
    assert!(page.text().contains('ّ'));
}

#[test]
fn what_makes_no_sense_is_refused_and_changes_nothing() {
    let mut doc = note("نص");
    let heads = doc.get_heads();
    let mut refused = |from, to, index| {
        let changed = ChangedBlocks { from, to, blocks: vec![] };
        flush(&mut doc, &heads, Some(&changed), Some(Selection { anchor: 0, head: index })).expect_err("refused")
    };
    assert_eq!(refused(0, 2, 0), EditorError::NoSuchBlocks { from: 0, to: 2, blocks: 1 });
    assert_eq!(refused(1, 0, 0), EditorError::NoSuchBlocks { from: 1, to: 0, blocks: 1 });
    assert_eq!(refused(1, 1, 4), EditorError::OutOfRange { index: 4, units: 3 });
    assert_eq!(doc.get_heads(), heads);
    let half: Result<ChangedBlocks, _> = serde_json::from_str(
        r#"{"from":0,"to":1,"blocks":[{"kind":"paragraph","parents":[],"attrs":{},"is_embed":false,
            "runs":[{"text":"\ud83c","marks":{}}]}]}"#,
    );
    assert!(half.is_err());
}

#[test]
fn the_contract_is_what_the_page_reads() {
    let block = NoteBlock { block: Block::paragraph(), runs: vec![] };
    let body = NoteBody { heads: vec![automerge::ChangeHash([7; 32])], blocks: vec![block] };
    let json = format!(
        r#"{{"heads":["{}"],"blocks":[{{"kind":"paragraph","parents":[],"attrs":{{}},"is_embed":false,"runs":[]}}]}}"#,
        "07".repeat(32)
    );
    assert_eq!(serde_json::to_string(&body).expect("written"), json);
    assert_eq!(serde_json::from_str::<NoteBody>(&json).expect("read"), body);
    let edit = BodyEdit::SetBlock { at: 3, block: Block::of_kind("heading") };
    let json = r#"{"edit":"set_block","at":3,"block":{"kind":"heading","parents":[],"attrs":{},"is_embed":false}}"#;
    assert_eq!(serde_json::to_string(&edit).expect("written"), json);
    let edit = BodyEdit::Mark { from: 1, to: 2, name: "em".into(), value: None };
    let json = r#"{"edit":"mark","from":1,"to":2,"name":"em","value":null}"#;
    assert_eq!(serde_json::to_string(&edit).expect("written"), json);
}
