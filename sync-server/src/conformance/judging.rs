//! Who may write: what is accepted, held and refused, and how much of it.

use sync_engine::entry::{Entry, Role};
use sync_engine::envelope::Payload;
use sync_engine::roster::HeldReason;
use sync_engine::wire::{LaterReason, Outcome};

use super::world::{Author, World, is_accepted, key};
use crate::log::Quota;

fn held_for(outcome: &Outcome) -> Option<HeldReason> {
    match outcome {
        Outcome::Held { reason, .. } => Some(*reason),
        _ => None,
    }
}

pub(super) fn a_held_envelope_is_admitted_or_refused(world: &mut World<'_>) {
    let mut admin = world.founded();
    let mut stranger = Author::new(9);
    let held = [stranger.write(world.space, "يقبل"), stranger.write(world.space, "يرد")];
    let outcomes = world.push(&stranger, &held);
    assert_eq!(held_for(&outcomes[0]), Some(HeldReason::NotAMember));
    let info = |world: &World<'_>| world.log.reader.spaces().expect("the spaces").remove(0);
    assert_eq!(info(world).held, 2);
    let stored_bytes = info(world).stored_bytes;

    world.say(&mut admin, &Entry::Admit { envelopes: vec![held[0].id()] });
    world.say(&mut admin, &Entry::Refuse { envelopes: vec![held[1].id(), held[0].id()] });
    let outcomes = world.push(&stranger, &held);
    assert!(is_accepted(&outcomes[0]), "what was admitted stays so");
    assert!(matches!(outcomes[1], Outcome::Refused { .. }));
    assert_eq!(world.payload(held[0].id()), held[0].payload);
    assert_eq!(world.payload(held[1].id()), Payload::Dropped);
    assert_eq!(info(world).held, 0);
    assert!(info(world).stored_bytes > stored_bytes, "the entries are stored, too");
}

pub(super) fn a_refused_entry_keeps_its_bytes(world: &mut World<'_>) {
    let mut admin = world.founded();
    let mut editor = world.member(&mut admin, 2, Role::Editor);
    let promotes = Entry::ChangeRole { member: editor.id(), role: Role::Admin };
    let entry = editor.say(world.space, &promotes);
    assert_eq!(held_for(&world.push(&editor, std::slice::from_ref(&entry))[0]), Some(HeldReason::Role));
    world.say(&mut admin, &Entry::Refuse { envelopes: vec![entry.id()] });
    assert_eq!(world.payload(entry.id()), entry.payload);
    let roster = world.log.reader.roster(&world.space).expect("the roster").expect("the space");
    assert!(!roster.has_unknown_entries());
}

pub(super) fn an_invite_used_up_holds_the_second_join(world: &mut World<'_>) {
    let mut admin = world.founded();
    let invite = key(50);
    let entry = Entry::Invite { key: invite.device(), role: Role::Editor, uses: 1, expires_ms: u64::MAX };
    world.say(&mut admin, &entry);
    let (mut first, mut second) = (Author::new(2), Author::new(3));
    let join = first.join(world.space, &invite);
    assert!(is_accepted(&world.push(&first, &[join])[0]));
    let (join, under_it) = (second.join(world.space, &invite), second.write(world.space, "معه"));
    let outcomes = world.push(&second, &[join.clone(), under_it.clone()]);
    assert_eq!(held_for(&outcomes[0]), Some(HeldReason::InviteUsedUp));
    assert_eq!(held_for(&outcomes[1]), Some(HeldReason::NotAMember));
    world.say(&mut admin, &Entry::Admit { envelopes: vec![join.id(), under_it.id()] });
    world.write(&mut second, "عضو الآن");
    assert!(world.push(&second, &[join, under_it]).iter().all(is_accepted));
}

pub(super) fn an_invite_admits_a_join_that_was_here_before_it_with_what_came_under_it(world: &mut World<'_>) {
    let mut admin = world.founded();
    let invite = key(50);
    let (mut early, mut stranger) = (Author::new(2), Author::new(3));
    let (join, under_it) = (early.join(world.space, &invite), early.write(world.space, "معه"));
    let by_stranger = stranger.write(world.space, "غريب");
    let outcomes = world.push(&early, &[join.clone(), under_it.clone()]);
    assert_eq!(held_for(&outcomes[0]), Some(HeldReason::InviteUnknown));
    assert_eq!(held_for(&world.push(&stranger, std::slice::from_ref(&by_stranger))[0]), Some(HeldReason::NotAMember));
    world.say(&mut admin, &Entry::Invite { key: invite.device(), role: Role::Editor, uses: 1, expires_ms: u64::MAX });
    assert!(world.push(&early, &[join, under_it]).iter().all(is_accepted));
    assert_eq!(held_for(&world.push(&stranger, &[by_stranger])[0]), Some(HeldReason::NotAMember));
    world.write(&mut early, "عضو الآن");
}

pub(super) fn removal_names_the_devices_and_holds_what_comes_later(world: &mut World<'_>) {
    let mut admin = world.founded();
    let mut editor = world.member(&mut admin, 2, Role::Editor);
    world.write(&mut editor, "قبل الإزالة");
    let removal = admin.say(world.space, &Entry::RemoveMember { member: editor.id() });
    let appended = world.relay(admin.id(), &[removal]);
    assert_eq!(appended.removed, vec![editor.id()]);
    let own = editor.write(world.space, "بعدها");
    assert_eq!(held_for(&world.push(&editor, &[own])[0]), Some(HeldReason::Removed));
    let of_others = admin.write(world.space, "لغيره");
    let relayed = world.relay(editor.id(), &[of_others]);
    assert_eq!(relayed.outcomes, vec![Outcome::Later { reason: LaterReason::Forbidden }]);
}

pub(super) fn a_device_that_sends_too_much_waits(world: &mut World<'_>) {
    world.another_log(Quota { device_bytes_max: 4000, ..Quota::default() });
    let mut admin = world.founded();
    let mut editor = world.member(&mut admin, 2, Role::Editor);
    let viewer = world.member(&mut admin, 3, Role::Viewer);
    let large = editor.write(world.space, &"ن".repeat(2000));
    let outcomes = world.relay(viewer.id(), std::slice::from_ref(&large)).outcomes;
    assert_eq!(outcomes, vec![Outcome::Later { reason: LaterReason::Quota }]);
    let mut small = Author { counter: editor.counter - 1, previous: large.header().previous, ..editor.clone() };
    let small = small.write(world.space, &"ن".repeat(1000));
    let outcomes = world.relay(viewer.id(), &[small]).outcomes;
    assert!(is_accepted(&outcomes[0]), "the author has room; the relay is charged: {outcomes:?}");
    let next = Author { incarnation: sync_engine::ids::Incarnation([7; 8]), counter: 0, previous: None, ..editor }
        .write(world.space, &"ن".repeat(1000));
    let outcomes = world.relay(viewer.id(), std::slice::from_ref(&next)).outcomes;
    assert_eq!(outcomes, vec![Outcome::Later { reason: LaterReason::Quota }]);
    assert!(is_accepted(&world.relay(next.header().device, &[next]).outcomes[0]));
}

pub(super) fn strangers_never_fill_a_space(world: &mut World<'_>) {
    world.another_log(Quota { stranger_bytes_max: 1500, ..Quota::default() });
    let mut admin = world.founded();
    let later = Outcome::Later { reason: LaterReason::Quota };
    let (mut first, mut second) = (Author::new(8), Author::new(9));
    let taken = world.push(&first.clone(), &[first.write(world.space, &"غ".repeat(300))]);
    assert_eq!(held_for(&taken[0]), Some(HeldReason::NotAMember));
    let taken = world.push(&second.clone(), &[second.write(world.space, &"غ".repeat(300))]);
    assert_eq!(taken, vec![later], "they share what strangers have");
    world.write(&mut admin, &"ع".repeat(2000));
}

pub(super) fn a_removed_member_leaves_room_for_strangers(world: &mut World<'_>) {
    world.another_log(Quota { stranger_bytes_max: 1500, ..Quota::default() });
    let mut admin = world.founded();
    let mut editor = world.member(&mut admin, 2, Role::Editor);
    world.write(&mut editor, &"م".repeat(2000));
    world.say(&mut admin, &Entry::RemoveMember { member: editor.id() });
    let mut stranger = Author::new(9);
    let taken = world.push(&stranger.clone(), &[stranger.write(world.space, &"غ".repeat(300))]);
    assert_eq!(held_for(&taken[0]), Some(HeldReason::NotAMember));
}

pub(super) fn a_full_space_still_takes_an_admins_entries(world: &mut World<'_>) {
    world.another_log(Quota { space_bytes_max: 3000, ..Quota::default() });
    let mut admin = world.founded();
    let editor = world.member(&mut admin, 2, Role::Editor);
    let later = Outcome::Later { reason: LaterReason::Quota };
    let large = admin.clone().write(world.space, &"م".repeat(1500));
    assert_eq!(world.push(&admin, &[large]), vec![later]);
    world.say(&mut admin, &Entry::RemoveMember { member: editor.id() });
}
