use automerge::transaction::Transactable;
use automerge::{Automerge, Change, ObjType, ROOT, ReadDoc};
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

use super::heads::{ACTOR, DEPS, OTHER_ACTORS};
use super::*;
use crate::test_changes::{actor, chunks, compressed_chunks, editor, every_kind, mutated, small_of_every_kind, typing};

const LIMITS: Limits = Limits::V1;
const VERSION_1: &str = include_str!("../../tests/golden/payload-v1.hex");
const VERSION_2: &str = include_str!("../../tests/golden/payload-v2.hex");

fn packed(chunks: &[Vec<u8>]) -> Vec<u8> {
    pack(&chunks.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

#[test]
fn what_was_packed_is_unpacked_byte_for_byte() {
    for doc in [every_kind(), typing(20), Automerge::new()] {
        let plain = chunks(&doc);
        assert_eq!(unpack(&packed(&plain), &LIMITS), Ok(plain.clone()));
        // Any order and any part can be packed, only not as small.
        let mut reversed = plain.clone();
        reversed.reverse();
        assert_eq!(unpack(&packed(&reversed), &LIMITS), Ok(reversed));
        let part = plain.get(3..9).unwrap_or_default().to_vec();
        assert_eq!(unpack(&packed(&part), &LIMITS), Ok(part));
    }
}

#[test]
fn compressed_changes_come_out_uncompressed_with_the_same_hash() {
    let doc = every_kind();
    let compressed = compressed_chunks(&doc);
    assert_ne!(compressed, chunks(&doc));
    let unpacked = unpack(&packed(&compressed), &LIMITS).expect("unpacks");
    assert_eq!(unpacked, chunks(&doc));
    for (chunk, original) in unpacked.iter().zip(doc.get_changes(&[])) {
        assert_eq!(Change::try_from(chunk.as_slice()).expect("parses").hash(), original.hash());
    }
}

#[test]
fn what_is_no_change_comes_out_as_it_went_in() {
    let mut mixed = chunks(&typing(5));
    mixed.insert(0, Vec::new());
    mixed.insert(3, b"not a change".to_vec());
    mixed[4][5] ^= 1;
    assert_eq!(unpack(&packed(&mixed), &LIMITS), Ok(mixed));
}

#[test]
fn mutated_changes_are_unpacked_byte_for_byte_too() {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let seeds: Vec<_> = chunks(&every_kind()).into_iter().filter(|chunk| chunk.len() < 2_000).collect();
    for _ in 0..500 {
        let batch: Vec<_> = (0..4)
            .map(|_| {
                let seed = &seeds[rng.next_u32() as usize % seeds.len()];
                if rng.next_u32().is_multiple_of(2) { seed.clone() } else { mutated(seed, &mut rng) }
            })
            .collect();
        assert_eq!(unpack(&packed(&batch), &LIMITS), Ok(batch));
    }
}

#[test]
fn mutated_payloads_never_panic_and_never_exceed_the_limits() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let limits = Limits { payload_bytes: 20_000, payload_changes: 200, ..LIMITS };
    let payload = packed(&chunks(&every_kind()));
    let mut unpacked = 0;
    for _ in 0..5_000 {
        let mut bytes = payload.clone();
        for _ in 0..1 + rng.next_u32() % 3 {
            let place = 1 + rng.next_u32() as usize % 900;
            bytes[place] = rng.next_u32() as u8;
        }
        if rng.next_u32().is_multiple_of(4) {
            bytes.truncate(rng.next_u32() as usize % bytes.len());
        }
        if let Ok(chunks) = unpack(&bytes, &limits) {
            unpacked += 1;
            assert!(chunks.iter().map(Vec::len).sum::<usize>() <= limits.payload_bytes);
        }
    }
    assert!(unpacked > 100, "{unpacked}");
}

#[test]
fn a_payload_cannot_unpack_to_more_than_the_limits() {
    let payload = packed(&chunks(&typing(20)));
    let few = Limits { payload_changes: 19, ..LIMITS };
    assert_eq!(unpack(&payload, &few), Err(PayloadError::TooManyChanges(19)));
    let small = Limits { payload_bytes: 1_000, ..LIMITS };
    assert_eq!(unpack(&payload, &small), Err(PayloadError::TooManyBytes(1_000)));
    let short = Limits { payload_ops: 100, ..LIMITS };
    assert_eq!(unpack(&payload, &short), Err(PayloadError::TooManyOps(100)));
    let mut hidden = vec![VERSION, 1];
    let paste = compressed_chunks(&every_kind()).pop().expect("the paste");
    write_u64(&mut hidden, VERBATIM);
    write_prefixed(&mut hidden, &paste);
    assert_eq!(unpack(&hidden, &LIMITS), Ok(vec![paste]));
    assert_eq!(unpack(&hidden, &short), Err(PayloadError::TooManyOps(100)));
    assert_eq!(unpack(&hidden, &small), Err(PayloadError::TooManyBytes(1_000)));
    let mut claimed = vec![VERSION];
    write_u64(&mut claimed, u64::MAX);
    assert_eq!(unpack(&claimed, &LIMITS), Err(PayloadError::TooManyChanges(LIMITS.payload_changes)));

    // One change that names many actors, then a byte or two for each that names them again.
    let actors: Vec<[u8; 32]> = (0..1_000u32).map(|number| [number as u8; 32]).collect();
    let mut bomb = vec![VERSION];
    write_u64(&mut bomb, 90_000);
    write_u64(&mut bomb, OTHER_ACTORS);
    write_u64(&mut bomb, actors.len() as u64);
    for actor in &actors {
        write_u64(&mut bomb, 0);
        write_prefixed(&mut bomb, actor);
    }
    bomb.push(0);
    bomb.extend(std::iter::repeat_n([0, 0], 89_999).flatten());
    assert_eq!(unpack(&bomb, &LIMITS), Err(PayloadError::TooManyBytes(LIMITS.payload_bytes)));
}

#[test]
fn unknown_versions_and_trailing_bytes_are_refused() {
    let mut payload = packed(&chunks(&typing(3)));
    payload.push(0);
    assert_eq!(unpack(&payload, &LIMITS), Err(PayloadError::TrailingBytes));
    payload[0] = 3;
    assert_eq!(unpack(&payload, &LIMITS), Err(PayloadError::UnknownVersion(3)));
    assert_eq!(unpack(&[], &LIMITS), Err(PayloadError::Malformed(ReadError::Ended)));
}

#[test]
fn twenty_small_changes_take_a_fraction_of_their_bytes() {
    let plain = chunks(&typing(21)).split_off(1);
    let raw: usize = plain.iter().map(Vec::len).sum();
    let payload = packed(&plain);
    let raw_zstd = zstd::bulk::compress(&plain.concat(), 3).expect("compresses").len();
    let zstd = zstd::bulk::compress(&payload, 3).expect("compresses").len();
    println!("raw {raw}, raw+zstd {raw_zstd}, packed {}, packed+zstd {zstd} for {}", payload.len(), plain.len());
    assert!(payload.len() * 2 < raw && zstd * 4 < raw);
}

#[test]
fn typing_is_told_by_its_letters() {
    let mut doc = editor(&crate::trial::empty(), 7);
    let text = doc.put_object(ROOT, "text", ObjType::Text).expect("put");
    doc.commit();
    for (at, deleted, letters) in
        [(0, 0, "بسم"), (3, 0, " الله"), (0, 0, "مُدَّ 🌙 "), (4, 3, "x"), (2, 1, ""), (6, 2, "é"), (1, 0, "م")]
    {
        doc.splice_text(&text, at, deleted, letters).expect("splice");
        doc.commit();
    }
    for letters in ["كلمة بعد كلمة بعد كلمة بعد كلمة بعد كلمة بعد كلمة بعد كلمة بعد كلمة"; 40]
    {
        let end = doc.length(&text);
        doc.splice_text(&text, end, 0, letters).expect("splice");
        doc.commit();
    }
    let mut other = doc.fork().with_actor(actor(5));
    other.splice_text(&text, 2, 0, "غيره").expect("splice");
    other.commit();
    doc.merge(&mut other).expect("merge");
    doc.splice_text(&text, 1, 4, "").expect("splice");
    doc.commit();
    let plain = chunks(doc.document());
    for (place, chunk) in plain.iter().enumerate().skip(1) {
        let fields = fields_of(chunk).expect("a change");
        let (_, splice) = Splice::of(&fields, 100).unwrap_or_else(|| panic!("change {place} is a splice"));
        assert_eq!(splice.ops(), rows_of_actions(&fields.columns, 100));
    }
    assert!(Splice::of(&fields_of(&plain[0]).expect("a change"), 100).is_none());
    assert_eq!(unpack(&packed(&plain), &LIMITS), Ok(plain));
}

#[test]
fn a_splice_claims_no_more_than_a_payload_may_hold() {
    let head = |what: &[u64]| {
        let mut bytes = vec![VERSION, 1];
        write_u64(&mut bytes, SPLICE | ACTOR | DEPS);
        bytes.extend([0, 1, 7, 0, 0]);
        what.iter().for_each(|number| write_u64(&mut bytes, *number));
        bytes
    };
    let ops = PayloadError::TooManyOps(LIMITS.payload_ops);
    // An object, and a run of deletions that would take hours to write out; then the letters' length, 0.
    assert_eq!(unpack(&head(&[0b101, 0, 3, 1, 0, 1, 1 << 40, 0]), &LIMITS), Err(ops.clone()));
    assert_eq!(unpack(&head(&[0b101, 0, 3, 2, 0, 1, u64::MAX, 0, 1, u64::MAX, 0]), &LIMITS), Err(ops));
    assert_eq!(unpack(&head(&[0b101, 0, 3, 1 << 60, 0]), &LIMITS), Err(PayloadError::Malformed(ReadError::Ended)));
    assert_eq!(unpack(&head(&[0, 0]), &LIMITS), Err(PayloadError::NotBefore));
    assert_eq!(unpack(&head(&[0b1000, 0]), &LIMITS), Err(PayloadError::OutOfRange));
    assert_eq!(unpack(&head(&[1, 0, 3, 1 << 40]), &LIMITS), Err(PayloadError::Malformed(ReadError::Ended)));
    assert!(unpack(&head(&[1, 0, 3, 0]), &LIMITS).is_ok());
    let mut as_version_1 = head(&[1, 0, 3, 0]);
    as_version_1[0] = VERSION_WITHOUT_SPLICES;
    assert_eq!(unpack(&as_version_1, &LIMITS), Err(PayloadError::OutOfRange));
}

#[test]
fn mutated_splices_never_panic_and_never_exceed_the_limits() {
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    let limits = Limits { payload_bytes: 20_000, payload_ops: 2_000, ..LIMITS };
    let payload = packed(&chunks(&typing(40)));
    let mut unpacked = 0;
    for _ in 0..20_000 {
        let mut bytes = payload.clone();
        for _ in 0..1 + rng.next_u32() % 3 {
            let place = 1 + rng.next_u32() as usize % (bytes.len() - 1);
            bytes[place] = rng.next_u32() as u8;
        }
        if let Ok(chunks) = unpack(&bytes, &limits) {
            unpacked += 1;
            assert!(chunks.iter().map(Vec::len).sum::<usize>() <= limits.payload_bytes);
        }
    }
    assert!(unpacked > 100, "{unpacked}");
}

/// A format may not change unseen: envelopes are kept for as long as a space lives.
#[test]
fn the_bytes_of_version_2_are_these_and_version_1_is_read() {
    let plain = chunks(&small_of_every_kind());
    for (version, golden) in [(1, VERSION_1), (2, VERSION_2)] {
        let golden = data_encoding::HEXLOWER.decode(golden.replace(['\n', ' '], "").as_bytes()).expect("hex");
        if version == VERSION {
            assert_eq!(packed(&plain), golden, "\n{}", in_lines(&packed(&plain)));
        }
        assert_eq!(unpack(&golden, &LIMITS), Ok(plain.clone()));
    }
}

fn in_lines(bytes: &[u8]) -> String {
    bytes.chunks(48).map(|line| data_encoding::HEXLOWER.encode(line) + "\n").collect()
}
