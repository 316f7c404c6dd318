//! What a device does when the server's log is not the one that it has read: after a restore, or a fork. Both
//! sides compare the tips of every branch of every chain, and each gives what the other lacks.

use super::{Engine, EngineError, Event};
use crate::ids::{Cursor, SpaceId};
use crate::roster::Roster;
use crate::store::SpaceRow;
use crate::wire::SignedHead;

impl Engine {
    /// The server says that this device's cursor does not fit its log. Nothing here has a confirmed place any
    /// more: the log is read again, what is here comes as bare ids, and what stays without a place is sent.
    pub fn on_reset(&mut self, head: &SignedHead) -> Result<(), EngineError> {
        let space = self.space(&head.space)?;
        self.check_head(&space, head)?;
        self.restart(&space)
    }

    /// Compares from the start, as after a reset.
    pub fn repair(&mut self, space: &SpaceId) -> Result<(), EngineError> {
        let row = self.space(space)?;
        self.restart(&row)
    }

    fn restart(&mut self, space: &SpaceRow) -> Result<(), EngineError> {
        self.store.write(|tx| {
            tx.displace_all(space.key)?;
            tx.set_cursor(space.key, Cursor::START)?;
            tx.set_signed_head(space.key, None)?;
            tx.offer_all_blobs(space.key)?;
            tx.set_meta(&mark(&space.space), &[1])
        })?;
        self.rosters.insert(space.space, Roster::new(space.space));
        self.sent.retain(|(of, _), _| *of != space.space);
        self.events.push(Event::Repairing { space: space.space });
        Ok(())
    }

    /// Whether the log is being read again since a reset.
    pub(super) fn is_repairing(&self, space: &SpaceRow) -> Result<bool, EngineError> {
        Ok(self.store.meta(&mark(&space.space))?.is_some_and(|value| value == [1]))
    }

    /// The log has been read again. Where two changes claimed one actor and sequence number, the lower row wins,
    /// and the order of the rows may be another one now.
    pub(super) fn finish_repair(&mut self, space: &SpaceRow) -> Result<(), EngineError> {
        if !self.is_repairing(space)? {
            return Ok(());
        }
        for document in self.store.documents_with_duplicates(space.key)? {
            self.store.write(|tx| {
                tx.drop_snapshot(document)?;
                tx.clear_quarantine(document)?;
                tx.replay(document)
            })?;
            self.cache.forget(document);
            let (_, name) = self.store.document_name(document)?;
            self.settle_again(space, &name)?;
        }
        self.store.write(|tx| tx.set_meta(&mark(&space.space), &[0]))?;
        Ok(())
    }
}

fn mark(space: &SpaceId) -> String {
    format!("repairing {space}")
}
