//! Where a reader stands in a space's log, and whether it may read there. Knows neither HTTP nor time.

use std::sync::Arc;

use sync_engine::ids::{BlobHash, Cursor, DeviceId, SpaceId};
use sync_engine::wire::{LACKS_MAX, NoAccess, PullPart, PullSpace, TIPS_MAX};

use crate::log::{LogError, LogReader};
use crate::pages::Holds;

/// How far a reader is in one space.
#[derive(Clone, Debug)]
pub struct Place {
    pub space: SpaceId,
    pub cursor: Cursor,
    pub holds: Holds,
    pub has_access: bool,
    /// What the reader holds of the rows that are yet to be written.
    holds_later: Holds,
    /// Whether the reader was told what the log lacks.
    has_heard_lacks: bool,
}

impl Place {
    /// The place that a reader asks for. Whoever may not read there is told so at its turn.
    pub fn open(log: &dyn LogReader, of: PullSpace, device: DeviceId) -> Result<Self, LogError> {
        let PullSpace { space, cursor, known, has_own } = of;
        let has_access = access(log, &space, &device)?.is_ok();
        let holds_later = if has_own { Holds::Own(device) } else { Holds::Nothing };
        let holds = match known {
            Some(tips) if has_access => {
                let mut known = log.ancestry(&space, &tips)?;
                if has_own {
                    known.add_author(device);
                }
                Holds::Rows(Arc::new(known))
            }
            _ => holds_later.clone(),
        };
        Ok(Self { space, cursor, holds, has_access, holds_later, has_heard_lacks: false })
    }

    /// The reader has everything: what it said of older rows is of no more use. The first time it is told what the
    /// log lacks, since it may have it.
    pub fn on_caught_up(&mut self, log: &dyn LogReader) -> Result<Option<Vec<BlobHash>>, LogError> {
        self.holds = self.holds_later.clone();
        if std::mem::replace(&mut self.has_heard_lacks, true) {
            return Ok(None);
        }
        let lacks = log.lacking(&self.space, LACKS_MAX)?;
        Ok((!lacks.is_empty()).then_some(lacks))
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

/// The answer to whoever may not read `space`: which of its own rows are here is no secret to the device that wrote
/// them, and nothing else would tell it that a restored server has lost some.
pub fn turned_away(
    log: &dyn LogReader,
    space: SpaceId,
    device: &DeviceId,
    reason: NoAccess,
) -> Result<PullPart, LogError> {
    let own: Vec<_> = log.tips(&space)?.into_iter().filter(|tip| tip.chain.device == *device).collect();
    // A space that has nothing of the device and nothing for it looks like one that is not here.
    let reason = if reason == NoAccess::NotAMember && own.is_empty() { NoAccess::NoSuchSpace } else { reason };
    Ok(PullPart::NoAccess { space, reason, own: (own.len() <= TIPS_MAX).then_some(own) })
}
