//! Where a reader stands in a space's log, and whether it may read there. Knows neither HTTP nor time.

use std::sync::Arc;

use sync_engine::ids::{Cursor, DeviceId, SpaceId};
use sync_engine::wire::{NoAccess, PullSpace};

use crate::log::{Known, LogError, LogReader};

/// Which rows a reader needs no more than the ids of.
#[derive(Clone, Debug)]
pub enum Holds {
    Nothing,
    /// All that this device wrote.
    Own(DeviceId),
    Rows(Arc<Known>),
}

impl Holds {
    /// The same, as the log takes it.
    pub fn known(&self) -> Arc<Known> {
        match self {
            Self::Nothing => Arc::default(),
            Self::Own(device) => {
                let mut known = Known::default();
                known.add_author(*device);
                known.into()
            }
            Self::Rows(known) => known.clone(),
        }
    }
}

/// How far a reader is in one space.
#[derive(Clone, Debug)]
pub struct Place {
    pub space: SpaceId,
    pub cursor: Cursor,
    pub holds: Holds,
    /// What the reader holds of the rows that are yet to be written.
    holds_later: Holds,
    pub has_access: bool,
}

impl Place {
    /// The place that a reader asks for. Whoever may not read there is told so at its turn.
    pub fn open(log: &dyn LogReader, device: &DeviceId, of: PullSpace) -> Result<Self, LogError> {
        let PullSpace { space, cursor, known, has_own } = of;
        let has_access = access(log, &space, device)?.is_ok();
        let holds_later = if has_own { Holds::Own(*device) } else { Holds::Nothing };
        let holds = match known {
            Some(tips) if has_access => {
                let mut known = log.ancestry(&space, &tips)?;
                if has_own {
                    known.add_author(*device);
                }
                Holds::Rows(Arc::new(known))
            }
            _ => holds_later.clone(),
        };
        Ok(Self { space, cursor, holds, holds_later, has_access })
    }

    /// The reader has everything: what it said of older rows is of no more use.
    pub fn on_caught_up(&mut self) {
        self.holds = self.holds_later.clone();
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
