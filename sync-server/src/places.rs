//! Where a reader stands in a space's log, and whether it may read there. Knows neither HTTP nor time.

use std::sync::Arc;

use sync_engine::ids::{Cursor, DeviceId, SpaceId};
use sync_engine::wire::{NoAccess, PullSpace};

use crate::log::{Known, LogError, LogReader};

/// How far a reader is in one space.
#[derive(Clone, Debug)]
pub struct Place {
    pub space: SpaceId,
    pub cursor: Cursor,
    /// What the reader holds: those rows come as bare ids.
    pub known: Arc<Known>,
    /// What stays known after the reader has caught up.
    own: Arc<Known>,
}

impl Place {
    /// The place that a reader asks for, and whether it may read there. Whoever may not is told so at its turn.
    pub fn open(log: &dyn LogReader, device: &DeviceId, of: PullSpace) -> Result<(Self, bool), LogError> {
        let (mut known, has_access) = match (access(log, &of.space, device)?, of.known) {
            (Ok(()), Some(tips)) => (log.ancestry(&of.space, &tips)?, true),
            (Ok(()), None) => (Known::default(), true),
            (Err(_), _) => (Known::default(), false),
        };
        let mut own = Known::default();
        if of.has_own {
            known.add_author(*device);
            own.add_author(*device);
        }
        let (known, own) = (Arc::new(known), Arc::new(own));
        Ok((Self { space: of.space, cursor: of.cursor, known, own }, has_access))
    }

    /// The reader has everything: what it said of older rows is of no more use.
    pub fn on_caught_up(&mut self) {
        self.known = self.own.clone();
    }
}

/// Whether `device` may read `space` at its present head.
pub fn access(log: &dyn LogReader, space: &SpaceId, device: &DeviceId) -> Result<Result<(), NoAccess>, LogError> {
    let Some(roster) = log.roster(space)? else { return Ok(Err(NoAccess::NoSuchSpace)) };
    Ok(match roster.role(device) {
        Some(_) => Ok(()),
        None if roster.devices().contains_key(device) => Err(NoAccess::Removed),
        None => Err(NoAccess::NotAMember),
    })
}
