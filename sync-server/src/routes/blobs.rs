//! Large payloads and attachments, in parts: a broken line loses one part at most. Both ways go by space.

use sync_engine::envelope::PAYLOAD_BYTES_MAX;
use sync_engine::wire::{
    BLOB_PART_BYTES_MAX, GetBlob, GetBlobReply, LaterReason, PutBlob, PutBlobReply, Refusal, RefusalCode,
};

use super::gate::{Caller, malformed};
use super::repair::may_read;
use crate::log::{BlobPart, PutPart};
use crate::service::{Service, refuse, refuse_write};

/// Ten minutes: storage does not become free sooner.
const QUOTA_RETRY_MS: u64 = 10 * 60 * 1000;

pub(super) async fn put(service: &Service, caller: Caller) -> Result<PutBlobReply, Refusal> {
    let put: PutBlob = caller.read()?;
    let end = put.offset.checked_add(put.part.len() as u64);
    if put.part.len() > BLOB_PART_BYTES_MAX {
        return Err(malformed(format!("a part is above {BLOB_PART_BYTES_MAX} bytes")));
    }
    if put.total_bytes > PAYLOAD_BYTES_MAX || end.is_none_or(|end| end > put.total_bytes) {
        return Err(malformed(format!("the part does not lie within a blob of at most {PAYLOAD_BYTES_MAX} bytes")));
    }
    let (sender, now_ms) = (caller.device, caller.now_ms);
    let stored = service.writer.run(move |log| {
        let PutBlob { space, hash, total_bytes, offset, ref part } = put;
        log.put_blob(&PutPart { space, sender, hash, total_bytes, offset, part, now_ms })
    });
    match stored.await.map_err(refuse_write)? {
        BlobPart::Stored(stored_bytes) => Ok(PutBlobReply { stored_bytes }),
        BlobPart::Later(LaterReason::NoSuchSpace) => {
            Err(refuse(RefusalCode::NotFound, "this server keeps no such space"))
        }
        BlobPart::Later(LaterReason::Quota) => Err(Refusal {
            code: RefusalCode::Unavailable,
            message: "the storage for the space or the device is full".into(),
            retry_after_ms: Some(QUOTA_RETRY_MS),
        }),
        BlobPart::Later(_) => Err(refuse(RefusalCode::Forbidden, "the device may not store into this space")),
    }
}

pub(super) async fn get(service: &Service, caller: Caller) -> Result<GetBlobReply, Refusal> {
    let get: GetBlob = caller.read()?;
    may_read(service, get.space, caller.device).await?;
    caller.check_fresh(service)?;
    let bytes_max = get.bytes_max.map_or(BLOB_PART_BYTES_MAX, |bytes| (bytes as usize).clamp(1, BLOB_PART_BYTES_MAX));
    let found = service.read(move |log| log.get_blob(&get.space, &get.hash, get.offset, bytes_max)).await?;
    match found {
        Some((total_bytes, part)) => Ok(GetBlobReply { total_bytes, part: part.into() }),
        None => Err(refuse(RefusalCode::NotFound, format!("blob {} is not in this space", get.hash))),
    }
}
