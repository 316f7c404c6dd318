//! Pages that flush into notes of any length.

use super::*;
use crate::document::{Plain, Run};
use crate::editor::{ChangedBlocks, NoteBlock, NoteBody, Selection};

#[test]
fn a_page_of_any_length_is_flushed_in_as_many_changes_as_it_takes_or_not_at_all() {
    let (mut phone, mut engine) = Phone::new();
    let note = engine.create(&phone.space, Kind::Note, "محضر", 1).expect("made");
    append(&mut engine, &note, "قبل").expect("typed");
    let body = engine.note_body(&note, None).expect("read");
    let marks = [("strong".to_owned(), Plain::Flag(true))].into();
    let runs = vec![Run { text: "نصّ 🌴 ".repeat(20_000), marks }];
    let changed = ChangedBlocks { from: 2, to: 2, blocks: vec![NoteBlock { block: Block::paragraph(), runs }] };
    let selection = Some(Selection { anchor: 5, head: 5 });
    let mut faults = vec![Some(CommitFault::Full)];
    engine.set_commit_gate(Box::new(move || faults.pop().flatten()));
    let refused = engine.flush(&note, &body.heads, Some(&changed), selection, 2);
    assert!(matches!(refused, Err(EngineError::Store(StoreError::Full))));
    assert_eq!(engine.note_body(&note, None).expect("read"), body);
    let answer = engine.flush(&note, &body.heads, Some(&changed), selection, 2).expect("flushed");
    assert_eq!((&answer.own, answer.edits.len()), (&answer.merged, 0));
    let blocks = [body.blocks, changed.blocks].concat();
    // Only what is in the log counts.
    drop(engine);
    let mut engine = phone.open();
    assert_eq!(engine.note_body(&note, None).expect("read"), NoteBody { heads: answer.own, blocks });
    let plan = engine.create(&phone.space, Kind::Plan, "خطة", 1).expect("made");
    let refused = engine.note_body(&plan, None);
    assert!(matches!(refused, Err(EngineError::Editor(EditorError::NotANote))));
    let unknown = engine.flush(&note, &[ChangeHash([9; 32])], None, None, 3);
    assert!(matches!(unknown, Err(EngineError::NoSuchVersion(_))));
}
