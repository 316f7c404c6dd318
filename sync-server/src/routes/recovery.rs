//! After a restore: the server takes rows back that it had signed, and an admin confirms the members.

use sync_engine::entry::Role;
use sync_engine::ids::{Cursor, SpaceId};
use sync_engine::wire::{Confirm, Done, Refusal, RefusalCode, Return};

use super::gate::{Caller, malformed};
use crate::returned;
use crate::service::{Service, refuse, refuse_write, unavailable};

/// Takes rows back from any device: that the server had signed where they lead is proof enough, and whoever brings
/// them may have joined in one of them.
pub(super) async fn take_back(service: &Service, caller: Caller) -> Result<Done, Refusal> {
    let back: Return = caller.read()?;
    let space = back.space;
    if back.head.space != space || !back.head.is_signed_by(&service.id) {
        return Err(refuse(RefusalCode::Forbidden, "this server did not sign the head"));
    }
    let after = service.read(move |log| match log.digest_at(&space, back.after)? {
        None if back.after == Cursor::START.position => Ok(Some(Cursor::START)),
        found => Ok(found),
    });
    let Some(after) = after.await? else {
        return Err(refuse(RefusalCode::NotFound, format!("rows before {} are missing", back.after)));
    };
    let rows = {
        let _turn = service.unpackers.acquire().await.map_err(|_| unavailable("the server stops"))?;
        service.compute(move || returned::rows(&back, after)).await?.map_err(malformed)?
    };
    service.writer.run(move |log| log.take_back(&space, after, &rows)).await.map_err(refuse_write)?;
    service.followers.wake(&space);
    Ok(Done {})
}

/// An admin's word that the membership is the true one.
pub(super) async fn confirm(service: &Service, caller: Caller) -> Result<Done, Refusal> {
    let Confirm { space, cursor } = caller.read()?;
    let device = caller.device;
    let (roster, head) = service.read(move |log| Ok((log.roster(&space)?, log.head(&space)?))).await?;
    let is_admin = roster.is_some_and(|roster| roster.role(&device) == Some(Role::Admin));
    if !is_admin {
        return Err(refuse(RefusalCode::Forbidden, "only an admin of the space confirms its members"));
    }
    if head != Some(cursor) {
        return Err(refuse(RefusalCode::NotFound, "the log has another head: read it again"));
    }
    clear(service, space).await
}

async fn clear(service: &Service, space: SpaceId) -> Result<Done, Refusal> {
    service.writer.run(move |log| log.set_recovering(Some(&space), false)).await.map_err(refuse_write)?;
    Ok(Done {})
}
