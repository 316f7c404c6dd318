use super::*;
use crate::envelope::tests::header;
use crate::keys::{Purpose, SecretKey};
use sha2::{Digest as _, Sha256};

/// A chain of three envelopes on two documents, the last with attachments and a cover.
fn chain(key: &SecretKey) -> Vec<Envelope> {
    let mut previous = None;
    (1..=3_u8)
        .map(|counter| {
            let payload = vec![counter; 20];
            let mut header = header(key, counter.into(), previous, &payload);
            header.document = Some(DocumentId([counter % 2; 16]));
            if counter == 3 {
                header.blobs = vec![BlobHash([8; 32])];
                header.cover = Some(Cover { tips: vec![EnvelopeId([7; 32])], heads: BlobHash([6; 32]) });
                header.key_epoch = 2;
            }
            let signed = SignedHeader::sign(header, key);
            previous = Some(signed.id());
            Envelope { signed, payload: Payload::Inline(payload) }
        })
        .collect()
}

fn space() -> SpaceId {
    SpaceId([9; 32])
}

#[test]
fn a_push_rebuilds_the_signed_bytes() {
    let envelopes = chain(&SecretKey::from_seed(&[1; 32]));
    let read = read_push(&space(), &write_push(&space(), &envelopes)).expect("its own bytes");
    assert_eq!(read, envelopes);
    for envelope in read {
        envelope.verify().expect("the signature holds over the rebuilt bytes");
    }
}

#[test]
fn a_page_keeps_rows_of_several_chains_times_and_known_rows() {
    let (a, b) = (chain(&SecretKey::from_seed(&[1; 32])), chain(&SecretKey::from_seed(&[2; 32])));
    let mut rows: Vec<PageRow> = Vec::new();
    for (n, (one, two)) in a.into_iter().zip(b).enumerate() {
        let server_ms = 1_700_000_000_000 + n as u64 * 7;
        rows.push(PageRow::Envelope { envelope: one, server_ms });
        let dropped = Envelope { payload: Payload::Dropped, ..two };
        rows.push(PageRow::Envelope { envelope: dropped, server_ms });
        rows.push(PageRow::Known { id: EnvelopeId([n as u8; 32]), server_ms: server_ms + 1, rows: 1 + n as u32 });
    }
    assert_eq!(read_page(&space(), &write_page(&space(), &rows)), Ok(rows));
}

#[test]
fn a_header_of_a_newer_version_travels_verbatim() {
    let key = SecretKey::from_seed(&[1; 32]);
    let mut header = header(&key, 1, None, b"new");
    header.version = 2;
    header.cover = Some(Cover { tips: vec![], heads: BlobHash([1; 32]) });
    let mut bytes = header.to_bytes();
    bytes[0] += 1;
    bytes.push(0x18);
    bytes.push(0x2a);
    let id: [u8; 32] = Sha256::digest(&bytes).into();
    let signed = SignedHeader::read(bytes, key.sign(Purpose::Envelope, &id)).expect("a newer header");
    let envelopes = vec![Envelope { signed, payload: Payload::Inline(b"new".to_vec()) }];
    assert_eq!(read_push(&space(), &write_push(&space(), &envelopes)), Ok(envelopes));
}

#[test]
fn an_envelope_of_another_space_is_not_passed_off_as_this_ones() {
    let envelopes = chain(&SecretKey::from_seed(&[1; 32]));
    let foreign = SpaceId([1; 32]);
    let read = read_push(&foreign, &write_push(&foreign, &envelopes));
    assert!(matches!(read, Err(FrameError::Envelope { row: 0, error: EnvelopeError::Payload })), "{read:?}");
    // Read as another space's, the rebuilt bytes differ, and with them the signature.
    let read = read_push(&foreign, &write_push(&space(), &envelopes)).expect("well formed");
    assert!(read[0].verify().is_err());
}

#[test]
fn a_frame_that_inflates_without_end_is_refused() {
    let bomb = zstd::bulk::compress(&vec![0; 64 << 20], 3).expect("compresses");
    assert!(bomb.len() < 16 << 10);
    assert_eq!(read_push(&space(), &bomb), Err(FrameError::Inflate));
}

#[test]
fn a_claim_of_a_billion_rows_costs_nothing() {
    let claim = zstd::bulk::compress(&[0x9a, 0x3b, 0x9a, 0xca, 0x00], 3).expect("compresses");
    assert_eq!(read_push(&space(), &claim), Err(FrameError::TooManyRows(1_000_000_000)));
}

/// A frame's random part, and what its other part inflates to.
fn parts(frame: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let length = u32::from_be_bytes(frame[1..5].try_into().expect("four bytes")) as usize;
    let plain = zstd::bulk::decompress(&frame[5 + length..], 1 << 20).expect("its own bytes");
    (frame[5..5 + length].to_vec(), plain)
}

fn joined(random: &[u8], plain: &[u8]) -> Vec<u8> {
    let length = (random.len() as u32).to_be_bytes();
    [&[VERSION][..], &length, random, &zstd::bulk::compress(plain, 3).expect("compresses")].concat()
}

#[test]
fn damaged_frames_are_errors_or_say_the_same() {
    let envelopes = chain(&SecretKey::from_seed(&[1; 32]));
    let (random, plain) = parts(&write_push(&space(), &envelopes));
    let is_caught = |frame: &[u8]| match read_push(&space(), frame) {
        // What stands where CBOR holds nothing is passed over.
        Ok(read) => read == envelopes || read.iter().any(|e| e.verify().is_err()) || read.len() < envelopes.len(),
        Err(_) => true,
    };
    for flip in [0x01, 0x80, 0xff] {
        for at in 0..plain.len() {
            let mut damaged = plain.clone();
            damaged[at] ^= flip;
            assert!(is_caught(&joined(&random, &damaged)), "at {at}");
        }
        for at in 0..random.len() {
            let mut damaged = random.clone();
            damaged[at] ^= flip;
            let read = read_push(&space(), &joined(&damaged, &plain)).expect("the same form");
            assert!(read.iter().any(|envelope| envelope.verify().is_err()), "random at {at}");
        }
    }
}

#[test]
fn a_frame_holds_just_what_its_rows_take() {
    let (random, plain) = parts(&write_push(&space(), &chain(&SecretKey::from_seed(&[1; 32]))));
    let more = |bytes: &[u8]| [bytes, &[0]].concat();
    let less = |bytes: &[u8]| bytes[..bytes.len() - 1].to_vec();
    for frame in [joined(&more(&random), &plain), joined(&random, &more(&plain))] {
        assert!(matches!(read_push(&space(), &frame), Err(FrameError::Form(_))));
    }
    for frame in [joined(&less(&random), &plain), joined(&random, &less(&plain))] {
        assert_eq!(read_push(&space(), &frame), Err(FrameError::Reference { row: 2 }));
    }
    for claim in [&[VERSION][..], &[VERSION, 0xff, 0xff, 0xff, 0xff, 0], &[VERSION, 0, 0, 0, 0], &[]] {
        assert!(read_push(&space(), claim).is_err());
    }
}

#[test]
fn a_run_of_known_rows_is_no_longer_than_a_frame() {
    let known = |rows: u32| PageRow::Known { id: EnvelopeId([1; 32]), server_ms: 5, rows };
    let max = FRAME_ROWS_MAX as u32;
    assert_eq!(read_page(&space(), &write_page(&space(), &[known(max)])), Ok(vec![known(max)]));
    for rows in [vec![known(0)], vec![known(max), known(1)], vec![known(u32::MAX)]] {
        assert!(matches!(read_page(&space(), &write_page(&space(), &rows)), Err(FrameError::TooManyRows(_))));
    }
}

#[test]
fn a_small_envelope_costs_about_a_hundred_bytes_on_the_wire() {
    let key = SecretKey::from_seed(&[1; 32]);
    let mut previous = None;
    let envelopes: Vec<Envelope> = (1..=200_u64)
        .map(|counter| {
            let mut header = header(&key, counter, previous, b"");
            header.document = Some(DocumentId(Sha256::digest(counter.to_be_bytes())[..16].try_into().expect("16")));
            let signed = SignedHeader::sign(header, &key);
            previous = Some(signed.id());
            Envelope { signed, payload: Payload::Inline(vec![]) }
        })
        .collect();
    let each = write_push(&space(), &envelopes).len() / envelopes.len();
    assert!(envelopes[1].signed.bytes().len() > 180);
    assert!(each <= 92, "{each} bytes");
}

#[test]
fn a_chain_at_the_end_of_its_numbers_is_written_and_read() {
    let key = SecretKey::from_seed(&[1; 32]);
    let at_the_end = |previous| SignedHeader::sign(header(&key, u64::MAX, Some(previous), b"x"), &key);
    let first = at_the_end(EnvelopeId([1; 32]));
    let second = at_the_end(first.id());
    let payload = || Payload::Inline(b"x".to_vec());
    let envelopes = [first, second].map(|signed| Envelope { signed, payload: payload() });
    assert_eq!(read_push(&space(), &write_push(&space(), &envelopes)), Ok(envelopes.to_vec()));
}
