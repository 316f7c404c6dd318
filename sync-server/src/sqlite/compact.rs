//! Dropping what nothing needs any more: what vouched snapshots stand for, and abandoned uploads. Decides from headers and the
//! membership alone; one transaction for each space, so that appends wait for none but their own moment.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};
use sync_engine::envelope::Chain;
use sync_engine::ids::{DeviceId, DocumentId, EnvelopeId, Position};
use sync_engine::roster::Roster;

use super::reader::{ancestry, recovery_sheet};
use super::rows::{self, ACCEPTED, DROPPED, INLINE, SpaceKey};
use super::spaces::Space;
use super::writer::SqliteWriter;
use super::{blobs, stored};
use crate::log::{Known, LogError};

/// A snapshot that may let go of what it covers.
struct Snapshot {
    position: Position,
    /// How far its author had read this log; its start, if that was another log.
    seen: Position,
    /// Everything from its tips back.
    covered: Known,
}

/// A row that still has its payload.
struct Candidate {
    position: Position,
    id: EnvelopeId,
    chain: Chain,
    accepted_at: Position,
    /// What it covers itself, if it is a snapshot.
    tips: Vec<EnvelopeId>,
}

/// See `LogWriter::compact`.
pub(super) fn compact(writer: &mut SqliteWriter, before_ms: u64) -> Result<(u64, u64), LogError> {
    let before_ms = i64::try_from(before_ms).unwrap_or(i64::MAX);
    let spaces = writer.write(|conn, _, _| {
        let mut all = conn.prepare_cached("select id from space where is_recovering = 0 order by space")?;
        Ok(all.query_map([], |row| rows::id(row, 0))?.collect::<Result<Vec<_>, _>>()?)
    })?;
    let (mut payloads, mut bytes) = (0, 0);
    for id in spaces {
        let freed = writer.write(|conn, spaces, _| {
            let Some(space) = spaces.take(conn, &id)? else { return Ok((0, 0)) };
            let freed = compact_space(conn, &space, before_ms)?;
            drop_unused_blobs(conn, space.key(), before_ms)?;
            spaces.put(id, space);
            Ok(freed)
        })?;
        payloads += freed.0;
        bytes += freed.1;
    }
    Ok((payloads, bytes))
}

fn compact_space(conn: &Connection, space: &Space, before_ms: i64) -> Result<(u64, u64), LogError> {
    let snapshots = snapshots(conn, space, before_ms)?;
    if snapshots.is_empty() {
        return Ok((0, 0));
    }
    let mut bytes = 0;
    let covered = covered_rows(conn, space.key(), &snapshots, before_ms)?;
    for position in &covered {
        bytes += stored::drop_payload(conn, space.key(), *position, false)?;
    }
    Ok((covered.len() as u64, bytes))
}

/// The rows that still have their payloads, are old enough, and are not needed beside a snapshot.
fn covered_rows(
    conn: &Connection,
    space: SpaceKey,
    snapshots: &BTreeMap<DocumentId, Vec<Snapshot>>,
    before_ms: i64,
) -> Result<Vec<Position>, LogError> {
    let mut old = conn.prepare_cached(
        "select e.document, e.position, e.id, c.device, c.incarnation, e.accepted_at, e.is_covering,
                e.header, e.signature
         from envelope e join chain c on c.chain = e.chain
         where e.space = ?1 and e.document is not null and e.verdict = ?2 and e.payload_state <> ?3
           and e.server_ms < ?4
         order by e.position",
    )?;
    let mut found = old.query(params![space.0, ACCEPTED, DROPPED, before_ms])?;
    let mut covered = vec![];
    while let Some(row) = found.next()? {
        let Some(snapshots) = snapshots.get(&rows::id(row, 0)?) else { continue };
        let tips = match row.get(6)? {
            true => rows::signed_header(row, 7)?.header().cover.as_ref().map_or(vec![], |cover| cover.tips.clone()),
            false => vec![],
        };
        let candidate = Candidate {
            position: rows::position(row, 1)?,
            id: rows::id(row, 2)?,
            chain: Chain { device: rows::id(row, 3)?, incarnation: rows::id(row, 4)? },
            accepted_at: rows::position(row, 5)?,
            tips,
        };
        for snapshot in snapshots {
            if stands_for(conn, space, snapshot, &candidate)? {
                covered.push(candidate.position);
                break;
            }
        }
    }
    Ok(covered)
}

/// Whether the snapshot holds all that the candidate holds.
fn stands_for(
    conn: &Connection,
    space: SpaceKey,
    snapshot: &Snapshot,
    candidate: &Candidate,
) -> Result<bool, LogError> {
    let was_held = candidate.accepted_at != candidate.position;
    let is_covered = snapshot.position != candidate.position
        && snapshot.covered.holds(&candidate.chain, candidate.position, &candidate.id)
        // A row that an admin admitted later than the author had read is below a tip, but not in the snapshot.
        && (!was_held || candidate.accepted_at <= snapshot.seen);
    if !is_covered {
        return Ok(false);
    }
    // An older snapshot may be all that is left of what it covers.
    for tip in &candidate.tips {
        let Some(placed) = rows::placed(conn, space, tip)? else { return Ok(false) };
        if !snapshot.covered.holds(&placed.chain, placed.position, tip) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The snapshots of a space that may let go of anything, by document.
fn snapshots(
    conn: &Connection,
    space: &Space,
    before_ms: i64,
) -> Result<BTreeMap<DocumentId, Vec<Snapshot>>, LogError> {
    let key = space.key();
    let sheet = recovery_sheet(conn, key)?;
    let mut covering = conn.prepare_cached(
        "select header, signature, position, payload_state from envelope
         where space = ?1 and is_covering = 1 and verdict = ?2 and payload_state <> ?3 and server_ms < ?4
         order by position",
    )?;
    let mut found = covering.query(params![key.0, ACCEPTED, DROPPED, before_ms])?;
    let mut snapshots = BTreeMap::<DocumentId, Vec<Snapshot>>::new();
    while let Some(row) = found.next()? {
        let signed = rows::signed_header(row, 0)?;
        let header = signed.header();
        let (Some(document), Some(cover)) = (header.document, &header.cover) else { continue };
        if !is_vouched(space.roster(), sheet, &signed.id(), &header.device) {
            continue;
        }
        let is_payload_here =
            row.get::<_, i64>(3)? == INLINE || blobs::has(conn, key, &header.payload_hash, header.payload_bytes)?;
        if !is_payload_here || !are_here(conn, key, &cover.tips)? {
            continue;
        }
        let has_seen = rows::cursor_at(conn, key, header.seen.position)? == Some(header.seen);
        snapshots.entry(document).or_default().push(Snapshot {
            position: rows::position(row, 2)?,
            seen: if has_seen { header.seen.position } else { Position::START },
            covered: ancestry(conn, key, &cover.tips)?,
        });
    }
    Ok(snapshots)
}

fn are_here(conn: &Connection, space: SpaceKey, tips: &[EnvelopeId]) -> Result<bool, LogError> {
    for tip in tips {
        if rows::placed(conn, space, tip)?.is_none() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether a second device, another member's where there is one, found the same heads, and none objects.
fn is_vouched(roster: &Roster, sheet: Option<DeviceId>, snapshot: &EnvelopeId, author: &DeviceId) -> bool {
    let Some(vouching) = roster.vouching(snapshot).filter(|vouching| !vouching.is_objected) else { return false };
    let member = |device: &DeviceId| roster.member_of(device).map(|(member, _)| member);
    let people = roster.members().iter().filter(|(id, member)| !member.is_removed && Some(**id) != sheet);
    let is_alone = people.count() <= 1;
    vouching.vouched_by.iter().any(|device| {
        roster.role(device).is_some() && device != author && (is_alone || member(device) != member(author))
    })
}

/// Uploads that were begun long ago, and that no row names or that never came to their end.
fn drop_unused_blobs(conn: &Connection, space: SpaceKey, before_ms: i64) -> Result<(), LogError> {
    let mut unused = conn.prepare_cached(
        "select blob from blob b where space = ?1 and begun_ms < ?2
         and (stored_bytes < total_bytes
              or not exists (select 1 from blob_use u where u.space = b.space and u.hash = b.hash))",
    )?;
    let unused: Vec<i64> =
        unused.query_map(params![space.0, before_ms], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for blob in unused {
        stored::drop_blob(conn, blob)?;
    }
    Ok(())
}
