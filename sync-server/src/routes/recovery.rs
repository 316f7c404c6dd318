//! After a restore: the server takes rows back that it had signed, and an admin confirms the members.

use sync_engine::entry::Role;
use sync_engine::frame::{FRAME_INFLATED_BYTES_MAX, PageRow, read_page};
use sync_engine::ids::{Cursor, SpaceId};
use sync_engine::wire::{Confirm, Done, Refusal, RefusalCode, Return};

use super::gate::{Caller, malformed};
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
        service.compute(move || check(&back, after)).await??
    };
    service.writer.run(move |log| log.take_back(&space, after, &rows)).await.map_err(refuse_write)?;
    service.followers.wake(&space);
    Ok(Done {})
}

/// Reads the rows, and checks that they are whole, and lead from `after` to the head that was signed.
fn check(back: &Return, after: Cursor) -> Result<Vec<PageRow>, Refusal> {
    let (mut rows, mut cursor, mut bytes) = (vec![], after, 0);
    for frame in &back.frames {
        for row in read_page(&back.space, frame).map_err(|error| malformed(error.to_string()))? {
            let PageRow::Envelope { envelope, server_ms } = &row else {
                return Err(malformed("a row is a bare id"));
            };
            envelope.verify().map_err(|error| malformed(error.to_string()))?;
            bytes += envelope.signed.bytes().len() as u64 + envelope.header().payload_bytes;
            if bytes > FRAME_INFLATED_BYTES_MAX as u64 {
                return Err(malformed(format!("the rows are above {FRAME_INFLATED_BYTES_MAX} bytes")));
            }
            cursor = cursor.step(&envelope.id(), *server_ms);
            rows.push(row);
        }
    }
    if cursor == back.head.cursor { Ok(rows) } else { Err(malformed("the rows do not lead to the signed head")) }
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
