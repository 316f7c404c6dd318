//! What a server states about a space as a whole: where its log ends, and that this device may not read it; and
//! whether it states the same to others.

use std::collections::BTreeMap;

use super::{Engine, EngineError, Event, Reset, ServerFault};
use crate::envelope::Header;
use crate::ids::{Cursor, DeviceId, LogDigest, Position, SpaceId};
use crate::request::CLOCK_SKEW_MS_MAX;
use crate::store::SpaceRow;
use crate::wire::{NoAccess, SignedHead, Tip};

/// 4,096 places of a log, 100 kB: what others have read within the last hours of a busy conference.
const PASSED_MAX: usize = 4096;

/// A row whose author has read another log than this device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
pub struct Estranged {
    #[n(0)]
    pub position: Position,
    #[n(1)]
    pub by: DeviceId,
}

/// The digests at the last places of one log that was read to its end before. What a reader meets earlier may have
/// been written before the log was restored, or moved to another server.
#[derive(Debug, Default)]
pub(super) struct Passed(BTreeMap<Position, LogDigest>);

impl Passed {
    pub(super) fn add(&mut self, cursor: Cursor) {
        self.0.insert(cursor.position, cursor.digest);
        if self.0.len() > PASSED_MAX {
            self.0.pop_first();
        }
    }

    pub(super) fn extend(&mut self, later: &Self) {
        later.0.iter().for_each(|(position, digest)| self.add(Cursor { position: *position, digest: *digest }));
    }

    /// Whether the author of `header` had another log before it there.
    pub(super) fn contradicts(&self, header: &Header) -> bool {
        self.0.get(&header.seen.position).is_some_and(|digest| *digest != header.seen.digest)
    }
}

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

    /// A head that the server signed before it was asked: whoever repeats it withholds what came since. `answered_ms`
    /// is the time that the server signed together with the question.
    pub fn check_age(&self, head: &SignedHead, answered_ms: u64) -> Result<(), EngineError> {
        if head.server_ms.saturating_add(CLOCK_SKEW_MS_MAX) < answered_ms {
            return Err(EngineError::BadServer(ServerFault::Old(head.cursor.position)));
        }
        Ok(())
    }

    /// Where the log ended when its server last signed an end of it, for `compare_head` of another member's device.
    pub fn hand_head(&self, space: &SpaceId) -> Result<Option<SignedHead>, EngineError> {
        Ok(self.space(space)?.signed_head)
    }

    /// Another member's device shows where the log ended for it, before it hands anything else over. If this device
    /// has passed that place with other rows, the server has signed two logs. What lies beyond this device's own
    /// cursor, the other one compares.
    pub fn compare_head(&self, head: &SignedHead) -> Result<(), EngineError> {
        let space = self.space(&head.space)?;
        self.check_head(&space, head)?;
        let position = head.cursor.position;
        if position > space.cursor.position {
            return Ok(());
        }
        let passed = self.store.passed(space.key, position)?;
        let own = passed.iter().fold(Cursor::START, |cursor, (id, server_ms)| cursor.step(id, *server_ms));
        if own == head.cursor { Ok(()) } else { Err(EngineError::BadServer(ServerFault::Fork(position))) }
    }

    /// The last row of a space whose author has read another log.
    pub fn estranged(&self, space: &SpaceId) -> Result<Option<Estranged>, EngineError> {
        let stored = self.store.meta(&estranged_mark(space))?;
        Ok(stored.and_then(|bytes| minicbor::decode(&bytes).ok()))
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

pub(super) fn estranged_mark(space: &SpaceId) -> String {
    format!("estranged {space}")
}
