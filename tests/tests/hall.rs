//! In the hall: two devices in one room, without a server in reach.

use sync_engine::engine::Event;
use sync_engine::entry::Role;
use sync_engine::ids::{Position, SpaceId};
use tests::{Device, World};

/// Hands everything that `member` has read of the log to a newcomer beside them.
fn hand_over(member: &Device, newcomer: &Device, space: &SpaceId) {
    let mut after = Position::START;
    while let Some(page) = member.with(|engine| engine.hand_page(space, after)).expect("a page") {
        newcomer.with(|engine| engine.on_pages(space, &[(after, &page)])).expect("taken");
        let spaces = newcomer.with(|engine| engine.spaces()).expect("the spaces");
        after = spaces.iter().find(|row| row.space == *space).expect("the space").cursor.position;
    }
}

fn hand_in(newcomer: &Device, member: &Device, space: &SpaceId) -> usize {
    let frame = newcomer.with(|engine| engine.hand_unplaced(space)).expect("a frame");
    member.with(|engine| engine.take_unplaced(space, &frame)).expect("taken")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer_joins_beside_a_member_and_the_server_learns_of_it_later() {
    let mut world = World::new().await;
    let (najaf, karbala) = (world.device("najaf"), world.device("karbala"));
    let space = world.space(&najaf, &[]).await;
    let note = najaf.note(&space, "الجلسة الثانية");
    najaf.append_paragraph(&note, "كلمة قسم العلاقات العامة");
    let link = najaf.invite(&space, Role::Editor, 1);
    najaf.sync().await;

    // From here on nobody has a line.
    karbala.join(&link);
    hand_over(&najaf, &karbala, &space);
    assert_eq!(karbala.text(&note), najaf.text(&note));
    karbala.type_at_end(&note, "، ثم نوقشت التوصيات");
    assert_eq!(hand_in(&karbala, &najaf, &space), 2);
    assert!(najaf.text(&note).contains("ثم نوقشت التوصيات"));
    assert_eq!(hand_in(&karbala, &najaf, &space), 0, "handing in twice changes nothing");
    let seen = najaf.with(|engine| engine.roster(&space)).expect("the roster");
    assert_eq!(seen.role(&karbala.id()), Some(Role::Editor));

    // The member alone comes back to the server, and brings the newcomer's words with its own.
    najaf.sync().await;
    assert!(najaf.is_all_on_server());
    assert!(najaf.with(|engine| engine.held(&space)).expect("held").is_empty());
    let other = world.device("other");
    let link = najaf.invite(&space, Role::Viewer, 1);
    najaf.sync().await;
    other.join(&link);
    other.sync().await;
    assert_eq!(other.text(&note), najaf.text(&note));
    karbala.sync().await;
    assert!(karbala.is_all_on_server());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer_whose_invite_was_used_up_meanwhile_waits_for_an_admin_everywhere() {
    let mut world = World::new().await;
    let (najaf, karbala, basra) = (world.device("najaf"), world.device("karbala"), world.device("basra"));
    let space = world.space(&najaf, &[]).await;
    let note = najaf.note(&space, "الجلسة الثانية");
    najaf.append_paragraph(&note, "كلمة القسم");
    let link = najaf.invite(&space, Role::Editor, 1);
    najaf.sync().await;

    karbala.join(&link);
    hand_over(&najaf, &karbala, &space);
    karbala.type_at_end(&note, " وملاحظة من الوافد");
    assert_eq!(hand_in(&karbala, &najaf, &space), 2);
    basra.join(&link);
    basra.sync().await;

    // The server has another guest under the same invite: the one from the hall is held, also on the member's
    // device, which had shown the words already.
    najaf.sync().await;
    assert!(!najaf.text(&note).contains("ملاحظة من الوافد"), "{}", najaf.text(&note));
    let held = najaf.with(|engine| engine.held(&space)).expect("held");
    assert_eq!(held.len(), 2);
    let ids: Vec<_> = held.iter().map(|held| held.envelope).collect();
    najaf.with(|engine| engine.admit(&space, &ids)).expect("admitted");
    world.settle(&[&najaf, &basra, &karbala]).await;
    for device in [&najaf, &basra, &karbala] {
        assert!(device.text(&note).contains("ملاحظة من الوافد"), "{} has {}", device.name(), device.text(&note));
    }
    let events = najaf.with(|engine| engine.take_events());
    assert!(events.contains(&Event::MembersChanged { space }));
}
