use automerge::transaction::{CommitOptions, Transactable};
use automerge::{AutoCommit, ObjType};
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

use super::*;
use crate::chunk::{ChangeFields, Frame, frame_change};
use crate::leb128::Reader;
use crate::test_changes::{actor, chunks, compressed_chunks, editor, every_kind, mutated, small_of_every_kind, typing};

fn reforged(chunk: &[u8], alter: impl FnOnce(&mut ChangeFields<'_>)) -> Vec<u8> {
    let frame = Frame::read(&mut Reader::new(chunk)).expect("a frame");
    let mut fields = ChangeFields::read(frame.contents).expect("a change");
    alter(&mut fields);
    frame_change(&fields.write()).1
}

fn hash_of(chunk: &[u8]) -> ChangeHash {
    guard::change(chunk, &Limits::V1).expect("a change").hash
}

#[test]
fn good_changes_are_applied_in_whatever_order_they_come() {
    let doc = every_kind();
    let mut batch = compressed_chunks(&doc);
    batch.reverse();
    let outcome = apply(&empty(), &batch);
    assert_eq!(outcome.document.get_heads(), doc.get_heads());
    assert_eq!(outcome.document.hydrate(None), doc.hydrate(None));
    assert_eq!(outcome.applied.len(), batch.len());
    assert_eq!((outcome.parked, outcome.quarantined), (vec![], vec![]));
}

#[test]
fn the_document_keeps_its_actor_and_counts_utf_16() {
    let outcome = apply(&empty().with_actor(actor(4)), &chunks(&every_kind()));
    assert_eq!(outcome.document.get_actor(), &actor(4));
    assert_eq!(outcome.document.text_encoding(), TextEncoding::Utf16CodeUnit);
    let loaded = load(&outcome.document.save()).expect("loads");
    assert_eq!(loaded.text_encoding(), TextEncoding::Utf16CodeUnit);
}

#[test]
fn what_is_here_already_is_applied_and_costs_nothing() {
    let doc = every_kind();
    let outcome = apply(&doc, &chunks(&doc));
    assert_eq!(outcome.applied.len(), chunks(&doc).len());
    assert_eq!(outcome.document.get_heads(), doc.get_heads());
    let twice = [chunks(&doc), chunks(&doc)].concat();
    assert_eq!(apply(&empty(), &twice).applied.len(), chunks(&doc).len());
}

#[test]
fn a_change_without_its_dependencies_is_parked_and_so_is_what_builds_on_it() {
    let doc = typing(6);
    let mut batch = chunks(&doc);
    let absent = hash_of(&batch.remove(2));
    let outcome = apply(&empty(), &batch);
    assert_eq!(outcome.applied.len(), 2);
    assert_eq!(outcome.quarantined, vec![]);
    let hashes: Vec<_> = batch.iter().map(|chunk| hash_of(chunk)).collect();
    let expected = vec![
        Parked { place: 2, hash: hashes[2], missing: vec![absent] },
        Parked { place: 3, hash: hashes[3], missing: vec![hashes[2]] },
        Parked { place: 4, hash: hashes[4], missing: vec![hashes[3]] },
    ];
    assert_eq!(outcome.parked, expected);
    // Nothing of them waits inside the document.
    assert!(outcome.document.get_missing_deps(&[]).is_empty());
    assert_eq!(apply(&outcome.document, &chunks(&doc)).document.get_heads(), doc.get_heads());
}

#[test]
fn a_bad_change_never_holds_back_the_good_ones() {
    let base = typing(10);
    let mut good = Vec::new();
    for number in 20..40 {
        let mut device = editor(&base, number);
        device.put(ROOT, format!("device {number}"), "هنا").expect("put");
        device.commit();
        good.extend(device.document().get_changes(&base.get_heads()).iter().map(|change| change.raw_bytes().to_vec()));
    }
    // An operation in an object that there is not, which panics, and bytes that are no change.
    let mut device = editor(&base, 50);
    let text = device.get(ROOT, "text").expect("get").expect("the text").1;
    device.splice_text(&text, 0, 0, "x").expect("splice");
    device.commit();
    let honest = device.document().get_changes(&base.get_heads())[0].raw_bytes().to_vec();
    let bad = reforged(&honest, |fields| {
        let object = fields.columns.iter_mut().find(|column| column.spec == 2).expect("objects");
        object.data = &[0x7f, 3];
    });
    let mut batch = good.clone();
    batch.insert(7, bad.clone());
    batch.insert(15, b"nothing".to_vec());
    let follower = reforged(&honest, |fields| {
        fields.deps = vec![hash_of(&bad)];
        fields.seq = 2;
        fields.start_op += 1;
    });
    batch.push(follower.clone());

    let outcome = apply(&base, &batch);
    assert!(good.iter().all(|chunk| outcome.applied.contains(&hash_of(chunk))));
    let mut quarantined: Vec<_> = outcome.quarantined.iter().map(|bad| (bad.place, &bad.reason)).collect();
    quarantined.sort_unstable_by_key(|(place, _)| *place);
    assert_eq!(quarantined[0], (7, &Reason::Panicked));
    assert!(matches!(quarantined[1], (15, Reason::Guard(_))));
    assert_eq!(quarantined.len(), 2);
    let parked = Parked { place: 22, hash: hash_of(&follower), missing: vec![hash_of(&bad)] };
    assert_eq!(outcome.parked, vec![parked]);
}

#[test]
fn two_changes_with_one_sequence_number_are_told_apart_from_bad_ones() {
    let base = typing(3);
    let later = chunks(&typing(5)).split_off(3);
    let other = reforged(&later[0], |fields| fields.time += 60);
    // Within one batch the earlier one wins.
    let outcome = apply(&base, &[later[0].clone(), other.clone()]);
    assert_eq!(outcome.applied, vec![hash_of(&later[0])]);
    assert_eq!(outcome.quarantined[0].reason, Reason::DuplicateSequence);
    // In the document one of them is there already; what came with the other gets in all the same.
    let mut device = editor(&base, 30);
    device.put(ROOT, "here", true).expect("put");
    device.commit();
    let good = device.document().get_changes(&base.get_heads())[0].raw_bytes().to_vec();
    let outcome = apply(&outcome.document, &[other.clone(), good.clone(), later[1].clone()]);
    assert_eq!(outcome.quarantined.len(), 1);
    assert_eq!(outcome.quarantined[0].hash, Some(hash_of(&other)));
    assert_eq!(outcome.quarantined[0].reason, Reason::DuplicateSequence);
    assert_eq!(outcome.applied.len(), 2);
}

#[test]
fn numbers_that_contradict_the_dependencies_are_refused() {
    let base = typing(3);
    let next = chunks(&typing(4)).remove(3);
    for start_op in [1, (1 << 31) - 100] {
        let bad = reforged(&next, |fields| fields.start_op = start_op);
        assert_eq!(apply(&base, &[bad]).quarantined[0].reason, Reason::Disordered, "{start_op}");
    }
    let gap = reforged(&next, |fields| fields.seq += 1);
    assert_eq!(apply(&base, &[gap]).quarantined[0].reason, Reason::Disordered);
}

#[test]
fn a_change_that_would_be_saved_as_another_one_is_not_taken() {
    // One action as a run of one, where Automerge writes a literal: it applies, and saves with another hash.
    let base = typing(3);
    let mut device = editor(&base, 30);
    device.put(ROOT, "key", true).expect("put");
    device.commit();
    let honest = device.document().get_changes(&base.get_heads())[0].raw_bytes().to_vec();
    let bad = reforged(&honest, |fields| {
        let action = fields.columns.iter_mut().find(|column| column.spec == 66).expect("actions");
        assert_eq!(action.data, &[0x7f, 1]);
        action.data = &[1, 1];
    });
    assert_eq!(apply(&base, std::slice::from_ref(&bad)).quarantined[0].reason, Reason::Unloadable);
    let outcome = apply(&base, &[bad, honest.clone()]);
    assert_eq!(outcome.applied, vec![hash_of(&honest)]);
}

#[test]
fn a_mark_in_a_map_is_not_taken() {
    // The fifth change marks text; here its object is the map. Automerge's debug assertions notice, and where
    // they are compiled out, nothing does until somebody reads the map.
    let batch = chunks(&small_of_every_kind());
    let base = apply(&empty(), &batch[..4]).document;
    let bad = reforged(&batch[4], |fields| {
        let objects = fields.columns.iter_mut().find(|column| column.spec == 2).expect("objects");
        let [run, 1] = objects.data else { panic!("one run of the text: {:?}", objects.data) };
        objects.data = if *run == 2 { &[2, 3] } else { &[4, 3] };
    });
    let quarantined = apply(&base, &[bad]).quarantined;
    let is_noticed = |reason: &Reason| matches!(reason, Reason::Misplaced | Reason::Panicked | Reason::Unloadable);
    assert!(quarantined.iter().any(|quarantined| is_noticed(&quarantined.reason)), "{quarantined:?}");
}

#[test]
fn an_edit_made_beside_what_its_author_had_seen_gets_in() {
    // Isolated at older heads, the edit's first operation lies far above those of its dependencies.
    let mut doc = editor(&typing(3), 40);
    let old_heads = doc.get_heads();
    for number in 0..50 {
        doc.put(ROOT, format!("key {number}"), number).expect("put");
        doc.commit();
    }
    doc.isolate(&old_heads);
    doc.put(ROOT, "beside", true).expect("put");
    doc.commit_with(CommitOptions::default());
    doc.integrate();
    let outcome = apply(&typing(3), &chunks(doc.document()));
    assert_eq!(outcome.document.get_heads(), doc.document().get_heads());
    assert_eq!((outcome.parked.len(), outcome.quarantined.len()), (0, 0));
}

#[test]
fn no_mutated_change_breaks_the_document_or_holds_back_a_good_one() {
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    let doc = small_of_every_kind();
    let batch = chunks(&doc);
    let good: Vec<_> = {
        let mut device = editor(&doc, 60);
        let text = device.get(ROOT, "text").expect("get").expect("the text").1;
        device.splice_text(&text, 1, 1, "سلام").expect("splice");
        device.commit();
        device.put(ROOT, "good", true).expect("put");
        device.commit();
        device.document().get_changes(&doc.get_heads()).iter().map(|change| change.raw_bytes().to_vec()).collect()
    };
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for round in 0..1_800 {
        // A mutated change in the place of the original, or beside the whole, under another actor.
        let place = rng.next_u32() as usize % batch.len();
        let bad = mutated(&batch[place], &mut rng);
        let (base, mut given) = if round % 3 == 0 {
            let mut rest = batch.clone();
            rest[place] = bad;
            (empty(), rest)
        } else {
            (doc.clone(), vec![good[0].clone(), renamed(&bad, &doc), good[1].clone()])
        };
        if given.len() == 3 && round % 2 == 0 {
            given.swap(0, 1);
        }
        let outcome = apply(&base, &given);
        for quarantined in &outcome.quarantined {
            let reason = match quarantined.reason {
                Reason::Guard(_) => "guard",
                Reason::DuplicateSequence => "duplicate",
                Reason::Disordered => "disordered",
                Reason::Refused(_) => "refused",
                Reason::Panicked => "panicked",
                Reason::Unloadable => "unloadable",
                Reason::Misplaced => "misplaced",
                Reason::Beside => "beside",
                Reason::Foreign => "foreign",
            };
            *reasons.entry(reason).or_default() += 1;
        }
        if given.len() == 3 {
            assert!(good.iter().all(|chunk| outcome.applied.contains(&hash_of(chunk))), "round {round}");
        }
        let loaded = load(&outcome.document.save()).expect("what a trial gives can be loaded");
        assert_eq!(loaded.get_heads(), outcome.document.get_heads());
        if round % 4 == 0 {
            read_and_edit(loaded);
        }
        let listed = outcome.applied.len() + outcome.parked.len() + outcome.quarantined.len();
        assert_eq!(listed, given.len(), "round {round}");
        *reasons.entry("applied").or_default() += outcome.applied.len();
    }
    assert!(reasons["panicked"] > 100 && reasons.contains_key("unloadable"), "{reasons:?}");
}

/// What a person would do next: see the document, write in it and save it.
fn read_and_edit(doc: Automerge) {
    let mut doc = doc.with_actor(actor(99));
    let _ = doc.hydrate(None);
    let mut transaction = doc.transaction();
    if let Ok(Some((_, text))) = transaction.get(ROOT, "text")
        && transaction.object_type(&text).is_ok_and(|kind| kind == ObjType::Text)
    {
        assert!(transaction.spans(&text).expect("spans").count() < 1_000);
        let length = transaction.length(&text);
        for place in [length, length / 2, 0] {
            transaction.splice_text(&text, place, 0, "كتب").expect("splice");
        }
        transaction.splice_text(&text, 0, length as isize, "").expect("splice");
    }
    transaction.commit();
    load(&doc.save()).expect("an edited document can be loaded");
}

/// As the first change of a new actor on top of `doc`, where the bytes can still be read.
fn renamed(chunk: &[u8], doc: &Automerge) -> Vec<u8> {
    let frame = Frame::read(&mut Reader::new(chunk)).expect("a frame");
    let Ok(mut fields) = ChangeFields::read(frame.contents) else { return chunk.to_vec() };
    let own = fields.actor;
    fields.actor = &[77; 24];
    fields.seq = 1;
    fields.deps = doc.get_heads();
    fields.start_op = 10_000;
    // Its own operations before are another actor's now.
    fields.other_actors.retain(|actor| *actor != own);
    frame_change(&fields.write()).1
}

#[test]
fn deeply_nested_objects_do_not_overflow_the_stack() {
    let mut doc = AutoCommit::new();
    let mut inner = ROOT;
    for _ in 0..20_000 {
        inner = doc.put_object(&inner, "in", ObjType::Map).expect("put");
    }
    doc.commit();
    let outcome = apply(&empty(), &chunks(doc.document()));
    assert_eq!(outcome.applied.len(), 1);
}
