//! A log that was restored from a backup takes its own rows back.

use std::collections::BTreeSet;

use sync_engine::entry::{Entry, Role};
use sync_engine::envelope::Payload;
use sync_engine::frame::PageRow;
use sync_engine::ids::{BlobHash, Cursor};
use sync_engine::wire::{LaterReason, Outcome};

use super::world::{Author, World, is_accepted, key};
use crate::log::{LogError, Quota};

pub(super) fn a_recovering_space_takes_documents_but_no_entries(world: &mut World<'_>) {
    let mut admin = world.founded();
    let space = world.space;
    let old = admin.clone();
    world.log.writer.set_recovering(None, true).expect("set");
    assert!(world.log.reader.is_recovering(&space).expect("an answer"));
    world.write(&mut admin, "نص");
    let invite = Entry::Invite { key: key(7).device(), role: Role::Admin, uses: 1, expires_ms: 9 };
    let entry = admin.clone().say(space, &invite);
    let waits = vec![Outcome::Later { reason: LaterReason::Recovering }];
    assert_eq!(world.push(&admin, std::slice::from_ref(&entry)), waits);
    let founding = world.rows().remove(0);
    let PageRow::Envelope { envelope, .. } = founding else { panic!("nothing is known") };
    assert!(is_accepted(&world.push(&old, &[envelope])[0]), "what is here is answered as ever");
    world.log.writer.set_recovering(Some(&space), false).expect("cleared");
    assert!(!world.log.reader.is_recovering(&space).expect("an answer"));
    assert!(is_accepted(&world.push(&admin, &[entry])[0]));
}

/// A log of some length, with a held row that was admitted and one that was refused.
fn long_log(world: &mut World<'_>) -> Vec<PageRow> {
    let mut admin = world.founded();
    let mut editor = world.member(&mut admin, 2, Role::Editor);
    let mut stranger = Author::new(9);
    let held = [stranger.write(world.space, "أ"), stranger.write(world.space, "ب")];
    world.push(&stranger, &held);
    world.now_ms += 500;
    world.say(&mut admin, &Entry::Admit { envelopes: vec![held[0].id()] });
    world.say(&mut admin, &Entry::Refuse { envelopes: vec![held[1].id()] });
    let mut clone = editor.clone();
    world.write(&mut editor, "نص");
    world.write(&mut clone, "فرع");
    world.rows()
}

/// The cursor after the first `count` rows.
fn cursor_after(rows: &[PageRow], count: usize) -> Cursor {
    rows[..count].iter().fold(Cursor::START, |cursor, row| match row {
        PageRow::Envelope { envelope, server_ms } => cursor.step(&envelope.id(), *server_ms),
        PageRow::Known { id, server_ms, .. } => cursor.step(id, *server_ms),
    })
}

pub(super) fn taking_back_gives_the_identical_head(world: &mut World<'_>) {
    let rows = long_log(world);
    let (head, tips) = (world.head(), world.log.reader.tips(&world.space).expect("the tips"));
    world.another_log(Quota::default());
    let space = world.space;
    let writer = &mut world.log.writer;
    let middle = writer.take_back(&space, Cursor::START, &rows[..4]).expect("taken back");
    assert_eq!(middle, cursor_after(&rows, 4));
    assert_eq!(writer.take_back(&space, middle, &rows[4..]).expect("taken back"), head);
    assert_eq!(world.rows(), rows);
    assert_eq!(world.head(), head);
    assert_eq!(world.log.reader.tips(&space).expect("the tips"), tips);
    let PageRow::Envelope { envelope, .. } = &rows[3] else { panic!("nothing is known") };
    let repeated = world.relay(envelope.header().device, std::slice::from_ref(envelope)).outcomes;
    assert!(is_accepted(&repeated[0]), "its admission came back, too");
}

pub(super) fn taking_back_twice_is_harmless(world: &mut World<'_>) {
    let rows = long_log(world);
    let (head, space) = (world.head(), world.space);
    world.another_log(Quota::default());
    let writer = &mut world.log.writer;
    writer.take_back(&space, Cursor::START, &rows[..5]).expect("taken back");
    assert_eq!(writer.take_back(&space, Cursor::START, &rows).expect("taken back"), head);
    assert_eq!(writer.take_back(&space, cursor_after(&rows, 2), &rows[2..]).expect("again"), head);
    assert_eq!(world.rows(), rows);
}

pub(super) fn rows_that_do_not_continue_the_log_are_not_taken_back(world: &mut World<'_>) {
    let rows = long_log(world);
    let space = world.space;
    world.another_log(Quota::default());
    let writer = &mut world.log.writer;
    let is_unfit = |taken: Result<Cursor, LogError>| matches!(taken, Err(LogError::Unfit(_)));
    assert!(is_unfit(writer.take_back(&space, cursor_after(&rows, 1), &rows[1..])), "it has no beginning");
    assert!(is_unfit(writer.take_back(&space, Cursor::START, &rows[1..])), "not the founding row");
    let first = writer.take_back(&space, Cursor::START, &rows[..1]).expect("taken back");
    assert!(is_unfit(writer.take_back(&space, first, &rows[2..])), "a row is missing");
    let mut later = rows.clone();
    let PageRow::Envelope { server_ms, .. } = &mut later[0] else { panic!("nothing is known") };
    *server_ms += 1;
    assert!(is_unfit(writer.take_back(&space, Cursor::START, &later)), "another time, so another log");
    assert_eq!(world.head(), first, "nothing of it has taken effect");
}

pub(super) fn a_row_that_comes_back_before_its_payload_is_named(world: &mut World<'_>) {
    let mut admin = world.founded();
    let space = world.space;
    let whole = vec![5; 100_000];
    world.upload(admin.id(), &whole);
    let large = admin.seal(space, Payload::Blob, |header| {
        (header.payload_bytes, header.payload_hash) = (100_000, BlobHash::of(&whole));
    });
    assert!(is_accepted(&world.push(&admin, &[large])[0]));
    let lacking = |world: &World<'_>, count| world.log.reader.lacking(&space, count).expect("an answer");
    assert_eq!(lacking(world, 9), []);
    let rows = world.rows();
    world.another_log(Quota::default());
    world.log.writer.take_back(&space, Cursor::START, &rows).expect("taken back");
    assert_eq!(lacking(world, 9), [BlobHash::of(&whole)]);
    assert_eq!(lacking(world, 0), []);
    world.upload(admin.id(), &whole);
    assert_eq!(lacking(world, 9), []);
}

pub(super) fn what_is_lost_everywhere_hides_nothing_that_is_not(world: &mut World<'_>) {
    let mut admin = world.founded();
    let hashes: BTreeSet<BlobHash> = (0..30).map(|nth: u8| BlobHash::of(&[nth])).collect();
    for hash in &hashes {
        let envelope = admin.seal(world.space, Payload::Inline(b"text".to_vec()), |header| header.blobs = vec![*hash]);
        assert!(is_accepted(&world.push(&admin, &[envelope])[0]));
    }
    let mut named = BTreeSet::new();
    for nth in 0..100 {
        let some = world.log.reader.lacking(&world.space, 4).expect("an answer");
        assert_eq!(some.len(), 4);
        named.extend(some);
        world.write(&mut admin, &nth.to_string());
    }
    assert_eq!(named, hashes);
}

pub(super) fn a_space_comes_back_whole(world: &mut World<'_>) {
    let rows = long_log(world);
    world.another_log(Quota::default());
    let space = world.space;
    world.log.writer.take_back(&space, Cursor::START, &rows).expect("taken back");
    assert!(world.log.reader.is_recovering(&space).expect("an answer"));
    let roster = world.log.reader.roster(&space).expect("an answer").expect("the space");
    assert_eq!(roster.role(&Author::new(2).id()), Some(Role::Editor));
}
