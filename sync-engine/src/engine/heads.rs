//! What a server states about a space as a whole: where its log ends, and that this device may not read it.

use super::{Engine, EngineError, Event, Reset, ServerFault};
use crate::ids::{Position, SpaceId};
use crate::store::SpaceRow;
use crate::wire::{NoAccess, SignedHead, Tip};

impl Engine {
    /// The server says where a space's log ends: what the progress of reading it is measured by.
    pub fn expect_head(&mut self, space: &SpaceId, head: Position) {
        self.heads.insert(*space, head);
    }

    /// The server says that this device has all rows up to `head`.
    pub fn on_caught_up(&mut self, head: &SignedHead) -> Result<(), EngineError> {
        let space = self.asked(&head.space)?;
        let position = head.cursor.position;
        self.check_head(&space, head)?;
        if position < space.cursor.position {
            // An answer to an older question.
            return Ok(());
        }
        if head.cursor != space.cursor {
            return Err(EngineError::BadServer(ServerFault::Fork(position)));
        }
        if space.signed_head.as_ref().map(|head| head.cursor) != Some(head.cursor) || space.no_access.is_some() {
            self.store.write(|tx| tx.set_signed_head(space.key, Some(head)))?;
        }
        self.rereading.remove(&head.space);
        // The log has passed the place that the server named, and the envelope is not there: send it again.
        self.sent.retain(|(of, _), sent| *of != head.space || sent.position > position);
        self.finish_repair(&space)?;
        self.rescue(&head.space)?;
        self.vouch(&head.space)?;
        self.compact_long(&head.space)?;
        self.events.push(Event::CaughtUp { space: head.space, position: position.0 });
        Ok(())
    }

    pub(super) fn check_head(&self, space: &SpaceRow, head: &SignedHead) -> Result<(), EngineError> {
        let is_signed = space.server.is_some_and(|server| head.is_signed_by(&server));
        if is_signed { Ok(()) } else { Err(EngineError::BadServer(ServerFault::Head(head.cursor.position))) }
    }

    /// The server gives this device nothing of a space. `own` are the tips of this device's chains that it has: what
    /// it answered for and lacks now is sent again. If it lacks what had a place, its log went back.
    pub fn on_no_access(
        &mut self,
        space: &SpaceId,
        reason: NoAccess,
        own: Option<&[Tip]>,
    ) -> Result<Option<Reset>, EngineError> {
        let row = self.asked(space)?;
        if reason == NoAccess::NoSuchSpace {
            // What was answered is gone with the space.
            self.sent.retain(|(of, _), _| of != space);
        }
        if row.no_access != Some(reason) {
            self.store.write(|tx| tx.set_no_access(row.key, reason))?;
            self.events.push(Event::NoAccess { space: *space, reason });
        }
        own.map_or(Ok(None), |own| self.compare_own(&row, own))
    }
}
