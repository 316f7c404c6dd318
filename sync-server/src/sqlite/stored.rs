//! What is stored, and for whom it counts: every byte that a row or a blob brings is charged to the device that
//! sent it, and comes off again when it is dropped.

use rusqlite::{Connection, OptionalExtension, params};
use sync_engine::envelope::Header;
use sync_engine::ids::{BlobHash, DeviceId, Position};

use super::rows::{self, BLOB, DROPPED, INLINE, SpaceKey};
use crate::log::LogError;

/// A sender's small number in this file: one device in one space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SenderKey(pub(super) i64);

/// The sender's number, given now if it has none.
pub(super) fn sender_key(conn: &Connection, space: SpaceKey, device: &DeviceId) -> Result<SenderKey, LogError> {
    let mut find = conn.prepare_cached("select sender from sender where space = ?1 and device = ?2")?;
    if let Some(key) = find.query_row(params![space.0, device.as_bytes()], |row| row.get(0)).optional()? {
        return Ok(SenderKey(key));
    }
    conn.prepare_cached("insert into sender (space, device, stored_bytes) values (?1, ?2, 0)")?
        .execute(params![space.0, device.as_bytes()])?;
    Ok(SenderKey(conn.last_insert_rowid()))
}

/// Counts so many bytes more (or less) for the sender and its space.
pub(super) fn charge(conn: &Connection, space: SpaceKey, sender: SenderKey, bytes: i64) -> Result<(), LogError> {
    if bytes == 0 {
        return Ok(());
    }
    conn.prepare_cached("update sender set stored_bytes = stored_bytes + ?2 where sender = ?1")?
        .execute(params![sender.0, bytes])?;
    conn.prepare_cached("update space set stored_bytes = stored_bytes + ?2 where space = ?1")?
        .execute(params![space.0, bytes])?;
    Ok(())
}

/// Notes the blobs that a row names, so that they are kept.
pub(super) fn use_blobs(
    conn: &Connection,
    space: SpaceKey,
    position: Position,
    blobs: &[&BlobHash],
) -> Result<(), LogError> {
    for hash in blobs {
        conn.prepare_cached("insert or ignore into blob_use (space, hash, position) values (?1, ?2, ?3)")?
            .execute(params![space.0, hash.as_bytes(), rows::integer(position.0)?])?;
    }
    Ok(())
}

/// Drops a row's payload and, where `with_attachments`, its claim on the blobs that it names; says how many bytes
/// that frees. The header stays.
pub(super) fn drop_payload(
    conn: &Connection,
    space: SpaceKey,
    position: Position,
    with_attachments: bool,
) -> Result<u64, LogError> {
    let at = rows::integer(position.0)?;
    let mut find = conn.prepare_cached(
        "select header, signature, payload_state, payload_bytes, sender from envelope
         where space = ?1 and position = ?2",
    )?;
    let (signed, state, bytes, sender) = {
        let mut found = find.query(params![space.0, at])?;
        let Some(row) = found.next()? else { return Ok(0) };
        (rows::signed_header(row, 0)?, row.get::<_, i64>(2)?, rows::number(row, 3)?, SenderKey(row.get(4)?))
    };
    conn.prepare_cached("update envelope set payload = null, payload_state = ?3 where space = ?1 and position = ?2")?
        .execute(params![space.0, at, DROPPED])?;
    let mut freed = 0;
    if state == INLINE {
        charge(conn, space, sender, -rows::integer(bytes)?)?;
        freed += bytes;
    }
    for hash in disused(signed.header(), state, with_attachments) {
        conn.prepare_cached("delete from blob_use where space = ?1 and hash = ?2 and position = ?3")?
            .execute(params![space.0, hash.as_bytes(), at])?;
        freed += drop_unused(conn, space, hash)?;
    }
    Ok(freed)
}

/// The blobs that a row has no use for once its payload is dropped.
fn disused(header: &Header, payload_state: i64, with_attachments: bool) -> Vec<&BlobHash> {
    let mut disused = vec![];
    if with_attachments {
        disused.extend(&header.blobs);
    }
    if payload_state == BLOB && (with_attachments || !header.blobs.contains(&header.payload_hash)) {
        disused.push(&header.payload_hash);
    }
    disused
}

/// Drops a blob, whole or unfinished, unless a row names it; says how many bytes that frees.
fn drop_unused(conn: &Connection, space: SpaceKey, hash: &BlobHash) -> Result<u64, LogError> {
    let mut unused = conn.prepare_cached(
        "select blob from blob b where space = ?1 and hash = ?2
         and not exists (select 1 from blob_use u where u.space = b.space and u.hash = b.hash)",
    )?;
    let unused: Vec<i64> =
        unused.query_map(params![space.0, hash.as_bytes()], |row| row.get(0))?.collect::<Result<_, _>>()?;
    unused.into_iter().map(|blob| drop_blob(conn, blob)).sum()
}

/// Drops a blob; says how many bytes that frees.
pub(super) fn drop_blob(conn: &Connection, blob: i64) -> Result<u64, LogError> {
    let (space, sender, total) = conn
        .prepare_cached("select space, sender, total_bytes from blob where blob = ?1")?
        .query_row(params![blob], |row| Ok((SpaceKey(row.get(0)?), SenderKey(row.get(1)?), rows::number(row, 2)?)))?;
    conn.prepare_cached("delete from blob_part where blob = ?1")?.execute(params![blob])?;
    conn.prepare_cached("delete from blob where blob = ?1")?.execute(params![blob])?;
    charge(conn, space, sender, -rows::integer(total)?)?;
    Ok(total)
}
