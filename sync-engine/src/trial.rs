//! Tries changes on a copy of a document before the document sees them, so that no change can break it: what
//! comes out has been applied, saved and loaded again. Stores nothing; the caller takes the new document or
//! stays with the old one.
//!
//! Whatever one change does, the others get in: a batch that fails is halved until the bad ones stand alone.
//! In the good case a whole batch costs one copy, one save and one load of the document. Nothing cheaper
//! would do: of changes that apply, some corrupt what other changes left in the document, and only loading
//! all of it shows that.

mod beside;

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use automerge::legacy::{Key, ObjectId, OpType};
use automerge::{
    ActorId, Automerge, AutomergeError, Change, ChangeHash, LoadOptions, ObjId, ROOT, ReadDoc, TextEncoding,
};
use thiserror::Error;

use crate::guard::{self, ChangeFacts, GuardError, Limits};
use crate::payload::spliced_text;

/// What became of a batch. Every change that was given is in exactly one of the lists, by its place in the
/// batch; one that was given twice, in the list of its first place.
#[derive(Debug)]
pub struct Outcome {
    /// The document with the applied changes, as loaded from its saved form; with the same actor.
    pub document: Automerge,
    /// In the document now; it may have been there before.
    pub applied: Vec<ChangeHash>,
    pub parked: Vec<Parked>,
    pub quarantined: Vec<Quarantined>,
}

/// A change whose dependencies are not all here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parked {
    pub place: usize,
    pub hash: ChangeHash,
    /// The direct dependencies that the document lacks, those among them that are parked or quarantined too.
    pub missing: Vec<ChangeHash>,
}

/// A change that cannot be applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantined {
    pub place: usize,
    /// None if the bytes are no change, or not this author's.
    pub hash: Option<ChangeHash>,
    pub reason: Reason,
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Reason {
    #[error(transparent)]
    Guard(#[from] GuardError),
    /// Its author may not make it, so its hash says nothing of the one who may.
    #[error("the change claims another device's actor")]
    Foreign,
    /// Which of the two wins is decided by the log; the caller may have to rebuild the document from it.
    #[error("another change has the same actor and sequence number")]
    DuplicateSequence,
    #[error("sequence or operation numbers do not follow those of its dependencies")]
    Disordered,
    #[error("automerge refuses the change: {0}")]
    Refused(String),
    #[error("automerge panics on the change")]
    Panicked,
    #[error("document could not be loaded again with the change")]
    Unloadable,
    #[error("an operation does not suit the kind of its object")]
    Misplaced,
    #[error("too many operations stand beside others of the same change")]
    Beside,
}

/// A document without content, counting text in UTF-16 code units as the web view does.
pub fn empty() -> Automerge {
    Automerge::new_with_encoding(TextEncoding::Utf16CodeUnit)
}

/// Loads a saved document, counting text in UTF-16 code units. What others sent has to pass
/// `guard::document` first.
pub fn load(bytes: &[u8]) -> Result<Automerge, Reason> {
    caught(|| load_saved(bytes).map_err(|error| Reason::Refused(error.to_string())))
}

/// The changes of a saved document, each as one chunk. What others sent has to pass `guard::document` first.
pub fn changes_of(bytes: &[u8]) -> Result<Vec<Vec<u8>>, Reason> {
    // Of some documents that Automerge loads, it cannot list the changes.
    caught(|| {
        let document = load_saved(bytes).map_err(|error| Reason::Refused(error.to_string()))?;
        Ok(document.get_changes(&[]).iter().map(|change| change.raw_bytes().to_vec()).collect())
    })
}

/// Tries `changes`, each one chunk in any order, on a copy of `doc`. The order decides only which of two
/// changes with the same actor and sequence number gets in: the earlier one.
pub fn apply(doc: &Automerge, changes: &[Vec<u8>]) -> Outcome {
    apply_if(doc, changes, |_, _| true)
}

/// The same, of the changes that `is_own` holds to be made by whoever gave them; it is told each one's place.
pub fn apply_if(doc: &Automerge, changes: &[Vec<u8>], is_own: impl Fn(usize, &ChangeFacts) -> bool) -> Outcome {
    let mut trial = Trial::default();
    let candidates = trial.sort_out(doc, changes, is_own);
    let mut document = Cow::Borrowed(doc);
    for turn in in_turns(causal_order(candidates), Limits::V1.payload_ops) {
        let ready = trial.ready(&document, turn, None);
        if ready.is_empty() {
            continue;
        }
        match attempt(&document, &ready) {
            Ok(with_them) => {
                trial.applied.extend(ready.iter().map(|candidate| candidate.facts.hash));
                document = Cow::Owned(with_them);
            }
            Err(_) => {
                let mut sequences = sequences_of(&document);
                document = Cow::Owned(trial.halve(owned(document), ready, &mut sequences));
            }
        }
    }

    if !trial.rivals.is_empty() {
        let mut again = std::mem::take(&mut trial.rivals);
        again.append(&mut trial.waiting);
        again.sort_unstable_by_key(|candidate| candidate.place);
        let mut sequences = sequences_of(&document);
        document = Cow::Owned(trial.halve(owned(document), causal_order(again), &mut sequences));
    }

    trial.waiting.sort_unstable_by_key(|candidate| candidate.place);
    let park = |Candidate { place, facts, .. }: Candidate| {
        let missing = facts.deps.into_iter().filter(|dep| !has(&document, dep)).collect();
        Parked { place, hash: facts.hash, missing }
    };
    let parked = trial.waiting.into_iter().map(park).collect();
    Outcome { document: owned(document), applied: trial.applied, parked, quarantined: trial.quarantined }
}

/// A guarded change that is not in the document yet.
#[derive(Debug)]
struct Candidate {
    place: usize,
    facts: ChangeFacts,
    change: Change,
}

#[derive(Default)]
struct Trial {
    applied: Vec<ChangeHash>,
    quarantined: Vec<Quarantined>,
    /// Those whose dependencies were not there when it was their turn.
    waiting: Vec<Candidate>,
    /// Those whose actor and sequence number an earlier one in the batch has. They are tried last: should the
    /// earlier one be bad, the later one gets in, as it would if they came one by one.
    rivals: Vec<Candidate>,
}

impl Trial {
    /// Guards and parses, and leaves out what is here already or was given before.
    fn sort_out(
        &mut self,
        doc: &Automerge,
        changes: &[Vec<u8>],
        is_own: impl Fn(usize, &ChangeFacts) -> bool,
    ) -> Vec<Candidate> {
        let mut seen = HashSet::new();
        let mut candidates = Vec::with_capacity(changes.len());
        for (place, bytes) in changes.iter().enumerate() {
            let (facts, plain) = match guard::plain_change(bytes, &Limits::V1) {
                Ok(guarded) => guarded,
                Err(error) => {
                    self.quarantine(place, None, Reason::Guard(error));
                    continue;
                }
            };
            if !is_own(place, &facts) {
                self.quarantine(place, None, Reason::Foreign);
                continue;
            }
            if !seen.insert(facts.hash) {
                continue;
            }
            if has(doc, &facts.hash) {
                self.applied.push(facts.hash);
                continue;
            }
            let parsed =
                caught(|| Change::try_from(plain.as_ref()).map_err(|error| Reason::Refused(error.to_string())));
            match parsed {
                Ok(change) if caught(|| Ok(beside::has_too_many(&change, &Limits::V1))) != Ok(false) => {
                    self.quarantine(place, Some(facts.hash), Reason::Beside);
                }
                Ok(change) => candidates.push(Candidate { place, facts, change }),
                Err(reason) => self.quarantine(place, Some(facts.hash), reason),
            }
        }
        candidates
    }

    /// Of candidates in causal order, those that can go onto `doc`: whose dependencies are there or go before
    /// them, and whose numbers follow from those. Quarantines the contradictory; sets aside those that wait.
    ///
    /// `sequences` are the last sequence numbers in `doc`. They take a walk over all its changes, so they are
    /// only looked at once something has failed.
    fn ready(
        &mut self,
        doc: &Automerge,
        candidates: Vec<Candidate>,
        sequences: Option<&HashMap<ActorId, u64>>,
    ) -> Vec<Candidate> {
        let mut max_ops: HashMap<ChangeHash, u64> = HashMap::new();
        let mut taken: HashMap<ActorId, BTreeSet<u64>> = HashMap::new();
        let mut ready = Vec::with_capacity(candidates.len());
        for candidate in candidates {
            let facts = &candidate.facts;
            let max_op_of = |dep| {
                let in_doc = || doc.get_change_meta_by_hash(dep).map(|meta| meta.max_op);
                max_ops.get(dep).copied().or_else(in_doc)
            };
            let Some(before) = facts.deps.iter().try_fold(0, |max, dep| Some(max_op_of(dep)?.max(max))) else {
                self.waiting.push(candidate);
                continue;
            };
            // An author may have seen operations that this change doesn't depend on, but no more of them than
            // a document holds. Without a bound, one change could use up the counters of everyone after it.
            let is_ordered = facts.start_op > before && facts.start_op - before <= Limits::V1.document_ops;
            let taken = taken.entry(facts.actor.clone()).or_default();
            let is_taken = taken.contains(&facts.seq);
            if is_taken && sequences.is_none() {
                self.rivals.push(candidate);
                continue;
            }
            let reason = if is_taken {
                Some(Reason::DuplicateSequence)
            } else if !is_ordered {
                Some(Reason::Disordered)
            } else if let Some(sequences) = sequences {
                let last = sequences.get(&facts.actor).copied().unwrap_or(0);
                let next = taken.last().copied().unwrap_or(last).max(last) + 1;
                match facts.seq.cmp(&next) {
                    std::cmp::Ordering::Less => Some(Reason::DuplicateSequence),
                    std::cmp::Ordering::Equal => None,
                    std::cmp::Ordering::Greater => Some(Reason::Disordered),
                }
            } else {
                None
            };
            match reason {
                Some(reason) => self.quarantine(candidate.place, Some(facts.hash), reason),
                None => {
                    taken.insert(facts.seq);
                    max_ops.insert(facts.hash, facts.max_op());
                    ready.push(candidate);
                }
            }
        }
        ready
    }

    /// Takes as many of `candidates` onto `base` as can be, and gives the document with them. A bad one costs
    /// two attempts for each halving; no actor can have two, because its next change waits for its last.
    fn halve(
        &mut self,
        mut base: Automerge,
        candidates: Vec<Candidate>,
        sequences: &mut HashMap<ActorId, u64>,
    ) -> Automerge {
        let mut batches = vec![candidates];
        while let Some(batch) = batches.pop() {
            let mut batch = self.ready(&base, batch, Some(sequences));
            if batch.is_empty() {
                continue;
            }
            match attempt(&base, &batch) {
                Ok(document) => {
                    base = document;
                    for candidate in batch {
                        self.applied.push(candidate.facts.hash);
                        sequences.insert(candidate.facts.actor, candidate.facts.seq);
                    }
                }
                Err(reason) if batch.len() == 1 => {
                    self.quarantine(batch[0].place, Some(batch[0].facts.hash), reason);
                }
                Err(_) => {
                    let later = batch.split_off(batch.len() / 2);
                    batches.push(later);
                    batches.push(batch);
                }
            }
        }
        base
    }

    fn quarantine(&mut self, place: usize, hash: Option<ChangeHash>, reason: Reason) {
        self.quarantined.push(Quarantined { place, hash, reason });
    }
}

/// Applies, saves and loads again, all of them or none.
fn attempt(base: &Automerge, candidates: &[Candidate]) -> Result<Automerge, Reason> {
    caught(|| {
        let mut copy = base.clone();
        let changes: Vec<Change> = candidates.iter().map(|candidate| candidate.change.clone()).collect();
        copy.apply_changes(changes).map_err(|error| match error {
            AutomergeError::DuplicateSeqNumber(..) => Reason::DuplicateSequence,
            other => Reason::Refused(other.to_string()),
        })?;
        let loaded = load_saved(&copy.save_nocompress()).map_err(|_| Reason::Unloadable)?;
        let is_whole = candidates.iter().all(|candidate| has(&loaded, &candidate.facts.hash));
        if loaded.get_heads() != copy.get_heads() || !is_whole {
            return Err(Reason::Unloadable);
        }
        if !suit(&loaded, candidates) {
            return Err(Reason::Misplaced);
        }
        Ok(with_actor_of(base, loaded))
    })
}

/// Whether every operation is one that its object can hold. Automerge applies, saves and loads a mark in a map,
/// and panics when the map is read.
fn suit(document: &Automerge, candidates: &[Candidate]) -> bool {
    let mut are_sequences: HashMap<ObjId, bool> = HashMap::new();
    let mut is_sequence = |object: ObjId| match are_sequences.get(&object) {
        Some(known) => Some(*known),
        None => {
            let is_sequence = document.object_type(&object).ok()?.is_sequence();
            are_sequences.insert(object, is_sequence);
            Some(is_sequence)
        }
    };
    // Letters and deletions suit every sequence, and to look at each of them takes longer than to apply them.
    let decoded = candidates.iter().filter(|candidate| {
        let text = spliced_text(candidate.change.raw_bytes());
        let text = text.map(|(actor, counter)| ObjId::Id(counter, ActorId::from(actor), 0));
        text.and_then(&mut is_sequence) != Some(true)
    });
    let decoded: Vec<_> = decoded.map(|candidate| candidate.change.decode()).collect();
    decoded.into_iter().flat_map(|change| change.operations).all(|op| {
        let object = match &op.obj {
            ObjectId::Root => ROOT,
            ObjectId::Id(id) => ObjId::Id(id.counter(), id.actor().clone(), 0),
        };
        let Some(is_sequence) = is_sequence(object) else { return false };
        let is_key_of_kind = matches!(op.key, Key::Seq(_)) == is_sequence;
        let is_action_of_kind = match op.action {
            OpType::MarkBegin(_) | OpType::MarkEnd(_) => op.insert,
            OpType::Increment(_) => !op.insert && !op.pred.is_empty(),
            OpType::Delete => !op.insert,
            OpType::Make(_) | OpType::Put(_) => is_sequence || !op.insert,
        };
        is_key_of_kind && is_action_of_kind
    })
}

fn load_saved(bytes: &[u8]) -> Result<Automerge, AutomergeError> {
    Automerge::load_with_options(bytes, LoadOptions::new().text_encoding(TextEncoding::Utf16CodeUnit))
}

fn owned(document: Cow<'_, Automerge>) -> Automerge {
    match document {
        Cow::Borrowed(document) => with_actor_of(document, document.clone()),
        Cow::Owned(document) => document,
    }
}

fn with_actor_of(base: &Automerge, document: Automerge) -> Automerge {
    document.with_actor(base.get_actor().clone())
}

/// Whether a change is in a document.
pub fn has(doc: &Automerge, hash: &ChangeHash) -> bool {
    doc.get_change_meta_by_hash(hash).is_some()
}

fn sequences_of(doc: &Automerge) -> HashMap<ActorId, u64> {
    let mut sequences = HashMap::new();
    for meta in doc.get_changes_meta(&[]) {
        let last = sequences.entry(meta.actor.into_owned()).or_insert(0);
        *last = meta.seq.max(*last);
    }
    sequences
}

/// As few batches as hold at most `ops_max` operations each, because Automerge holds all operations of a batch
/// in memory at once. One change alone may have more.
fn in_turns(candidates: Vec<Candidate>, ops_max: u64) -> Vec<Vec<Candidate>> {
    let mut turns = Vec::new();
    let mut turn = Vec::new();
    let mut ops = 0;
    for candidate in candidates {
        ops += candidate.facts.ops;
        if ops > ops_max && !turn.is_empty() {
            turns.push(std::mem::take(&mut turn));
            ops = candidate.facts.ops;
        }
        turn.push(candidate);
    }
    turns.push(turn);
    turns
}

/// Each after those of its dependencies that are in the batch, and otherwise in the given order.
fn causal_order(candidates: Vec<Candidate>) -> Vec<Candidate> {
    let places: HashMap<ChangeHash, usize> =
        candidates.iter().enumerate().map(|(place, candidate)| (candidate.facts.hash, place)).collect();
    let mut waiting_for = vec![0usize; candidates.len()];
    let mut dependents: HashMap<usize, Vec<usize>> = HashMap::new();
    for (place, candidate) in candidates.iter().enumerate() {
        for dep in candidate.facts.deps.iter().filter_map(|dep| places.get(dep)) {
            waiting_for[place] += 1;
            dependents.entry(*dep).or_default().push(place);
        }
    }
    let mut next: BTreeSet<usize> = (0..candidates.len()).filter(|place| waiting_for[*place] == 0).collect();
    let mut slots: BTreeMap<usize, Candidate> = candidates.into_iter().enumerate().collect();
    let mut ordered = Vec::with_capacity(slots.len());
    while let Some(place) = next.pop_first() {
        ordered.extend(slots.remove(&place));
        for dependent in dependents.remove(&place).unwrap_or_default() {
            waiting_for[dependent] -= 1;
            if waiting_for[dependent] == 0 {
                next.insert(dependent);
            }
        }
    }
    ordered
}

thread_local! {
    static IS_CATCHING: Cell<bool> = const { Cell::new(false) };
}

/// Runs what may panic on bytes that others sent. Automerge keeps no state outside the document, and a
/// document that panicked is dropped, so nothing half done is ever seen.
fn caught<T>(work: impl FnOnce() -> Result<T, Reason>) -> Result<T, Reason> {
    static HOOK: Once = Once::new();
    // The panic is an answer here, so it isn't printed; those of other threads, and ours elsewhere, are.
    HOOK.call_once(|| {
        let print = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !IS_CATCHING.get() {
                print(panic);
            }
        }));
    });
    let was_catching = IS_CATCHING.replace(true);
    let result = catch_unwind(AssertUnwindSafe(work));
    IS_CATCHING.set(was_catching);
    result.unwrap_or(Err(Reason::Panicked))
}

#[cfg(test)]
#[path = "trial_tests.rs"]
mod tests;
