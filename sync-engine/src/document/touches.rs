//! Who touched what between two versions of a document, by the operations themselves: each names the object and
//! the field or element that it wrote.

use std::collections::{HashMap, HashSet};

use automerge::legacy::{Key, ObjectId, OpType};
use automerge::{ActorId, Automerge, Change, ChangeHash, ObjId};

use super::elements::{Element, elements};

/// Somebody's last change of something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touch {
    pub actor: ActorId,
    /// By the clock of who made it, in Unix milliseconds.
    pub at_ms: i64,
}

/// An operation by its counter and actor. The root's has none.
pub(super) type OpName = Option<(u64, ActorId)>;

/// The numbers of the changes that wrote something, ascending.
type Changes = Vec<usize>;

#[derive(Default)]
pub(super) struct Touches {
    changes: Vec<Touch>,
    /// By map and key.
    fields: HashMap<OpName, HashMap<String, Changes>>,
    /// By text or list.
    sequences: HashMap<OpName, Changes>,
    /// By element of the sequences that were asked for: the changes that inserted, deleted or marked there.
    elements: HashMap<(u64, ActorId), Changes>,
    /// By text: the changes that put marks on it or took them off.
    marks: HashMap<OpName, Changes>,
}

pub(super) fn op_name(object: &ObjId) -> OpName {
    match object {
        ObjId::Root => None,
        ObjId::Id(counter, actor, _) => Some((*counter, actor.clone())),
    }
}

impl Touches {
    /// The changes that are in exactly one of two versions. Elements are told apart in `texts` only: there may be
    /// very many.
    pub(super) fn between(doc: &Automerge, from: &[ChangeHash], to: &[ChangeHash], texts: &[ObjId]) -> Self {
        let hashes = |heads: &[ChangeHash]| -> HashSet<ChangeHash> {
            doc.get_changes_meta(heads).iter().map(|change| change.hash).collect()
        };
        let texts: HashSet<OpName> = texts.iter().map(op_name).collect();
        let mut touches = Self::default();
        for (since, other) in [(from, to), (to, from)] {
            let outside = hashes(other);
            let inside = hashes(since).into_iter().any(|hash| !outside.contains(&hash));
            if inside {
                let changes = doc.get_changes(since);
                changes.iter().filter(|change| !outside.contains(&change.hash())).for_each(|change| {
                    touches.add(change, &texts);
                });
            }
        }
        touches
    }

    fn add(&mut self, change: &Change, texts: &HashSet<OpName>) {
        let nth = self.changes.len();
        let actor = change.actor_id();
        self.changes.push(Touch { actor: actor.clone(), at_ms: change.timestamp() });
        let note = |changes: &mut Changes| {
            if changes.last() != Some(&nth) {
                changes.push(nth);
            }
        };
        for (op, counter) in change.decode().operations.into_iter().zip(change.start_op().get()..) {
            let object = match op.obj {
                ObjectId::Root => None,
                ObjectId::Id(id) => Some((id.0, id.1)),
            };
            match op.key {
                Key::Map(key) => {
                    note(self.fields.entry(object).or_default().entry(key.as_str().to_owned()).or_default());
                }
                Key::Seq(element) => {
                    if texts.contains(&object) {
                        let is_mark = matches!(op.action, OpType::MarkBegin(_) | OpType::MarkEnd(_));
                        if is_mark {
                            note(self.marks.entry(object.clone()).or_default());
                        }
                        // A mark begins or ends behind the element that it names.
                        let written = match (op.insert && !is_mark, element.as_opid()) {
                            (true, _) => Some((counter, actor.clone())),
                            (false, named) => named.map(|id| (id.0, id.1.clone())),
                        };
                        if let Some(id) = written {
                            note(self.elements.entry(id).or_default());
                        }
                    }
                    note(self.sequences.entry(object).or_default());
                }
            }
        }
    }

    /// Whose changes these are, each once, with the last time.
    pub(super) fn by(&self, changes: impl IntoIterator<Item = usize>) -> Vec<Touch> {
        let mut numbers: Vec<_> = changes.into_iter().collect();
        numbers.sort_unstable();
        numbers.dedup();
        let mut by: Vec<Touch> = Vec::new();
        for touch in numbers.into_iter().map(|nth| &self.changes[nth]) {
            match by.iter_mut().find(|known| known.actor == touch.actor) {
                Some(known) => known.at_ms = known.at_ms.max(touch.at_ms),
                None => by.push(touch.clone()),
            }
        }
        by
    }

    /// The changes that wrote a key of any of these maps.
    pub(super) fn of_field(&self, maps: &[ObjId], key: &str) -> Vec<usize> {
        let fields = maps.iter().filter_map(|map| self.fields.get(&op_name(map))?.get(key));
        fields.flatten().copied().collect()
    }

    /// The changes that wrote into any of these texts or lists.
    pub(super) fn of_sequences(&self, sequences: &[ObjId]) -> Vec<usize> {
        sequences.iter().filter_map(|sequence| self.sequences.get(&op_name(sequence))).flatten().copied().collect()
    }

    pub(super) fn of_marks(&self, text: &ObjId) -> Vec<usize> {
        self.marks.get(&op_name(text)).cloned().unwrap_or_default()
    }

    /// The changes that wrote anything at all into these maps.
    pub(super) fn of_maps(&self, maps: &[ObjId]) -> Vec<usize> {
        let maps = maps.iter().filter_map(|map| self.fields.get(&op_name(map)));
        maps.flat_map(HashMap::values).flatten().copied().collect()
    }

    /// Where the elements of a note's body stand that were written between the versions, in UTF-16 code units, with
    /// the changes that wrote each.
    pub(super) fn places(&self, doc: &Automerge, heads: Option<&[ChangeHash]>) -> Vec<(usize, Changes)> {
        let elements = elements(doc, heads).into_iter();
        elements.filter_map(|Element { id, at, .. }| Some((at, self.elements.get(&op_name(&id)?)?.clone()))).collect()
    }
}
