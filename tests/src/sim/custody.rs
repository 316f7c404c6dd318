//! Which changes are where: the exact places at which each could still be found. A change is lost by the engine's
//! fault only while this says that some place has it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use automerge::{Automerge, Change};
use sync_engine::envelope::{Encoding, Envelope, Payload};
use sync_engine::guard::Limits;
use sync_engine::ids::EnvelopeId;
use sync_engine::payload;

/// A change, by its hash.
pub(super) type Hash = [u8; 32];

/// A database: a device's, or the server's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Holder {
    Server,
    Device(usize),
}

/// What each database holds, and what each backup held.
#[derive(Default)]
pub(super) struct Custody {
    held: BTreeMap<Holder, HashSet<Hash>>,
    backups: BTreeMap<(Holder, usize), HashSet<Hash>>,
    envelopes: HashMap<EnvelopeId, Rc<Vec<Hash>>>,
    /// What each change builds on.
    deps: HashMap<Hash, Vec<Hash>>,
}

impl Custody {
    pub(super) fn add(&mut self, holder: Holder, hash: Hash) {
        self.held.entry(holder).or_default().insert(hash);
    }

    pub(super) fn holds(&self, holder: Holder, hash: &Hash) -> bool {
        self.held.get(&holder).is_some_and(|held| held.contains(hash))
    }

    /// An envelope's payload is now with `holder`.
    pub(super) fn add_envelope(&mut self, holder: Holder, envelope: &Envelope) {
        let hashes = match &envelope.payload {
            Payload::Dropped => return,
            _ => self.hashes(envelope),
        };
        self.held.entry(holder).or_default().extend(hashes.iter());
    }

    /// The changes that an envelope carries. A large one is known from where its payload was still with it.
    pub(super) fn hashes(&mut self, envelope: &Envelope) -> Rc<Vec<Hash>> {
        if let Some(known) = self.envelopes.get(&envelope.id()) {
            return known.clone();
        }
        let Payload::Inline(bytes) = &envelope.payload else { return Rc::default() };
        let changes = changes_in(envelope.header().encoding, bytes);
        let hashes = Rc::new(changes.iter().map(|change| change.hash().0).collect::<Vec<_>>());
        self.deps.extend(changes.iter().map(|c| (c.hash().0, c.deps().iter().map(|dep| dep.0).collect())));
        self.envelopes.insert(envelope.id(), hashes.clone());
        hashes
    }

    /// The changes of an envelope that was met before.
    pub(super) fn hashes_of(&self, envelope: &EnvelopeId) -> Rc<Vec<Hash>> {
        self.envelopes.get(envelope).cloned().unwrap_or_default()
    }

    /// Those of these changes that build on `missing` ones, directly or not.
    pub(super) fn built_on(&self, missing: &BTreeSet<Hash>, among: &BTreeSet<Hash>) -> BTreeSet<Hash> {
        let mut built = BTreeSet::new();
        loop {
            let is_built = |hash: &&Hash| {
                let mut deps = self.deps.get(*hash).into_iter().flatten();
                !missing.contains(*hash) && deps.any(|dep| missing.contains(dep) || built.contains(dep))
            };
            let found: BTreeSet<Hash> = among.iter().filter(is_built).copied().collect();
            if found.len() == built.len() {
                return built;
            }
            built = found;
        }
    }

    /// What these changes build on, and nobody has any more.
    pub(super) fn lost(&self, among: &BTreeSet<Hash>) -> BTreeSet<Hash> {
        let deps = among.iter().filter_map(|hash| self.deps.get(hash)).flatten();
        let is_here = |hash: &Hash| among.contains(hash) || self.held.values().any(|held| held.contains(hash));
        deps.filter(|hash| !is_here(hash)).copied().collect()
    }

    pub(super) fn back_up(&mut self, holder: Holder, backup: usize) {
        self.backups.insert((holder, backup), self.held.get(&holder).cloned().unwrap_or_default());
    }

    pub(super) fn restore(&mut self, holder: Holder, backup: usize) {
        self.held.insert(holder, self.backups.get(&(holder, backup)).cloned().unwrap_or_default());
    }

    /// `to` is a copy of `from`.
    pub(super) fn copy(&mut self, from: Holder, to: Holder) {
        self.held.insert(to, self.held.get(&from).cloned().unwrap_or_default());
    }
}

fn changes_in(encoding: Encoding, bytes: &[u8]) -> Vec<Change> {
    let unpacked = match encoding {
        Encoding::CHANGES | Encoding::SPLICES => payload::unpack(bytes, &Limits::V1).unwrap_or_default(),
        Encoding::CHANGES_ZSTD | Encoding::SPLICES_ZSTD => {
            let packed = zstd::bulk::decompress(bytes, Limits::V1.payload_bytes).unwrap_or_default();
            payload::unpack(&packed, &Limits::V1).unwrap_or_default()
        }
        Encoding::SNAPSHOT => return Automerge::load(bytes).unwrap_or_default().get_changes(&[]),
        _ => vec![],
    };
    unpacked.iter().filter_map(|bytes| Change::try_from(bytes.as_slice()).ok()).collect()
}
