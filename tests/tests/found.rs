//! What the simulation has found, each once more as a story.

use std::time::Duration;

use sync_engine::engine::EngineError;
use sync_engine::entry::Role;
use sync_engine::frame::PUSH_BYTES_MAX;
use sync_engine::ids::{EnvelopeId, SpaceId};
use sync_engine::keys::SecretKey;
use sync_engine::wire::{LaterReason, Outcome, PushReply, Route};
use tests::{Device, Fate, Proxy, World, assert_agree, letters};

/// What waits for an admin's decision, as this device sees it.
fn held(device: &Device, space: &SpaceId) -> Vec<EnvelopeId> {
    let held = device.with(|engine| engine.held(space)).expect("the held envelopes");
    held.into_iter().map(|row| row.envelope).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_device_offers_its_later_edits_once_and_rests() {
    let mut world = World::new().await;
    let (najaf, kufa) = (world.device("najaf"), world.device("kufa"));
    let space = world.space(&najaf, &[&kufa]).await;
    let note = najaf.note(&space, "محضر");
    najaf.sync().await;
    kufa.sync().await;

    najaf.with(|engine| engine.remove_member(&space, kufa.id())).expect("removed");
    najaf.sync().await;
    kufa.type_at_end(&note, "ملاحظة بعد الإزالة");
    let synced = tokio::time::timeout(Duration::from_secs(30), kufa.sync()).await;
    assert_eq!(synced.expect("the sync ends").envelopes_held, 1);

    najaf.sync().await;
    assert_eq!(najaf.with(|engine| engine.held(&space)).expect("what is held").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_server_gets_large_payloads_back_with_their_rows() {
    let mut world = World::new().await;
    let (najaf, kufa, basra) = (world.device("najaf"), world.device("kufa"), world.device("basra"));
    let space = world.space(&najaf, &[&kufa]).await;
    let note = najaf.note(&space, "الكلمات كاملة");
    let link = najaf.invite(&space, Role::Editor, 1);
    najaf.sync().await;
    kufa.sync().await;
    world.backup_server("yesterday").await;

    // Signs that hardly compress, so that the payload travels apart from its row.
    let text = letters(1, 60_000);
    najaf.type_at_end(&note, &text);
    najaf.with(|engine| engine.seal(&space)).expect("sealed");
    assert!(najaf.with(|engine| engine.has_upload(&space)).expect("read"));
    najaf.sync().await;
    kufa.sync().await;

    world.restore_server("yesterday").await;
    kufa.sync().await;
    najaf.sync().await;
    basra.join(&link);
    basra.sync().await;
    assert_eq!(basra.text(&note), najaf.text(&note));
    assert!(basra.text(&note).ends_with(&text));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_join_that_waits_for_an_admin_is_sent_again_when_the_server_has_forgotten_it() {
    let mut world = World::new().await;
    let (najaf, kufa, basra) = (world.device("najaf"), world.device("kufa"), world.device("basra"));
    let space = world.space(&najaf, &[]).await;
    let link = najaf.invite(&space, Role::Editor, 1);
    najaf.sync().await;
    // The link is good for one, so the second one's join is held.
    kufa.join(&link);
    kufa.sync().await;
    world.backup_server("yesterday").await;
    basra.join(&link);
    // It may be offered twice, before the device knows that it may not read; it is one row all the same.
    assert!(basra.sync().await.envelopes_held > 0);
    world.restore_server("yesterday").await;

    basra.sync().await;
    najaf.sync().await;
    let waiting = held(&najaf, &space);
    assert_eq!(waiting.len(), 1, "{waiting:?}");
    najaf.with(|engine| engine.admit(&space, &waiting)).expect("admitted");
    world.settle(&[&najaf, &basra]).await;
    assert!(basra.with(|engine| engine.is_member(&space)));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_joined_after_the_backup_gives_the_server_the_rows_back_in_which_they_did() {
    let mut world = World::new().await;
    let (najaf, basra) = (world.device("najaf"), world.device("basra"));
    let space = world.space(&najaf, &[]).await;
    let link = najaf.invite(&space, Role::Editor, 1);
    najaf.sync().await;
    world.backup_server("yesterday").await;
    basra.join(&link);
    let note = basra.note(&space, "محضر البصرة");
    basra.append_paragraph(&note, "كتبته البصرة");
    basra.sync().await;
    basra.sync().await;
    world.restore_server("yesterday").await;

    let invited = SecretKey::from_seed(&link.seed).device();
    // Nobody else has read the join, and the link is not good for another one.
    najaf.with(|engine| engine.revoke_invite(&space, invited)).expect("revoked");
    basra.sync().await;
    najaf.sync().await;
    assert_agree(&[&najaf, &basra], &note, &["كتبته البصرة"]);
    assert!(held(&najaf, &space).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_whose_predecessor_is_lost_brings_the_rows_back_to_their_own_places() {
    let mut world = World::new().await;
    let (najaf, kufa, basra) = (world.device("najaf"), world.device("kufa"), world.device("basra"));
    let note = world.shared_note(&najaf, &[&kufa, &basra]).await;
    world.backup_server("yesterday").await;
    kufa.type_at_end(&note, "من الكوفة");
    kufa.sync().await;
    basra.type_at_end(&note, "من البصرة");
    basra.sync().await;
    kufa.sync().await;
    world.restore_server("yesterday").await;

    // A push that was under way is the first that meets the restored server.
    basra.type_at_end(&note, "وبعدها");
    let batch = basra
        .with(|engine| engine.next_push(&note.space, PUSH_BYTES_MAX))
        .expect("a batch")
        .expect("something to send");
    let missing = Outcome::Later { reason: LaterReason::MissingPredecessor };
    let reply = PushReply { outcomes: vec![missing; batch.ids.len()] };
    let pushed = basra.with(|engine| engine.on_push_reply(&batch, &reply)).expect("understood");
    assert!(pushed.needs_repair);
    basra.with(|engine| engine.doubt(&note.space)).expect("doubted");
    basra.sync().await;

    let report = kufa.sync().await;
    assert_eq!(report.resets, 0, "the log is the one that it has read");
    world.settle(&[&basra, &kufa, &najaf]).await;
    assert_agree(&[&najaf, &kufa, &basra], &note, &["من الكوفة", "من البصرة", "وبعدها"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_built_on_a_change_that_an_admin_refused_does_not_wait_for_it_for_ever() {
    let mut world = World::new().await;
    let (najaf, kufa, basra) = (world.device("najaf"), world.device("kufa"), world.device("basra"));
    let note = world.shared_note(&najaf, &[&kufa, &basra]).await;
    let space = note.space;
    world.backup_server("yesterday").await;
    kufa.type_at_end(&note, "من الكوفة، ");
    kufa.sync().await;
    basra.sync().await;
    basra.type_at_end(&note, "وعليه بنت البصرة");
    world.restore_server("yesterday").await;

    // The founder removes kufa, and knows nothing of what it wrote before: now it comes too late, and is refused.
    najaf.with(|engine| engine.remove_member(&space, kufa.id())).expect("removed");
    najaf.sync().await;
    kufa.sync().await;
    kufa.sync().await;
    najaf.sync().await;
    let waiting = held(&najaf, &space);
    assert_eq!(waiting.len(), 1, "{waiting:?}");
    najaf.with(|engine| engine.refuse(&space, &waiting)).expect("refused");
    najaf.sync().await;
    assert!(!najaf.text(&note).contains("من الكوفة"));

    world.settle(&[&basra, &najaf]).await;
    assert_agree(&[&najaf, &basra], &note, &["من الكوفة، ", "وعليه بنت البصرة"]);
    for device in [&najaf, &basra] {
        assert!(device.with(|engine| engine.parked(&space)).expect("the parked").is_empty());
        device.restart();
    }
    assert_agree(&[&najaf, &basra], &note, &["من الكوفة، ", "وعليه بنت البصرة"]);
    let newcomer = world.device("newcomer");
    let link = najaf.invite(&space, Role::Viewer, 1);
    najaf.sync().await;
    newcomer.join(&link);
    newcomer.sync().await;
    assert_agree(&[&newcomer, &najaf, &basra], &note, &["من الكوفة، ", "وعليه بنت البصرة"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_held_change_builds_on_cannot_be_refused_either_once_something_accepted_does() {
    let mut world = World::new().await;
    let (najaf, basra) = (world.device("najaf"), world.device("basra"));
    let note = world.shared_note(&najaf, &[&basra]).await;
    let space = note.space;
    najaf.with(|engine| engine.change_role(&space, basra.id(), Role::Viewer)).expect("changed");
    najaf.sync().await;
    for word in ["أساس", "جدار"] {
        basra.type_at_end(&note, word);
        basra.sync().await;
    }
    najaf.with(|engine| engine.change_role(&space, basra.id(), Role::Editor)).expect("changed");
    najaf.sync().await;
    basra.type_at_end(&note, "سقف");
    world.settle(&[&basra, &najaf]).await;

    let waiting = held(&najaf, &space);
    assert_eq!(waiting.len(), 2);
    let refused = najaf.with(|engine| engine.refuse(&space, &waiting[..1]));
    assert!(matches!(refused, Err(EngineError::BuiltOn(_))), "{refused:?}");
    najaf.with(|engine| engine.admit(&space, &waiting)).expect("admitted");
    world.settle(&[&najaf, &basra]).await;
    assert_agree(&[&najaf, &basra], &note, &["أساس", "جدار", "سقف"]);
}

/// A device that received a long snapshot took it for a reason to write the next, where its twin had written it.
#[tokio::test(flavor = "multi_thread")]
async fn twins_do_not_compact_for_each_other_for_ever_what_is_long_even_as_a_snapshot() {
    let mut world = World::new().await;
    let (najaf, kufa) = (world.device("najaf"), world.device("kufa"));
    let note = world.shared_note(&najaf, &[&kufa]).await;
    let twin = najaf.clone_as("twin");
    let before = rows(&kufa, &note.space);
    for part in 0..3 {
        najaf.append_paragraph(&note, &letters(part, 60_000));
        najaf.sync().await;
    }
    let all = [&najaf, &twin, &kufa];
    world.settle(&all).await;
    let written = rows(&kufa, &note.space);
    assert!(written > before + 3, "so long a document is worth a snapshot");
    world.settle(&all).await;
    assert_eq!(rows(&kufa, &note.space), written);
    assert_eq!([najaf.text(&note), twin.text(&note)], [kufa.text(&note), kufa.text(&note)]);
}

/// The row came back without its payload, which the device then packed once more by itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_restored_to_before_it_sent_a_long_paste_does_not_wait_for_its_payload() {
    let mut world = World::new().await;
    let (najaf, kufa) = (world.device("najaf"), world.device("kufa"));
    let note = world.shared_note(&najaf, &[&kufa]).await;
    let paste = letters(1, 60_000);
    najaf.append_paragraph(&note, &paste);
    najaf.backup("unsent");
    najaf.sync().await;
    kufa.type_at_end(&note, "تعقيب");
    kufa.sync().await;
    najaf.restore("unsent");
    world.settle(&[&najaf, &kufa]).await;
    for device in [&najaf, &kufa] {
        assert!(device.with(|engine| engine.parked(&note.space)).expect("the parked").is_empty());
    }
    assert_agree(&[&najaf, &kufa], &note, &[&paste, "تعقيب"]);
}

/// No copy of a long paste is left: the server and its author are older than it, and the one reader had only its row. What
/// its author wrote after it is not held up by that.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_after_a_payload_that_is_lost_everywhere_comes_back() {
    let mut world = World::new().await;
    let (najaf, kufa) = (world.device("najaf"), world.device("kufa"));
    let note = world.shared_note(&najaf, &[&kufa]).await;
    world.backup_server("morning").await;
    najaf.backup("morning");
    let paste = letters(1, 60_000);
    najaf.append_paragraph(&note, &paste);
    let later = najaf.note(&note.space, "بعدها");
    najaf.append_paragraph(&later, "ما اتفقنا عليه");
    najaf.sync().await;
    let proxy = Proxy::before(world.url()).await;
    kufa.set_url(&proxy.url());
    proxy.next(Route::GetBlob, Fate::LoseRequest);
    kufa.try_sync().await.expect_err("the line breaks");
    assert!(kufa.has(&later) && !kufa.text(&note).contains(&paste));

    world.restore_server("morning").await;
    kufa.set_url(world.url());
    najaf.restore("morning");
    world.settle(&[&kufa, &najaf]).await;
    assert!(najaf.has(&later));
    assert_agree(&[&najaf, &kufa], &later, &["ما اتفقنا عليه"]);
    assert!(kufa.is_all_on_server() && !kufa.with(|engine| engine.has_outbox(&note.space)).expect("read"));
    assert_eq!(kufa.sync().await.envelopes_pushed, 0, "it is not offered for ever");
}

/// How many rows of the log a device has read.
fn rows(device: &Device, space: &SpaceId) -> u64 {
    let spaces = device.with(|engine| engine.spaces()).expect("the spaces");
    spaces.iter().find(|row| row.space == *space).expect("the space").cursor.position.0
}
