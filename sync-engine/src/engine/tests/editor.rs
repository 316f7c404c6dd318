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

#[test]
#[ignore = "a measurement, which a busy machine spoils"]
fn a_flush_into_a_long_note_takes_no_longer_than_ten_milliseconds() {
    let (phone, mut engine) = Phone::new();
    let note = engine.create(&phone.space, Kind::Note, "محضر", 1).expect("made");
    for n in 0..20 {
        let lines = (0..25).map(|m| format!("{n} {m} {}", "كلمة أخرى ".repeat(10))).collect::<Vec<_>>();
        engine
            .edit(&note, None, 2, |tx| {
                lines.iter().try_for_each(|line| document::append_paragraph(tx, &Block::paragraph(), line))
            })
            .expect("typed");
    }
    // Time on the processor: others may be using it too.
    let now_ns = || -> u64 {
        let stat = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux");
        stat.split(' ').next().and_then(|ns| ns.parse().ok()).expect("nanoseconds")
    };
    let median = |mut times: Vec<u64>| {
        times.sort();
        std::time::Duration::from_nanos(times[times.len() / 2])
    };
    let mut body = engine.note_body(&note, None).expect("read");
    let units: usize = body.blocks.iter().flat_map(|b| &b.runs).map(|run| run.text.encode_utf16().count()).sum();
    for is_bold in [false, true] {
        let mut times = Vec::new();
        for n in 0..200 {
            let at = (n * 7919) % body.blocks.len();
            let mut block = body.blocks[at].clone();
            block.runs.push(Run { text: "ن".into(), marks: Default::default() });
            if is_bold && n % 10 == 0 {
                block.runs.iter_mut().for_each(|run| drop(run.marks.insert("strong".into(), Plain::Flag(true))));
            }
            let changed = ChangedBlocks { from: at, to: at + 1, blocks: vec![block.clone()] };
            let start = now_ns();
            let selection = Some(Selection { anchor: 5, head: 5 });
            let answer = engine.flush(&note, &body.heads, Some(&changed), selection, 3).expect("flushed");
            times.push(now_ns() - start);
            (body.heads, body.blocks[at]) = (answer.merged, NoteBlock { block: block.block, runs: block.runs });
        }
        let median = median(times);
        println!("flush at the tip, {units} units, bold {is_bold}: {median:?}");
        assert!(median.as_millis() < 10);
    }
    let mut times = Vec::new();
    for n in 0..20 {
        let old = body.heads.clone();
        let edited = engine.edit(&note, None, 4, |tx| document::insert_text(tx, 100 * n + 5, "…"));
        edited.expect("typed by another");
        let mut block = body.blocks[300].clone();
        block.runs.push(Run { text: "ن".into(), marks: Default::default() });
        let changed = ChangedBlocks { from: 300, to: 301, blocks: vec![block] };
        let start = now_ns();
        let answer = engine.flush(&note, &old, Some(&changed), Some(Selection { anchor: 5, head: 5 }), 3);
        times.push(now_ns() - start);
        assert!(answer.expect("flushed").edits.len() <= 1);
        body = engine.note_body(&note, None).expect("read");
    }
    println!("flush beside another's edit: {:?}", median(times));
    let mut times = Vec::new();
    for _ in 0..20 {
        let start = now_ns();
        engine.note_body(&note, None).expect("read");
        times.push(now_ns() - start);
    }
    println!("body at the tip: {:?}", median(times));
}
