//! Photographs of papers, and pastes too large for an envelope.

use sync_engine::engine::DocumentName;
use sync_engine::ids::BlobHash;
use tests::{Device, World};

async fn two_with_a_note(world: &mut World) -> (Device, Device, DocumentName) {
    let (najaf, karbala) = (world.device("najaf"), world.device("karbala"));
    let space = world.space(&najaf, &[&karbala]).await;
    let note = najaf.note(&space, "صور الأوراق");
    (najaf, karbala, note)
}

/// Bytes that no compression makes small.
fn photograph(bytes: usize) -> Vec<u8> {
    (0..bytes.div_ceil(32)).flat_map(|n: usize| BlobHash::of(&n.to_be_bytes()).0).take(bytes).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photograph_is_kept_offline_and_fetched_by_whoever_asks() {
    let mut world = World::new().await;
    let (najaf, karbala, note) = two_with_a_note(&mut world).await;
    let bytes = photograph(700_000);
    let hash = najaf.with(|engine| engine.attach(&note, &bytes)).expect("attached");
    najaf.append_paragraph(&note, "صورة البيان الختامي");
    assert_eq!(najaf.with(|engine| engine.attachment(&note.space, &hash)).expect("read"), Some(bytes.clone()));
    najaf.sync().await;
    karbala.sync().await;
    assert_eq!(karbala.with(|engine| engine.attachment(&note.space, &hash)).expect("read"), None);
    karbala.with(|engine| engine.want_attachment(&note.space, &hash)).expect("asked");
    karbala.sync().await;
    assert_eq!(karbala.with(|engine| engine.attachment(&note.space, &hash)).expect("read"), Some(bytes));
}

#[tokio::test(flavor = "multi_thread")]
async fn asking_for_what_nobody_uploaded_yet_holds_nothing_else_back() {
    let mut world = World::new().await;
    let (najaf, karbala, note) = two_with_a_note(&mut world).await;
    karbala.sync().await;
    karbala.with(|engine| engine.want_attachment(&note.space, &BlobHash([7; 32]))).expect("asked");
    najaf.append_paragraph(&note, "كلمة");
    najaf.sync().await;
    karbala.sync().await;
    assert!(karbala.text(&note).contains("كلمة"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_very_long_paste_arrives_whole() {
    let mut world = World::new().await;
    let (najaf, karbala, note) = two_with_a_note(&mut world).await;
    let text: String = (0..12_000).map(|n| format!("بند {n}؛ ")).collect();
    najaf.with(|engine| engine.paste(&note, 1, &text, 1)).expect("pasted");
    najaf.sync().await;
    karbala.sync().await;
    assert_eq!(karbala.text(&note), text);
    assert!(najaf.is_all_on_server());
}
