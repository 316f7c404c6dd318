//! What the tables hold, as the engine's types: the queries that readers and the writer share.

use rusqlite::{Connection, OptionalExtension, Row, params};
use sync_engine::envelope::{Chain, Envelope, Payload, SignedHeader};
use sync_engine::ids::{Cursor, DeviceId, EnvelopeId, Position, SpaceId};
use sync_engine::keys::Signature;
use sync_engine::roster::{self, HeldReason, Roster};

use crate::append::{Placed, Verdict};
use crate::log::LogError;

/// A space's small number in this file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SpaceKey(pub(super) i64);

/// One row of `space`.
#[derive(Clone, Debug)]
pub(super) struct SpaceRow {
    pub(super) key: SpaceKey,
    pub(super) kept_for: DeviceId,
    pub(super) is_recovering: bool,
}

/// Where a payload is, as `payload_state` numbers it.
pub(super) const INLINE: i64 = 0;
pub(super) const BLOB: i64 = 1;
pub(super) const DROPPED: i64 = 2;

/// How `verdict` numbers it.
pub(super) const ACCEPTED: i64 = 0;
pub(super) const HELD: i64 = 1;
pub(super) const REFUSED: i64 = 2;

/// A fixed-size id from a column.
pub(super) fn id<T: for<'a> TryFrom<&'a [u8]>>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let value = row.get_ref(column)?;
    let bytes = value.as_blob().map_err(|_| damaged(column, value.data_type()))?;
    T::try_from(bytes).map_err(|_| damaged(column, value.data_type()))
}

/// An unsigned number from a column.
pub(super) fn number(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    let value: i64 = row.get(column)?;
    u64::try_from(value).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, value))
}

/// A number as SQLite keeps it. None of ours comes near its limit, except by damage or malice.
pub(super) fn integer(value: u64) -> Result<i64, LogError> {
    i64::try_from(value).map_err(|_| LogError::Unfit(format!("{value} is above every limit")))
}

/// A position from a column.
pub(super) fn position(row: &Row<'_>, column: usize) -> rusqlite::Result<Position> {
    number(row, column).map(Position)
}

pub(super) fn damaged(column: usize, kind: rusqlite::types::Type) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, kind, "not what this column holds".into())
}

/// `verdict` and `reason` as they are stored.
pub(super) fn verdict_columns(verdict: Verdict) -> (i64, Option<i64>) {
    match verdict {
        Verdict::Accepted => (ACCEPTED, None),
        // One byte of CBOR: the number that the format gives the reason.
        Verdict::Held(reason) => (HELD, minicbor::to_vec(reason).ok().and_then(|b| b.first().copied().map(i64::from))),
        Verdict::Refused => (REFUSED, None),
    }
}

/// A verdict from `verdict` and `reason`.
pub(super) fn verdict(row: &Row<'_>, column: usize) -> rusqlite::Result<Verdict> {
    let kind = rusqlite::types::Type::Integer;
    match row.get::<_, i64>(column)? {
        ACCEPTED => Ok(Verdict::Accepted),
        HELD => {
            let reason: Option<u8> = row.get(column + 1)?;
            let reason = reason.and_then(|number| minicbor::decode::<HeldReason>(&[number]).ok());
            reason.map(Verdict::Held).ok_or_else(|| damaged(column + 1, kind))
        }
        REFUSED => Ok(Verdict::Refused),
        _ => Err(damaged(column, kind)),
    }
}

pub(super) fn find_space(conn: &Connection, space: &SpaceId) -> Result<Option<SpaceRow>, LogError> {
    let mut find = conn.prepare_cached("select space, kept_for, is_recovering from space where id = ?1")?;
    let found = find.query_row(params![space.as_bytes()], |row| {
        Ok(SpaceRow { key: SpaceKey(row.get(0)?), kept_for: id(row, 1)?, is_recovering: row.get(2)? })
    });
    Ok(found.optional()?)
}

/// The last row's cursor and server time.
pub(super) fn head(conn: &Connection, space: SpaceKey) -> Result<(Cursor, u64), LogError> {
    let mut last = conn.prepare_cached(
        "select position, digest, server_ms from envelope where space = ?1 order by position desc limit 1",
    )?;
    let head = last.query_row(params![space.0], |row| {
        Ok((Cursor { position: position(row, 0)?, digest: id(row, 1)? }, number(row, 2)?))
    });
    Ok(head.optional()?.unwrap_or((Cursor::START, 0)))
}

/// The cursor at a position; none past the head.
pub(super) fn cursor_at(conn: &Connection, space: SpaceKey, at: Position) -> Result<Option<Cursor>, LogError> {
    if at == Position::START {
        return Ok(Some(Cursor::START));
    }
    // A reader may claim any position.
    let Ok(number) = i64::try_from(at.0) else { return Ok(None) };
    let mut find = conn.prepare_cached("select digest from envelope where space = ?1 and position = ?2")?;
    let digest = find.query_row(params![space.0, number], |row| id(row, 0)).optional()?;
    Ok(digest.map(|digest| Cursor { position: at, digest }))
}

/// Where an envelope stands in a space's log.
pub(super) fn placed(conn: &Connection, space: SpaceKey, envelope: &EnvelopeId) -> Result<Option<Placed>, LogError> {
    let mut find = conn.prepare_cached(
        "select e.position, c.device, c.incarnation, e.counter, e.is_branch, e.verdict, e.reason
         from envelope e join chain c on c.chain = e.chain where e.id = ?1 and e.space = ?2",
    )?;
    let placed = find.query_row(params![envelope.as_bytes(), space.0], |row| {
        Ok(Placed {
            position: position(row, 0)?,
            chain: Chain { device: id(row, 1)?, incarnation: id(row, 2)? },
            counter: number(row, 3)?,
            is_branch: row.get(4)?,
            verdict: verdict(row, 5)?,
        })
    });
    Ok(placed.optional()?)
}

/// Lets the entries after a position take effect, in order.
pub(super) fn take_entries(
    conn: &Connection,
    space: SpaceKey,
    after: Position,
    roster: &mut Roster,
) -> Result<(), LogError> {
    let mut entries = conn.prepare_cached(
        "select header, signature, payload, server_ms from envelope
         where space = ?1 and position > ?2 and document is null order by position",
    )?;
    let mut rows = entries.query(params![space.0, integer(after.0)?])?;
    while let Some(row) = rows.next()? {
        let signed = signed_header(row, 0)?;
        let entry = row.get_ref(2)?.as_blob_or_null().map_err(|_| damaged(2, rusqlite::types::Type::Blob))?;
        let server_ms = number(row, 3)?;
        roster.take(roster::Row { id: signed.id(), header: signed.header(), entry, server_ms });
    }
    Ok(())
}

/// A header from `header` and `signature`.
pub(super) fn signed_header(row: &Row<'_>, column: usize) -> Result<SignedHeader, LogError> {
    let signature: [u8; 64] = row.get(column + 1)?;
    SignedHeader::read(row.get(column)?, Signature(signature))
        .map_err(|error| LogError::Corrupt(format!("a stored header: {error}")))
}

/// An envelope from `header`, `signature`, `payload_state` and `payload`.
pub(super) fn envelope(row: &Row<'_>, column: usize) -> Result<Envelope, LogError> {
    let signed = signed_header(row, column)?;
    let payload = match row.get::<_, i64>(column + 2)? {
        INLINE => Payload::Inline(row.get(column + 3)?),
        BLOB => Payload::Blob,
        _ => Payload::Dropped,
    };
    Ok(Envelope { signed, payload })
}
