use automerge::{ObjId, ObjType, ROOT, ReadDoc, ScalarValue, transaction::Transactable};
use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng, SeedableRng},
};

use super::*;

fn read_all(doc: &Automerge, heads: Option<&[ChangeHash]>) {
    read(doc, &Conference::place(), heads);
    read(doc, &Plan::place(), heads);
    read(doc, &Note::place(), heads);
    read_bin(doc, &Plan::place().items(), heads);
    conflicts(doc, &Conference::place(), heads);
    paragraphs(doc, heads);
    resolve_span(doc, "s", "e", heads);
    kind_of(doc, heads);
    format_of(doc, heads);
    summarise(doc);
}

fn any_value(tx: &mut Transaction<'_>, map: &ObjId, key: &str, random: &mut ChaCha8Rng) -> Option<ObjId> {
    let scalars = [
        ScalarValue::Null,
        ScalarValue::Boolean(false),
        ScalarValue::Int(-1),
        ScalarValue::Uint(u64::MAX),
        ScalarValue::F64(f64::NAN),
        ScalarValue::Bytes(vec![0xff]),
        ScalarValue::counter(3),
        ScalarValue::Timestamp(i64::MIN),
        ScalarValue::from("\u{fffc}َ"),
        ScalarValue::from("2026-02-30"),
        ScalarValue::Unknown { type_code: 12, bytes: vec![1] },
    ];
    let objects = [ObjType::Map, ObjType::List, ObjType::Text];
    let choice = random.next_u32() as usize % (scalars.len() + objects.len());
    match scalars.get(choice) {
        Some(scalar) => tx.put(map, key, scalar.clone()).map(|()| None).unwrap(),
        None => tx.put_object(map, key, objects[choice - scalars.len()]).map(Some).unwrap(),
    }
}

#[test]
fn a_document_with_wrong_types_everywhere_reads_and_is_written_without_panic() {
    let keys = [
        "kind",
        "format",
        "title",
        "series",
        "ordinal",
        "starts_on",
        "communique",
        "delegations",
        "agenda",
        "recommendations",
        "committees",
        "items",
        "body",
        "tags",
        "attachments",
        "deleted",
        "01010101010101010101010101010101",
        "order",
        "wording",
        "supporting",
        "progress",
        "due",
        "origin",
        "depends_on",
        "remarks",
        "members",
        "type",
        "parents",
        "attrs",
    ];
    let mut random = ChaCha8Rng::seed_from_u64(5);
    for _ in 0..150 {
        let mut doc = created(Kind::Note);
        let mut other = device(&doc, 2);
        for doc in [&mut doc, &mut other] {
            let mut tx = doc.transaction();
            let mut maps = vec![ROOT];
            for _ in 0..60 {
                let key = keys[random.next_u32() as usize % keys.len()];
                let map = maps[random.next_u32() as usize % maps.len()].clone();
                if tx.object_type(&map) != Ok(ObjType::Map) {
                    continue;
                }
                maps.extend(any_value(&mut tx, &map, key, &mut random));
            }
            tx.commit();
        }
        doc.merge(&mut other).unwrap();
        read_all(&doc, None);
        let heads = other.get_heads();
        read_all(&doc, Some(&heads));
        let mut tx = doc.transaction();
        let item = Plan::place().items().at(id(1));
        // Whether these can be done depends on what is there; that they return is the point.
        let _ = add(&mut tx, &Plan::place().items(), id(1), Position::First, "x");
        let _ = set(&mut tx, &item, PlanItemField::Status(Some(Status::Done)));
        let _ = set_text(&mut tx, &item.wording(), "نص");
        let _ = insert_key(&mut tx, &item.supporting(), &"جهة".to_owned());
        let _ = move_to(&mut tx, &Plan::place().items(), id(1), Position::Last, "x");
        let _ = append_paragraph(&mut tx, &Block::paragraph(), "نص");
        let _ = set_block(&mut tx, 0, &Block::paragraph());
        tx.commit();
        read_all(&doc, None);
    }
}

#[test]
fn a_wrongly_typed_value_does_not_hide_a_right_one_set_at_once() {
    let mut najaf = created(Kind::Conference);
    let mut kufa = device(&najaf, 2);
    edit(&mut najaf, |tx| set(tx, &Conference::place(), ConferenceField::Venue(Some("النجف".into()))));
    // The higher actor wins, with a value that is no venue.
    edit(&mut kufa, |tx| Ok(tx.put(ROOT, "venue", 7)?));
    meet(&mut najaf, &mut kufa);
    assert_eq!(najaf.get(ROOT, "venue").unwrap().unwrap().0.as_i64(), Some(7));
    let conference = read(&najaf, &Conference::place(), None).unwrap();
    assert_eq!(conference.venue.as_deref(), Some("النجف"));
}

#[test]
fn elements_of_a_text_that_are_no_characters_are_counted_as_automerge_does() {
    let mut doc = created(Kind::Note);
    edit(&mut doc, |tx| {
        let body = text_object(tx, &Note::place().body())?;
        tx.insert(&body, 1, 7)?;
        tx.insert(&body, 2, "كلمة")?;
        tx.insert_object(&body, 6, ObjType::List)?;
        append_paragraph(tx, &Block::paragraph(), "x")
    });
    let read = paragraphs(&doc, None);
    let body = doc.get(ROOT, "body").unwrap().unwrap().1;
    assert_eq!(read[0].text(), "\u{fffc}كلمة\u{fffc}");
    assert_eq!(read[1].at, Some(7));
    assert_eq!(doc.length(&body), 9);
}

#[test]
fn a_deeply_nested_block_is_read_without_going_down() {
    let mut doc = created(Kind::Note);
    edit(&mut doc, |tx| {
        let body = text_object(tx, &Note::place().body())?;
        let mut map = tx.get(&body, 0)?.map(|(_, block)| block).unwrap_or(ROOT);
        for _ in 0..20_000 {
            map = tx.put_object(&map, "attrs", ObjType::Map)?;
        }
        insert_text(tx, 1, "نص")
    });
    assert_eq!(paragraphs(&doc, None)[0].text(), "نص");
    assert_eq!(summarise(&doc).first_words, "نص");
}
