//! Keeps documents quick to open: a long tail of changes becomes a snapshot in this device's own database.

use super::{DocumentName, Engine, EngineError};
use crate::store::DocumentKey;

/// 256 KiB or 400 envelopes after the last snapshot: replaying more than that would be felt when a document opens.
const TAIL_BYTES_MAX: u64 = 256 << 10;
const TAIL_ROWS_MAX: u64 = 400;

impl Engine {
    /// Writes snapshots of up to `limit` open documents whose tails have grown long; says how many.
    pub fn tidy(&mut self, limit: usize) -> Result<usize, EngineError> {
        let mut written = 0;
        for key in self.cache.keys() {
            if written < limit && self.has_long_tail(key)? {
                let snapshot = self.opened(key)?.save();
                self.store.write(|tx| tx.set_snapshot(key, &snapshot))?;
                let (space, document) = self.store.document_name(key)?;
                let space = self.store.spaces()?.into_iter().find(|row| row.key == space);
                self.long.extend(space.map(|row| DocumentName { space: row.space, document }));
                written += 1;
            }
        }
        Ok(written)
    }

    pub(super) fn has_long_tail(&self, key: DocumentKey) -> Result<bool, EngineError> {
        let (bytes, rows) = self.store.tail_size(key)?;
        Ok(is_long(bytes, rows))
    }
}

/// Whether a tail of so many bytes and rows is to become a snapshot.
pub(super) fn is_long(bytes: u64, rows: u64) -> bool {
    bytes >= TAIL_BYTES_MAX || rows >= TAIL_ROWS_MAX
}
