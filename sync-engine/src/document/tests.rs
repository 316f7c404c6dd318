//! Devices are forks of one document that edit apart and then merge.

mod looking;
mod records;
mod texts;
mod untrusted;

use automerge::{ActorId, Automerge, ChangeHash, PatchLog, TextEncoding, transaction::Transaction};

use super::*;

fn created(kind: Kind) -> Automerge {
    let mut doc = Automerge::new_with_encoding(TextEncoding::Utf16CodeUnit).with_actor(actor(1));
    edit(&mut doc, |tx| create(tx, kind, "المؤتمر الثامن"));
    doc
}

/// Another device's copy of a document.
fn device(doc: &Automerge, number: u8) -> Automerge {
    doc.fork().with_actor(actor(number))
}

fn edit<T>(doc: &mut Automerge, work: impl FnOnce(&mut Transaction<'_>) -> Result<T, DocumentError>) -> T {
    let mut tx = doc.transaction();
    let done = work(&mut tx).unwrap();
    tx.commit();
    done
}

fn edit_at<T>(
    doc: &mut Automerge,
    heads: &[ChangeHash],
    work: impl FnOnce(&mut Transaction<'_>) -> Result<T, DocumentError>,
) -> T {
    let mut tx = doc.transaction_at(PatchLog::inactive(), heads).unwrap();
    let done = work(&mut tx).unwrap();
    tx.commit();
    done
}

/// Brings two devices together and checks that they then agree on everything.
fn meet(a: &mut Automerge, b: &mut Automerge) {
    a.merge(b).unwrap();
    b.merge(a).unwrap();
    assert_eq!(a.get_heads(), b.get_heads());
    assert_eq!(a.hydrate(None), b.hydrate(None));
}

fn actor(number: u8) -> ActorId {
    ActorId::from([number; 24])
}

fn id(number: u8) -> ItemId {
    ItemId([number; 16])
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}
