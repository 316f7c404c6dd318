use automerge::ChangeHash;

use super::*;
use crate::document::{
    AgendaItemField, Conference, ConferenceField, DocumentError, Edit, ItemId, MinutesState, Plain, Position, read,
};

const ITEMS: [ItemId; 2] = [ItemId([1; 16]), ItemId([2; 16])];

/// A conference with the minutes of one item out of two.
fn conference() -> (Phone, Engine, DocumentName) {
    let (phone, mut engine) = Phone::new();
    let name = engine.create(&phone.space, Kind::Conference, "الملتقى", 1).expect("made");
    let made = engine.edit(&name, None, 2, |tx| {
        for id in ITEMS {
            document::add(tx, &Conference::place().agenda(), id, Position::Last, "a")?;
        }
        document::set_text(tx, &Conference::place().agenda().at(ITEMS[0]).minutes(), "تقرر تشكيل لجنة")
    });
    made.expect("written");
    (phone, engine, name)
}

fn set_state(engine: &mut Engine, name: &DocumentName, state: MinutesState) {
    let set = engine
        .edit(name, None, 3, |tx| document::set(tx, &Conference::place(), ConferenceField::MinutesState(Some(state))));
    set.expect("set");
}

fn minutes(engine: &mut Engine, name: &DocumentName) -> Vec<String> {
    let read = engine.read(name, |doc| read(doc, &Conference::place(), None).expect("a conference"));
    read.expect("read").agenda.into_iter().map(|item| item.value.minutes).collect()
}

/// As the page sends it.
fn edit(engine: &mut Engine, name: &DocumentName, heads: &[ChangeHash], edits: &[Edit]) -> Result<(), EngineError> {
    let made =
        engine.edit_from(name, heads, 4, |tx| edits.iter().try_for_each(|edit| document::apply(tx, edit, 4, "a")));
    made.map(drop)
}

fn at(item: ItemId) -> Vec<String> {
    vec!["agenda".into(), item.to_string()]
}

fn said(item: ItemId, text: &str) -> Edit {
    Edit::SetText { at: at(item), field: "minutes".into(), text: text.into() }
}

fn state(state: &str) -> Edit {
    Edit::Set { at: vec![], field: "minutes_state".into(), value: Some(Plain::Text(state.into())) }
}

fn is_refused(result: &Result<(), EngineError>) -> bool {
    matches!(result, Err(EngineError::Document(DocumentError::MinutesClosed)))
}

#[test]
fn approved_minutes_are_changed_by_no_edit_and_stay_readable() {
    let (mut phone, mut engine, name) = conference();
    set_state(&mut engine, &name, MinutesState::Approved);
    let heads = engine.heads(&name).expect("read");
    let edits = [
        vec![said(ITEMS[0], "تقرر غير ذلك")],
        vec![said(ITEMS[1], "تقرر شيء آخر")],
        vec![Edit::Remove { at: at(ITEMS[0]) }],
        vec![state("approved"), said(ITEMS[0], "")],
        // The whole of it or nothing.
        vec![
            Edit::Set { at: vec![], field: "venue".into(), value: Some(Plain::Text("كربلاء".into())) },
            said(ITEMS[0], "غيره"),
        ],
    ];
    for edits in edits {
        let result = edit(&mut engine, &name, &heads, &edits);
        assert!(is_refused(&result), "{edits:?}: {result:?}");
        assert_eq!(minutes(&mut engine, &name), ["تقرر تشكيل لجنة", ""]);
    }
    assert_eq!(engine.heads(&name).expect("read"), heads);
    drop(engine);
    assert_eq!(minutes(&mut phone.open(), &name), ["تقرر تشكيل لجنة", ""]);
}

#[test]
fn whatever_else_a_conference_holds_is_edited_while_its_minutes_are_closed() {
    let (_phone, mut engine, name) = conference();
    set_state(&mut engine, &name, MinutesState::Approved);
    let done = engine.edit(&name, None, 5, |tx| {
        document::set_text(tx, &Conference::place().communique(), "البيان")?;
        let item = Conference::place().agenda().at(ITEMS[0]);
        document::set(tx, &item, AgendaItemField::Title(Some("كلمة".into())))?;
        document::remove(tx, &Conference::place().agenda().at(ITEMS[1]), 5)
    });
    done.expect("neither is among the minutes");
}

#[test]
fn minutes_are_written_again_once_their_state_is_set_back_or_with_setting_it_back() {
    let (_phone, mut engine, name) = conference();
    set_state(&mut engine, &name, MinutesState::Approved);
    let heads = engine.heads(&name).expect("read");
    edit(&mut engine, &name, &heads, &[state("draft"), said(ITEMS[1], "أولًا")]).expect("opened");
    let heads = engine.heads(&name).expect("read");
    edit(&mut engine, &name, &heads, &[said(ITEMS[1], "ثانيًا")]).expect("open");
    edit(&mut engine, &name, &heads, &[state("approved")]).expect("closed");
    assert_eq!(minutes(&mut engine, &name), ["تقرر تشكيل لجنة", "ثانيًا"]);
}

#[test]
fn who_looks_at_an_older_version_is_refused_too() {
    let (_phone, mut engine, name) = conference();
    let before = engine.heads(&name).expect("read");
    set_state(&mut engine, &name, MinutesState::Approved);
    assert!(is_refused(&edit(&mut engine, &name, &before, &[said(ITEMS[0], "متأخر")])));
    // Nothing had been approved in that version, so that nothing is taken back by calling it a draft.
    assert!(is_refused(&edit(&mut engine, &name, &before, &[state("draft"), said(ITEMS[0], "متأخر")])));
    assert_eq!(minutes(&mut engine, &name)[0], "تقرر تشكيل لجنة");
}

#[test]
fn setting_one_line_of_the_minutes_back_is_refused_and_a_version_from_before_the_approval_opens_them() {
    let (_phone, mut engine, name) = conference();
    let before = engine.heads(&name).expect("read");
    engine
        .edit(&name, None, 4, |tx| {
            document::set_text(tx, &Conference::place().agenda().at(ITEMS[0]).minutes(), "تقرر تشكيل لجنتين")
        })
        .expect("written");
    let written = engine.heads(&name).expect("read");
    set_state(&mut engine, &name, MinutesState::Approved);
    let refused = engine.undo_line(&name, &before, &written, 0, 6);
    assert!(is_refused(&refused.map(drop)));
    engine.restore_version(&name, &before, 7).expect("an approval is taken back with what it approved");
    assert_eq!(minutes(&mut engine, &name)[0], "تقرر تشكيل لجنة");
}
