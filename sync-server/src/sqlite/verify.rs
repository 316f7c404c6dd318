//! Checking the whole file against what was signed: every id, signature, digest, chain and payload, and every
//! verdict by a membership that is computed anew. Changes nothing, and a damaged file is a finding, not an error.

use std::collections::HashMap;
use std::fmt;

use rusqlite::{Connection, params};
use sync_engine::envelope::{Envelope, Payload};
use sync_engine::ids::{BlobHash, Cursor, DeviceId, EnvelopeId, Position, SpaceId};
use sync_engine::roster::{self, HeldReason, Roster};

use super::blobs;
use super::reader::SqliteReader;
use super::rows::{self, INLINE, SpaceKey};
use crate::append::Verdict;
use crate::log::LogError;

/// 1,000 findings say enough about a file; a page of nonsense would fill the memory otherwise.
const FINDINGS_MAX: usize = 1000;

/// One thing that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Finding {
    /// None where it concerns the file itself.
    pub space: Option<SpaceId>,
    /// The row; none where it concerns the whole space.
    pub position: Option<u64>,
    pub what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.space, self.position) {
            (Some(space), Some(position)) => write!(f, "space {space}, row {position}: {}", self.what),
            (Some(space), None) => write!(f, "space {space}: {}", self.what),
            _ => f.write_str(&self.what),
        }
    }
}

/// What was checked, and what was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Report {
    pub spaces: u64,
    pub rows: u64,
    pub blobs: u64,
    /// Large payloads that are not here. Devices that have them bring them when they next sync, so this damages
    /// nothing: after a restore the rows come back first.
    pub awaited: u64,
    pub findings: Vec<Finding>,
}

impl Report {
    pub fn is_sound(&self) -> bool {
        self.findings.is_empty()
    }

    fn is_full(&self) -> bool {
        self.findings.len() >= FINDINGS_MAX
    }

    fn find(&mut self, space: Option<SpaceId>, position: Option<Position>, what: impl Into<String>) {
        if !self.is_full() {
            self.findings.push(Finding { space, position: position.map(|at| at.0), what: what.into() });
        }
    }
}

impl SqliteReader {
    /// Checks everything. The server may go on meanwhile.
    pub fn verify(&self) -> Report {
        let mut report = Report::default();
        let read = self.read(|conn| check(conn, &mut report));
        if let Err(error) = read {
            report.find(None, None, error.to_string());
        }
        report
    }
}

/// Checks all that a connection sees.
pub(super) fn check(conn: &Connection, report: &mut Report) -> Result<(), LogError> {
    super::check_kind(conn)?;
    check_file(conn, report)?;
    let mut all = conn.prepare("select space, id, stored_bytes from space order by space")?;
    let spaces = all.query_map([], |row| Ok((SpaceKey(row.get(0)?), rows::id(row, 1)?, row.get::<_, i64>(2)?)))?;
    for space in spaces {
        let (key, id, stored_bytes) = match space {
            Ok(space) => space,
            Err(error) => {
                report.find(None, None, error.to_string());
                continue;
            }
        };
        report.spaces += 1;
        for checked in [
            check_rows(conn, key, id, report),
            check_blobs(conn, key, id, report),
            check_sums(conn, key, id, stored_bytes, report),
        ] {
            if let Err(error) = checked {
                report.find(Some(id), None, error.to_string());
            }
        }
    }
    Ok(())
}

/// What SQLite itself finds.
fn check_file(conn: &Connection, report: &mut Report) -> Result<(), LogError> {
    let mut integrity = conn.prepare("pragma integrity_check")?;
    let mut lines = integrity.query([])?;
    while let Some(row) = lines.next()? {
        let line: String = row.get(0)?;
        if line != "ok" {
            report.find(None, None, line);
        }
    }
    let mut foreign = conn.prepare("pragma foreign_key_check")?;
    let mut lines = foreign.query([])?;
    while let Some(row) = lines.next()? {
        report.find(None, None, format!("a row of {} refers to nothing", row.get::<_, String>(0)?));
    }
    Ok(())
}

/// What the rows so far add up to.
struct Walk {
    space: SpaceId,
    key: SpaceKey,
    cursor: Cursor,
    server_ms: u64,
    roster: Roster,
    held: HashMap<EnvelopeId, Held>,
}

/// A row that was held at first.
struct Held {
    position: Position,
    device: DeviceId,
    is_entry: bool,
    /// What has become of it by the rows so far.
    verdict: Verdict,
    accepted_at: Option<Position>,
}

fn check_rows(conn: &Connection, key: SpaceKey, space: SpaceId, report: &mut Report) -> Result<(), LogError> {
    let roster = Roster::new(space);
    let mut walk = Walk { space, key, cursor: Cursor::START, server_ms: 0, roster, held: HashMap::new() };
    let mut all = conn.prepare(
        "select position, server_ms, digest, id, counter, previous, is_branch, document, is_covering,
                verdict, reason, accepted_at, payload_bytes, chain,
                header, signature, payload_state, payload
         from envelope where space = ?1 order by position",
    )?;
    let mut found = all.query(params![key.0])?;
    while let Some(row) = found.next()? {
        if report.is_full() {
            return Ok(());
        }
        report.rows += 1;
        let at = Position(walk.cursor.position.0 + 1);
        if let Err(error) = check_row(conn, row, &mut walk, report) {
            report.find(Some(space), Some(at), error.to_string());
            // The next row's place follows from this one's, whatever else is wrong with it.
            walk.cursor = Cursor { position: rows::position(row, 0)?, digest: rows::id(row, 2)? };
        }
    }
    if walk.cursor.position == Position::START {
        report.find(Some(space), None, "it has no rows");
    }
    check_held(conn, &walk, report)
}

fn check_row(conn: &Connection, row: &rusqlite::Row<'_>, walk: &mut Walk, report: &mut Report) -> Result<(), LogError> {
    let envelope = rows::envelope(row, 14)?;
    let (header, id) = (envelope.header(), envelope.id());
    let (position, server_ms) = (rows::position(row, 0)?, rows::number(row, 1)?);
    let stored = Cursor { position, digest: rows::id(row, 2)? };
    let mut claim = |holds: bool, what: &str| {
        if !holds {
            report.find(Some(walk.space), Some(position), what);
        }
    };
    claim(position.0 == walk.cursor.position.0 + 1, "a row before it is missing");
    claim(server_ms >= walk.server_ms, "its time is before that of the row before it");
    claim(rows::id::<EnvelopeId>(row, 3)? == id, "its id is not its header's");
    claim(walk.cursor.step(&id, server_ms) == stored, "the running digest does not lead to it");
    claim(header.space == walk.space, "its header names another space");
    let document: Option<Vec<u8>> = row.get(7)?;
    claim(document.as_deref() == header.document.as_ref().map(|d| d.as_bytes()), "its document is not its header's");
    claim(rows::number(row, 4)? == header.counter, "its counter is not its header's");
    claim(rows::number(row, 12)? == header.payload_bytes, "its length is not its header's");
    claim(row.get::<_, bool>(8)? == super::spaces::is_covering(&envelope), "its cover is not its header's");
    match envelope.verify() {
        Ok(()) => {}
        Err(error) => claim(false, &error.to_string()),
    }
    claim(envelope.payload != Payload::Dropped || header.document.is_some(), "its payload is missing");
    claim(follows_its_chain(conn, row, walk.key, &envelope)?, "it does not follow its chain");
    let entry = match &envelope.payload {
        Payload::Inline(bytes) if header.document.is_none() => Some(bytes.as_slice()),
        _ => None,
    };
    let taken = walk.roster.take(roster::Row { id, header, entry, server_ms });
    let verdict = Verdict::from(taken.standing);
    if verdict == Verdict::Accepted {
        let is_so = rows::verdict(row, 9)? == verdict && rows::position(row, 11)? == position;
        claim(is_so, "the members' entries accept it, and the log does not");
    } else {
        let (device, is_entry) = (header.device, header.document.is_none());
        walk.held.insert(id, Held { position, device, is_entry, verdict, accepted_at: None });
    }
    for (ids, becomes) in [(taken.admitted, Verdict::Accepted), (taken.refused, Verdict::Refused)] {
        for id in ids {
            match walk.held.get_mut(&id) {
                Some(held) if matches!(held.verdict, Verdict::Held(_)) => {
                    (held.verdict, held.accepted_at) = (becomes, (becomes == Verdict::Accepted).then_some(position));
                }
                _ => {}
            }
        }
    }
    for device in taken.let_in {
        let early = walk.held.values_mut().filter(|held| held.device == device && !held.is_entry);
        for held in early.filter(|held| held.verdict == Verdict::Held(HeldReason::NotAMember)) {
            (held.verdict, held.accepted_at) = (Verdict::Accepted, Some(position));
        }
    }
    let is_blob_here = || blobs::has(conn, walk.key, &header.payload_hash, header.payload_bytes);
    if envelope.payload == Payload::Blob && !is_blob_here()? {
        report.awaited += 1;
    }
    (walk.cursor, walk.server_ms) = (stored, server_ms);
    Ok(())
}

/// Whether the row before it in its chain is the one that its header names, and it is a branch exactly if another
/// one had followed that before.
fn follows_its_chain(
    conn: &Connection,
    row: &rusqlite::Row<'_>,
    space: SpaceKey,
    envelope: &Envelope,
) -> Result<bool, LogError> {
    let (position, previous): (i64, Option<i64>) = (row.get(0)?, row.get(5)?);
    let header = envelope.header();
    let mut same = conn.prepare_cached("select device, incarnation from chain where chain = ?1 and space = ?2")?;
    let chain = (header.device.as_bytes(), header.incarnation.as_bytes());
    let is_own_chain = same.query_row(params![row.get::<_, i64>(13)?, space.0], |found| {
        Ok(found.get_ref(0)?.as_blob().ok() == Some(chain.0) && found.get_ref(1)?.as_blob().ok() == Some(chain.1))
    })?;
    let mut siblings = conn.prepare_cached(
        "select exists (select 1 from envelope where chain = ?1 and counter = ?2 and previous is ?3 and position < ?4)",
    )?;
    let counter = rows::integer(header.counter)?;
    let has_sibling: bool =
        siblings.query_row(params![row.get::<_, i64>(13)?, counter, previous, position], |row| row.get(0))?;
    let is_branch: bool = row.get(6)?;
    let follows = match (&header.previous, previous) {
        (None, None) => header.counter == 1,
        (Some(id), Some(at)) => rows::placed(conn, space, id)?.is_some_and(|placed| {
            placed.chain == header.chain()
                && placed.counter.checked_add(1) == Some(header.counter)
                && rows::integer(placed.position.0).is_ok_and(|place| place == at && place < position)
        }),
        _ => false,
    };
    Ok(is_own_chain && follows && is_branch == has_sibling)
}

/// What has become of the rows that were held at first.
fn check_held(conn: &Connection, walk: &Walk, report: &mut Report) -> Result<(), LogError> {
    let mut find = conn.prepare_cached(
        "select verdict, reason, accepted_at, payload_state, document is null from envelope
         where space = ?1 and position = ?2",
    )?;
    for Held { position, verdict, accepted_at, .. } in walk.held.values() {
        let place = rows::integer(position.0)?;
        let is_so = find.query_row(params![walk.key.0, place], |row| {
            let at: Option<i64> = row.get(2)?;
            let is_kept = row.get::<_, i64>(3)? == INLINE;
            let has_right_payload = match (verdict, row.get::<_, bool>(4)?) {
                (_, true) => is_kept,
                (Verdict::Refused, false) => !is_kept,
                _ => true,
            };
            let at_right_place = at == accepted_at.and_then(|at| i64::try_from(at.0).ok());
            Ok(rows::verdict(row, 0)? == *verdict && at_right_place && has_right_payload)
        });
        if !is_so? {
            report.find(Some(walk.space), Some(*position), "the members' entries judge it otherwise than the log");
        }
    }
    Ok(())
}

fn check_blobs(conn: &Connection, key: SpaceKey, space: SpaceId, report: &mut Report) -> Result<(), LogError> {
    let mut complete =
        conn.prepare("select blob, hash, total_bytes from blob where space = ?1 and stored_bytes = total_bytes")?;
    let mut found = complete.query(params![key.0])?;
    while let Some(row) = found.next()? {
        report.blobs += 1;
        let hash: BlobHash = rows::id(row, 1)?;
        match blobs::complete_hash(conn, row.get(0)?, rows::number(row, 2)?) {
            Ok(found) if found == hash => {}
            Ok(_) => report.find(Some(space), None, format!("blob {hash} has other bytes")),
            Err(error) => report.find(Some(space), None, format!("blob {hash}: {error}")),
        }
    }
    Ok(())
}

/// Whether the quota counts what is stored.
fn check_sums(
    conn: &Connection,
    key: SpaceKey,
    space: SpaceId,
    stored_bytes: i64,
    report: &mut Report,
) -> Result<(), LogError> {
    let sum = |sql: &str| conn.query_row(sql, params![key.0], |row| row.get::<_, i64>(0));
    let rows = sum("select coalesce(sum(length(header) + iif(payload_state = 0, payload_bytes, 0)), 0)
                    from envelope where space = ?1")?;
    let blobs = sum("select coalesce(sum(total_bytes), 0) from blob where space = ?1")?;
    let senders = sum("select coalesce(sum(stored_bytes), 0) from sender where space = ?1")?;
    if rows + blobs != stored_bytes || senders != stored_bytes {
        report.find(Some(space), None, format!("{stored_bytes} bytes are counted, and {} stored", rows + blobs));
    }
    Ok(())
}
