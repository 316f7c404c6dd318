use automerge::Change;
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

use super::*;
use crate::chunk::frame_change;
use crate::leb128::{write_i64, write_prefixed, write_u64};
use crate::test_changes::{chunks, compressed_chunks, every_kind, mutated, typing};

const LIMITS: Limits = Limits::V1;

fn assert_same_facts(bytes: &[u8], original: &Change) {
    let facts = change(bytes, &LIMITS).expect("automerge's own change passes");
    assert_eq!(facts.hash, original.hash());
    assert_eq!(&facts.actor, original.actor_id());
    assert_eq!(facts.seq, original.seq());
    assert_eq!(facts.start_op, original.start_op().get());
    assert_eq!(facts.ops, original.len() as u64);
    assert_eq!(facts.max_op(), original.max_op());
    assert_eq!(facts.time, original.timestamp());
    assert_eq!(facts.deps, original.deps());
    assert_eq!(facts.length, bytes.len());
}

#[test]
fn every_kind_of_change_passes_with_the_facts_that_automerge_reads() {
    let doc = every_kind();
    let mut was_compressed = false;
    for mut original in doc.get_changes(&[]) {
        assert_same_facts(original.raw_bytes(), &original.clone());
        let compressed = original.bytes().into_owned();
        was_compressed |= compressed[8] == KIND_COMPRESSED_CHANGE;
        assert_same_facts(&compressed, &original);
        let (_, plain) = plain_change(&compressed, &LIMITS).expect("passes");
        assert_eq!(plain, original.raw_bytes());
    }
    assert!(was_compressed);
}

#[test]
fn changes_in_a_row_are_told_apart() {
    let doc = every_kind();
    let bytes = compressed_chunks(&doc).concat();
    let facts = changes(&bytes, &LIMITS).expect("passes");
    let originals = doc.get_changes(&[]);
    assert_eq!(facts.len(), originals.len());
    assert!(facts.iter().zip(&originals).all(|(facts, original)| facts.hash == original.hash()));
    assert_eq!(facts.iter().map(|facts| facts.length).sum::<usize>(), bytes.len());
    let few = Limits { payload_changes: 3, ..LIMITS };
    assert!(matches!(changes(&bytes, &few), Err(GuardError::TooMany { what: "payload changes", .. })));
}

#[test]
fn a_saved_document_passes_compressed_or_not() {
    for doc in [every_kind(), typing(40), crate::trial::empty()] {
        for bytes in [doc.save(), doc.save_nocompress()] {
            let facts = document(&bytes, &LIMITS).expect("automerge's own document passes");
            assert_eq!(facts.heads, doc.get_heads());
            assert_eq!(facts.changes, doc.get_changes(&[]).len() as u64);
            let stats = automerge::ReadDoc::stats(&doc);
            assert_eq!(facts.ops, stats.num_ops);
        }
    }
}

#[test]
fn one_flipped_bit_anywhere_is_noticed() {
    let bytes = chunks(&typing(2)).remove(1);
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(change(&flipped, &LIMITS).is_err(), "bit {bit}");
    }
    let saved = typing(2).save();
    for bit in 0..saved.len() * 8 {
        let mut flipped = saved.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(document(&flipped, &LIMITS).is_err(), "bit {bit}");
    }
}

#[test]
fn mutated_bytes_never_panic_and_what_passes_has_as_many_operations_as_it_says() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let seeds: Vec<_> = chunks(&every_kind()).into_iter().filter(|chunk| chunk.len() < 2_000).collect();
    let (mut passed, mut refused) = (0, 0);
    for round in 0..6_000 {
        let bytes = mutated(&seeds[round % seeds.len()], &mut rng);
        match change(&bytes, &LIMITS) {
            Ok(facts) => {
                passed += 1;
                assert!(facts.ops <= LIMITS.change_ops);
                if let Ok(parsed) = Change::try_from(bytes.as_slice()) {
                    assert_eq!(parsed.len() as u64, facts.ops);
                    assert_eq!(parsed.hash(), facts.hash);
                }
            }
            Err(_) => refused += 1,
        }
    }
    assert!(passed > 500 && refused > 500, "{passed} passed, {refused} refused");

    let saved = [every_kind().save(), every_kind().save_nocompress()];
    for round in 0..3_000 {
        let mut bytes = saved[round % 2].clone();
        let place = 10 + rng.next_u32() as usize % (bytes.len() - 10);
        bytes[place] = rng.next_u32() as u8;
        repair_document(&mut bytes);
        let _ = document(&bytes, &LIMITS);
    }
}

fn repair_document(bytes: &mut [u8]) {
    let mut reader = Reader::new(bytes);
    if let Ok(frame) = Frame::read(&mut reader) {
        let sum: [u8; 4] = std::array::from_fn(|place| hash(KIND_DOCUMENT, frame.contents).0[place]);
        bytes[4..8].copy_from_slice(&sum);
    }
}

/// A change of one actor with these columns.
fn forged(columns: &[(u32, Vec<u8>)]) -> Vec<u8> {
    let columns = columns.iter().map(|(spec, data)| Column { spec: *spec, data }).collect();
    let fields = ChangeFields {
        deps: Vec::new(),
        actor: &[1; 24],
        seq: 1,
        start_op: 1,
        time: 0,
        message: &[],
        other_actors: Vec::new(),
        columns,
        extra: &[],
    };
    frame_change(&fields.write()).1
}

fn run(count: i64, value: u64) -> Vec<u8> {
    let mut out = Vec::new();
    write_i64(&mut out, count);
    write_u64(&mut out, value);
    out
}

fn flags(count: u64) -> Vec<u8> {
    let mut out = Vec::new();
    write_u64(&mut out, count);
    out
}

/// `ops` puts of null at one key of the root.
fn forged_puts(ops: i64, key: &str) -> Vec<u8> {
    let mut keys = Vec::new();
    write_i64(&mut keys, ops);
    write_prefixed(&mut keys, key.as_bytes());
    forged(&[(21, keys), (52, flags(ops as u64)), (66, run(ops, 1)), (86, run(ops, 0)), (112, run(ops, 0))])
}

#[test]
fn a_short_change_cannot_claim_a_billion_operations() {
    assert_eq!(change(&forged_puts(2, "key"), &LIMITS).expect("passes").ops, 2);
    let bomb = forged_puts(1_000_000_000, "key");
    assert!(bomb.len() < 110);
    assert!(matches!(change(&bomb, &LIMITS), Err(GuardError::TooMany { what: "rows", .. })));
    assert!(change(&forged_puts(i64::MAX, "key"), &LIMITS).is_err());
}

#[test]
fn a_long_key_cannot_be_copied_for_every_operation() {
    let key = "k".repeat(1_000_000);
    assert!(change(&forged_puts(10, &key), &LIMITS).is_ok());
    let refused = change(&forged_puts(100_000, &key), &LIMITS);
    assert!(matches!(refused, Err(GuardError::TooMany { what: "text bytes", .. })));
}

#[test]
fn predecessors_cannot_be_claimed_without_being_there() {
    let claimed = forged(&[
        (21, forged_key(1)),
        (52, flags(1)),
        (66, run(-1, 1)),
        (86, run(-1, 0)),
        (112, run(-1, 1_000_000_000)),
    ]);
    assert!(matches!(change(&claimed, &LIMITS), Err(GuardError::TooMany { what: "rows", .. })));
    let absent = forged(&[(21, forged_key(1)), (52, flags(1)), (66, run(-1, 1)), (86, run(-1, 0)), (112, run(-1, 3))]);
    assert_eq!(change(&absent, &LIMITS), Err(GuardError::MissingColumn(112)));
}

fn forged_key(ops: i64) -> Vec<u8> {
    let mut keys = Vec::new();
    write_i64(&mut keys, ops);
    write_prefixed(&mut keys, b"key");
    keys
}

#[test]
fn a_value_cannot_be_longer_than_its_column() {
    let value = |length: u64| {
        forged(&[
            (21, forged_key(2)),
            (52, flags(2)),
            (66, run(2, 1)),
            (86, run(2, length << 4 | 6)),
            (87, b"four".to_vec()),
            (112, run(2, 0)),
        ])
    };
    assert!(change(&value(2), &LIMITS).is_ok());
    assert_eq!(change(&value(1 << 59), &LIMITS), Err(GuardError::UnevenColumn(87)));
}

#[test]
fn a_small_chunk_cannot_inflate_to_gigabytes() {
    let zeros = deflated(&vec![0u8; 64 << 20]);
    let mut bomb = MAGIC.to_vec();
    bomb.extend_from_slice(&[0; 4]);
    bomb.push(KIND_COMPRESSED_CHANGE);
    write_prefixed(&mut bomb, &zeros);
    assert!(matches!(change(&bomb, &LIMITS), Err(GuardError::TooMany { what: "change bytes", .. })));

    // The same inside a document: a column of actions that inflates past the limit.
    let mut contents = Vec::new();
    write_u64(&mut contents, 0);
    write_u64(&mut contents, 0);
    write_u64(&mut contents, 0);
    write_u64(&mut contents, 1);
    write_u64(&mut contents, u64::from(66 | DEFLATED));
    write_u64(&mut contents, zeros.len() as u64);
    contents.extend_from_slice(&zeros);
    let mut bomb = MAGIC.to_vec();
    bomb.extend_from_slice(&hash(KIND_DOCUMENT, &contents).0[..4]);
    bomb.push(KIND_DOCUMENT);
    write_prefixed(&mut bomb, &contents);
    let small = Limits { document_bytes: 1 << 20, ..LIMITS };
    assert!(matches!(document(&bomb, &small), Err(GuardError::TooMany { what: "document bytes", .. })));
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = flate2::bufread::DeflateEncoder::new(bytes, flate2::Compression::best());
    encoder.read_to_end(&mut out).expect("deflates");
    out
}

#[test]
fn a_compressed_change_is_held_to_the_hash_of_its_inflated_form() {
    let doc = every_kind();
    let compressed = compressed_chunks(&doc).into_iter().find(|chunk| chunk[8] == KIND_COMPRESSED_CHANGE);
    let mut compressed = compressed.expect("one is compressed");
    assert!(change(&compressed, &LIMITS).is_ok());
    compressed[5] ^= 1;
    assert_eq!(change(&compressed, &LIMITS), Err(GuardError::WrongChecksum));
}

#[test]
fn counters_near_the_end_of_their_range_are_refused() {
    let chunk = chunks(&typing(2)).remove(1);
    let mut reader = Reader::new(&chunk);
    let frame = Frame::read(&mut reader).expect("a frame");
    let fields = ChangeFields::read(frame.contents).expect("a change");
    for (start_op, seq) in [(u64::MAX, 2), (u64::from(u32::MAX), 2), (0, 2), (9, 0), (9, u64::MAX)] {
        let forged = ChangeFields { start_op, seq, ..fields.clone() };
        let refused = change(&frame_change(&forged.write()).1, &LIMITS);
        assert!(matches!(refused, Err(GuardError::OutOfRange(_))), "{start_op} {seq}: {refused:?}");
    }
    let forged = ChangeFields { other_actors: vec![&[2; 24]], ..fields.clone() };
    assert_eq!(change(&frame_change(&forged.write()).1, &LIMITS), Err(GuardError::DisorderedActors));
    let dep = fields.deps[0];
    let forged = ChangeFields { deps: vec![dep, dep], ..fields };
    assert_eq!(change(&frame_change(&forged.write()).1, &LIMITS), Err(GuardError::RepeatedDependency));
}
