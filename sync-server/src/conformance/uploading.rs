//! Payloads and attachments that come by their hash.

use sync_engine::entry::Role;
use sync_engine::envelope::Payload;
use sync_engine::ids::{BlobHash, DeviceId};
use sync_engine::wire::{LaterReason, Outcome};

use super::world::{World, is_accepted, key};
use crate::log::{BlobPart, PutPart, Quota};

/// Bytes that no two parts of have in common.
fn bytes(count: usize) -> Vec<u8> {
    (0..count).map(|n| (n % 251) as u8 ^ (n / 1000) as u8).collect()
}

fn put(world: &mut World<'_>, sender: DeviceId, whole: &[u8], offset: usize, len: usize) -> BlobPart {
    let part = PutPart {
        space: world.space,
        sender,
        hash: BlobHash::of(whole),
        total_bytes: whole.len() as u64,
        offset: offset as u64,
        part: &whole[offset..offset + len],
        now_ms: world.now_ms,
    };
    world.log.writer.put_blob(&part).expect("a part is stored")
}

fn get(world: &World<'_>, whole: &[u8], offset: u64, max: usize) -> Option<(u64, Vec<u8>)> {
    world.log.reader.get_blob(&world.space, &BlobHash::of(whole), offset, max).expect("an answer")
}

pub(super) fn a_blob_is_complete_only_with_its_hash(world: &mut World<'_>) {
    let admin = world.founded().id();
    let (whole, mut damaged) = (bytes(1000), bytes(1000));
    damaged[500] ^= 1;
    let part = PutPart {
        space: world.space,
        sender: admin,
        hash: BlobHash::of(&whole),
        total_bytes: 1000,
        offset: 0,
        part: &damaged,
        now_ms: 0,
    };
    assert_eq!(world.log.writer.put_blob(&part).expect("an answer"), BlobPart::Stored(0));
    assert_eq!(get(world, &whole, 0, 9999), None);
    assert_eq!(put(world, admin, &whole, 0, 1000), BlobPart::Stored(1000));
    assert_eq!(get(world, &whole, 0, 9999), Some((1000, whole)));
}

pub(super) fn a_broken_upload_goes_on_where_it_ended(world: &mut World<'_>) {
    let admin = world.founded().id();
    let whole = bytes(200_000);
    assert_eq!(put(world, admin, &whole, 0, 100_000), BlobPart::Stored(100_000));
    assert_eq!(put(world, admin, &whole, 0, 0), BlobPart::Stored(100_000), "an empty part asks");
    assert_eq!(put(world, admin, &whole, 0, 100_000), BlobPart::Stored(100_000), "a repeat changes nothing");
    assert_eq!(get(world, &whole, 0, 10), None);
    assert_eq!(put(world, admin, &whole, 100_000, 100_000), BlobPart::Stored(200_000));
    assert_eq!(put(world, admin, &whole, 0, 100_000), BlobPart::Stored(200_000));
    assert_eq!(get(world, &whole, 0, 200_000), Some((200_000, whole)));
}

pub(super) fn a_foreign_upload_spoils_none(world: &mut World<'_>) {
    let admin = world.founded().id();
    let whole = bytes(3000);
    let part = PutPart {
        space: world.space,
        sender: key(9).device(),
        hash: BlobHash::of(&whole),
        total_bytes: 64_000,
        offset: 0,
        part: b"nonsense",
        now_ms: 0,
    };
    assert_eq!(world.log.writer.put_blob(&part).expect("an answer"), BlobPart::Stored(8));
    assert_eq!(put(world, admin, &whole, 0, 3000), BlobPart::Stored(3000));
    assert_eq!(world.log.writer.put_blob(&part).expect("an answer"), BlobPart::Stored(8), "nor is a stranger told");
    assert_eq!(get(world, &whole, 0, 3000), Some((3000, whole)));
}

pub(super) fn a_range_of_a_blob_is_read(world: &mut World<'_>) {
    let admin = world.founded().id();
    let whole = bytes(150_001);
    world.upload(admin, &whole);
    for (offset, max) in [(0, 10), (65_530, 20), (65_536, 65_536), (100_000, 999_999), (150_001, 5), (999_999, 5)] {
        let end = whole.len().min(offset + max);
        let wanted = whole.get(offset..end).unwrap_or_default().to_vec();
        assert_eq!(get(world, &whole, offset as u64, max), Some((150_001, wanted)), "{offset}");
    }
    assert_eq!(get(world, b"another", 0, 5), None);
    world.upload(admin, b"");
    assert_eq!(get(world, b"", 0, 5), Some((0, vec![])));
}

pub(super) fn a_large_payload_waits_for_its_blob(world: &mut World<'_>) {
    let mut admin = world.founded();
    let whole = bytes(100_000);
    let envelope = admin.seal(world.space, Payload::Blob, |header| {
        (header.payload_bytes, header.payload_hash) = (100_000, BlobHash::of(&whole));
    });
    let waits = vec![Outcome::Later { reason: LaterReason::MissingPayload }];
    assert_eq!(world.push(&admin, std::slice::from_ref(&envelope)), waits);
    put(world, admin.id(), &whole, 0, 50_000);
    assert_eq!(world.push(&admin, std::slice::from_ref(&envelope)), waits);
    put(world, admin.id(), &whole, 50_000, 50_000);
    assert!(is_accepted(&world.push(&admin, std::slice::from_ref(&envelope))[0]));
    assert_eq!(world.payload(envelope.id()), Payload::Blob);
}

pub(super) fn a_chain_goes_on_past_a_payload_that_its_bringer_lacks(world: &mut World<'_>) {
    let mut admin = world.founded();
    let mut editor = world.member(&mut admin, 2, Role::Editor);
    let whole = bytes(100_000);
    let lacks = [BlobHash::of(&whole)];
    let large = editor.seal(world.space, Payload::Blob, |header| {
        (header.payload_bytes, header.payload_hash) = (100_000, lacks[0]);
    });
    let next = editor.write(world.space, "ما بعدها");
    let both = [large.clone(), next];
    let not_here = Outcome::Later { reason: LaterReason::MissingPayload };
    assert_eq!(world.relay(admin.id(), &both).outcomes[0], not_here);
    let stranger = world.relay_lacking(key(9).device(), &both, &lacks).outcomes[0];
    assert_eq!(stranger, Outcome::Later { reason: LaterReason::Forbidden });
    let taken = world.relay_lacking(admin.id(), &both, &lacks).outcomes;
    assert!(taken.iter().all(is_accepted), "{taken:?}");
    assert_eq!(world.log.reader.lacking(&world.space, 9).expect("an answer"), lacks);
    world.upload(editor.id(), &whole);
    assert_eq!(world.log.reader.lacking(&world.space, 9).expect("an answer"), []);
    assert_eq!(get(world, &whole, 0, 100_000), Some((100_000, whole)));
}

pub(super) fn an_upload_counts_for_its_sender(world: &mut World<'_>) {
    world.another_log(Quota { device_bytes_max: 10_000, ..Quota::default() });
    let mut admin = world.founded();
    assert_eq!(put(world, admin.id(), &bytes(20_000), 0, 10), BlobPart::Later(LaterReason::Quota));
    assert_eq!(put(world, admin.id(), &bytes(9000), 0, 10), BlobPart::Stored(10));
    let large = admin.clone().write(world.space, &"ن".repeat(1000));
    assert_eq!(world.push(&admin, &[large]), vec![Outcome::Later { reason: LaterReason::Quota }]);
    world.now_ms += 10;
    world.compact();
    world.write(&mut admin, &"ن".repeat(1000));
}

pub(super) fn an_upload_that_nothing_names_is_dropped(world: &mut World<'_>) {
    let mut admin = world.founded();
    let (named, unnamed, unfinished) = (bytes(5000), bytes(6000), bytes(7000));
    world.upload(admin.id(), &named);
    world.upload(admin.id(), &unnamed);
    put(world, admin.id(), &unfinished, 0, 10);
    let envelope = admin.seal(world.space, Payload::Inline(b"text".to_vec()), |header| {
        header.blobs = vec![BlobHash::of(&named)];
    });
    assert!(is_accepted(&world.push(&admin, &[envelope])[0]));
    assert_eq!(world.log.writer.compact(world.now_ms).expect("compacted"), (0, 0), "they may still be named");
    assert!(get(world, &unnamed, 0, 1).is_some());
    world.compact();
    assert_eq!(get(world, &unnamed, 0, 1), None);
    assert_eq!(put(world, admin.id(), &unfinished, 0, 0), BlobPart::Stored(0));
    assert!(get(world, &named, 0, 1).is_some());
}
