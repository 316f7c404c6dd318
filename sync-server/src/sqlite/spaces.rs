//! The spaces that the writer has at hand: each one's head and membership, and how a row is written at its end.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, params};
use sync_engine::envelope::{Chain, Encoding, Envelope, Payload};
use sync_engine::ids::{Cursor, DeviceId, EnvelopeId, Position, SpaceId};
use sync_engine::roster::{self, HeldReason, Roster, Taken};

use super::rows::{self, ACCEPTED, BLOB, DROPPED, HELD, INLINE, REFUSED, SpaceKey, SpaceRow};
use super::stored;
use crate::append::{self, Kept, Verdict};
use crate::log::LogError;

/// 128 spaces at hand, with their memberships; the others are read again when they are written to.
const SPACES_MAX: usize = 128;

/// Spaces at hand. They go with every failed transaction, as they may know what was not written.
#[derive(Debug, Default)]
pub(super) struct Spaces {
    /// Each with the time of its last use, counted in uses.
    spaces: HashMap<SpaceId, (u64, Space)>,
    uses: u64,
}

impl Spaces {
    /// Takes a space out, to be put back when the rows are written; none where it is not kept here.
    pub(super) fn take(&mut self, conn: &Connection, id: &SpaceId) -> Result<Option<Space>, LogError> {
        match self.spaces.remove(id) {
            Some((_, space)) => Ok(Some(space)),
            None => Space::read(conn, id),
        }
    }

    pub(super) fn put(&mut self, id: SpaceId, space: Space) {
        self.uses += 1;
        self.spaces.insert(id, (self.uses, space));
        if self.spaces.len() > SPACES_MAX {
            let oldest = self.spaces.iter().min_by_key(|(_, (used, _))| *used).map(|(id, _)| *id);
            oldest.map(|id| self.spaces.remove(&id));
        }
    }

    pub(super) fn forget(&mut self) {
        self.spaces.clear();
    }
}

/// Where and how a row is placed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) sender: DeviceId,
    pub(super) server_ms: u64,
    pub(super) previous: Option<Position>,
    pub(super) is_branch: bool,
}

/// A space at its head.
#[derive(Debug)]
pub(super) struct Space {
    row: SpaceRow,
    head: Cursor,
    head_ms: u64,
    roster: Roster,
}

impl Space {
    fn read(conn: &Connection, id: &SpaceId) -> Result<Option<Self>, LogError> {
        let Some(row) = rows::find_space(conn, id)? else { return Ok(None) };
        let (head, head_ms) = rows::head(conn, row.key)?;
        let mut roster = Roster::new(*id);
        rows::take_entries(conn, row.key, Position::START, &mut roster)?;
        Ok(Some(Self { row, head, head_ms, roster }))
    }

    /// A new space, still without rows.
    pub(super) fn found(
        conn: &Connection,
        id: &SpaceId,
        kept_for: &DeviceId,
        is_recovering: bool,
    ) -> Result<Self, LogError> {
        conn.prepare_cached("insert into space (id, kept_for, stored_bytes, is_recovering) values (?1, ?2, 0, ?3)")?
            .execute(params![id.as_bytes(), kept_for.as_bytes(), is_recovering])?;
        let row = SpaceRow { key: SpaceKey(conn.last_insert_rowid()), kept_for: *kept_for, is_recovering };
        Ok(Self { row, head: Cursor::START, head_ms: 0, roster: Roster::new(*id) })
    }

    pub(super) fn key(&self) -> SpaceKey {
        self.row.key
    }

    pub(super) fn head(&self) -> Cursor {
        self.head
    }

    pub(super) fn head_ms(&self) -> u64 {
        self.head_ms
    }

    pub(super) fn roster(&self) -> &Roster {
        &self.roster
    }

    pub(super) fn kept(&self) -> Kept<'_> {
        Kept { roster: &self.roster, is_recovering: self.row.is_recovering, kept_for: self.row.kept_for }
    }

    /// Writes the envelope at the log's end, and what it brings about: verdicts of held rows, bytes, blobs.
    pub(super) fn place(
        &mut self,
        conn: &Connection,
        envelope: &Envelope,
        place: Place,
    ) -> Result<(Verdict, Taken), LogError> {
        let (header, id, key) = (envelope.header(), envelope.id(), self.row.key);
        let (state, payload) = match &envelope.payload {
            Payload::Inline(bytes) => (INLINE, Some(bytes.as_slice())),
            Payload::Blob => (BLOB, None),
            Payload::Dropped => (DROPPED, None),
        };
        let entry = if header.document.is_none() { payload } else { None };
        let head = self.head.step(&id, place.server_ms);
        let taken = self.roster.take(roster::Row { id, header, entry, server_ms: place.server_ms });
        let verdict = Verdict::from(taken.standing);
        let (verdict_number, reason) = rows::verdict_columns(verdict);
        let sender = stored::sender_key(conn, key, &place.sender)?;
        let at = rows::integer(head.position.0)?;
        conn.prepare_cached(
            "insert into envelope (
                 space, position, server_ms, digest, id, chain, counter, previous, is_branch, document, is_covering,
                 header, signature, verdict, reason, accepted_at, payload_state, payload, payload_bytes, sender
             ) values (
                 ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20
             )",
        )?
        .execute(params![
            key.0,
            at,
            rows::integer(place.server_ms)?,
            head.digest.as_bytes(),
            id.as_bytes(),
            chain_key(conn, key, &header.chain())?,
            rows::integer(header.counter)?,
            place.previous.map(|position| rows::integer(position.0)).transpose()?,
            place.is_branch,
            header.document.as_ref().map(|document| document.as_bytes()),
            is_covering(envelope),
            envelope.signed.bytes(),
            envelope.signed.signature().0,
            verdict_number,
            reason,
            (verdict == Verdict::Accepted).then_some(at),
            state,
            payload,
            rows::integer(header.payload_bytes)?,
            sender.0,
        ])?;
        let mut blobs: Vec<_> = header.blobs.iter().collect();
        if state == BLOB {
            blobs.push(&header.payload_hash);
        }
        stored::use_blobs(conn, key, head.position, &blobs)?;
        stored::charge(conn, key, sender, rows::integer(append::row_bytes(envelope))?)?;
        (self.head, self.head_ms) = (head, place.server_ms);
        for id in &taken.admitted {
            admit(conn, key, id, at)?;
        }
        for device in &taken.let_in {
            admit_early(conn, key, device, at)?;
        }
        for id in &taken.refused {
            refuse(conn, key, id)?;
        }
        Ok((verdict, taken))
    }
}

/// Whether the envelope is a snapshot that stands for older ones.
pub(super) fn is_covering(envelope: &Envelope) -> bool {
    let header = envelope.header();
    header.encoding == Encoding::SNAPSHOT && header.cover.as_ref().is_some_and(|cover| !cover.tips.is_empty())
}

fn chain_key(conn: &Connection, space: SpaceKey, chain: &Chain) -> Result<i64, LogError> {
    let (device, incarnation) = (chain.device.as_bytes(), chain.incarnation.as_bytes());
    let mut find =
        conn.prepare_cached("select chain from chain where space = ?1 and device = ?2 and incarnation = ?3")?;
    if let Some(key) = find.query_row(params![space.0, device, incarnation], |row| row.get(0)).optional()? {
        return Ok(key);
    }
    conn.prepare_cached("insert into chain (space, device, incarnation) values (?1, ?2, ?3)")?.execute(params![
        space.0,
        device,
        incarnation
    ])?;
    Ok(conn.last_insert_rowid())
}

fn admit(conn: &Connection, space: SpaceKey, id: &EnvelopeId, at: i64) -> Result<(), LogError> {
    conn.prepare_cached(
        "update envelope set verdict = ?4, accepted_at = ?3 where id = ?2 and space = ?1 and verdict = ?5",
    )?
    .execute(params![space.0, id.as_bytes(), at, ACCEPTED, HELD])?;
    Ok(())
}

/// What a device wrote into documents before it was a member.
fn admit_early(conn: &Connection, key: SpaceKey, device: &DeviceId, at: i64) -> Result<(), LogError> {
    let (_, not_a_member) = rows::verdict_columns(Verdict::Held(HeldReason::NotAMember));
    conn.prepare_cached(
        "update envelope set verdict = ?4, accepted_at = ?3
         where space = ?1 and verdict = 1 and reason = ?5 and document is not null
             and chain in (select chain from chain where space = ?1 and device = ?2)",
    )?
    .execute(params![key.0, device.as_bytes(), at, ACCEPTED, not_a_member])?;
    Ok(())
}

/// A refused change's payload goes. A refused entry's stays: whoever reads the log later has to judge it as it was
/// judged here, and for that needs its bytes.
fn refuse(conn: &Connection, space: SpaceKey, id: &EnvelopeId) -> Result<(), LogError> {
    let mut find = conn.prepare_cached(
        "select position, document is null from envelope where id = ?2 and space = ?1 and verdict = ?3",
    )?;
    let found = find
        .query_row(params![space.0, id.as_bytes(), HELD], |row| Ok((rows::position(row, 0)?, row.get::<_, bool>(1)?)));
    let Some((position, is_entry)) = found.optional()? else { return Ok(()) };
    conn.prepare_cached("update envelope set verdict = ?3 where space = ?1 and position = ?2")?.execute(params![
        space.0,
        rows::integer(position.0)?,
        REFUSED
    ])?;
    if !is_entry {
        stored::drop_payload(conn, space, position, true)?;
    }
    Ok(())
}
