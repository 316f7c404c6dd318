//! Repair: the tips of every branch of every chain, so that a device whose cursor does not fit can tell what each
//! side lacks.

use sync_engine::ids::{Cursor, DeviceId, SpaceId};
use sync_engine::wire::{NoAccess, Refusal, RefusalCode, Repair, RepairReply};

use super::gate::Caller;
use crate::places::access;
use crate::service::{Service, refuse};

pub(super) async fn repair(service: &Service, caller: Caller) -> Result<RepairReply, Refusal> {
    let Repair { space } = caller.read()?;
    may_read(service, space, caller.device).await?;
    caller.check_fresh(service)?;
    let found = service.read(move |log| {
        // The head first: tips that came after it are no harm, a head without its tips would be.
        let head = log.head(&space)?.unwrap_or(Cursor::START);
        Ok((head, log.tips(&space)?, log.is_recovering(&space)?))
    });
    let (head, tips, is_recovering) = found.await?;
    Ok(RepairReply { head: service.signed_head(space, head), tips, is_recovering })
}

/// Turns away whoever is no member now.
pub(super) async fn may_read(service: &Service, space: SpaceId, device: DeviceId) -> Result<(), Refusal> {
    match service.read(move |log| access(log, &space, &device)).await? {
        Ok(()) => Ok(()),
        // Whether the space is here is no stranger's business.
        Err(NoAccess::NoSuchSpace | NoAccess::NotAMember) => {
            Err(refuse(RefusalCode::NotFound, "this server keeps no such space for the device"))
        }
        Err(NoAccess::Removed) => Err(refuse(RefusalCode::Forbidden, "the device was removed from this space")),
    }
}
