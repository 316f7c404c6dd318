//! Payloads and attachments that are too large for a batch, in equal parts: a range of one is read, and an upload
//! continued, without the rest of it in memory.

use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest as _, Sha256};
use sync_engine::envelope::PAYLOAD_BYTES_MAX;
use sync_engine::ids::{BlobHash, DeviceId};
use sync_engine::wire::LaterReason;

use super::rows::{self, SpaceKey};
use super::stored;
use crate::log::{BlobPart, LogError, PutPart};

/// 64 KiB: a few pages to rewrite when an upload continues inside one.
const PART_BYTES: usize = 64 << 10;

/// One upload of a blob.
struct Upload {
    blob: i64,
    total_bytes: u64,
    stored_bytes: u64,
}

impl Upload {
    fn is_complete(&self) -> bool {
        self.stored_bytes == self.total_bytes
    }
}

/// A part of a complete blob, and its whole length.
pub(super) fn get(
    conn: &Connection,
    space: SpaceKey,
    hash: &BlobHash,
    offset: u64,
    bytes_max: usize,
) -> Result<Option<(u64, Vec<u8>)>, LogError> {
    let Some(upload) = find_complete(conn, space, hash)? else { return Ok(None) };
    let end = upload.total_bytes.min(offset.saturating_add(bytes_max as u64));
    let mut bytes = vec![];
    let mut at = offset;
    while at < end {
        let part = read_part(conn, upload.blob, at / PART_BYTES as u64)?;
        let from = (at % PART_BYTES as u64) as usize;
        let to = part.len().min(from + (end - at) as usize);
        let Some(wanted) = part.get(from..to).filter(|wanted| !wanted.is_empty()) else {
            return Err(LogError::Corrupt(format!("blob {hash} ends before its length")));
        };
        bytes.extend_from_slice(wanted);
        at += wanted.len() as u64;
    }
    Ok(Some((upload.total_bytes, bytes)))
}

/// Whether the blob is complete here, with that length.
pub(super) fn has(conn: &Connection, space: SpaceKey, hash: &BlobHash, bytes: u64) -> Result<bool, LogError> {
    Ok(find_complete(conn, space, hash)?.is_some_and(|upload| upload.total_bytes == bytes))
}

/// The same, as far as this sender brought it.
pub(super) fn has_of(
    conn: &Connection,
    space: SpaceKey,
    hash: &BlobHash,
    bytes: u64,
    sender: &DeviceId,
) -> Result<bool, LogError> {
    Ok(find_own(conn, space, hash, sender)?.is_some_and(|own| own.is_complete() && own.total_bytes == bytes))
}

/// Blobs that rows name and that are not complete here, at most `count_max`. Each new row begins the choice elsewhere, so
/// that those of which no copy is left do not stand before the others for ever.
pub(super) fn lacking(conn: &Connection, space: SpaceKey, count_max: usize) -> Result<Vec<BlobHash>, LogError> {
    let first = rows::head(conn, space)?.0.digest;
    let mut find = conn.prepare_cached(
        "select u.hash from blob_use u
         where u.space = ?1 and not exists (
             select 1 from blob b where b.space = u.space and b.hash = u.hash and b.stored_bytes = b.total_bytes)
         group by u.hash order by u.hash < ?3, u.hash limit ?2",
    )?;
    let count_max = rows::integer(count_max as u64)?;
    let found = find.query_map(params![space.0, count_max, first.as_bytes()], |row| rows::id(row, 0))?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// Stores a part. `has_room` is asked once, for the whole blob, before its first part. Whoever is no member is not
/// told that others have stored the blob, and brings it whole.
pub(super) fn put(
    conn: &Connection,
    space: SpaceKey,
    part: &PutPart<'_>,
    is_member: bool,
    has_room: impl FnOnce() -> Result<bool, LogError>,
) -> Result<BlobPart, LogError> {
    let complete = if is_member {
        find_complete(conn, space, &part.hash)?
    } else {
        find_own(conn, space, &part.hash, &part.sender)?.filter(Upload::is_complete)
    };
    if let Some(complete) = complete {
        return Ok(BlobPart::Stored(complete.total_bytes));
    }
    let end = part.offset.checked_add(part.part.len() as u64);
    if part.total_bytes > PAYLOAD_BYTES_MAX || end.is_none_or(|end| end > part.total_bytes) {
        return Ok(BlobPart::Later(LaterReason::Invalid));
    }
    let earlier = match find_own(conn, space, &part.hash, &part.sender)? {
        // The sender was mistaken about its length, so it begins again.
        Some(earlier) if earlier.total_bytes != part.total_bytes => {
            stored::drop_blob(conn, earlier.blob)?;
            None
        }
        earlier => earlier,
    };
    let stored_bytes = earlier.as_ref().map_or(0, |upload| upload.stored_bytes);
    let only_asks = part.part.is_empty() && part.total_bytes > 0;
    if only_asks || part.offset != stored_bytes {
        return Ok(BlobPart::Stored(stored_bytes));
    }
    let upload = match earlier {
        Some(earlier) => earlier,
        None if has_room()? => begin(conn, space, part)?,
        None => return Ok(BlobPart::Later(LaterReason::Quota)),
    };
    write(conn, &upload, part.part)?;
    let stored_bytes = upload.stored_bytes + part.part.len() as u64;
    if stored_bytes < upload.total_bytes {
        return Ok(BlobPart::Stored(stored_bytes));
    }
    if hash_of(conn, &upload)? != part.hash {
        stored::drop_blob(conn, upload.blob)?;
        return Ok(BlobPart::Stored(0));
    }
    if is_member {
        drop_others(conn, space, &part.hash, upload.blob)?;
    }
    Ok(BlobPart::Stored(stored_bytes))
}

/// The SHA-256 of a complete blob, read part by part.
pub(super) fn complete_hash(conn: &Connection, blob: i64, total_bytes: u64) -> Result<BlobHash, LogError> {
    hash_of(conn, &Upload { blob, total_bytes, stored_bytes: total_bytes })
}

fn begin(conn: &Connection, space: SpaceKey, part: &PutPart<'_>) -> Result<Upload, LogError> {
    let sender = stored::sender_key(conn, space, &part.sender)?;
    let total = rows::integer(part.total_bytes)?;
    conn.prepare_cached(
        "insert into blob (space, hash, sender, total_bytes, stored_bytes, begun_ms) values (?1, ?2, ?3, ?4, 0, ?5)",
    )?
    .execute(params![space.0, part.hash.as_bytes(), sender.0, total, rows::integer(part.now_ms)?])?;
    let blob = conn.last_insert_rowid();
    stored::charge(conn, space, sender, total)?;
    Ok(Upload { blob, total_bytes: part.total_bytes, stored_bytes: 0 })
}

fn write(conn: &Connection, upload: &Upload, mut bytes: &[u8]) -> Result<(), LogError> {
    let mut at = upload.stored_bytes;
    while !bytes.is_empty() {
        let (part, within) = (at / PART_BYTES as u64, (at % PART_BYTES as u64) as usize);
        let (now, rest) = bytes.split_at(bytes.len().min(PART_BYTES - within));
        let mut whole = if within == 0 { vec![] } else { read_part(conn, upload.blob, part)? };
        whole.extend_from_slice(now);
        conn.prepare_cached("insert or replace into blob_part (blob, part, bytes) values (?1, ?2, ?3)")?
            .execute(params![upload.blob, rows::integer(part)?, whole])?;
        at += now.len() as u64;
        bytes = rest;
    }
    conn.prepare_cached("update blob set stored_bytes = ?2 where blob = ?1")?
        .execute(params![upload.blob, rows::integer(at)?])?;
    Ok(())
}

fn hash_of(conn: &Connection, upload: &Upload) -> Result<BlobHash, LogError> {
    let mut hash = Sha256::new();
    for part in 0..upload.total_bytes.div_ceil(PART_BYTES as u64) {
        hash.update(read_part(conn, upload.blob, part)?);
    }
    Ok(BlobHash(hash.finalize().into()))
}

fn read_part(conn: &Connection, blob: i64, part: u64) -> Result<Vec<u8>, LogError> {
    let mut find = conn.prepare_cached("select bytes from blob_part where blob = ?1 and part = ?2")?;
    Ok(find.query_row(params![blob, rows::integer(part)?], |row| row.get(0))?)
}

fn find_complete(conn: &Connection, space: SpaceKey, hash: &BlobHash) -> Result<Option<Upload>, LogError> {
    let mut find = conn.prepare_cached(
        "select blob, total_bytes, stored_bytes from blob
         where space = ?1 and hash = ?2 and stored_bytes = total_bytes",
    )?;
    Ok(find.query_row(params![space.0, hash.as_bytes()], upload).optional()?)
}

fn find_own(
    conn: &Connection,
    space: SpaceKey,
    hash: &BlobHash,
    sender: &DeviceId,
) -> Result<Option<Upload>, LogError> {
    let mut find = conn.prepare_cached(
        "select b.blob, b.total_bytes, b.stored_bytes from blob b join sender s on s.sender = b.sender
         where b.space = ?1 and b.hash = ?2 and s.device = ?3",
    )?;
    Ok(find.query_row(params![space.0, hash.as_bytes(), sender.as_bytes()], upload).optional()?)
}

fn upload(row: &rusqlite::Row<'_>) -> rusqlite::Result<Upload> {
    Ok(Upload { blob: row.get(0)?, total_bytes: rows::number(row, 1)?, stored_bytes: rows::number(row, 2)? })
}

/// Others were sending the same blob; theirs is not needed any more.
fn drop_others(conn: &Connection, space: SpaceKey, hash: &BlobHash, complete: i64) -> Result<(), LogError> {
    let mut others = conn.prepare_cached("select blob from blob where space = ?1 and hash = ?2 and blob <> ?3")?;
    let others: Vec<i64> =
        others.query_map(params![space.0, hash.as_bytes(), complete], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for other in others {
        stored::drop_blob(conn, other)?;
    }
    Ok(())
}
