//! Who may write, and what becomes of what others wrote: invites, roles, removal, and the decisions of admins.

use sync_engine::document::{self, ItemId, Plan, Position};
use sync_engine::engine::EngineError;
use sync_engine::entry::{Entry, Role};
use sync_engine::envelope::Encoding;
use sync_engine::ids::{EnvelopeId, SpaceId};
use sync_engine::keys::SecretKey;
use sync_engine::roster::HeldReason;
use sync_engine::session::Mode;
use tests::{Device, Forger, World, assert_agree, until};

/// What waits for an admin's decision, as this device sees it.
fn held(device: &Device, space: &SpaceId) -> Vec<(EnvelopeId, Option<HeldReason>)> {
    let held = device.with(|engine| engine.held(space)).expect("the held envelopes");
    held.into_iter().map(|row| (row.envelope, row.reason)).collect()
}

fn ids(held: &[(EnvelopeId, Option<HeldReason>)]) -> Vec<EnvelopeId> {
    held.iter().map(|(id, _)| *id).collect()
}

fn role(device: &Device, of: &Device, space: &SpaceId) -> Option<Role> {
    device.with(|engine| engine.roster(space)).expect("the roster").role(&of.id())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_use_invite_joined_twice_offline_lets_one_in_and_the_other_waits_with_all_they_wrote() {
    let mut world = World::new().await;
    let (najaf, karbala, basra) = (world.device("najaf"), world.device("karbala"), world.device("basra"));
    let note = world.shared_note(&najaf, &[]).await;
    let space = note.space;
    let link = najaf.invite(&space, Role::Editor, 1);
    najaf.sync().await;

    // Both open the link in the hall, without a network, and write at once.
    karbala.join(&link);
    basra.join(&link);
    let by_karbala = karbala.note(&space, "محضر كربلاء");
    let by_basra = basra.note(&space, "محضر البصرة");
    karbala.append_paragraph(&by_karbala, "كتبته كربلاء");
    basra.append_paragraph(&by_basra, "كتبته البصرة");
    world.settle(&[&karbala, &basra, &najaf]).await;

    assert_agree(&[&najaf, &karbala], &by_karbala, &["كتبته كربلاء"]);
    assert!(!najaf.lists(&by_basra));
    let waiting = held(&najaf, &space);
    assert_eq!(waiting[0].1, Some(HeldReason::InviteUsedUp));
    assert!(waiting[1..].iter().all(|(_, reason)| *reason == Some(HeldReason::NotAMember)) && waiting.len() > 1);
    assert_agree(&[&basra], &by_basra, &["كتبته البصرة"]);

    najaf.with(|engine| engine.admit(&space, &ids(&waiting))).expect("admitted");
    world.settle(&[&najaf, &karbala, &basra]).await;
    assert_agree(&[&najaf, &karbala, &basra], &by_basra, &["كتبته البصرة"]);
    assert_agree(&[&basra], &by_karbala, &["كتبته كربلاء"]);
    assert_eq!(role(&karbala, &basra, &space), Some(Role::Editor));
    assert!(basra.is_all_on_server() && held(&najaf, &space).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_reaches_the_server_before_the_invitation_is_let_in_by_it_with_all_they_wrote() {
    let mut world = World::new().await;
    let (najaf, karbala, basra) = (world.device("najaf"), world.device("karbala"), world.device("basra"));
    let kufa = world.device("kufa");
    let note = world.shared_note(&najaf, &[&kufa]).await;
    let space = note.space;
    // Najaf shows two links in the hall, and has no network; those who open them have.
    let (editors, viewers) = (najaf.invite(&space, Role::Editor, 1), najaf.invite(&space, Role::Viewer, 1));
    karbala.join(&editors);
    let by_karbala = karbala.note(&space, "محضر كربلاء");
    karbala.append_paragraph(&by_karbala, "كتبته كربلاء");
    basra.join(&viewers);
    world.settle(&[&karbala, &basra, &kufa]).await;
    assert_eq!((role(&kufa, &karbala, &space), kufa.lists(&by_karbala)), (None, false));

    world.settle(&[&najaf, &karbala, &basra, &kufa]).await;
    let newcomer = world.device("newcomer");
    newcomer.join(&najaf.invite(&space, Role::Viewer, 1));
    world.settle(&[&najaf, &newcomer]).await;
    // Who saw the join wait and who reads the whole log at once say the same.
    assert_agree(&[&najaf, &kufa, &karbala, &basra, &newcomer], &by_karbala, &["كتبته كربلاء"]);
    for device in [&najaf, &kufa, &karbala, &basra, &newcomer] {
        assert_eq!(role(device, &karbala, &space), Some(Role::Editor));
        assert_eq!(role(device, &basra, &space), Some(Role::Viewer));
        assert!(held(device, &space).is_empty());
    }
    karbala.append_paragraph(&note, "وأضافت كربلاء");
    world.settle(&[&karbala, &kufa]).await;
    assert_agree(&[&karbala, &kufa], &note, &["افتُتِحت الجلسة", "وأضافت كربلاء"]);
    assert!(karbala.is_all_on_server());
    world.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_invitation_has_admitted_is_not_refused_by_an_admin_who_had_not_heard_of_it() {
    let mut world = World::new().await;
    let (najaf, kufa, basra) = (world.device("najaf"), world.device("kufa"), world.device("basra"));
    let note = world.shared_note(&najaf, &[&kufa]).await;
    let space = note.space;
    najaf.with(|engine| engine.change_role(&space, kufa.id(), Role::Admin)).expect("said");
    world.settle(&[&najaf, &kufa]).await;
    let link = najaf.invite(&space, Role::Editor, 1);
    basra.join(&link);
    let by_basra = basra.note(&space, "محضر البصرة");
    basra.append_paragraph(&by_basra, "كتبته البصرة");
    world.settle(&[&basra, &kufa]).await;

    // Kufa refuses what it saw waiting, without a network, while Najaf's invitation is on its way.
    let waiting = held(&kufa, &space);
    kufa.with(|engine| engine.refuse(&space, &ids(&waiting))).expect("said");
    world.settle(&[&najaf]).await;
    world.settle(&[&kufa, &najaf, &basra]).await;
    let newcomer = world.device("newcomer");
    newcomer.join(&najaf.invite(&space, Role::Viewer, 1));
    world.settle(&[&najaf, &newcomer]).await;
    // Najaf and Kufa read the two entries one after the other, the newcomer reads them at once.
    assert_agree(&[&najaf, &kufa, &basra, &newcomer], &by_basra, &["كتبته البصرة"]);
    world.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_viewer_writes_is_held_and_shows_once_it_is_admitted() {
    let mut world = World::new().await;
    let (najaf, karbala, viewer) = (world.device("najaf"), world.device("karbala"), world.device("viewer"));
    let note = world.shared_note(&najaf, &[&karbala]).await;
    let link = najaf.invite(&note.space, Role::Viewer, 1);
    najaf.sync().await;
    viewer.join(&link);
    viewer.sync().await;
    assert_agree(&[&viewer], &note, &["افتُتِحت الجلسة"]);

    viewer.type_at_end(&note, "ملاحظة المراقب");
    world.settle(&[&viewer, &najaf, &karbala]).await;
    assert!(!karbala.text(&note).contains("المراقب"));
    let waiting = held(&najaf, &note.space);
    assert!(matches!(waiting[..], [(_, Some(HeldReason::Role))]), "{waiting:?}");
    let by_viewer = viewer.with(|engine| engine.admit(&note.space, &ids(&waiting)));
    assert!(matches!(by_viewer, Err(EngineError::NotAllowed)), "{by_viewer:?}");

    najaf.with(|engine| engine.admit(&note.space, &ids(&waiting))).expect("admitted");
    world.settle(&[&najaf, &karbala, &viewer]).await;
    assert_agree(&[&najaf, &karbala, &viewer], &note, &["افتُتِحت الجلسة", "ملاحظة المراقب"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_envelope_in_the_middle_of_a_chain_stops_nothing_before_or_after_it() {
    let mut world = World::new().await;
    let (najaf, karbala, basra) = (world.device("najaf"), world.device("karbala"), world.device("basra"));
    let note = world.shared_note(&najaf, &[&karbala, &basra]).await;
    let space = note.space;
    let others = basra.note(&space, "ملاحظة ثانية");
    basra.append_paragraph(&others, "قبل");
    basra.sync().await;
    let as_viewer = basra.note(&space, "ملاحظة المراقب");
    for (role, written, word) in [(Role::Viewer, &as_viewer, "أثناء"), (Role::Editor, &others, "بعد")] {
        najaf.with(|engine| engine.change_role(&space, basra.id(), role)).expect("changed");
        najaf.sync().await;
        basra.append_paragraph(written, word);
        basra.sync().await;
    }
    world.settle(&[&najaf, &karbala]).await;
    assert_agree(&[&najaf, &karbala, &basra], &others, &["قبل", "بعد"]);
    let waiting = held(&karbala, &space);
    assert!(matches!(waiting[..], [(_, Some(HeldReason::Role))]), "{waiting:?}");

    najaf.with(|engine| engine.refuse(&space, &ids(&waiting))).expect("refused");
    world.settle(&[&najaf, &karbala, &basra]).await;
    let newcomer = world.device("newcomer");
    let link = najaf.invite(&space, Role::Viewer, 1);
    najaf.sync().await;
    newcomer.join(&link);
    newcomer.sync().await;
    // The refused one's header is still there: the newcomer has followed the whole chain.
    assert_agree(&[&newcomer, &najaf], &others, &["قبل", "بعد"]);
    assert!(held(&newcomer, &space).is_empty() && !newcomer.lists(&as_viewer));
}

#[tokio::test(flavor = "multi_thread")]
async fn work_built_on_a_held_change_waits_for_it_and_then_it_cannot_be_refused() {
    let mut world = World::new().await;
    let (najaf, karbala, basra) = (world.device("najaf"), world.device("karbala"), world.device("basra"));
    let note = world.shared_note(&najaf, &[&karbala, &basra]).await;
    let space = note.space;
    // While basra is a viewer, it writes something; as an editor again, it goes on from there.
    najaf.with(|engine| engine.change_role(&space, basra.id(), Role::Viewer)).expect("changed");
    najaf.sync().await;
    basra.type_at_end(&note, "أساس");
    basra.sync().await;
    najaf.with(|engine| engine.change_role(&space, basra.id(), Role::Editor)).expect("changed");
    najaf.sync().await;
    basra.type_at_end(&note, "بناء");
    world.settle(&[&basra, &najaf, &karbala]).await;
    assert!(!najaf.text(&note).contains("بناء"), "what it builds on is not here");
    assert_eq!(najaf.with(|engine| engine.parked(&space)).expect("the parked"), [note.document]);

    // Others go on meanwhile, also after a restart.
    karbala.type_at_end(&note, "كربلاء");
    world.settle(&[&karbala, &najaf]).await;
    najaf.restart();
    assert_agree(&[&najaf, &karbala], &note, &["كربلاء"]);

    let waiting = held(&najaf, &space);
    let refused = najaf.with(|engine| engine.refuse(&space, &ids(&waiting)));
    assert!(matches!(refused, Err(EngineError::BuiltOn(_))), "{refused:?}");
    najaf.with(|engine| engine.admit(&space, &ids(&waiting))).expect("admitted");
    world.settle(&[&najaf, &karbala, &basra]).await;
    assert_agree(&[&najaf, &karbala, &basra], &note, &["أساس", "بناء", "كربلاء"]);
    assert!(najaf.with(|engine| engine.parked(&space)).expect("the parked").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_devices_stream_ends_and_what_it_still_sends_is_held_until_an_admin_decides() {
    let mut world = World::new().await;
    let (najaf, karbala, lost) = (world.device("najaf"), world.device("karbala"), world.device("lost"));
    let note = world.shared_note(&najaf, &[&karbala, &lost]).await;
    let space = note.space;
    lost.type_at_end(&note, "قبل الإزالة");
    lost.sync().await;
    let mut driver = lost.driver_in(Mode::Live);
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let live = tokio::spawn(async move { driver.run(stopped).await });
    until("the lost phone follows", || world.followers() == 1).await;

    najaf.with(|engine| engine.remove_member(&space, lost.id())).expect("removed");
    najaf.sync().await;
    until("its stream has ended", || world.followers() == 0).await;
    let no_access = || lost.with(|engine| engine.spaces()).expect("the spaces")[0].no_access;
    until("it knows", || no_access().is_some()).await;
    stop.send_replace(true);
    live.await.expect("no panic").expect("it ran until it was stopped");

    najaf.type_at_end(&note, "سر بعد الإزالة");
    najaf.sync().await;
    // Nobody has told the person. They write on; it reaches the server, and nobody else.
    lost.type_at(&note, 1, "بعد الإزالة، ");
    let later = lost.note(&space, "ملاحظة متأخرة");
    lost.append_paragraph(&later, "سطر متأخر");
    lost.sync().await;
    lost.sync().await;
    world.settle(&[&najaf, &karbala]).await;
    assert!(!lost.text(&note).contains("سر"), "it reads no more");
    assert_agree(&[&najaf, &karbala], &note, &["قبل الإزالة", "سر بعد الإزالة"]);
    let waiting = held(&najaf, &space);
    assert!(waiting.iter().all(|(_, reason)| *reason == Some(HeldReason::Removed)) && waiting.len() == 2);

    // One is admitted, the other refused.
    let (first, second) = (waiting[0].0, waiting[1].0);
    let documents = najaf.with(|engine| engine.held(&space)).expect("the held envelopes");
    let (in_note, in_later) =
        if documents[0].document == Some(note.document) { (first, second) } else { (second, first) };
    najaf.with(|engine| engine.admit(&space, &[in_note])).expect("admitted");
    najaf.with(|engine| engine.refuse(&space, &[in_later])).expect("refused");
    world.settle(&[&najaf, &karbala]).await;
    assert_agree(&[&najaf, &karbala], &note, &["بعد الإزالة، ", "سر بعد الإزالة"]);
    assert!(!karbala.lists(&later) && held(&karbala, &space).is_empty());
    assert_agree(&[&lost], &later, &["سطر متأخر"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_removed_from_one_space_goes_on_in_the_others() {
    let mut world = World::new().await;
    let (najaf, karbala) = (world.device("najaf"), world.device("karbala"));
    let first = world.shared_note(&najaf, &[&karbala]).await;
    let second = world.shared_note(&najaf, &[&karbala]).await;
    let third = world.shared_note(&najaf, &[&karbala]).await;
    najaf.with(|engine| engine.remove_member(&second.space, karbala.id())).expect("removed");
    for note in [&first, &third] {
        najaf.type_at_end(note, "بعد الإزالة");
        karbala.type_at_end(note, "ما زلنا هنا");
    }
    world.settle(&[&najaf, &karbala]).await;
    for note in [&first, &third] {
        assert_agree(&[&najaf, &karbala], note, &["بعد الإزالة", "ما زلنا هنا"]);
    }
    assert!(karbala.is_all_on_server());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_recovery_sheet_removes_a_lost_founder_and_lets_the_others_go_on() {
    let mut world = World::new().await;
    let (najaf, karbala) = (world.device("najaf"), world.device("karbala"));
    world.let_in(&najaf).await;
    let (person, home) = (najaf.person(), najaf.home());
    let founding = najaf.with(|engine| engine.found("الملتقى", person, Some(home))).expect("founded");
    let space = founding.space;
    let link = najaf.invite(&space, Role::Editor, 1);
    najaf.sync().await;
    karbala.join(&link);
    world.settle(&[&karbala, &najaf]).await;

    // The founder's phone is at the bottom of a river. Someone types in what is on the sheet.
    let mut sheet = Forger::with_key(SecretKey::from_seed(&founding.recovery_seed), &world, &space);
    for entry in
        [Entry::ChangeRole { member: karbala.id(), role: Role::Admin }, Entry::RemoveMember { member: najaf.id() }]
    {
        let payload = entry.to_bytes();
        let header = sheet.header(None, Encoding::ENTRY, &payload);
        let envelope = sheet.sign(header, &payload);
        sheet.publish(&[envelope]).await;
    }
    karbala.sync().await;
    assert_eq!(role(&karbala, &karbala, &space), Some(Role::Admin));
    assert_eq!(role(&karbala, &najaf, &space), None);
    let note = karbala.note(&space, "بعد الفقد");
    karbala.append_paragraph(&note, "ما زال العمل قائمًا");
    karbala.sync().await;
    assert!(karbala.is_all_on_server());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_container_that_two_devices_create_at_once_loses_nothing_of_either() {
    let mut world = World::new().await;
    let (najaf, karbala) = (world.device("najaf"), world.device("karbala"));
    let space = world.space(&najaf, &[&karbala]).await;
    let plan = najaf.plan(&space, "الخطة المشتركة");
    // An older app's plan had no items.
    let strip = |tx: &mut automerge::transaction::Transaction<'_>| {
        automerge::transaction::Transactable::delete(tx, automerge::ROOT, "items")?;
        Ok(())
    };
    najaf.with(|engine| engine.edit(&plan, None, 0, strip)).expect("without items");
    world.settle(&[&najaf, &karbala]).await;

    for (device, item, wording) in [(&najaf, 1, "طباعة الدليل الفصلي"), (&karbala, 2, "عقد ورشة التوثيق")]
    {
        let add = |tx: &mut automerge::transaction::Transaction<'_>| {
            let collection = Plan::place().items();
            let place = document::add(tx, &collection, ItemId([item; 16]), Position::Last, "a")?;
            document::set_text(tx, &place.wording(), wording)
        };
        device.with(|engine| engine.edit(&plan, None, 0, add)).expect("added");
    }
    world.settle(&[&najaf, &karbala]).await;
    for device in [&najaf, &karbala] {
        let plan =
            device.with(|engine| engine.read(&plan, |doc| document::read(doc, &Plan::place(), None))).expect("read");
        let plan = plan.expect("a plan");
        let mut wordings: Vec<&str> = plan.items.iter().map(|item| item.value.wording.as_str()).collect();
        wordings.sort_unstable();
        assert_eq!(wordings, ["طباعة الدليل الفصلي", "عقد ورشة التوثيق"], "{}", device.name());
    }
}
