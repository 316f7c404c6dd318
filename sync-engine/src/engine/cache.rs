//! The open documents: the ones used last, within a bound, so that ten thousand documents cost little memory.

use std::collections::HashMap;

use automerge::{Automerge, ReadDoc};

use crate::store::DocumentKey;

/// How much may be open at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheLimits {
    pub documents_max: usize,
    /// Operations in all open documents; Automerge holds some 100 bytes for each.
    pub operations_max: u64,
}

impl Default for CacheLimits {
    /// 32 documents and a million operations: about 100 MB at the worst, a few MB in daily use.
    fn default() -> Self {
        Self { documents_max: 32, operations_max: 1_000_000 }
    }
}

struct Open {
    document: Automerge,
    operations: u64,
    used_at: u64,
}

/// An LRU of documents. It never holds anything that the store does not.
pub(super) struct Cache {
    limits: CacheLimits,
    open: HashMap<DocumentKey, Open>,
    uses: u64,
}

impl Cache {
    pub(super) fn new(limits: CacheLimits) -> Self {
        Self { limits, open: HashMap::new(), uses: 0 }
    }

    pub(super) fn has(&self, key: DocumentKey) -> bool {
        self.open.contains_key(&key)
    }

    pub(super) fn keys(&self) -> Vec<DocumentKey> {
        self.open.keys().copied().collect()
    }

    pub(super) fn get(&mut self, key: DocumentKey) -> Option<&mut Automerge> {
        self.uses += 1;
        let open = self.open.get_mut(&key)?;
        open.used_at = self.uses;
        Some(&mut open.document)
    }

    /// An open document, without counting that as a use.
    pub(super) fn peek(&self, key: DocumentKey) -> Option<&Automerge> {
        self.open.get(&key).map(|open| &open.document)
    }

    pub(super) fn put(&mut self, key: DocumentKey, document: Automerge) {
        self.uses += 1;
        let operations = document.stats().num_ops;
        self.open.insert(key, Open { document, operations, used_at: self.uses });
        self.shrink(key);
    }

    pub(super) fn forget(&mut self, key: DocumentKey) -> Option<Automerge> {
        self.open.remove(&key).map(|open| open.document)
    }

    fn shrink(&mut self, keep: DocumentKey) {
        let mut operations: u64 = self.open.values().map(|open| open.operations).sum();
        while self.open.len() > self.limits.documents_max || operations > self.limits.operations_max {
            let others = self.open.iter().filter(|(key, _)| **key != keep);
            let Some((&oldest, _)) = others.min_by_key(|(_, open)| open.used_at) else { return };
            operations -= self.open.remove(&oldest).map_or(0, |open| open.operations);
        }
    }
}
