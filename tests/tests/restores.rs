//! Databases that go back in time, exist twice, or die between two commits, on both sides; and the snapshots that
//! stand for what was dropped. Nothing that anyone was told is stored gets lost while one copy is left.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use automerge::transaction::{Transactable, Transaction};
use automerge::{Automerge, ROOT, ReadDoc, ScalarValue};
use sync_engine::document::{self, Block, Kind};
use sync_engine::driver::DriverError;
use sync_engine::engine::{DocumentName, EngineError, Event};
use sync_engine::entry::Role;
use sync_engine::envelope::{Cover, Encoding, Header};
use sync_engine::ids::{BlobHash, SpaceId};
use sync_engine::store::{CommitFault, StoreError};
use sync_engine::wire::Route;
use tests::{Device, Fate, Forger, Proxy, World, assert_agree};

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_device_goes_on_and_nothing_from_before_or_after_is_lost() {
    let mut world = World::new().await;
    let (najaf, karbala) = (world.device("najaf"), world.device("karbala"));
    let note = world.shared_note(&najaf, &[&karbala]).await;
    karbala.backup("yesterday");
    karbala.type_at_end(&note, "بعد النسخة");
    karbala.sync().await;
    karbala.restore("yesterday");
    assert!(!karbala.text(&note).contains("بعد النسخة"));
    // It writes before it hears of what it has forgotten.
    karbala.type_at_end(&note, "بعد الاستعادة");
    world.settle(&[&karbala, &najaf]).await;
    assert_agree(&[&najaf, &karbala], &note, &["بعد النسخة", "بعد الاستعادة"]);
    assert!(karbala.is_all_on_server());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_devices_from_one_restored_database_both_keep_what_they_wrote() {
    let mut world = World::new().await;
    let (najaf, karbala) = (world.device("najaf"), world.device("karbala"));
    let note = world.shared_note(&najaf, &[&karbala]).await;
    // Written, sealed and on its way when the copy was made.
    karbala.type_at_end(&note, "سطر مشترك");
    karbala.with(|engine| engine.seal(&note.space)).expect("sealed");
    let twin = karbala.clone_as("twin");
    assert_eq!(twin.id(), karbala.id());
    for (device, word) in [(&karbala, "الأصل"), (&twin, "التوأم")] {
        device.type_at_end(&note, word);
        device.sync().await;
    }
    world.settle(&[&karbala, &twin, &najaf]).await;
    for (device, word) in [(&karbala, "أيضًا"), (&twin, "كذلك")] {
        device.type_at_end(&note, word);
    }
    world.settle(&[&twin, &karbala, &najaf]).await;
    assert_agree(&[&najaf, &karbala, &twin], &note, &["سطر مشترك", "الأصل", "التوأم", "أيضًا", "كذلك"]);
    assert_ne!(
        karbala.with(|engine| engine.incarnation()),
        twin.with(|engine| engine.incarnation()),
        "one of them has a chain of its own by now"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_live_clones_at_once_converge_and_part_their_chains() {
    let mut world = World::new().await;
    let (najaf, karbala) = (world.device("najaf"), world.device("karbala"));
    let note = world.shared_note(&najaf, &[&karbala]).await;
    let twin = karbala.clone_as("twin");
    let mut words = Vec::new();
    for round in 0..4 {
        for (device, who) in [(&karbala, "أصل"), (&twin, "توأم")] {
            let word = format!("{who}{round}");
            device.type_at_end(&note, &word);
            words.push(word);
        }
        let (first, second) = tokio::join!(karbala.try_sync(), twin.try_sync());
        first.expect("karbala syncs");
        second.expect("its twin syncs");
    }
    world.settle(&[&karbala, &twin, &najaf]).await;
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    assert_agree(&[&najaf, &karbala, &twin], &note, &words);
    let events = [&karbala, &twin].map(|device| device.with(|engine| engine.take_events()));
    assert!(events.iter().flatten().any(|event| *event == Event::NewIncarnation));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_restored_from_an_old_backup_has_everything_again() {
    let mut world = World::new().await;
    let (najaf, karbala) = (world.device("najaf"), world.device("karbala"));
    let note = world.shared_note(&najaf, &[&karbala]).await;
    world.backup_server("old").await;
    najaf.type_at_end(&note, "من النجف");
    karbala.type_at_end(&note, "من كربلاء");
    world.settle(&[&najaf, &karbala]).await;
    world.restore_server("old").await;
    // One device is enough to bring both back.
    karbala.sync().await;
    let newcomer = world.device("newcomer");
    let link = najaf.invite(&note.space, Role::Viewer, 1);
    najaf.sync().await;
    newcomer.join(&link);
    newcomer.sync().await;
    assert_agree(&[&newcomer, &najaf, &karbala], &note, &["من النجف", "من كربلاء"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_gained_other_content_after_its_restore_ends_up_with_both() {
    let mut world = World::new().await;
    let (najaf, karbala, basra) = (world.device("najaf"), world.device("karbala"), world.device("basra"));
    let note = world.shared_note(&najaf, &[&karbala, &basra]).await;
    world.backup_server("old").await;
    karbala.type_at_end(&note, "قبل الكارثة");
    karbala.sync().await;
    world.restore_server("old").await;
    // As many rows as were lost, so that counting them shows nothing.
    basra.type_at_end(&note, "بعد الكارثة");
    basra.sync().await;
    world.settle(&[&karbala, &najaf, &basra]).await;
    assert_agree(&[&najaf, &karbala, &basra], &note, &["قبل الكارثة", "بعد الكارثة"]);
    for device in [&najaf, &karbala, &basra] {
        assert!(device.is_all_on_server(), "{}", device.name());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_acknowledged_edit_whose_author_never_pulled_before_the_restore_is_not_lost() {
    let mut world = World::new().await;
    let (najaf, karbala) = (world.device("najaf"), world.device("karbala"));
    let note = world.shared_note(&najaf, &[&karbala]).await;
    world.backup_server("old").await;
    let proxy = Proxy::before(world.url()).await;
    karbala.set_url(&proxy.url());
    karbala.type_at_end(&note, "مؤكَّد");
    proxy.next(Route::Pull, Fate::Pass);
    proxy.next(Route::Pull, Fate::LoseRequest);
    karbala.try_sync().await.expect_err("the line breaks after the push was answered");
    assert_eq!(proxy.count(Route::Push), 1);
    world.restore_server("old").await;
    najaf.type_at_end(&note, "في الأثناء");
    najaf.sync().await;
    karbala.set_url(world.url());
    world.settle(&[&karbala, &najaf]).await;
    assert_agree(&[&najaf, &karbala], &note, &["مؤكَّد", "في الأثناء"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_both_sides_were_restored_what_any_copy_holds_is_everywhere() {
    let mut world = World::new().await;
    let (najaf, karbala) = (world.device("najaf"), world.device("karbala"));
    let note = world.shared_note(&najaf, &[&karbala]).await;
    karbala.backup("old");
    karbala.type_at_end(&note, "أولًا");
    karbala.sync().await;
    world.backup_server("old").await;
    karbala.type_at_end(&note, "ثانيًا");
    world.settle(&[&karbala, &najaf]).await;
    karbala.restore("old");
    world.restore_server("old").await;
    karbala.type_at_end(&note, "ثالثًا");
    karbala.sync().await;
    najaf.type_at_end(&note, "رابعًا");
    world.settle(&[&najaf, &karbala]).await;
    assert_agree(&[&najaf, &karbala], &note, &["أولًا", "ثانيًا", "ثالثًا", "رابعًا"]);
    assert!(najaf.is_all_on_server() && karbala.is_all_on_server());
}

/// Lets the process die, or the disk be full, at the n-th commit; says whether it came to that.
fn break_commit(device: &Device, nth: u64, fault: CommitFault) -> Arc<AtomicBool> {
    let (count, has_struck) = (AtomicU64::new(0), Arc::new(AtomicBool::new(false)));
    let struck = has_struck.clone();
    let gate = move || {
        let is_now = count.fetch_add(1, Ordering::Relaxed) == nth;
        is_now.then(|| {
            struck.store(true, Ordering::Relaxed);
            fault
        })
    };
    device.with(|engine| engine.set_commit_gate(Box::new(gate)));
    has_struck
}

/// What one did and was told that it is stored; a crash opens the device again, and then it is done again.
async fn despite<T>(device: &Device, mut work: impl AsyncFnMut() -> Result<T, EngineError>) -> T {
    match work().await {
        Ok(done) => done,
        Err(EngineError::Store(StoreError::Full)) => work().await.expect("the disk has room again"),
        Err(EngineError::Store(StoreError::Corrupt(_))) => {
            device.restart();
            work().await.expect("it goes on after the crash")
        }
        Err(error) => panic!("{error}"),
    }
}

async fn sync_despite(device: &Device) {
    despite(device, async || match device.try_sync().await {
        Ok(_) => Ok(()),
        Err(DriverError::Engine(error)) => Err(error),
        Err(error) => panic!("{error}"),
    })
    .await;
}

/// An evening in a new space, in which both write, and large and small things go both ways.
async fn evening(najaf: &Device, karbala: &Device) {
    let space = despite(najaf, async || {
        let (person, home) = (najaf.person(), najaf.home());
        najaf.with(|engine| engine.found("أمسية", person, Some(home))).map(|founding| founding.space)
    })
    .await;
    let expires_ms = u64::MAX >> 1;
    let link = despite(najaf, async || najaf.with(|engine| engine.invite(&space, Role::Editor, 1, expires_ms))).await;
    let person = karbala.person();
    despite(karbala, async || karbala.with(|engine| engine.join(&link, person.clone()))).await;
    let create = async || najaf.with(|engine| engine.create(&space, Kind::Note, "محضر", 0));
    let note = despite(najaf, create).await;
    typed(najaf, &note, "أولًا").await;
    sync_despite(najaf).await;
    sync_despite(karbala).await;
    typed(karbala, &note, "ثانيًا").await;
    scanned(najaf, &note).await;
    for device in [karbala, najaf, karbala, najaf, karbala] {
        sync_despite(device).await;
    }
    let (text, other) = (najaf.text(&note), karbala.text(&note));
    assert_eq!(text, other);
    assert!(text.contains("أولًا") && text.contains("ثانيًا"), "{text}");
    assert!(has_scan(najaf, &note) && has_scan(karbala, &note));
    assert!(najaf.is_all_on_server() && karbala.is_all_on_server());
    for device in [najaf, karbala] {
        device.restart();
        assert_eq!(device.text(&note), text);
        assert!(has_scan(device, &note));
    }
}

/// 80 KB that don't compress, so that they go by their hash.
fn scan() -> Vec<u8> {
    let mut state = 1_u64;
    let byte = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    std::iter::repeat_with(byte).take(80_000).collect()
}

/// Puts it into a field of the note, as one operation.
async fn scanned(device: &Device, note: &DocumentName) {
    let put = |tx: &mut Transaction<'_>| Ok(tx.put(ROOT, "scan", ScalarValue::Bytes(scan()))?);
    despite(device, async || device.with(|engine| engine.edit(note, None, 0, put))).await;
}

fn has_scan(device: &Device, note: &DocumentName) -> bool {
    let read = |doc: &Automerge| doc.get(ROOT, "scan").expect("readable").map(|(value, _)| value.as_scalar().cloned());
    let value = device.with(|engine| engine.read(note, read)).expect("the note is here");
    value == Some(Some(ScalarValue::Bytes(scan())))
}

async fn typed(device: &Device, note: &DocumentName, text: &str) {
    let append = |tx: &mut Transaction<'_>| document::append_paragraph(tx, &Block::paragraph(), text);
    despite(device, async || device.with(|engine| engine.edit(note, None, 0, append))).await;
}

/// Plays the evening once for every commit of `victim`, with that fault at it.
async fn evenings_with(fault: CommitFault) {
    let mut world = World::new().await;
    let (najaf, karbala) = (world.device("najaf"), world.device("karbala"));
    world.let_in(&najaf).await;
    for victim in [&najaf, &karbala] {
        let mut nth = 0;
        loop {
            let has_struck = break_commit(victim, nth, fault);
            evening(&najaf, &karbala).await;
            if !has_struck.load(Ordering::Relaxed) {
                break;
            }
            nth += 1;
        }
        assert!(nth > 8, "{nth} commits are no evening");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_before_any_commit_loses_nothing_that_was_acknowledged() {
    evenings_with(CommitFault::CrashBefore).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_after_any_commit_loses_nothing_that_was_acknowledged() {
    evenings_with(CommitFault::CrashAfter).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_at_any_commit_loses_nothing_that_was_acknowledged() {
    evenings_with(CommitFault::Full).await;
}

/// What someone sees who comes in now, and has never seen the dropped payloads.
async fn newcomer(world: &World, founder: &Device, name: &str, space: &SpaceId) -> Device {
    let newcomer = world.device(name);
    let link = founder.invite(space, Role::Editor, 1);
    founder.sync().await;
    newcomer.join(&link);
    // It checks every chain, the dropped envelopes' too, or this would fail.
    newcomer.sync().await;
    newcomer
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer_verifies_every_chain_and_reads_all_after_what_a_snapshot_covers_was_dropped() {
    let mut world = World::new().await;
    let (najaf, karbala) = (world.device("najaf"), world.device("karbala"));
    let note = world.shared_note(&najaf, &[&karbala]).await;
    for word in ["أولًا", "ثانيًا"] {
        karbala.type_at_end(&note, word);
        karbala.sync().await;
    }
    najaf.sync().await;
    najaf.with(|engine| engine.compact(&note)).expect("a snapshot");
    najaf.sync().await;
    assert_eq!(world.compact_server().await, 0, "nobody else has vouched for it");
    karbala.sync().await;
    assert!(world.compact_server().await > 0);
    karbala.type_at_end(&note, "ثالثًا");
    karbala.sync().await;

    let basra = newcomer(&world, &najaf, "basra", &note.space).await;
    assert_agree(&[&basra, &karbala], &note, &["أولًا", "ثانيًا", "ثالثًا"]);
    basra.restart();
    basra.type_at_end(&note, "رابعًا");
    world.settle(&[&basra, &karbala, &najaf]).await;
    assert_agree(&[&najaf, &karbala, &basra], &note, &["أولًا", "ثانيًا", "ثالثًا", "رابعًا"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_that_hides_a_paragraph_is_objected_to_and_nothing_is_dropped() {
    let mut world = World::new().await;
    let (najaf, karbala, mallory) = (world.device("najaf"), world.device("karbala"), world.device("mallory"));
    let note = world.shared_note(&najaf, &[&karbala, &mallory]).await;
    mallory.sync().await;
    let without = mallory.with(|engine| engine.read(&note, Automerge::save)).expect("the note");
    karbala.append_paragraph(&note, "فقرة لا تعجب الجميع");
    karbala.sync().await;
    let heads = mallory.with(|engine| engine.heads(&note)).expect("its heads");
    assert_eq!(heads.len(), 1);

    let mut forger = Forger::with_key_of(&mallory, &world, &note.space);
    let tips = forger.tips().await.into_iter();
    let tips = tips.filter(|tip| tip.chain.device != mallory.id()).map(|tip| tip.id).collect();
    let header = forger.header(Some(note.document), Encoding::SNAPSHOT, &without);
    let header = Header { cover: Some(Cover { tips, heads: BlobHash::of(&heads[0].0) }), ..header };
    let snapshot = forger.sign(header, &without);
    forger.publish(std::slice::from_ref(&snapshot)).await;
    world.settle(&[&najaf, &karbala]).await;
    let roster = najaf.with(|engine| engine.roster(&note.space)).expect("the roster");
    let vouching = roster.vouching(&snapshot.id()).expect("someone has spoken");
    assert!(vouching.is_objected && vouching.vouched_by.is_empty(), "{vouching:?}");

    assert_eq!(world.compact_server().await, 0);
    let basra = newcomer(&world, &najaf, "basra", &note.space).await;
    assert_agree(&[&najaf, &karbala, &basra], &note, &["افتُتِحت الجلسة", "فقرة لا تعجب الجميع"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_under_the_heads_of_what_it_leaves_out_is_objected_to_and_nothing_is_dropped() {
    let mut world = World::new().await;
    let (najaf, karbala, mallory) = (world.device("najaf"), world.device("karbala"), world.device("mallory"));
    let note = world.shared_note(&najaf, &[&karbala, &mallory]).await;
    mallory.sync().await;
    let without = mallory.with(|engine| engine.read(&note, Automerge::save)).expect("the note");
    let old = mallory.with(|engine| engine.heads(&note)).expect("its heads");
    karbala.append_paragraph(&note, "فقرة لا تعجب الجميع");
    world.settle(&[&karbala, &mallory]).await;
    let heads = mallory.with(|engine| engine.heads(&note)).expect("its heads");
    assert_eq!((old.len(), heads.len()), (1, 1));

    let forged = under_heads(&without, &old[0].0, &heads[0].0);
    let mut forger = Forger::with_key_of(&mallory, &world, &note.space);
    let tips = forger.tips().await.into_iter();
    let tips = tips.filter(|tip| tip.chain.device != mallory.id()).map(|tip| tip.id).collect();
    let header = forger.header(Some(note.document), Encoding::SNAPSHOT, &forged);
    let header = Header { cover: Some(Cover { tips, heads: BlobHash::of(&heads[0].0) }), ..header };
    let snapshot = forger.sign(header, &forged);
    forger.publish(std::slice::from_ref(&snapshot)).await;
    world.settle(&[&najaf, &karbala]).await;
    let roster = najaf.with(|engine| engine.roster(&note.space)).expect("the roster");
    let vouching = roster.vouching(&snapshot.id()).expect("someone has spoken");
    assert!(vouching.is_objected && vouching.vouched_by.is_empty(), "{vouching:?}");

    assert_eq!(world.compact_server().await, 0);
    najaf.restart();
    let basra = newcomer(&world, &najaf, "basra", &note.space).await;
    assert_agree(&[&najaf, &karbala, &basra], &note, &["افتُتِحت الجلسة", "فقرة لا تعجب الجميع"]);
}

/// A saved document that names another head, its checksum right again.
fn under_heads(saved: &[u8], old: &[u8; 32], new: &[u8; 32]) -> Vec<u8> {
    let at = saved.windows(32).position(|window| window == old).expect("the head stands in it");
    let mut forged = saved.to_vec();
    forged[at..at + 32].copy_from_slice(new);
    // Behind the magic stand four bytes of the hash of all that follows them.
    let checksum = BlobHash::of(&forged[8..]).0;
    forged[4..8].copy_from_slice(&checksum[..4]);
    forged
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_pushed_while_a_snapshot_is_on_its_way_survives_the_drop() {
    let mut world = World::new().await;
    let (najaf, karbala) = (world.device("najaf"), world.device("karbala"));
    let note = world.shared_note(&najaf, &[&karbala]).await;
    karbala.type_at_end(&note, "قبل");
    world.settle(&[&karbala, &najaf]).await;
    // Each writes between the other's snapshot and its push.
    najaf.with(|engine| engine.compact(&note)).expect("a snapshot");
    karbala.type_at_end(&note, "أثناء");
    karbala.with(|engine| engine.seal(&note.space)).expect("sealed");
    najaf.type_at_end(&note, "بعد");
    let (first, second) = tokio::join!(karbala.try_sync(), najaf.try_sync());
    first.expect("karbala syncs");
    second.expect("najaf syncs");
    world.settle(&[&karbala, &najaf]).await;
    assert!(world.compact_server().await > 0);
    let basra = newcomer(&world, &najaf, "basra", &note.space).await;
    assert_agree(&[&najaf, &karbala, &basra], &note, &["قبل", "أثناء", "بعد"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_admin_admits_after_a_snapshot_is_not_dropped_with_what_the_snapshot_covers() {
    let mut world = World::new().await;
    let (najaf, karbala, basra) = (world.device("najaf"), world.device("karbala"), world.device("basra"));
    let note = world.shared_note(&najaf, &[&karbala, &basra]).await;
    let space = note.space;
    // In the middle of its chain, basra may not write; what it writes at last does not build on that.
    let heads = basra.with(|engine| engine.heads(&note)).expect("its heads");
    for (role, word) in [(Role::Viewer, "محجوز"), (Role::Editor, "مقبول")] {
        najaf.with(|engine| engine.change_role(&space, basra.id(), role)).expect("changed");
        najaf.sync().await;
        basra.restart();
        let insert = |tx: &mut Transaction<'_>| document::insert_text(tx, 1, word);
        basra.with(|engine| engine.edit(&note, Some(&heads), 0, insert)).expect("typed");
        basra.sync().await;
    }
    world.settle(&[&najaf, &karbala]).await;
    najaf.with(|engine| engine.compact(&note)).expect("a snapshot");
    world.settle(&[&najaf, &karbala]).await;
    let held = najaf.with(|engine| engine.held(&space)).expect("the held envelopes");
    let held: Vec<_> = held.into_iter().map(|row| row.envelope).collect();
    najaf.with(|engine| engine.admit(&space, &held)).expect("admitted");
    world.settle(&[&najaf, &karbala, &basra]).await;
    world.compact_server().await;
    let kufa = newcomer(&world, &najaf, "kufa", &space).await;
    assert_agree(&[&najaf, &karbala, &basra, &kufa], &note, &["محجوز", "مقبول"]);
}
