//! What the simulation has found, each once more as a story.

use std::time::Duration;

use sync_engine::entry::Role;
use tests::World;

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
    let text: String = (0_u32..60_000)
        .filter_map(|at| char::from_u32(0x4e00 + at.wrapping_mul(2_654_435_761).rotate_left(13) % 20_000))
        .collect();
    najaf.type_at_end(&note, &text);
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
