//! A space whose only admin lost every device comes back by its recovery sheet.

use std::sync::Arc;

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use sync_engine::driver::DriverError;
use sync_engine::engine::Founding;
use sync_engine::entry::Role;
use sync_engine::ids::SpaceId;
use sync_engine::link::{InviteLink, RecoveryLink};
use sync_engine::recovery::{self, RecoveryError};
use sync_engine::sheet;
use tests::{Device, World, assert_agree};

/// A space of this device's, with what is printed when it is founded.
fn found(device: &Device) -> (SpaceId, RecoveryLink) {
    let (person, home) = (device.person(), device.home());
    let founded = device.with(|engine| engine.found("الملتقى", person, Some(home.clone())));
    let Founding { space, recovery_seed } = founded.expect("founded");
    // As it is typed from paper.
    let seed = sheet::read(&sheet::print(&recovery_seed)).expect("a whole key");
    (space, RecoveryLink { url: home.url, server: home.server, space, seed })
}

async fn recovered(world: &World, link: &RecoveryLink, beginning: u8) -> Result<InviteLink, RecoveryError> {
    let folder = tempfile::tempdir().expect("a folder");
    let now_ms = world.now_ms();
    let mut random = ChaCha8Rng::seed_from_u64(beginning.into());
    let entropy = move |bytes: &mut [u8]| random.fill_bytes(bytes);
    recovery::invite(link, &folder.path().join("sheet.db"), Box::new(entropy), Arc::new(move || now_ms)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sheet_makes_a_new_device_an_admin_who_reads_and_decides_everything() {
    let mut world = World::new().await;
    let (lost, new, editor) = (world.device("lost"), world.device("new"), world.device("editor"));
    world.let_in(&lost).await;
    let (space, sheet) = found(&lost);
    let note = lost.note(&space, "محضر");
    lost.append_paragraph(&note, "تقرر تشكيل لجنة");
    lost.sync().await;
    editor.join(&lost.invite(&space, Role::Editor, 1));
    world.settle(&[&lost, &editor]).await;

    new.join(&recovered(&world, &sheet, 1).await.expect("the key lets in"));
    world.settle(&[&new, &editor]).await;
    assert_agree(&[&new, &editor], &note, &["تقرر تشكيل لجنة"]);
    let roster = new.with(|engine| engine.roster(&space)).expect("read");
    assert_eq!(roster.role(&new.id()), Some(Role::Admin));
    let (_, member) = roster.member_of(&new.id()).expect("a member");
    assert_eq!(member.person, new.person());
    // The first thing to do is to end the lost device's access.
    new.with(|engine| engine.remove_member(&space, lost.id())).expect("an admin may");
    world.settle(&[&new, &editor]).await;
    new.append_paragraph(&note, "ثم استُعيدت المساحة");
    world.settle(&[&new, &editor]).await;
    assert_agree(&[&new, &editor], &note, &["تقرر تشكيل لجنة", "ثم استُعيدت المساحة"]);
    let roster = editor.with(|engine| engine.roster(&space)).expect("read");
    assert_eq!(roster.role(&lost.id()), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_sheet_lets_in_again_and_each_of_its_invitations_only_once() {
    let mut world = World::new().await;
    let (lost, first, second, thief) =
        (world.device("lost"), world.device("first"), world.device("second"), world.device("thief"));
    world.let_in(&lost).await;
    let (space, sheet) = found(&lost);
    lost.sync().await;
    let link = recovered(&world, &sheet, 1).await.expect("the key lets in");
    first.join(&link);
    first.sync().await;
    thief.join(&link);
    thief.sync().await;
    second.join(&recovered(&world, &sheet, 2).await.expect("the key lets in again"));
    world.settle(&[&first, &second]).await;
    let roster = first.with(|engine| engine.roster(&space)).expect("read");
    assert_eq!(roster.role(&second.id()), Some(Role::Admin));
    assert_eq!(roster.role(&thief.id()), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_another_space_one_that_was_revoked_and_a_server_out_of_reach_are_told_apart() {
    let mut world = World::new().await;
    let (najaf, kufa) = (world.device("najaf"), world.device("kufa"));
    world.let_in(&najaf).await;
    world.let_in(&kufa).await;
    let (space, sheet) = found(&najaf);
    let (_, other) = found(&kufa);
    najaf.sync().await;
    kufa.sync().await;
    let of_another = recovered(&world, &RecoveryLink { seed: other.seed, ..sheet.clone() }, 1).await;
    assert!(matches!(of_another, Err(RecoveryError::NotTheKey)), "{of_another:?}");
    let nowhere = RecoveryLink { url: "http://127.0.0.1:9".into(), ..sheet.clone() };
    let nowhere = recovered(&world, &nowhere, 2).await;
    assert!(matches!(&nowhere, Err(RecoveryError::Driver(error)) if error.is_passing()), "{nowhere:?}");
    assert!(matches!(nowhere, Err(RecoveryError::Driver(DriverError::Http(_)))));

    let roster = najaf.with(|engine| engine.roster(&space)).expect("read");
    let (paper, _) = roster.members().iter().find(|(_, member)| member.is_on_paper()).expect("the sheet");
    najaf.with(|engine| engine.remove_member(&space, *paper)).expect("removed");
    najaf.sync().await;
    let revoked = recovered(&world, &sheet, 3).await;
    assert!(matches!(revoked, Err(RecoveryError::NotTheKey)), "{revoked:?}");
}
