//! What a snapshot lets go of, and what it never does.

use sync_engine::entry::{Entry, Role, join_proof};
use sync_engine::envelope::Payload;
use sync_engine::ids::{Cursor, DocumentId};

use super::world::{Author, World, is_accepted};

/// A space with an admin and an editor, who wrote a text each.
fn two_authors(world: &mut World<'_>) -> (Author, Author) {
    let mut admin = world.founded();
    let mut editor = world.member(&mut admin, 2, Role::Editor);
    world.write(&mut admin, "نص المشرفة");
    world.write(&mut editor, "نص المحرر");
    (admin, editor)
}

fn tips(authors: &[&Author]) -> Vec<sync_engine::ids::EnvelopeId> {
    authors.iter().filter_map(|author| author.previous).collect()
}

pub(super) fn a_vouched_snapshot_drops_what_it_covers(world: &mut World<'_>) {
    let (mut admin, mut editor) = two_authors(world);
    let other = admin.seal(world.space, Payload::Inline(b"another document".to_vec()), |header| {
        header.document = Some(DocumentId([4; 16]));
    });
    assert!(is_accepted(&world.push(&admin, std::slice::from_ref(&other))[0]));
    let covered = tips(&[&admin, &editor]);
    let snapshot = world.snapshot(&mut admin, &covered);
    let stored = world.log.reader.spaces().expect("the spaces")[0].stored_bytes;
    world.say(&mut editor, &Entry::Vouch { snapshot });
    let texts = ("نص المشرفة".len() + "نص المحرر".len()) as u64;
    assert_eq!(world.compact(), (2, texts));
    assert_eq!(world.compact(), (0, 0));
    assert_eq!(world.payload(covered[1]), Payload::Dropped);
    assert_eq!(world.payload(snapshot), Payload::Inline(b"snapshot".to_vec()));
    assert_eq!(world.payload(other.id()), other.payload);
    let now = world.log.reader.spaces().expect("the spaces")[0].stored_bytes;
    assert!(now < stored + 1000);
}

pub(super) fn nothing_is_dropped_before_its_time(world: &mut World<'_>) {
    let (mut admin, mut editor) = two_authors(world);
    world.now_ms = 2000;
    let snapshot = world.snapshot(&mut admin.clone(), &tips(&[&admin, &editor]));
    admin.counter += 1;
    admin.previous = Some(snapshot);
    world.say(&mut editor, &Entry::Vouch { snapshot });
    assert_eq!(world.log.writer.compact(2000).expect("compacted").0, 0, "the snapshot is not old enough");
    assert_eq!(world.log.writer.compact(2001).expect("compacted").0, 2);
}

pub(super) fn an_authors_own_word_drops_nothing(world: &mut World<'_>) {
    let (mut admin, editor) = two_authors(world);
    let snapshot = world.snapshot(&mut admin.clone(), &tips(&[&admin, &editor]));
    (admin.counter, admin.previous) = (admin.counter + 1, Some(snapshot));
    world.say(&mut admin, &Entry::Vouch { snapshot });
    assert_eq!(world.compact().0, 0);
    let mut second = second_device(world, &mut admin);
    world.say(&mut second, &Entry::Vouch { snapshot });
    assert_eq!(world.compact().0, 0, "there is another member who could vouch");
}

fn second_device(world: &mut World<'_>, owner: &mut Author) -> Author {
    let device = Author::new(60);
    let consent = join_proof(&device.key, &world.space, &owner.id());
    world.say(owner, &Entry::AddDevice { device: device.id(), label: "حاسوب".into(), consent });
    device
}

pub(super) fn a_lone_members_second_device_may_vouch(world: &mut World<'_>) {
    let mut admin = world.founded();
    let text = world.write(&mut admin, "وحدها");
    let mut second = second_device(world, &mut admin);
    let snapshot = world.snapshot(&mut admin, &[text]);
    assert_eq!(world.compact().0, 0);
    world.say(&mut second, &Entry::Vouch { snapshot });
    assert_eq!(world.compact().0, 1);
}

pub(super) fn an_objection_keeps_everything(world: &mut World<'_>) {
    let (mut admin, mut editor) = two_authors(world);
    let covered = tips(&[&admin, &editor]);
    let snapshot = world.snapshot(&mut admin, &covered);
    world.say(&mut editor, &Entry::Vouch { snapshot });
    world.say(&mut editor, &Entry::Object { snapshot });
    assert_eq!(world.compact().0, 0);
}

pub(super) fn what_came_beside_a_snapshot_stays(world: &mut World<'_>) {
    let (mut admin, mut editor) = two_authors(world);
    let covered = tips(&[&admin, &editor]);
    let mut restored = Author { counter: editor.counter - 1, ..editor.clone() };
    restored.previous = world.rows().iter().find_map(|row| match row {
        sync_engine::frame::PageRow::Envelope { envelope, .. } if envelope.id() == covered[1] => {
            envelope.header().previous
        }
        _ => None,
    });
    let beside = world.write(&mut editor, "قبل اللقطة ولم يره كاتبها");
    let snapshot = world.snapshot(&mut admin, &covered);
    let branch = world.write(&mut restored, "فرع");
    world.say(&mut editor, &Entry::Vouch { snapshot });
    assert_eq!(world.compact().0, 2);
    assert_ne!(world.payload(beside), Payload::Dropped);
    assert_ne!(world.payload(branch), Payload::Dropped);
}

pub(super) fn what_was_admitted_after_a_snapshot_stays(world: &mut World<'_>) {
    let (mut admin, mut editor) = two_authors(world);
    world.say(&mut admin, &Entry::ChangeRole { member: editor.id(), role: Role::Viewer });
    let held = editor.write(world.space, "معلق");
    world.push(&editor, std::slice::from_ref(&held));
    world.say(&mut admin, &Entry::ChangeRole { member: editor.id(), role: Role::Editor });
    world.write(&mut editor, "مقبول");
    let covered = tips(&[&admin, &editor]);
    let before = world.snapshot(&mut admin, &covered);
    world.say(&mut admin, &Entry::Admit { envelopes: vec![held.id()] });
    world.say(&mut editor, &Entry::Vouch { snapshot: before });
    assert_eq!(world.compact().0, 3);
    assert_eq!(world.payload(held.id()), held.payload, "the snapshot was made without it");
    let covered = tips(&[&admin, &editor]);
    let after = world.snapshot(&mut admin, &covered);
    world.say(&mut editor, &Entry::Vouch { snapshot: after });
    assert_eq!(world.compact().0, 2, "the held text, and the older snapshot");
    assert_eq!(world.payload(held.id()), Payload::Dropped);
}

pub(super) fn a_snapshot_with_a_tip_from_elsewhere_drops_nothing(world: &mut World<'_>) {
    let (mut admin, mut editor) = two_authors(world);
    let elsewhere = Author::new(9).write(world.space, "ليس هنا").id();
    let covered = [tips(&[&admin, &editor]), vec![elsewhere]].concat();
    let snapshot = world.snapshot(&mut admin, &covered);
    world.say(&mut editor, &Entry::Vouch { snapshot });
    assert_eq!(world.compact().0, 0);
}

pub(super) fn an_older_snapshot_goes_only_with_all_that_it_stands_for(world: &mut World<'_>) {
    let (mut admin, mut editor) = two_authors(world);
    let covered = tips(&[&admin, &editor]);
    let first = world.snapshot(&mut admin, &covered);
    world.say(&mut editor, &Entry::Vouch { snapshot: first });
    assert_eq!(world.compact().0, 2);
    // It names the chain that holds the first snapshot, but not the editor's.
    let narrow = world.snapshot(&mut admin.clone(), &tips(&[&admin]));
    (admin.counter, admin.previous) = (admin.counter + 1, Some(narrow));
    world.say(&mut editor, &Entry::Vouch { snapshot: narrow });
    assert_eq!(world.compact().0, 0);
    assert_ne!(world.payload(first), Payload::Dropped);
    let covered = tips(&[&admin, &editor]);
    let whole = world.snapshot(&mut admin, &covered);
    world.say(&mut editor, &Entry::Vouch { snapshot: whole });
    assert_eq!(world.compact().0, 2);
    assert_ne!(world.payload(whole), Payload::Dropped);
}

pub(super) fn a_dropped_payload_keeps_its_chain(world: &mut World<'_>) {
    let (mut admin, mut editor) = two_authors(world);
    let head = world.head();
    let covered = tips(&[&admin, &editor]);
    let snapshot = world.snapshot(&mut admin, &covered);
    world.say(&mut editor, &Entry::Vouch { snapshot });
    world.compact();
    let digest = world.log.reader.digest_at(&world.space, head.position).expect("a digest");
    assert_eq!(digest, Some(head));
    let mut cursor = Cursor::START;
    for row in world.rows() {
        let sync_engine::frame::PageRow::Envelope { envelope, server_ms } = row else { panic!("nothing is known") };
        envelope.verify().expect("a signed header");
        cursor = cursor.step(&envelope.id(), server_ms);
    }
    assert_eq!(cursor, world.head());
    world.write(&mut editor, "وتستمر");
}
