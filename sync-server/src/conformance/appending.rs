//! What takes a place in a log, and what waits.

use std::collections::HashSet;

use sync_engine::entry::{Role, space_id};
use sync_engine::frame::PageRow;
use sync_engine::ids::{BlobHash, Cursor, Incarnation, Position};
use sync_engine::wire::{LaterReason, Outcome};

use super::world::{Author, World, found, is_accepted, position};
use crate::log::{Batch, Quota};

fn later(reason: LaterReason) -> Outcome {
    Outcome::Later { reason }
}

pub(super) fn rows_take_places_without_gaps(world: &mut World<'_>) {
    let mut admin = world.founded();
    let envelopes: Vec<_> = (0..5).map(|n| admin.write(world.space, &format!("سطر {n}"))).collect();
    let places: Vec<_> = world.push(&admin, &envelopes).iter().map(position).collect();
    assert_eq!(places, (2..=6).map(|n| Some(Position(n))).collect::<Vec<_>>());
    let rows = world.rows();
    assert_eq!(rows.len(), 6);
    let mut cursor = Cursor::START;
    for row in &rows {
        let PageRow::Envelope { envelope, server_ms } = row else { panic!("nothing was known") };
        cursor = cursor.step(&envelope.id(), *server_ms);
        assert_eq!(world.log.reader.digest_at(&world.space, cursor.position).expect("a digest"), Some(cursor));
    }
    assert_eq!(world.head(), cursor);
    let PageRow::Envelope { envelope, .. } = &rows[5] else { panic!("nothing was known") };
    assert_eq!(envelope, &envelopes[4]);
}

pub(super) fn a_repeated_batch_is_answered_the_same(world: &mut World<'_>) {
    let admin = world.founded();
    let mut stranger = Author::new(9);
    let (mut first, mut second) = (admin.clone(), admin.clone());
    let batch = vec![first.write(world.space, "أ"), second.write(world.space, "ب"), first.write(world.space, "ج")];
    let answered = world.push(&admin, &batch);
    assert_eq!(answered[1], Outcome::Accepted { position: Position(3), is_branch: true });
    let held = stranger.write(world.space, "غريب");
    let held_answer = world.push(&stranger, std::slice::from_ref(&held));
    let head = world.head();
    world.now_ms += 1;
    assert_eq!(world.push(&admin, &batch), answered);
    assert_eq!(world.push(&stranger, &[held]), held_answer);
    assert_eq!(world.head(), head);
}

pub(super) fn a_lost_reply_never_duplicates_a_row_within_one_batch(world: &mut World<'_>) {
    let mut admin = world.founded();
    let envelope = admin.write(world.space, "مرة");
    let answered = world.push(&admin, &[envelope.clone(), envelope]);
    assert_eq!(answered[0], answered[1]);
    assert_eq!(world.rows().len(), 2);
}

pub(super) fn a_space_is_founded_only_by_a_device_that_was_let_in(world: &mut World<'_>) {
    let mut admin = Author::new(1);
    let founding = admin.say(world.space, &found(0));
    let appended = world.relay(admin.id(), std::slice::from_ref(&founding));
    assert_eq!((appended.outcomes, appended.head), (vec![later(LaterReason::NoSuchSpace)], None));
    world.let_in(admin.id());
    let mut other = Author::new(1);
    let wrong = [other.say(world.space, &found(7)), Author::new(1).write(world.space, "بلا تأسيس")];
    assert_eq!(world.push(&admin, &wrong), vec![later(LaterReason::NoSuchSpace); 2]);
    assert!(is_accepted(&world.push(&admin, &[founding])[0]));
}

pub(super) fn a_secret_lets_one_device_in_until_it_expires(world: &mut World<'_>) {
    let (first, second) = (Author::new(1).id(), Author::new(2).id());
    let writer = &mut world.log.writer;
    writer.add_invite(BlobHash::of(b"one"), 500).expect("an invite is stored");
    writer.add_invite(BlobHash::of(b"two"), 500).expect("an invite is stored");
    let mut enter = |device, secret: &[u8], now_ms| writer.enter(device, secret, now_ms).expect("an answer");
    assert!(!enter(first, b"none", 400));
    assert!(enter(first, b"one", 500));
    assert!(enter(first, b"one", 900), "a repeat is answered the same");
    assert!(!enter(second, b"one", 400));
    assert!(!enter(second, b"two", 501));
}

pub(super) fn an_envelope_without_its_predecessor_waits(world: &mut World<'_>) {
    let mut admin = world.founded();
    let (first, second) = (admin.write(world.space, "أول"), admin.write(world.space, "ثان"));
    assert_eq!(world.push(&admin, std::slice::from_ref(&second)), vec![later(LaterReason::MissingPredecessor)]);
    assert!(world.push(&admin, &[first, second]).iter().all(is_accepted));
}

pub(super) fn a_counter_that_skips_is_invalid(world: &mut World<'_>) {
    let mut admin = world.founded();
    admin.counter += 1;
    let skips = admin.write(world.space, "قفزة");
    assert_eq!(world.push(&admin, &[skips]), vec![later(LaterReason::Invalid)]);
    let mut foreign = Author::new(2);
    (foreign.counter, foreign.previous) = (
        1,
        world.rows().first().map(|row| match row {
            PageRow::Envelope { envelope, .. } => envelope.id(),
            PageRow::Known { id, .. } => *id,
        }),
    );
    let borrowed = foreign.write(world.space, "سلسلة غيره");
    assert_eq!(world.push(&foreign, &[borrowed]), vec![later(LaterReason::Invalid)]);
}

pub(super) fn an_envelope_of_another_space_is_invalid(world: &mut World<'_>) {
    let mut admin = world.founded();
    let elsewhere = admin.write(space_id(&found(7).to_bytes()), "هناك");
    assert_eq!(world.push(&admin, &[elsewhere]), vec![later(LaterReason::Invalid)]);
}

pub(super) fn branches_are_kept_and_bounded(world: &mut World<'_>) {
    let max = 3;
    world.another_log(Quota { branches_max: max, ..Quota::default() });
    let admin = world.founded();
    for n in 0..max {
        let outcome = world.push(&admin, &[admin.clone().write(world.space, &format!("فرع {n}"))])[0];
        assert_eq!(outcome, Outcome::Accepted { position: Position(2 + u64::from(n)), is_branch: n > 0 });
    }
    let one_more = admin.clone().write(world.space, "فرع زائد");
    assert_eq!(world.push(&admin, &[one_more]), vec![later(LaterReason::Branches)]);
    let mut other_life = admin.clone();
    (other_life.incarnation, other_life.counter, other_life.previous) = (Incarnation([8; 8]), 0, None);
    let outcome = world.push(&admin, &[other_life.write(world.space, "حياة أخرى")])[0];
    assert_eq!(outcome, Outcome::Accepted { position: Position(5), is_branch: false });
    let again = Author { counter: 0, previous: None, ..other_life }.write(world.space, "مستنسخة");
    let outcome = world.push(&admin, &[again])[0];
    assert_eq!(outcome, Outcome::Accepted { position: Position(6), is_branch: true });
}

pub(super) fn a_stranger_may_not_relay(world: &mut World<'_>) {
    let mut admin = world.founded();
    let viewer = world.member(&mut admin, 2, Role::Viewer);
    let envelope = admin.write(world.space, "بيد غيره");
    let stranger = Author::new(9).id();
    let refused = world.relay(stranger, std::slice::from_ref(&envelope));
    assert_eq!(refused.outcomes, vec![later(LaterReason::Forbidden)]);
    assert!(is_accepted(&world.relay(viewer.id(), &[envelope]).outcomes[0]));
}

pub(super) fn whoever_brought_a_space_relays_its_log(world: &mut World<'_>) {
    world.another_log(Quota { stranger_bytes_max: 0, ..Quota::default() });
    let mut admin = Author::new(1);
    let courier = Author::new(2).id();
    world.let_in(courier);
    let log = [admin.say(world.space, &found(0)), admin.write(world.space, "كتب في القاعة")];
    assert!(world.relay(courier, &log).outcomes.iter().all(is_accepted));
}

pub(super) fn time_never_runs_backwards_in_a_log(world: &mut World<'_>) {
    let mut admin = world.founded();
    world.now_ms = 5000;
    world.write(&mut admin, "قبل");
    world.now_ms = 10;
    world.write(&mut admin, "بعد");
    let times: Vec<_> = world
        .rows()
        .iter()
        .map(|row| match row {
            PageRow::Envelope { server_ms, .. } | PageRow::Known { server_ms, .. } => *server_ms,
        })
        .collect();
    assert_eq!(times, vec![1000, 5000, 5000]);
}

pub(super) fn spaces_do_not_see_each_other(world: &mut World<'_>) {
    let mut admin = world.founded();
    let first = world.space;
    world.write(&mut admin, "هنا");
    world.space = space_id(&found(1).to_bytes());
    let mut other = Author::new(1);
    let envelopes = [other.say(world.space, &found(1)), other.write(world.space, "هناك")];
    let places: Vec<_> = world.push(&other, &envelopes).iter().map(position).collect();
    assert_eq!(places, vec![Some(Position(1)), Some(Position(2))]);
    let read = world.log.reader.head(&first).expect("a head").expect("the first space");
    assert_eq!(read.position, Position(2));
    assert_ne!(read, world.head());
    assert_eq!(world.log.reader.spaces().expect("the spaces").len(), 2);
}

pub(super) fn several_batches_are_one_append(world: &mut World<'_>) {
    let mut admin = world.founded();
    let mut editor = world.member(&mut admin, 2, Role::Editor);
    let space = world.space;
    let batch = |author: &mut Author| {
        let envelopes = vec![author.write(space, "أ"), author.write(space, "ب")];
        Batch { space, sender: author.id(), envelopes, lacks: HashSet::new(), now_ms: 2000 }
    };
    let batches = [batch(&mut admin), batch(&mut editor)];
    let appended = world.log.writer.append(&batches).expect("both are appended");
    assert_eq!(appended.len(), 2);
    assert_eq!(appended[1].head, Some(world.head()));
    assert_eq!(world.head().position, Position(7));
}
