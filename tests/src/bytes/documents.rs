//! Documents as people write them, what others write into them next, and all that a page reads of one: the valid
//! bytes from which wrong ones are made.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use automerge::transaction::{CommitOptions, Transactable, Transaction};
use automerge::{ActorId, Automerge, ChangeHash, ObjType, ROOT, ScalarValue};
use sync_engine::document::{
    self, Around, Block, Conference, Dispute, Edit, Elsewhere, ItemId, Kind, Language, Mark, Note, Plain, Plan,
    Position,
};
use sync_engine::keys::SecretKey;
use sync_engine::trial;

use super::keys;
use crate::sim::random::Random;

/// A document that everybody has, and changes that come next.
pub(super) struct Written {
    pub(super) base: Automerge,
    /// The document as snapshots hold it: before and after the changes.
    pub(super) saved: Vec<Vec<u8>>,
    /// Each after those that it builds on.
    pub(super) changes: Vec<Vec<u8>>,
}

/// One of each kind, the same in every process.
pub(super) fn all() -> &'static [Written] {
    static ALL: OnceLock<Vec<Written>> = OnceLock::new();
    ALL.get_or_init(|| [Kind::Note, Kind::Plan, Kind::Conference].map(written).into())
}

/// The device that made all of it.
pub(super) fn author() -> SecretKey {
    keys::key(2)
}

fn actor(nth: u8) -> ActorId {
    ActorId::from([&author().device().as_bytes()[..16], &[nth; 8]].concat())
}

fn write(document: &mut Automerge, at_s: i64, work: impl FnOnce(&mut Transaction<'_>)) {
    let mut tx = document.transaction();
    work(&mut tx);
    tx.commit_with(CommitOptions::default().with_time(at_s));
}

fn written(kind: Kind) -> Written {
    let mut random = Random::new(kind as u64, 0xd0c);
    let mut base = trial::empty().with_actor(actor(1));
    write(&mut base, 1, |tx| document::create(tx, kind, "المؤتمر الثامن").expect("a document"));
    for at_s in 2..8 {
        write(&mut base, at_s, |tx| edit(&mut random, tx, kind));
    }
    let before = base.get_heads();
    let mut hands: Vec<Automerge> = (2..5).map(|nth| base.fork().with_actor(actor(nth))).collect();
    for at_s in 10..46 {
        let nth = random.below(hands.len());
        write(&mut hands[nth], at_s, |tx| edit(&mut random, tx, kind));
        if random.chance(25) {
            let other = &mut hands[(nth + 1) % 3].clone();
            hands[nth].merge(other).expect("they fit");
        }
    }
    let mut after = base.clone();
    hands.iter_mut().for_each(|hand| drop(after.merge(hand).expect("they fit")));
    let changes = after.get_changes(&before).iter().map(|change| change.raw_bytes().to_vec()).collect();
    Written { saved: vec![base.save(), after.save(), after.save_nocompress()], base, changes }
}

/// What somebody does at once: an edit of the app's, or anything that Automerge can say.
fn edit(random: &mut Random, tx: &mut Transaction<'_>, kind: Kind) {
    // Some of them do not suit the document as it is; whatever they did stays.
    if random.chance(20) {
        anything(random, tx);
        return;
    }
    match kind {
        Kind::Note => {
            let at = 1 + random.below(4);
            let _ = match random.below(7) {
                0 => document::append_paragraph(tx, &Block::paragraph(), "افتُتِحت الجلسة وأقرّ الحاضرون"),
                1 => document::mark(tx, at..at + 2, &Mark::Strong),
                2 => document::split_paragraph(tx, at, &Block::of_kind("heading")),
                3 => document::delete_text(tx, at..at + 1),
                4 => document::set_block(tx, 0, &Block::of_kind("ordered-list-item")),
                _ => document::insert_text(tx, at, ["نص", "a", "7 توصيات", "🕌"][random.below(4)]),
            };
        }
        Kind::Plan => items(random, tx, "items", "wording"),
        Kind::Conference => items(random, tx, "recommendations", "wording"),
    }
}

fn items(random: &mut Random, tx: &mut Transaction<'_>, collection: &str, text: &str) {
    let id = ItemId([random.below(3) as u8; 16]);
    let at = vec![collection.to_owned(), id.to_string()];
    let title = Plain::Text("عنوان آخر".into());
    let edit = match random.below(8) {
        0..3 => Edit::Add { at: vec![collection.to_owned()], id, position: Position::Last },
        3 => Edit::SetText {
            at, field: text.into(), text: "يُشكَّل فريق للمتابعة خلال شهر".into()
        },
        4 => Edit::Remove { at },
        5 => Edit::MoveTo { at, position: Position::First },
        6 => Edit::Set { at, field: "number".into(), value: Some(Plain::Number(7)) },
        _ => Edit::Set { at: vec![], field: "title".into(), value: Some(title) },
    };
    let _ = document::apply(tx, &edit, 1_000, "ab");
}

fn anything(random: &mut Random, tx: &mut Transaction<'_>) {
    let key = ["title", "body", "deleted", "tags", "parents", "k", "supporting"][random.below(7)];
    let scalars = [
        ScalarValue::Null,
        ScalarValue::Boolean(true),
        ScalarValue::Int(-1),
        ScalarValue::Uint(u64::MAX),
        ScalarValue::F64(0.5),
        ScalarValue::Bytes(vec![0xff; 9]),
        ScalarValue::counter(3),
        ScalarValue::Timestamp(i64::MIN),
        ScalarValue::from("نص"),
        ScalarValue::Unknown { type_code: 12, bytes: vec![1] },
    ];
    let _ = match random.below(6) {
        0 => tx.put_object(ROOT, key, [ObjType::Map, ObjType::List, ObjType::Text][random.below(3)]).map(drop),
        1 => tx.increment(ROOT, "count", 2),
        2 => tx.delete(ROOT, key),
        3 => match tx.put_object(ROOT, "list", ObjType::List) {
            Ok(list) => (0..5).try_for_each(|at| tx.insert(&list, at, at as i64)),
            Err(error) => Err(error),
        },
        _ => tx.put(ROOT, key, scalars[random.below(scalars.len())].clone()),
    };
}

struct Nowhere;

impl Around for Nowhere {
    fn file(&self, _: &str) -> Option<String> {
        None
    }

    fn elsewhere(&self, _: &str, _: Option<&ItemId>) -> Option<Elsewhere> {
        None
    }
}

/// Reads of a document what the app's pages, its search and its export read.
pub(super) fn look_at(document: &Automerge, before: &[ChangeHash]) {
    let now = document.get_heads();
    for heads in [None, Some(before)] {
        document::read(document, &Conference::place(), heads);
        document::read(document, &Plan::place(), heads);
        document::read(document, &Note::place(), heads);
        document::read_bin(document, &Plan::place().items(), heads);
        document::conflicts(document, &Conference::place(), heads);
        document::paragraphs(document, heads);
        document::kind_of(document, heads);
        document::format_of(document, heads);
    }
    document::summarise(document);
    document::passages(document);
    document::all_conflicts(document);
    document::all_binned(document);
    document::all_files(document);
    document::item_names(document);
    document::stretches(document, ActorId::clone);
    document::actors_since(document, before);
    document::compare(document, before, &now);
    let no_dispute: [Dispute; 0] = [];
    document::markdown(document, Language::Arabic, &Nowhere, &no_dispute);
    let names: BTreeMap<&str, String> = BTreeMap::new();
    document::copy(document, |name| names.get(name).cloned());
}
