//! What readers get: pages past a cursor, tips, and the membership.

use sync_engine::entry::{Entry, Role, space_id};
use sync_engine::frame::PageRow;
use sync_engine::ids::{Cursor, LogDigest, Position};

use super::world::{Author, World, found};
use crate::log::{Known, ReadAfter};

pub(super) fn pages_are_bounded_and_never_empty(world: &mut World<'_>) {
    let mut admin = world.founded();
    for _ in 0..6 {
        world.write(&mut admin, &"ص".repeat(500));
    }
    let (mut cursor, mut rows) = (Cursor::START, vec![]);
    let mut pages = 0;
    loop {
        match world.log.reader.read_after(&world.space, cursor, &Known::default(), 3000).expect("a page") {
            ReadAfter::Rows { rows: page, next } => {
                assert!(!page.is_empty() && page.len() <= 3, "about 1,250 bytes a text");
                rows.extend(page);
                (cursor, pages) = (next, pages + 1);
            }
            ReadAfter::CaughtUp { head } => break assert_eq!(head, cursor),
            ReadAfter::Reset { .. } => panic!("the cursor is of this log"),
        }
    }
    assert_eq!(rows, world.rows());
    assert!(pages >= 3, "{pages}");
    let tiny = world.log.reader.read_after(&world.space, Cursor::START, &Known::default(), 1).expect("a page");
    assert!(matches!(tiny, ReadAfter::Rows { rows, .. } if rows.len() == 1));
}

fn is_reset(world: &World<'_>, cursor: Cursor) -> bool {
    let read = world.log.reader.read_after(&world.space, cursor, &Known::default(), 1000).expect("an answer");
    read == ReadAfter::Reset { head: world.head() }
}

pub(super) fn a_cursor_of_another_log_is_reset(world: &mut World<'_>) {
    let mut admin = world.founded();
    world.write(&mut admin, "نص");
    let mut foreign = world.head();
    assert!(!is_reset(world, foreign));
    foreign.digest = LogDigest([7; 16]);
    assert!(is_reset(world, foreign));
    assert!(is_reset(world, Cursor { position: Position::START, digest: LogDigest([7; 16]) }));
    assert!(!is_reset(world, Cursor::START));
}

pub(super) fn a_cursor_beyond_the_head_is_reset(world: &mut World<'_>) {
    world.founded();
    let head = world.head();
    assert!(is_reset(world, Cursor { position: Position(head.position.0 + 1), ..head }));
    assert!(is_reset(world, Cursor { position: Position(u64::MAX), ..head }));
}

fn known_rows(rows: &[PageRow]) -> Vec<bool> {
    let each = |row: &PageRow| match row {
        PageRow::Envelope { .. } => vec![false],
        PageRow::Known { rows, .. } => vec![true; *rows as usize],
    };
    rows.iter().flat_map(each).collect()
}

pub(super) fn known_rows_come_as_bare_ids(world: &mut World<'_>) {
    let mut admin = world.founded();
    let mut editor = world.member(&mut admin, 2, Role::Editor);
    let tip = world.write(&mut admin, "عنده");
    world.write(&mut editor, "ليس عنده");
    world.write(&mut admin, "ولا هذا");
    let elsewhere = Author::new(9).write(world.space, "ليس هنا").id();
    let known = world.log.reader.ancestry(&world.space, &[tip, elsewhere]).expect("the ancestry");
    let rows = world.rows_after(Cursor::START, &known);
    // Founding, invite, join, and the three texts.
    assert_eq!(known_rows(&rows), vec![true, true, false, true, false, false]);
    // The first two follow each other in their chain, and the second one's id names both.
    assert!(matches!(rows[0], PageRow::Known { rows: 2, .. }));
    assert!(matches!(&rows[2], PageRow::Known { id, server_ms: 1000, rows: 1 } if *id == tip));
}

pub(super) fn a_branch_that_comes_later_is_not_taken_for_known(world: &mut World<'_>) {
    let mut admin = world.founded();
    let mut clone = admin.clone();
    world.write(&mut admin, "أ");
    let tip = world.write(&mut admin, "ب");
    let known = world.log.reader.ancestry(&world.space, &[tip]).expect("the ancestry");
    world.write(&mut clone, "فرع");
    let branch_tip = world.write(&mut clone, "بعده");
    assert_eq!(known_rows(&world.rows_after(Cursor::START, &known)), vec![true, true, true, false, false]);
    let known = world.log.reader.ancestry(&world.space, &[branch_tip]).expect("the ancestry");
    assert_eq!(known_rows(&world.rows_after(Cursor::START, &known)), vec![true, false, false, true, true]);
}

pub(super) fn tips_name_every_branch(world: &mut World<'_>) {
    let mut admin = world.founded();
    let mut editor = world.member(&mut admin, 2, Role::Editor);
    let mut clone = admin.clone();
    let mut ends = vec![world.write(&mut admin, "أ"), world.write(&mut clone, "فرع"), world.write(&mut editor, "ب")];
    let tips = world.log.reader.tips(&world.space).expect("the tips");
    let mut found: Vec<_> = tips.iter().map(|tip| tip.id).collect();
    ends.sort();
    found.sort();
    assert_eq!(found, ends);
    let tip = tips.iter().find(|tip| tip.chain.device == editor.id()).expect("the editor's");
    assert_eq!((tip.counter, tip.chain.incarnation), (2, editor.incarnation));
}

pub(super) fn a_space_that_is_not_here_reads_as_empty(world: &mut World<'_>) {
    let mut admin = world.founded();
    world.write(&mut admin, "نص");
    let cursor = world.head();
    let elsewhere = space_id(&found(7).to_bytes());
    let reader = &world.log.reader;
    let read = |cursor| reader.read_after(&elsewhere, cursor, &Known::default(), 1000).expect("an answer");
    assert_eq!(read(Cursor::START), ReadAfter::CaughtUp { head: Cursor::START });
    assert_eq!(read(cursor), ReadAfter::Reset { head: Cursor::START });
    assert_eq!(reader.head(&elsewhere).expect("an answer"), None);
    assert_eq!(reader.roster(&elsewhere).expect("an answer"), None);
    assert_eq!(reader.digest_at(&elsewhere, Position::START).expect("an answer"), None);
    assert_eq!(reader.tips(&elsewhere).expect("an answer"), vec![]);
    assert!(reader.ancestry(&elsewhere, &[]).expect("an answer").is_empty());
    assert!(!reader.is_recovering(&elsewhere).expect("an answer"));
}

pub(super) fn the_roster_follows_the_log(world: &mut World<'_>) {
    let mut admin = world.founded();
    let roster = |world: &World<'_>| world.log.reader.roster(&world.space).expect("an answer").expect("the space");
    assert_eq!(roster(world).role(&admin.id()), Some(Role::Admin));
    let editor = world.member(&mut admin, 2, Role::Editor);
    assert_eq!(roster(world).role(&editor.id()), Some(Role::Editor));
    world.write(&mut admin, "نص");
    world.say(&mut admin, &Entry::RemoveMember { member: editor.id() });
    assert_eq!(roster(world).role(&editor.id()), None);
    let info = world.log.reader.spaces().expect("the spaces").remove(0);
    assert_eq!((info.title.as_str(), info.position, info.members), ("مؤتمر", 5, 1));
}
