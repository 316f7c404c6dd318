//! Changes for tests: of every kind that Automerge makes, and mutated ones whose checksum is right again.

use automerge::marks::{ExpandMark, Mark};
use automerge::transaction::{CommitOptions, Transactable};
use automerge::{ActorId, AutoCommit, Automerge, Change, ObjType, ROOT, ReadDoc, ScalarValue};
use rand_chacha::ChaCha8Rng;
use rand_core::Rng;

use crate::chunk::{KIND_CHANGE, frame_change};
use crate::leb128::Reader;
use crate::trial;

pub(crate) fn actor(number: u8) -> ActorId {
    ActorId::from([number; 24])
}

fn commit(doc: &mut AutoCommit, time: i64) {
    doc.commit_with(CommitOptions::default().with_time(time));
}

pub(crate) fn editor(base: &Automerge, number: u8) -> AutoCommit {
    AutoCommit::load_with_options(
        &base.save(),
        automerge::LoadOptions::new().text_encoding(automerge::TextEncoding::Utf16CodeUnit),
    )
    .expect("a saved document loads")
    .with_actor(actor(number))
}

/// `small_of_every_kind`, and a paste long enough to be compressed.
pub(crate) fn every_kind() -> Automerge {
    let mut doc = editor(&small_of_every_kind(), 3);
    let (_, text) = doc.get(ROOT, "text").expect("get").expect("the text");
    let paste: String = (0..3_000).map(|place| if place % 7 == 0 { ' ' } else { 'م' }).collect();
    doc.splice_text(&text, 2, 0, &paste).expect("splice");
    commit(&mut doc, 1_700_000_104);
    doc.document().clone()
}

/// A document by three actors with every kind of operation: containers, text, marks, blocks, counters, all
/// scalars, deletions, conflicts, merges, empty commits and messages.
pub(crate) fn small_of_every_kind() -> Automerge {
    let mut najaf = editor(&trial::empty(), 3);
    let text = najaf.put_object(ROOT, "text", ObjType::Text).expect("put");
    let list = najaf.put_object(ROOT, "list", ObjType::List).expect("put");
    let map = najaf.put_object(ROOT, "map", ObjType::Map).expect("put");
    najaf.put(ROOT, "count", ScalarValue::counter(5)).expect("put");
    commit(&mut najaf, 1_700_000_000);
    najaf.splice_text(&text, 0, 0, "بسم الله الرحمن الرحيم 🌙").expect("splice");
    commit(&mut najaf, 1_700_000_001);
    najaf.split_block(&text, 0).expect("split");
    commit(&mut najaf, 1_700_000_002);
    najaf.mark(&text, Mark::new("bold".into(), true, 2, 6), ExpandMark::Both).expect("mark");
    commit(&mut najaf, 1_700_000_003);
    najaf.unmark(&text, "bold", 3, 4, ExpandMark::None).expect("unmark");
    commit(&mut najaf, -1_700_000_004);
    for (place, value) in [
        ScalarValue::Null,
        ScalarValue::Boolean(true),
        ScalarValue::Int(-70_000),
        ScalarValue::Uint(u64::MAX),
        ScalarValue::F64(0.1),
        ScalarValue::Timestamp(1_700_000_000_000),
        ScalarValue::Str("نص".into()),
        ScalarValue::Bytes(vec![0, 255, 7]),
        ScalarValue::counter(-3),
    ]
    .into_iter()
    .enumerate()
    {
        najaf.insert(&list, place, value.clone()).expect("insert");
        najaf.put(&map, format!("key {place}"), value).expect("put");
    }
    commit(&mut najaf, 1_700_000_005);
    najaf.increment(ROOT, "count", 4).expect("increment");
    najaf.delete(&map, "key 2").expect("delete");
    najaf.delete(&list, 1).expect("delete");
    najaf.put(&list, 0, "replaced").expect("put");
    najaf.commit_with(CommitOptions::default().with_time(1_700_000_006).with_message("رسالة"));
    najaf.empty_change(CommitOptions::default().with_time(1_700_000_007));

    // Two branches that touch the same places, then one that sees both.
    let mut kufa = najaf.fork().with_actor(actor(1));
    let mut karbala = najaf.fork().with_actor(actor(9));
    for (doc, word) in [(&mut kufa, "الكوفة"), (&mut karbala, "كربلاء")] {
        doc.splice_text(&text, 4, 3, word).expect("splice");
        commit(doc, 1_700_000_100);
        doc.put(&map, "title", word).expect("put");
        doc.increment(ROOT, "count", 1).expect("increment");
        let row = doc.insert_object(&list, 2, ObjType::Map).expect("insert");
        doc.put(&row, "name", word).expect("put");
        commit(doc, 1_700_000_101);
        doc.mark(&text, Mark::new("link".into(), "https://example.org", 1, 9), ExpandMark::After).expect("mark");
        commit(doc, 1_700_000_102);
    }
    najaf.merge(&mut kufa).expect("merge");
    najaf.merge(&mut karbala).expect("merge");
    najaf.put(&map, "title", "الملتقى").expect("put");
    let length = najaf.length(&text);
    najaf.splice_text(&text, 1, length as isize - 4, "").expect("splice");
    commit(&mut najaf, 1_700_000_103);
    najaf.document().clone()
}

/// One device's typing: a note of twenty small changes, each some letters at the end.
pub(crate) fn typing(count: usize) -> Automerge {
    let mut doc = editor(&trial::empty(), 7);
    let text = doc.put_object(ROOT, "text", ObjType::Text).expect("put");
    commit(&mut doc, 1_760_000_000);
    let words: Vec<&str> = "اجتمعت وفود العتبات في القاعة الكبرى صباح اليوم لبحث توصيات الملتقى الثامن ثم \
        تحدث ممثل الأمانة عن خطة مشتركة للسنة المقبلة وطلب رئيس الجلسة تشكيل لجنة"
        .split_inclusive(' ')
        .collect();
    for place in 1..count {
        let end = doc.length(&text);
        doc.splice_text(&text, end, 0, words[place % words.len()]).expect("splice");
        commit(&mut doc, 1_760_000_000 + place as i64 * 2);
    }
    doc.document().clone()
}

pub(crate) fn chunks(doc: &Automerge) -> Vec<Vec<u8>> {
    doc.get_changes(&[]).iter().map(|change| change.raw_bytes().to_vec()).collect()
}

pub(crate) fn compressed_chunks(doc: &Automerge) -> Vec<Vec<u8>> {
    doc.get_changes(&[]).into_iter().map(|mut change: Change| change.bytes().into_owned()).collect()
}

/// Changes a few bytes of the contents of an uncompressed change, and frames it anew.
pub(crate) fn mutated(chunk: &[u8], rng: &mut ChaCha8Rng) -> Vec<u8> {
    let mut reader = Reader::new(&chunk[8..]);
    assert_eq!(reader.byte(), Ok(KIND_CHANGE));
    let mut contents = reader.prefixed().expect("a whole chunk").to_vec();
    for _ in 0..1 + rng.next_u32() % 3 {
        let place = rng.next_u32() as usize % contents.len();
        match rng.next_u32() % 6 {
            0 => contents[place] = rng.next_u32() as u8,
            1 => contents[place] ^= 1 << (rng.next_u32() % 8),
            2 => contents[place] = contents[place].wrapping_add(1),
            3 => contents[place] = contents[place].wrapping_sub(1),
            4 => contents.insert(place, rng.next_u32() as u8),
            _ => {
                contents.remove(place);
            }
        }
        if contents.is_empty() {
            contents.push(0);
        }
    }
    frame_change(&contents).1
}
